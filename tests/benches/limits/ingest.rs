//! What a node does with entries that come from its peers: decode, restore, verify, append, sync, fold, commit. Beside it,
//! the signatures of the same entries, verified with nothing around. Both use all cores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use palabre_core::acts::Kind;
use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::fixtures::{MapStorage, Network, Seat};
use palabre_core::id::{ContentHash, NodeKey};
use palabre_core::keys::{KnownKeys, Secret};
use palabre_core::ledger::{Attachment, Entry, EntryError, Priority, RawEntry, Record};
use palabre_core::node::{Effect, Event, Facts, Identity, Link, Node, Ticket, Write};
use palabre_core::state::{Position, Storage};
use palabre_core::time::Millis;
use palabre_proto::{Message, v1};
use palabre_store::{Home, LockedHome, Settings, Store};

use crate::plain;
use crate::table::{self, Row};
use crate::verifier::{Verifier, verify_on};

/// Entries that the newcomer lacks: some weeks of a lively region.
const ENTRIES: u64 = 12_000;
/// Administrations that wrote them.
const AUTHORS: usize = 10;
/// Peers that hold them all: as many as a node keeps connections.
const PEERS: usize = 4;
/// Rounds in a second of the clock that the nodes are shown.
const ROUNDS_A_SECOND: usize = 10;
/// How often each thing is measured.
const ROUNDS: usize = 7;
/// Packets handled before a sync, as the daemon does it.
const AT_ONCE: usize = 128;

pub(crate) fn measure() -> Vec<Row> {
    let network = Network::new(AUTHORS + PEERS + ROUNDS, 1);
    let mut held = written(&network);
    let records = held.records.clone();

    // In turns, so that whatever else the machine does slows down both.
    let (mut judged, mut ingested) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let before = plain::verify_strict(network.id(), &records);
        let ours = ingest(&network, round, &mut held);
        let between = plain::verify_strict(network.id(), &records);
        ingested.push((ours, f64::midpoint(before, between)));
        judged.push((verify_entries(&network, &records), between));
    }
    let row = |what: &str, rounds| {
        let (ours, plain) = table::median_ratio(rounds);
        let beside = (plain, format!("verify_strict, all cores; median ratio of {ROUNDS}"));
        Row { what: what.to_owned(), ours, limit: beside, unit: "entries/s" }
    };
    vec![row("entries verified (parsed, hashed, judged)", judged), row("entries ingested (durable, folded)", ingested)]
}

/// The storage of a node that holds everything, in memory.
fn written(network: &Network) -> MapStorage {
    let mut held = MapStorage::default();
    let mut node = start(network, network.seats[AUTHORS].node.clone(), &held);
    for (number, author) in network.seats[..AUTHORS].iter().enumerate() {
        let mut written = MapStorage::default();
        let mut writer = start(network, author.node.clone(), &written);
        let now = Millis(1_780_000_000_000 + number as u64);
        writer.begin(&written, Facts::default(), now).unwrap();
        for count in 0..ENTRIES / AUTHORS as u64 {
            let event = Event::Write { ticket: Ticket(count), write: publish(count) };
            let effects = writer.handle(&mut written, event, now.plus(count * 1000)).unwrap();
            append_in_memory(&mut writer, &mut written, effects, now);
        }
        for bytes in written.records {
            let position = Position { segment: 1, offset: held.records.len() as u64 };
            held.records.push(bytes.clone());
            node.replay(&mut held, &Record::verify(&bytes, network.id()).unwrap(), position).unwrap();
        }
    }
    held
}

fn start(network: &Network, secret: Secret, storage: &impl Storage) -> Node {
    let identity = Identity { secret, seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    Node::load(storage, network.rules.clone(), identity).unwrap()
}

/// An act as the demo's: a title, a file of a size that travels apart from its entry.
fn publish(number: u64) -> Write {
    let version = Version {
        title: format!("Note de service {number} sur l'échange des données de transit").parse().unwrap(),
        language: "fr".parse().unwrap(),
        content: 0,
        file_name: format!("note-{number}.pdf").parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
    };
    let hash = ContentHash::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes());
    let attachments = vec![Attachment { hash, size: 80_000 }];
    Write {
        object: None,
        kind: Kind::Document(DocumentAct::Publish(version)),
        attachments,
        priority: Priority::Routine,
    }
}

fn append_in_memory(node: &mut Node, storage: &mut MapStorage, effects: Vec<Effect>, now: Millis) {
    for effect in effects {
        let Effect::Append(records) = effect else { continue };
        let place = |record: Record| {
            storage.records.push(record.encode());
            (record, Position { segment: 1, offset: storage.records.len() as u64 - 1 })
        };
        let placed = records.into_iter().map(place).collect();
        node.handle(storage, Event::Appended(placed), now).unwrap();
    }
}

/// Entries a second through the parser and the judge of entries, without any disk.
fn verify_entries(network: &Network, records: &[Vec<u8>]) -> f64 {
    let raw = |bytes: &Vec<u8>| match v1::Record::decode(bytes.as_slice()).unwrap().kind {
        Some(v1::record::Kind::Entry(entry)) => Some(RawEntry::from(entry)),
        _ => None,
    };
    let entries: Vec<RawEntry> = records.iter().filter_map(raw).collect();
    let count = entries.len();
    let mut keys = KnownKeys::default();
    keys.replace(network.seats.iter().map(|seat| seat.node.node_key()));
    let begun = Instant::now();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let verified = verify_on(cores, entries, network.id(), &keys);
    let seconds = begun.elapsed().as_secs_f64();
    assert!(verified.iter().all(Result::is_ok));
    count as f64 / seconds
}

/// Packets with the peer that sent them or gets them.
type Packets = VecDeque<(NodeKey, Vec<u8>)>;

/// A newcomer with a disk, and the time that it spends.
struct Newcomer {
    node: Node,
    store: Store,
    verifier: Verifier,
    answers: Receiver<Vec<Result<Entry, EntryError>>>,
    /// Deliveries that are being verified.
    under_way: usize,
    appends: Vec<Vec<Record>>,
    to_peers: Packets,
    busy: Duration,
}

impl Newcomer {
    fn handle(&mut self, event: Event, now: Millis) {
        let effects = self.node.handle(&mut self.store, event, now).unwrap();
        for effect in effects {
            match effect {
                Effect::Verify(entries) => {
                    self.verifier.verify(entries, &self.node).unwrap();
                    self.under_way += 1;
                }
                Effect::Append(records) => self.appends.push(records),
                Effect::Send { peer, packet } => self.to_peers.push_back((peer, packet)),
                // Attachments are another measurement.
                _ => {}
            }
        }
    }

    fn sync(&mut self, now: Millis) {
        while !self.appends.is_empty() {
            let appends = std::mem::take(&mut self.appends);
            let bytes: Vec<Vec<u8>> = appends.iter().flatten().map(Record::encode).collect();
            let positions = self.store.append(&bytes).unwrap();
            let last = positions.last().copied();
            let mut positions = positions.into_iter();
            for records in appends {
                self.handle(Event::Appended(records.into_iter().zip(positions.by_ref()).collect()), now);
            }
            if let Some(last) = last {
                self.store.commit(last).unwrap();
            }
        }
    }

    /// As the daemon does it: one delivery is made durable and folded while the next is verified.
    fn take_verified(&mut self, now: Millis) {
        while self.under_way > 0 {
            let first = self.answers.recv().unwrap();
            let others: Vec<_> = self.answers.try_iter().collect();
            for entries in std::iter::once(first).chain(others) {
                self.under_way -= 1;
                self.handle(Event::Verified(entries), now);
            }
            self.sync(now);
        }
    }

    fn timed(&mut self, work: impl FnOnce(&mut Self)) {
        let begun = Instant::now();
        work(self);
        self.busy += begun.elapsed();
    }
}

/// Those that hold everything; what each reads is the same.
struct Peers<'a> {
    nodes: BTreeMap<NodeKey, Node>,
    held: &'a mut MapStorage,
    /// The newcomer.
    to: NodeKey,
}

impl Peers<'_> {
    /// Lets one of them handle an event; the packets that it sends, all to the newcomer.
    fn give(&mut self, peer: NodeKey, event: Event, now: Millis) -> Packets {
        let effects = self.nodes.get_mut(&peer).unwrap().handle(self.held, event, now).unwrap();
        let packets = effects.into_iter().filter_map(|effect| match effect {
            Effect::Send { packet, .. } => Some((peer, packet)),
            _ => None,
        });
        packets.collect()
    }

    fn answer(&mut self, packets: &mut Packets, now: Millis) -> Packets {
        let mut answers = VecDeque::new();
        while let Some((peer, packet)) = packets.pop_front() {
            answers.extend(self.give(peer, Event::Packet { peer: self.to, packet }, now));
        }
        answers
    }

    fn tick(&mut self, now: Millis) -> Packets {
        let keys: Vec<NodeKey> = self.nodes.keys().copied().collect();
        keys.into_iter().flat_map(|peer| self.give(peer, Event::Tick, now)).collect()
    }
}

/// Entries a second that a newcomer takes in from its peers, counting its own time alone.
fn ingest(network: &Network, round: usize, held: &mut MapStorage) -> f64 {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let home = dir.path().join("home");
    drop(Home::create(&home).unwrap());
    let home = Home::open(&home).unwrap();
    let mut now = Millis(1_780_200_000_000);
    let seat = &network.seats[AUTHORS + PEERS + round];
    let mut peers = Peers { nodes: BTreeMap::new(), held, to: seat.node.node_key() };
    for seat in &network.seats[AUTHORS..AUTHORS + PEERS] {
        let mut node = start(network, seat.node.clone(), peers.held);
        node.begin(peers.held, Facts::default(), now).unwrap();
        peers.nodes.insert(seat.node.node_key(), node);
    }
    let goal = peers.nodes.values().next().unwrap().ledger_hash();
    let mut newcomer = newcomer(network, seat, &home);
    newcomer.node.begin(&newcomer.store, Facts::default(), now).unwrap();
    let mut to_newcomer = VecDeque::new();
    let keys: Vec<NodeKey> = peers.nodes.keys().copied().collect();
    for peer in keys {
        newcomer.handle(Event::Connected { peer }, now);
        to_newcomer.extend(peers.give(peer, Event::Connected { peer: peers.to }, now));
    }

    let mut rounds = 0;
    while newcomer.node.ledger_hash() != goal {
        rounds += 1;
        assert!(rounds < 100_000, "the newcomer does not get everything");
        now = now.plus(1_000 / ROUNDS_A_SECOND as u64);
        to_newcomer.extend(peers.answer(&mut newcomer.to_peers, now));
        let tick = rounds % ROUNDS_A_SECOND == 0;
        if tick {
            to_newcomer.extend(peers.tick(now));
        }
        newcomer.timed(|newcomer| {
            for _ in 0..AT_ONCE {
                let Some((peer, packet)) = to_newcomer.pop_front() else { break };
                newcomer.handle(Event::Packet { peer, packet }, now);
            }
            if tick {
                newcomer.handle(Event::Tick, now);
            }
            newcomer.sync(now);
            newcomer.take_verified(now);
        });
    }
    newcomer.timed(|newcomer| {
        while !newcomer.node.settle(&mut newcomer.store).unwrap() {}
        newcomer.store.commit_rest().unwrap();
    });
    ENTRIES as f64 / newcomer.busy.as_secs_f64()
}

fn newcomer(network: &Network, seat: &Seat, home: &LockedHome) -> Newcomer {
    let (store, _) = Store::open(home, Settings::default()).unwrap();
    let mut node = start(network, seat.node.clone(), &store);
    node.verify_beside();
    let (answer, answers) = channel();
    let verifier = Verifier::start(move |entries| answer.send(entries).unwrap()).unwrap();
    let (appends, to_peers) = (Vec::new(), VecDeque::new());
    Newcomer { node, store, verifier, answers, under_way: 0, appends, to_peers, busy: Duration::ZERO }
}
