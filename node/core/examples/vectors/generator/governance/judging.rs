//! Which revision governs an entry of SN, and what is void.

use palabre_proto::v1;

use super::deeds::{Accreditation, Revision, Written, cutoff, key, of, rotate};
use super::{Book, Story};
use crate::generator::cast::Cast;

const ALL: [&str; 5] = ["CI", "SN", "GH", "CV", "BRRC"];

pub(super) fn add(book: &mut Book<'_>) {
    citing(book);
    cut(book);
    taken_away(book);
    revoked(book);
    checkpoints(book);
    disputes(book);
    settled(book);
    stolen(book);
}

fn first_of(cast: &Cast) -> Accreditation {
    Accreditation::first(cast, "SN", |_| {})
}

/// The rotation by which SN is no assessor any more, with the list of what still counts.
fn rotation(before: &Revision, mandate: &Accreditation, ends: &[&Written]) -> Revision {
    before.next(|message| {
        rotate(message);
        message.cutoffs = vec![cutoff("SN", Some(mandate), ends)];
    })
}

fn citing(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let next = book.genesis.next_for(2031);
    let old = Written::first(book.cast, "SN", 1, &book.genesis, &one);
    let new = old.next(|header| header.charter = next.hash());
    let begin = |s: &mut Story<'_>| {
        s.accredits("joins", &one, "SN");
        s.in_force(&one);
        s.effective(&[&old, &new]);
    };
    let genesis = book.genesis.clone();
    book.tell("cites-older-and-newer", "nothing is cut: each is judged by the revision that it cites", |s| {
        begin(s);
        s.comes("joins", &next, &ALL);
        s.governs(&next);
        s.acts(&old, &genesis);
        s.acts(&new, &next);
    });
    book.tell("cites-a-proposal", "what cites a revision that is not adopted waits", |s| {
        begin(s);
        s.comes("joins", &next, &ALL[..3]);
        s.acts(&old, &genesis);
        s.stands("waits", &new);
    });
    let two = one.with("SN 2");
    let later = new.next(|header| header.mandate = two.hash());
    book.tell("cites-a-mandate-to-come", "what cites a mandate that is not held waits", |s| {
        begin(s);
        s.comes("joins", &next, &ALL);
        s.governs(&next);
        s.stands("waits", &later);
    });
}

fn cut(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let written: [Written; 3] = Written::first(book.cast, "SN", 1, &genesis, &one).row();
    let [first, end, after] = &written;
    let rotated = rotation(&genesis, &one, &[end]);
    let begin = |s: &mut Story<'_>, revision: &Revision| {
        s.accredits("joins", &one, "SN");
        s.in_force(&one);
        s.comes("joins", revision, &ALL);
        s.governs(revision);
    };
    book.tell("cut-after", "what comes after the cut is judged by the revision that cuts", |s| {
        begin(s, &rotated);
        s.effective(&[first, end, after]);
        s.acts(first, &genesis);
        s.acts(end, &genesis);
        s.acts(after, &rotated);
    });
    let other = Written::first(book.cast, "SN", 2, &genesis, &one);
    book.tell("list-closed", "a log that the list omits is cut at zero", |s| {
        begin(s, &rotated);
        s.effective(&[first, end, after, &other]);
        s.acts(end, &genesis);
        s.acts(&other, &rotated);
    });
    let rival = end.instead();
    let elsewhere = rotation(&genesis, &one, &[&rival]);
    book.tell("not-on-the-chain", "the list names another entry than the one that has taken effect", |s| {
        begin(s, &elsewhere);
        s.effective(&[first, end, after]);
        s.acts(first, &elsewhere);
        s.acts(end, &elsewhere);
    });
    book.tell("not-so-far-yet", "the log has not come to the named entry", |s| {
        begin(s, &elsewhere);
        s.effective(&[first]);
        s.acts(first, &genesis);
    });
    let again = rotated.next(|message| message.cutoffs = vec![cutoff("SN", Some(&one), &[first])]);
    book.tell("cut-twice", "the newest revision that cuts it governs", |s| {
        begin(s, &rotated);
        s.comes("joins", &again, &ALL);
        s.governs(&again);
        s.effective(&[first, end, after]);
        s.acts(first, &genesis);
        s.acts(end, &again);
        s.acts(after, &again);
    });
    let newer = after.next(|header| header.charter = rotated.hash());
    let third = rotated.next_for(2033);
    book.tell("cites-the-one-that-cuts", "a later revision without a list leaves it", |s| {
        begin(s, &rotated);
        s.comes("joins", &third, &ALL);
        s.governs(&third);
        s.effective(&[first, end, after, &newer]);
        s.acts(&newer, &rotated);
        s.acts(after, &rotated);
    });
}

/// Suspension, restoration, departure.
fn taken_away(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let [before, after]: [Written; 2] = Written::first(book.cast, "SN", 1, &genesis, &one).row();
    let suspended = genesis.next(|message| {
        of(message, "SN").suspended = true;
        message.cutoffs = vec![cutoff("SN", Some(&one), &[&before])];
    });
    let back_dated = Written::first(book.cast, "SN", 2, &genesis, &one);
    let begin = |s: &mut Story<'_>, revision: &Revision| {
        s.accredits("joins", &one, "SN");
        s.in_force(&one);
        s.comes("joins", revision, &ALL);
        s.governs(revision);
        s.effective(&[&before, &after]);
    };
    book.tell("suspension", "what it wrote before stands, what comes later and what is dated back does not", |s| {
        begin(s, &suspended);
        s.acts(&before, &genesis);
        s.stands("suspended", &after);
        s.stands("suspended", &back_dated);
    });
    let restored = suspended.next(|message| of(message, "SN").suspended = false);
    let again = after.next(|header| header.charter = restored.hash());
    book.tell("restoration", "it may again what it does under the new revision, and not what it did meanwhile", |s| {
        begin(s, &suspended);
        s.comes("joins", &restored, &ALL);
        s.governs(&restored);
        s.acts(&before, &genesis);
        s.stands("suspended", &after);
        s.acts(&again, &restored);
    });
    let gone = genesis.next(|message| {
        message.administrations.retain(|a| a.code != "WCO");
        message.cutoffs = vec![cutoff("WCO", None, &[])];
    });
    let partner = Accreditation::first(book.cast, "WCO", |_| {});
    let late = Written::first(book.cast, "WCO", 1, &genesis, &partner);
    book.tell("departure", "its mandate is by no key of the charter any more: nothing governs", |s| {
        s.accredits("joins", &partner, "WCO");
        s.comes("joins", &gone, &ALL);
        s.governs(&gone);
        s.stands("waits", &late);
    });
    let kept = genesis.next(|message| {
        message.administrations.retain(|a| a.code != "WCO");
        message.cutoffs = vec![cutoff("WCO", Some(&partner), &[])];
    });
    book.tell("departure-with-a-mandate", "its mandate counts, the charter lists it no more", |s| {
        s.accredits("joins", &partner, "WCO");
        s.comes("joins", &kept, &ALL);
        s.governs(&kept);
        s.in_force(&partner);
        s.stands("not-mandated", &late);
    });
}

fn revoked(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let [before, after]: [Written; 2] = Written::first(book.cast, "SN", 1, &genesis, &one).row();
    let next = one.instead("SN 2", &[&before]);
    let back_dated = Written::first(book.cast, "SN", 2, &genesis, &one);
    let new = Written::first(book.cast, "SN 2", 3, &genesis, &next);
    let early = Written::first(book.cast, "SN 2", 4, &genesis, &one);
    book.tell("revocation", "a node that is taken away keeps what it wrote before", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &next, "SN");
        s.in_force(&next);
        s.effective(&[&before, &after]);
        s.acts(&before, &genesis);
        s.stands("revoked", &after);
        s.stands("revoked", &back_dated);
        s.acts(&new, &genesis);
        s.stands("not-mandated", &early);
    });
    book.tell("further-node", "two nodes of one administration act side by side", |s| {
        let further = one.with("SN 2");
        let side = Written::first(book.cast, "SN 2", 3, &genesis, &further);
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &further, "SN");
        s.in_force(&further);
        s.effective(&[&before]);
        s.acts(&before, &genesis);
        s.acts(&side, &genesis);
    });
}

fn checkpoints(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let written: [Written; 3] = Written::first(book.cast, "SN", 1, &genesis, &one).row();
    let [first, held, after] = &written;
    let checked = genesis.next(|message| message.checkpoint = vec![held.head()]);
    let begin = |s: &mut Story<'_>| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &checked, &ALL);
        s.governs(&checked);
        s.effective(&[first, held, after]);
    };
    for (name, why, ends) in [
        (
            "revoked-at-zero",
            "an administration that revokes its node at zero takes nothing from the checkpoint",
            vec![],
        ),
        ("revoked-below-the-checkpoint", "nor when it cuts below", vec![first]),
    ] {
        let next = one.instead("SN 2", &ends);
        book.tell(name, why, |s| {
            begin(s);
            s.accredits("joins", &next, "SN");
            s.in_force(&next);
            s.acts(first, &genesis);
            s.acts(held, &genesis);
            s.stands("revoked", after);
        });
    }
    let next = one.instead("SN 2", &[after]);
    book.tell("revoked-above-the-checkpoint", "above it, the mandate's own list counts", |s| {
        begin(s);
        s.accredits("joins", &next, "SN");
        s.in_force(&next);
        s.acts(after, &genesis);
    });
    let suspended = checked.next(|message| {
        of(message, "SN").suspended = true;
        message.cutoffs = vec![cutoff("SN", Some(&one), &[first])];
    });
    book.tell("charter-below-the-checkpoint", "only the charter goes lower", |s| {
        begin(s);
        s.comes("joins", &suspended, &ALL);
        s.governs(&suspended);
        s.in_force(&one);
        s.acts(first, &genesis);
        s.stands("suspended", held);
    });
    let zero = one.instead("SN 2", &[]);
    book.tell("checkpoint-proposed", "a proposal's checkpoint keeps nothing", |s| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &checked, &ALL[..3]);
        s.effective(&[first, held, after]);
        s.accredits("joins", &zero, "SN");
        s.in_force(&zero);
        s.stands("revoked", first);
    });
}

fn disputes(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let [before, after]: [Written; 2] = Written::first(book.cast, "SN", 1, &genesis, &one).row();
    let (rotated, rival) = (rotation(&genesis, &one, &[&before]), genesis.next_for(2032));
    let cites = Written::first(book.cast, "SN", 2, &rival, &one);
    book.tell("cut-in-dispute", "what a disputed revision cuts has no effect until that is settled", |s| {
        s.accredits("joins", &one, "SN");
        s.in_force(&one);
        s.comes("joins", &rotated, &ALL);
        s.comes("joins", &rival, &ALL);
        s.disputed(&[&rotated, &rival]);
        s.effective(&[&before, &after]);
        s.acts(&before, &genesis);
        s.stands("cut-in-dispute", &after);
        s.stands("cut-in-dispute", &cites);
    });
    let (this, that) = (one.instead("SN 2", &[&before]), one.with("SN 3"));
    let early = Written::first(book.cast, "SN 3", 5, &genesis, &that);
    book.tell("cut-by-a-disputed-mandate", "of two mandates of one number the cutoffs of both apply", |s| {
        s.accredits("joins", &one, "SN");
        s.accredits("joins", &this, "SN");
        s.accredits("joins", &that, "SN");
        s.in_force(&one);
        s.effective(&[&before, &after]);
        s.acts(&before, &genesis);
        s.stands("cut-in-dispute", &after);
        s.stands("not-mandated", &early);
    });
}

/// What cites a revision that lost its dispute.
fn settled(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let (lost, rival) = (genesis.next_for(2031), genesis.next_for(2032));
    let after = lost.next_for(2033);
    let settled: Revision = genesis.next(|message: &mut v1::Charter| {
        message.settles = vec![lost.hash(), rival.hash()];
        of(message, "SN").suspended = true;
        message.cutoffs = vec![cutoff("SN", Some(&one), &[])];
    });
    let [first, second]: [Written; 2] = Written::first(book.cast, "SN", 1, &lost, &one).row();
    let third = second.next(|header| header.charter = after.hash());
    let rivals = |s: &mut Story<'_>| {
        s.accredits("joins", &one, "SN");
        s.in_force(&one);
        s.comes("joins", &lost, &["CI", "SN", "GH", "CV"]);
        s.comes("joins", &rival, &["CI", "SN", "GH", "BRRC"]);
        s.comes("joins", &after, &["CI", "SN", "GH", "CV"]);
        s.effective(&[&first, &second, &third]);
    };
    book.tell("cites-a-disputed-one", "it is judged by the last undisputed one", |s| {
        rivals(s);
        s.disputed(&[&lost, &rival, &after]);
        s.acts(&first, &genesis);
        s.acts(&third, &genesis);
    });
    book.tell("cites-one-that-lost", "it is judged by the settlement in its place, or by the last of the line", |s| {
        rivals(s);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.governs(&settled);
        s.stands("suspended", &first);
        s.stands("suspended", &third);
    });
}

/// A thief has SN's old key and keeps a mandate back.
fn stolen(book: &mut Book<'_>) {
    let one = first_of(book.cast);
    let genesis = book.genesis.clone();
    let entry = Written::first(book.cast, "SN", 1, &genesis, &one);
    let two = genesis.next(|message| {
        key(message, "SN", "SN new");
        message.cutoffs = vec![cutoff("SN", Some(&one), &[&entry])];
    });
    let theft = one.with("thief");
    let forged = Written::first(book.cast, "thief", 1, &genesis, &theft);
    let own = Written::first(book.cast, "SN", 2, &genesis, &theft);
    let rightful = one.next(|message| {
        message.charter = two.hash();
        message.nodes.push(super::deeds::listed("SN 2"));
    });
    let new = Written::first(book.cast, "SN 2", 3, &two, &rightful);
    book.tell("theft", "what the thief's node writes is void, what was written before counts", |s| {
        s.accredits("joins", &one, "SN");
        s.comes("joins", &two, &["CI", "GH", "CV", "BRRC"]);
        s.governs(&two);
        s.accredits("joins", &theft, "SN");
        s.accredits("joins", &rightful, "SN new");
        s.in_force(&rightful);
        s.effective(&[&entry]);
        s.acts(&entry, &genesis);
        s.stands("not-mandated", &forged);
        s.acts(&new, &two);
        s.acts(&own, &two);
    });
}
