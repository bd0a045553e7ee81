//! Charters that too few have signed.

use palabre_core::id::NetworkId;
use palabre_core::keys::Purpose;
use palabre_proto::{Message, v1};

use super::Book;
use crate::generator::cast::{administration, charter_file, charter_signature, founded, genesis, hash};
use crate::generator::curve::{self, Pair};

pub(super) fn add(book: &mut Book) {
    let charter = genesis().encode_to_vec();
    let mut say = |name: &str, why: &str, file: &[u8]| book.refused_file("threshold", name, why, file);
    say("three-of-five", "three have signed, four must", &charter_file(&charter, &["CI", "SN", "GH"]));
    say("none-of-five", "nobody has signed", &charter_file(&charter, &[]));
    let why = "administrations count, not signatures";
    say("signed-twice", why, &charter_file(&charter, &["CI", "SN", "GH", "GH", "CI"]));
    let why = "TG is no keyholder, WCO a partner";
    say("strangers", why, &charter_file(&charter, &["CI", "SN", "GH", "TG", "WCO"]));
    for (name, why, fourth) in fourth_signatures(&charter) {
        let mut signatures: Vec<_> = ["CI", "SN", "GH"].iter().map(|code| charter_signature(&charter, code)).collect();
        signatures.push(fourth);
        let file = v1::CharterFile { charter: charter.clone(), signatures }.encode_to_vec();
        book.refused_file("threshold", name, why, &file);
    }
    small_key(book);
}

/// Fourth signatures that do not count.
fn fourth_signatures(charter: &[u8]) -> Vec<(&'static str, &'static str, v1::Signature)> {
    let right = charter_signature(charter, "CV");
    let network = founded(charter);
    let signed = |purpose, network: &NetworkId, bytes: &[u8]| v1::Signature {
        signature: administration("CV").sign(purpose, network, bytes).0.to_vec(),
        ..right.clone()
    };
    let mut changed = charter.to_vec();
    changed.extend([0xa0, 0x06, 0x01]);
    let mut greater = right.clone();
    greater.signature = curve::with_greater_s(&greater.signature, 1);
    vec![
        ("subject-other", "the fourth names another charter", v1::Signature { subject: hash(b"?"), ..right.clone() }),
        ("key-of-another", "the fourth says that it is by BRRC", key_of(&right, "BRRC")),
        ("prefix-mandate", "the fourth has the prefix of mandates", signed(Purpose::Mandate, &network, charter)),
        ("prefix-entry", "the fourth has the prefix of entries", signed(Purpose::Entry, &network, charter)),
        (
            "network-zero",
            "the network of a genesis is its own hash",
            signed(Purpose::Charter, &NetworkId::from_bytes([0; 32]), charter),
        ),
        (
            "field-added",
            "the fourth signed a charter with one more field",
            signed(Purpose::Charter, &network, &changed),
        ),
        ("s-plus-l", "the fourth has an S that is not below L", greater),
    ]
}

fn key_of(signature: &v1::Signature, code: &str) -> v1::Signature {
    v1::Signature { key: administration(code).administration_key().as_bytes().to_vec(), ..signature.clone() }
}

/// A keyholder whose key is the identity, under which anybody could sign.
fn small_key(book: &mut Book) {
    let mut charter = genesis();
    let key = curve::near_zero(1, 0);
    charter.administrations[3].key = key.to_vec();
    let bytes = charter.encode_to_vec();
    let network = founded(&bytes);
    let input = palabre_core::keys::signed_input(Purpose::Charter, &network, &bytes);
    let forged = curve::signature(&curve::commitment(5, 0), 5, &Pair::bare(key), &input);
    let mut signatures: Vec<_> = ["CI", "SN", "GH"].iter().map(|code| charter_signature(&bytes, code)).collect();
    signatures.push(v1::Signature { subject: hash(&bytes), key: key.to_vec(), signature: forged });
    let file = v1::CharterFile { charter: bytes, signatures }.encode_to_vec();
    let why = "the fourth is under a key of small order: the equation holds, and counts for nothing";
    book.refused_file("threshold", "small-key", why, &file);
}
