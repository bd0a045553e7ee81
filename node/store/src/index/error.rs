//! Why the index cannot be used.

use std::io;
use std::time::Duration;

use palabre_core::state::StateError;
use thiserror::Error;

use crate::disk::{self, Trouble};

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
    /// A table is missing, or is not what was written.
    #[error("the table {name} of the index is {what}")]
    Table {
        /// Its file's name.
        name: String,
        /// What is wrong with it: "garbled", "missing".
        what: &'static str,
    },
    /// A value is longer than [`VALUE_MAX`](palabre_core::state::VALUE_MAX): a fault of the caller.
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

impl From<IndexError> for StateError {
    fn from(error: IndexError) -> Self {
        Self::Storage(Box::new(error))
    }
}
