//! The index: state that can be made again from the [`segments`](crate::segments) at any time (`docs/design.md` §8).
//!
//! What a fold writes is *held* in memory, and can be taken back until [`Index::commit`] says up to which record it
//! counts; then it is noted in a journal. When enough is held it becomes a table, and many tables one: immutable files of compressed
//! blocks, in the order of keys. sled holds the journal and the catalogue of the tables, and changes in batches, each
//! with the last record that it counts: whatever sled keeps of it after a crash is the state of some prefix of the
//! segments. Every block and every value carries a checksum, and a tally tells whether sled's tree is whole.
//!
//! (Measured with sled alone: some 1,300 bytes on disk and 500 in memory for each entry, and thirty times the time.)
//!
//! | file | idea |
//! |---|---|
//! | `pairs`, `journal` | what no table holds yet: in memory, and in sled |
//! | `table`, `cache` | immutable files in the order of keys; their blocks that were read last |
//! | `making` | tables are written and merged beside the fold |
//! | `merge` | one ordered walk over all of these |
//! | `catalogue`, `sealed` | what lies in sled |
//! | `upkeep` | from memory to the journal and to tables |
//! | `files`, `fingerprint`, `guard` | opened, checked and closed, whatever happened to the files |

use std::fs;
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use palabre_core::state::{Pair, State, StateError, VALUE_MAX};

use crate::disk;

mod cache;
mod catalogue;
mod error;
mod files;
mod fingerprint;
mod guard;
mod journal;
mod making;
mod merge;
mod pairs;
mod sealed;
mod table;
mod upkeep;

pub use catalogue::Folded;
pub use error::IndexError;

use cache::Cache;
use catalogue::{Summary, TableName};
use journal::Journal;
use making::Making;
use merge::{Merge, Source};
use pairs::{Pairs, Pending, Range};
use table::{Cursor, Known, Sought, Table};
use upkeep::Frozen;

/// How much of the index is read when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The catalogue, the journal and the directories of tables: after a clean stop that left the files as they are now.
    Summary,
    /// Every block.
    Whole,
}

/// The index of one ledger.
#[derive(Debug)]
pub struct Index {
    dir: PathBuf,
    /// Bytes of keys and values that are held before they become a table.
    held_max: usize,
    /// Nothing once it is closed or given up.
    db: Option<sled::Db>,
    /// What sled's summary says.
    saved: Option<Summary>,
    saved_at: Instant,
    /// The last record whose fold is committed.
    folded: Option<Folded>,
    /// What no table holds yet, committed or not.
    held: Pairs,
    pending: Pending,
    /// What is becoming a table.
    frozen: Option<Frozen>,
    journal: Journal,
    /// From the oldest to the newest.
    tables: Vec<(TableName, Arc<Table>)>,
    merging: Option<Making>,
    cache: Cache,
}

/// Uncommitted bytes after which a fold should commit: they lie in memory in small pieces.
pub const PENDING_MAX: usize = 1024 * 1024;

impl Index {
    /// Opens the index in `dir`, or begins an empty one, that makes a table of every `held` bytes of keys and values. Never
    /// panics: an index that cannot be trusted is an error ([`IndexError::is_damage`]), upon which the caller
    /// [destroys](Index::destroy) it and folds the segments anew.
    pub fn open(dir: &Path, check: Check, held: usize) -> Result<Self, IndexError> {
        let made = remove_leftover(dir).and_then(|()| fs::create_dir_all(dir));
        made.map_err(|source| IndexError::Io { doing: "created", source })?;
        let (db, contents) = files::open(dir, check)?;
        Ok(Self {
            dir: dir.to_owned(),
            held_max: held,
            db: Some(db),
            saved: contents.summary,
            saved_at: Instant::now(),
            folded: contents.summary.map(|summary| summary.folded),
            held: contents.newest,
            pending: Pending::default(),
            frozen: None,
            journal: Journal::from(contents.next_chapter),
            tables: contents.tables,
            merging: None,
            cache: Cache::new()?,
        })
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
        self.folded
    }

    /// Bytes that wait for a commit; a long fold commits whenever they pass [`PENDING_MAX`].
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.bytes()
    }

    /// Forgets what waits for a commit: the fold of a record failed half way.
    pub fn roll_back(&mut self) {
        let noted = self.journal.roll_back();
        std::mem::take(&mut self.pending).take_back(&mut self.held, &journal::keys(&noted));
    }

    /// Writes everything out, durably, and closes the files. Returns their [fingerprint](Index::fingerprint).
    pub fn close(mut self) -> Result<u32, IndexError> {
        self.shut()?;
        let synced = fingerprint::sync(&self.dir).and_then(|()| fingerprint::of(&self.dir));
        synced.map_err(|source| IndexError::Io { doing: "closed", source })
    }

    /// What lies in memory, the newest first.
    fn in_memory(&self) -> impl Iterator<Item = &Pairs> {
        [&self.held].into_iter().chain(self.frozen.as_ref().map(|frozen| &*frozen.pairs))
    }

    fn look_up(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        if let Some(value) = self.in_memory().find_map(|pairs| pairs.get(key)) {
            return Ok(value.clone());
        }
        let sought = Sought::key(key);
        for (_, table) in self.tables.iter().rev().filter(|(_, table)| table.may_hold(sought)) {
            match table::get(table, &self.cache, key)? {
                Some(Known::Value(value)) => return Ok(Some(value)),
                Some(Known::Removed) => return Ok(None),
                None => {}
            }
        }
        Ok(None)
    }

    fn walk(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, IndexError> {
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let (Bound::Included(from) | Bound::Excluded(from)) = start else { return Ok(Vec::new()) };
        let in_memory = self.in_memory().map(|pairs| pairs.range(start));
        let holds = |range: &Range<'_>| range.clone().next().is_some_and(|(key, _)| key.starts_with(prefix));
        let mut sources: Vec<Source<'_>> = in_memory.filter(holds).map(Source::memory).collect();
        let sought = Sought::prefix(prefix);
        for (_, table) in self.tables.iter().rev().filter(|(_, table)| table.may_hold(sought)) {
            sources.push(Source::Table(Cursor::at(table, &self.cache, from)?));
        }
        if sources.is_empty() {
            return Ok(Vec::new());
        }
        let mut merge = Merge::new(&self.cache, sources);
        let mut pairs = Vec::new();
        let mut within = true;
        while within && pairs.len() < limit {
            let more = merge.next(|key, value| {
                within = key.starts_with(prefix);
                let wanted = within && Bound::Excluded(key) != start;
                pairs.extend(value.filter(|_| wanted).map(|value| (key.to_vec(), value.to_vec())));
                Ok(())
            })?;
            within &= more;
        }
        Ok(pairs)
    }

    fn is_usable(&self) -> Result<(), IndexError> {
        if self.db.is_some() { Ok(()) } else { Err(IndexError::GivenUp) }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if self.db.is_some()
            && let Err(error) = self.shut()
        {
            tracing::warn!(%error, "the index was not closed; it is checked at the next start");
        }
    }
}

impl State for Index {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.is_usable()?;
        Ok(self.look_up(key)?)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        if value.len() > VALUE_MAX {
            return Err(IndexError::ValueTooLong { length: value.len() }.into());
        }
        self.journal.note(&key, Some(&value));
        self.pending.put(&mut self.held, key, Some(value));
        Ok(())
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.journal.note(key, None);
        self.pending.put(&mut self.held, key.to_vec(), None);
        Ok(())
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        self.is_usable()?;
        Ok(self.walk(prefix, after, limit)?)
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
