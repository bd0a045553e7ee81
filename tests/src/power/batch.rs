//! A batch of records that was written and not yet synced when the power was cut, and what is left of it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::HEADER_LEN;

/// Bytes that a node wrote to a segment at once.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The segment's file, below the home.
    pub(super) segment: PathBuf,
    /// Where it begins in it.
    pub(super) offset: usize,
    /// Its frames.
    pub(super) frames: Vec<Vec<u8>>,
}

/// What is left of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// Not a byte.
    Nothing,
    /// All of it.
    Whole,
    /// Whole frames at most at its beginning.
    TornAtTheEnd,
    /// A whole frame behind one that is not.
    TornInTheMiddle,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "batch lost",
            Self::Whole => "batch whole",
            Self::TornAtTheEnd => "batch torn at the end",
            Self::TornInTheMiddle => "batch torn in the middle",
        })
    }
}

impl Batch {
    /// The batch with these bytes.
    pub(super) fn of(segment: PathBuf, offset: u64, bytes: &[u8]) -> Self {
        let offset = usize::try_from(offset).expect("a segment fits in memory");
        Self { segment, offset, frames: frames(bytes).map(<[u8]>::to_vec).collect() }
    }

    /// Whether a disk may lose a frame of it and keep one behind that: there is a boundary of sectors in between.
    pub fn may_tear(&self, sector: usize) -> bool {
        let last = self.frames.last().map_or(0, Vec::len);
        let before: usize = self.frames.iter().map(Vec::len).sum::<usize>() - last;
        before > 0 && self.offset / sector < (self.offset + before) / sector
    }

    /// What is left of it in a home.
    pub fn left_in(&self, home: &Path) -> Left {
        let bytes = fs::read(home.join(&self.segment)).unwrap_or_default();
        let mut at = self.offset;
        let whole = self.frames.iter().map(|frame| {
            let there = bytes.get(at..at + frame.len()) == Some(frame);
            at += frame.len();
            there
        });
        let whole: Vec<bool> = whole.collect();
        let first_lost = whole.iter().position(|whole| !whole).unwrap_or(whole.len());
        if first_lost == whole.len() {
            Left::Whole
        } else if whole[first_lost..].contains(&true) {
            Left::TornInTheMiddle
        } else if bytes.len() <= self.offset {
            Left::Nothing
        } else {
            Left::TornAtTheEnd
        }
    }
}

/// The frames that lie one after the other in these bytes.
pub(super) fn frames(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = bytes.first_chunk::<4>()?;
        let (frame, rest) = bytes.split_at(HEADER_LEN + u32::from_le_bytes(*length) as usize);
        bytes = rest;
        Some(frame)
    })
}
