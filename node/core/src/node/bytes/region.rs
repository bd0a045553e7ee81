//! Some nodes and the packets between them, in the order in which they were sent.

use std::collections::{BTreeMap, VecDeque};

use crate::acts::Kind;
use crate::acts::documents::{DocumentAct, Version};
use crate::fixtures::{MapStorage, Network, prose};
use crate::id::NodeKey;
use crate::ledger::entry::content_hash;
use crate::ledger::{Attachment, Priority, Record};
use crate::node::{Effect, Event, Facts, Identity, Link, MessageId, Node, Ticket, Write};
use crate::registers::Audience;
use crate::state::Position;
use crate::time::Millis;

/// A node and what it keeps.
pub(super) struct Peer {
    pub(super) node: Node,
    pub(super) storage: MapStorage,
}

impl Peer {
    fn start(network: &Network, place: usize, storage: MapStorage) -> Self {
        let secret = network.seats[place].node.clone();
        let identity = Identity {
            sealing: Vec::new(),
            secret,
            seed: [u8::try_from(place).unwrap(); 32],
            link: Link { metered: false },
            peers: BTreeMap::new(),
        };
        let node = Node::load(&storage, network.rules.clone(), identity).unwrap();
        Self { node, storage }
    }
}

/// A packet on its way.
pub(super) struct Packet {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) bytes: Vec<u8>,
}

/// The nodes and what is under way.
pub(super) struct Region {
    pub(super) network: Network,
    pub(super) peers: Vec<Peer>,
    pub(super) under_way: VecDeque<Packet>,
    /// The last gossip message of a new entry.
    pub(super) gossip: Vec<u8>,
    pub(super) now: Millis,
}

impl Region {
    /// Nodes that hold nothing but the rules.
    pub(super) fn new(count: usize) -> Self {
        let network = Network::new(count, 1);
        let now = Millis(1_780_000_000_000);
        let peers = (0..count).map(|place| Peer::start(&network, place, MapStorage::default())).collect();
        let mut region = Self { network, peers, under_way: VecDeque::new(), gossip: Vec::new(), now };
        (0..count).for_each(|place| region.begin(place));
        region
    }

    /// `place` writes a document of about 600 bytes of text. Returns the text.
    pub(super) fn publish(&mut self, place: usize, number: u64) -> String {
        self.publish_text(place, number, prose::text(number, 600))
    }

    /// `place` writes a document with this text, which it returns.
    pub(super) fn publish_text(&mut self, place: usize, number: u64, text: String) -> String {
        let version = Version {
            title: format!("Note de service {number}").parse().unwrap(),
            language: "fr".parse().unwrap(),
            content: 0,
            file_name: format!("note-{number}.md").parse().unwrap(),
            media_type: "text/markdown".parse().unwrap(),
        };
        let (hash, size) = (content_hash(text.as_bytes()), text.len() as u64);
        self.peers[place].storage.attachments.insert(hash, text.clone().into_bytes());
        let write = Write {
            audience: Audience::Public,
            files: Vec::new(),
            object: None,
            kind: Kind::Document(DocumentAct::Publish(version)),
            attachments: vec![Attachment { hash, size }],
            priority: Priority::Routine,
        };
        // Somebody writes every few minutes.
        self.now = self.now.plus(150_000 + number % 7 * 20_011);
        self.handle(place, Event::Write { ticket: Ticket(number), write });
        text
    }

    /// These nodes hold what the first one holds, as if they had received it long ago.
    pub(super) fn copy_to(&mut self, places: std::ops::Range<usize>) {
        for place in places {
            let held = self.peers[0].storage.clone();
            let mut peer = Peer::start(&self.network, place, MapStorage::default());
            peer.storage.attachments = held.attachments;
            for bytes in held.records {
                let position = Position { segment: 1, offset: peer.storage.records.len() as u64 };
                peer.storage.records.push(bytes.clone());
                peer.node
                    .replay(&mut peer.storage, &Record::verify(&bytes, self.network.id()).unwrap(), position)
                    .unwrap();
            }
            self.peers[place] = peer;
            self.begin(place);
        }
    }

    /// The nodes of the two places see each other.
    pub(super) fn connect(&mut self, one: usize, other: usize) {
        for (place, with) in [(one, other), (other, one)] {
            let peer = self.key(with);
            self.handle(place, Event::Connected { peer });
        }
    }

    /// They do not see each other any more.
    pub(super) fn disconnect(&mut self, one: usize, other: usize) {
        for (place, with) in [(one, other), (other, one)] {
            let peer = self.key(with);
            self.handle(place, Event::Disconnected { peer });
        }
    }

    fn key(&self, place: usize) -> NodeKey {
        self.peers[place].node.key()
    }

    /// Lets a node handle an event and carries out what it wants.
    pub(super) fn handle(&mut self, place: usize, event: Event) {
        let peer = &mut self.peers[place];
        let effects = peer.node.handle(&mut peer.storage, event, self.now).unwrap();
        self.carry_out(place, effects);
    }

    fn begin(&mut self, place: usize) {
        let peer = &mut self.peers[place];
        let effects = peer.node.begin(&peer.storage, Facts::default(), self.now).unwrap();
        self.carry_out(place, effects);
    }

    fn carry_out(&mut self, place: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { peer, packet } => {
                    let to = (0..self.peers.len()).find(|to| self.key(*to) == peer).unwrap();
                    self.under_way.push_back(Packet { from: place, to, bytes: packet });
                }
                Effect::Append(records) => {
                    let kept = &mut self.peers[place].storage.records;
                    let placed = records.into_iter().map(|record| {
                        kept.push(record.encode());
                        (record, Position { segment: 1, offset: kept.len() as u64 - 1 })
                    });
                    let placed = placed.collect();
                    self.handle(place, Event::Appended(placed));
                }
                Effect::Keep { hash, content } => {
                    self.peers[place].storage.attachments.insert(hash, content);
                    self.handle(place, Event::Fetched { hash });
                }
                Effect::Gossip(bytes) => self.gossip = bytes,
                Effect::Disconnect { reason, .. } => panic!("node {place} closes a connection: {reason}"),
                Effect::Fetch { .. } => panic!("node {place} fetches what goes along with its entry"),
                Effect::Refused { reason, .. } => panic!("node {place} may not write: {reason}"),
                // Verdicts and dialling are not what is measured here.
                _ => {}
            }
        }
    }

    /// A neighbour passes on the last gossip message.
    pub(super) fn gossip(&mut self, from: usize, to: usize) {
        let (from, bytes) = (self.key(from), self.gossip.clone());
        self.handle(to, Event::Gossip { from, message: MessageId(1), bytes });
    }

    /// Delivers one packet; false when none is under way.
    pub(super) fn step(&mut self, mut seen: impl FnMut(&Packet)) -> bool {
        let Some(packet) = self.under_way.pop_front() else { return false };
        seen(&packet);
        let peer = self.key(packet.from);
        self.now = self.now.plus(20);
        self.handle(packet.to, Event::Packet { peer, packet: packet.bytes });
        true
    }

    /// Runs for a minute, in which each node's clock ticks, and until nothing more is said.
    pub(super) fn run(&mut self, mut seen: impl FnMut(&Packet)) {
        while self.step(&mut seen) {}
        for _ in 0..60 {
            self.now = self.now.plus(1_000);
            for place in 0..self.peers.len() {
                self.handle(place, Event::Tick);
            }
            while self.step(&mut seen) {}
        }
    }

    /// Whether two nodes hold the same, attachments included.
    pub(super) fn same(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.peers[one], &self.peers[other]);
        one.node.ledger_hash() == other.node.ledger_hash()
            && one.storage.attachments.keys().eq(other.storage.attachments.keys())
    }
}
