//! The one small trait through which the rules read and write state: a map in tests and in the simulator, sled in
//! the node. What is in it can be made again from the ledger at any time (`docs/design.md` §8).

use std::collections::{BTreeMap, VecDeque};

use thiserror::Error;

/// Why state could not be read. The node then rebuilds it from the ledger.
#[derive(Debug, Error)]
pub enum StateError {
    /// The storage below failed.
    #[error("the index cannot be read")]
    Storage(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A value is not what this program writes under its key.
    #[error("the index is damaged under {key}: {what}")]
    Damaged {
        /// The key, in hexadecimal.
        key: String,
        /// What was expected.
        what: &'static str,
    },
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// Keys and values in the order of keys. Values are at most [`VALUE_MAX`] bytes.
pub trait State {
    /// The value under `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError>;

    /// Sets the value under `key`. It counts once the storage commits; a lost one is made again from the ledger.
    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError>;

    /// Removes `key`.
    fn remove(&mut self, key: &[u8]) -> Result<(), StateError>;

    /// At most `limit` pairs whose keys begin with `prefix` and are greater than `after` where that is given, in order.
    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError>;
}

/// Largest value: sled leaks space with large ones (`docs/design.md` §8).
pub const VALUE_MAX: usize = 4096;

/// Pairs read in one step: large enough that the cost of a step does not show, small enough to stay in cache.
const STEP: usize = 512;

/// Every pair under `prefix`, read in bounded steps.
pub fn scan_all(state: &impl State, prefix: &[u8]) -> Result<Vec<Pair>, StateError> {
    scan_up_to(state, prefix, usize::MAX)
}

/// The first `limit` pairs under `prefix`, read in bounded steps.
pub fn scan_up_to(state: &impl State, prefix: &[u8], limit: usize) -> Result<Vec<Pair>, StateError> {
    let mut pairs: Vec<Pair> = Vec::new();
    loop {
        let after = pairs.last().map(|(key, _)| key.clone());
        let wanted = STEP.min(limit - pairs.len());
        let step = state.scan(prefix, after.as_deref(), wanted)?;
        let last = step.len() < wanted || wanted < STEP;
        pairs.extend(step);
        if last {
            return Ok(pairs);
        }
    }
}

/// Pairs that a [`Walk`] reads in one step after a leap: what is skipped of them costs less than beginning anew.
const NEAR: usize = 64;

/// And at most, twice as many in each step as in the one before: half a megabyte. To begin a step takes as long as to read
/// some hundred pairs.
const FAR: usize = 4096;

/// Goes through the pairs under a prefix, from one part to a later one: in steps, and what lies near is read once.
pub struct Walk<'a, S> {
    state: &'a S,
    prefix: &'a [u8],
    /// Where the next step begins.
    after: Option<Vec<u8>>,
    read: VecDeque<Pair>,
    /// Pairs in the next step.
    step: usize,
    ended: bool,
}

impl<'a, S: State> Walk<'a, S> {
    /// Before the first pair under `prefix`.
    pub fn new(state: &'a S, prefix: &'a [u8]) -> Self {
        Self { state, prefix, after: None, read: VecDeque::new(), step: NEAR, ended: false }
    }

    /// Goes on to the first pair whose key is greater than `start`, which lies ahead.
    pub fn seek(&mut self, start: &[u8]) {
        while self.read.front().is_some_and(|(key, _)| key.as_slice() <= start) {
            self.read.pop_front();
        }
        if self.read.is_empty() && self.after.as_deref() < Some(start) {
            self.after = Some(start.to_vec());
            self.step = NEAR;
        }
    }

    /// The next pair, when its key begins with `start`.
    pub fn next_under(&mut self, start: &[u8]) -> Result<Option<Pair>, StateError> {
        if self.read.is_empty() && !self.ended {
            self.read = self.state.scan(self.prefix, self.after.as_deref(), self.step)?.into();
            self.ended = self.read.len() < self.step;
            self.step = FAR.min(2 * self.step);
            self.after = self.read.back().map(|(key, _)| key.clone()).or_else(|| self.after.take());
        }
        let under = self.read.front().is_some_and(|(key, _)| key.starts_with(start));
        Ok(if under { self.read.pop_front() } else { None })
    }
}

/// Where a record lies in the ledger segments (`docs/design.md` §8): the truth of which [`State`] is an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// Byte offset of the record's frame in it.
    pub offset: u64,
}

impl Position {
    /// Bytes of its stored form.
    pub const LEN: usize = 12;

    /// Its stored form: big-endian, so that order is kept.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..4].copy_from_slice(&self.segment.to_be_bytes());
        bytes[4..].copy_from_slice(&self.offset.to_be_bytes());
        bytes
    }

    /// From its stored form.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (segment, offset) = bytes.split_at_checked(4)?;
        Some(Self {
            segment: u32::from_be_bytes(segment.try_into().ok()?),
            offset: u64::from_be_bytes(offset.try_into().ok()?),
        })
    }
}

/// What a node's rules read from disk: state, the records themselves, and small attachments.
pub trait Storage: State {
    /// The bytes of the record at `at`; nothing when they are damaged there.
    fn record(&self, at: Position) -> Result<Option<Vec<u8>>, StateError>;

    /// Whether this attachment is held.
    fn holds_attachment(&self, hash: &crate::id::ContentHash) -> bool;

    /// The content of an attachment of at most 4 KiB, when it is held or on its way to the disk.
    fn small_attachment(&self, hash: &crate::id::ContentHash) -> Option<Vec<u8>>;
}

/// State in a map: for tests and the simulator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapState {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl State for MapState {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        Ok(self.pairs.get(key).cloned())
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        debug_assert!(value.len() <= VALUE_MAX, "a value of {} bytes", value.len());
        self.pairs.insert(key, value);
        Ok(())
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.pairs.remove(key);
        Ok(())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        use std::ops::Bound;
        let start = match after {
            Some(key) => Bound::Excluded(key),
            None => Bound::Included(prefix),
        };
        Ok(self
            .pairs
            .range::<[u8], _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix))
            .take(limit)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect())
    }
}
