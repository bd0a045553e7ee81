//! Batches are written and synced in a thread of their own: whoever appends goes on meanwhile, and the next batch gathers
//! what comes until then.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use palabre_core::state::Position;

use super::active::Active;
use super::{AppendError, classify};
use crate::store::Settings;

/// One batch on its way to the disk.
pub(super) struct Batch {
    pub(super) active: Active,
    pub(super) bytes: Vec<u8>,
    /// Called once what became of it can be had.
    pub(super) told: Box<dyn FnOnce() + Send>,
}

/// What became of it, and the segment that is written now.
pub(super) type Done = (Active, Result<Position, AppendError>);

/// The thread, which ends with this value.
#[derive(Debug)]
pub(super) struct Beside {
    batches: Sender<Batch>,
    done: Receiver<Done>,
}

impl Beside {
    /// Starts the thread for the segments in `dir`.
    pub(super) fn start(dir: &Path, settings: Settings) -> Result<Self, AppendError> {
        let (batches, waiting) = channel::<Batch>();
        let (answer, done) = channel();
        let folder: PathBuf = dir.to_owned();
        let thread = thread::Builder::new().name("segments".to_owned()).spawn(move || {
            for Batch { mut active, bytes, told } in waiting {
                let written = write(&mut active, &bytes, &folder, settings);
                if answer.send((active, written)).is_err() {
                    return;
                }
                told();
            }
        });
        thread.map_err(|source| classify(dir, source))?;
        Ok(Self { batches, done })
    }

    /// Hands a batch over; gives the segment back when the thread is gone.
    pub(super) fn begin(&self, batch: Batch) -> Result<(), Active> {
        self.batches.send(batch).map_err(|unsent| unsent.0.active)
    }

    /// Waits for what became of the batch under way; nothing when the thread is gone.
    pub(super) fn finish(&self) -> Option<Done> {
        self.done.recv().ok()
    }
}

/// Writes a batch into one segment, a new one when this is full, and syncs it. Returns where it begins.
pub(super) fn write(
    active: &mut Active,
    bytes: &[u8],
    dir: &Path,
    settings: Settings,
) -> Result<Position, AppendError> {
    let length = bytes.len() as u64;
    let full = active.end() > 0 && active.end() + length > settings.segment_size;
    if full {
        *active = active.next(dir, length, settings.keep_free)?;
    } else {
        active.reserve(length, settings.keep_free)?;
    }
    let start = active.position();
    active.append(bytes)?;
    Ok(start)
}

/// The thread is gone: it panicked with the segment in its hands.
pub(super) fn gone(dir: &Path) -> AppendError {
    AppendError::SyncFailed { path: dir.to_owned(), source: io::Error::other("the thread that writes it is gone") }
}
