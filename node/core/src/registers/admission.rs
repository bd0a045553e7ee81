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
use crate::state::{State, StateError, Storage};

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

/// Folds entries that have taken effect, which the ledger's index knows; what has no payload, or is sealed to an
/// audience that is not read here, is left out. An entry admitted before is read anew.
pub fn admit<S: Storage>(storage: &mut S, rules: &Rules, entries: &[&Entry]) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
    let mut arrivals: BTreeMap<EntryId, BTreeMap<Order, Candidate>> = BTreeMap::new();
    let mut anew = BTreeSet::new();
    for entry in entries {
        let Some(candidate) = Candidate::of(entry) else { continue };
        let object = candidate.object();
        anew.extend(keys::take_awaiting(storage, &candidate.id)?);
        if keys::file(storage, &object, &candidate.filed())? {
            changes.statuses.insert(candidate.id, Status::Waiting);
        } else {
            anew.insert(object);
        }
        arrivals.entry(object).or_default().insert(candidate.order(), candidate);
    }
    for (object, acts) in arrivals {
        let before = keys::summary(storage, &object)?;
        let last = before.and_then(|before| before.last);
        // What does not come after all that were folded of its object has them folded anew.
        if anew.contains(&object) || acts.keys().next().copied() <= last {
            anew.insert(object);
            continue;
        }
        let mut fold = match last {
            Some(_) => ObjectFold::resume(storage, rules, object)?,
            None => ObjectFold::begin(storage, rules, object),
        };
        for candidate in acts.values() {
            fold.add(candidate)?;
        }
        let folded = fold.finish();
        let waiting = before.map_or(0, |before| before.waiting);
        store(storage, object, &folded, (before, waiting), &mut changes)?;
    }
    refold(storage, rules, anew, changes)
}

/// Takes out entries that have lost their effect.
pub fn withdraw<S: Storage>(storage: &mut S, rules: &Rules, lost: &[EntryId]) -> Result<Changes, StateError> {
    let mut anew = BTreeSet::new();
    for id in lost {
        let Some(known) = keys::known(storage, id)? else { continue };
        keys::unfile(storage, id, &known)?;
        anew.insert(known.object);
        anew.extend(keys::take_awaiting(storage, id)?);
    }
    refold(storage, rules, anew, Changes::default())
}

/// Folds every object anew, after a change of the rules.
pub fn refold_all<S: Storage>(storage: &mut S, rules: &Rules) -> Result<(), StateError> {
    let mut last: Option<Vec<u8>> = None;
    loop {
        let mut step = storage.scan(keys::OBJECTS, last.as_deref(), STEP)?;
        let whole = step.len() < STEP;
        let mut objects = BTreeSet::new();
        for (key, _) in &step {
            let (object, suffix) = keys::object_and_suffix(key)?;
            if suffix.is_empty() {
                objects.insert(object);
            }
        }
        last = step.pop().map(|(key, _)| key);
        refold(storage, rules, objects, Changes::default())?;
        if whole {
            return Ok(());
        }
    }
}

/// Folds objects from their first act on.
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
        let before = keys::summary(storage, &object)?;
        store(storage, object, &folded, (before, 0), &mut changes)?;
    }
    Ok(changes)
}

/// Writes what folding an object gave. `before`: what was known of it; `waiting`: its acts that wait and were not judged in
/// this fold.
fn store<S: Storage>(
    storage: &mut S,
    object: EntryId,
    folded: &Folded,
    (before, waiting): (Option<Summary>, u64),
    changes: &mut Changes,
) -> Result<(), StateError> {
    let opener = before.and_then(|before| before.opener);
    for (id, (order, status)) in &folded.judged {
        let now = Known { object, order: *order, status: *status };
        if *id == object {
            if opener.map(|opener| opener.status) != Some(*status) {
                changes.statuses.insert(*id, *status);
            }
        } else if keys::known_at(storage, order)? != Some(now) {
            changes.statuses.insert(*id, *status);
            keys::set_known(storage, &now)?;
        }
    }
    for entry in &folded.awaited {
        keys::await_entry(storage, entry, &object)?;
    }
    relist(storage, &object, &folded.pairs)?;
    if folded.pairs.write(storage, &object)? {
        tree::mark(storage, Audience::Public, &object)?;
    }
    let waiting = folded.judged.values().filter(|(_, status)| *status == Status::Waiting).count() as u64 + waiting;
    let last = folded.judged.values().map(|(order, _)| *order).max();
    let mut now = Summary { last, waiting, ..before.unwrap_or(Summary::new(Audience::Public)) };
    if let (Some(opener), Some((_, status))) = (&mut now.opener, folded.judged.get(&object)) {
        opener.status = *status;
    }
    keys::set_summary(storage, &object, before, now)?;
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
