//! Other nodes, and why they are or are not connected.

use palabre_core::id::{Code, NodeKey};
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

/// How a peer stands towards this node now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeerState {
    /// Connected and admitted.
    Connected,
    /// A connection is being made.
    Dialing,
    /// The last attempt failed; the next one comes by itself.
    Waiting,
    /// Not needed: this node has its connections.
    Known,
    /// No address of it is known: it has to call.
    NoAddress,
    /// No mandate in force names it.
    NotAdmitted,
}

/// A peer in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerStatus {
    /// Its key.
    pub node: NodeKey,
    /// Whose it is, when a mandate says so.
    pub administration: Option<Code>,
    /// How it stands.
    pub state: PeerState,
    /// Entries that it shows and this node lacks; 0 when it has shown nothing yet.
    pub missing: u64,
}

/// `GET /api/v1/peers`, `palabre peer list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerList {
    /// In the order of administrations, then keys.
    pub peers: Vec<PeerStatus>,
}

/// Why a peer stands as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// It is connected.
    Connected,
    /// It is this very node.
    ThisNode,
    /// No mandate names it.
    NotMandated,
    /// Its administration is suspended.
    Suspended,
    /// Its administration has signed two mandates of one number: neither governs.
    MandateDisputed,
    /// No address of it is known.
    NoAddress,
    /// This node has its connections and dials others when it needs them.
    EnoughConnections,
    /// No attempt has been made yet.
    NotTriedYet,
    /// Nothing answers at its addresses.
    Unreachable,
    /// Another node answers at its address.
    OtherNode,
    /// It answered and closed: it does not admit this node, or has its own connections.
    ClosedByPeer,
    /// It broke a limit and is left alone for a while.
    Paused,
}

/// Where an address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressSource {
    /// Its administration's mandate.
    Mandate,
    /// `node.toml`.
    Configuration,
    /// The local network (mDNS).
    LocalNetwork,
    /// The peer itself, while it was connected.
    Peer,
    /// A witness.
    Witness,
}

/// An address and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// A multiaddress.
    pub address: String,
    /// Where it comes from.
    pub source: AddressSource,
}

/// `GET /api/v1/peers/{node}/why`, `palabre peer why --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerWhy {
    /// Its key.
    pub node: NodeKey,
    /// Whose it is, when a mandate says so.
    pub administration: Option<Code>,
    /// What its administration calls it.
    pub label: Option<String>,
    /// How it stands.
    pub state: PeerState,
    /// Why.
    pub reason: Reason,
    /// Where it is looked for.
    pub addresses: Vec<Address>,
    /// The address of the connection, while there is one.
    pub connected_to: Option<String>,
    /// Since when it is connected.
    pub connected_since: Option<Millis>,
    /// Attempts that failed since the last connection.
    pub failures: u32,
    /// When the last attempt began.
    pub last_attempt: Option<Millis>,
    /// When the next one comes.
    pub next_attempt: Option<Millis>,
    /// What the last attempt said, in English, for a technician.
    pub last_error: Option<String>,
    /// Entries that it shows and this node lacks.
    pub missing: u64,
}
