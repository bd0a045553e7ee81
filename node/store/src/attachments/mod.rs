//! Attachments: one file each, named by the BLAKE3 hash of its content (`docs/design.md` §8).
//!
//! ```text
//! attachments/ab/cdef…           the content whose hash is abcdef…
//! attachments/ab/cdef….damaged   what was found in its place and is not that content; kept for whoever investigates
//! attachments/incoming/          what is being received; emptied at each start
//! ```
//! A file gets its name once its content was verified and is durable, by a rename: what has a name is whole, as long
//! as the disk keeps it. Readers verify again, since disks do not always.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use palabre_core::id::ContentHash;
use palabre_core::state::VALUE_MAX;
use thiserror::Error;

use crate::disk::{self, Trouble};

mod arriving;
mod writer;

use arriving::Arriving;
pub use writer::Writer;

/// Largest attachment that is sent along with its entry and that the rules may read (`docs/design.md` §3).
pub const SMALL_MAX: u64 = VALUE_MAX as u64;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// Why an attachment was not stored or read.
#[derive(Debug, Error)]
pub enum AttachmentError {
    /// There is no room for it.
    #[error("no room is left on the disk for an attachment of {size} bytes")]
    Full {
        /// Its bytes, as far as they are known.
        size: u64,
    },
    /// More bytes came than were announced or allowed.
    #[error("the attachment is longer than {limit} bytes")]
    TooLong {
        /// What was announced or allowed.
        limit: u64,
    },
    /// Fewer bytes came than were announced.
    #[error("the attachment ended after {received} of {size} bytes")]
    TooShort {
        /// What was announced.
        size: u64,
        /// What came.
        received: u64,
    },
    /// What came is not what was asked for.
    #[error("the content has the hash {found}, not {expected}")]
    OtherContent {
        /// The hash that was asked for.
        expected: ContentHash,
        /// The hash of what came.
        found: ContentHash,
    },
    /// The file that was to be imported cannot be read.
    #[error("the content of the attachment cannot be read")]
    Source(#[source] io::Error),
    /// The folder of attachments cannot be read or written.
    #[error("{} cannot be {doing}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl AttachmentError {
    /// What it says about the disk.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Full { .. } => Trouble::Full,
            Self::Io { source, .. } => disk::trouble(source),
            _ => Trouble::Other,
        }
    }
}

/// What verifying an attachment found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// It is whole.
    Whole,
    /// It is not held.
    Missing,
    /// It was not what its name says, and is now kept here. It counts as missing.
    SetAside(PathBuf),
}

/// The attachments of a node. Copies of this value share the folder, so readers need not wait for writers.
#[derive(Clone, Debug)]
pub struct Attachments {
    dir: PathBuf,
    /// Bytes that attachments leave free on the disk.
    keep_free: u64,
    /// Tells files that are received at the same time apart.
    next_incoming: Arc<AtomicU64>,
    /// Folders of contents whose names are known to be durable.
    folders: Arc<Mutex<BTreeSet<PathBuf>>>,
    arriving: Arriving,
}

impl Attachments {
    /// Opens the folder `dir`, which must exist, and removes what a stopped process was receiving. Attachments will
    /// leave `keep_free` bytes of the disk free.
    pub fn open(dir: &Path, keep_free: u64) -> Result<Self, AttachmentError> {
        let incoming = dir.join("incoming");
        let failed = |source| AttachmentError::Io { doing: "emptied", path: incoming.clone(), source };
        fs::create_dir_all(&incoming).map_err(failed)?;
        for entry in fs::read_dir(&incoming).map_err(failed)? {
            entry.and_then(|entry| fs::remove_file(entry.path())).map_err(failed)?;
        }
        let dir = dir.to_owned();
        let (next_incoming, folders, arriving) = (Arc::default(), Arc::default(), Arriving::default());
        Ok(Self { dir, keep_free, next_incoming, folders, arriving })
    }

    /// Where the content with this hash lies once it is held.
    #[must_use]
    pub fn path(&self, hash: &ContentHash) -> PathBuf {
        let name = hash.to_string();
        let (folder, file) = name.split_at(2);
        self.dir.join(folder).join(file)
    }

    /// Whether it is held.
    #[must_use]
    pub fn has(&self, hash: &ContentHash) -> bool {
        self.path(hash).is_file()
    }

    /// Its size in bytes, when it is held.
    #[must_use]
    pub fn size(&self, hash: &ContentHash) -> Option<u64> {
        fs::metadata(self.path(hash)).ok().map(|metadata| metadata.len())
    }

    /// Whether there is room for more, and a folder to put it in.
    pub fn has_room(&self) -> Result<(), AttachmentError> {
        let failed = |source| AttachmentError::Io { doing: "looked at", path: self.dir.clone(), source };
        let available = disk::available_in(&self.dir).map_err(failed)?;
        if available > self.keep_free { Ok(()) } else { Err(AttachmentError::Full { size: 1 }) }
    }

    /// Whether the disk takes content now, found out by writing a little: nothing else tells for certain.
    pub fn try_disk(&self) -> Result<(), AttachmentError> {
        self.has_room()?;
        let path = self.dir.join("incoming").join("trial");
        disk::trial(&path).map_err(|source| AttachmentError::Io { doing: "written", path, source })
    }

    /// A writer for content that is announced to have this hash and size. Room for it is set aside.
    pub fn writer(&self, expected: ContentHash, size: u64) -> Result<Writer, AttachmentError> {
        Writer::new(self, Some(expected), size)
    }

    /// Stores what `content` gives, at most `limit` bytes; returns its hash and size.
    pub fn import(&self, content: &mut impl Read, limit: u64) -> Result<(ContentHash, u64), AttachmentError> {
        let mut writer = Writer::new(self, None, limit)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            match content.read(&mut chunk) {
                Ok(0) => return writer.finish_import(),
                Ok(read) => writer.write(&chunk[..read])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(AttachmentError::Source(error)),
            }
        }
    }

    /// A file with the content, read once and found whole; nothing when it is not held. What is not whole is set
    /// aside, and counts as not held.
    pub fn open_file(&self, hash: &ContentHash) -> Result<Option<File>, AttachmentError> {
        let path = self.path(hash);
        let failed = |source| AttachmentError::Io { doing: "read", path: path.clone(), source };
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        if hash_of(&mut file).map_err(failed)? == Some(*hash) {
            file.rewind().map_err(failed)?;
            return Ok(Some(file));
        }
        self.set_aside(hash)?;
        Ok(None)
    }

    /// The content, when it is held, or arrives, and has at most [`SMALL_MAX`] bytes.
    pub fn read_small(&self, hash: &ContentHash) -> Result<Option<Vec<u8>>, AttachmentError> {
        if let Some(content) = self.arriving.get(hash) {
            return Ok(Some(content.to_vec()));
        }
        if self.size(hash).is_none_or(|size| size > SMALL_MAX) {
            return Ok(None);
        }
        let Some(file) = self.open_file(hash)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = file.take(SMALL_MAX).read_to_end(&mut bytes);
        read.map_err(|source| AttachmentError::Io { doing: "read", path: self.path(hash), source })?;
        Ok(Some(bytes))
    }

    /// Reads the content and compares it with its name.
    pub fn verify(&self, hash: &ContentHash) -> Result<Verified, AttachmentError> {
        if !self.has(hash) {
            return Ok(Verified::Missing);
        }
        match self.open_file(hash)? {
            Some(_) => Ok(Verified::Whole),
            None => Ok(Verified::SetAside(self.damaged_path(hash))),
        }
    }

    /// Forgets the content, durably. Nothing happens when it is not held.
    pub fn remove(&self, hash: &ContentHash) -> Result<(), AttachmentError> {
        let path = self.path(hash);
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            done => done.and_then(|()| disk::sync_dir(path.parent().unwrap_or(&self.dir))),
        };
        removed.map_err(|source| AttachmentError::Io { doing: "removed", path, source })
    }

    /// The hashes of everything that is held, in no order. Names that are no hash are passed over.
    pub fn list(&self) -> Result<Vec<ContentHash>, AttachmentError> {
        let failed = |source| AttachmentError::Io { doing: "listed", path: self.dir.clone(), source };
        let mut hashes = Vec::new();
        for folder in fs::read_dir(&self.dir).map_err(failed)? {
            let folder = folder.map_err(failed)?;
            let first = folder.file_name().to_string_lossy().into_owned();
            if first.len() != 2 {
                continue;
            }
            for file in fs::read_dir(folder.path()).map_err(failed)? {
                let rest = file.map_err(failed)?.file_name();
                hashes.extend(format!("{first}{}", rest.to_string_lossy()).parse::<ContentHash>().ok());
            }
        }
        Ok(hashes)
    }

    /// Bytes of everything that is held.
    pub fn bytes(&self) -> Result<u64, AttachmentError> {
        Ok(self.list()?.iter().filter_map(|hash| self.size(hash)).sum())
    }

    /// Makes sure that a folder of contents is there and that its name is durable, whoever made it: a writer that found
    /// it made by another, or by a process that died, could else acknowledge what a power cut takes away with it.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let mut durable = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if durable.contains(folder) && folder.is_dir() {
            return Ok(());
        }
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => disk::sync_dir(&self.dir)?,
        }
        durable.insert(folder.to_owned());
        Ok(())
    }

    fn damaged_path(&self, hash: &ContentHash) -> PathBuf {
        self.path(hash).with_extension("damaged")
    }

    fn set_aside(&self, hash: &ContentHash) -> Result<(), AttachmentError> {
        let (path, damaged) = (self.path(hash), self.damaged_path(hash));
        tracing::error!(path = %damaged.display(), "an attachment is damaged; it is set aside and counts as missing");
        let renamed = fs::rename(&path, &damaged).and_then(|()| disk::sync_dir(damaged.parent().unwrap_or(&self.dir)));
        renamed.map_err(|source| AttachmentError::Io { doing: "set aside", path, source })
    }
}

/// The hash of everything in `file`; nothing when the disk cannot read all of it.
fn hash_of(file: &mut File) -> io::Result<Option<ContentHash>> {
    let mut hasher = blake3::Hasher::new();
    match io::copy(file, &mut hasher) {
        Ok(_) => Ok(Some(ContentHash::from_bytes(hasher.finalize().into()))),
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What an error while writing means for the attachment.
fn write_error(path: &Path, size: u64, source: io::Error) -> AttachmentError {
    match disk::trouble(&source) {
        Trouble::Full => AttachmentError::Full { size },
        _ => AttachmentError::Io { doing: "written", path: path.to_owned(), source },
    }
}
