//! Bytes and messages, counted where they pass.

use crate::connections::Moved;
use palabre_core::id::NodeKey;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A number of messages and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Packets, chunks or gossip messages.
    pub messages: u64,
    /// Their bytes; on streams with their length prefixes, in gossip the payload alone.
    pub bytes: u64,
}

/// What was exchanged with one node, over all its connections since it was admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NodeCounters {
    /// Received on sync streams.
    pub sync_in: Volume,
    /// Written to sync streams.
    pub sync_out: Volume,
    /// Attachment chunks received.
    pub attachments_in: Volume,
    /// Attachment chunks sent.
    pub attachments_out: Volume,
}

/// Gossip of all topics together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GossipCounters {
    /// All that arrived, duplicates included.
    pub received: Volume,
    /// What was handed to the node: `received` less this is what arrived more than once.
    pub delivered: Volume,
    /// What this node published (each counted once, however many neighbours got it).
    pub published: Volume,
}

/// A snapshot of all counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// By node; a node that is no longer admitted is no longer counted.
    pub nodes: BTreeMap<NodeKey, NodeCounters>,
    /// Gossip.
    pub gossip: GossipCounters,
    /// Bytes received: of TCP everything above TCP itself; of QUIC the contents of its streams.
    pub wire_in: u64,
    /// Bytes sent, counted likewise.
    pub wire_out: u64,
    /// Open connections of admitted nodes.
    pub connections: u64,
    /// Open connections of strangers.
    pub strangers: u64,
    /// Inbound connections that were refused or shown out since the start.
    pub refused: u64,
}

/// A [`Volume`] that grows.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    messages: AtomicU64,
    bytes: AtomicU64,
}

impl Flow {
    /// One more message of `bytes`.
    pub(crate) fn add(&self, bytes: usize) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn read(&self) -> Volume {
        Volume { messages: self.messages.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

/// Counts one node.
#[derive(Debug, Default)]
pub(crate) struct NodeMeter {
    pub(crate) sync_in: Flow,
    pub(crate) sync_out: Flow,
    pub(crate) attachments_in: Flow,
    pub(crate) attachments_out: Flow,
}

impl NodeMeter {
    fn read(&self) -> NodeCounters {
        NodeCounters {
            sync_in: self.sync_in.read(),
            sync_out: self.sync_out.read(),
            attachments_in: self.attachments_in.read(),
            attachments_out: self.attachments_out.read(),
        }
    }

    /// Bytes that have moved on all streams of this node.
    pub(crate) fn moved(&self) -> Moved {
        let read = self.read();
        Moved {
            heard: read.sync_in.bytes + read.attachments_in.bytes,
            said: read.sync_out.bytes + read.attachments_out.bytes,
        }
    }
}

/// Counts bytes on sockets.
#[derive(Debug, Default)]
pub(crate) struct Wire {
    pub(crate) received: AtomicU64,
    pub(crate) sent: AtomicU64,
}

/// All counters, shared by whoever counts.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    nodes: Mutex<BTreeMap<NodeKey, Arc<NodeMeter>>>,
    pub(crate) gossip_received: Flow,
    pub(crate) gossip_delivered: Flow,
    pub(crate) gossip_published: Flow,
    pub(crate) wire: Arc<Wire>,
    pub(crate) connections: AtomicU64,
    pub(crate) strangers: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Meters {
    fn nodes(&self) -> MutexGuard<'_, BTreeMap<NodeKey, Arc<NodeMeter>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The meter of `node`.
    pub(crate) fn node(&self, node: NodeKey) -> Arc<NodeMeter> {
        Arc::clone(self.nodes().entry(node).or_default())
    }

    /// Forgets the nodes that `keep` does not want: meters stay as many as admitted nodes.
    pub(crate) fn retain(&self, keep: impl Fn(&NodeKey) -> bool) {
        self.nodes().retain(|node, _| keep(node));
    }

    pub(crate) fn read(&self) -> Counters {
        Counters {
            nodes: self.nodes().iter().map(|(node, meter)| (*node, meter.read())).collect(),
            gossip: GossipCounters {
                received: self.gossip_received.read(),
                delivered: self.gossip_delivered.read(),
                published: self.gossip_published.read(),
            },
            wire_in: self.wire.received.load(Ordering::Relaxed),
            wire_out: self.wire.sent.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed),
            strangers: self.strangers.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}
