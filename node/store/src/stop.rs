//! The mark of a clean stop: `ledger/stop`. It says where the segments ended and what the files of the index looked
//! like, so that the next start knows whether anything happened in between. It is removed before anything is written,
//! so a process that is killed leaves none.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use palabre_core::state::Position;

use crate::disk;

/// What a process that stopped in good order left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CleanStop {
    /// The end of the segments.
    pub(crate) end: Position,
    /// [`Index::fingerprint`](crate::index::Index::fingerprint).
    pub(crate) index: u32,
}

/// First line of the mark.
const TITLE: &str = "palabre clean stop 1";

fn path(ledger: &Path) -> PathBuf {
    ledger.join("stop")
}

/// The mark in `ledger`, when there is one and it can be read.
pub(crate) fn read(ledger: &Path) -> Option<CleanStop> {
    let text = fs::read_to_string(path(ledger)).ok()?;
    let mut lines = text.lines();
    if lines.next()? != TITLE {
        return None;
    }
    let (segment, offset) = lines.next()?.strip_prefix("segments end at ")?.split_once(' ')?;
    let index = lines.next()?.strip_prefix("index ")?;
    let end = Position { segment: segment.parse().ok()?, offset: offset.parse().ok()? };
    Some(CleanStop { end, index: u32::from_str_radix(index, 16).ok()? })
}

/// Removes the mark, durably.
pub(crate) fn remove(ledger: &Path) -> io::Result<()> {
    match fs::remove_file(path(ledger)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.and_then(|()| disk::sync_dir(ledger)),
    }
}

/// Writes the mark, durably. One that was cut short does not read as a mark.
pub(crate) fn write(ledger: &Path, stop: CleanStop) -> io::Result<()> {
    let Position { segment, offset } = stop.end;
    let mut file = File::create(path(ledger))?;
    write!(file, "{TITLE}\nsegments end at {segment} {offset}\nindex {:08x}\n", stop.index)?;
    file.sync_all()?;
    disk::sync_dir(ledger)
}
