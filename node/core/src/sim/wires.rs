//! What travels between machines: dials, connections and their ends, packets, gossip, attachments.

use super::gossip::{self, Message};
use super::network::{ConnectionId, Place};
use super::scenario::{MINUTE, SECOND};
use super::world::{Happening, World};
use crate::id::{ContentHash, NodeKey};
use crate::node::{Event, MessageId, Verdict};

/// Milliseconds after which a dial into the void is given up.
const DIAL_TIMEOUT: u64 = 20 * SECOND;
/// Milliseconds within which an end notices that its connection carries nothing any more.
const SILENCE: u64 = MINUTE;
/// Crossings that it takes to open a connection: TCP, encryption, multiplexing.
const HANDSHAKE: u64 = 5;

impl World {
    pub(super) fn dial(&mut self, from: Place, peer: &NodeKey) {
        let Some(to) = self.place_of(peer) else { return };
        let start = self.machines[from].starts;
        let took = HANDSHAKE * self.network.latency(from, to);
        self.after(took, Happening::Dialled { from, to, start });
    }

    pub(super) fn dialled(&mut self, from: Place, to: Place, start: u64) {
        if !self.is_running(from, start) {
            return;
        }
        let admitted = self.machines[to].admits.contains(&self.machines[from].key);
        if !self.network.reaches(from, to) || self.machines[to].node.is_none() || !admitted {
            self.after(DIAL_TIMEOUT, Happening::Unreached { from, to, start });
            return;
        }
        if let Some(old) = self.network.between(from, to) {
            if self.network.alive(old).is_some() {
                // Both dialled: the first connection stays.
                return;
            }
            self.noticed(old, from);
            self.noticed(old, to);
        }
        let connection = self.network.open(from, to);
        self.tally.connections += 1;
        if self.scenario.links.cut_minutes > 0 && !self.healed {
            let lives = 1 + self.dice.below(2 * self.scenario.links.cut_minutes * MINUTE);
            self.after(lives, Happening::Cut { connection });
        }
        let (one, other) = (self.machines[from].key, self.machines[to].key);
        self.feed(to, Event::Connected { peer: one });
        self.feed(from, Event::Connected { peer: other });
    }

    pub(super) fn unreached(&mut self, from: Place, to: Place, start: u64) {
        if self.is_running(from, start) && self.network.open_at(from, to).is_none() {
            let peer = self.machines[to].key;
            self.feed(from, Event::DialFailed { peer, why: "no answer".to_owned() });
        }
    }

    pub(super) fn cut_by_chance(&mut self, connection: ConnectionId) {
        if !self.healed {
            self.cut(connection);
        }
    }

    /// Cuts a connection: what is on its way is lost, and both ends notice some time later.
    pub fn cut(&mut self, connection: ConnectionId) {
        let Some(ends) = self.network.alive(connection).map(|c| c.ends) else { return };
        self.network.cut(connection);
        self.tap.forget(connection);
        for place in [ends.0, ends.1] {
            let later = self.dice.below(SILENCE);
            self.after(later, Happening::Noticed { connection, place });
        }
    }

    pub(super) fn hang_up(&mut self, place: Place, peer: &NodeKey) {
        let Some(other) = self.place_of(peer) else { return };
        let Some(connection) = self.network.open_at(place, other) else { return };
        let latency = self.network.alive(connection).map_or(1, |c| c.latency);
        self.network.cut(connection);
        self.tap.forget(connection);
        self.after(0, Happening::Noticed { connection, place });
        self.after(latency, Happening::Noticed { connection, place: other });
    }

    pub(super) fn noticed(&mut self, connection: ConnectionId, place: Place) {
        let Some(other) = self.network.get(connection).map(|c| c.other(place)) else { return };
        if self.network.notice(connection, place) {
            let peer = self.machines[other].key;
            self.feed(place, Event::Disconnected { peer });
        }
    }

    pub(super) fn send(&mut self, place: Place, peer: &NodeKey, packet: Vec<u8>) {
        let Some(to) = self.place_of(peer) else { return };
        let Some(id) = self.network.open_at(place, to) else { return };
        let now = self.now();
        let Some(connection) = self.network.alive(id) else { return };
        self.tap.hear(id, place, &packet, &mut self.tally);
        let at = connection.carry(place, packet.len() as u64, now);
        self.at(at, Happening::Packet { connection: id, to, packet });
    }

    pub(super) fn packet(&mut self, connection: ConnectionId, to: Place, packet: Vec<u8>) {
        let Some(from) = self.network.alive(connection).map(|c| c.other(to)) else { return };
        let peer = self.machines[from].key;
        self.feed(to, Event::Packet { peer, packet });
    }

    pub(super) fn publish(&mut self, place: Place, message: &Message) {
        self.machines[place].memory.notes(message);
        self.spread(place, None, message);
    }

    pub(super) fn judged(&mut self, place: Place, message: MessageId, verdict: Verdict) {
        let Some((message, from)) = self.machines[place].memory.settle(message) else { return };
        if verdict == Verdict::Accept {
            self.spread(place, Some(from), &message);
        }
    }

    /// Passes a message on to the mesh, except to where it came from.
    fn spread(&mut self, place: Place, from: Option<Place>, message: &Message) {
        let now = self.now();
        let bytes = message.len() as u64 + gossip::ENVELOPE;
        for to in gossip::mesh(place, self.network.neighbours(place), self.scenario.links.mesh) {
            if Some(to) == from {
                continue;
            }
            let lost = !self.healed && self.dice.chance(self.scenario.links.gossip_loss_percent);
            let Some(id) = self.network.open_at(place, to) else { continue };
            let Some(connection) = self.network.alive(id) else { continue };
            self.tally.gossip += bytes;
            let at = connection.carry(place, bytes, now);
            if !lost {
                self.at(at, Happening::Gossip { connection: id, to, message: message.clone() });
            }
        }
    }

    pub(super) fn gossip_arrives(&mut self, connection: ConnectionId, to: Place, message: Message) {
        let Some(from) = self.network.alive(connection).map(|c| c.other(to)) else { return };
        self.gossip_from(from, to, message);
    }

    pub(super) fn gossip_from(&mut self, from: Place, to: Place, message: Message) {
        if self.machines[to].node.is_none() {
            return;
        }
        self.tally.entries += u64::from(gossip::is_entry(&message));
        if !self.machines[to].memory.notes(&message) {
            self.tally.gossip_twice += 1;
            return;
        }
        let bytes = message.to_vec();
        let id = self.machines[to].memory.owe(message, from);
        let peer = self.machines[from].key;
        self.feed(to, Event::Gossip { from: peer, message: id, bytes });
    }

    pub(super) fn fetch(&mut self, place: Place, peer: &NodeKey, hash: ContentHash, size: u64) {
        let Some(from) = self.place_of(peer) else { return };
        let start = self.machines[place].starts;
        let connection = self.network.open_at(place, from);
        // A stream of its own beside sync's: half of the bandwidth.
        let (answered, took) = connection
            .and_then(|id| self.network.get(id))
            .map_or((0, 0), |c| (2 * c.latency, 2 * c.latency + size * 2_000 / c.bandwidth));
        self.after(answered, Happening::FetchBegan { place, start, from, hash, connection });
        self.after(took, Happening::Fetched { place, start, from, hash, connection });
    }

    /// Whether the connection over which `from` was asked lives, and `from` with it.
    fn can_say(&self, from: Place, connection: Option<ConnectionId>) -> bool {
        self.machines[from].node.is_some() && connection.is_some_and(|id| self.network.get(id).is_some_and(|c| c.alive))
    }

    /// The same, and whether `from` has the attachment.
    fn can_send(&self, from: Place, hash: &ContentHash, connection: Option<ConnectionId>) -> bool {
        connection.is_some_and(|id| self.network.get(id).is_some_and(|c| c.alive))
            && crate::state::Storage::holds_attachment(&self.machines[from].disk, hash)
    }

    pub(super) fn fetch_began(
        &mut self,
        place: Place,
        start: u64,
        from: Place,
        hash: ContentHash,
        connection: Option<ConnectionId>,
    ) {
        if self.is_running(place, start) && self.can_send(from, &hash, connection) {
            let peer = self.machines[from].key;
            self.feed(place, Event::FetchBegan { peer, hash });
        }
    }

    pub(super) fn fetched(
        &mut self,
        place: Place,
        start: u64,
        from: Place,
        hash: ContentHash,
        connection: Option<ConnectionId>,
    ) {
        if !self.is_running(place, start) {
            return;
        }
        if self.can_send(from, &hash, connection) {
            self.machines[place].disk.keep(hash, None);
            self.feed(place, Event::Fetched { hash });
        } else {
            let (there, here) = (self.machines[from].key, self.machines[place].key);
            if self.can_say(from, connection) {
                self.feed(from, Event::AskedInVain { peer: here, hash });
            }
            self.feed(place, Event::FetchFailed { peer: there, hash });
        }
    }
}
