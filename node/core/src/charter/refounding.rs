//! Founding anew, as the last resort (`docs/design.md` §4): a genesis that says what the old charter says, with the keys that
//! are left, and names the old network, its last revision and why.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::invariants::{self, least_threshold};
use super::proposal::{ProposalError, decoded};
use super::revision::Charter;
use crate::acts::fields::Reason;
use crate::id::{AdministrationKey, Code, NetworkId};
use crate::time::Millis;

/// What is to be other than in the old charter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// New keys; who is not named keeps its own.
    pub keys: BTreeMap<Code, AdministrationKey>,
    /// Whose keys count; else the same as before.
    pub keyholders: Option<Vec<Code>>,
    /// How many must sign; else the same as before, or two thirds of other keyholders.
    pub threshold: Option<u32>,
}

/// The genesis of a new network after the last undisputed revision of an old one, unsigned. Entries, mandates and cutoffs
/// stay in the old network.
pub fn refound(
    before: &Charter,
    network: &NetworkId,
    terms: &Terms,
    reason: &Reason,
    written: Millis,
) -> Result<Charter, ProposalError> {
    let named = terms.keys.keys().chain(terms.keyholders.iter().flatten());
    if let Some(stranger) = named.into_iter().find(|code| before.administration(code).is_none()) {
        return Err(ProposalError::Stranger(stranger.clone()));
    }
    let mut message = decoded(before)?;
    (message.revision, message.written) = (1, written.0);
    message.previous.clear();
    message.checkpoint.clear();
    message.mandate_checkpoint.clear();
    message.cutoffs.clear();
    message.settles.clear();
    for administration in &mut message.administrations {
        if let Some((_, key)) = terms.keys.iter().find(|(code, _)| code.as_str() == administration.code) {
            administration.key = key.as_bytes().to_vec();
        }
    }
    if let Some(keyholders) = &terms.keyholders {
        message.keyholders = keyholders.iter().map(Code::to_string).collect();
        message.threshold = u32::try_from(least_threshold(keyholders.len())).unwrap_or(u32::MAX);
    }
    message.threshold = terms.threshold.unwrap_or(message.threshold);
    message.refounds = Some(v1::Refounding {
        network: network.as_bytes().to_vec(),
        revision: before.hash().as_bytes().to_vec(),
        reason: reason.to_string(),
    });
    let charter = Charter::parse(&message.encode_to_vec())?;
    let breaches = invariants::check(&charter);
    if breaches.is_empty() { Ok(charter) } else { Err(ProposalError::Invariants(breaches)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::difference::{Change, difference};
    use crate::charter::proposal::{Changes, propose};
    use crate::charter::{CharterError, CharterFile, CharterSignature, Rules};
    use crate::fixtures::charters::revision_after;
    use crate::fixtures::{Network, WRITTEN};
    use crate::keys::Secret;

    fn reason() -> Reason {
        "Quatre clés sur sept sont perdues".parse().unwrap()
    }

    #[test]
    fn a_new_network_goes_on_from_the_old_one_with_the_keys_that_are_left() {
        let network = Network::new(9, 1);
        let key = Secret::from_seed(&[9; 32]);
        let sn: Code = "SN".parse().unwrap();
        let keyholders = Some(["CI", "SN", "GH"].map(|code| code.parse().unwrap()).to_vec());
        let terms = Terms { keys: [(sn.clone(), key.administration_key())].into(), keyholders, threshold: None };
        let old = network.rules.charter();
        let genesis = refound(old, network.id(), &terms, &reason(), WRITTEN).unwrap();
        let refounds = genesis.refounds.as_ref().unwrap();
        assert_eq!((refounds.network, refounds.revision, &refounds.reason), (*network.id(), old.hash(), &reason()));
        assert_eq!((genesis.threshold, genesis.administration(&sn).unwrap().key), (2, Some(key.administration_key())));
        assert_ne!(genesis.founds().as_ref(), Some(network.id()));
        let id = genesis.founds().unwrap();
        let signatures = [&network.seat("CI").administration, &key].map(|s| CharterSignature::sign(&genesis, s, &id));
        let rules = Rules::found(CharterFile { charter: genesis, signatures: signatures.to_vec() }).unwrap();
        // The next revision is an ordinary one.
        let changes = Changes { review_by: Some("2032-01-01".to_owned()), ..Changes::default() };
        let next = propose(&rules, &BTreeMap::new(), &changes, WRITTEN).unwrap();
        assert_eq!(next.refounds, None);
        assert!(matches!(difference(rules.charter(), &next)[..], [Change::ReviewBy { .. }]));
    }

    #[test]
    fn only_a_genesis_names_an_old_network_and_says_why() {
        let network = Network::new(9, 1);
        let refounds = |reason: &str| v1::Refounding {
            network: network.id().as_bytes().to_vec(),
            revision: vec![7; 32],
            reason: reason.to_owned(),
        };
        let parse = |message: &v1::Charter| Charter::parse(&message.encode_to_vec());
        let mut genesis = decoded(network.rules.charter()).unwrap();
        genesis.refounds = Some(refounds("parce que"));
        assert!(parse(&genesis).is_ok());
        genesis.refounds = Some(refounds(""));
        assert!(matches!(parse(&genesis), Err(CharterError::Reason(_))));
        genesis.refounds = Some(v1::Refounding { network: vec![1], ..refounds("parce que") });
        assert!(matches!(parse(&genesis), Err(CharterError::Field { field: "refounds.network", .. })));
        let mut later = decoded(&revision_after(network.rules.charter(), |_| ())).unwrap();
        later.refounds = Some(refounds("parce que"));
        assert!(matches!(parse(&later), Err(CharterError::RefoundsLater(2))));
    }

    #[test]
    fn what_makes_no_charter_is_said() {
        let network = Network::new(9, 1);
        let try_with = |terms| refound(network.rules.charter(), network.id(), &terms, &reason(), WRITTEN).unwrap_err();
        let stranger = Terms { keyholders: Some(vec!["XX".parse().unwrap()]), ..Terms::default() };
        assert!(matches!(try_with(stranger), ProposalError::Stranger(_)));
        assert!(matches!(try_with(Terms { threshold: Some(1), ..Terms::default() }), ProposalError::Invariants(_)));
    }
}
