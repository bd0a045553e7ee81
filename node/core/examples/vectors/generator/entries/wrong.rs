//! Entries that are signed rightly and still say what no entry may say.

use palabre_proto::{Message, v1};

use super::Book;
use super::valid::with_attachments;
use crate::generator::wire;

pub(super) fn add(book: &mut Book<'_>) {
    lengths(book);
    numbers(book);
    limits(book);
    signatures(book);
    order_of_checks(book);
}

/// Keys, hashes, logs and tags of another length than their own.
fn lengths(book: &mut Book<'_>) {
    let right = v1::Header { sequence: 2, previous: vec![8; 32], tag: vec![9; 16], ..book.cast.header("CI") };
    let mut say = |field: &str, length: usize, set: &dyn Fn(&mut v1::Header, Vec<u8>)| {
        let mut header = right.clone();
        set(&mut header, vec![1; length]);
        let (name, why) = (format!("{field}-{length}"), format!("`{field}` has {length} bytes"));
        book.refused("field-length", &name, &why, &header.encode_to_vec(), None);
    };
    for length in [0, 31, 33] {
        say("author", length, &|h, bytes| h.author = bytes);
        say("charter", length, &|h, bytes| h.charter = bytes);
        say("mandate", length, &|h, bytes| h.mandate = bytes);
        say("payload_hash", length, &|h, bytes| h.payload_hash = bytes);
        say("attachments.hash", length, &|h, bytes| h.attachments[0].hash = bytes);
    }
    for length in [0, 7, 9] {
        say("log", length, &|h, bytes| h.log = bytes);
    }
    for length in [1, 31, 33] {
        say("previous", length, &|h, bytes| h.previous = bytes);
    }
    for length in [1, 15, 17, 32] {
        say("tag", length, &|h, bytes| h.tag = bytes);
    }
    let first = v1::Header { previous: vec![8; 31], ..book.cast.header("CI") };
    let why = "the first entry of a log names none before it, or one with 32 bytes";
    book.refused("field-length", "previous-31-first", why, &first.encode_to_vec(), None);
}

fn numbers(book: &mut Book<'_>) {
    let first = book.cast.header("CI");
    let mut say = |word, name: &str, why: &str, header: v1::Header| {
        book.refused(word, name, why, &header.encode_to_vec(), None);
    };
    say("sequence-zero", "sequence-zero", "sequences count from 1", v1::Header { sequence: 0, ..first.clone() });
    let why = "an entry after the first names none before it";
    say("previous-missing", "previous-missing", why, v1::Header { sequence: 2, ..first.clone() });
    let why = "this version knows priorities 0 and 1";
    say("priority-unknown", "priority-2", why, v1::Header { priority: 2, ..first.clone() });
    let why = "a negative priority, ten bytes on the wire";
    say("priority-unknown", "priority-negative", why, v1::Header { priority: -1, ..first });
    let why = "no header: all its fields have their defaults, and sequence 0 is the first that cannot be";
    book.refused("sequence-zero", "header-empty", why, &[], None);
}

fn limits(book: &mut Book<'_>) {
    let first = book.cast.header("CI");
    let long = wire::padded(&first.encode_to_vec(), 2049);
    book.refused("header-too-long", "header-2049", "a header has at most 2,048 bytes", &long, None);
    let large = v1::Header { payload_size: 65_537, ..first };
    let why = "a payload has at most 65,536 bytes; said before it comes";
    book.refused("payload-too-long", "payload-65537", why, &large.encode_to_vec(), None);
    let many = with_attachments(book.cast, 33).encode_to_vec();
    book.refused("too-many-attachments", "attachments-33", "at most 32 attachments", &many, None);
}

fn signatures(book: &mut Book<'_>) {
    let header = book.cast.header("CI").encode_to_vec();
    let signature = book.cast.sign("CI", &header);
    for length in [0, 32, 63, 65] {
        let other: Vec<u8> = signature.iter().copied().chain([0]).take(length).collect();
        let (name, why) = (format!("signature-{length}"), format!("a signature of {length} bytes"));
        book.refused_signature("signature-length", &name, &why, &header, &other);
    }
    let mut flipped = signature.clone();
    flipped[0] ^= 1;
    book.refused_signature("signature", "signature-r-changed", "one bit of R was changed", &header, &flipped);
    let mut flipped = signature;
    flipped[32] ^= 1;
    book.refused_signature("signature", "signature-s-changed", "one bit of S was changed", &header, &flipped);
    book.refused_signature("signature", "signature-zero", "64 zeros", &header, &[0; 64]);
}

/// Where two things are wrong, the first in the page's order is the answer.
fn order_of_checks(book: &mut Book<'_>) {
    let right = book.cast.header("CI");
    let garbage = vec![0xff; 2049];
    book.refused("header-too-long", "order-length-encoding", "too long, and no protobuf", &garbage, None);
    let header = v1::Header { sequence: 0, author: Vec::new(), ..right.clone() };
    let why = "sequence 0, and an author of 0 bytes";
    book.refused("sequence-zero", "order-sequence-author", why, &header.encode_to_vec(), None);
    let header = v1::Header { sequence: 2, payload_size: 65_537, ..right.clone() };
    let why = "no previous, and a payload too long";
    book.refused("previous-missing", "order-previous-size", why, &header.encode_to_vec(), None);
    let header = v1::Header { payload_size: 65_537, author: Vec::new(), ..right.clone() };
    let why = "a payload too long, and an author of 0 bytes";
    book.refused("payload-too-long", "order-size-author", why, &header.encode_to_vec(), None);
    let header = v1::Header { mandate: Vec::new(), priority: 7, ..right.clone() };
    let why = "a mandate of 0 bytes, and an unknown priority";
    book.refused("field-length", "order-mandate-priority", why, &header.encode_to_vec(), None);
    let header = v1::Header { tag: vec![1], priority: 7, ..right.clone() };
    let why = "an unknown priority, and a tag of 1 byte";
    book.refused("priority-unknown", "order-priority-tag", why, &header.encode_to_vec(), None);
    let mut header = with_attachments(book.cast, 33);
    header.attachments[0].hash.clear();
    let why = "33 attachments, the first with a hash of 0 bytes";
    book.refused("too-many-attachments", "order-count-hash", why, &header.encode_to_vec(), None);
    let header = v1::Header { author: vec![0xff; 32], ..right };
    let why = "a key that is no point, and a signature of 63 bytes";
    book.refused_signature("signature-length", "order-length-key", why, &header.encode_to_vec(), &[0; 63]);
}
