//! A keyholder proves its key, whoever carries the statement.

use super::*;
use crate::acts::KeyProof;
use crate::fixtures::{WRITTEN, secret};
use crate::registers::proofs::last;
use crate::time::Millis;

fn prove(author: &mut Author, proof: KeyProof) -> Entry {
    author.write(Act::opening(Kind::Proof(proof)).unwrap().encode(), 0, Vec::new())
}

fn of(network: &Network, code: &str, at: Millis) -> KeyProof {
    KeyProof::sign(code.parse().unwrap(), at, &network.seat(code).administration, network.id())
}

#[test]
fn the_last_proof_of_each_keyholder_counts_whoever_carries_it_and_in_any_order() {
    let network = network();
    let mut gh = network.author("GH", 1);
    gh.clock = Millis(WRITTEN.0 + 1_000_000);
    let dated = |code, at| of(&network, code, Millis(WRITTEN.0 + at));
    let entries = [("GH", 5), ("SN", 7), ("SN", 9), ("SN", 8)].map(|(code, at)| prove(&mut gh, dated(code, at)));
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut node = Node::new();
        for at in order {
            node.admit(&[&entries[at]]);
        }
        let proved = last(&node.storage, node.rules.charter()).unwrap();
        let expected = [("GH", 5), ("SN", 9)].map(|(code, at)| (code.parse().unwrap(), Millis(WRITTEN.0 + at)));
        assert_eq!(proved, expected.into());
    }
}

#[test]
fn a_clock_that_runs_ahead_proves_nothing_for_the_future() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    sn.clock = Millis(WRITTEN.0 + 5_000);
    let ahead = prove(&mut sn, of(&node.network, "SN", Millis(u64::MAX)));
    node.admit(&[&ahead]);
    let proved = last(&node.storage, node.rules.charter()).unwrap();
    assert_eq!(proved.into_values().collect::<Vec<_>>(), [ahead.header().clock]);
}

#[test]
fn what_is_signed_by_another_key_or_for_another_network_or_by_no_keyholder_is_void() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let thief =
        KeyProof::sign("SN".parse().unwrap(), WRITTEN, &secret(9, "node", &"SN".parse().unwrap()), node.network.id());
    let other = Network::new(5, 2);
    let elsewhere = KeyProof::sign("SN".parse().unwrap(), WRITTEN, &node.network.seat("SN").administration, other.id());
    let partner = of(&node.network, PARTNER, WRITTEN);
    let [thief, elsewhere, partner] = [thief, elsewhere, partner].map(|proof| prove(&mut sn, proof));
    node.admit(&[&thief, &elsewhere, &partner]);
    assert_eq!(node.void(&thief), Some(VoidReason::OtherKey));
    assert_eq!(node.void(&elsewhere), Some(VoidReason::OtherKey));
    assert_eq!(node.void(&partner), Some(VoidReason::NotAllowed));
    assert!(last(&node.storage, node.rules.charter()).unwrap().is_empty());
}

#[test]
fn a_statement_travels_as_a_file() {
    let proof = of(&network(), "SN", WRITTEN);
    assert_eq!(KeyProof::decode(&proof.encode()), Ok(proof));
    assert!(KeyProof::decode(b"\xff").is_err());
}
