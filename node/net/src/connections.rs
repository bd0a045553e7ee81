//! Which of several connections to one node is used.
//!
//! Two nodes may dial each other at once, and a node that comes back may find its old, dead connection still in place.
//! Of two nodes **the one with the lower key chooses**: it opens the sync stream on the connection that it wants, and
//! the other takes the newest sync stream that is opened. One chooses, so both keep the same one. The rule of the
//! chooser: the newer connection wins, for who dials again knows that the old one is dead; except when both dialed each
//! other just now, then the first is used and the second is a spare until the first has its stream.

use crate::streams::RequestId;
use libp2p::Multiaddr;
use libp2p::swarm::ConnectionId;
use palabre_core::id::NodeKey;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// Two connections dialed by different ends within this time are two nodes dialing each other at once. This is also how
/// long a node that was cut off right after it was dialed may have to wait until its own dial is heard.
const AT_ONCE: Duration = Duration::from_secs(10);

/// More than the windows of the streams that carry much (sync and four attachments, 256 KiB each) and a socket's buffers
/// hold together. A line of 64 kbit/s carries it between two pings.
const IN_FLIGHT: u64 = 2 * 1024 * 1024;

/// How long the other node may take to open the sync stream.
const STREAM_DUE: Duration = Duration::from_mins(1);

/// An open connection to an admitted node.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) id: ConnectionId,
    pub(crate) address: Multiaddr,
    pub(crate) dialed: bool,
    pub(crate) since: Instant,
    pub(crate) stream: SyncStream,
    /// What had moved at the last ping, to tell a slow line from a dead one.
    pub(crate) moved: Moved,
}

/// Bytes that have moved between two nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) heard: u64,
    pub(crate) said: u64,
}

impl Moved {
    /// Takes note of what has moved by `now`, and says whether that is a sign of life since the last time: anything
    /// heard, or more said than would have found room in buffers on the way.
    pub(crate) fn shows_life(&mut self, now: Self) -> bool {
        let before = std::mem::replace(self, now);
        now.heard != before.heard || now.said.saturating_sub(before.said) > IN_FLIGHT
    }
}

/// How far the sync stream of a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyncStream {
    /// The other node chooses.
    Awaited,
    /// Asked for.
    Asked(RequestId),
    /// Wanted only if another connection of the node fails.
    Spare,
    /// Up.
    Up,
}

/// What to do with a connection that has just opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Welcome {
    /// This node chooses it: open the sync stream.
    OpenStream,
    /// The other node chooses.
    Await,
    /// This node chose another whose stream is not up yet: keep it until that is.
    Spare,
    /// This node uses another: close.
    Close,
}

/// All open connections to admitted nodes.
pub(crate) struct Connections {
    local: NodeKey,
    nodes: BTreeMap<NodeKey, Vec<Connection>>,
}

impl Connections {
    pub(crate) fn new(local: NodeKey) -> Self {
        Self { local, nodes: BTreeMap::new() }
    }

    /// Whether this node chooses connections to `node`, and opens their sync streams.
    pub(crate) fn chooses(&self, node: NodeKey) -> bool {
        self.local < node
    }

    /// What to do with a connection to `node` that opened at `now`.
    pub(crate) fn welcome(&self, node: NodeKey, dialed: bool, now: Instant) -> Welcome {
        if !self.chooses(node) {
            return Welcome::Await;
        }
        let at_once = |other: &&Connection| other.dialed != dialed && now.duration_since(other.since) < AT_ONCE;
        match self.of(node).find(at_once) {
            None => Welcome::OpenStream,
            Some(other) if other.stream == SyncStream::Up => Welcome::Close,
            Some(_) => Welcome::Spare,
        }
    }

    /// Lists an open connection.
    pub(crate) fn insert(&mut self, node: NodeKey, connection: Connection) {
        self.nodes.entry(node).or_default().push(connection);
    }

    /// The connections of `node`.
    pub(crate) fn of(&self, node: NodeKey) -> impl Iterator<Item = &Connection> {
        self.nodes.get(&node).into_iter().flatten()
    }

    /// One connection.
    pub(crate) fn get_mut(&mut self, id: ConnectionId) -> Option<(NodeKey, &mut Connection)> {
        self.nodes.iter_mut().find_map(|(node, open)| open.iter_mut().find(|c| c.id == id).map(|found| (*node, found)))
    }

    /// The connection of `node` whose sync stream is up.
    pub(crate) fn up(&self, node: NodeKey) -> Option<&Connection> {
        self.of(node).find(|connection| connection.stream == SyncStream::Up)
    }

    /// The connection of `node` to open the sync stream on, now that another has failed: a spare, when nothing else is
    /// under way.
    pub(crate) fn last_resort(&mut self, node: NodeKey) -> Option<&mut Connection> {
        let open = self.nodes.get_mut(&node)?;
        if open.iter().all(|connection| connection.stream == SyncStream::Spare) { open.last_mut() } else { None }
    }

    /// The sync stream of `id` is up: gives the other connections of that node, which are to be closed and are no
    /// longer listed.
    pub(crate) fn set_up(&mut self, id: ConnectionId) -> Vec<ConnectionId> {
        let Some((node, connection)) = self.get_mut(id) else { return Vec::new() };
        connection.stream = SyncStream::Up;
        let Some(open) = self.nodes.get_mut(&node) else { return Vec::new() };
        open.extract_if(.., |other| other.id != id).map(|other| other.id).collect()
    }

    /// A connection is closed, or about to be.
    pub(crate) fn remove(&mut self, id: ConnectionId) -> Option<(NodeKey, Connection)> {
        let (node, _) = self.get_mut(id)?;
        let open = self.nodes.get_mut(&node)?;
        let position = open.iter().position(|connection| connection.id == id)?;
        let connection = open.swap_remove(position);
        if open.is_empty() {
            self.nodes.remove(&node);
        }
        Some((node, connection))
    }

    /// No connection of `node` is listed any longer.
    pub(crate) fn remove_all(&mut self, node: NodeKey) {
        self.nodes.remove(&node);
    }

    /// The nodes that have a connection.
    pub(crate) fn nodes(&self) -> Vec<NodeKey> {
        self.nodes.keys().copied().collect()
    }

    /// When the next awaited stream is overdue.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.awaited().map(|connection| connection.since + STREAM_DUE).min()
    }

    /// Connections on which the other node did not open the stream in time.
    pub(crate) fn overdue(&self, now: Instant) -> Vec<ConnectionId> {
        self.awaited()
            .filter(|connection| connection.since + STREAM_DUE <= now)
            .map(|connection| connection.id)
            .collect()
    }

    fn awaited(&self) -> impl Iterator<Item = &Connection> {
        self.nodes.values().flatten().filter(|connection| connection.stream == SyncStream::Awaited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW: NodeKey = NodeKey::from_bytes([1; 32]);
    const HIGH: NodeKey = NodeKey::from_bytes([2; 32]);

    fn id(number: usize) -> ConnectionId {
        ConnectionId::new_unchecked(number)
    }

    fn open(connections: &mut Connections, node: NodeKey, number: usize, dialed: bool, since: Instant) -> Welcome {
        let welcome = connections.welcome(node, dialed, since);
        let stream = match welcome {
            Welcome::OpenStream => SyncStream::Asked(RequestId(number as u64)),
            Welcome::Await => SyncStream::Awaited,
            Welcome::Spare => SyncStream::Spare,
            Welcome::Close => return welcome,
        };
        let address = Multiaddr::empty();
        connections
            .insert(node, Connection { id: id(number), address, dialed, since, stream, moved: Moved::default() });
        welcome
    }

    #[test]
    fn when_both_dial_at_once_the_lower_key_keeps_the_first() {
        let now = Instant::now();
        let mut low = Connections::new(LOW);
        assert_eq!(open(&mut low, HIGH, 1, true, now), Welcome::OpenStream);
        assert_eq!(open(&mut low, HIGH, 2, false, now), Welcome::Spare);
        assert_eq!(low.set_up(id(1)), [id(2)]);
        assert_eq!(open(&mut low, HIGH, 3, false, now), Welcome::Close);

        let mut high = Connections::new(HIGH);
        assert_eq!(open(&mut high, LOW, 2, true, now), Welcome::Await);
        assert_eq!(open(&mut high, LOW, 1, false, now), Welcome::Await);
        assert_eq!(high.set_up(id(1)), [id(2)]);
        assert_eq!(high.up(LOW).map(|connection| connection.id), Some(id(1)));
    }

    #[test]
    fn when_the_first_fails_the_spare_is_used() {
        let now = Instant::now();
        let mut low = Connections::new(LOW);
        open(&mut low, HIGH, 1, true, now);
        open(&mut low, HIGH, 2, false, now);
        assert!(low.last_resort(HIGH).is_none(), "the first is still under way");
        low.remove(id(1));
        assert_eq!(low.last_resort(HIGH).map(|connection| connection.id), Some(id(2)));
        low.remove(id(2));
        assert!(low.last_resort(HIGH).is_none());
    }

    #[test]
    fn who_dials_again_wins_at_once() {
        let now = Instant::now();
        let mut low = Connections::new(LOW);
        assert_eq!(open(&mut low, HIGH, 1, false, now), Welcome::OpenStream);
        assert!(low.set_up(id(1)).is_empty());
        assert_eq!(open(&mut low, HIGH, 2, false, now), Welcome::OpenStream);
        assert_eq!(low.set_up(id(2)), [id(1)]);
    }

    #[test]
    fn whoever_dials_later_wins_over_a_connection_that_is_not_new() {
        let now = Instant::now();
        let mut low = Connections::new(LOW);
        assert_eq!(open(&mut low, HIGH, 1, true, now), Welcome::OpenStream);
        assert!(low.set_up(id(1)).is_empty());
        assert_eq!(open(&mut low, HIGH, 2, false, now + AT_ONCE), Welcome::OpenStream);
        assert_eq!(low.set_up(id(2)), [id(1)]);
    }

    #[test]
    fn a_peer_that_is_heard_or_takes_much_is_alive() {
        let mut moved = Moved::default();
        assert!(moved.shows_life(Moved { heard: 1, said: 0 }));
        assert!(!moved.shows_life(Moved { heard: 1, said: IN_FLIGHT }), "it may all be in buffers");
        assert!(moved.shows_life(Moved { heard: 1, said: 2 * IN_FLIGHT + 1 }));
        assert!(!moved.shows_life(Moved { heard: 1, said: 2 * IN_FLIGHT + 1 }));
    }

    #[test]
    fn a_stream_that_never_comes_is_overdue() {
        let now = Instant::now();
        let mut high = Connections::new(HIGH);
        open(&mut high, LOW, 1, true, now);
        assert_eq!(high.next_due(), Some(now + STREAM_DUE));
        assert!(high.overdue(now).is_empty());
        assert_eq!(high.overdue(now + STREAM_DUE), [id(1)]);
        high.set_up(id(1));
        assert_eq!(high.next_due(), None);
        assert_eq!(high.remove(id(1)).map(|(node, _)| node), Some(LOW));
        assert!(high.nodes().is_empty());
    }
}
