//! That the traps among the entries are traps: where a vector says that the equation holds, it does, so that a reader
//! that checks nothing else would take it.

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::IsIdentity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use palabre_core::id::NetworkId;
use palabre_core::keys::{Purpose, signed_input};
use palabre_proto::{Message, v1};
use sha2::{Digest, Sha512};

use crate::vector::{bytes, file, list, text};

#[test]
fn where_a_vector_says_that_the_equation_holds_it_does() {
    let file = file("entries.json");
    let network: NetworkId = text(&file["network"]).parse().unwrap();
    let (mut plain, mut times_eight) = (0, 0);
    for vector in list(&file["vectors"]) {
        let why = text(&vector["why"]);
        if !why.contains("the equation holds") {
            continue;
        }
        let rest = rest(&v1::Entry::decode(bytes(&vector["entry"]).as_slice()).unwrap(), &network);
        assert!(rest.mul_by_cofactor().is_identity(), "{}", vector["name"]);
        if why.contains("times 8") {
            assert!(!rest.is_identity(), "{}", vector["name"]);
            times_eight += 1;
        } else {
            assert!(rest.is_identity(), "{}", vector["name"]);
            plain += 1;
        }
    }
    assert_eq!((plain, times_eight), (10, 7), "where the equation holds, and where it holds times 8 only");
}

/// [S]B - R - [k]A, with every encoding read as leniently as can be.
fn rest(entry: &v1::Entry, network: &NetworkId) -> EdwardsPoint {
    let key = v1::Header::decode(entry.header.as_slice()).unwrap().author;
    let (commitment, response) = entry.signature.split_at(32);
    let input = signed_input(Purpose::Entry, network, &entry.header);
    let challenge = Scalar::hash_from_bytes::<Sha512>(&[commitment, &key, &input].concat());
    let response = Scalar::from_bytes_mod_order(response.try_into().unwrap());
    EdwardsPoint::mul_base(&response) - point(commitment) - challenge * point(&key)
}

fn point(encoded: &[u8]) -> EdwardsPoint {
    CompressedEdwardsY::from_slice(encoded).unwrap().decompress().unwrap()
}

#[test]
fn no_reduction_of_k_would_turn_two_verdicts() {
    // For a key of mixed order the small part notices k modulo 8, which the reduction modulo L changes.
    let file = file("entries.json");
    let network: NetworkId = text(&file["network"]).parse().unwrap();
    for (name, reduced, raw) in [("mixed-key", true, false), ("unreduced-k", false, true)] {
        let vector = list(&file["vectors"]).iter().find(|vector| vector["name"] == name).unwrap();
        let entry = v1::Entry::decode(bytes(&vector["entry"]).as_slice()).unwrap();
        let key = v1::Header::decode(entry.header.as_slice()).unwrap().author;
        let input = signed_input(Purpose::Entry, &network, &entry.header);
        let hash = Sha512::digest([&entry.signature[..32], &key, &input].concat());
        assert_eq!(rest(&entry, &network).is_identity(), reduced, "{name}");
        assert_eq!(hash[0].trailing_zeros() >= 3, raw, "{name}");
    }
}
