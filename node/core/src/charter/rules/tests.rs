//! The set of rules is bounded and the same whatever came first.

use palabre_proto::v1;

use super::*;
use crate::fixtures::{Network, Seat};

/// Rival first mandates of one administration, each with another label.
fn rivals(network: &Network, seat: &Seat, count: u64) -> Vec<RawMandate> {
    let rival = |written| {
        let node = v1::MandatedNode { key: seat.node.node_key().as_bytes().to_vec(), ..v1::MandatedNode::default() };
        let message = v1::Mandate {
            administration: seat.code.to_string(),
            number: 1,
            charter: network.genesis.charter.hash().as_bytes().to_vec(),
            written,
            nodes: vec![node],
            ..v1::Mandate::default()
        };
        RawMandate::parse(RawMandate::sign(&message, &seat.administration, network.id())).unwrap()
    };
    (1..=count).map(rival).collect()
}

#[test]
fn of_rival_first_mandates_none_governs_whatever_their_order() {
    let network = Network::new(3, 1);
    let seat = network.seat("SN");
    let mut mandates = rivals(&network, seat, 5);
    let gathered = |mandates: &[RawMandate]| {
        let mut rules = network.rules_without(&["SN"]);
        for mandate in mandates {
            rules.add_mandate(mandate.clone()).unwrap();
        }
        rules
    };
    let forwards = gathered(&mandates);
    mandates.reverse();
    let backwards = gathered(&mandates);
    assert_eq!(forwards.digest(), backwards.digest());
    assert_eq!(forwards.governing_digest(), backwards.governing_digest());
    let node = seat.node.node_key();
    assert!(!forwards.admits(&node) && !backwards.admits(&node));
    assert_eq!(forwards.disputed_mandates().count(), 5);
}

#[test]
fn an_administration_cannot_fill_the_set_with_rival_mandates() {
    let network = Network::new(3, 1);
    let mut rules = network.rules_without(&["SN"]);
    let outcomes = rivals(&network, network.seat("SN"), 100).into_iter().map(|rival| rules.add_mandate(rival));
    let taken = outcomes.filter(|outcome| matches!(outcome, Ok(true))).count();
    assert_eq!(taken, 64);
}

#[test]
fn a_single_mandate_governs() {
    let network = Network::new(3, 1);
    let seat = network.seat("SN");
    let mut rules = network.rules_without(&["SN"]);
    let mandate = rivals(&network, seat, 1).remove(0);
    assert!(rules.add_mandate(mandate.clone()).unwrap());
    assert!(!rules.add_mandate(mandate).unwrap(), "it is held already");
    assert!(rules.admits(&seat.node.node_key()));
}

#[test]
fn a_signature_that_is_held_or_of_nobody_changes_nothing() {
    let network = Network::new(3, 1);
    let mut rules = network.rules.clone();
    let known = rules.signatures().next().unwrap().clone();
    assert!(!rules.add_signature(&known));
    let stranger = crate::keys::Secret::from_seed(&[9; 32]);
    assert!(!rules.add_signature(&CharterSignature::sign(&network.genesis.charter, &stranger, network.id())));
}

#[test]
fn one_signature_short_and_no_node_starts() {
    let network = Network::new(5, 1);
    let mut file = network.genesis.clone();
    file.signatures.truncate(file.charter.threshold as usize);
    assert!(Rules::found(file.clone()).is_ok());
    file.signatures.pop();
    let twice = file.signatures[0].clone();
    file.signatures.push(twice);
    match Rules::found(file) {
        Err(RulesError::Threshold { signed, needed }) => assert_eq!(signed.len() + 1, needed as usize),
        other => panic!("a duplicated signer counts once: {other:?}"),
    }
}
