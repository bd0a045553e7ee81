//! The ledger segments: the truth of a node (`docs/design.md` §8).
//!
//! `ledger/000001.seg`, `000002.seg`… are append-only files of [frames](frame). A [`Position`] names a frame for ever.
//!
//! | file | idea |
//! |---|---|
//! | `frame` | one record between its length and its checksum |
//! | `window`, `pieces` | a segment read in bounded memory, cut into whole frames and damaged gaps |
//! | `scan` | all segments in order |
//! | `active` | the segment that is written: room reserved, one sync for each batch, undone when that fails |
//! | `beside` | batches written in a thread of their own |
//! | `torn` | an unfinished tail, set aside |

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, fs::File};

use palabre_core::state::Position;
use thiserror::Error;

use crate::disk;
use crate::store::Settings;

mod active;
mod beside;
pub(crate) mod frame;
mod pieces;
mod scan;
mod torn;
mod window;

pub use active::AppendError;
pub use frame::{HEADER_LEN, RECORD_MAX};
pub use scan::{Damage, DamageKind, Scan, Scanned};
pub use torn::SetAside;

use active::Active;
use beside::{Batch, Beside, gone};
use frame::Header;
use pieces::{Piece, Pieces};

/// Why the segments could not be opened.
#[derive(Debug, Error)]
pub enum SegmentsError {
    /// The folder or a file in it cannot be read or written.
    #[error("the ledger segments in {} cannot be {doing}", path.display())]
    Io {
        /// What was tried: "listed", "opened"…
        doing: &'static str,
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Why a record could not be read. A damaged record is no error: it reads as nothing.
#[derive(Debug, Error)]
#[error("segment {} cannot be read", path.display())]
pub struct ReadError {
    /// The segment's file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// What opening the segments found.
#[derive(Debug, Default)]
pub struct SegmentsFound {
    /// The unfinished tail of the last segment, when there was one.
    pub torn: Option<SetAside>,
    /// What is damaged in the last segment, and segments that are missing. Older segments are not read at a start.
    pub damaged: Vec<Damage>,
}

/// A record as it lies in its segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) record: Vec<u8>,
    /// The checksum of its frame.
    pub(crate) crc: u32,
    /// Where its frame ends.
    pub(crate) next: Position,
}

/// The segments of one ledger, open for appending.
#[derive(Debug)]
pub struct Segments {
    dir: PathBuf,
    settings: Settings,
    /// Nothing while a batch is on its way to the disk.
    active: Option<Active>,
    /// Everything before is durable.
    end: Position,
    /// Writes batches, from the first one on that is begun.
    beside: Option<Beside>,
    /// Where the records of the batch under way begin in it.
    under_way: Vec<u64>,
    /// Files opened for reading, kept for the next one.
    readers: Mutex<BTreeMap<u32, Arc<File>>>,
    /// A sync failed: what is on the disk is not known, and nothing is written any more.
    broken: bool,
}

/// Segment files kept open for reading. Few: descriptors are scarce on a small machine, and opening one is cheap.
const READERS_MAX: usize = 16;

/// Bytes read at once for one record: most entries and their frame fit.
const FIRST_READ: usize = 2048;

/// The file name of a segment.
#[must_use]
pub fn file_name(number: u32) -> String {
    format!("{number:06}.seg")
}

/// The numbers of the segments in `dir`, in order.
fn numbers(dir: &Path) -> Result<Vec<u32>, SegmentsError> {
    let error = |source| SegmentsError::Io { doing: "listed", path: dir.to_owned(), source };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir).map_err(error)? {
        let name = entry.map_err(error)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let number = name.strip_suffix(".seg").and_then(|number| number.parse::<u32>().ok());
        numbers.extend(number.filter(|number| *number > 0 && file_name(*number) == name));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Segments {
    /// Opens the segments in `dir`, which must exist, and sets an unfinished tail aside. What an earlier process
    /// wrote without syncing is synced first: nobody may see what a power cut could still take back.
    pub fn open(dir: &Path, settings: Settings) -> Result<(Self, SegmentsFound), SegmentsError> {
        let numbers = numbers(dir)?;
        let mut found = SegmentsFound::default();
        if let Some(last) = numbers.last() {
            let missing = (1..*last).filter(|number| numbers.binary_search(number).is_err());
            found.damaged.extend(missing.map(Damage::missing));
        }
        let mut active = Active::open(dir, numbers.last().copied())?;
        Self::inspect(dir, &mut active, &mut found)?;
        let segments = Self {
            dir: dir.to_owned(),
            settings,
            end: active.position(),
            active: Some(active),
            beside: None,
            under_way: Vec::new(),
            readers: Mutex::default(),
            broken: false,
        };
        Ok((segments, found))
    }

    /// Reads the last segment once: names its damage, cuts off its torn tail.
    fn inspect(dir: &Path, active: &mut Active, found: &mut SegmentsFound) -> Result<(), SegmentsError> {
        let number = active.number();
        let error = |source| SegmentsError::Io { doing: "read", path: dir.join(file_name(number)), source };
        let mut gap = None;
        let mut pieces = Pieces::new(active.reader().map_err(error)?, 0, active.end());
        while let Some(piece) = pieces.next_piece().map_err(error)? {
            // A gap is damage once a whole frame follows it, else it is the torn tail.
            found.damaged.extend(gap.take());
            if let Piece::Gap { offset, length, .. } = piece {
                gap = Some(Damage::garbled(Position { segment: number, offset }, length));
            }
        }
        if let Some(tail) = gap {
            let set_aside = torn::set_aside(dir, active, tail.position).map_err(|source| SegmentsError::Io {
                doing: "cut behind its last whole record",
                path: dir.join(file_name(number)),
                source,
            })?;
            found.torn = Some(set_aside);
        }
        Ok(())
    }

    /// Bytes of all segment files. Those that are gone meanwhile count nothing.
    pub fn bytes(&self) -> Result<u64, SegmentsError> {
        let numbers = numbers(&self.dir)?;
        Ok(numbers
            .iter()
            .filter_map(|n| fs::metadata(self.dir.join(file_name(*n))).ok())
            .map(|about| about.len())
            .sum())
    }

    /// Where the next record will lie, unless its batch begins a new segment.
    #[must_use]
    pub fn end(&self) -> Position {
        self.end
    }

    /// Appends a batch with one sync; the positions are durable when this returns. After [`AppendError::SyncFailed`]
    /// the process must end; after any other error everything is as it was, and the batch may be tried again.
    /// A batch lies in one segment, whole.
    pub fn append(&mut self, records: &[impl AsRef<[u8]>]) -> Result<Vec<Position>, AppendError> {
        let (bytes, offsets) = frames(records)?;
        let mut active = self.take_active()?;
        if offsets.is_empty() {
            self.active = Some(active);
            return Ok(Vec::new());
        }
        let written = beside::write(&mut active, &bytes, &self.dir, self.settings);
        self.settle(active, written, offsets)
    }

    /// As [`Segments::append`], in a thread: `told` is called there once [`Segments::finish`] does not wait. Meanwhile
    /// everything that was durable before can be read, and nothing else can be appended.
    pub fn begin(
        &mut self,
        records: &[impl AsRef<[u8]>],
        told: impl FnOnce() + Send + 'static,
    ) -> Result<(), AppendError> {
        let (bytes, offsets) = frames(records)?;
        let active = self.take_active()?;
        let beside = match self.beside.take().map_or_else(|| Beside::start(&self.dir, self.settings), Ok) {
            Ok(beside) => beside,
            Err(error) => {
                self.active = Some(active);
                return Err(error);
            }
        };
        match beside.begin(Batch { active, bytes, told: Box::new(told) }) {
            Ok(()) => {
                self.under_way = offsets;
                self.beside = Some(beside);
                Ok(())
            }
            Err(active) => {
                self.active = Some(active);
                self.broken = true;
                Err(gone(&self.dir))
            }
        }
    }

    /// Whether a batch is on its way to the disk.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.active.is_none()
    }

    /// Waits for the batch that was begun; nothing when none was.
    pub fn finish(&mut self) -> Result<Vec<Position>, AppendError> {
        if !self.is_writing() {
            return Ok(Vec::new());
        }
        let offsets = std::mem::take(&mut self.under_way);
        let Some((active, written)) = self.beside.as_ref().and_then(Beside::finish) else {
            self.broken = true;
            return Err(gone(&self.dir));
        };
        self.settle(active, written, offsets)
    }

    /// The segment that is written, when a batch may go into it now.
    fn take_active(&mut self) -> Result<Active, AppendError> {
        if self.broken {
            return Err(AppendError::Broken);
        }
        self.active.take().ok_or(AppendError::UnderWay)
    }

    /// A batch was written, or not.
    fn settle(
        &mut self,
        active: Active,
        written: Result<Position, AppendError>,
        offsets: Vec<u64>,
    ) -> Result<Vec<Position>, AppendError> {
        self.end = active.position();
        self.active = Some(active);
        self.broken = matches!(written, Err(AppendError::SyncFailed { .. }));
        let start = written?;
        let place = |offset| Position { segment: start.segment, offset: start.offset + offset };
        Ok(offsets.into_iter().map(place).collect())
    }

    /// Whether a batch could be appended now, found out by writing beside the segments: nothing else tells for certain.
    /// For a node whose writing pauses.
    pub fn try_disk(&mut self) -> Result<(), AppendError> {
        let active = self.active.as_mut().ok_or(AppendError::UnderWay)?;
        active.reserve(1, self.settings.keep_free)?;
        let path = self.dir.join("trial");
        disk::trial(&path).map_err(|source| classify(&path, source))
    }

    /// The record at `at`; nothing when it is damaged there, or when nothing was written there.
    pub fn read(&self, at: Position) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.stored(at)?.map(|stored| stored.record))
    }

    /// Every record and every damage from `from` to the present end, in order. `from` is the beginning of a frame or
    /// of a segment; [`Position::default`] begins with the first.
    #[must_use]
    pub fn scan(&self, from: Position) -> Scan {
        Scan::new(&self.dir, from, self.end())
    }

    /// As [`Segments::scan`], for a reader that does not hold the home's lock. It waits for a batch that a running node
    /// is just writing; the unfinished tail of a node that is stopped is reported as damage.
    pub fn peek(dir: &Path) -> Result<Scan, SegmentsError> {
        let Some(last) = numbers(dir)?.last().copied() else {
            return Ok(Scan::new(dir, Position::default(), Position::default()));
        };
        let path = dir.join(file_name(last));
        let length = fs::metadata(&path).map_err(|source| SegmentsError::Io { doing: "read", path, source })?.len();
        Ok(Scan::new(dir, Position::default(), Position { segment: last, offset: length }).beside_a_writer())
    }

    pub(crate) fn stored(&self, at: Position) -> Result<Option<Stored>, ReadError> {
        if at >= self.end() {
            return Ok(None);
        }
        match self.reader(at.segment).and_then(|file| read_frame(&file, at)) {
            Ok(stored) => Ok(stored),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => Ok(None),
            Err(source) => Err(ReadError { path: self.dir.join(file_name(at.segment)), source }),
        }
    }

    fn reader(&self, number: u32) -> io::Result<Arc<File>> {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = readers.get(&number) {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(self.dir.join(file_name(number)))?);
        if readers.len() >= READERS_MAX {
            readers.pop_first();
        }
        readers.insert(number, Arc::clone(&file));
        Ok(file)
    }
}

impl Drop for Segments {
    fn drop(&mut self) {
        // Whoever opens the segments next finds the batch under way whole.
        drop(self.finish());
    }
}

/// The frames of a batch, and where each begins in them.
fn frames(records: &[impl AsRef<[u8]>]) -> Result<(Vec<u8>, Vec<u64>), AppendError> {
    let mut bytes = Vec::new();
    let mut offsets = Vec::with_capacity(records.len());
    for (index, record) in records.iter().enumerate() {
        let record = record.as_ref();
        offsets.push(bytes.len() as u64);
        frame::write(record, &mut bytes).ok_or(AppendError::Length { index, length: record.len() })?;
    }
    Ok((bytes, offsets))
}

fn read_frame(file: &File, at: Position) -> io::Result<Option<Stored>> {
    let mut bytes = read_up_to(file, at.offset, FIRST_READ)?;
    let Some(header) = Header::parse(&bytes) else { return Ok(None) };
    if header.frame_len() > bytes.len() {
        bytes = read_up_to(file, at.offset, header.frame_len())?;
    }
    let Some((header, _)) = frame::parse(&bytes) else { return Ok(None) };
    let next = Position { segment: at.segment, offset: at.offset + header.frame_len() as u64 };
    bytes.truncate(header.frame_len());
    bytes.drain(..HEADER_LEN);
    Ok(Some(Stored { record: bytes, crc: header.crc, next }))
}

fn read_up_to(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file.read_at(&mut bytes[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// Whether writing may be tried again later: nothing but a failed sync is final.
pub(crate) fn classify(path: &Path, source: io::Error) -> AppendError {
    let path = path.to_owned();
    match disk::trouble(&source) {
        disk::Trouble::Full => AppendError::Full { path, source: Some(source) },
        disk::Trouble::ReadOnly => AppendError::ReadOnly { path, source },
        disk::Trouble::Missing => AppendError::Missing { path },
        disk::Trouble::Exhausted | disk::Trouble::Other => AppendError::Write { path, source },
    }
}
