//! What a node tells this crate at its start.

use libp2p::{Multiaddr, TransportError};
use palabre_core::id::NetworkId;
use std::io;
use thiserror::Error;
use zeroize::Zeroizing;

/// Settings of a node's network side.
pub struct Config {
    /// The node's Ed25519 secret; its public key is the node's name everywhere.
    pub seed: Zeroizing<[u8; 32]>,
    /// The network that gossip topics belong to.
    pub network: NetworkId,
    /// Where to listen. `/ip4/0.0.0.0/tcp/4001`, `/ip6/::/udp/4001/quic-v1`; port 0 takes any free one.
    pub listen: Vec<Multiaddr>,
    /// Whether to look for nodes on the local network by multicast DNS.
    pub mdns: bool,
    /// Whether bytes cost money: slower gossip heartbeat, rarer keep-alives.
    pub metered: bool,
    /// Name and version that identify shows, `palabre/0.1.0`.
    pub agent: String,
}

/// Why the network side did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// `start` was called outside a tokio runtime.
    #[error("no tokio runtime to run in")]
    NoRuntime(#[from] tokio::runtime::TryCurrentError),
    /// Noise could not sign its static key.
    #[error("the encryption of connections cannot be set up")]
    Noise(#[from] libp2p::noise::Error),
    /// Gossipsub refused its settings.
    #[error("gossip cannot be set up: {0}")]
    Gossip(&'static str),
    /// An address cannot be listened on: taken, not ours, or of a kind that is not supported.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as configured.
        address: Multiaddr,
        /// Why.
        #[source]
        source: TransportError<io::Error>,
    },
}
