//! The settlement of a dispute: a revision of the disputed number that names all that stand against one another, and says
//! again what one of them says (`docs/design.md` §4).

use std::collections::BTreeMap;

use palabre_proto::Message;

use super::counted::Counted;
use super::proposal::{ProposalError, decoded};
use super::revision::Charter;
use super::rules::Rules;
use crate::id::{CharterHash, LogName};
use crate::ledger::Head;
use crate::time::Millis;

/// The settlement in favour of one of the disputed revisions, unsigned: its content and its lists, and a new checkpoint.
/// What only the others take away stays. `heads`: of all logs that are held.
pub fn settle(
    rules: &Rules,
    heads: &BTreeMap<LogName, Head>,
    keep: &CharterHash,
    written: Millis,
) -> Result<Charter, ProposalError> {
    let rivals = rules.revisions().rivals();
    if rivals.is_empty() {
        return Err(ProposalError::NoDispute);
    }
    let kept = rivals.iter().find(|rival| rival.hash() == *keep).ok_or(ProposalError::NotDisputed(*keep))?;
    let mut message = decoded(kept)?;
    message.written = written.0;
    message.settles = rivals.iter().map(|rival| rival.hash().as_bytes().to_vec()).collect();
    let counted = Counted::new(rules, heads, BTreeMap::new());
    message.checkpoint = counted.checkpoint().to_messages();
    message.mandate_checkpoint = counted.mandates(kept);
    Ok(Charter::parse(&message.encode_to_vec())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::difference::{Change, difference};
    use crate::charter::{Ends, NodeCutoff};
    use crate::fixtures::charters::{cutoff, revision_after, rotate};
    use crate::fixtures::{Network, WRITTEN};
    use crate::id::{EntryId, LogId, Sequence};
    use crate::keys::Secret;

    /// A region of nine where CI, SN and GH have signed both a rotation and a new date.
    fn disputed() -> (Network, Rules, [Charter; 2]) {
        let network = Network::new(9, 1);
        let mut rules = network.rules.clone();
        let rotated = revision_after(rules.charter(), |message| {
            rotate(message, "SN", "CV");
            message.cutoffs = vec![cutoff("SN", None, Ends::default())];
        });
        let dated = revision_after(rules.charter(), |message| "2031-01-01".clone_into(&mut message.review_by));
        rules.join(network.signed(&rotated, &["CI", "SN", "GH", "CV", "BRRC"])).unwrap();
        rules.join(network.signed(&dated, &["CI", "SN", "GH", "BF", "BJ"])).unwrap();
        assert_eq!((rules.charter().revision, rules.revisions().rivals().len()), (1, 2));
        (network, rules, [rotated, dated])
    }

    #[test]
    fn it_says_what_the_kept_one_says_and_the_faithful_adopt_it() {
        for kept in 0..2 {
            let (network, mut rules, rivals) = disputed();
            let genesis = rules.charter().clone();
            let settlement = settle(&rules, &BTreeMap::new(), &rivals[kept].hash(), WRITTEN).unwrap();
            let mut expected = difference(&genesis, &rivals[kept]);
            expected.push(Change::Settles { revisions: 2 });
            assert_eq!(difference(&genesis, &settlement), expected);
            // Whoever signed both does not count: CV, BRRC, BF and BJ are left, and three of them must sign.
            rules.join(network.signed(&settlement, &["CI", "SN", "GH", "CV", "BF"])).unwrap();
            let jury = rules.revisions().jury_of(&settlement).unwrap();
            assert_eq!((jury.twice.len(), jury.faithful.len(), jury.threshold(), jury.signed.len()), (3, 4, 3, 2));
            assert_eq!(rules.charter().hash(), genesis.hash());
            rules.join(network.signed(&settlement, &["BJ"])).unwrap();
            assert_eq!(rules.charter().hash(), settlement.hash());
            assert!(rules.revisions().rivals().is_empty());
        }
    }

    #[test]
    fn without_a_dispute_there_is_nothing_to_settle_and_only_a_disputed_revision_is_kept() {
        let network = Network::new(9, 1);
        let error = settle(&network.rules, &BTreeMap::new(), &network.rules.charter_hash(), WRITTEN).unwrap_err();
        assert!(matches!(error, ProposalError::NoDispute));
        let (_, rules, _) = disputed();
        let error = settle(&rules, &BTreeMap::new(), &rules.charter_hash(), WRITTEN).unwrap_err();
        assert!(matches!(error, ProposalError::NotDisputed(_)));
    }

    #[test]
    fn nobody_s_settlement_is_not_kept() {
        let (network, mut rules, rivals) = disputed();
        let settlement = settle(&rules, &BTreeMap::new(), &rivals[0].hash(), WRITTEN).unwrap();
        let error = rules.join(network.signed(&settlement, &["CD"])).unwrap_err();
        assert!(matches!(error, crate::charter::RevisionError::Unsigned(2)));
        assert_eq!(rules.revisions().all().len(), 3);
    }

    #[test]
    fn what_a_revoked_node_writes_afterwards_gets_into_no_settlement() {
        let (network, mut rules, [rotated, _]) = disputed();
        let (seat, other) = (network.seat("BF"), Secret::from_seed(&[40; 32]));
        let log = LogName { author: seat.node.node_key(), log: LogId::from_bytes([1; 8]) };
        let cutoffs = [NodeCutoff { node: log.author, logs: Ends::default() }];
        let first = seat.mandate.unverified();
        rules.add_mandate(seat.mandate_after(first, rules.charter(), &[&other], &cutoffs, &network)).unwrap();
        let head = Head { sequence: Sequence::FIRST, id: EntryId::from_bytes([3; 32]) };
        let settled = settle(&rules, &[(log, head)].into(), &rotated.hash(), WRITTEN).unwrap();
        assert_eq!(settled.checkpoint.get(&log), None);
    }
}
