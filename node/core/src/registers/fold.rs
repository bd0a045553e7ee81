//! Folding one object: its acts, each in its place, give its pairs and the status of each.
//!
//! The result is a function of the acts that have taken effect and of the rules, whatever came first:
//!
//! 1. **Place.** Acts are taken in the order of (place, author, log, sequence). All that an act names in `after` must
//!    be acts of the same object with lower places, so they have been judged before it. One that is missing or waits
//!    makes it wait; one that is no act or out of place leaves it without a place as well.
//! 2. **Standing.** The charter revision and the mandate that govern it: what it cites is not held, it waits; its author
//!    had been revoked, it is void.
//! 3. **Right.** The register's rules, on what is in force before it: for what it says, or for what it upholds (`deed`).
//!
//! A void act keeps its place, because its author's right may come back with a change of charter, and honest authors
//! may have built on it. What is void by its place never does.

use std::collections::{BTreeMap, BTreeSet};

use super::Reader;
use super::audience::Audience;
use super::candidate::Candidate;
use super::cause::{Actor, Cause, HeldPast};
use super::deed::Deed;
use super::keys::{self, Filed, Known, Order};
use super::pairs::Pairs;
use super::void::{Refusal, Status, VoidReason};
use crate::acts::{Act, Envelope, Register};
use crate::id::{Code, EntryId, NodeKey};
use crate::state::{StateError, Storage};
use crate::time::Millis;

/// One object while its acts are folded.
pub(super) struct ObjectFold<'a, S> {
    storage: &'a S,
    reader: Reader<'a>,
    object: EntryId,
    /// That of the act that opened the object, once it has been folded.
    audience: Option<Audience>,
    result: Folded,
}

/// What folding gives: not written yet.
#[derive(Debug, Default)]
pub(super) struct Folded {
    pub(super) pairs: Pairs,
    /// The acts judged, in this fold only.
    pub(super) judged: BTreeMap<EntryId, (Order, Status)>,
    /// What acts of the object name and is not held, or not of the object: when it comes or goes, they are judged anew.
    pub(super) awaited: BTreeSet<EntryId>,
    /// The acts on audience keys among those judged.
    pub(super) keys: BTreeSet<EntryId>,
}

impl<'a, S: Storage> ObjectFold<'a, S> {
    /// Goes on from what is stored: for acts that come after all others of the object.
    pub(super) fn resume(storage: &'a S, reader: Reader<'a>, object: EntryId) -> Result<Self, StateError> {
        let pairs = Pairs::load(storage, &object)?;
        Ok(Self { storage, reader, object, audience: None, result: Folded { pairs, ..Folded::default() } })
    }

    /// Begins: for all acts of an object of which nothing is folded.
    pub(super) fn begin(storage: &'a S, reader: Reader<'a>, object: EntryId) -> Self {
        Self {
            storage,
            reader,
            object,
            audience: None,
            result: Folded { pairs: Pairs::of_new(object), ..Folded::default() },
        }
    }

    /// Begins anew: for all acts of the object.
    pub(super) fn anew(storage: &'a S, reader: Reader<'a>, object: EntryId) -> Result<Self, StateError> {
        let pairs = Pairs::load(storage, &object)?.emptied();
        Ok(Self { storage, reader, object, audience: None, result: Folded { pairs, ..Folded::default() } })
    }

    /// Folds a filed act. One whose record is damaged waits until it has been fetched again.
    pub(super) fn read(&mut self, act: &Filed) -> Result<(), StateError> {
        if let Some(candidate) = Candidate::read(self.storage, self.reader.ring, act)? {
            return self.add(&candidate);
        }
        self.result.judged.insert(act.id, (act.order, Status::Waiting));
        Ok(())
    }

    /// Folds the next act in order.
    pub(super) fn add(&mut self, candidate: &Candidate) -> Result<(), StateError> {
        let status = match self.judge(candidate) {
            Ok(()) => Status::InForce,
            Err(Refusal::Void(reason)) => Status::Void(reason),
            Err(Refusal::Waits) => Status::Waiting,
            Err(Refusal::State(error)) => return Err(error),
        };
        self.result.judged.insert(candidate.id, (candidate.order(), status));
        Ok(())
    }

    /// What there is to write.
    pub(super) fn finish(self) -> Folded {
        self.result
    }

    fn judge(&mut self, candidate: &Candidate) -> Result<(), Refusal> {
        let header = &candidate.header;
        let after = candidate.envelope.as_ref().map_err(|_| VoidReason::NoAct)?.after();
        if self.place_after(after, header.place)? != header.place {
            return Err(VoidReason::WrongPlace.into());
        }
        self.belong(candidate)?;
        let act = Act::parse(&candidate.payload, header).map_err(VoidReason::from);
        if let Ok(act) = &act
            && act.kind().register() == Some(Register::Keys)
        {
            self.result.keys.insert(candidate.id);
        }
        let actor = Actor::of_entry(self.reader.rules, self.storage, header)?;
        let act = act?;
        permit_audience(&act, &candidate.audience, &actor)?;
        let judged = &self.result.judged;
        let status = |id: &EntryId| judged.get(id).map(|(_, status)| *status);
        let past = HeldPast { storage: self.storage, ring: self.reader.ring, after, judged: &status };
        let cause = Cause { actor: &actor, clock: header.clock, past: &past };
        let deed = self.deed(&act)?;
        let pairs = &mut self.result.pairs;
        deed.permit(pairs, &cause)?;
        deed.apply(pairs, &cause, candidate.id, header)
    }

    /// Whether an act is for the readers of its object. One that is for others has no place there: who reads the object may
    /// not know of it, and who reads the act not of the object.
    fn belong(&mut self, candidate: &Candidate) -> Result<(), Refusal> {
        if candidate.id == self.object {
            self.audience = Some(candidate.audience.clone());
            return Ok(());
        }
        if self.audience.is_none() {
            self.audience = keys::summary(self.storage, &self.object)?.and_then(|summary| summary.audience);
        }
        match &self.audience {
            Some(audience) if *audience != candidate.audience => Err(VoidReason::OtherAudience.into()),
            _ => Ok(()),
        }
    }

    fn deed<'b>(&self, act: &'b Act) -> Result<Deed<'b>, Refusal> {
        let status = |id: &EntryId| Ok(self.known(id)?.map(|known| known.status));
        Deed::of(act.kind(), &self.result.pairs, (self.storage, self.reader), status)
    }

    /// The place of an act after these; below `limit`, the act's own. What is not there to be judged is awaited.
    fn place_after(&mut self, after: &[EntryId], limit: u64) -> Result<u64, Refusal> {
        let mut place = 0;
        let mut waits = false;
        for id in after {
            let Some(known) = self.known(id)? else {
                self.result.awaited.insert(*id);
                waits = true;
                continue;
            };
            if known.object != self.object {
                self.result.awaited.insert(*id);
                return Err(VoidReason::ForeignAfter.into());
            }
            if known.order.place >= limit {
                return Err(VoidReason::WrongPlace.into());
            }
            match known.status {
                Status::Void(reason) if reason.is_broken() => return Err(VoidReason::BrokenAfter.into()),
                Status::Waiting => waits = true,
                Status::InForce | Status::Void(_) => place = place.max(known.order.place + 1),
            }
        }
        if waits { Err(Refusal::Waits) } else { Ok(place) }
    }

    fn known(&self, id: &EntryId) -> Result<Option<Known>, StateError> {
        match self.result.judged.get(id) {
            Some((order, status)) => Ok(Some(Known { object: self.object, order: *order, status: *status })),
            None => keys::known(self.storage, id),
        }
    }
}

/// Whether an act of this kind may be sealed so, by this administration.
fn permit_audience(act: &Act, audience: &Audience, actor: &Actor<'_>) -> Result<(), Refusal> {
    match audience {
        Audience::Public => Ok(()),
        Audience::Sealed(_) if act.kind().is_public() => Err(VoidReason::OtherAudience.into()),
        Audience::Sealed(audience) if actor.charter.in_audience(audience, &actor.administration) => Ok(()),
        Audience::Sealed(_) => Err(VoidReason::Outside.into()),
    }
}

/// The rules of a register for one act.
pub(super) trait RegisterRules {
    /// Whether the administration that acts may, on what is in force before.
    fn may(&self, object: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal>;

    /// Whether the administration that acts may uphold the act, which is void where it stands and whose author spoke for
    /// `author`: what everybody may do for itself, nobody does for another.
    fn may_uphold(&self, object: &Pairs, cause: &Cause<'_>, author: &Code) -> Result<(), Refusal>;

    /// What the act changes, once it may. The past is asked for before anything is changed: an act whose past cannot
    /// be read waits, and leaves no trace.
    fn apply(&self, object: &mut Pairs, cause: &Cause<'_>, id: EntryId) -> Result<(), Refusal>;
}

/// Whether `node` may act so now, and the place that its entry must have.
pub(super) fn check<S: Storage>(
    storage: &S,
    reader: Reader<'_>,
    node: &NodeKey,
    (act, audience): (&Act, &Audience),
) -> Result<u64, Refusal> {
    let actor = Actor::of_node(reader.rules, node)?;
    permit_audience(act, audience, &actor)?;
    let after = act.envelope().after();
    let mut fold = match act.envelope() {
        // What is not written yet has no id: nothing is looked up by it.
        Envelope::Opens => ObjectFold::begin(storage, reader, EntryId::from_bytes([0; EntryId::LEN])),
        Envelope::On { object, .. } => ObjectFold::resume(storage, reader, *object)?,
    };
    let place = fold.place_after(after, u64::MAX)?;
    let deed = fold.deed(act)?;
    let past = HeldPast { storage, ring: reader.ring, after, judged: &|_| None };
    // What is only asked is not dated: no rule refuses by the clock.
    let cause = Cause { actor: &actor, clock: Millis(0), past: &past };
    deed.permit(&fold.finish().pairs, &cause)?;
    Ok(place)
}
