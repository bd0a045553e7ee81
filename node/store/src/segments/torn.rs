//! An unfinished tail: bytes at the end of the last segment after which no whole frame follows. A power cut or a kill
//! leaves it; nobody has seen it, since a batch is shown only once it is durable. It is set aside, never deleted.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use palabre_core::state::Position;

use super::active::Active;
use crate::{disk, own_head};

/// A tail that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where it lay.
    pub position: Position,
    /// How long it is.
    pub length: u64,
    /// The file that holds it now.
    pub path: PathBuf,
}

/// How many tails from one and the same place are kept under names of their own.
const SAME_PLACE_MAX: u32 = 1000;

/// Copies everything from `from` on into a file beside the segment, durably, then cuts it off. What was in it is not
/// known, so the node's own head is in doubt.
pub(super) fn set_aside(dir: &Path, active: &mut Active, from: Position) -> io::Result<SetAside> {
    let length = active.end() - from.offset;
    let mut tail = active.reader()?;
    tail.seek(SeekFrom::Start(from.offset))?;
    let (path, copy) = new_file(dir, from)?;
    let mut copy = BufWriter::new(copy);
    let copied = io::copy(&mut tail.take(length), &mut copy).and_then(|_| copy.flush());
    if let Err(error) = copied.and_then(|()| copy.get_ref().sync_all()).and_then(|()| disk::sync_dir(dir)) {
        // The tail is still in the segment: half a copy of it only takes room.
        let _ = std::fs::remove_file(&path);
        return Err(error);
    }
    own_head::doubt(dir)?;
    active.cut(from.offset)?;
    Ok(SetAside { position: from, length, path })
}

fn new_file(dir: &Path, from: Position) -> io::Result<(PathBuf, std::fs::File)> {
    let Position { segment, offset } = from;
    for attempt in 1..SAME_PLACE_MAX {
        let name = match attempt {
            1 => format!("torn-{segment:06}-{offset}.bin"),
            more => format!("torn-{segment:06}-{offset}-{more}.bin"),
        };
        let path = dir.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return Ok((path, opened?)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
