//! The home of a node: one folder with everything that it keeps, and the lock that lets one process in.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::ops::Deref;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::disk;

/// Why a home was not created or opened.
#[derive(Debug, Error)]
pub enum HomeError {
    /// There is a home already; creating another one in its place could destroy keys.
    #[error("{} is the home of a node already", path.display())]
    Exists {
        /// The home.
        path: PathBuf,
    },
    /// The folder is not a home.
    #[error("{} is not the home of a node", path.display())]
    NotAHome {
        /// The folder.
        path: PathBuf,
    },
    /// A folder of the home is gone: removed, or on a disk that is not mounted. It is not made anew, since the node
    /// would take the loss of everything for a fresh start.
    #[error("the folder {} is missing", path.display())]
    FolderMissing {
        /// The folder.
        path: PathBuf,
    },
    /// Another process runs this node.
    #[error("another process{} holds {}", pid.map(|pid| format!(" ({pid})")).unwrap_or_default(), path.display())]
    Locked {
        /// The home.
        path: PathBuf,
        /// The process, when it has said so.
        pid: Option<u32>,
    },
    /// The system refused.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// The places of a home. It is not locked: commands look into it while the node runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
}

/// A home that no other process can open while this lives.
#[derive(Debug)]
pub struct LockedHome {
    home: Home,
    /// Closing it gives the lock back.
    _lock: File,
}

/// Folders whose loss is a loss of data or of the node's name.
const ESSENTIAL: [&str; 4] = ["keys", "charter", "ledger", "attachments"];

/// Folders that can be made again from the others (`docs/design.md` §8).
const REBUILDABLE: [&str; 2] = ["index", "search"];

impl Home {
    /// Makes a new home at `root`, for its owner's eyes alone. What is in the folder already stays.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, HomeError> {
        let home = Self { root: root.into() };
        if home.lock().exists() {
            return Err(HomeError::Exists { path: home.root });
        }
        home.make().map_err(|source| HomeError::Io { path: home.root.clone(), source })?;
        Ok(home)
    }

    /// The lock comes last: a home that was made in part is no home, and can be made again.
    fn make(&self) -> io::Result<()> {
        let mut private = DirBuilder::new();
        private.mode(0o700).recursive(true);
        private.create(&self.root)?;
        for name in ESSENTIAL.iter().chain(&REBUILDABLE) {
            private.create(self.root.join(name))?;
        }
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.lock())?.sync_all()?;
        disk::sync_dir(&self.root)?;
        let parent = self.root.parent().filter(|parent| !parent.as_os_str().is_empty());
        disk::sync_dir(parent.unwrap_or(Path::new(".")))
    }

    /// The home at `root`, for looking into it without its lock.
    pub fn peek(root: impl Into<PathBuf>) -> Result<Self, HomeError> {
        let home = Self { root: root.into() };
        if !home.lock().is_file() {
            return Err(HomeError::NotAHome { path: home.root });
        }
        let missing = ESSENTIAL.iter().map(|name| home.root.join(name)).find(|folder| !folder.is_dir());
        missing.map_or(Ok(home), |path| Err(HomeError::FolderMissing { path }))
    }

    /// The home at `root`, for this process alone.
    pub fn open(root: impl Into<PathBuf>) -> Result<LockedHome, HomeError> {
        let home = Self::peek(root)?;
        let failed = |source| HomeError::Io { path: home.lock(), source };
        let mut lock = open_lock(&home.lock()).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(HomeError::Locked { pid: pid_in(&mut lock), path: home.root });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        if let Err(error) = write_pid(&mut lock) {
            // A start on a full disk: the lock holds all the same.
            tracing::warn!(%error, "the lock does not name this process");
        }
        Ok(LockedHome { home, _lock: lock })
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Settings: `node.toml`.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.root.join("node.toml")
    }

    /// The token that opens the node's API to commands on the same machine.
    #[must_use]
    pub fn token(&self) -> PathBuf {
        self.root.join("token")
    }

    /// The file whose lock the running node holds; it names the process.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Secret keys ([`secrets`](crate::secrets)).
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The charter's revisions and their signatures, mandates.
    #[must_use]
    pub fn charter(&self) -> PathBuf {
        self.root.join("charter")
    }

    /// The ledger [`segments`](crate::segments).
    #[must_use]
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    /// The [`index`](crate::index): it may be removed while the node is stopped.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// [`attachments`](crate::attachments).
    #[must_use]
    pub fn attachments(&self) -> PathBuf {
        self.root.join("attachments")
    }

    /// The search index: it may be removed while the node is stopped.
    #[must_use]
    pub fn search(&self) -> PathBuf {
        self.root.join("search")
    }
}

impl Deref for LockedHome {
    type Target = Home;

    fn deref(&self) -> &Home {
        &self.home
    }
}

/// A file system that can only be read has locks too.
fn open_lock(path: &Path) -> io::Result<File> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => File::open(path),
        opened => opened,
    }
}

fn pid_in(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Not synced: after a power cut nobody holds the lock.
fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}
