//! Charters that break an invariant.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{commission, genesis, office, participant, texts};

pub(super) fn add(book: &mut Book) {
    names(book);
    presidency(book);
    assessors(book);
    regional_office(book);
    commissions(book);
    keyholders(book);
    thresholds(book);
    dates(book);
    before_signatures(book);
}

fn breach(book: &mut Book, words: &[&'static str], name: &str, why: &str, change: impl FnOnce(&mut v1::Charter)) {
    let mut charter = genesis();
    change(&mut charter);
    book.breach(words, name, why, &charter);
}

fn names(book: &mut Book) {
    use v1::administration::Kind::Member;
    breach(book, &["code-twice"], "code-twice", "two administrations with one code", |c| {
        let mut twin = participant("TG", Member);
        twin.key.clear();
        c.administrations.push(twin);
    });
    breach(book, &["key-twice"], "key-twice", "two administrations with one key", |c| {
        c.administrations[4].key = c.administrations[0].key.clone();
    });
    breach(book, &["unknown"], "office-unknown", "an office held by a code that the charter does not list", |c| {
        c.offices[4].administration = "XX".into();
    });
    breach(book, &["unknown"], "keyholder-unknown", "a keyholder that the charter does not list", |c| {
        c.keyholders[4] = "XX".into();
    });
    breach(book, &["seat", "unknown"], "seat-unknown", "a seat of a code that the charter does not list", |c| {
        c.commissions[0].members.push("XX".to_owned());
    });
}

fn presidency(book: &mut Book) {
    use v1::office::Kind::{Presidency, Secretariat};
    let why = "the presidency is vacant: who leads the secretariat and sits everywhere cannot be asked";
    breach(book, &["presidency"], "presidency-vacant", why, |c| {
        c.offices.remove(0);
    });
    breach(book, &["presidency"], "presidency-of-two", "two presidencies", |c| {
        c.offices.push(office(Presidency, "SN"));
    });
    breach(book, &["presidency"], "presidency-twice", "one administration holds the presidency twice", |c| {
        c.offices.push(office(Presidency, "CI"));
    });
    breach(book, &["leader-absent", "leader-no-member"], "leader-regional", "the leader is a member", |c| {
        c.offices[0] = office(Presidency, "BRRC");
        c.offices[1] = office(Secretariat, "BRRC");
    });
    breach(book, &["secretariat"], "secretariat-other", "the leader leads the secretariat", |c| {
        c.offices[1] = office(Secretariat, "SN");
    });
    breach(book, &["secretariat"], "secretariat-second", "the leader stands first in the secretariat", |c| {
        c.offices.insert(1, office(Secretariat, "BRRC"));
    });
    breach(book, &["secretariat"], "secretariat-vacant", "a leader who leads no secretariat", |c| {
        c.offices.remove(1);
    });
}

fn assessors(book: &mut Book) {
    use v1::office::Kind::Assessor;
    breach(book, &["assessor"], "assessor-leader", "assessors are other members than the leader", |c| {
        c.offices[2] = office(Assessor, "CI");
    });
    breach(book, &["assessor"], "assessor-regional", "assessors are members", |c| {
        c.offices[2] = office(Assessor, "BRRC");
    });
    breach(book, &["assessor-twice"], "assessor-twice", "one assessor twice", |c| {
        c.offices[3] = office(Assessor, "SN");
    });
}

fn regional_office(book: &mut Book) {
    use v1::administration::Kind::{Partner, RegionalOffice};
    breach(book, &["regional-office"], "regional-offices-two", "two regional offices", |c| {
        c.administrations[6].kind = RegionalOffice as i32;
    });
    let why = "no regional office; what was one is a partner now, and partners are no keyholders";
    breach(book, &["keyholder", "regional-office"], "regional-office-missing", why, |c| {
        c.administrations[5].kind = Partner as i32;
    });
    let why = "with the presidency vacant, assessors and regional offices are not counted";
    breach(book, &["presidency"], "presidency-first", why, |c| {
        c.offices = vec![office(v1::office::Kind::Assessor, "BRRC")];
        c.administrations[6].kind = RegionalOffice as i32;
    });
}

fn commissions(book: &mut Book) {
    breach(book, &["commission-twice"], "commission-twice", "one commission twice", |c| {
        c.commissions.push(commission("solutions", "SN"));
    });
    breach(book, &["leader-absent"], "leader-absent", "the leader sits in every commission", |c| {
        c.commissions[1].members.retain(|code| code != "CI");
    });
    breach(book, &["host"], "host-outside", "a host from outside its commission", |c| {
        c.commissions[1].host = "TG".into();
    });
    breach(book, &["seat"], "seat-twice", "a seat twice", |c| {
        c.commissions[2].members.push("SN".to_owned());
    });
    breach(book, &["seat"], "seat-regional", "a seat of one who is no member", |c| {
        c.commissions[2].members.push("BRRC".to_owned());
    });
}

fn keyholders(book: &mut Book) {
    breach(book, &["keyholder"], "keyholder-twice", "a keyholder twice", |c| {
        c.keyholders = texts(&["CI", "SN", "GH", "CV", "CI"]);
    });
    breach(book, &["keyholder"], "keyholder-partner", "partners are no keyholders", |c| {
        c.keyholders.push("WCO".to_owned());
    });
    breach(book, &["key-missing"], "keyholder-without-key", "a keyholder without a key", |c| {
        c.administrations[3].key.clear();
    });
    breach(book, &["key-missing", "keyholder"], "keyholder-partner-without-key", "both", |c| {
        c.keyholders.push("NGO".to_owned());
    });
}

fn thresholds(book: &mut Book) {
    for (threshold, why) in [(0, "none"), (3, "less than two thirds"), (6, "more than there are keyholders")] {
        let name = format!("threshold-{threshold}-of-5");
        breach(book, &["threshold-out-of-range"], &name, why, |c| c.threshold = threshold);
    }
    breach(book, &["threshold-out-of-range"], "keyholders-none", "no keyholder at all", |c| {
        (c.keyholders, c.threshold) = (Vec::new(), 0);
    });
    let why = "two of four is less than two thirds";
    breach(book, &["threshold-out-of-range"], "threshold-2-of-4", why, |c| {
        (c.keyholders, c.threshold) = (texts(&["CI", "SN", "GH", "CV"]), 2);
    });
    let why = "the greatest number there is";
    breach(book, &["threshold-out-of-range"], "threshold-greatest", why, |c| c.threshold = u32::MAX);
}

fn dates(book: &mut Book) {
    let dates = [
        "",
        "2030",
        "2030-6-30",
        "2030-13-01",
        "2030-00-10",
        "2030-06-31",
        "2030-02-30",
        "2030-06-00",
        "2030/06/30",
        "2030-06-30Z",
    ];
    for date in dates {
        let name = format!("review-by-{}", if date.is_empty() { "empty" } else { date });
        let why = format!("{date:?} is no date YYYY-MM-DD");
        breach(book, &["review-by"], &name, &why, |c| c.review_by = date.into());
    }
}

fn before_signatures(book: &mut Book) {
    let mut charter = genesis();
    (charter.threshold, charter.review_by) = (3, String::new());
    let file = v1::CharterFile { charter: charter.encode_to_vec(), signatures: Vec::new() }.encode_to_vec();
    let why = "two invariants broken and no signature: all breaches are named, and signatures not counted";
    let words = &["review-by", "threshold-out-of-range"];
    book.breach_file(words, "breaches-before-signatures", why, &file);
}
