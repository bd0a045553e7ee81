//! How a node's store is opened: the one place that decides whether the index may be trusted (`docs/design.md` §3, §8).
//!
//! 1. The segments are opened; an unfinished tail is set aside. They are the truth, whatever follows.
//! 2. The mark of a clean stop is read, then removed.
//! 3. The index is opened. After a clean stop that left its files as they are now its summary is enough; after
//!    anything else every value in it is checked. It is destroyed and begun anew when
//!    - it does not open, or its values are not what was written;
//!    - the last record that it counts lies beyond the end of the segments (they lost a tail);
//!    - another record lies there (they were replaced).
//! 4. The caller folds what the index does not count yet, which is everything for a new one
//!    ([`Store::replay`](crate::Store::replay)).
//! 5. The caller asks whether the node's own head is in doubt
//!    ([`Store::own_head_is_in_doubt`](crate::Store::own_head_is_in_doubt)): if so it opens a new log. The doubt
//!    is noted on the disk before the evidence of it is removed, so it outlives a kill at any point of this.

use std::fs;
use std::path::Path;

use palabre_core::state::Position;

use crate::index::{Check, Folded, Index, IndexError};
use crate::own_head;
use crate::segments::{Damage, Segments, SegmentsFound, SetAside};
use crate::stop::{self, CleanStop};
use crate::store::OpenError;

/// What opening the store found.
#[derive(Debug)]
pub struct Opening {
    /// What became of the index.
    pub index: IndexFate,
    /// Whether the last process that wrote here stopped in good order, and nothing was lost since.
    pub stopped_cleanly: bool,
    /// The unfinished tail of the segments, when there was one.
    pub torn: Option<SetAside>,
    /// Damage in the last segment, and missing segments. Older segments are read by a rebuild or by a verification.
    pub damaged: Vec<Damage>,
    /// The first record that the index does not count yet.
    pub replay_from: Position,
}

/// What became of the index.
#[derive(Debug)]
pub enum IndexFate {
    /// It is trusted as it is.
    Kept,
    /// There was none, nor any record: this is a new node.
    New,
    /// It is made again from the segments.
    Rebuilt(Reason),
}

/// Why the index is made again.
#[derive(Debug)]
pub enum Reason {
    /// It was not there.
    Absent,
    /// It was there and counts no record, although there are some.
    Empty,
    /// It could not be opened or is damaged.
    Damaged(IndexError),
    /// It counts a record beyond the end of the segments: they lost a tail that was durable once.
    BeyondSegments {
        /// The record.
        folded: Position,
        /// The end of the segments.
        end: Position,
    },
    /// The last record that it counts is not in the segments: they were replaced, or are damaged just there.
    OtherSegments {
        /// Where the record should be.
        folded: Position,
    },
}

impl Opening {
    /// Whether nothing was ever kept here.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self.index, IndexFate::New)
    }

    /// Whether the index is made again from the first record on.
    #[must_use]
    pub fn rebuilds(&self) -> bool {
        matches!(self.index, IndexFate::Rebuilt(_))
    }
}

impl Reason {
    /// Whether the index, or the end of the segments, may have held own entries that nobody remembers now.
    fn puts_own_head_in_doubt(&self, stopped_cleanly: bool) -> bool {
        match self {
            Self::Absent | Self::Empty | Self::Damaged(_) => !stopped_cleanly,
            Self::BeyondSegments { .. } | Self::OtherSegments { .. } => true,
        }
    }
}

/// Opens the index that belongs to `segments`.
pub(crate) fn open_index(
    ledger: &Path,
    index_dir: &Path,
    held: usize,
    segments: &Segments,
    found: SegmentsFound,
) -> Result<(Index, Opening), OpenError> {
    let note = |source| OpenError::Note { source };
    let last_stop = stop::read(ledger);
    stop::remove(ledger).map_err(note)?;
    let stopped_cleanly = last_stop.is_some_and(|stop| stop.end == segments.end()) && found.torn.is_none();
    let check = check_for(last_stop.filter(|_| stopped_cleanly), index_dir);

    let (index, fate, replay_from) = match trusted(index_dir, check, held, segments)? {
        Ok((index, replay_from)) => (index, IndexFate::Kept, replay_from),
        Err(reason) => {
            let new = matches!(reason, Reason::Absent | Reason::Empty) && holds_nothing(segments, &found);
            if !new && reason.puts_own_head_in_doubt(stopped_cleanly) {
                own_head::doubt(ledger).map_err(note)?;
            }
            Index::destroy(index_dir)?;
            let fate = if new { IndexFate::New } else { IndexFate::Rebuilt(reason) };
            (Index::open(index_dir, Check::Summary, held)?, fate, Position::default())
        }
    };
    let SegmentsFound { torn, damaged } = found;
    Ok((index, Opening { index: fate, stopped_cleanly, torn, damaged, replay_from }))
}

fn check_for(last_stop: Option<CleanStop>, index_dir: &Path) -> Check {
    let untouched = last_stop.is_some_and(|stop| Index::fingerprint(index_dir).is_ok_and(|now| now == stop.index));
    if untouched { Check::Summary } else { Check::Whole }
}

/// An empty folder is no index: homes are created with one.
fn is_absent(index_dir: &Path) -> bool {
    fs::read_dir(index_dir).map_or(true, |mut entries| entries.next().is_none())
}

fn holds_nothing(segments: &Segments, found: &SegmentsFound) -> bool {
    segments.end() == (Position { segment: 1, offset: 0 }) && found.torn.is_none() && found.damaged.is_empty()
}

/// The index and where its replay begins, when it opens and counts what is in the segments.
fn trusted(
    index_dir: &Path,
    check: Check,
    held: usize,
    segments: &Segments,
) -> Result<Result<(Index, Position), Reason>, OpenError> {
    if is_absent(index_dir) {
        return Ok(Err(Reason::Absent));
    }
    let index = match Index::open(index_dir, check, held) {
        Ok(index) => index,
        Err(error) if error.is_damage() => return Ok(Err(Reason::Damaged(error))),
        Err(error) => return Err(error.into()),
    };
    let Some(Folded { record, crc }) = index.folded() else { return Ok(Err(Reason::Empty)) };
    if record >= segments.end() {
        return Ok(Err(Reason::BeyondSegments { folded: record, end: segments.end() }));
    }
    let stored = segments.stored(record)?.filter(|stored| stored.crc == crc);
    Ok(stored.map(|stored| (index, stored.next)).ok_or(Reason::OtherSegments { folded: record }))
}
