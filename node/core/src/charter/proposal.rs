//! The next revision from short changes: offices, hosts, seats, suspensions, keys. What it takes away from somebody gets
//! its list of what still counts, and the checkpoint is put in by itself (`docs/design.md` §4).

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{Message, v1};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::counted::Counted;
use super::invariants::{self, Breach, least_threshold};
use super::mandate::Mandate;
use super::newcomer::Newcomer;
use super::revision::{Charter, CharterError};
use super::rules::Rules;
use super::succession;
use crate::id::{AdministrationKey, CharterHash, Code, CommissionId, LogName, MandateHash};
use crate::ledger::Head;
use crate::time::Millis;

/// What is to change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// New in the charter.
    pub admit: BTreeMap<Code, Newcomer>,
    /// The two assessors.
    pub assessors: Option<Vec<Code>>,
    /// The leader: holds the presidency, leads the secretariat, sits in every commission.
    pub leader: Option<Code>,
    /// The vice-presidency of the region.
    pub vice_presidency: Option<Vec<Code>>,
    /// Hosts of commissions.
    pub hosts: BTreeMap<String, Code>,
    /// Who takes a seat in a commission.
    pub seats: BTreeMap<String, Vec<Code>>,
    /// Who leaves a commission.
    pub leaves: BTreeMap<String, Vec<Code>>,
    /// Suspended from now on.
    pub suspend: BTreeSet<Code>,
    /// Not suspended any more.
    pub restore: BTreeSet<Code>,
    /// Another key, or a first one.
    pub keys: BTreeMap<Code, AdministrationKey>,
    /// The last rightful mandate of an administration, where a thief of its key has made later ones. Without it that is
    /// the one in force.
    pub last_mandates: BTreeMap<Code, MandateHash>,
    /// Out of the charter.
    pub remove: BTreeSet<Code>,
    /// Whose keys count from now on.
    pub keyholders: Option<Vec<Code>>,
    /// When the charter is to be looked at again.
    pub review_by: Option<String>,
}

/// Why no revision comes of it.
#[derive(Debug, Error)]
pub enum ProposalError {
    /// Somebody whom the charter does not list.
    #[error("{0} is not in the charter")]
    Stranger(Code),
    /// Somebody whom the charter lists already.
    #[error("{0} is in the charter already")]
    Listed(Code),
    /// A commission that there is not.
    #[error("there is no commission {0}")]
    Commission(String),
    /// Nothing changes.
    #[error("nothing would change")]
    Nothing,
    /// The charter is in dispute: that comes first.
    #[error("two revisions stand against one another: they are settled first")]
    Dispute,
    /// Nothing is in dispute.
    #[error("no two revisions stand against one another")]
    NoDispute,
    /// It is not one of those that stand against one another.
    #[error("{0} is none of the revisions that stand against one another")]
    NotDisputed(CharterHash),
    /// The administration has no such mandate.
    #[error("{1} is no mandate of {0}")]
    Mandate(Code, MandateHash),
    /// A last mandate is named of somebody who loses nothing: its mandate counts as it is.
    #[error("{0} loses nothing, so no mandate of it is its last")]
    LosesNothing(Code),
    /// The result breaks invariants.
    #[error("the charter would break {} of its rules, first: {}", .0.len(), .0[0])]
    Invariants(Vec<Breach>),
    /// The result is no charter.
    #[error("the changes make no charter")]
    Charter(#[from] CharterError),
}

/// The revision after the one in force with these changes, unsigned. `heads`: of all logs that are held.
pub fn propose(
    rules: &Rules,
    heads: &BTreeMap<LogName, Head>,
    changes: &Changes,
    written: Millis,
) -> Result<Charter, ProposalError> {
    if rules.revisions().disputed().next().is_some() {
        return Err(ProposalError::Dispute);
    }
    let before = rules.charter();
    let counted = Counted::new(rules, heads, changes.last_mandates(rules)?);
    let mut message = decoded(before)?;
    changes.apply(before, &mut message)?;
    if message == decoded(before)? {
        return Err(ProposalError::Nothing);
    }
    message.revision += 1;
    message.previous = before.hash().as_bytes().to_vec();
    message.written = written.0;
    message.settles.clear();
    message.refounds = None;
    message.checkpoint = counted.checkpoint().to_messages();
    message.mandate_checkpoint = counted.mandates(before);
    message.cutoffs.clear();
    let uncut = Charter::parse(&message.encode_to_vec())?;
    let losers: BTreeSet<Code> = succession::losses(before, &uncut).into_iter().map(|(code, _)| code).collect();
    if let Some(code) = changes.last_mandates.keys().find(|code| !losers.contains(code)) {
        return Err(ProposalError::LosesNothing(code.clone()));
    }
    message.cutoffs = losers.iter().map(|code| counted.cutoff(code).to_message()).collect();
    let charter = Charter::parse(&message.encode_to_vec())?;
    let breaches = invariants::check(&charter);
    if breaches.is_empty() { Ok(charter) } else { Err(ProposalError::Invariants(breaches)) }
}

pub(super) fn decoded(charter: &Charter) -> Result<v1::Charter, ProposalError> {
    v1::Charter::decode(charter.bytes()).map_err(|error| ProposalError::Charter(error.into()))
}

impl Changes {
    fn apply(&self, before: &Charter, message: &mut v1::Charter) -> Result<(), ProposalError> {
        if let Some(code) = self.admit.keys().find(|code| before.administration(code).is_some()) {
            return Err(ProposalError::Listed(code.clone()));
        }
        let known = |code: &Code| before.administration(code).is_some() || self.admit.contains_key(code);
        if let Some(code) = self.named().into_iter().find(|code| !known(code)) {
            return Err(ProposalError::Stranger(code.clone()));
        }
        message.administrations.extend(self.admit.iter().map(|(code, newcomer)| newcomer.to_message(code)));
        self.apply_to_administrations(message);
        self.apply_to_offices(message);
        self.apply_to_commissions(message)?;
        if let Some(keyholders) = &self.keyholders {
            message.keyholders = keyholders.iter().map(Code::to_string).collect();
        }
        message.keyholders.retain(|code| !self.removes(code));
        if message.keyholders.len() != before.keyholders.len() {
            message.threshold = u32::try_from(least_threshold(message.keyholders.len())).unwrap_or(u32::MAX);
        }
        if let Some(date) = &self.review_by {
            message.review_by.clone_from(date);
        }
        Ok(())
    }

    /// The last rightful mandates, among those that are held.
    fn last_mandates<'a>(&self, rules: &'a Rules) -> Result<BTreeMap<Code, &'a Mandate>, ProposalError> {
        let found = |(code, hash): (&Code, &MandateHash)| {
            let mandate = rules.mandates().find(|mandate| mandate.hash == *hash && mandate.administration == *code);
            mandate.map(|mandate| (code.clone(), mandate)).ok_or_else(|| ProposalError::Mandate(code.clone(), *hash))
        };
        self.last_mandates.iter().map(found).collect()
    }

    /// Everybody whom the changes name.
    fn named(&self) -> Vec<&Code> {
        let lists = [&self.assessors, &self.vice_presidency, &self.keyholders].into_iter().flatten().flatten();
        let commissions = self.seats.values().chain(self.leaves.values()).flatten().chain(self.hosts.values());
        let sets = self.suspend.iter().chain(&self.restore).chain(&self.remove).chain(self.keys.keys());
        lists.chain(commissions).chain(sets).chain(&self.leader).collect()
    }

    fn removes(&self, code: &str) -> bool {
        self.remove.iter().any(|removed| removed.as_str() == code)
    }

    fn apply_to_administrations(&self, message: &mut v1::Charter) {
        message.administrations.retain(|administration| !self.removes(&administration.code));
        for administration in &mut message.administrations {
            let is = |code: &&Code| code.as_str() == administration.code;
            if let Some((_, key)) = self.keys.iter().find(|(code, _)| code.as_str() == administration.code) {
                administration.key = key.as_bytes().to_vec();
            }
            let (suspended, restored) = (self.suspend.iter().any(|c| is(&c)), self.restore.iter().any(|c| is(&c)));
            administration.suspended = suspended || (administration.suspended && !restored);
        }
    }

    fn apply_to_offices(&self, message: &mut v1::Charter) {
        use v1::office::Kind;
        let mut hold = |kind: Kind, holders: &[Code]| {
            let at = message.offices.iter().position(|o| o.kind == kind as i32).unwrap_or(message.offices.len());
            message.offices.retain(|office| office.kind != kind as i32);
            let offices = holders.iter().map(|code| v1::Office { kind: kind as i32, administration: code.to_string() });
            let at = at.min(message.offices.len());
            message.offices.splice(at..at, offices);
        };
        if let Some(leader) = &self.leader {
            hold(Kind::Presidency, std::slice::from_ref(leader));
            hold(Kind::Secretariat, std::slice::from_ref(leader));
        }
        if let Some(assessors) = &self.assessors {
            hold(Kind::Assessor, assessors);
        }
        if let Some(holders) = &self.vice_presidency {
            hold(Kind::VicePresidency, holders);
        }
        message.offices.retain(|office| !self.removes(&office.administration));
    }

    fn apply_to_commissions(&self, message: &mut v1::Charter) -> Result<(), ProposalError> {
        let named = self.hosts.keys().chain(self.seats.keys()).chain(self.leaves.keys());
        for id in named {
            let known = id.parse::<CommissionId>().is_ok() && message.commissions.iter().any(|c| c.id == *id);
            if !known {
                return Err(ProposalError::Commission(id.clone()));
            }
        }
        for commission in &mut message.commissions {
            let list = |lists: &BTreeMap<String, Vec<Code>>| lists.get(&commission.id).cloned().unwrap_or_default();
            let (leave, seat) = (list(&self.leaves), list(&self.seats));
            commission.members.retain(|code| !self.removes(code) && !leave.iter().any(|c| c.as_str() == code));
            let host = self.hosts.get(&commission.id);
            for code in seat.iter().chain(host).chain(&self.leader).map(Code::to_string) {
                if !commission.members.contains(&code) {
                    commission.members.push(code);
                }
            }
            if let Some(host) = host {
                commission.host = host.to_string();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::difference::{Change, difference};
    use crate::charter::{AdministrationKind, Ends, Loss, Names, NodeCutoff, OfficeKind, SuccessionBreach};
    use crate::fixtures::{Network, WRITTEN};
    use crate::id::{EntryId, LogId, Sequence};

    fn region() -> (Rules, BTreeMap<LogName, Head>) {
        let network = Network::new(9, 1);
        let head = |code: &str| {
            let author = network.seat(code).node.node_key();
            let log = LogName { author, log: LogId::from_bytes([1; 8]) };
            (log, Head { sequence: Sequence::FIRST, id: EntryId::from_bytes([3; 32]) })
        };
        (network.rules.clone(), ["SN", "GH", "CV"].map(head).into())
    }

    fn codes<const N: usize>(texts: [&str; N]) -> Vec<Code> {
        texts.map(|text| text.parse().unwrap()).to_vec()
    }

    #[test]
    fn rotating_the_assessors_is_one_change_and_brings_its_lists_and_its_checkpoint() {
        let (rules, heads) = region();
        let changes = Changes { assessors: Some(codes(["CV", "BF"])), ..Changes::default() };
        let next = propose(&rules, &heads, &changes, WRITTEN).unwrap();
        assert_eq!(next.holders(OfficeKind::Assessor).cloned().collect::<Vec<_>>(), codes(["CV", "BF"]));
        assert_eq!(succession::check(rules.charter(), &next), Vec::<SuccessionBreach>::new());
        let cut: Vec<&Code> = next.cutoffs.keys().collect();
        assert_eq!(cut, [&codes(["GH"])[0], &codes(["SN"])[0]]);
        assert!(next.cutoffs.values().all(|cutoff| cutoff.logs.iter().count() == 1 && cutoff.mandate.is_some()));
        assert_eq!((next.checkpoint.iter().count(), next.mandates.len()), (3, 9));
    }

    #[test]
    fn what_a_revoked_node_writes_afterwards_gets_into_no_checkpoint() {
        for end in [None, Some(2_u8)] {
            let network = Network::new(9, 1);
            let mut rules = network.rules.clone();
            let (seat, other) = (network.seat("SN"), crate::keys::Secret::from_seed(&[40; 32]));
            let log = LogName { author: seat.node.node_key(), log: LogId::from_bytes([1; 8]) };
            let head = |sequence: u8| Head {
                sequence: Sequence::new(sequence.into()).unwrap(),
                id: EntryId::from_bytes([sequence; 32]),
            };
            let logs = Ends::of(end.map(|end| (log, head(end))).into_iter().collect());
            let cutoffs = [NodeCutoff { node: log.author, logs }];
            let first = seat.mandate.unverified();
            rules.add_mandate(seat.mandate_after(first, rules.charter(), &[&other], &cutoffs, &network)).unwrap();
            assert!(!rules.admits(&log.author));
            let changes = Changes { assessors: Some(codes(["CV", "BF"])), ..Changes::default() };
            let next = propose(&rules, &[(log, head(5))].into(), &changes, WRITTEN).unwrap();
            assert_eq!(next.checkpoint.get(&log).copied(), end.map(head));
        }
    }

    #[test]
    fn who_only_gains_is_not_cut() {
        let (rules, heads) = region();
        let changes = Changes { seats: [("governance".to_owned(), codes(["BJ"]))].into(), ..Changes::default() };
        let next = propose(&rules, &heads, &changes, WRITTEN).unwrap();
        assert!(next.cutoffs.is_empty());
        assert!(next.commissions[0].members.contains(&codes(["BJ"])[0]));
    }

    #[test]
    fn a_suspension_and_a_new_key_are_short_changes_too() {
        let (rules, heads) = region();
        let key = crate::keys::Secret::from_seed(&[9; 32]).administration_key();
        let [sn, gh] = &codes(["SN", "GH"])[..] else { unreachable!("two codes") };
        let changes = Changes { suspend: [sn.clone()].into(), keys: [(gh.clone(), key)].into(), ..Changes::default() };
        let next = propose(&rules, &heads, &changes, WRITTEN).unwrap();
        assert!(next.administration(sn).unwrap().suspended);
        assert_eq!(next.administration(gh).unwrap().key, Some(key));
        let losses = succession::losses(rules.charter(), &next);
        assert_eq!(losses, [(sn.clone(), Loss::Rights), (gh.clone(), Loss::Key)].into());
    }

    #[test]
    fn an_admission_brings_a_name_and_a_key_and_may_bring_a_seat() {
        let (rules, heads) = region();
        let code = codes(["OMD"])[0].clone();
        let newcomer = Newcomer {
            kind: AdministrationKind::Member,
            names: Names { fr: "Organisation".to_owned(), ..Names::default() },
            languages: vec!["fr".to_owned()],
            key: crate::keys::Secret::from_seed(&[9; 32]).administration_key(),
        };
        let admit: BTreeMap<_, _> = [(code.clone(), newcomer.clone())].into();
        let seats = [("governance".to_owned(), vec![code.clone()])].into();
        let next = propose(&rules, &heads, &Changes { admit, seats, ..Changes::default() }, WRITTEN).unwrap();
        let admitted = next.administration(&code).unwrap();
        assert_eq!((admitted.key, &admitted.names), (Some(newcomer.key), &newcomer.names));
        assert!(next.cutoffs.is_empty() && next.commissions[0].members.contains(&code));
        let change = Change::Admitted {
            administration: code,
            kind: newcomer.kind,
            names: newcomer.names.clone(),
            key: Some(newcomer.key),
        };
        assert!(difference(rules.charter(), &next).contains(&change));
        let again: BTreeMap<_, _> = [(codes(["SN"])[0].clone(), newcomer)].into();
        let error = propose(&rules, &heads, &Changes { admit: again, ..Changes::default() }, WRITTEN).unwrap_err();
        assert!(matches!(error, ProposalError::Listed(_)));
    }

    #[test]
    fn what_makes_no_charter_is_said() {
        let (rules, heads) = region();
        let try_with = |changes| propose(&rules, &heads, &changes, WRITTEN).unwrap_err();
        assert!(matches!(try_with(Changes::default()), ProposalError::Nothing));
        let stranger = Changes { assessors: Some(codes(["XX"])), ..Changes::default() };
        assert!(matches!(try_with(stranger), ProposalError::Stranger(_)));
        let leader = Changes { assessors: Some(codes(["CI", "SN"])), ..Changes::default() };
        assert!(matches!(try_with(leader), ProposalError::Invariants(_)));
        let nowhere =
            Changes { hosts: [("finance".to_owned(), codes(["SN"])[0].clone())].into(), ..Changes::default() };
        assert!(matches!(try_with(nowhere), ProposalError::Commission(_)));
    }
}
