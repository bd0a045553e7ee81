//! Why the node does not start, or ends.

use std::io;
use std::net::SocketAddr;

use palabre_core::state::StateError;
use palabre_store::replay::ReplayError;
use palabre_store::segments::{AppendError, SegmentsError};
use palabre_store::store::{CloseError, CommitError, OpenError};
use thiserror::Error;

/// Why the node does not start, or ends.
#[derive(Debug, Error)]
pub(crate) enum DaemonError {
    /// The address of the API is taken or not this machine's.
    #[error("the API cannot listen on {address}")]
    Api {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The API ended.
    #[error("the API ended")]
    Serve(#[source] io::Error),
    /// The network side does not start.
    #[error("the network side does not start")]
    Net(#[from] palabre_net::StartError),
    /// The store does not open.
    #[error("the store does not open")]
    Open(#[from] OpenError),
    /// The index cannot be read. The next start makes it again.
    #[error("the index cannot be read; the next start makes it again from the ledger")]
    State(#[from] StateError),
    /// A segment cannot be read.
    #[error("the ledger cannot be read")]
    Read(#[from] palabre_store::segments::ReadError),
    /// What was written may not be on disk: the process ends, and the next start reads what is there.
    #[error("the disk did not confirm a write; the next start reads what is there")]
    SyncFailed(#[source] AppendError),
    /// The index does not take what was folded.
    #[error("the index does not take what was folded; the next start makes it again from the ledger")]
    Commit(#[from] CommitError),
    /// The ledger's tail cannot be folded.
    #[error("the ledger cannot be folded")]
    Replay(#[from] ReplayError<StateError>),
    /// Doubt about the node's own log cannot be noted or settled.
    #[error("the ledger's folder cannot be written")]
    Doubt(#[source] io::Error),
    /// The segments cannot be listed.
    #[error("the segments cannot be listed")]
    Segments(#[from] SegmentsError),
    /// The index does not go away.
    #[error("the index cannot be removed")]
    Index(#[from] palabre_store::index::IndexError),
    /// The store does not close in good order.
    #[error("the store was not closed in good order; the next start checks everything")]
    Close(#[from] CloseError),
    /// The thread that owns rules and store is gone.
    #[error("the thread of the ledger has ended")]
    EngineDied,
    /// It does not start.
    #[error("the thread of the ledger does not start")]
    Thread(#[source] io::Error),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Random(getrandom::Error),
}
