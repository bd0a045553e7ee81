//! The branch of a forked log that a checkpoint names: what lies at or below a checkpoint stands whatever forks
//! (`docs/design.md` §3, §4).
//!
//! From a checkpoint's head each entry names the one before, so the branch is known from its end downwards: of what
//! stands at a place only the entry that is named there is taken in, whoever offers others. Once the branch is whole from
//! the fork on, it has effect up to the checkpoint, and nothing beyond it has. What stood in its places is put aside: the
//! records stay, and another checkpoint may bring them back.

use super::book::{Effective, Ledger, Located, locate, name, read_entry};
use super::entry::Entry;
use super::frontier::Head;
use super::index;
use crate::id::{EntryId, LogName, Sequence};
use crate::state::{Position, State, StateError, Storage};

/// How far a branch is held, from its end downwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Down to where the branches part, and it continues what lies before.
    Whole,
    /// This entry is lacking.
    Lacks(Head),
    /// Down to where the branches part; what lies before is not held yet.
    Waits,
}

/// What became of a forked log.
#[derive(Clone, Debug, Default)]
pub struct Shift {
    /// What has lost its effect: it is to be withdrawn, and the branch advanced again.
    pub lost: Vec<Effective>,
    /// What has taken effect.
    pub gained: Vec<Effective>,
}

impl Ledger {
    /// The logs that are forked.
    pub fn forked(&self) -> impl Iterator<Item = LogName> {
        self.forks.keys().copied()
    }

    /// The entries that are wanted, one of each log whose named branch is not whole.
    pub fn awaited(&self) -> impl Iterator<Item = (LogName, Head)> {
        self.forks.iter().filter_map(|(log, fork)| Some((*log, fork.awaited?)))
    }

    /// Whether an entry is the one that the named branch lacks.
    pub(super) fn awaits(&self, log: &LogName, sequence: Sequence, id: EntryId) -> bool {
        self.forks.get(log).is_some_and(|fork| fork.awaited == Some(Head { sequence, id }))
    }

    /// A checkpoint names a head of a forked log, or none does any more. Returns what has lost its effect by it: it is to
    /// be withdrawn before [`Ledger::advance`] brings the branch into effect.
    pub fn recede(
        &mut self,
        storage: &mut impl Storage,
        log: &LogName,
        checkpoint: Option<Head>,
    ) -> Result<Vec<Effective>, StateError> {
        let Some(fork) = self.forks.get_mut(log) else { return Ok(Vec::new()) };
        let forked = fork.sequence;
        fork.named = checkpoint.filter(|head| head.sequence >= forked);
        fork.awaited = None;
        let named = fork.named;
        let last = self.sequence(log);
        let stays = match named {
            // As far as a branch has effect already it keeps it, unless the one that is named turns out to be another.
            Some(head) if head.sequence.get() > last => last.max(forked.get() - 1),
            Some(head) if reach(storage, log, head, forked, Places::AsTheyAre)? == Reach::Whole => head.sequence.get(),
            _ => forked.get() - 1,
        };
        self.cut_back(storage, log, stays)
    }

    /// Takes the head of a log back to a place. Returns what has lost its effect.
    pub(super) fn cut_back(
        &mut self,
        storage: &mut impl Storage,
        log: &LogName,
        stays: u64,
    ) -> Result<Vec<Effective>, StateError> {
        let mut lost = Vec::new();
        for place in stays + 1..=self.sequence(log) {
            let Some(sequence) = Sequence::new(place) else { continue };
            if let Some(located) = locate(storage, log, sequence)? {
                lost.push(Effective { log: *log, sequence, located });
            }
        }
        if !lost.is_empty() {
            let head = match Sequence::new(stays) {
                Some(sequence) => locate(storage, log, sequence)?.map(|l| Head { sequence, id: l.id }),
                None => None,
            };
            self.set_head(storage, *log, head)?;
        }
        Ok(lost)
    }

    /// Brings the named branch of a forked log into effect when it is whole; else notes what it lacks.
    pub fn advance(&mut self, storage: &mut impl Storage, log: &LogName) -> Result<Shift, StateError> {
        let Some((forked, Some(named))) = self.forks.get(log).map(|fork| (fork.sequence, fork.named)) else {
            return Ok(Shift::default());
        };
        let first = Sequence::new(self.sequence(log) + 1).map_or(forked, |next| next.max(forked));
        if first > named.sequence {
            return Ok(Shift::default());
        }
        let reach = reach(storage, log, named, first, Places::Cleared)?;
        let awaited = if let Reach::Lacks(head) = reach { Some(head) } else { None };
        if first > forked && awaited.is_some_and(|head| head.sequence < first) {
            // An earlier checkpoint named another branch than this one.
            return Ok(Shift { lost: self.cut_back(storage, log, forked.get() - 1)?, gained: Vec::new() });
        }
        if let Some(fork) = self.forks.get_mut(log) {
            fork.awaited = awaited;
        }
        if reach != Reach::Whole || self.sequence(log) + 1 != first.get() {
            return Ok(Shift::default());
        }
        let mut gained = Vec::new();
        for place in first.get()..=named.sequence.get() {
            let Some(sequence) = Sequence::new(place) else { continue };
            let Some(located) = locate(storage, log, sequence)? else { continue };
            gained.push(Effective { log: *log, sequence, located });
        }
        self.set_head(storage, *log, Some(named))?;
        Ok(Shift { lost: Vec::new(), gained })
    }

    /// Takes in the entry that the named branch lacks, whose record is durable at `position`. [`Ledger::advance`] follows.
    pub fn add_named(&self, storage: &mut impl Storage, entry: &Entry, position: Position) -> Result<(), StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        put_in_place(storage, &log, sequence, &Located::of(entry, position))
    }

    /// Remembers an entry whose record is durable and which has no place in its log now: it may be on a branch that a
    /// checkpoint names.
    pub fn set_aside(&self, state: &mut impl State, entry: &Entry, position: Position) -> Result<(), StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        let located = Located::of(entry, position);
        state.put(index::aside_key(&log, sequence, &located.id), index::located_value(&located))
    }
}

/// Whether looking along a branch may clear its places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Places {
    /// What stands in a place stays there.
    AsTheyAre,
    /// What stands in a place is put aside for the entry of the branch, where that is held aside.
    Cleared,
}

/// How far the branch with this end is held, down to the first place that is asked about.
fn reach(
    storage: &mut impl Storage,
    log: &LogName,
    end: Head,
    first: Sequence,
    places: Places,
) -> Result<Reach, StateError> {
    let mut at = end;
    loop {
        let Some(located) = held(storage, log, &at, places)? else { return Ok(Reach::Lacks(at)) };
        let Some(entry) = read_entry(storage, &located)? else { return Ok(Reach::Lacks(at)) };
        let before = Sequence::new(at.sequence.get() - 1).zip(entry.header().previous);
        let Some((sequence, id)) = before else { return Ok(Reach::Whole) };
        if at.sequence == first {
            // Where it does not continue what is held, the log is forked further down.
            return Ok(match locate(storage, log, sequence)? {
                None => Reach::Waits,
                Some(there) if there.id == id => Reach::Whole,
                Some(_) => Reach::Lacks(Head { sequence, id }),
            });
        }
        at = Head { sequence, id };
    }
}

fn held(storage: &mut impl Storage, log: &LogName, at: &Head, places: Places) -> Result<Option<Located>, StateError> {
    let there = locate(storage, log, at.sequence)?.filter(|there| there.id == at.id);
    if there.is_some() || places == Places::AsTheyAre {
        return Ok(there);
    }
    let aside = storage.get(&index::aside_key(log, at.sequence, &at.id))?;
    let Some(located) = aside.map(|value| index::located_of(&value)).transpose()? else { return Ok(None) };
    put_in_place(storage, log, at.sequence, &located)?;
    Ok(Some(located))
}

/// Puts an entry in its place; what stands there is put aside.
fn put_in_place(
    state: &mut impl State,
    log: &LogName,
    sequence: Sequence,
    located: &Located,
) -> Result<(), StateError> {
    if let Some(there) = locate(state, log, sequence)?.filter(|there| there.id != located.id) {
        state.put(index::aside_key(log, sequence, &there.id), index::located_value(&there))?;
    }
    state.remove(&index::aside_key(log, sequence, &located.id))?;
    name(state, log, sequence, located)
}
