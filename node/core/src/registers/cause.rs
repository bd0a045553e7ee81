//! What an act is judged by: who acts, under which charter, and what the author knew.

use std::collections::BTreeSet;

use super::candidate;
use super::keys;
use super::void::{Refusal, Status, VoidReason};
use crate::charter::{AdministrationKind, Charter, Rules, Standing};
use crate::id::{Code, EntryId, LogName, NetworkId, NodeKey};
use crate::ledger::{Header, book};
use crate::seal::Ring;
use crate::state::{State, Storage};
use crate::time::Millis;

/// The administration that acts, through one of its nodes, and the revision by which that is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Actor<'a> {
    pub(super) administration: Code,
    pub(super) kind: AdministrationKind,
    pub(super) charter: &'a Charter,
    pub(super) network: &'a NetworkId,
}

impl<'a> Actor<'a> {
    /// Who acts by an entry.
    pub(super) fn of_entry(rules: &'a Rules, state: &impl State, header: &Header) -> Result<Self, Refusal> {
        let id_at = |log: &LogName, sequence| book::effective_id(state, log, sequence);
        match rules.standing(header, &id_at)? {
            Standing::Acts { administration, kind, charter } => {
                Ok(Self { administration, kind, charter, network: rules.network() })
            }
            Standing::Unknown => Err(Refusal::Waits),
            Standing::NotMandated => Err(VoidReason::NotMandated.into()),
            Standing::Revoked => Err(VoidReason::Revoked.into()),
            Standing::Suspended => Err(VoidReason::Suspended.into()),
            Standing::CutInDispute => Err(VoidReason::CutInDispute.into()),
        }
    }

    /// Who would act by an entry that this node wrote now.
    pub(super) fn of_node(rules: &'a Rules, node: &NodeKey) -> Result<Self, Refusal> {
        let charter = rules.charter();
        let administration = rules.administration_of(node).and_then(|code| charter.administration(code));
        match administration {
            None => Err(VoidReason::NotMandated.into()),
            Some(administration) if administration.suspended => Err(VoidReason::Suspended.into()),
            Some(a) => Ok(Self { administration: a.code.clone(), kind: a.kind, charter, network: rules.network() }),
        }
    }
}

/// Who acts, under which charter, knowing what.
pub(super) struct Cause<'a> {
    pub(super) actor: &'a Actor<'a>,
    /// Its clock.
    pub(super) clock: Millis,
    pub(super) past: &'a dyn Past,
}

impl Cause<'_> {
    /// Whether the administration that acts may do so for the secretariat.
    pub(super) fn in_secretariat(&self) -> bool {
        self.actor.charter.in_secretariat(&self.actor.administration)
    }
}

/// The acts that the author of an act knew: those that it names in `after`, those that these name, and so on.
pub(super) trait Past {
    /// The nearest of them that `stop` picks: what lies before a picked one is not looked at.
    fn nearest(&self, stop: &dyn Fn(&EntryId) -> bool) -> Result<BTreeSet<EntryId>, Refusal>;

    /// The nearest of them that are in force.
    fn in_force(&self) -> Result<BTreeSet<EntryId>, Refusal>;
}

/// The past of an act whose `after` are all held and placed rightly; what they name is then too.
pub(super) struct HeldPast<'a, S> {
    pub(super) storage: &'a S,
    pub(super) ring: &'a Ring,
    pub(super) after: &'a [EntryId],
    /// What has become of an act of the object in the fold that is under way; what it does not know is as stored.
    pub(super) judged: &'a dyn Fn(&EntryId) -> Option<Status>,
}

impl<S: Storage> Past for HeldPast<'_, S> {
    fn nearest(&self, stop: &dyn Fn(&EntryId) -> bool) -> Result<BTreeSet<EntryId>, Refusal> {
        self.walk(&|id| Ok(stop(id)))
    }

    fn in_force(&self) -> Result<BTreeSet<EntryId>, Refusal> {
        self.walk(&|id| {
            let status = match (self.judged)(id) {
                Some(status) => Some(status),
                None => keys::known(self.storage, id)?.map(|known| known.status),
            };
            Ok(status == Some(Status::InForce))
        })
    }
}

impl<S: Storage> HeldPast<'_, S> {
    fn walk(&self, stop: &dyn Fn(&EntryId) -> Result<bool, Refusal>) -> Result<BTreeSet<EntryId>, Refusal> {
        let mut found = BTreeSet::new();
        let mut seen: BTreeSet<EntryId> = self.after.iter().copied().collect();
        let mut next = self.after.to_vec();
        while let Some(id) = next.pop() {
            if stop(&id)? {
                found.insert(id);
                continue;
            }
            // A damaged record is fetched again; until then what was before it is not known.
            let after = candidate::after_of(self.storage, self.ring, &id)?.ok_or(Refusal::Waits)?;
            next.extend(after.into_iter().filter(|id| seen.insert(*id)));
        }
        Ok(found)
    }
}
