//! Protobuf as no encoder writes it: what every decoder must take, and what every decoder must refuse.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{hash, publishing};
use crate::generator::wire::{self, BYTES, FIXED32, FIXED64, GROUP, GROUP_END, VARINT};

/// The greatest number that a field can have.
const LAST_FIELD: u64 = (1 << 29) - 1;
/// Fields may lie so deep in groups and messages, the outermost message not counted.
const DEPTH_MAX: usize = 99;

pub(super) fn add_valid(book: &mut Book<'_>) {
    unknown_fields(book);
    odd_but_right(book);
    envelopes(book);
}

fn unknown_fields(book: &mut Book<'_>) {
    let header = book.cast.header("CI");
    let plain = header.encode_to_vec();
    let mut say = |name: &str, why: &str, unknown: &[u8]| {
        book.valid(name, why, &header, &[&plain, unknown].concat(), None);
    };
    say("unknown-varint", "an unknown number is kept and signed", &wire::number(100, u64::MAX));
    say("unknown-bytes", "unknown bytes need not be UTF-8", &wire::bytes(100, &[0xff, 0xfe, 0]));
    say("unknown-fixed32", "four unknown bytes", &[wire::key(100, FIXED32), vec![1, 2, 3, 4]].concat());
    say("unknown-fixed64", "eight unknown bytes", &[wire::key(100, FIXED64), vec![1; 8]].concat());
    say("unknown-last-field", "the greatest number of a field, twice", &wire::number(LAST_FIELD, 1).repeat(2));
    let inside = [wire::number(1, 5), wire::group(2, &wire::bytes(3, b"deep"))].concat();
    say("unknown-group", "an unknown group is skipped to its end, with the group in it", &wire::group(100, &inside));
    let why = "a field in 99 groups is the deepest there may be";
    say("groups-deepest", why, &wire::nested_groups(DEPTH_MAX, &wire::number(1, 1)));
    let why = "100 groups with nothing in the last: the innermost lies in 99";
    say("groups-deepest-empty", why, &wire::nested_groups(DEPTH_MAX + 1, &[]));
    let size = wire::number(2, 7);
    let attachment = [wire::bytes(1, &hash(b"content")), size, wire::number(3, 1)].concat();
    let bare = v1::Header { attachments: Vec::new(), ..header.clone() };
    let bytes = [bare.encode_to_vec(), wire::bytes(13, &attachment)].concat();
    book.valid("unknown-in-attachment", "an unknown field in an attachment", &header, &bytes, None);
}

fn odd_but_right(book: &mut Book<'_>) {
    let header = book.cast.header("CI");
    let plain = header.encode_to_vec();
    let last = v1::Header { sequence: 2, previous: vec![8; 32], clock: 5, ..header.clone() };
    let early = [wire::number(3, 9), wire::bytes(4, &[]), wire::bytes(1, b"short"), last.encode_to_vec()].concat();
    book.valid("last-wins", "of a field that stands several times the last counts", &last, &early, None);
    let backwards = [wire::number(12, 4), plain.clone(), wire::number(12, u64::from(header.payload_size))].concat();
    book.valid("last-wins-around", "a field before and after all the others", &header, &backwards, None);
    let mut reversed = fields(&plain);
    reversed.reverse();
    book.valid("fields-reversed", "fields come in any order", &header, &reversed.concat(), None);
    let defaults = [wire::number(6, 0), wire::number(9, 0), wire::bytes(10, &[]), wire::bytes(4, &[]), plain.clone()];
    book.valid("defaults-written", "defaults may be written out", &header, &defaults.concat(), None);
    let long = [plain.clone(), wire::long_varint(3 << 3, 5), wire::long_varint(1, 10)].concat();
    book.valid("varint-long", "a number may take more bytes than it needs, ten at most", &header, &long, None);
    let length = [plain.clone(), wire::key(2, BYTES), wire::long_varint(8, 4), vec![1; 8]].concat();
    book.valid("length-long", "so may a length", &header, &length, None);
    let wide = [plain.clone(), wire::number(12, (1 << 32) + u64::from(header.payload_size))].concat();
    book.valid("uint32-wide", "of a 32-bit number the low 32 bits count", &header, &wide, None);
    let urgent = v1::Header { priority: 1, ..header };
    let wide = [plain, wire::number(9, (1 << 32) + 1)].concat();
    book.valid("enum-wide", "of an enum too", &urgent, &wide, None);
}

fn envelopes(book: &mut Book<'_>) {
    let act = publishing(0);
    let said = book.cast.header("CI");
    let header = said.encode_to_vec();
    let entry = book.cast.entry("CI", &header, Some(&act)).encode_to_vec();
    let mut say = |name: &str, why: &str, entry: &[u8]| book.valid_entry(name, why, &said, &header, entry);
    let unknown = [entry.clone(), wire::bytes(9, b"?")].concat();
    say("envelope-unknown", "an unknown field of the envelope is no part of the entry", &unknown);
    let repeated = [wire::bytes(2, &[0; 64]), wire::bytes(3, b"else"), entry.clone()].concat();
    say("envelope-last-wins", "the last signature and the last payload count", &repeated);
    let mut reversed = fields(&entry);
    reversed.reverse();
    say("envelope-reversed", "payload, signature, header", &reversed.concat());
}

pub(super) fn add_refused(book: &mut Book<'_>) {
    headers(book);
    let header = book.cast.header("CI").encode_to_vec();
    let entry = book.cast.entry("CI", &header, None).encode_to_vec();
    let mut say = |word, name: &str, why: &str, entry: &[u8]| book.refused_entry(word, name, why, entry);
    say("encoding", "envelope-cut", "the envelope ends within its signature", &entry[..entry.len() - 1]);
    let number = [wire::number(2, 7), entry.clone()].concat();
    say("encoding", "envelope-wire-type", "the signature as a number", &number);
    say("sequence-zero", "envelope-empty", "no header is a header of 0 bytes", &[]);
    let signed = [wire::bytes(1, &header), wire::bytes(3, &[])].concat();
    say("payload-size", "envelope-no-signature", "the payload is judged before the signature", &signed);
}

fn headers(book: &mut Book<'_>) {
    let header = book.cast.header("CI");
    let plain = header.encode_to_vec();
    let mut say = |name: &str, why: &str, more: &[u8]| {
        book.refused("encoding", name, why, &[&plain, more].concat(), None);
    };
    say("key-cut", "the key of a field ends early", &[0x80]);
    say("varint-cut", "a number ends early", &[wire::key(100, VARINT), vec![0xff]].concat());
    say("varint-11", "a number of eleven bytes", &[wire::key(100, VARINT), wire::long_varint(1, 11)].concat());
    let beyond = [vec![0xff; 9], vec![2]].concat();
    say("varint-65-bits", "a number beyond 64 bits", &[wire::key(100, VARINT), beyond].concat());
    say("length-beyond", "a length beyond the end", &[wire::key(100, BYTES), vec![1]].concat());
    say("length-huge", "a length of 64 bits", &[wire::key(100, BYTES), wire::varint(u64::MAX)].concat());
    say("fixed32-cut", "three bytes of four", &[wire::key(100, FIXED32), vec![0; 3]].concat());
    say("fixed64-cut", "seven bytes of eight", &[wire::key(100, FIXED64), vec![0; 7]].concat());
    say("field-zero", "fields count from 1", &wire::number(0, 1));
    say("field-beyond", "the key of a field has 32 bits", &wire::number(LAST_FIELD + 1, 1));
    say("wire-type-6", "no wire type", &[wire::key(100, 6), vec![0]].concat());
    say("wire-type-7", "no wire type", &[wire::key(100, 7), vec![0]].concat());
    say("group-open", "a group without its end", &wire::key(100, GROUP));
    say("group-end-alone", "the end of a group that did not begin", &wire::key(100, GROUP_END));
    let crossed = [wire::key(100, GROUP), wire::key(101, GROUP_END)].concat();
    say("group-crossed", "the end of another group", &crossed);
    let why = "a field in 100 groups";
    say("groups-too-deep", why, &wire::nested_groups(DEPTH_MAX + 1, &wire::number(1, 1)));
    let why = "101 groups: the innermost lies in 100";
    say("groups-too-deep-empty", why, &wire::nested_groups(DEPTH_MAX + 2, &[]));
    wrong_wire_types(&mut say);
    let attachment = [wire::bytes(1, &hash(b"content")), wire::key(2, VARINT)].concat();
    say("attachment-cut", "a number of an attachment ends with the attachment", &wire::bytes(13, &attachment));
    let over = [wire::bytes(13, &attachment), wire::number(100, 1)].concat();
    say("attachment-overrun", "a number of an attachment would go on in the header", &over);
    let beyond = [wire::bytes(1, &hash(b"content")), wire::key(9, BYTES), vec![3]].concat();
    let over = [wire::bytes(13, &beyond), wire::number(100, 1)].concat();
    say("attachment-length-overrun", "a length in an attachment ends in the header", &over);
    let open = [wire::bytes(1, &hash(b"content")), wire::key(9, GROUP)].concat();
    let over = [wire::bytes(13, &open), wire::key(9, GROUP_END)].concat();
    say("attachment-group-overrun", "a group in an attachment ends in the header", &over);
    let deep = wire::nested_groups(DEPTH_MAX, &wire::number(1, 1));
    say("attachment-too-deep", "a field in an attachment and 99 groups", &wire::bytes(13, &deep));
}

/// A field that the format knows has its own wire type. Elsewhere such a field may count as unknown: not here.
fn wrong_wire_types(say: &mut impl FnMut(&str, &str, &[u8])) {
    say("author-number", "`author` as a number", &wire::number(1, 1));
    say("log-fixed64", "`log` as eight bytes without a length", &[wire::key(2, FIXED64), vec![1; 8]].concat());
    say("sequence-bytes", "`sequence` as bytes", &wire::bytes(3, &[1]));
    say("clock-fixed64", "`clock` as eight bytes", &[wire::key(5, FIXED64), vec![0; 8]].concat());
    say("priority-fixed32", "`priority` as four bytes", &[wire::key(9, FIXED32), vec![0; 4]].concat());
    say("attachments-group", "`attachments` as a group", &wire::group(13, &[]));
    say("attachments-number", "`attachments` as a number", &wire::number(13, 1));
}

/// A message cut into its fields: keys of one byte, and numbers and lengths that an encoder has written.
fn fields(message: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = message;
    let mut fields = Vec::new();
    while let Some(key) = rest.first() {
        let number_len = rest[1..].iter().take_while(|byte| **byte >= 0x80).count() + 1;
        let number = rest[1..=number_len].iter().rev().fold(0, |sum, byte| sum << 7 | usize::from(byte & 0x7f));
        let len = 1 + number_len + if u64::from(key & 7) == BYTES { number } else { 0 };
        let (field, after) = rest.split_at(len);
        fields.push(field.to_vec());
        rest = after;
    }
    fields
}
