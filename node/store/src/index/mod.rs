//! The index: state that can be made again from the [`segments`](crate::segments) at any time, in sled
//! (`docs/design.md` §8).
//!
//! One tree. What a fold writes is held in memory until [`Index::commit`] applies it as one batch, together with the
//! position of the last record that it counts: whatever sled keeps of it after a crash is the state of some prefix of
//! the segments. Every value carries a checksum, and a tally of all of them tells whether the tree is whole.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use palabre_core::state::{Pair, State, StateError, VALUE_MAX};
use thiserror::Error;

use crate::disk::{self, Trouble};

mod files;
mod fingerprint;
mod guard;
mod merge;
mod sealed;
mod summary;

pub use summary::Folded;

use guard::guarded;
use summary::{DATA, SUMMARY, Summary};

/// Why the index cannot be used. See [`IndexError::is_damage`].
#[derive(Debug, Error)]
pub enum IndexError {
    /// The files of the index cannot be reached: no room, no permission, no file descriptors.
    #[error("the index cannot be {doing}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The files are held by another index, of this process or another.
    #[error("the index is in use")]
    InUse,
    /// sled reports an error.
    #[error("the index is not readable")]
    Sled(#[source] sled::Error),
    /// sled panicked.
    #[error("the index is not readable: {0}")]
    Panicked(String),
    /// sled did not come back.
    #[error("the index did not open or close within {0:?}")]
    TookTooLong(Duration),
    /// The process ended while it opened the index for the last time.
    #[error("the last opening of the index did not come to an end")]
    LastOpeningDied,
    /// The summary is missing, garbled, or of another version of this program.
    #[error("the index does not say how far it has folded the segments")]
    Summary,
    /// A value is not what was written under its key.
    #[error("the index is damaged under {}", hex::encode(key))]
    Garbled {
        /// The key.
        key: Vec<u8>,
    },
    /// Values are lost, or come from different times.
    #[error("the index holds other values than it should")]
    Tally,
    /// A value is longer than [`VALUE_MAX`]: a fault of the caller.
    #[error("a value of {length} bytes does not belong into the index")]
    ValueTooLong {
        /// Its bytes.
        length: usize,
    },
    /// The index failed before and is not used any more.
    #[error("the index failed before; it has to be opened again")]
    GivenUp,
}

impl IndexError {
    /// Whether the index must be destroyed and made again. Otherwise it is the machine that must be mended.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Io { .. } | Self::InUse | Self::ValueTooLong { .. } | Self::GivenUp => false,
            Self::Sled(sled::Error::Io(error)) => disk::trouble(error) == Trouble::Other,
            _ => true,
        }
    }
}

impl From<sled::Error> for IndexError {
    fn from(error: sled::Error) -> Self {
        Self::Sled(error)
    }
}

/// How much of the index is read when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The summary: after a clean stop that left the files as they are now.
    Summary,
    /// Every value.
    Whole,
}

/// The index of one ledger.
#[derive(Debug)]
pub struct Index {
    dir: PathBuf,
    /// Nothing once it is closed or given up.
    db: Option<sled::Db>,
    summary: Option<Summary>,
    pending: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    pending_bytes: usize,
}

/// Uncommitted bytes after which a fold should commit: a batch lies in memory more than once while sled applies it.
pub const PENDING_MAX: usize = 1024 * 1024;

impl Index {
    /// Opens the index in `dir`, or begins an empty one. Never panics: an index that cannot be trusted is an error
    /// ([`IndexError::is_damage`]), upon which the caller [destroys](Index::destroy) it and folds the segments anew.
    pub fn open(dir: &Path, check: Check) -> Result<Self, IndexError> {
        let made = remove_leftover(dir).and_then(|()| fs::create_dir_all(dir));
        made.map_err(|source| IndexError::Io { doing: "created", source })?;
        let (db, summary) = files::open(dir, check)?;
        Ok(Self { dir: dir.to_owned(), db: Some(db), summary, pending: BTreeMap::new(), pending_bytes: 0 })
    }

    /// Removes the index in `dir`. It is renamed first: a crash on the way leaves nothing that looks like an index.
    pub fn destroy(dir: &Path) -> Result<(), IndexError> {
        remove_leftover(dir)
            .and_then(|()| unless_missing(fs::rename(dir, aside(dir))))
            .and_then(|()| disk::sync_dir(dir.parent().unwrap_or(Path::new("."))))
            .and_then(|()| remove_leftover(dir))
            .map_err(|source| IndexError::Io { doing: "removed", source })
    }

    /// A checksum of the names, sizes and times of the files in `dir`: whether anybody touched them since.
    pub fn fingerprint(dir: &Path) -> io::Result<u32> {
        fingerprint::of(dir)
    }

    /// The last record that the state counts; nothing when it counts none.
    #[must_use]
    pub fn folded(&self) -> Option<Folded> {
        self.summary.map(|summary| summary.folded)
    }

    /// Bytes that wait for a commit; a long fold commits whenever they pass [`PENDING_MAX`].
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending_bytes
    }

    /// Forgets what waits for a commit: the fold of a record failed half way.
    pub fn roll_back(&mut self) {
        self.pending.clear();
        self.pending_bytes = 0;
    }

    /// Applies what waits, as one batch that says that everything up to `folded` counts. After an error the index
    /// is not used any more: what the batch left behind is not known.
    pub fn commit(&mut self, folded: Folded) -> Result<(), IndexError> {
        let db = self.db.take().ok_or(IndexError::GivenUp)?;
        let summary = match guarded(|| self.apply(&db, folded)) {
            Ok(summary) => summary,
            Err(error) => {
                files::abandon(db);
                return Err(error);
            }
        };
        self.db = Some(db);
        self.summary = Some(summary);
        self.roll_back();
        Ok(())
    }

    fn apply(&self, db: &sled::Db, folded: Folded) -> Result<Summary, IndexError> {
        let mut tally = self.summary.map(|summary| summary.tally).unwrap_or_default();
        let mut batch = sled::Batch::default();
        for (key, value) in &self.pending {
            let old = db.get(key)?;
            let new = value.as_ref().map(|value| sealed::seal(key, value));
            if old.as_deref() == new.as_deref() {
                continue;
            }
            if let Some(old) = old {
                tally.subtract(&old);
            }
            match new {
                Some(new) => {
                    tally.add(&new);
                    batch.insert(key.as_slice(), new);
                }
                None => batch.remove(key.as_slice()),
            }
        }
        let summary = Summary { folded, tally };
        batch.insert(SUMMARY, summary.to_sealed());
        db.apply_batch(batch)?;
        Ok(summary)
    }

    /// Writes everything out, durably, and closes the files. Returns their [fingerprint](Index::fingerprint).
    pub fn close(mut self) -> Result<u32, IndexError> {
        let db = self.db.take().ok_or(IndexError::GivenUp)?;
        files::close(&self.dir, db)?;
        let synced = fingerprint::sync(&self.dir).and_then(|()| fingerprint::of(&self.dir));
        synced.map_err(|source| IndexError::Io { doing: "closed", source })
    }

    fn db(&self) -> Result<&sled::Db, IndexError> {
        self.db.as_ref().ok_or(IndexError::GivenUp)
    }

    fn stage(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        let size = |value: &Option<Vec<u8>>| key.len() + value.as_ref().map_or(0, Vec::len);
        self.pending_bytes += size(&value);
        if let Some(replaced) = self.pending.insert(data_key(key), value) {
            self.pending_bytes -= size(&replaced);
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some(db) = self.db.take()
            && let Err(error) = files::close(&self.dir, db)
        {
            tracing::warn!(%error, "the index was not closed; it is checked at the next start");
        }
    }
}

impl State for Index {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let key = data_key(key);
        if let Some(value) = self.pending.get(&key) {
            return Ok(value.clone());
        }
        let db = self.db().map_err(storage)?;
        let Some(sealed) = guarded(|| Ok(db.get(&key)?)).map_err(storage)? else { return Ok(None) };
        sealed::unseal(&key, &sealed).map(|value| Some(value.to_vec())).ok_or_else(|| damaged(&key))
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        if value.len() > VALUE_MAX {
            return Err(storage(IndexError::ValueTooLong { length: value.len() }));
        }
        self.stage(&key, Some(value));
        Ok(())
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.stage(key, None);
        Ok(())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        let db = self.db().map_err(storage)?;
        let (prefix, after) = (data_key(prefix), after.map(data_key));
        let merged = guarded(|| merge::scan(db, &self.pending, &prefix, after.as_deref(), limit));
        merged.map_err(|error| match error {
            IndexError::Garbled { key } => damaged(&key),
            error => storage(error),
        })
    }
}

/// Where an index is renamed to before it is removed.
fn aside(dir: &Path) -> PathBuf {
    dir.with_extension("removed")
}

/// Removes what an earlier removal left. Something else than a folder may have stood in the index's place.
fn remove_leftover(dir: &Path) -> io::Result<()> {
    let aside = aside(dir);
    let is_folder = fs::symlink_metadata(&aside).is_ok_and(|about| about.is_dir());
    unless_missing(if is_folder { fs::remove_dir_all(&aside) } else { fs::remove_file(&aside) })
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn data_key(key: &[u8]) -> Vec<u8> {
    [&[DATA], key].concat()
}

fn storage(error: IndexError) -> StateError {
    StateError::Storage(Box::new(error))
}

fn damaged(data_key: &[u8]) -> StateError {
    StateError::Damaged { key: hex::encode(&data_key[1..]), what: "the value that was written, by its checksum" }
}
