//! A real node, and what holds whatever a peer sends to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palabre_core::fixtures::{MapStorage, WRITTEN};
use palabre_core::id::{EntryId, NodeKey};
use palabre_core::ledger::book;
use palabre_core::ledger::entry::content_hash;
use palabre_core::ledger::{Entry, Ledger, Record};
use palabre_core::node::{Effect, Event, Facts, Identity, Link, MessageId, Node, Verdict};
use palabre_core::registers::{self, Audience};
use palabre_core::state::Position;
use palabre_core::sync::codec::{FRAME_MAX, Packer};
use palabre_core::time::Millis;
use palabre_proto::v1::sync_frame::Body;
use palabre_proto::{Message, v1};

use crate::region::{CONTENT, HONEST, HOSTILE, REGION};

/// Most bytes that one event may make a node send to one peer: the window of credit, and answers that are not credited
/// (frontier, rules, what is missing), each in a frame.
const SENT_MAX: usize = 8 * FRAME_MAX;
/// Milliseconds between two messages.
const STEP: u64 = 100;
/// Milliseconds that an empty message stands for: longer than any peer may owe something.
const PAUSE: u64 = 70_000;
/// Milliseconds after which a peer that was left alone is let in again, whatever it did.
const FORGIVEN: u64 = 25 * 60 * 60_000;

/// A node with one peer.
pub(crate) struct Subject {
    node: Node,
    storage: MapStorage,
    now: Millis,
    peer: NodeKey,
    /// Whether the node lets the peer in.
    admitted: bool,
    /// Whether the peer was sent away and has not come again.
    away: bool,
    packer: Packer,
    messages: u64,
    said: BTreeMap<MessageId, Vec<u8>>,
    taken: BTreeSet<EntryId>,
}

impl Subject {
    /// The honest node, connected with the hostile one.
    pub(crate) fn honest() -> Self {
        Self::of(HONEST, HOSTILE, &REGION.held)
    }

    /// The node of an administration that holds these entries, connected with the node of another.
    pub(crate) fn of(code: &str, peer: &str, held: &[Entry]) -> Self {
        let secret = REGION.network.seat(code).node.clone();
        let mut storage = MapStorage::default();
        storage.attachments.insert(content_hash(CONTENT), CONTENT.to_vec());
        let identity = Identity {
            secret,
            sealing: Vec::new(),
            seed: [1; 32],
            link: Link { metered: false },
            peers: BTreeMap::new(),
        };
        let mut node = Node::load(&storage, REGION.network.rules.clone(), identity).expect("an empty index is read");
        for entry in held {
            let record = Record::Entry(Box::new(entry.clone()));
            let position = storage.append(entry);
            node.replay(&mut storage, &record, position).expect("a map is read");
        }
        let now = WRITTEN.plus(PAUSE);
        node.begin(&storage, Facts::default(), now).expect("a map is read");
        Self {
            node,
            storage,
            now,
            peer: REGION.network.seat(peer).node.node_key(),
            admitted: true,
            away: false,
            packer: Packer::new().expect("zstd starts"),
            messages: 0,
            said: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }

    /// A connection opens. Gives the packets that the node sends.
    pub(crate) fn connect(&mut self) -> Vec<Vec<u8>> {
        self.packer = Packer::new().expect("zstd starts");
        self.happens(Event::Connected { peer: self.peer })
    }

    /// A packet comes; an empty one stands for time that passes. Gives the packets that the node sends.
    pub(crate) fn packet(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        if packet.is_empty() {
            return self.pause();
        }
        self.come_again();
        self.now = self.now.plus(STEP);
        self.happens(Event::Packet { peer: self.peer, packet: packet.to_vec() })
    }

    /// A frame comes, packed as it must be.
    pub(crate) fn frame(&mut self, body: Body) {
        self.come_again();
        if let Ok(packet) = self.packer.pack(body) {
            self.packet(&packet);
        }
    }

    /// A gossip message comes.
    pub(crate) fn gossip(&mut self, bytes: &[u8]) {
        self.come_again();
        self.now = self.now.plus(STEP);
        self.messages += 1;
        let message = MessageId(self.messages);
        self.said.insert(message, bytes.to_vec());
        self.happens(Event::Gossip { from: self.peer, message, bytes: bytes.to_vec() });
    }

    /// Time passes.
    pub(crate) fn pause(&mut self) -> Vec<Vec<u8>> {
        self.now = self.now.plus(PAUSE);
        self.happens(Event::Tick)
    }

    /// A peer that was sent away comes again once it is let in.
    fn come_again(&mut self) {
        if !std::mem::take(&mut self.away) {
            return;
        }
        if !self.admitted {
            self.now = self.now.plus(FORGIVEN);
            self.happens(Event::Tick);
        }
        self.happens(Event::Connected { peer: self.peer });
    }

    /// Handles an event and does what the node wants done, until it wants nothing more.
    fn happens(&mut self, event: Event) -> Vec<Vec<u8>> {
        let mut events = VecDeque::from([event]);
        let mut sent = Vec::new();
        while let Some(event) = events.pop_front() {
            let effects = self.node.handle(&mut self.storage, event, self.now).expect("a map is read");
            for effect in effects {
                self.does(effect, &mut sent, &mut events);
            }
        }
        let bytes: usize = sent.iter().map(Vec::len).sum();
        assert!(bytes <= SENT_MAX, "one event made the node send {bytes} bytes");
        sent
    }

    fn does(&mut self, effect: Effect, sent: &mut Vec<Vec<u8>>, events: &mut VecDeque<Event>) {
        match effect {
            Effect::Send { packet, .. } => sent.push(packet),
            Effect::Append(records) => {
                let durable = records.into_iter().map(|record| self.keep(record)).collect();
                events.push_back(Event::Appended(durable));
            }
            Effect::Keep { hash, content } => {
                assert_eq!(content_hash(&content), hash, "an attachment is kept under its hash");
                self.storage.attachments.insert(hash, content);
                events.push_back(Event::Fetched { hash });
            }
            Effect::Verdict { message, verdict } => self.judged(message, verdict),
            Effect::Admit(keys) => self.admitted = keys.contains(&self.peer),
            Effect::Disconnect { peer, .. } if peer == self.peer => {
                self.packer = Packer::new().expect("zstd starts");
                self.away = true;
                events.push_back(Event::Disconnected { peer });
            }
            _ => {}
        }
    }

    /// Nothing is kept that is not authentic, by a mandated author and new; and it reads as it was written.
    fn keep(&mut self, record: Record) -> (Record, Position) {
        let bytes = record.encode();
        let read = Record::verify(&bytes, REGION.network.id()).expect("what a node keeps is authentic");
        assert_eq!(read, record, "a record reads as it was written");
        if let Record::Entry(entry) = &record {
            assert!(self.node.rules().knows(&entry.header().author), "an entry by nobody's node");
            assert!(self.taken.insert(entry.id()), "an entry is kept twice");
        }
        self.storage.records.push(bytes);
        (record, Position { segment: 1, offset: self.storage.records.len() as u64 - 1 })
    }

    /// A message is judged once, and accepted only when what it says holds here.
    fn judged(&mut self, message: MessageId, verdict: Verdict) {
        let bytes = self.said.remove(&message).expect("a message is judged once");
        if verdict != Verdict::Accept {
            return;
        }
        let said = v1::Gossip::decode(bytes.as_slice()).ok().and_then(|gossip| gossip.body);
        let id = match said.expect("what is accepted is a message") {
            v1::gossip::Body::Entry(entry) => palabre_core::ledger::entry::id_of(&entry.header),
            v1::gossip::Body::Announcement(place) => {
                EntryId::try_from(place.id.as_slice()).expect("what is accepted names an entry")
            }
        };
        let proves_a_fork = self.node.ledger().fork_positions().next().is_some();
        let held = book::place_of(&self.storage, &id).expect("a map is read").is_some();
        assert!(held || proves_a_fork, "a message about an entry that is not here was accepted");
    }

    /// What it has on disk.
    pub(crate) fn into_storage(self) -> MapStorage {
        self.storage
    }

    /// What must hold in the end: the index on disk says what the node has in memory, and everything can be shown.
    pub(crate) fn check(self) {
        let loaded = Ledger::load(&self.storage, REGION.network.id()).expect("the index is read");
        assert_eq!(loaded.frontier(), self.node.ledger().frontier(), "index and memory differ");
        let ahead = |ledger: &Ledger| ledger.ahead().collect::<Vec<_>>();
        assert_eq!(ahead(&loaded), ahead(self.node.ledger()), "index and memory differ in what is ahead");
        for peer in self.node.peers(self.now) {
            let _ = self.node.addresses(&peer.node);
        }
        let _ = self.node.lag(self.now);
        registers::root(&self.storage, &Audience::Public).expect("the registers are read");
        registers::documents::list(&self.storage, self.node.ring(), None, 100).expect("the register is read");
    }
}
