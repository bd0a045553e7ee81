//! The node as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use palabre_core::id::{CharterHash, Code, NetworkId, NodeKey};
use serde::{Deserialize, Serialize};

use super::{AudienceName, PeerStatus};
use crate::catalogue::Text;
use crate::text;

/// A hash of 32 bytes over state, in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Parsed as the hash of the same shape that core already knows how to read.
        let hash = palabre_core::id::ContentHash::deserialize(from)?;
        Ok(Self(*hash.as_bytes()))
    }
}

/// `GET /api/v1/status`, `palabre status --json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusView {
    /// This node.
    pub node: NodeKey,
    /// Whose it is; none before a mandate names it.
    pub administration: Option<Code>,
    /// The network.
    pub network: NetworkId,
    /// The charter revision in force.
    pub revision: u64,
    /// Adopted revisions that stand against one another, and what follows them: none governs until they are settled.
    #[serde(default)]
    pub disputed: Vec<CharterHash>,
    /// Administrations that have signed two mandates of one number: none of the two counts until a revision names one.
    #[serde(default)]
    pub disputed_mandates: BTreeSet<Code>,
    /// Multiaddresses that it listens on, each ending in its `/p2p/…`.
    pub listen: Vec<String>,
    /// The other nodes.
    pub peers: Vec<PeerStatus>,
    /// Hash of the frontier: equal on every node that holds the same entries.
    pub ledger: Digest,
    /// Hash of the folded state for each audience that the node reads.
    pub state: BTreeMap<AudienceName, Digest>,
    /// How far this node is behind what it has heard of.
    pub lag: Lag,
    /// Whether it takes writes.
    pub writing: Writing,
    /// What keeps it from writing.
    pub obstacle: Option<Obstacle>,
    /// What a person should know although the node goes on.
    #[serde(default)]
    pub concerns: Vec<Concern>,
}

/// What a person should know although the node goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "concern")]
pub enum Concern {
    /// Some keyholders have not shown their key for a year.
    Keyholders {
        /// How many.
        overdue: u64,
        /// Of how many.
        keyholders: u64,
        /// How many must sign.
        threshold: u64,
        /// Whether no more than those that must sign are left.
        at_risk: bool,
    },
    /// The process before this one did not stop in good order.
    EndedAbruptly,
    /// Nearly all file descriptors are in use, or were within the hour: connections wait meanwhile.
    Descriptors {
        /// The most that were in use.
        used: u64,
        /// How many the process may have.
        limit: u64,
        /// Seconds since it was last so.
        ago: u64,
    },
    /// Nearly all memory is in use that the process may have, or was within the hour: beyond it the process ends.
    Memory {
        /// The most bytes that were in use.
        used: u64,
        /// Bytes that the process may have.
        limit: u64,
        /// Seconds since it was last so.
        ago: u64,
    },
}

/// Whether a node takes writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Writing {
    /// It does.
    Ok,
    /// Not now. It goes on by itself once the obstacle is gone.
    Paused,
}

/// What keeps a node from writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// No room is left on the disk, or less than what the node leaves free.
    DiskFull,
    /// Its folder can only be read.
    ReadOnly,
    /// A folder of its home is not there any more.
    FolderMissing,
    /// The process has no file descriptors or memory left.
    Exhausted,
    /// The disk reports errors.
    DiskFailing,
    /// The node is not admitted yet.
    NotAdmitted,
}

impl Obstacle {
    /// Its words.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::DiskFull => text!("obstacle-disk-full"),
            Self::ReadOnly => text!("obstacle-read-only"),
            Self::FolderMissing => text!("obstacle-folder-missing"),
            Self::Exhausted => text!("obstacle-exhausted"),
            Self::DiskFailing => text!("obstacle-disk-failing"),
            Self::NotAdmitted => text!("obstacle-not-admitted"),
        }
    }
}

/// How far a node is behind what it has heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Entries that some peer shows and this node lacks.
    pub entries: u64,
    /// Seconds since it has lacked the first of them; 0 when it lacks none.
    pub seconds: u64,
}

/// `GET /health`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "health")]
pub enum Health {
    /// It reads and writes.
    Ok,
    /// It reads, and takes no writes until this is mended.
    Paused {
        /// What keeps it from writing.
        obstacle: Obstacle,
    },
    /// It is stopping.
    Stopping,
}

/// Figures for supervision: `GET /metrics` prints them in the text format of Prometheus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Entries held, without a gap, of all logs.
    pub entries: u64,
    /// Logs held.
    pub logs: u64,
    /// Forked logs.
    pub forks: u64,
    /// Bytes of the ledger segments.
    pub ledger_bytes: u64,
    /// Bytes of the attachments held.
    pub attachment_bytes: u64,
    /// Attachments that are named and not held.
    pub attachments_missing: u64,
    /// Peers connected.
    pub peers_connected: u64,
    /// Bytes of `/palabre/sync/1` received since the start.
    pub sync_bytes_in: u64,
    /// Bytes of `/palabre/sync/1` sent since the start.
    pub sync_bytes_out: u64,
    /// Bytes of gossip received since the start.
    pub gossip_bytes_in: u64,
    /// Bytes of gossip sent since the start.
    pub gossip_bytes_out: u64,
    /// Bytes of attachments received from peers since the start.
    pub attachment_bytes_in: u64,
    /// Bytes of attachments sent to peers since the start.
    pub attachment_bytes_out: u64,
    /// Whole entries received from peers since the start, each copy counted.
    pub entries_in: u64,
    /// Bytes received on the wire since the start: of TCP all above TCP itself, of QUIC the contents of its streams.
    pub wire_bytes_in: u64,
    /// Bytes sent on the wire since the start, counted likewise.
    pub wire_bytes_out: u64,
    /// Entries that this node is behind.
    pub lag_entries: u64,
    /// When the process started, seconds since 1970.
    pub started: u64,
}
