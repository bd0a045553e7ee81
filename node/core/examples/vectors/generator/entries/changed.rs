//! Entries that somebody changed after they were signed.

use palabre_core::id::NetworkId;
use palabre_core::keys::Purpose;
use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{self, hash, publishing};
use crate::generator::wire;

pub(super) fn add(book: &mut Book<'_>) {
    fields(book);
    payloads(book);
    signed_for_something_else(book);
}

/// One vector for each field of a header.
fn fields(book: &mut Book<'_>) {
    let signed = v1::Header { sequence: 2, previous: vec![8; 32], place: 1, ..book.cast.header("CI") };
    let signature = book.cast.sign("CI", &signed.encode_to_vec());
    let mut change = |field: &str, change: &dyn Fn(&mut v1::Header)| {
        let mut header = signed.clone();
        change(&mut header);
        let (name, why) = (format!("changed-{field}"), format!("`{field}` was changed after signing"));
        book.refused_signature("signature", &name, &why, &header.encode_to_vec(), &signature);
    };
    change("author", &|h| h.author = cast::node("SN").node_key().as_bytes().to_vec());
    change("log", &|h| h.log[7] ^= 1);
    change("sequence", &|h| h.sequence = 3);
    change("previous", &|h| h.previous[0] ^= 1);
    change("clock", &|h| h.clock += 1);
    change("place", &|h| h.place = 2);
    change("charter", &|h| h.charter[31] ^= 0x80);
    change("mandate", &|h| h.mandate[16] ^= 1);
    change("priority", &|h| h.priority = 1);
    change("tag", &|h| h.tag = vec![9; 16]);
    change("payload_hash", &|h| h.payload_hash[0] ^= 1);
    change("payload_size", &|h| h.payload_size += 1);
    change("attachments.hash", &|h| h.attachments[0].hash[0] ^= 1);
    change("attachments.size", &|h| h.attachments[0].size += 1);
    change("attachments", &|h| h.attachments.clear());
    encodings(book, &signed);
}

/// The same header, other bytes.
fn encodings(book: &mut Book<'_>, header: &v1::Header) {
    let plain = header.encode_to_vec();
    let unknown = [plain.clone(), wire::number(100, 1)].concat();
    book.refused_signature(
        "signature",
        "unknown-field-dropped",
        "an unknown field that was signed is missing: whoever hands an entry on keeps its bytes",
        &plain,
        &book.cast.sign("CI", &unknown),
    );
    book.refused_signature(
        "signature",
        "unknown-field-added",
        "an unknown field was added after signing",
        &unknown,
        &book.cast.sign("CI", &plain),
    );
    let explicit = [plain.clone(), wire::number(9, 0)].concat();
    book.refused_signature(
        "signature",
        "default-added",
        "a field with its default value was written out after signing: the same meaning, other bytes",
        &explicit,
        &book.cast.sign("CI", &plain),
    );
}

fn payloads(book: &mut Book<'_>) {
    let act = publishing(0);
    let header = book.cast.header("CI").encode_to_vec();
    let mut other = act.clone();
    other[0] ^= 1;
    let longer = [act.clone(), vec![0]].concat();
    let shorter = &act[..act.len() - 1];
    let entry = |payload: &[u8]| book.cast.entry("CI", &header, Some(payload)).encode_to_vec();
    let (changed, long, short, none) = (entry(&other), entry(&longer), entry(shorter), entry(&[]));
    book.refused_entry("payload-hash", "payload-changed", "one bit of the payload was changed", &changed);
    book.refused_entry("payload-size", "payload-longer", "the payload has one byte more than the header says", &long);
    book.refused_entry("payload-size", "payload-shorter", "the payload has one byte less than the header says", &short);
    book.refused_entry("payload-size", "payload-emptied", "a payload of 0 bytes is not an absent one", &none);
    let signed_wrong = v1::Entry { header: header.clone(), signature: vec![0; 64], payload: Some(other) };
    book.refused_entry(
        "payload-hash",
        "payload-before-signature",
        "payload and signature are wrong: the payload is judged first",
        &signed_wrong.encode_to_vec(),
    );
}

fn signed_for_something_else(book: &mut Book<'_>) {
    let header = book.cast.header("CI").encode_to_vec();
    let node = cast::node("CI");
    let network = book.cast.network;
    let other = NetworkId::from_bytes([7; 32]);
    let without_network = [b"palabre/entry/1", &header[..]].concat();
    let mut say = |name: &str, why: &str, signature: Vec<u8>| {
        book.refused_signature("signature", name, why, &header, &signature);
    };
    let sign = |purpose, network: &NetworkId, bytes: &[u8]| node.sign(purpose, network, bytes).0.to_vec();
    say("network-other", "signed in another network", sign(Purpose::Entry, &other, &header));
    say("prefix-charter", "signed with the prefix of charters", sign(Purpose::Charter, &network, &header));
    say("prefix-mandate", "signed with the prefix of mandates", sign(Purpose::Mandate, &network, &header));
    say("prefix-missing", "the header alone was signed", plainly_signed(&header));
    say("network-missing", "prefix and header were signed, without the network", plainly_signed(&without_network));
    say("hash-signed", "the id was signed in place of the header", sign(Purpose::Entry, &network, &hash(&header)));
    say("key-other", "signed by another node", cast::node("SN").sign(Purpose::Entry, &network, &header).0.to_vec());
    say(
        "administration-signed",
        "signed by the administration: only the node itself writes its logs",
        cast::administration("CI").sign(Purpose::Entry, &network, &header).0.to_vec(),
    );
}

/// Signed by CI's node without prefix and network.
fn plainly_signed(bytes: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    let seed = cast::node("CI").seed();
    ed25519_dalek::SigningKey::from_bytes(&seed).sign(bytes).to_bytes().to_vec()
}
