//! All logs together: where a verified entry belongs, what is held, what is forked.
//!
//! Heads, forks and what is held ahead are in memory (some hundreds of logs); everything else is read from the index.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::fork::ForkProof;
use super::frontier::{self, Frontier, Head};
use super::header::{Audience, Priority};
use super::index;
pub use super::index::Located;
use super::record::Record;
use crate::id::{ContentHash, EntryId, LogName, NetworkId, NodeKey, Sequence};
use crate::state::{Position, State, StateError, Storage, scan_all};

/// Entries held ahead of their log, per log (`docs/design.md` §7): enough for urgent ones, little for a hostile author.
pub const AHEAD_MAX: usize = 64;

/// Where an authentic entry belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It continues its log.
    Next,
    /// It is ahead of its log and is kept until the gap closes.
    Ahead,
    /// It is held already.
    Held,
    /// Another entry stands at its place: together they prove a fork.
    Conflict(Located),
    /// It continues a branch that is not held: the entry before it here is another one than it names.
    Parted,
    /// Its log is forked at or below its sequence, and a checkpoint names the branch that stands: it is the next of that
    /// branch that is lacking.
    Named,
    /// Its log is forked at or below its sequence: it has no effect.
    Frozen,
    /// Too far ahead to be kept: its log must come first.
    TooFarAhead,
}

/// Names looked at in one step.
const STEP: usize = 64;

/// An entry that has taken effect: its log is whole up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Its log.
    pub log: LogName,
    /// Its place there.
    pub sequence: Sequence,
    /// What the index knows of it.
    pub located: Located,
}

#[derive(Clone, Debug)]
pub(super) struct Fork {
    pub(super) sequence: Sequence,
    ids: (EntryId, EntryId),
    hash: ContentHash,
    position: Position,
    /// The head at or above the fork that a checkpoint names: up to it that branch stands.
    pub(super) named: Option<Head>,
    /// The highest entry of that branch that is lacking.
    pub(super) awaited: Option<Head>,
}

/// The ledger of one node.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    heads: BTreeMap<LogName, Head>,
    pub(super) forks: BTreeMap<LogName, Fork>,
    ahead: BTreeMap<LogName, BTreeMap<Sequence, EntryId>>,
}

impl Ledger {
    /// The ledger that the index knows.
    pub fn load(storage: &impl Storage, network: &NetworkId) -> Result<Self, StateError> {
        let mut ledger = Self::default();
        for (key, value) in scan_all(storage, index::HEADS)? {
            ledger.heads.insert(index::log_of_key(&key)?, index::head_of(&value)?);
        }
        for (key, value) in scan_all(storage, index::FORKS)? {
            let position = index::Fields::new(&value).position()?;
            if let Some(proof) = read_fork(storage, position, network)? {
                ledger.forks.insert(index::log_of_key(&key)?, Fork::of(&proof, position));
            }
        }
        ledger.load_ahead(storage)?;
        Ok(ledger)
    }

    /// Entries beyond the heads: of known logs, and of logs whose beginning has not come.
    fn load_ahead(&mut self, state: &impl State) -> Result<(), StateError> {
        for (key, value) in scan_all(state, index::AHEAD)? {
            let log = index::log_of_key(&key)?;
            let sequence = index::sequence_of_entry_key(&key)?;
            self.ahead
                .entry(log)
                .or_default()
                .insert(sequence, EntryId::from_bytes(index::Fields::new(&value).array()?));
        }
        Ok(())
    }

    /// Where `entry` belongs.
    pub fn judge(&self, state: &impl State, entry: &Entry) -> Result<Verdict, StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        if self.forks.get(&log).is_some_and(|fork| fork.sequence <= sequence) {
            return self.judge_forked(state, entry);
        }
        // What lies beyond the head is known without reading: most entries come there.
        let may_be_held = sequence.get() <= self.sequence(&log) || self.is_ahead(&log, sequence);
        if may_be_held && let Some(there) = locate(state, &log, sequence)? {
            let same = there.id == entry.id();
            return Ok(if same { Verdict::Held } else { Verdict::Conflict(there) });
        }
        let head = self.heads.get(&log);
        if sequence.get() == head.map_or(0, |h| h.sequence.get()) + 1 {
            let follows = head.is_none_or(|h| entry.header().previous == Some(h.id));
            return Ok(if follows { Verdict::Next } else { Verdict::Parted });
        }
        let waiting = self.ahead.get(&log).map_or(0, BTreeMap::len);
        Ok(if waiting < AHEAD_MAX { Verdict::Ahead } else { Verdict::TooFarAhead })
    }

    /// Where an entry belongs that comes at the fork of its log or after it.
    fn judge_forked(&self, state: &impl State, entry: &Entry) -> Result<Verdict, StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        if self.awaits(&log, sequence, entry.id()) {
            return Ok(Verdict::Named);
        }
        let has_effect = sequence.get() <= self.sequence(&log);
        let held = has_effect && locate(state, &log, sequence)?.is_some_and(|there| there.id == entry.id());
        Ok(if held { Verdict::Held } else { Verdict::Frozen })
    }

    /// Takes in an entry judged [`Verdict::Next`] or [`Verdict::Ahead`] whose record is durable at `position`.
    /// Returns what has taken effect by it, in order: itself and what waited behind it.
    pub fn add(
        &mut self,
        storage: &mut impl Storage,
        entry: &Entry,
        position: Position,
    ) -> Result<Vec<Effective>, StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        let located = note(storage, entry, position)?;
        if sequence.get() != self.sequence(&log) + 1 {
            self.ahead.entry(log).or_default().insert(sequence, entry.id());
            storage.put(index::ahead_key(&log, sequence), entry.id().as_bytes().to_vec())?;
            return Ok(Vec::new());
        }
        let mut effective = vec![Effective { log, sequence, located }];
        let mut head = Head { sequence, id: entry.id() };
        while let Some(next) = self.next_ahead(storage, &log, &head)? {
            head = Head { sequence: next.sequence, id: next.located.id };
            effective.push(next);
        }
        self.set_head(storage, log, Some(head))?;
        Ok(effective)
    }

    /// The record of an entry that is held was written again, after damage: it now lies at `position`.
    pub fn relocate(&self, state: &mut impl State, entry: &Entry, position: Position) -> Result<(), StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        match locate(state, &log, sequence)? {
            Some(located) if located.id == entry.id() => {
                let moved = Located { position, ..located };
                state.put(index::entry_key(&log, sequence), index::located_value(&moved))
            }
            _ => Ok(()),
        }
    }

    /// The entry held ahead that continues `head`, taken out of what is ahead.
    fn next_ahead(
        &mut self,
        storage: &mut impl Storage,
        log: &LogName,
        head: &Head,
    ) -> Result<Option<Effective>, StateError> {
        let sequence = head.sequence.next();
        let Some(waiting) = self.ahead.get_mut(log) else { return Ok(None) };
        if !waiting.contains_key(&sequence) {
            return Ok(None);
        }
        let Some(located) = locate(storage, log, sequence)? else { return Ok(None) };
        let continues = read_entry(storage, &located)?.is_some_and(|entry| entry.header().previous == Some(head.id));
        if !continues {
            return Ok(None);
        }
        waiting.remove(&sequence);
        if waiting.is_empty() {
            self.ahead.remove(log);
        }
        storage.remove(&index::ahead_key(log, sequence))?;
        Ok(Some(Effective { log: *log, sequence, located }))
    }

    /// Whether `proof` says more than what is known of its log.
    #[must_use]
    pub fn wants_fork(&self, proof: &ForkProof) -> bool {
        self.forks.get(&proof.log()).is_none_or(|known| (proof.sequence(), proof.ids()) < (known.sequence, known.ids))
    }

    /// Takes in a fork proof whose record is durable at `position`. Returns what has lost its effect by it.
    pub fn add_fork(
        &mut self,
        storage: &mut impl Storage,
        proof: &ForkProof,
        position: Position,
    ) -> Result<Vec<Effective>, StateError> {
        if !self.wants_fork(proof) {
            return Ok(Vec::new());
        }
        let (log, forked) = (proof.log(), proof.sequence());
        storage.put(index::fork_key(&log), position.to_bytes().to_vec())?;
        self.forks.insert(log, Fork::of(proof, position));
        self.forget_ahead(storage, &log, forked)?;
        self.cut_back(storage, &log, forked.get() - 1)
    }

    fn forget_ahead(&mut self, state: &mut impl State, log: &LogName, forked: Sequence) -> Result<(), StateError> {
        let Some(waiting) = self.ahead.get_mut(log) else { return Ok(()) };
        for sequence in waiting.split_off(&forked).into_keys() {
            state.remove(&index::ahead_key(log, sequence))?;
        }
        if waiting.is_empty() {
            self.ahead.remove(log);
        }
        Ok(())
    }

    pub(super) fn set_head(
        &mut self,
        state: &mut impl State,
        log: LogName,
        head: Option<Head>,
    ) -> Result<(), StateError> {
        if let Some(head) = head {
            self.heads.insert(log, head);
            state.put(index::head_key(&log), index::head_value(&head))
        } else {
            self.heads.remove(&log);
            state.remove(&index::head_key(&log))
        }
    }

    /// What is held, as one hashable thing.
    #[must_use]
    pub fn frontier(&self) -> Frontier {
        Frontier { heads: self.heads.clone(), forks: self.forks.iter().map(|(log, fork)| (*log, fork.hash)).collect() }
    }

    /// [`Frontier::hash`] of what is held.
    #[must_use]
    pub fn frontier_hash(&self) -> [u8; 32] {
        frontier::hash(&self.heads, self.forks.iter().map(|(log, fork)| (log, &fork.hash)))
    }

    /// The heads without a gap.
    #[must_use]
    pub const fn heads(&self) -> &BTreeMap<LogName, Head> {
        &self.heads
    }

    /// The last sequence of `log` without a gap; 0 without any.
    #[must_use]
    pub fn sequence(&self, log: &LogName) -> u64 {
        self.heads.get(log).map_or(0, |head| head.sequence.get())
    }

    /// Whether anything of a log is held.
    #[must_use]
    pub fn is_begun(&self, log: &LogName) -> bool {
        self.heads.contains_key(log) || self.ahead.contains_key(log) || self.forks.contains_key(log)
    }

    /// The entries held ahead of their logs.
    pub fn ahead(&self) -> impl Iterator<Item = (LogName, Sequence, EntryId)> {
        self.ahead.iter().flat_map(|(log, waiting)| waiting.iter().map(|(sequence, id)| (*log, *sequence, *id)))
    }

    /// Whether the entry at this place is held ahead of its log.
    #[must_use]
    pub fn is_ahead(&self, log: &LogName, sequence: Sequence) -> bool {
        self.ahead.get(log).is_some_and(|waiting| waiting.contains_key(&sequence))
    }

    /// The sequence from which `log` has no effect, when it is forked.
    #[must_use]
    pub fn forked_from(&self, log: &LogName) -> Option<Sequence> {
        self.forks.get(log).map(|fork| fork.sequence)
    }

    /// Where the fork proofs that stand are recorded.
    pub fn fork_positions(&self) -> impl Iterator<Item = (LogName, ContentHash, Position)> {
        self.forks.iter().map(|(log, fork)| (*log, fork.hash, fork.position))
    }

    /// The logs of one author, with their heads.
    pub fn logs_of(&self, author: NodeKey) -> impl Iterator<Item = (&LogName, &Head)> {
        self.heads.iter().filter(move |(log, _)| log.author == author)
    }
}

impl Fork {
    fn of(proof: &ForkProof, position: Position) -> Self {
        Self { sequence: proof.sequence(), ids: proof.ids(), hash: proof.hash(), position, named: None, awaited: None }
    }
}

/// What the index knows of the entry at a place.
pub fn locate(state: &impl State, log: &LogName, sequence: Sequence) -> Result<Option<Located>, StateError> {
    state.get(&index::entry_key(log, sequence))?.map(|value| index::located_of(&value)).transpose()
}

/// An urgent entry beyond its author's share is sent on like a routine one.
pub fn serve_as_routine(state: &mut impl State, log: &LogName, sequence: Sequence) -> Result<(), StateError> {
    let Some(located) = locate(state, log, sequence)? else { return Ok(()) };
    let routine = Located { priority: Priority::Routine, ..located };
    state.put(index::entry_key(log, sequence), index::located_value(&routine))
}

/// The id of the entry at a place, when it has taken effect: when its log is whole up to it.
pub fn effective_id(state: &impl State, log: &LogName, sequence: Sequence) -> Result<Option<EntryId>, StateError> {
    let head = state.get(&index::head_key(log))?.map(|value| index::head_of(&value)).transpose()?;
    match head {
        Some(head) if head.sequence >= sequence => Ok(locate(state, log, sequence)?.map(|located| located.id)),
        _ => Ok(None),
    }
}

/// At most `limit` entries of `log` from a sequence on.
pub fn locate_from(
    state: &impl State,
    log: &LogName,
    from: Sequence,
    limit: usize,
) -> Result<Vec<(Sequence, Located)>, StateError> {
    let before = from.get().checked_sub(1).and_then(Sequence::new).map(|s| index::entry_key(log, s));
    let pairs = state.scan(&index::entries_prefix(log), before.as_deref(), limit)?;
    pairs.iter().map(|(key, value)| Ok((index::sequence_of_entry_key(key)?, index::located_of(value)?))).collect()
}

/// The place of the entry with this id.
pub fn place_of(state: &impl State, id: &EntryId) -> Result<Option<(LogName, Sequence)>, StateError> {
    let places = state.get(&index::places_key(id))?.unwrap_or_default();
    let named = named(state, &places, id.as_bytes())?;
    Ok(named.into_iter().find(|(there, ..)| there == id).map(|(_, log, sequence)| (log, sequence)))
}

/// The entries whose ids begin with these bytes, at most `limit`.
pub fn ids_with_prefix(state: &impl State, prefix: &[u8], limit: usize) -> Result<Vec<EntryId>, StateError> {
    let keys = index::ids_prefix(prefix);
    let mut ids = Vec::new();
    let mut last: Option<Vec<u8>> = None;
    while ids.len() < limit {
        let step = state.scan(&keys, last.as_deref(), STEP)?;
        for (_, places) in &step {
            ids.extend(named(state, places, prefix)?.into_iter().map(|(id, ..)| id));
        }
        if step.len() < STEP {
            break;
        }
        last = step.into_iter().next_back().map(|(key, _)| key);
    }
    ids.truncate(limit);
    Ok(ids)
}

/// The entries at these places whose ids begin with these bytes.
fn named(state: &impl State, places: &[u8], prefix: &[u8]) -> Result<Vec<(EntryId, LogName, Sequence)>, StateError> {
    let mut named = Vec::new();
    for place in index::places(places) {
        let (log, sequence) = place?;
        if let Some(located) = locate(state, &log, sequence)?
            && located.id.as_bytes().starts_with(prefix)
        {
            named.push((located.id, log, sequence));
        }
    }
    Ok(named)
}

/// What the index says of an entry whose record is durable.
pub fn note(state: &mut impl State, entry: &Entry, position: Position) -> Result<Located, StateError> {
    let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
    let located = Located::of(entry, position);
    name(state, &log, sequence, &located)?;
    Ok(located)
}

/// Writes down what stands at a place, and where the entry with its id stands.
pub(super) fn name(
    state: &mut impl State,
    log: &LogName,
    sequence: Sequence,
    located: &Located,
) -> Result<(), StateError> {
    state.put(index::entry_key(log, sequence), index::located_value(located))?;
    let key = index::places_key(&located.id);
    let mut places = state.get(&key)?.unwrap_or_default();
    index::add_place(&mut places, log, sequence);
    state.put(key, places)
}

impl Located {
    /// Of an entry whose record is durable.
    pub(super) fn of(entry: &Entry, position: Position) -> Self {
        Self {
            id: entry.id(),
            position,
            size: u32::try_from(entry.size()).unwrap_or(u32::MAX),
            clock: entry.header().clock,
            priority: entry.header().priority,
        }
    }
}

/// The entry that the index knows; nothing when its record is damaged. It was verified before it was recorded.
pub fn read_entry(storage: &impl Storage, located: &Located) -> Result<Option<Entry>, StateError> {
    let Some(bytes) = storage.record(located.position)? else { return Ok(None) };
    Ok(Record::raw_entry(&bytes).and_then(|raw| raw.recall(located.id)))
}

/// Whether an entry is sealed: who has no key for it knows no more of it. A damaged one is not.
pub fn is_sealed(storage: &impl Storage, located: &Located) -> Result<bool, StateError> {
    let entry = read_entry(storage, located)?;
    Ok(entry.is_some_and(|entry| entry.header().audience != Audience::Public))
}

/// The fork proof recorded at `position`; nothing when the record is damaged or of another kind.
pub fn read_fork(
    storage: &impl Storage,
    position: Position,
    network: &NetworkId,
) -> Result<Option<ForkProof>, StateError> {
    let Some(bytes) = storage.record(position)? else { return Ok(None) };
    Ok(match Record::verify(&bytes, network) {
        Ok(Record::Fork(proof)) => Some(*proof),
        _ => None,
    })
}
