//! Everything that a node keeps, in one value: segments, index and attachments. It is what the rules see of the disk
//! ([`Storage`]).

use std::io;

use palabre_core::id::ContentHash;
use palabre_core::state::{Pair, Position, State, StateError, Storage};
use thiserror::Error;

use crate::attachments::{AttachmentError, Attachments};
use crate::home::{Home, LockedHome};
use crate::index::{Folded, Index, IndexError};
use crate::opening::{self, Opening};
use crate::own_head;
use crate::segments::{AppendError, ReadError, Scan, Segments, SegmentsError};
use crate::stop::{self, CleanStop};

/// Why a store was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The segments.
    #[error(transparent)]
    Segments(#[from] SegmentsError),
    /// A record that the index counts could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The index, for a reason that making it again would not mend.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The attachments.
    #[error(transparent)]
    Attachments(#[from] AttachmentError),
    /// Notes about the last stop and the node's own head.
    #[error("the ledger's folder cannot be written")]
    Note {
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Why what was folded was not committed. The store must be opened again; nothing durable is lost.
#[derive(Debug, Error)]
pub enum CommitError {
    /// The record up to which the state counts cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The record up to which the state counts is not in the segments.
    #[error("no record lies at {0:?}")]
    NoRecord(Position),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Why a store was not closed in good order. The next start checks everything; nothing durable is lost.
#[derive(Debug, Error)]
pub enum CloseError {
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The mark of a clean stop.
    #[error("the mark of a clean stop cannot be written into the ledger's folder")]
    StopMark {
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// What a node may choose about its store.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// A batch that would make a segment longer than this begins the next one.
    pub segment_size: u64,
    /// Bytes that the ledger leaves free on the disk: room for the index, for logs and for a clean stop.
    pub keep_free: u64,
    /// Bytes of keys and values that the index holds before it makes a table of them. They lie in memory some three times
    /// over, and as much again while a table is being written.
    pub held: usize,
}

impl Default for Settings {
    fn default() -> Self {
        // 64 MiB are about 100,000 entries: few files after years, and a last segment that is read in less than a
        // second at each start. 16 MiB are what sled may write before it cleans up behind itself.
        // 4 MiB of keys and values are some 7,000 entries. Half as much, and merging takes longer; twice as much, and the
        // node needs 30 MB more.
        Self { segment_size: 64 * 1024 * 1024, keep_free: 16 * 1024 * 1024, held: 4 * 1024 * 1024 }
    }
}

/// Attachments leave this many times as much free: entries still fit where files do not any more.
const ATTACHMENTS_YIELD: u64 = 2;

/// Everything that a node keeps.
///
/// A record goes through it in this order: [`Store::append`] makes it durable, the rules fold it, [`Store::commit`]
/// says that it counts. Whatever stops the process in between, the next start replays what was not committed.
#[derive(Debug)]
pub struct Store {
    home: Home,
    segments: Segments,
    index: Index,
    attachments: Attachments,
}

impl Store {
    /// Opens what is in `home`. The caller then [replays](Store::replay); see [`opening`](crate::opening).
    pub fn open(home: &LockedHome, settings: Settings) -> Result<(Self, Opening), OpenError> {
        let home = Home::clone(home);
        let (segments, found) = Segments::open(&home.ledger(), settings)?;
        let (index, opening) = opening::open_index(&home.ledger(), &home.index(), settings.held, &segments, found)?;
        let attachments = Attachments::open(&home.attachments(), settings.keep_free.saturating_mul(ATTACHMENTS_YIELD))?;
        Ok((Self { home, segments, index, attachments }, opening))
    }

    /// Whether the node may have written and shown entries that it does not know any more. Asked after the replay.
    /// Then it opens a new log (`docs/design.md` §3), since going on with the old one could fork it, and
    /// [settles](Store::settle_own_head) the doubt.
    #[must_use]
    pub fn own_head_is_in_doubt(&self) -> bool {
        own_head::is_in_doubt(&self.home.ledger())
    }

    /// Notes that the first entry of a new log is durable.
    pub fn settle_own_head(&mut self) -> io::Result<()> {
        own_head::settle(&self.home.ledger())
    }

    /// Notes doubt about the node's own head: durable, until it is settled. For the caller too: before it opens a new
    /// log because a peer shows own entries that are not known here.
    pub fn doubt_own_head(&mut self) -> io::Result<()> {
        own_head::doubt(&self.home.ledger())
    }

    /// Every record and every damage from `from` on; [`Position::default`] for all of them.
    #[must_use]
    pub fn scan_from(&self, from: Position) -> Scan {
        self.segments.scan(from)
    }

    /// Appends records with one sync; see [`Segments::append`].
    pub fn append(&mut self, records: &[impl AsRef<[u8]>]) -> Result<Vec<Position>, AppendError> {
        self.segments.append(records)
    }

    /// Begins to append records beside what else is done; see [`Segments::begin`].
    pub fn begin_append(
        &mut self,
        records: &[impl AsRef<[u8]>],
        told: impl FnOnce() + Send + 'static,
    ) -> Result<(), AppendError> {
        self.segments.begin(records, told)
    }

    /// Whether records are on their way to the disk.
    #[must_use]
    pub fn is_appending(&self) -> bool {
        self.segments.is_writing()
    }

    /// Waits for the records on their way; see [`Segments::finish`].
    pub fn finish_append(&mut self) -> Result<Vec<Position>, AppendError> {
        self.segments.finish()
    }

    /// Whether the disk takes writes now; see [`Segments::try_disk`].
    pub fn try_disk(&mut self) -> Result<(), AppendError> {
        self.segments.try_disk()
    }

    /// Bytes of the ledger segments.
    pub fn ledger_bytes(&self) -> Result<u64, SegmentsError> {
        self.segments.bytes()
    }

    /// Where the segments end.
    #[must_use]
    pub fn end(&self) -> Position {
        self.segments.end()
    }

    /// Says that the state now counts every record up to and including the one at `through`.
    pub fn commit(&mut self, through: Position) -> Result<(), CommitError> {
        let stored = self.segments.stored(through)?.ok_or(CommitError::NoRecord(through))?;
        Ok(self.index.commit(Folded { record: through, crc: stored.crc })?)
    }

    /// Says that what was put since the last commit follows from the records that the state counts already: hashes over
    /// it, or that an attachment has come.
    pub fn commit_rest(&mut self) -> Result<(), IndexError> {
        match self.index.folded() {
            Some(folded) if self.index.pending() > 0 => self.index.commit(folded),
            _ => Ok(()),
        }
    }

    /// Forgets what was put since the last commit.
    pub fn roll_back(&mut self) {
        self.index.roll_back();
    }

    /// Bytes put since the last commit. A long fold commits when they pass
    /// [`PENDING_MAX`](crate::index::PENDING_MAX).
    #[must_use]
    pub fn pending(&self) -> usize {
        self.index.pending()
    }

    /// The attachments; the value can be cloned and used from other threads.
    #[must_use]
    pub fn attachments(&self) -> &Attachments {
        &self.attachments
    }

    /// Writes everything out and marks the stop as clean. What was put and not committed is replayed at the next start.
    pub fn close(self) -> Result<(), CloseError> {
        let Self { home, segments, index, attachments: _ } = self;
        let fingerprint = index.close()?;
        let end = segments.end();
        drop(segments);
        let stop = CleanStop { end, index: fingerprint };
        stop::write(&home.ledger(), stop).map_err(|source| CloseError::StopMark { source })
    }
}

impl State for Store {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.index.get(key)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        self.index.put(key, value)
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.index.remove(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        self.index.scan(prefix, after, limit)
    }
}

impl Storage for Store {
    fn record(&self, at: Position) -> Result<Option<Vec<u8>>, StateError> {
        self.segments.read(at).map_err(|error| StateError::Storage(Box::new(error)))
    }

    fn holds_attachment(&self, hash: &ContentHash) -> bool {
        self.attachments.has(hash)
    }

    fn small_attachment(&self, hash: &ContentHash) -> Option<Vec<u8>> {
        // Whatever keeps it from being read, the rules see it as not held: state never depends on it.
        self.attachments.read_small(hash).inspect_err(|error| tracing::warn!(%error, %hash, "not read")).ok()?
    }
}
