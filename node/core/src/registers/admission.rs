//! Entries come and go: which objects are folded on, which anew.
//!
//! An act that comes after all others of its object, and that none waits for, is folded on what is stored. Everything
//! else folds its object anew from its acts, which gives the same.

use std::collections::{BTreeMap, BTreeSet};

use super::audience::Audience;
use super::candidate::Candidate;
use super::fold::{Folded, ObjectFold};
use super::keys::{self, Known, Order, Summary};
use super::pairs::Pairs;
use super::tree;
use super::void::Status;
use crate::charter::Rules;
use crate::id::EntryId;
use crate::ledger::Entry;
use crate::state::{Position, State, StateError, Storage};

/// Acts or objects read in one step: few enough to stay in cache, enough that the cost of a step does not show.
const STEP: usize = 256;

/// What folding changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The objects that were folded.
    pub objects: BTreeSet<EntryId>,
    /// The entries that have a status for the first time or another than before.
    pub statuses: BTreeMap<EntryId, Status>,
}

/// Folds entries that have taken effect, with the positions of their records; what has no payload, or is sealed to an
/// audience that is not read here, is left out. An entry admitted before is read anew, from its new position.
pub fn admit<S: Storage>(
    storage: &mut S,
    rules: &Rules,
    entries: &[(&Entry, Position)],
) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
    let mut arrivals: BTreeMap<EntryId, BTreeMap<Order, Candidate>> = BTreeMap::new();
    let mut anew = BTreeSet::new();
    for (entry, position) in entries {
        let Some(candidate) = Candidate::of(entry) else { continue };
        let object = candidate.object();
        anew.extend(keys::take_awaiting(storage, &candidate.id)?);
        if !enlist(storage, &candidate, *position, &mut changes)? {
            anew.insert(object);
        }
        arrivals.entry(object).or_default().insert(candidate.order(), candidate);
    }
    for (object, acts) in arrivals {
        if anew.contains(&object) || !come_last(storage, &object, &acts)? {
            anew.insert(object);
            continue;
        }
        let mut fold = ObjectFold::resume(storage, rules, object)?;
        for candidate in acts.values() {
            fold.add(candidate)?;
        }
        let folded = fold.finish();
        let before = keys::summary(storage, &object)?.map_or(0, |summary| summary.waiting);
        store(storage, object, &folded, before, &mut changes)?;
    }
    refold(storage, rules, anew, changes)
}

/// Takes out entries that have lost their effect.
pub fn withdraw<S: Storage>(storage: &mut S, rules: &Rules, lost: &[EntryId]) -> Result<Changes, StateError> {
    let mut anew = BTreeSet::new();
    for id in lost {
        let Some(known) = keys::known(storage, id)? else { continue };
        keys::unfile(storage, &known.object, &known.order)?;
        keys::forget_known(storage, id)?;
        anew.insert(known.object);
        anew.extend(keys::take_awaiting(storage, id)?);
    }
    refold(storage, rules, anew, Changes::default())
}

/// Folds every object anew, after a change of the rules.
pub fn refold_all<S: Storage>(storage: &mut S, rules: &Rules) -> Result<(), StateError> {
    let mut last: Option<EntryId> = None;
    loop {
        let after = last.as_ref().map(keys::summary_key);
        let step = storage.scan(keys::OBJECTS, after.as_deref(), STEP)?;
        let objects = step.iter().map(|(key, _)| keys::object_of_key(key, 1)).collect::<Result<BTreeSet<_>, _>>()?;
        last = objects.last().copied();
        refold(storage, rules, objects, Changes::default())?;
        if step.len() < STEP {
            return Ok(());
        }
    }
}

/// Files an act; false when it is filed already.
fn enlist<S: Storage>(
    storage: &mut S,
    candidate: &Candidate,
    position: Position,
    changes: &mut Changes,
) -> Result<bool, StateError> {
    let object = candidate.object();
    keys::file(storage, &object, &candidate.filed(position))?;
    if keys::known(storage, &candidate.id)?.is_some() {
        return Ok(false);
    }
    let known = Known { object, order: candidate.order(), status: Status::Waiting };
    keys::set_known(storage, &candidate.id, &known)?;
    changes.statuses.insert(candidate.id, Status::Waiting);
    Ok(true)
}

/// Whether these acts come after all that were folded of their object.
fn come_last(state: &impl State, object: &EntryId, acts: &BTreeMap<Order, Candidate>) -> Result<bool, StateError> {
    let last = keys::summary(state, object)?.map(|summary| summary.last);
    Ok(acts.keys().next().copied() > last)
}

/// Folds objects from their first act on, and hashes what they are part of.
fn refold<S: Storage>(
    storage: &mut S,
    rules: &Rules,
    objects: BTreeSet<EntryId>,
    mut changes: Changes,
) -> Result<Changes, StateError> {
    for object in objects {
        let mut fold = ObjectFold::anew(storage, rules, object)?;
        let mut last: Option<Order> = None;
        loop {
            let step = keys::filed_after(storage, &object, last.as_ref(), STEP)?;
            for act in &step {
                fold.read(act)?;
            }
            last = step.last().map(|act| act.order);
            if step.len() < STEP {
                break;
            }
        }
        let folded = fold.finish();
        store(storage, object, &folded, 0, &mut changes)?;
    }
    tree::update(storage, Audience::Public, &changes.objects)?;
    Ok(changes)
}

/// Writes what folding an object gave. `waiting`: its acts that wait and were not judged in this fold.
fn store<S: Storage>(
    storage: &mut S,
    object: EntryId,
    folded: &Folded,
    waiting: u64,
    changes: &mut Changes,
) -> Result<(), StateError> {
    let audience = Audience::Public;
    for (id, (order, status)) in &folded.judged {
        let now = Known { object, order: *order, status: *status };
        if keys::known(storage, id)? != Some(now) {
            keys::set_known(storage, id, &now)?;
            changes.statuses.insert(*id, *status);
        }
    }
    for entry in &folded.awaited {
        keys::await_entry(storage, entry, &object)?;
    }
    relist(storage, &object, &folded.pairs)?;
    folded.pairs.write(storage, &object)?;
    tree::set_digest(storage, audience, &object, folded.pairs.digest())?;
    let waiting = folded.judged.values().filter(|(_, status)| *status == Status::Waiting).count() as u64 + waiting;
    let last = folded.judged.values().map(|(order, _)| *order).max();
    let summary = last.map(|last| Summary { audience, last, waiting });
    keys::set_summary(storage, &object, summary.as_ref())?;
    changes.objects.insert(object);
    Ok(())
}

/// Keeps the list of a register's objects in step with what is in force.
fn relist(state: &mut impl State, object: &EntryId, pairs: &Pairs) -> Result<(), StateError> {
    let (before, now) = (pairs.opened_before()?, pairs.opened()?);
    if before == now {
        return Ok(());
    }
    if let Some(opened) = before {
        state.remove(&keys::listing_key(opened.register, opened.clock, object))?;
    }
    if let Some(opened) = now {
        state.put(keys::listing_key(opened.register, opened.clock, object), Vec::new())?;
    }
    Ok(())
}
