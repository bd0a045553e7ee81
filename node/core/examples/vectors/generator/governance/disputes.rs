//! Revisions of one number that stand against one another, and the settlement among them.

use palabre_proto::v1;

use super::deeds::Revision;
use super::{Book, Story};

/// Those who sign both revisions of [`double`] are CI, SN and GH; CV signs the one, BRRC the other.
const ONE: [&str; 4] = ["CI", "SN", "GH", "CV"];
const OTHER: [&str; 4] = ["CI", "SN", "GH", "BRRC"];

pub(super) fn add(book: &mut Book<'_>) {
    proposals(book);
    crowd(book);
    double(book);
    settlements(book);
    malformed(book);
}

fn proposals(book: &mut Book<'_>) {
    let (one, other) = (book.genesis.next_for(2031), book.genesis.next_for(2032));
    book.tell("rivals", "two proposals of one number, neither adopted", |s| {
        s.comes("joins", &one, &ONE[..3]);
        s.comes("joins", &other, &OTHER[..3]);
    });
    book.tell("one-wins", "one of two proposals is adopted", |s| {
        s.comes("joins", &one, &ONE[..3]);
        s.comes("joins", &other, &OTHER);
        s.governs(&other);
    });
}

/// Of one keyholder's proposals of one number the four of the lowest hashes are kept.
fn crowd(book: &mut Book<'_>) {
    let mut many: Vec<Revision> = (2031..2036).map(|year| book.genesis.next_for(year)).collect();
    many.sort_by_key(Revision::hash);
    book.tell("crowd", "the fifth has the highest hash", |s| {
        for one in &many[..4] {
            s.comes("joins", one, &["CI"]);
        }
        s.comes("crowded", &many[4], &["CI"]);
    });
    book.tell("crowd-lower", "the fifth has a lower hash: the highest goes, and cannot come back", |s| {
        for one in &many[1..] {
            s.comes("joins", one, &["CI"]);
        }
        s.comes("joins", &many[0], &["CI"]);
        s.comes("crowded", &many[4], &["CI"]);
    });
    book.tell("crowd-of-two", "another keyholder has signed it, too", |s| {
        for one in &many[..4] {
            s.comes("joins", one, &["CI"]);
        }
        s.comes("joins", &many[4], &["CI", "SN"]);
    });
    book.tell("crowd-adopted", "what is adopted has its place whatever its hash", |s| {
        for one in &many[..4] {
            s.comes("joins", one, &["CI"]);
        }
        s.comes("joins", &many[4], &ONE);
        s.governs(&many[4]);
    });
}

/// Two revisions, each with a threshold of signatures.
fn both(s: &mut Story<'_>, one: &Revision, other: &Revision) {
    s.comes("joins", one, &ONE);
    s.comes("joins", other, &OTHER);
}

fn double(book: &mut Book<'_>) {
    let (one, other) = (book.genesis.next_for(2031), book.genesis.next_for(2032));
    book.tell("double-signing", "three have signed both, and both are adopted: the one before governs", |s| {
        both(s, &one, &other);
        s.disputed(&[&one, &other]);
    });
    book.tell("double-signing-other-order", "whichever came first", |s| {
        s.comes("joins", &other, &OTHER);
        s.comes("joins", &one, &ONE);
        s.disputed(&[&one, &other]);
    });
    let after = one.next_for(2033);
    book.tell("after-a-disputed-one", "what follows one of them is disputed with it", |s| {
        both(s, &one, &other);
        s.comes("joins", &after, &ONE);
        s.disputed(&[&one, &other, &after]);
    });
    let third = book.genesis.next_for(2034);
    book.tell("three-rivals", "three revisions are adopted", |s| {
        both(s, &one, &other);
        s.comes("joins", &third, &["CI", "SN", "CV", "BRRC"]);
        s.disputed(&[&one, &other, &third]);
    });
}

fn settlements(book: &mut Book<'_>) {
    let (one, other) = (book.genesis.next_for(2031), book.genesis.next_for(2032));
    let settled = book.genesis.settling(&[&one, &other]);
    book.tell("settled", "the two who signed only one of the rivals decide", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.governs(&settled);
    });
    book.tell("settled-by-one", "one of two is fewer than two thirds", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV"]);
        s.disputed(&[&one, &other]);
    });
    book.tell("settled-by-double-signers", "those who signed both do not count", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CI", "SN", "GH", "CV"]);
        s.disputed(&[&one, &other]);
    });
    book.tell("nobody-faithful", "all have signed both: nothing settles", |s| {
        s.comes("joins", &one, &["CI", "SN", "GH", "CV", "BRRC"]);
        s.comes("joins", &other, &["CI", "SN", "GH", "CV", "BRRC"]);
        s.comes("joins", &settled, &["CI", "SN", "GH", "CV", "BRRC"]);
        s.disputed(&[&one, &other]);
    });
    book.tell(
        "settled-then-signed-twice",
        "CV turns out to have signed both: BRRC alone is left, and has signed",
        |s| {
            both(s, &one, &other);
            s.comes("joins", &settled, &["CV", "BRRC"]);
            s.comes("joins", &other, &["CV"]);
            s.governs(&settled);
        },
    );
    let after = settled.next_for(2035);
    book.tell("after-a-settlement", "the next revision follows the settlement", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.comes("joins", &after, &ONE);
        s.governs(&after);
    });
    let rival = book.genesis.next(|message| {
        message.settles = vec![one.hash(), other.hash()];
        "2039-01-01".clone_into(&mut message.review_by);
    });
    book.tell("two-settlements", "two settlements stand against one another, and what they settle with them", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.comes("joins", &rival, &["CV", "BRRC"]);
        s.disputed(&[&one, &other, &settled, &rival]);
    });
    let last = book.genesis.settling(&[&one, &settled]);
    book.tell("settled-its-settlement", "CV signed one and what settles it: that is not twice", |s| {
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.comes("joins", &last, &["CI", "SN", "GH", "CV"]);
        s.governs(&last);
    });
}

fn malformed(book: &mut Book<'_>) {
    let (one, other) = (book.genesis.next_for(2031), book.genesis.next_for(2032));
    let settled = book.genesis.settling(&[&one, &other]);
    book.tell("settlement-first", "it comes before those among which it decides, and again after them", |s| {
        s.comes("settles", &settled, &["CV", "BRRC"]);
        both(s, &one, &other);
        s.comes("joins", &settled, &["CV", "BRRC"]);
        s.governs(&settled);
    });
    book.tell("settles-a-proposal", "one of the two is not adopted", |s| {
        s.comes("joins", &one, &ONE);
        s.comes("joins", &other, &["CI"]);
        s.comes("settles", &settled, &["CV", "BRRC"]);
        s.governs(&one);
    });
    let genesis = book.genesis.settling(&[&book.genesis, &one]);
    book.tell("settles-the-genesis", "the genesis is adopted, and of another number", |s| {
        s.comes("joins", &one, &ONE);
        s.comes("settles", &genesis, &["CV", "BRRC"]);
        s.governs(&one);
    });
    let mut form = |name, why, word, hashes: Vec<Vec<u8>>| {
        let next = book.genesis.next(|message: &mut v1::Charter| message.settles = hashes);
        book.tell(name, why, |s| s.comes(word, &next, &["CV", "BRRC"]));
    };
    form("settles-one", "a settlement decides among two or more", "settles", vec![one.hash()]);
    form("settles-one-twice", "and not among one and itself", "settles", vec![one.hash(), one.hash()]);
    form("settles-31", "a hash has 32 bytes", "field-length", vec![one.hash(), vec![1; 31]]);
}
