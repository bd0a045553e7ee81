//! Mandates that do not count.

use palabre_core::id::NetworkId;
use palabre_core::keys::Purpose;
use palabre_proto::{Message, v1};

use super::Book;
use super::valid::{addresses, sealing, with_nodes};
use crate::generator::cast::{administration, node, signed_mandate};
use crate::generator::curve;
use crate::generator::wire;

pub(super) fn add(book: &mut Book<'_>) {
    encodings(book);
    limits(book);
    fields(book);
    signers(book);
    signatures(book);
}

fn encodings(book: &mut Book<'_>) {
    let plain = book.cast.mandate("CI").encode_to_vec();
    let signed = book.signed("CI", &plain).encode_to_vec();
    book.refused_signed("encoding", "file-cut", "the file ends early", &signed[..signed.len() - 1]);
    let mut say = |name: &str, why: &str, mandate: &[u8]| {
        let signed = book.signed("CI", mandate).encode_to_vec();
        book.refused_signed("encoding", name, why, &signed);
    };
    say("mandate-cut", "the mandate in it ends early", &plain[..plain.len() - 1]);
    let label = wire::bytes(6, &wire::bytes(2, b"\xff"));
    say("label-not-utf-8", "a label that is not UTF-8", &[plain.clone(), label].concat());
    let delivers = wire::bytes(6, &wire::bytes(5, &[1]));
    say("delivers-bytes", "`delivers` as bytes", &[plain.clone(), delivers].concat());
    say("number-fixed64", "`number` as eight bytes", &[plain, wire::key(2, wire::FIXED64), vec![0; 8]].concat());
}

fn limits(book: &mut Book<'_>) {
    let first = book.cast.mandate("CI");
    let long = wire::padded(&first.encode_to_vec(), 65_537);
    let long = book.signed("CI", &long).encode_to_vec();
    book.refused_signed("mandate-too-long", "mandate-65537", "a mandate has at most 65,536 bytes", &long);
    book.refused("too-many", "nodes-65", "at most 64 nodes", &with_nodes(&first, 65));
    let mut many = first.clone();
    many.nodes[0].addresses = addresses(9);
    book.refused("too-many", "addresses-9", "at most 8 addresses of one node", &many);
    let mut many = first;
    many.nodes[0].sealing = sealing(3);
    book.refused("too-many", "sealing-3", "at most 2 sealing keys of one node", &many);
}

fn fields(book: &mut Book<'_>) {
    let first = book.cast.mandate("CI");
    let mut say = |word, name: &str, why: &str, change: &dyn Fn(&mut v1::Mandate)| {
        let mut mandate = first.clone();
        change(&mut mandate);
        book.refused(word, name, why, &mandate);
    };
    say("code", "code-lower", "an administration that is no code", &|m| m.administration = "ci".into());
    say("code", "code-missing", "no administration", &|m| m.administration.clear());
    say("number", "number-zero", "mandates count from 1", &|m| m.number = 0);
    let why = "number 0, though it names one before";
    say("number", "number-zero-with-previous", why, &|m| (m.number, m.previous) = (0, vec![1; 32]));
    say("number", "first-with-previous", "the first mandate names none before it", &|m| m.previous = vec![1; 32]);
    say("number", "second-without-previous", "mandate 2 names mandate 1", &|m| m.number = 2);
    say("field-length", "previous-31", "`previous` has 31 bytes", &|m| (m.number, m.previous) = (2, vec![1; 31]));
    say("field-length", "charter-0", "no charter", &|m| m.charter.clear());
    say("field-length", "charter-33", "`charter` has 33 bytes", &|m| m.charter.push(0));
    say("field-length", "node-key-31", "the key of a node has 31 bytes", &|m| m.nodes[0].key.truncate(31));
    say("field-length", "node-key-0", "a node without a key", &|m| m.nodes.push(v1::MandatedNode::default()));
    say("node-twice", "node-twice", "a node twice", &|m| m.nodes.push(m.nodes[0].clone()));
    say("node-twice", "order-node-code", "a node twice, and no administration: nodes are judged first", &|m| {
        m.nodes.push(m.nodes[0].clone());
        m.administration.clear();
    });
}

fn signers(book: &mut Book<'_>) {
    let ours = book.cast.mandate("CI");
    let named = |code: &str| v1::Mandate { administration: code.to_owned(), ..ours.clone() };
    book.refused("stranger", "stranger", "an administration that the charter does not list", &named("XX"));
    book.refused("stranger", "without-key", "an administration that has no key in the charter", &named("NGO"));
    let unsigned = v1::SignedMandate { mandate: named("XX").encode_to_vec(), signature: vec![1; 63] }.encode_to_vec();
    let why = "a signature of 63 bytes, and an administration that the charter does not list";
    book.refused_signed("signature-length", "order-length-stranger", why, &unsigned);
    book.refused("key", "key-no-point", "an administration whose key is no point", &named("LAB"));
    book.refused("signature", "signed-by-another", "SN's mandate, signed by CI", &named("SN"));
    let bytes = ours.encode_to_vec();
    let by_node = signed_mandate(&bytes, &node("CI"), &book.cast.network).encode_to_vec();
    book.refused_signed("signature", "signed-by-node", "signed by the node, not by its administration", &by_node);
}

fn signatures(book: &mut Book<'_>) {
    let network = book.cast.network;
    let bytes = book.cast.mandate("CI").encode_to_vec();
    let right = book.signed("CI", &bytes);
    let ci = administration("CI");
    let mut say = |word, name: &str, why: &str, signature: Vec<u8>| {
        let signed = v1::SignedMandate { mandate: bytes.clone(), signature }.encode_to_vec();
        book.refused_signed(word, name, why, &signed);
    };
    say("signature-length", "signature-0", "no signature", Vec::new());
    say("signature-length", "signature-63", "a signature of 63 bytes", right.signature[..63].to_vec());
    let entry = ci.sign(Purpose::Entry, &network, &bytes).0.to_vec();
    say("signature", "prefix-entry", "signed with the prefix of entries", entry);
    let charter = ci.sign(Purpose::Charter, &network, &bytes).0.to_vec();
    say("signature", "prefix-charter", "signed with the prefix of charters", charter);
    let elsewhere = ci.sign(Purpose::Mandate, &NetworkId::from_bytes([7; 32]), &bytes).0.to_vec();
    say("signature", "network-other", "signed in another network", elsewhere);
    say("signature", "s-plus-l", "an S that is not below L", curve::with_greater_s(&right.signature, 1));
    let changed = v1::Mandate { written: 1, ..book.cast.mandate("CI") }.encode_to_vec();
    let changed = v1::SignedMandate { mandate: changed, signature: right.signature }.encode_to_vec();
    book.refused_signed("signature", "changed", "a date was changed after signing", &changed);
}
