//! What lies between the machines: who reaches whom, connections, latency and bandwidth.

use std::collections::{BTreeMap, BTreeSet};

use super::dice::Dice;
use super::scenario::Links;

/// A machine's number.
pub type Place = usize;

/// A connection, numbered from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// An open connection between two machines, the lower number first.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// The two machines.
    pub(super) ends: (Place, Place),
    /// One way, in milliseconds.
    pub(super) latency: u64,
    /// Each way, in bytes a second.
    pub(super) bandwidth: u64,
    /// Whether it carries anything.
    pub(super) alive: bool,
    /// Until when each direction is busy, in microseconds.
    busy: [u64; 2],
    /// Whether each end takes it for open.
    open: [bool; 2],
}

impl Connection {
    /// The other end.
    #[must_use]
    pub(super) const fn other(&self, end: Place) -> Place {
        if self.ends.0 == end { self.ends.1 } else { self.ends.0 }
    }

    /// The direction in which `from` sends: 0 or 1.
    #[must_use]
    pub(super) const fn direction(&self, from: Place) -> usize {
        if self.ends.0 == from { 0 } else { 1 }
    }

    /// When bytes sent now by `from` have arrived whole, in milliseconds.
    pub(super) fn carry(&mut self, from: Place, bytes: u64, now: u64) -> u64 {
        let direction = self.direction(from);
        let start = self.busy[direction].max(now * 1_000);
        let end = start + bytes * 1_000_000 / self.bandwidth;
        self.busy[direction] = end;
        end / 1_000 + self.latency
    }
}

/// All connections.
#[derive(Clone, Debug)]
pub(super) struct Network {
    links: Links,
    seed: u64,
    connections: BTreeMap<ConnectionId, Connection>,
    current: BTreeMap<(Place, Place), ConnectionId>,
    /// The connections that each machine takes for open.
    open: BTreeMap<Place, BTreeSet<ConnectionId>>,
    /// Every partition that is on: the group of each machine.
    partitions: BTreeMap<u64, Vec<u64>>,
    next: u64,
}

impl Network {
    /// A network without connections.
    #[must_use]
    pub(super) const fn new(links: Links, seed: u64) -> Self {
        Self {
            links,
            seed,
            connections: BTreeMap::new(),
            current: BTreeMap::new(),
            open: BTreeMap::new(),
            partitions: BTreeMap::new(),
            next: 0,
        }
    }

    /// Whether two machines reach each other.
    #[must_use]
    pub(super) fn reaches(&self, one: Place, other: Place) -> bool {
        self.partitions.values().all(|groups| groups.get(one) == groups.get(other))
    }

    /// Begins a partition. Returns the connections that it cuts.
    pub(super) fn part(&mut self, number: u64, groups: Vec<u64>) -> Vec<ConnectionId> {
        self.partitions.insert(number, groups);
        let cut = |c: &Connection| c.alive && !self.reaches(c.ends.0, c.ends.1);
        self.connections.iter().filter(|(_, c)| cut(c)).map(|(id, _)| *id).collect()
    }

    /// Ends a partition.
    pub(super) fn join(&mut self, number: u64) {
        self.partitions.remove(&number);
    }

    /// Ends every partition.
    pub(super) fn heal(&mut self) {
        self.partitions.clear();
    }

    /// The last connection between two machines, while one of them takes it for open.
    #[must_use]
    pub(super) fn between(&self, one: Place, other: Place) -> Option<ConnectionId> {
        self.current.get(&pair(one, other)).copied()
    }

    /// Opens a connection.
    pub(super) fn open(&mut self, one: Place, other: Place) -> ConnectionId {
        let ends = pair(one, other);
        let mut dice = Dice::new(self.seed, &format!("link {} {}", ends.0, ends.1));
        let id = ConnectionId(self.next);
        self.next += 1;
        let connection = Connection {
            ends,
            latency: dice.within(self.links.latency_ms),
            bandwidth: dice.within(self.links.kbit_per_second) * 125,
            alive: true,
            busy: [0; 2],
            open: [true; 2],
        };
        self.connections.insert(id, connection);
        for end in [one, other] {
            self.open.entry(end).or_default().insert(id);
        }
        self.current.insert(ends, id);
        id
    }

    /// One way between two machines, in milliseconds.
    #[must_use]
    pub(super) fn latency(&self, one: Place, other: Place) -> u64 {
        let ends = pair(one, other);
        Dice::new(self.seed, &format!("link {} {}", ends.0, ends.1)).within(self.links.latency_ms)
    }

    /// A connection.
    #[must_use]
    pub(super) fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.connections.get(&id)
    }

    /// A connection that carries something.
    pub(super) fn alive(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.connections.get_mut(&id).filter(|connection| connection.alive)
    }

    /// The connections that carry something.
    pub(super) fn all_alive(&self) -> impl Iterator<Item = (ConnectionId, &Connection)> {
        self.connections.iter().filter(|(_, c)| c.alive).map(|(id, c)| (*id, c))
    }

    /// The connection that `end` takes for open to `other`.
    #[must_use]
    pub(super) fn open_at(&self, end: Place, other: Place) -> Option<ConnectionId> {
        let id = self.between(end, other)?;
        let connection = self.connections.get(&id)?;
        connection.open[connection.direction(end)].then_some(id)
    }

    /// The machines to which `end` takes a connection for open.
    #[must_use]
    pub(super) fn neighbours(&self, end: Place) -> Vec<Place> {
        let open = self.open.get(&end).into_iter().flatten();
        open.filter_map(|id| Some(self.connections.get(id)?.other(end))).collect()
    }

    /// The connection carries nothing any more. The ends have not noticed.
    pub(super) fn cut(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.alive = false;
        }
    }

    /// An end notices that the connection is closed; true when it had not. Forgotten once both have.
    pub(super) fn notice(&mut self, id: ConnectionId, end: Place) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let direction = connection.direction(end);
        let noticed = std::mem::replace(&mut connection.open[direction], false);
        if let Some(open) = self.open.get_mut(&end) {
            open.remove(&id);
        }
        if connection.open == [false; 2] {
            let ends = connection.ends;
            self.connections.remove(&id);
            if self.current.get(&ends) == Some(&id) {
                self.current.remove(&ends);
            }
        }
        noticed
    }
}

const fn pair(one: Place, other: Place) -> (Place, Place) {
    if one < other { (one, other) } else { (other, one) }
}
