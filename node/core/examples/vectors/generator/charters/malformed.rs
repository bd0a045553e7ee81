//! Charters that cannot be read.

use palabre_proto::{Message, v1};

use super::Book;
use super::valid::bare_member;
use crate::generator::cast::{Cast, KEYHOLDERS, charter_file, charter_signature, genesis};
use crate::generator::wire;

pub(super) fn add(book: &mut Book) {
    encodings(book);
    limits(book);
    revisions(book);
    kinds(book);
    names(book);
    signatures(book);
}

fn encodings(book: &mut Book) {
    let plain = genesis().encode_to_vec();
    let file = Cast::assemble().charter_file();
    book.refused_file("encoding", "file-cut", "the file ends early", &file[..file.len() - 1]);
    book.refused_file("encoding", "file-text", "no charter file at all", b"palabre");
    book.refused_bytes("encoding", "charter-cut", "the charter in the file ends early", &plain[..plain.len() - 1]);
    let mut say = |name: &str, why: &str, more: &[u8]| {
        book.refused_bytes("encoding", name, why, &[&plain, more].concat());
    };
    say("name-latin-1", "a name that is not UTF-8", &wire::bytes(3, &wire::bytes(1, b"R\xe9seau")));
    say("name-surrogate", "half of a surrogate pair is not UTF-8", &wire::bytes(3, &wire::bytes(1, b"\xed\xa0\x80")));
    say("name-overlong", "a zero in two bytes is not UTF-8", &wire::bytes(3, &wire::bytes(1, b"\xc0\x80")));
    say("keyholder-not-utf-8", "a keyholder that is not UTF-8", &wire::bytes(9, b"\xff\xff"));
    say("threshold-bytes", "the threshold as bytes", &wire::bytes(10, &[4]));
    say("checkpoint-number", "the checkpoint as a number", &wire::number(12, 1));
}

fn limits(book: &mut Book) {
    let base = genesis();
    let long = wire::padded(&base.encode_to_vec(), 196_609);
    book.refused_bytes("charter-too-long", "charter-196609", "a charter has at most 196,608 bytes", &long);
    let mut many = base;
    while many.administrations.len() < 257 {
        many.administrations.push(bare_member(many.administrations.len()));
    }
    book.refused("too-many-administrations", "administrations-257", "at most 256 administrations", &many);
}

fn revisions(book: &mut Book) {
    let base = genesis();
    let with = |revision, length| v1::Charter { revision, previous: vec![1; length], ..base.clone() };
    book.refused("revision-zero", "revision-zero", "revisions count from 1", &with(0, 0));
    book.refused("previous", "genesis-with-previous", "a genesis names no revision before it", &with(1, 32));
    book.refused("previous", "second-without-previous", "revision 2 names revision 1", &with(2, 0));
    book.refused("field-length", "previous-31", "`previous` has 31 bytes", &with(2, 31));
    book.refused("not-genesis", "second", "revision 2, well formed, founds nothing", &with(2, 32));
}

fn kinds(book: &mut Book) {
    for (kind, name) in [(0, "0"), (4, "4"), (-1, "negative")] {
        let mut charter = genesis();
        charter.administrations[1].kind = kind;
        let why = format!("an administration of kind {kind}");
        book.refused("kind-unknown", &format!("administration-kind-{name}"), &why, &charter);
    }
    for kind in [0, 5] {
        let mut charter = genesis();
        charter.offices[4].kind = kind;
        let why = format!("an office of kind {kind}");
        book.refused("kind-unknown", &format!("office-kind-{kind}"), &why, &charter);
    }
}

fn names(book: &mut Book) {
    for (name, code) in
        [("short", "C"), ("empty", ""), ("long", "A234567890123"), ("lower", "ci"), ("hyphen", "C-I"), ("accent", "CÉ")]
    {
        let mut charter = genesis();
        code.clone_into(&mut charter.administrations[5].code);
        let why = format!("{code:?} is no code: 2 to 12 capital letters or digits");
        book.refused("code", &format!("code-{name}"), &why, &charter);
    }
    let mut say = |name: &str, why: &str, change: &dyn Fn(&mut v1::Charter)| {
        let mut charter = genesis();
        change(&mut charter);
        book.refused("code", name, why, &charter);
    };
    say("code-office", "an office held by no code", &|c| c.offices[0].administration = "ci".into());
    say("code-host", "a host that is no code", &|c| c.commissions[0].host.clear());
    say("code-seat", "a seat of no code", &|c| c.commissions[0].members[1] = "S N".into());
    say("code-keyholder", "a keyholder that is no code", &|c| c.keyholders[0] = "CI ".into());
    for (name, id) in [
        ("short", "g"),
        ("long", &"a".repeat(33)),
        ("capital", "Governance"),
        ("digit", "commission1"),
        ("space", "g h"),
    ] {
        let mut charter = genesis();
        id.clone_into(&mut charter.commissions[1].id);
        let why = format!("{id:?} is no id of a commission: 2 to 32 lower-case letters or hyphens");
        book.refused("commission-id", &format!("commission-{name}"), &why, &charter);
    }
    for length in [1, 31, 33] {
        let mut charter = genesis();
        charter.administrations[0].key = vec![1; length];
        let why = format!("a key of {length} bytes: it has 32, or none");
        book.refused("field-length", &format!("administration-key-{length}"), &why, &charter);
    }
}

/// One signature of the wrong form makes the file unreadable; one that is wrong otherwise only does not count.
fn signatures(book: &mut Book) {
    let charter = genesis().encode_to_vec();
    let mut say = |word, name: &str, why: &str, change: &dyn Fn(&mut v1::Signature)| {
        let mut signatures: Vec<_> = KEYHOLDERS.iter().map(|code| charter_signature(&charter, code)).collect();
        change(&mut signatures[4]);
        let file = v1::CharterFile { charter: charter.clone(), signatures }.encode_to_vec();
        book.refused_file(word, name, why, &file);
    };
    say("field-length", "signature-subject-31", "a subject of 31 bytes", &|s| s.subject = vec![1; 31]);
    say("field-length", "signature-key-33", "a signer's key of 33 bytes", &|s| s.key.push(0));
    say("signature-length", "signature-63", "a signature of 63 bytes", &|s| s.signature = vec![1; 63]);
    say("field-length", "signature-empty", "a signature without anything", &|s| *s = v1::Signature::default());
    let zero = v1::Charter { revision: 0, ..genesis() };
    let file = v1::CharterFile { charter: zero.encode_to_vec(), signatures: vec![v1::Signature::default()] };
    let why = "the charter is judged before the signatures";
    book.refused_file("revision-zero", "charter-before-signatures", why, &file.encode_to_vec());
    let file = charter_file(&[], &KEYHOLDERS);
    book.refused_file("revision-zero", "charter-empty", "a charter of 0 bytes has revision 0", &file);
}
