//! Entries as they are written every day, and at their limits.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{Cast, hash, publishing};
use crate::generator::wire;

pub(super) fn add(book: &mut Book<'_>) {
    every_day(book);
    payloads(book);
    limits(book);
}

fn every_day(book: &mut Book<'_>) {
    let act = publishing(0);
    let first = book.cast.header("CI");
    let mut say = |name: &str, why: &str, header: &v1::Header| {
        book.valid(name, why, header, &header.encode_to_vec(), Some(&act));
    };
    say("first", "the first entry of a log names none before it", &first);
    let previous = hash(&first.encode_to_vec());
    let second = v1::Header { sequence: 2, previous, ..first.clone() };
    say("second", "a later entry names the one before", &second);
    let later_log = v1::Header { log: vec![2; 8], previous: hash(&second.encode_to_vec()), ..first.clone() };
    say("later-log", "the first entry of a later log names the author's last head in an earlier one", &later_log);
    say("urgent", "priority 1", &v1::Header { priority: 1, ..first.clone() });
    say("sealed", "an audience has a tag of 16 bytes", &v1::Header { tag: vec![9; 16], ..first.clone() });
    say("placed", "an entry alone does not show whether its place is right", &v1::Header { place: 3, ..first.clone() });
    say(
        "rules-unknown",
        "which charter and mandate are cited is judged with the rules, not with the entry",
        &v1::Header { charter: vec![0; 32], mandate: vec![0xff; 32], ..first.clone() },
    );
    say("clock-zero", "a clock is shown and never believed", &v1::Header { clock: 0, ..first });
}

fn payloads(book: &mut Book<'_>) {
    let header = book.cast.header("CI");
    let bytes = header.encode_to_vec();
    book.valid("payload-absent", "the payload is still on its way", &header, &bytes, None);
    let empty = v1::Header { attachments: Vec::new(), ..book.cast.header_of("CI", [1; 8], &[]) };
    let bytes = empty.encode_to_vec();
    book.valid("payload-empty", "a payload of 0 bytes that is there", &empty, &bytes, Some(&[]));
    book.valid("payload-empty-absent", "a payload of 0 bytes that is still on its way", &empty, &bytes, None);
    let no_act = b"no act at all";
    let header = book.cast.header_of("CI", [1; 8], no_act);
    book.valid(
        "payload-no-act",
        "what a payload says is judged when it is folded: the entry is authentic",
        &header,
        &header.encode_to_vec(),
        Some(no_act),
    );
}

fn limits(book: &mut Book<'_>) {
    let largest = vec![0; 65_536];
    let header = book.cast.header_of("CI", [1; 8], &largest);
    let bytes = header.encode_to_vec();
    book.valid("payload-largest", "a payload of 65,536 bytes", &header, &bytes, Some(&largest));
    let header = with_attachments(book.cast, 32);
    let bytes = header.encode_to_vec();
    book.valid("attachments-most", "32 attachments", &header, &bytes, None);
    let twice = v1::Header { attachments: vec![attachment(0), attachment(0)], ..header };
    book.valid("attachment-twice", "an attachment may be named twice", &twice, &twice.encode_to_vec(), None);
    let first = book.cast.header("CI");
    let longest = wire::padded(&first.encode_to_vec(), 2048);
    book.valid("header-longest", "a header of 2,048 bytes, most of them an unknown field", &first, &longest, None);
    let greatest = v1::Header {
        sequence: u64::MAX,
        previous: vec![8; 32],
        clock: u64::MAX,
        place: u64::MAX,
        attachments: vec![v1::AttachmentRef { hash: vec![7; 32], size: u64::MAX }],
        ..first
    };
    book.valid("numbers-greatest", "64 bits are 64 bits", &greatest, &greatest.encode_to_vec(), None);
}

/// An entry with `count` different attachments.
pub(super) fn with_attachments(cast: &Cast, count: u64) -> v1::Header {
    v1::Header { attachments: (0..count).map(attachment).collect(), ..cast.header("CI") }
}

fn attachment(number: u64) -> v1::AttachmentRef {
    v1::AttachmentRef { hash: hash(&number.to_be_bytes()), size: number }
}
