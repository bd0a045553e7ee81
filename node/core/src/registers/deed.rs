//! What an act does: what it says itself, or what the void act says that it upholds.
//!
//! "Who holds the right today may uphold a void act by naming it; it takes effect there" (`docs/design.md` §4): as an act
//! of who upholds it, in the place of the upholding, on what its author knew. The void act itself stays void. It is upheld
//! once: of two upholdings the second in the order of folding is void.

use std::borrow::Cow;

use palabre_proto::{Message, v1};

use super::Reader;
use super::candidate::Candidate;
use super::cause::Cause;
use super::fold::RegisterRules;
use super::keys;
use super::pairs::{self, Opened, Pairs};
use super::void::{Refusal, Status, VoidReason};
use crate::acts::documents::DocumentAct;
use crate::acts::{Act, Kind, UpholdAct};
use crate::id::{Code, EntryId};
use crate::ledger::Header;
use crate::seal::Ring;
use crate::seal::file::SealedFile;
use crate::state::{State, StateError, Storage};

/// What an act does.
#[derive(Debug)]
pub(super) struct Deed<'a> {
    kind: Cow<'a, Kind>,
    upholds: Option<Upheld>,
}

/// A void act that another upholds.
#[derive(Debug)]
struct Upheld {
    id: EntryId,
    /// The administration for which its author spoke.
    author: Code,
}

impl<'a> Deed<'a> {
    /// What an act does on `object`. `status`: of what it upholds, which is held and has its place.
    pub(super) fn of<S: Storage>(
        kind: &'a Kind,
        object: &Pairs,
        (storage, reader): (&S, Reader<'_>),
        status: impl FnOnce(&EntryId) -> Result<Option<Status>, StateError>,
    ) -> Result<Self, Refusal> {
        let Some(id) = kind.upholds() else { return Ok(Self { kind: Cow::Borrowed(kind), upholds: None }) };
        if !matches!(status(id)?, Some(Status::Void(_))) || object.has(&pairs::suffix(pairs::UPHELD, id)) {
            return Err(VoidReason::NotVoid.into());
        }
        // A damaged record is fetched again; a mandate that is not held has the void act wait, and this one with it.
        let upheld = Candidate::read_known(storage, reader.ring, id)?.ok_or(Refusal::Waits)?;
        let author = reader.rules.mandated_by(&upheld.header.mandate).ok_or(Refusal::Waits)?.clone();
        let act = Act::parse(&upheld.payload, &upheld.header).map_err(VoidReason::from)?;
        Ok(Self { kind: Cow::Owned(act.into_kind()), upholds: Some(Upheld { id: *id, author }) })
    }

    /// Whether the administration that acts may, on what is in force before.
    pub(super) fn permit(&self, object: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal> {
        if !self.kind.opens() {
            let opened = object.opened()?.ok_or(VoidReason::OpenerVoid)?;
            if self.kind.register().is_some_and(|register| register != opened.register) {
                return Err(VoidReason::OtherKind.into());
            }
        }
        let rules = rules_of(&self.kind);
        match &self.upholds {
            None => rules.may(object, cause),
            Some(upheld) => rules.may_uphold(object, cause, &upheld.author),
        }
    }

    /// What it changes, once it is permitted. `id` and `header` are of the act that does it, also when it upholds another.
    pub(super) fn apply(
        &self,
        object: &mut Pairs,
        cause: &Cause<'_>,
        id: EntryId,
        header: &Header,
    ) -> Result<(), Refusal> {
        let replaced = cause.past.in_force()?;
        rules_of(&self.kind).apply(object, cause, id)?;
        let administration = &cause.actor.administration;
        if let Some(register) = self.kind.register().filter(|_| self.kind.opens()) {
            let (author, clock) = (header.author, header.clock);
            let opened = Opened { register, administration: administration.clone(), author, clock };
            object.put(pairs::OPENED.to_vec(), opened.to_message().encode_to_vec());
        }
        if let Some(upheld) = &self.upholds {
            let (act, administration) = (id.as_bytes().to_vec(), administration.to_string());
            let folded = v1::FoldedUpholding { act, administration }.encode_to_vec();
            object.put(pairs::suffix(pairs::UPHELD, &upheld.id), folded);
        }
        for head in replaced {
            object.remove(&pairs::suffix(pairs::HEAD, &head));
        }
        object.put(pairs::suffix(pairs::HEAD, &id), header.place.to_be_bytes().to_vec());
        Ok(())
    }
}

fn rules_of(kind: &Kind) -> &dyn RegisterRules {
    match kind {
        Kind::Document(act) => act,
        Kind::Proof(act) => act,
        Kind::Grant(act) => act,
        Kind::Request(act) => act,
        Kind::Uphold(act) => act,
    }
}

/// An upholding does what it upholds. That it upholds an upholding comes here, and has no end.
impl RegisterRules for UpholdAct {
    fn may(&self, _: &Pairs, _: &Cause<'_>) -> Result<(), Refusal> {
        Err(VoidReason::NotUpholdable.into())
    }

    fn may_uphold(&self, _: &Pairs, _: &Cause<'_>, _: &Code) -> Result<(), Refusal> {
        Err(VoidReason::NotUpholdable.into())
    }

    fn apply(&self, _: &mut Pairs, _: &Cause<'_>, _: EntryId) -> Result<(), Refusal> {
        Ok(())
    }
}

/// By which act a void one is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upholding {
    /// The act that upholds it.
    pub act: EntryId,
    /// The administration that does.
    pub administration: Code,
}

/// By which act a void one of an object is in force; nothing when none upholds it.
pub fn upholding(state: &impl State, id: &EntryId) -> Result<Option<Upholding>, StateError> {
    let Some(known) = keys::known(state, id)? else { return Ok(None) };
    let object = Pairs::load(state, &known.object)?;
    let Some(value) = object.get(&pairs::suffix(pairs::UPHELD, id)) else { return Ok(None) };
    let upholding = object.decode(value, |folded: &v1::FoldedUpholding| {
        let act = EntryId::try_from(folded.act.as_slice()).ok()?;
        Some(Upholding { act, administration: folded.administration.parse().ok()? })
    })?;
    Ok(Some(upholding))
}

/// What an act in force of a document says.
pub(super) struct Said {
    /// Of the act itself.
    pub(super) header: Header,
    /// Of the entry whose content and attachments count: the same, or the void act that it upholds.
    pub(super) by: Header,
    /// That void act.
    pub(super) upholds: Option<EntryId>,
    pub(super) act: DocumentAct,
    /// What opens its attachments, when it is sealed.
    pub(super) files: Vec<SealedFile>,
}

/// What an act in force of a document says; nothing while a record is damaged.
pub(super) fn said(storage: &impl Storage, ring: &Ring, id: &EntryId) -> Result<Option<Said>, StateError> {
    let Some(Candidate { header, payload, .. }) = Candidate::read_known(storage, ring, id)? else { return Ok(None) };
    let upheld = match parsed(&payload, &header) {
        Some((Kind::Document(act), files)) => {
            return Ok(Some(Said { by: header.clone(), header, upholds: None, act, files }));
        }
        Some((Kind::Uphold(UpholdAct { act }), _)) => act,
        _ => return Ok(None),
    };
    let read = Candidate::read_known(storage, ring, &upheld)?;
    let Some(Candidate { header: by, payload, .. }) = read else { return Ok(None) };
    Ok(match parsed(&payload, &by) {
        Some((Kind::Document(act), files)) => Some(Said { header, by, upholds: Some(upheld), act, files }),
        _ => None,
    })
}

/// What is in force was parsed when it was folded.
fn parsed(payload: &[u8], header: &Header) -> Option<(Kind, Vec<SealedFile>)> {
    let act = Act::parse(payload, header).ok()?;
    let files = act.files().to_vec();
    Some((act.into_kind(), files))
}
