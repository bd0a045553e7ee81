//! The files of the index: opened, checked and closed without ever taking the process down with them.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::catalogue::{EXTENSION, PARTS, SUMMARY, Summary, TABLES, TableName, Tally, number, table_of};
use super::guard::{guarded, within};
use super::pairs::Pairs;
use super::table::Table;
use super::{Check, IndexError, fingerprint, journal, sealed};
use crate::disk;

/// Memory for pages of sled: it holds little.
const CACHE: u64 = 1024 * 1024;

/// How often sled writes out and cleans up. What it loses in a power cut is folded again from the segments, so this
/// is only about how long that takes.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// Least time for opening and closing; the files add a second for each [`SLOW_DISK`] bytes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Bytes a second of the slowest disk.
const SLOW_DISK: u64 = 1024 * 1024;

/// How long files that are in use are waited for: threads of an index that was just closed let go of them a moment
/// later.
const IN_USE: Duration = Duration::from_secs(5);

/// How often they are looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What opening the files found.
#[derive(Default)]
pub(super) struct Contents {
    /// Nothing in an empty index.
    pub(super) summary: Option<Summary>,
    /// The tables that count, from the oldest to the newest.
    pub(super) tables: Vec<(TableName, Arc<Table>)>,
    /// The commits that no table holds.
    pub(super) newest: Pairs,
    /// The number of the next chapter of the journal.
    pub(super) next_chapter: u32,
}

/// Opens the files in `dir`, which exists, and checks what is asked.
pub(super) fn open(dir: &Path, check: Check) -> Result<(sled::Db, Contents), IndexError> {
    wait_until_free(dir)?;
    let _attempt = Attempt::begin(dir)?;
    let path = dir.to_owned();
    within(patience(dir), move || {
        let flush_every = u64::try_from(FLUSH_EVERY.as_millis()).ok();
        let config = sled::Config::new().path(&path).cache_capacity(CACHE).mode(sled::Mode::LowSpace);
        let db = config.flush_every_ms(flush_every).open()?;
        // The database is not dropped while a panic unwinds: a second panic on the way would end the process.
        match guarded(|| examine(&db, &path, check)) {
            Ok(contents) => Ok((db, contents)),
            Err(error) => {
                abandon(db);
                Err(error)
            }
        }
    })
}

/// Lets go of a database that failed, without waiting for it: its threads may be stuck.
pub(super) fn abandon(db: sled::Db) {
    let dropping = thread::Builder::new().name("index".into()).spawn(move || {
        guarded(|| {
            drop(db);
            Ok(())
        })
    });
    if let Err(error) = dropping {
        tracing::warn!(%error, "a failed index is closed in the foreground");
    }
}

/// Reads the catalogue, opens the tables that it names, and removes the files of others.
fn examine(db: &sled::Db, dir: &Path, check: Check) -> Result<Contents, IndexError> {
    let mut contents = Contents { summary: read_summary(db)?, ..Contents::default() };
    let mut tally = Tally::default();
    let mut parts = Vec::new();
    for pair in db.iter() {
        let (key, sealed) = pair?;
        if key == *SUMMARY {
            continue;
        }
        let garbled = || IndexError::Garbled { key: key.to_vec() };
        let value = sealed::unseal(&key, &sealed).ok_or_else(garbled)?;
        tally.add(&sealed);
        match key.first() {
            Some(&PARTS) => {
                parts.extend_from_slice(value);
                contents.next_chapter = number(&key).ok_or_else(garbled)? + 1;
            }
            Some(&TABLES) => {
                let (name, facts) = table_of(&key, value).ok_or_else(garbled)?;
                contents.tables.push((name, Arc::new(Table::open(&dir.join(name.file()), facts)?)));
            }
            _ => return Err(garbled()),
        }
    }
    if tally != contents.summary.map(|summary| summary.tally).unwrap_or_default() {
        return Err(IndexError::Tally);
    }
    contents.newest = journal::pairs(&parts).ok_or(IndexError::Tally)?;
    if check == Check::Whole {
        contents.tables.iter().try_for_each(|(_, table)| table.verify())?;
    }
    remove_others(dir, &contents.tables).map_err(|source| IndexError::Io { doing: "tidied", source })?;
    Ok(contents)
}

/// Tables that do not count: not finished, or merged into others.
fn remove_others(dir: &Path, tables: &[(TableName, Arc<Table>)]) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(EXTENSION) && tables.iter().all(|(known, _)| known.file() != name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Waits until nobody holds sled's own lock.
fn wait_until_free(dir: &Path) -> Result<(), IndexError> {
    let io = |source| IndexError::Io { doing: "opened", source };
    let file = match File::open(dir.join("db")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(io)?,
    };
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return file.unlock().map_err(io),
            Err(TryLockError::Error(source)) => return Err(io(source)),
            Err(TryLockError::WouldBlock) if started.elapsed() > IN_USE => return Err(IndexError::InUse),
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK_AGAIN),
        }
    }
}

/// Writes everything out and closes the files.
pub(super) fn close(dir: &Path, db: sled::Db) -> Result<(), IndexError> {
    within(patience(dir), move || {
        db.flush()?;
        drop(db);
        Ok(())
    })
}

/// A mark that stands while the index is being opened. When it is found, the process died then: of an abort inside
/// sled, of memory, or by a kill. Trying again could go on for ever, so the index is made again instead.
struct Attempt {
    mark: PathBuf,
}

impl Attempt {
    fn begin(dir: &Path) -> Result<Self, IndexError> {
        let mark = dir.join("opening");
        match File::options().write(true).create_new(true).open(&mark) {
            Ok(_) => Ok(Self { mark }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(IndexError::LastOpeningDied),
            Err(source) => Err(IndexError::Io { doing: "opened", source }),
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let dir = self.mark.parent().unwrap_or(Path::new("."));
        // Durably: a mark that a power cut brings back costs a rebuild.
        if let Err(error) = fs::remove_file(&self.mark).and_then(|()| disk::sync_dir(dir)) {
            tracing::warn!(%error, "the index is made again at the next start");
        }
    }
}

fn patience(dir: &Path) -> Duration {
    PATIENCE + Duration::from_secs(fingerprint::bytes(dir).unwrap_or_default() / SLOW_DISK)
}

/// The summary; nothing in an empty tree.
fn read_summary(db: &sled::Db) -> Result<Option<Summary>, IndexError> {
    match db.get(SUMMARY)? {
        Some(sealed) => Summary::from_sealed(&sealed).ok_or(IndexError::Summary).map(Some),
        None if db.first()?.is_none() => Ok(None),
        None => Err(IndexError::Summary),
    }
}
