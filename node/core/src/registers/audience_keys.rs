//! Grants of audience keys, and requests for them (`docs/design.md` §5).
//!
//! * Whoever may be in a sealed audience grants and requests: members and the regional office. For which audience a grant is
//!   and whether its author may give that key, only they can tell who can open it ([`crate::seal::ring`]).
//! * Nothing is folded of them but that they are there.

use super::candidate::Candidate;
use super::cause::Cause;
use super::fold::RegisterRules;
use super::pairs::Pairs;
use super::void::{Refusal, VoidReason};
use super::{Status, keys};
use crate::acts::{Act, GrantAct, Kind, RequestAct};
use crate::charter::{AdministrationKind, Charter, Rules};
use crate::id::{Code, EntryId};
use crate::ledger::Header;
use crate::seal::Ring;
use crate::state::{State, StateError, Storage};

impl RegisterRules for GrantAct {
    fn may(&self, _: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal> {
        permit(cause)
    }

    /// A grant is good for those who can open it, where it stands: it is made anew, not upheld.
    fn may_uphold(&self, _: &Pairs, _: &Cause<'_>, _: &Code) -> Result<(), Refusal> {
        Err(VoidReason::NotAllowed.into())
    }

    fn apply(&self, _: &mut Pairs, _: &Cause<'_>, _: EntryId) -> Result<(), Refusal> {
        Ok(())
    }
}

impl RegisterRules for RequestAct {
    fn may(&self, _: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal> {
        permit(cause)
    }

    fn may_uphold(&self, _: &Pairs, _: &Cause<'_>, _: &Code) -> Result<(), Refusal> {
        Err(VoidReason::NotAllowed.into())
    }

    fn apply(&self, _: &mut Pairs, _: &Cause<'_>, _: EntryId) -> Result<(), Refusal> {
        Ok(())
    }
}

fn permit(cause: &Cause<'_>) -> Result<(), Refusal> {
    match cause.actor.kind {
        AdministrationKind::Member | AdministrationKind::RegionalOffice => Ok(()),
        AdministrationKind::Partner => Err(VoidReason::NotAllowed.into()),
    }
}

/// An act on audience keys, with what the rules say of it.
#[derive(Clone, Debug)]
pub struct KeyAct<'a> {
    /// Its header.
    pub header: Header,
    /// What it says.
    pub kind: Kind,
    /// Whether it has effect.
    pub in_force: bool,
    /// For whom its author spoke.
    pub administration: Code,
    /// The revision that its author knew. Whoever might give a key by that, and others used it before they heard of a later
    /// one, has given it; for what is sealed from now on its key does not serve ([`crate::seal::ring`]).
    pub charter: &'a Charter,
}

/// The acts on audience keys that are known here, whatever has become of them.
pub fn all(state: &impl State) -> Result<Vec<EntryId>, StateError> {
    keys::key_acts(state)
}

/// An act on audience keys; nothing when it waits, is damaged, or its author never had a right to it. One whose author lost
/// its right later is read: others had used the key before.
pub fn read<'a>(
    storage: &impl Storage,
    (rules, ring): (&'a Rules, &Ring),
    id: &EntryId,
) -> Result<Option<KeyAct<'a>>, StateError> {
    let Some(known) = keys::known(storage, id)? else { return Ok(None) };
    let in_force = match known.status {
        Status::InForce => true,
        Status::Void(VoidReason::Revoked | VoidReason::Suspended | VoidReason::CutInDispute) => false,
        Status::Void(_) | Status::Waiting => return Ok(None),
    };
    let Some(candidate) = Candidate::read_known(storage, ring, id)? else { return Ok(None) };
    let Ok(act) = Act::parse(&candidate.payload, &candidate.header) else { return Ok(None) };
    let header = candidate.header;
    let Some(administration) = rules.mandated_by(&header.mandate).cloned() else { return Ok(None) };
    let Some(charter) = rules.revisions().get(&header.charter) else { return Ok(None) };
    Ok(Some(KeyAct { header, kind: act.into_kind(), in_force, administration, charter }))
}
