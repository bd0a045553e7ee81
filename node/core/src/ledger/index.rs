//! How the ledger's index lies in [`State`]: keys and values of fixed width.
//!
//! | key | value |
//! |---|---|
//! | `h` author log | sequence, id: the head without a gap |
//! | `e` author log sequence | id, position, size, clock, priority |
//! | `i` beginning of an id | author log sequence of each entry whose id begins so: one, as good as always |
//! | `f` author log | position of the fork proof that stands |
//! | `g` author log sequence | id: held ahead of its log |
//! | `b` author log sequence id | as under `e`: an entry of a branch of a forked log that has no place in it now |

use crate::id::{EntryId, LogId, LogName, NodeKey, Sequence};
use crate::ledger::{Head, Priority};
use crate::state::{Position, StateError};
use crate::time::Millis;

pub(super) const HEADS: &[u8] = b"h";
pub(super) const FORKS: &[u8] = b"f";
pub(super) const AHEAD: &[u8] = b"g";
const ASIDE: &[u8] = b"b";
const ENTRIES: &[u8] = b"e";
const IDS: &[u8] = b"i";

const LOG_LEN: usize = NodeKey::LEN + LogId::LEN;
const PLACE_LEN: usize = LOG_LEN + size_of::<u64>();

/// What the index knows of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// Its id.
    pub id: EntryId,
    /// Where its record lies.
    pub position: Position,
    /// Bytes of header, signature and payload.
    pub size: u32,
    /// The author's clock.
    pub clock: Millis,
    /// How soon it travels.
    pub priority: Priority,
}

pub(super) fn head_key(log: &LogName) -> Vec<u8> {
    [HEADS, log.author.as_bytes(), log.log.as_bytes()].concat()
}

pub(super) fn fork_key(log: &LogName) -> Vec<u8> {
    [FORKS, log.author.as_bytes(), log.log.as_bytes()].concat()
}

pub(super) fn entry_key(log: &LogName, sequence: Sequence) -> Vec<u8> {
    [ENTRIES, log.author.as_bytes(), log.log.as_bytes(), &sequence.get().to_be_bytes()].concat()
}

pub(super) fn aside_key(log: &LogName, sequence: Sequence, id: &EntryId) -> Vec<u8> {
    [ASIDE, log.author.as_bytes(), log.log.as_bytes(), &sequence.get().to_be_bytes(), id.as_bytes()].concat()
}

pub(super) fn ahead_key(log: &LogName, sequence: Sequence) -> Vec<u8> {
    [AHEAD, log.author.as_bytes(), log.log.as_bytes(), &sequence.get().to_be_bytes()].concat()
}

/// Bytes of an id in its key: two entries that share them are both found. The whole id stands with the entry.
const BEGINNING: usize = 8;

/// Entries that are found by one beginning: more than anybody can make.
const SAME_MAX: usize = 64;

/// The prefix of the keys of entries whose ids may begin with `start`: as much of it as the keys hold.
pub(super) fn ids_prefix(start: &[u8]) -> Vec<u8> {
    [IDS, &start[..start.len().min(BEGINNING)]].concat()
}

pub(super) fn entries_prefix(log: &LogName) -> Vec<u8> {
    [ENTRIES, log.author.as_bytes(), log.log.as_bytes()].concat()
}

/// The key under which the places stand of entries whose ids begin as this one.
pub(super) fn places_key(id: &EntryId) -> Vec<u8> {
    ids_prefix(id.as_bytes())
}

/// Adds a place to those that stand under a beginning.
pub(super) fn add_place(places: &mut Vec<u8>, log: &LogName, sequence: Sequence) {
    let place = [log.author.as_bytes().as_slice(), log.log.as_bytes(), &sequence.get().to_be_bytes()].concat();
    if places.len() < SAME_MAX * PLACE_LEN && places.chunks(PLACE_LEN).all(|there| there != place) {
        places.extend_from_slice(&place);
    }
}

/// The places that stand under a beginning.
pub(super) fn places(value: &[u8]) -> impl Iterator<Item = Result<(LogName, Sequence), StateError>> {
    value.chunks(PLACE_LEN).map(|place| {
        let mut fields = Fields::new(place);
        Ok((fields.log()?, fields.sequence()?))
    })
}

/// Reads fields of fixed width from a key or a value.
pub(crate) struct Fields<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { whole: bytes, rest: bytes }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StateError> {
        let (array, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.damaged("a field is missing"))?;
        self.rest = rest;
        Ok(*array)
    }

    pub(crate) fn number(&mut self) -> Result<u64, StateError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    pub(crate) fn byte(&mut self) -> Result<u8, StateError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn sequence(&mut self) -> Result<Sequence, StateError> {
        Sequence::new(self.number()?).ok_or_else(|| self.damaged("a sequence is 0"))
    }

    pub(crate) fn log(&mut self) -> Result<LogName, StateError> {
        Ok(LogName { author: NodeKey::from_bytes(self.array()?), log: LogId::from_bytes(self.array()?) })
    }

    pub(crate) fn position(&mut self) -> Result<Position, StateError> {
        let bytes = self.array::<{ Position::LEN }>()?;
        Position::from_bytes(&bytes).ok_or_else(|| self.damaged("a position is short"))
    }

    fn damaged(&self, what: &'static str) -> StateError {
        StateError::Damaged { key: hex::encode(self.whole), what }
    }
}

pub(super) fn log_of_key(key: &[u8]) -> Result<LogName, StateError> {
    if key.len() < 1 + LOG_LEN {
        return Err(StateError::Damaged { key: hex::encode(key), what: "the key of a log is short" });
    }
    Fields::new(&key[1..]).log()
}

pub(super) fn sequence_of_entry_key(key: &[u8]) -> Result<Sequence, StateError> {
    Fields::new(key.get(1 + LOG_LEN..).unwrap_or_default()).sequence()
}

pub(super) fn head_value(head: &Head) -> Vec<u8> {
    [head.sequence.get().to_be_bytes().as_slice(), head.id.as_bytes()].concat()
}

pub(super) fn head_of(value: &[u8]) -> Result<Head, StateError> {
    let mut fields = Fields::new(value);
    Ok(Head { sequence: fields.sequence()?, id: EntryId::from_bytes(fields.array()?) })
}

pub(super) fn located_value(entry: &Located) -> Vec<u8> {
    [
        entry.id.as_bytes().as_slice(),
        &entry.position.to_bytes(),
        &u64::from(entry.size).to_be_bytes(),
        &entry.clock.0.to_be_bytes(),
        &[u8::from(entry.priority == Priority::Urgent)],
    ]
    .concat()
}

pub(super) fn located_of(value: &[u8]) -> Result<Located, StateError> {
    let mut fields = Fields::new(value);
    Ok(Located {
        id: EntryId::from_bytes(fields.array()?),
        position: fields.position()?,
        size: u32::try_from(fields.number()?).unwrap_or(u32::MAX),
        clock: Millis(fields.number()?),
        priority: if fields.byte()? == 1 { Priority::Urgent } else { Priority::Routine },
    })
}
