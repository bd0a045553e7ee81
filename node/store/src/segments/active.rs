//! The segment that is being written.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use palabre_core::state::Position;
use thiserror::Error;

use super::{SegmentsError, classify, file_name};
use crate::disk::{self, Trouble};

/// Why a batch was not appended. Nothing of it counts; except after the two last ones it may be tried again.
#[derive(Debug, Error)]
pub enum AppendError {
    /// A record is empty or longer than [`RECORD_MAX`](super::RECORD_MAX).
    #[error("record {index} of the batch has {length} bytes; a record has 1 to {max}", max = super::RECORD_MAX)]
    Length {
        /// Which of the batch, from 0.
        index: usize,
        /// Its bytes.
        length: usize,
    },
    /// The disk, a quota or a limit leaves no room. Free some space; writing goes on by itself.
    #[error("no room is left to write {}", path.display())]
    Full {
        /// The segment.
        path: PathBuf,
        /// What the system said; nothing when the free space alone was too small.
        #[source]
        source: Option<io::Error>,
    },
    /// The file system has become read-only, or its permissions have changed.
    #[error("{} can only be read", path.display())]
    ReadOnly {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The segment is no longer where it was: the folder was removed, renamed or unmounted.
    #[error("{} has been removed or replaced while the node was running", path.display())]
    Missing {
        /// The segment.
        path: PathBuf,
    },
    /// Anything else that kept the batch from being written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The segment.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A sync failed: what reached the disk is not known. The process must end; the next one reads what is there.
    #[error("{} could not be made durable; the node must restart", path.display())]
    SyncFailed {
        /// The segment or its folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The batch before is still on its way to the disk.
    #[error("the batch before is still being written")]
    UnderWay,
    /// A sync had failed before, and the process has not ended.
    #[error("an earlier sync failed; the node must restart")]
    Broken,
}

impl AppendError {
    /// What it says about the disk.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Full { .. } => Trouble::Full,
            Self::ReadOnly { .. } => Trouble::ReadOnly,
            Self::Missing { .. } => Trouble::Missing,
            Self::Write { source, .. } | Self::SyncFailed { source, .. } => disk::trouble(source),
            Self::Length { .. } | Self::UnderWay | Self::Broken => Trouble::Other,
        }
    }
}

/// Bytes set aside at once: few calls, and a loss of a thousandth when a disk fills up.
const RESERVE_STEP: u64 = 1024 * 1024;

/// The last segment, open for writing.
#[derive(Debug)]
pub(super) struct Active {
    number: u32,
    path: PathBuf,
    file: File,
    /// Device and inode, by which a removed or replaced file is noticed.
    identity: (u64, u64),
    /// Where the next frame begins: everything before is durable.
    end: u64,
    /// Up to here the room is ours.
    reserved: u64,
    /// A failed batch may have left bytes behind the end that could not be cut off yet.
    untidy: bool,
}

impl Active {
    /// Opens segment `last`, or creates the first one. What is in it is durable afterwards and is read from the disk.
    pub(super) fn open(dir: &Path, last: Option<u32>) -> Result<Self, SegmentsError> {
        let number = last.unwrap_or(1);
        let path = dir.join(file_name(number));
        let failed = |doing| {
            let path = path.clone();
            move |source| SegmentsError::Io { doing, path, source }
        };
        let file = OpenOptions::new().read(true).write(true).create(last.is_none()).truncate(false).open(&path);
        let file = file.map_err(failed("opened"))?;
        file.sync_all().and_then(|()| disk::sync_dir(dir)).map_err(failed("made durable"))?;
        disk::forget_cached(&file);
        Self::of(number, path.clone(), file).map_err(failed("read"))
    }

    fn of(number: u32, path: PathBuf, file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let (identity, end) = ((metadata.dev(), metadata.ino()), metadata.len());
        Ok(Self { number, path, file, identity, end, reserved: end, untidy: false })
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Where the next frame begins: everything before is durable.
    pub(super) fn position(&self) -> Position {
        Position { segment: self.number, offset: self.end }
    }

    /// The same file, for reading beside.
    pub(super) fn reader(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Cuts everything from `end` on off, durably.
    pub(super) fn cut(&mut self, end: u64) -> io::Result<()> {
        self.file.set_len(end)?;
        self.file.sync_all()?;
        (self.end, self.reserved) = (end, end);
        Ok(())
    }

    /// The segment after this one, with room for `length` bytes.
    pub(super) fn next(&mut self, dir: &Path, length: u64, keep_free: u64) -> Result<Self, AppendError> {
        self.is_in_place()?;
        self.tidy()?;
        let number = self.number + 1;
        let path = dir.join(file_name(number));
        let new = Self::create(number, &path).map_err(|source| classify(&path, source));
        let made = new.and_then(|mut next| next.reserve(length, keep_free).map(|()| next));
        let next = made.inspect_err(|_| {
            // Empty, and not counted yet: what cannot be removed now is opened as the last segment next time.
            let _ = fs::remove_file(&path);
        })?;
        disk::sync_dir(dir).map_err(|source| AppendError::SyncFailed { path: dir.to_owned(), source })?;
        Ok(next)
    }

    fn create(number: u32, path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        Self::of(number, path.to_owned(), file)
    }

    /// Makes sure that there is room for `length` bytes more and that they would go where they belong.
    pub(super) fn reserve(&mut self, length: u64, keep_free: u64) -> Result<(), AppendError> {
        self.is_in_place()?;
        self.tidy()?;
        if self.end + length <= self.reserved {
            return Ok(());
        }
        let available = disk::available(&self.file).map_err(|source| classify(&self.path, source))?;
        if available < length.saturating_add(keep_free) {
            return Err(AppendError::Full { path: self.path.clone(), source: None });
        }
        let ample = length.max(RESERVE_STEP);
        let room = if available >= ample.saturating_add(keep_free) { ample } else { length };
        disk::allocate(&self.file, self.end, room).map_err(|source| classify(&self.path, source))?;
        self.reserved = self.end + room;
        Ok(())
    }

    /// Writes `bytes` at the end and makes them durable.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), AppendError> {
        if let Err(source) = self.file.write_all_at(bytes, self.end) {
            self.untidy = true;
            // Where that fails too it is tried again before the next batch.
            if let Err(broken @ AppendError::SyncFailed { .. }) = self.tidy() {
                return Err(broken);
            }
            return Err(classify(&self.path, source));
        }
        if let Err(source) = self.file.sync_data() {
            self.untidy = true;
            return Err(AppendError::SyncFailed { path: self.path.clone(), source });
        }
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Removes what a failed batch left behind the end, if one did.
    fn tidy(&mut self) -> Result<(), AppendError> {
        if !self.untidy {
            return Ok(());
        }
        self.file.set_len(self.end).map_err(|source| classify(&self.path, source))?;
        self.file.sync_all().map_err(|source| AppendError::SyncFailed { path: self.path.clone(), source })?;
        self.reserved = self.end;
        self.untidy = false;
        Ok(())
    }

    fn is_in_place(&self) -> Result<(), AppendError> {
        match fs::metadata(&self.path) {
            Ok(metadata) if (metadata.dev(), metadata.ino()) == self.identity => Ok(()),
            Ok(_) => Err(AppendError::Missing { path: self.path.clone() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(AppendError::Missing { path: self.path.clone() })
            }
            Err(source) => Err(classify(&self.path, source)),
        }
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        if self.reserved > self.end && !self.untidy {
            // Gives the reserved room back; the bytes themselves are not touched.
            let _ = self.file.set_len(self.end);
        }
    }
}
