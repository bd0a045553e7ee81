//! What a revision may change of the one before, and its form.

use palabre_proto::v1;

use super::Book;
use super::deeds::{Accreditation, Revision, Written, cutoff, key, of, rotate};
use crate::generator::cast::{office, participant, texts};

pub(super) fn add(book: &mut Book<'_>) {
    losses(book);
    gains(book);
    lists(book);
    invariants(book);
    forms(book);
}

/// Revisions that take something away and say nothing of what still counts.
fn losses(book: &mut Book<'_>) {
    let mut uncut = |name, why, change: &dyn Fn(&mut v1::Charter)| {
        let next = book.genesis.next(change);
        book.tell(name, why, |s| s.breaks("succession", &["no-cutoff"], &next));
    };
    uncut("office-lost", "SN is no assessor any more", &rotate);
    uncut("vice-presidency-lost", "GH holds it no more", &|m| m.offices.retain(|office| office.kind != 4));
    uncut("key-replaced", "SN has another key", &|m| key(m, "SN", "SN new"));
    uncut("key-lost", "WCO has no key any more", &|m| of(m, "WCO").key.clear());
    uncut("suspended", "WCO is suspended", &|m| of(m, "WCO").suspended = true);
    uncut("kind-changed", "WCO becomes a member", &|m| of(m, "WCO").kind = 1);
    uncut("dropped", "WCO leaves the charter", &|m| m.administrations.retain(|a| a.code != "WCO"));
    uncut("seat-lost", "CV has no seat in one commission", &|m| m.commissions[0].members.retain(|code| code != "CV"));
    uncut("host-changed", "SN presides its commission no more", &|m| "GH".clone_into(&mut m.commissions[0].host));
    uncut("leader-changed", "CI leads no more", &|m| {
        for office in m.offices.iter_mut().filter(|office| office.administration == "CI") {
            "GH".clone_into(&mut office.administration);
        }
    });
    uncut("commission-gone", "a commission ends, with its seats", &|m| m.commissions.truncate(2));
    let rotated = book.genesis.next(|message| {
        rotate(message);
        message.cutoffs = vec![cutoff("GH", None, &[])];
    });
    book.tell("wrong-list", "a list for the one who gains is none for the one who loses", |s| {
        s.breaks("succession", &["no-cutoff"], &rotated);
    });
}

/// Revisions that give something, and need no list.
fn gains(book: &mut Book<'_>) {
    let mut given = |name, why, change: &dyn Fn(&mut v1::Charter)| {
        let next = book.genesis.next(change);
        book.tell(name, why, |s| {
            s.comes("joins", &next, &["CI", "SN", "GH", "CV"]);
            s.governs(&next);
        });
    };
    given("first-key", "NGO has its first key", &|m| key(m, "NGO", "NGO"));
    given("restored", "TG is not suspended any more", &|m| of(m, "TG").suspended = false);
    given("admitted", "ML is admitted, with its key", &|m| {
        m.administrations.push(participant("ML", v1::administration::Kind::Member));
    });
    given("office-given", "there are three assessors", &|m| {
        m.offices.push(office(v1::office::Kind::Assessor, "GH"));
    });
    given("seat-given", "TG sits in a commission", &|m| m.commissions[1].members.push("TG".to_owned()));
    given("review-late", "a date of review that is over stops nothing", &|m| "1999-12-31".clone_into(&mut m.review_by));
}

fn lists(book: &mut Book<'_>) {
    let rotated = book.genesis.next(|message| {
        rotate(message);
        message.cutoffs = vec![cutoff("SN", None, &[])];
    });
    book.tell("rotated", "SN loses an office, and a list says what still counts of it", |s| {
        s.comes("joins", &rotated, &["CI", "SN", "GH", "CV"]);
        s.governs(&rotated);
    });
    let unasked = book.genesis.next(|message| message.cutoffs = vec![cutoff("CV", None, &[])]);
    book.tell("list-unasked", "a list for one who loses nothing is allowed", |s| {
        s.comes("joins", &unasked, &["CI", "SN", "GH", "CV"]);
        s.governs(&unasked);
    });
    let stranger = book.genesis.next(|message| message.cutoffs = vec![cutoff("ML", None, &[])]);
    book.tell("list-of-a-stranger", "who was not in the revision before has nothing to lose", |s| {
        s.breaks("succession", &["stranger-cut"], &stranger);
    });
    let all = book.genesis.next(|message| {
        message.revision = 9;
        rotate(message);
        message.cutoffs = vec![cutoff("ML", None, &[])];
    });
    book.tell("all-at-once", "three rules of succession are broken", |s| {
        s.breaks("succession", &["number", "no-cutoff", "stranger-cut"], &all);
    });
}

/// The invariants hold for every revision.
fn invariants(book: &mut Book<'_>) {
    let mut broken = |name, why, breaches: &[&'static str], change: &dyn Fn(&mut v1::Charter)| {
        let next = book.genesis.next(change);
        book.tell(name, why, |s| s.breaks("invariants", breaches, &next));
    };
    broken("host-outside", "a commission whose host has no seat", &["host"], &|m| {
        "TG".clone_into(&mut m.commissions[0].host);
    });
    broken("no-presidency", "a leader without the presidency", &["presidency"], &|m| m.offices.retain(|o| o.kind != 1));
    broken("leader-without-secretariat", "GH leads, and CI the secretariat", &["secretariat"], &|m| {
        m.offices.iter_mut().filter(|o| o.kind == 1).for_each(|o| "GH".clone_into(&mut o.administration));
    });
    broken("leader-without-seat", "the leader misses a commission", &["leader-absent"], &|m| {
        m.commissions[2].members = texts(&["SN", "GH", "CV"]);
    });
    broken("threshold-below", "three of five are fewer than two thirds", &["threshold-out-of-range"], &|m| {
        m.threshold = 3;
    });
    broken("key-of-another", "SN has the key of GH", &["key-twice"], &|m| key(m, "SN", "GH"));
    broken("before-succession", "invariants come before succession", &["host"], &|m| {
        m.revision = 7;
        "TG".clone_into(&mut m.commissions[0].host);
    });
    let hostless = book.genesis.next(|message| message.commissions[0].host.clear());
    book.tell("no-host", "a commission without a host", |s| s.comes("code", &hostless, &["CI", "SN", "GH", "CV"]));
}

/// What lists may look like.
fn forms(book: &mut Book<'_>) {
    let mandate = Accreditation::first(book.cast, "SN", |_| {});
    let head = Written::first(book.cast, "SN", 1, &book.genesis, &mandate).head();
    let listing = |heads: Vec<v1::Head>| v1::Cutoff { logs: heads, ..cutoff("SN", None, &[]) };
    let mut malformed = |name, why, word, change: &dyn Fn(&mut v1::Charter)| {
        let next: Revision = book.genesis.next(change);
        book.tell(name, why, |s| s.comes(word, &next, &["CI", "SN", "GH", "CV"]));
    };
    malformed("lists-two", "two lists for one administration", "cutoff-twice", &|m| {
        m.cutoffs = vec![cutoff("SN", None, &[]), cutoff("SN", None, &[])];
    });
    malformed("list-log-twice", "a log stands twice in a list", "cutoff", &|m| {
        m.cutoffs = vec![listing(vec![head.clone(), head.clone()])];
    });
    malformed("list-sequence-zero", "sequences count from 1", "cutoff", &|m| {
        m.cutoffs = vec![listing(vec![v1::Head { sequence: 0, ..head.clone() }])];
    });
    malformed("list-id-31", "an id has 32 bytes", "cutoff", &|m| {
        m.cutoffs = vec![listing(vec![v1::Head { id: vec![1; 31], ..head.clone() }])];
    });
    malformed("list-mandate-31", "the hash of a mandate has 32 bytes", "cutoff", &|m| {
        m.cutoffs = vec![v1::Cutoff { mandate: vec![1; 31], ..cutoff("SN", None, &[]) }];
    });
    malformed("checkpoint-log-twice", "a log stands twice in the checkpoint", "cutoff", &|m| {
        m.checkpoint = vec![head.clone(), head.clone()];
    });
    malformed("checkpoint-mandate-31", "the hash of a mandate has 32 bytes", "field-length", &|m| {
        m.mandate_checkpoint = vec![v1::MandateHead { administration: "SN".to_owned(), number: 1, hash: vec![1; 31] }];
    });
}
