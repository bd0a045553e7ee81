//! A ledger in one file, for whoever has no node (`docs/archive.md`): made from a home, beside its running node or
//! without one, and checked on any machine.

mod export;
mod reading;
mod report;

use std::io;

use palabre_core::archive::ArchiveError;
use palabre_core::charter::ChainError;
use palabre_core::state::StateError;
use palabre_store::archive::ReadArchiveError;
use palabre_store::home::HomeError;
use palabre_store::segments::{AppendError, ReadError, SegmentsError};
use thiserror::Error;

use crate::daemon::DaemonError;

pub(crate) use export::{Exported, export};
pub(crate) use reading::Reading;
pub(crate) use report::{Report, Void};

/// Why an archive is not made, or does not count.
#[derive(Debug, Error)]
pub(crate) enum Error {
    /// The file is no archive, or not whole.
    #[error(transparent)]
    Read(#[from] ReadArchiveError),
    /// A part is malformed, or the seal is not authentic.
    #[error("a part of the archive does not count")]
    Part(#[from] ArchiveError),
    /// It does not begin with a charter that founds a network.
    #[error("the archive does not begin with the charter that founds its network")]
    Charter(#[from] ChainError),
    /// Nothing closes it.
    #[error("the archive has no seal: it was cut off, or never finished")]
    Unsealed,
    /// Something follows what closes it.
    #[error("something follows the seal of the archive")]
    BehindSeal,
    /// The seal is about other content.
    #[error("the seal is about another content: the {0} differs")]
    Differs(Differs),
    /// Somebody put in what nobody signed.
    #[error("not authentic: {0} of its records")]
    Foreign(u64),
    /// The ledger of the home cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ReadError),
    /// The segments cannot be listed.
    #[error("the segments cannot be listed")]
    Segments(#[from] SegmentsError),
    /// The archive, or a passing copy of it, cannot be written.
    #[error("the file cannot be written")]
    Write(#[from] io::Error),
    /// There is no place for a passing copy.
    #[error("no passing copy of the archive can be made")]
    Copy(#[from] HomeError),
    /// The passing copy cannot be written.
    #[error("no passing copy of the archive can be made")]
    Append(#[from] AppendError),
    /// What is in the archive cannot be folded.
    #[error(transparent)]
    Fold(#[from] DaemonError),
    /// What was folded cannot be read.
    #[error("what was folded cannot be read")]
    State(#[from] StateError),
}

/// What a seal can differ in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Differs {
    Network,
    Records,
    Bytes,
    Ledger,
    State,
}

impl std::fmt::Display for Differs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Network => "network",
            Self::Records => "number of records",
            Self::Bytes => "hash of the file",
            Self::Ledger => "hash of the ledger",
            Self::State => "hash of the state",
        })
    }
}

impl Error {
    /// Whether the archive is at fault, not this machine.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Read(ReadArchiveError::NoArchive | ReadArchiveError::Damaged { .. })
                | Self::Part(_)
                | Self::Charter(_)
                | Self::Unsealed
                | Self::BehindSeal
                | Self::Differs(_)
                | Self::Foreign(_)
        )
    }
}
