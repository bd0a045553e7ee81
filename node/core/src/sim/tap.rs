//! Listens to what the connections carry, and counts it by what it is.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

use palabre_proto::v1::sync_frame::Body;

use super::network::{ConnectionId, Place};
use crate::sync::Unpacker;

/// Frames of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub frames: u64,
    /// Their bytes on the wire.
    pub bytes: u64,
}

impl AddAssign<u64> for Count {
    fn add_assign(&mut self, bytes: u64) {
        self.frames += 1;
        self.bytes += bytes;
    }
}

impl Sub for Count {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { frames: self.frames - before.frames, bytes: self.bytes - before.bytes }
    }
}

/// What all nodes together have sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Packets of sync by the kind of their frame.
    pub sync: BTreeMap<&'static str, Count>,
    /// Gossip messages, each hop counted.
    pub gossip: Count,
    /// Gossip messages that reached a node which had seen them.
    pub gossip_twice: u64,
    /// Entries that deliveries carried and gossip brought to a node, each copy counted.
    pub entries: u64,
    /// Connections opened.
    pub connections: u64,
}

impl Tally {
    /// Bytes of sync.
    #[must_use]
    pub fn sync_bytes(&self) -> u64 {
        self.sync.values().map(|count| count.bytes).sum()
    }

    /// What has come since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let earlier = |kind| before.sync.get(kind).copied().unwrap_or_default();
        Self {
            sync: self.sync.iter().map(|(kind, count)| (*kind, *count - earlier(kind))).collect(),
            gossip: self.gossip - before.gossip,
            gossip_twice: self.gossip_twice - before.gossip_twice,
            entries: self.entries - before.entries,
            connections: self.connections - before.connections,
        }
    }
}

/// Reads along on every direction of every connection.
#[derive(Default)]
pub struct Tap {
    unpackers: BTreeMap<(ConnectionId, Place), Unpacker>,
    frontiers: BTreeMap<(ConnectionId, Place), u64>,
}

impl Tap {
    /// Counts a packet that `from` sends.
    pub fn hear(&mut self, connection: ConnectionId, from: Place, packet: &[u8], tally: &mut Tally) {
        let bytes = packet.len() as u64 + prefix(packet.len());
        let kind = match self.unpack(connection, from, packet) {
            Some(Body::Digest(_)) => "digest",
            Some(Body::Frontier(_)) => {
                *self.frontiers.entry((connection, from)).or_default() += 1;
                "frontier"
            }
            Some(Body::Rules(_)) => "rules",
            Some(Body::Want(_)) => "want",
            Some(Body::Promise(_)) => "promise",
            Some(Body::Delivery(delivery)) => {
                tally.entries += delivery.entries.len() as u64;
                "delivery"
            }
            Some(Body::Credit(_)) => "credit",
            Some(Body::Forks(_)) => "forks",
            Some(Body::Held(_)) => "held",
            None => "unreadable",
        };
        *tally.sync.entry(kind).or_default() += bytes;
    }

    fn unpack(&mut self, connection: ConnectionId, from: Place, packet: &[u8]) -> Option<Body> {
        use std::collections::btree_map::Entry;
        let unpacker = match self.unpackers.entry((connection, from)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Unpacker::new().ok()?),
        };
        unpacker.unpack(packet).ok()
    }

    /// Forgets a connection.
    pub fn forget(&mut self, connection: ConnectionId) {
        self.unpackers.retain(|(id, _), _| *id != connection);
    }

    /// From now on frontiers are counted from 0.
    pub fn count_rounds(&mut self) {
        self.frontiers.clear();
    }

    /// The most frontiers that went one way on one connection since [`Tap::count_rounds`].
    #[must_use]
    pub fn rounds(&self) -> u64 {
        self.frontiers.values().copied().max().unwrap_or_default()
    }
}

/// Bytes of the length before a packet: an unsigned varint.
const fn prefix(len: usize) -> u64 {
    match len {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => 3,
    }
}
