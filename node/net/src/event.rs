//! What the network side reports.

use crate::admission::Porter;
use crate::attachment::Responder;
use crate::frame::MAX_FRAME;
use crate::gossip::{MessageRef, Topic};
use libp2p::Multiaddr;
use palabre_core::id::{ContentHash, NodeKey};
use std::fmt::Write as _;
use std::io;
use thiserror::Error;

/// Something happened. For one node `Connected`, its `Packet`s and `Disconnected` come in this order, in pairs.
#[derive(Debug)]
pub enum Event {
    /// This node can now be reached at this address, from some network.
    Listening(Multiaddr),
    /// It no longer listens there: the interface or the listener is gone.
    NotListening(Multiaddr),
    /// A sync stream with an admitted node is up.
    Connected {
        /// The node.
        node: NodeKey,
        /// Its end of the connection.
        address: Multiaddr,
        /// Whether this node dialed.
        dialed: bool,
    },
    /// The sync stream is down.
    Disconnected {
        /// The node.
        node: NodeKey,
        /// Why.
        reason: DisconnectReason,
    },
    /// An admitted node opened more streams on one connection than any program of ours does; the connection is closed.
    TooManyStreams {
        /// The node.
        node: NodeKey,
    },
    /// An admitted node sent more gossip than any program of ours does; the connection is closed.
    Flood {
        /// The node.
        node: NodeKey,
    },
    /// What an admitted node says of itself, once for each connection.
    Identified {
        /// The node.
        node: NodeKey,
        /// Name and version of its program.
        agent: String,
        /// Where it says that it listens.
        addresses: Vec<Multiaddr>,
        /// This node's address as seen from there.
        observed: Multiaddr,
    },
    /// A packet on the sync stream, 1 to [`MAX_PACKET`](crate::MAX_PACKET) bytes, in the order sent.
    Packet {
        /// Its sender.
        node: NodeKey,
        /// The packet.
        bytes: Vec<u8>,
    },
    /// A gossip message that waits for a [verdict](crate::Handle::verdict).
    Gossip {
        /// The neighbour that passed it on; not always its author.
        from: NodeKey,
        /// What it is about.
        topic: Topic,
        /// Its name, for the verdict.
        message: MessageRef,
        /// The message.
        bytes: Vec<u8>,
    },
    /// A node asks for an attachment.
    AttachmentAsked {
        /// Who asks.
        node: NodeKey,
        /// The attachment.
        hash: ContentHash,
        /// Takes the answer. Dropped without one, the node hears "busy".
        reply: Responder,
    },
    /// A [dial](crate::Handle::dial) came to nothing.
    DialFailed {
        /// Whom it was to reach.
        node: NodeKey,
        /// Why it did not.
        reason: DialFailure,
    },
    /// A stranger has said something at the door.
    Knocked {
        /// What, at most [`MAX_PACKET`](crate::MAX_PACKET) bytes.
        frame: Vec<u8>,
        /// Takes the answer. Dropped without one, the stranger hears nothing.
        reply: Porter,
    },
    /// Somebody connected and was not let in.
    Refused {
        /// The key that it proved.
        node: NodeKey,
        /// Where it came from.
        address: Multiaddr,
        /// Why.
        reason: Refusal,
    },
    /// A node, admitted or not, announces itself on the local network.
    Found {
        /// The node.
        node: NodeKey,
        /// Where it says that it listens.
        addresses: Vec<Multiaddr>,
    },
}

/// Why a sync stream ended.
#[derive(Debug, Error)]
pub enum DisconnectReason {
    /// The peer closed it.
    #[error("the peer closed the connection")]
    ClosedByPeer,
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(#[source] io::Error),
    /// A packet beyond the limit was announced.
    #[error("the peer announced a packet of {length} bytes, {MAX_FRAME} are allowed")]
    PacketTooLong {
        /// The length announced.
        length: usize,
    },
    /// A packet's length is malformed.
    #[error("the peer sent a malformed packet length")]
    BadLength,
    /// Packets for the peer pile up.
    #[error("the peer does not read: {queued} bytes wait for it")]
    NotReading {
        /// Bytes that wait.
        queued: usize,
    },
    /// Pings went unanswered and nothing else moved.
    #[error("the peer answers no ping")]
    Silent,
    /// [`Handle::admit`](crate::Handle::admit) no longer lists it.
    #[error("the node is no longer admitted")]
    NoLongerAdmitted,
    /// [`Handle::disconnect`](crate::Handle::disconnect) was called.
    #[error("{0}")]
    Asked(String),
    /// A newer connection of the same node takes its place.
    #[error("a newer connection of the same node took over")]
    Replaced,
    /// This node stops.
    #[error("this node stops")]
    Stopping,
}

/// Why a dial came to nothing.
#[derive(Debug, Error)]
pub enum DialFailure {
    /// The node to dial is not admitted here.
    #[error("the node is not admitted here")]
    NotAdmitted,
    /// The node was disconnected, or is no longer admitted, since.
    #[error("the dial was given up")]
    GivenUp,
    /// There is no address to dial, or only addresses of this node.
    #[error("there is no address to dial")]
    NoAddresses,
    /// The node is this node.
    #[error("{address} is this node itself")]
    OurOwnKey {
        /// The address that led back here.
        address: Multiaddr,
    },
    /// Another node answers there.
    #[error("at {address} another node answers: {}", found.map_or_else(|| "of an unknown kind".to_owned(), |key| key.to_string()))]
    WrongKey {
        /// The address.
        address: Multiaddr,
        /// The key that answered, when it is a node's.
        found: Option<NodeKey>,
    },
    /// No address could be reached.
    #[error("no address could be reached: {}", listed(.0))]
    Unreachable(Vec<FailedAddress>),
    /// Too many connections are open or being opened here.
    #[error("too many connections are open here")]
    TooManyConnections,
    /// The other node answers but does not admit this one.
    #[error("the other node does not admit this one")]
    NotAdmittedThere,
    /// The connection was up, but no sync stream came about.
    #[error("connected, but the other node opened no sync stream: it may not admit this node")]
    NoSyncStream,
}

/// One address that could not be reached.
#[derive(Debug)]
pub struct FailedAddress {
    /// The address.
    pub address: Multiaddr,
    /// Why.
    pub error: io::Error,
}

fn listed(failed: &[FailedAddress]) -> String {
    let mut text = String::new();
    for FailedAddress { address, error } in failed {
        let separator = if text.is_empty() { "" } else { "; " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{address}: {error}");
    }
    text
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No mandate in force names it.
    #[error("the node is not admitted")]
    Stranger,
    /// It is admitted, but there are too many connections.
    #[error("too many connections are open here")]
    TooManyConnections,
}
