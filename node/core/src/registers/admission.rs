//! Entries come and go: which objects are folded on, which anew.
//!
//! An act that comes after all others of its object, and that none waits for, is folded on what is stored. Everything
//! else folds its object anew from its acts, which gives the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Reader;
use super::candidate::Candidate;
use super::fold::{Folded, ObjectFold};
use super::keys::{self, Known, Order, Summary};
use super::pairs::Pairs;
use super::tree;
use super::void::Status;
use crate::id::{AudienceTag, EntryId, NodeKey};
use crate::ledger::{self, Entry, book};
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
    /// The acts on audience keys that were judged, or lost their effect.
    pub keys: BTreeSet<EntryId>,
}

impl Changes {
    /// Adds what came after.
    pub fn extend(&mut self, later: Self) {
        self.objects.extend(later.objects);
        self.statuses.extend(later.statuses);
        self.keys.extend(later.keys);
    }
}

/// Folds entries that have taken effect, which the ledger's index knows; what has no payload is left out, and
/// what the node has no key for is noted ([`unread`]). An entry admitted before is read anew.
pub fn admit<S: Storage>(storage: &mut S, reader: Reader<'_>, entries: &[&Entry]) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
    let mut arrivals: BTreeMap<EntryId, BTreeMap<Order, Candidate>> = BTreeMap::new();
    let mut anew = BTreeSet::new();
    for entry in entries {
        let Some(candidate) = candidate(storage, reader, entry)? else { continue };
        let object = candidate.object();
        anew.extend(keys::take_awaiting(storage, &candidate.id)?);
        if keys::file(storage, &object, &candidate.filed(), &candidate.audience)? {
            changes.statuses.insert(candidate.id, Status::Waiting);
        } else {
            anew.insert(object);
        }
        arrivals.entry(object).or_default().insert(candidate.order(), candidate);
    }
    for (object, acts) in arrivals {
        let before = keys::summary(storage, &object)?;
        let last = before.as_ref().and_then(|before| before.last);
        // What does not come after all that were folded of its object has them folded anew.
        if anew.contains(&object) || acts.keys().next().copied() <= last {
            anew.insert(object);
            continue;
        }
        let mut fold = match last {
            Some(_) => ObjectFold::resume(storage, reader, object)?,
            None => ObjectFold::begin(storage, reader, object),
        };
        for candidate in acts.values() {
            fold.add(candidate)?;
        }
        let folded = fold.finish();
        let waiting = before.as_ref().map_or(0, |before| before.waiting);
        store(storage, object, &folded, (before, waiting), &mut changes)?;
    }
    refold(storage, reader, anew, changes)
}

/// The act in an entry. One that is sealed and cannot be opened is noted, until a key comes.
fn candidate<S: State>(storage: &mut S, reader: Reader<'_>, entry: &Entry) -> Result<Option<Candidate>, StateError> {
    let candidate = Candidate::of(entry, reader.ring);
    let header = entry.header();
    if let ledger::Audience::Sealed(tag) = header.audience {
        match &candidate {
            Some(_) => keys::forget_unread(storage, (&header.log_name(), header.sequence), &tag)?,
            None if entry.payload().is_some() => keys::note_unread(storage, header, &tag)?,
            None => {}
        }
    }
    Ok(candidate)
}

/// Folds what the node could not open before and can now: all that this author sealed with the key behind the tag.
pub fn admit_unread<S: Storage>(
    storage: &mut S,
    reader: Reader<'_>,
    (author, tag): (&NodeKey, &AudienceTag),
) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
    loop {
        let noted = keys::unread(storage, author, tag, STEP)?;
        if noted.is_empty() {
            return Ok(changes);
        }
        let mut entries = Vec::with_capacity(noted.len());
        for (log, sequence) in noted {
            keys::forget_unread(storage, (&log, sequence), tag)?;
            // What has lost its effect since is admitted when it has it again; what is damaged, when it is mended.
            if book::effective_id(storage, &log, sequence)?.is_some()
                && let Some(located) = book::locate(storage, &log, sequence)?
            {
                entries.extend(book::read_entry(storage, &located)?);
            }
        }
        let read: Vec<&Entry> = entries.iter().collect();
        changes.extend(admit(storage, reader, &read)?);
    }
}

/// Takes out entries that have lost their effect.
pub fn withdraw<S: Storage>(storage: &mut S, reader: Reader<'_>, lost: &[EntryId]) -> Result<Changes, StateError> {
    let (mut anew, mut changes) = (BTreeSet::new(), Changes::default());
    for id in lost {
        let Some(known) = keys::known(storage, id)? else { continue };
        keys::unfile(storage, id, &known)?;
        changes.keys.insert(*id);
        anew.insert(known.object);
        anew.extend(keys::take_awaiting(storage, id)?);
    }
    refold(storage, reader, anew, changes)
}

/// Folds every object anew, after a change of the rules.
pub fn refold_all<S: Storage>(storage: &mut S, reader: Reader<'_>) -> Result<Changes, StateError> {
    let mut changes = Changes::default();
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
        changes.keys.extend(refold(storage, reader, objects, Changes::default())?.keys);
        if whole {
            return Ok(changes);
        }
    }
}

/// Folds objects from their first act on.
fn refold<S: Storage>(
    storage: &mut S,
    reader: Reader<'_>,
    objects: BTreeSet<EntryId>,
    mut changes: Changes,
) -> Result<Changes, StateError> {
    for object in objects {
        let mut fold = ObjectFold::anew(storage, reader, object)?;
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
    let opener = before.as_ref().and_then(|before| before.opener);
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
    for id in &folded.keys {
        keys::note_key_act(storage, id)?;
        changes.keys.insert(*id);
    }
    relist(storage, &object, &folded.pairs)?;
    let audience = before.as_ref().and_then(|before| before.audience.as_ref());
    if folded.pairs.write(storage, &object)?
        && let Some(audience) = audience
    {
        tree::mark(storage, audience, &object)?;
    }
    let waiting = folded.judged.values().filter(|(_, status)| *status == Status::Waiting).count() as u64 + waiting;
    let last = folded.judged.values().map(|(order, _)| *order).max();
    let mut now = Summary { last, waiting, ..before.clone().unwrap_or_default() };
    if let (Some(opener), Some((_, status))) = (&mut now.opener, folded.judged.get(&object)) {
        opener.status = *status;
    }
    if now.opener.is_none() {
        now.audience = None;
    }
    keys::set_summary(storage, &object, before.as_ref(), &now)?;
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
