//! Mandates that count.

use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{hash, node};
use crate::generator::wire;

pub(super) fn add(book: &mut Book<'_>) {
    let first = book.cast.mandate("CI");
    book.valid("first", "the first mandate of an administration", &first);
    book.valid(
        "no-nodes",
        "an administration may withdraw all its nodes",
        &v1::Mandate { nodes: Vec::new(), ..first.clone() },
    );
    book.valid("partner", "a partner with a key has nodes, too", &book.cast.mandate("WCO"));
    let why = "a suspended administration signs its mandates; what its nodes may do is another question";
    book.valid("suspended", why, &book.cast.mandate("TG"));
    let why = "which revision a mandate cites is not judged here";
    book.valid("charter-unknown", why, &v1::Mandate { charter: vec![9; 32], ..first.clone() });
    let previous = hash(&first.encode_to_vec());
    let why = "a later mandate names the one before; whether it follows is judged with that one";
    book.valid("second", why, &v1::Mandate { number: 2, previous, ..first.clone() });
    let why = "64 bits are 64 bits";
    let greatest = v1::Mandate { number: u64::MAX, previous: vec![1; 32], written: u64::MAX, ..first };
    book.valid("number-greatest", why, &greatest);
    limits(book);
    encodings(book);
}

fn limits(book: &mut Book<'_>) {
    let first = book.cast.mandate("CI");
    book.valid("nodes-most", "64 nodes", &with_nodes(&first, 64));
    let mut full = first.clone();
    full.nodes[0].addresses = addresses(8);
    full.nodes[0].sealing = sealing(2);
    book.valid("node-fullest", "8 addresses and 2 sealing keys", &full);
    let longest = wire::padded(&first.encode_to_vec(), 65_536);
    book.valid_bytes("longest", "65,536 bytes, most of them an unknown field", &first, &longest);
}

fn encodings(book: &mut Book<'_>) {
    let first = book.cast.mandate("CI");
    let plain = first.encode_to_vec();
    let unknown = [plain.clone(), wire::group(100, &wire::number(1, 1))].concat();
    book.valid_bytes("unknown-field", "an unknown field is kept and part of what is signed", &first, &unknown);
    let key = node("SN").node_key();
    let mut said = first;
    said.nodes.push(v1::MandatedNode { key: key.as_bytes().to_vec(), delivers: true, ..v1::MandatedNode::default() });
    let written = [wire::bytes(1, key.as_bytes()), wire::number(5, 1 << 40)].concat();
    let why = "a bool is true when its number is not 0, however great";
    book.valid_bytes("bool-wide", why, &said, &[plain, wire::bytes(6, &written)].concat());
}

/// The mandate with `count` different nodes.
pub(super) fn with_nodes(mandate: &v1::Mandate, count: u8) -> v1::Mandate {
    let nodes = (0..count).map(|n| v1::MandatedNode { key: vec![n; 32], label: format!("{n}"), ..Default::default() });
    v1::Mandate { nodes: nodes.collect(), ..mandate.clone() }
}

pub(super) fn addresses(count: u16) -> Vec<String> {
    (0..count).map(|n| format!("/ip4/192.0.2.1/tcp/{}", 4001 + n)).collect()
}

pub(super) fn sealing(count: u8) -> Vec<v1::SealingKey> {
    (0..count).map(|n| v1::SealingKey { suite: format!("suite-{n}"), key: vec![n; 32] }).collect()
}
