//! One node and the peers that the tests play, frame by frame.

mod acts;
mod agreement;
mod bounds;
mod checkpoints;
mod days;
mod forks;
mod found;
mod region;
mod rules;
mod sealing;
mod small;

use std::collections::{BTreeMap, VecDeque};

use palabre_proto::Message as _;
use palabre_proto::v1::{self, sync_frame::Body};

use super::{Effect, Event, Facts, Fault, Identity, Link, MessageId, Node, Ticket, Write};
use crate::acts::Kind;
use crate::acts::documents::DocumentAct;
use crate::fixtures::{MapStorage, Network, WRITTEN};
use crate::id::NodeKey;
use crate::ledger::{Entry, Priority, Record};
use crate::registers::Audience;
use crate::seal::file::{FileKey, SealedFile};
use crate::state::Position;
use crate::sync::{Packer, Unpacker};
use crate::time::Millis;

/// The node under test is that of the first administration.
const OWN: &str = "CI";

/// A node with a disk that takes everything at once, or nothing.
struct Bench {
    network: Network,
    node: Node,
    storage: MapStorage,
    disk_is_full: bool,
    now: Millis,
    lines: BTreeMap<NodeKey, (Packer, Unpacker)>,
    /// Effects that nobody has looked at.
    seen: Vec<Effect>,
}

impl Bench {
    /// A network of so many administrations.
    fn of(running: usize) -> Self {
        Self::at(Network::new(running, 1), OWN)
    }

    /// The node of this administration.
    fn at(network: Network, code: &str) -> Self {
        let storage = MapStorage::default();
        let secret = network.seat(code).node.clone();
        let identity = Identity {
            sealing: vec![network.seat(code).sealing.clone()],
            // Two nodes with one seed would draw the same audience keys.
            seed: *secret.node_key().as_bytes(),
            secret,
            link: Link { metered: false },
            peers: BTreeMap::new(),
        };
        let mut node = Node::load(&storage, network.rules.clone(), identity).unwrap();
        let effects = node.begin(&storage, Facts::default(), WRITTEN).unwrap();
        let (lines, seen) = (BTreeMap::new(), Vec::new());
        let mut bench = Self { network, node, storage, disk_is_full: false, now: WRITTEN, lines, seen };
        bench.carry_out(effects);
        bench
    }

    /// The node starts on its records alone.
    fn rebuild(&mut self) {
        let old = std::mem::take(&mut self.storage);
        self.storage = MapStorage { records: old.records, attachments: old.attachments, ..MapStorage::default() };
        let seat = self.network.seats.iter().find(|seat| seat.node.node_key() == self.node.key()).unwrap();
        let (secret, sealing) = (seat.node.clone(), vec![seat.sealing.clone()]);
        let identity =
            Identity { secret, sealing, seed: [2; 32], link: Link { metered: false }, peers: BTreeMap::new() };
        let mut node = Node::load(&self.storage, self.network.rules.clone(), identity).unwrap();
        let verify = |bytes: &Vec<u8>| Record::verify(bytes, self.network.id()).unwrap();
        let records: Vec<Record> = self.storage.records.iter().map(verify).collect();
        let rules = records.iter().filter(|record| !matches!(record, Record::Entry(_))).cloned().collect();
        node.load_rules(&mut self.storage, rules).unwrap();
        for (offset, record) in records.iter().enumerate() {
            node.replay(&mut self.storage, record, Position { segment: 1, offset: offset as u64 }).unwrap();
        }
        node.replayed(&mut self.storage).unwrap();
        self.node = node;
    }

    fn key(&self, code: &str) -> NodeKey {
        self.network.seat(code).node.node_key()
    }

    /// Something happens; what is to be made durable is durable at once.
    fn handle(&mut self, event: Event) {
        let effects = self.node.handle(&mut self.storage, event, self.now).unwrap();
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            let Effect::Append(records) = effect else {
                self.seen.push(effect);
                continue;
            };
            if self.disk_is_full {
                effects.extend(self.node.handle(&mut self.storage, Event::AppendRefused, self.now).unwrap());
                continue;
            }
            let mut placed = Vec::new();
            for record in records {
                self.storage.records.push(record.encode());
                placed.push((record, Position { segment: 1, offset: self.storage.records.len() as u64 - 1 }));
            }
            let more = self.node.handle(&mut self.storage, Event::Appended(placed), self.now).unwrap();
            effects.extend(more);
        }
    }

    /// The node publishes a document.
    fn publish(&mut self, number: u64) {
        self.publish_for(number, Audience::Public);
    }

    /// The node publishes a document for these readers.
    fn publish_for(&mut self, number: u64, audience: Audience) {
        let title = format!("document {number}");
        let kind = Kind::Document(DocumentAct::Publish(acts::version(&title)));
        let attachments = acts::content(&title);
        let file =
            SealedFile { key: FileKey::from_bytes(&[9; 32]), hash: attachments[0].hash, size: attachments[0].size };
        let files = if audience == Audience::Public { Vec::new() } else { vec![file] };
        let write = Write { object: None, kind, audience, attachments, files, priority: Priority::Routine };
        self.handle(Event::Write { ticket: Ticket(number), write });
    }

    /// A peer connects.
    fn connect(&mut self, code: &str) {
        let peer = self.key(code);
        self.lines.insert(peer, (Packer::new().unwrap(), Unpacker::new().unwrap()));
        self.handle(Event::Connected { peer });
    }

    /// An entry comes by gossip, from its author.
    fn gossip(&mut self, code: &str, number: u64, entry: &Entry) {
        let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) };
        let (from, message) = (self.key(code), MessageId(number));
        self.handle(Event::Gossip { from, message, bytes: gossip.encode_to_vec() });
    }

    /// A peer sends a frame.
    fn send(&mut self, code: &str, body: Body) {
        let peer = self.key(code);
        let packet = self.lines.get_mut(&peer).unwrap().0.pack(body).unwrap();
        self.handle(Event::Packet { peer, packet });
    }

    /// What was sent to a peer since it was last looked at. Everything else that was seen is forgotten.
    fn heard(&mut self, code: &str) -> Vec<Body> {
        let peer = self.key(code);
        let mut heard = Vec::new();
        for effect in std::mem::take(&mut self.seen) {
            if let Effect::Send { peer: to, packet } = effect
                && to == peer
            {
                heard.push(self.lines.get_mut(&peer).unwrap().1.unpack(&packet).unwrap());
            }
        }
        heard
    }

    /// Time passes.
    fn wait(&mut self, millis: u64) {
        self.now = self.now.plus(millis);
        self.handle(Event::Tick);
    }

    /// The faults over which connections were closed.
    fn faults(&self) -> Vec<String> {
        let fault = |effect: &Effect| match effect {
            Effect::Disconnect { reason, .. } => Some(reason.to_string()),
            _ => None,
        };
        self.seen.iter().filter_map(fault).collect()
    }

    /// Who may connect, as it was last said.
    fn admitted(&self) -> Option<Vec<NodeKey>> {
        let admits = |effect: &Effect| if let Effect::Admit(keys) = effect { Some(keys.clone()) } else { None };
        self.seen.iter().rev().find_map(admits)
    }
}

/// The text of a fault that says that a limit was broken.
fn limit(what: &'static str) -> String {
    Fault::Limit(what).to_string()
}
