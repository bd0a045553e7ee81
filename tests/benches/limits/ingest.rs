//! What a node does with entries that come from its peers: decode, restore, verify, append, sync, fold, commit. Beside it,
//! the signatures of the same entries, verified with nothing around. Both use all cores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, Sender, channel};
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

use crate::table::{self, Row};
use crate::verifier::{Verifier, verify_on};
use crate::{plain, processor};

/// Entries that the newcomer lacks: some weeks of a lively region.
const ENTRIES: u64 = 12_000;
/// Administrations that wrote them.
const AUTHORS: usize = 10;
/// Peers that hold them all: as many as a node keeps connections.
const PEERS: usize = 4;
/// After so long something is wrong.
const LONGEST: Duration = Duration::from_mins(5);
/// How often each thing is measured.
const ROUNDS: usize = 7;
/// Packets handled before a sync. The daemon handles more when they have come; here they come as they are asked for.
const AT_ONCE: usize = 8;

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
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
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
        audience: palabre_core::registers::Audience::Public,
        files: Vec::new(),
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

/// What threads beside the newcomer tell it.
enum Answer {
    Verified(Vec<Result<Entry, EntryError>>),
    Synced,
}

/// A newcomer with a disk, and the time that it spends.
struct Newcomer {
    node: Node,
    store: Store,
    verifier: Verifier,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    /// Answers that will come.
    under_way: usize,
    appends: Vec<Vec<Record>>,
    syncing: Vec<Vec<Record>>,
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

    fn begin_sync(&mut self) {
        if self.appends.is_empty() || self.store.is_appending() {
            return;
        }
        self.syncing = std::mem::take(&mut self.appends);
        let bytes: Vec<Vec<u8>> = self.syncing.iter().flatten().map(Record::encode).collect();
        let answer = self.answer.clone();
        self.store.begin_append(&bytes, move || drop(answer.send(Answer::Synced))).unwrap();
        self.under_way += 1;
    }

    fn end_sync(&mut self, now: Millis) {
        let positions = self.store.finish_append().unwrap();
        let last = positions.last().copied();
        let mut positions = positions.into_iter();
        for records in std::mem::take(&mut self.syncing) {
            self.handle(Event::Appended(records.into_iter().zip(positions.by_ref()).collect()), now);
        }
        if let Some(last) = last {
            self.store.commit(last).unwrap();
        }
    }

    /// As the daemon does it: one delivery is folded while others are verified and made durable.
    fn take_answers(&mut self, wait: bool, now: Millis) {
        let first = (wait && self.under_way > 0).then(|| self.answers.recv().unwrap());
        let others: Vec<Answer> = self.answers.try_iter().collect();
        for answer in first.into_iter().chain(others) {
            self.under_way -= 1;
            match answer {
                Answer::Verified(entries) => self.handle(Event::Verified(entries), now),
                Answer::Synced => self.end_sync(now),
            }
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
    let start_of_day = Millis(1_780_200_000_000);
    let mut now = start_of_day;
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

    let begun = Instant::now();
    let (of_process, of_peers) = (processor::of_process(), processor::of_thread());
    let mut of_newcomer = 0.0;
    let mut ticks = 0;
    while newcomer.node.ledger_hash() != goal {
        let elapsed = begun.elapsed();
        assert!(elapsed < LONGEST, "the newcomer does not get everything");
        now = start_of_day.plus(u64::try_from(elapsed.as_millis()).unwrap());
        to_newcomer.extend(peers.answer(&mut newcomer.to_peers, now));
        let tick = elapsed.as_secs() > ticks;
        if tick {
            ticks += 1;
            to_newcomer.extend(peers.tick(now));
        }
        let before = processor::of_thread();
        newcomer.timed(|newcomer| {
            let packets = to_newcomer.len().min(AT_ONCE);
            for (peer, packet) in to_newcomer.drain(..packets) {
                newcomer.handle(Event::Packet { peer, packet }, now);
            }
            if tick {
                newcomer.handle(Event::Tick, now);
            }
            newcomer.take_answers(packets == 0, now);
            newcomer.begin_sync();
        });
        of_newcomer += processor::of_thread() - before;
    }
    let before = processor::of_thread();
    newcomer.timed(|newcomer| {
        while !newcomer.node.settle(&mut newcomer.store).unwrap() {}
        newcomer.store.commit_rest().unwrap();
    });
    let settled = processor::of_thread() - before;
    // While its peers worked, its own threads went on: what they take of all cores counts at least.
    let of_peers = processor::of_thread() - of_peers - of_newcomer - settled;
    let least = (processor::of_process() - of_process - of_peers) / processor::cores();
    ENTRIES as f64 / newcomer.busy.as_secs_f64().max(least)
}

fn newcomer(network: &Network, seat: &Seat, home: &LockedHome) -> Newcomer {
    let (store, _) = Store::open(home, Settings::default()).unwrap();
    let mut node = start(network, seat.node.clone(), &store);
    node.verify_beside();
    let (answer, answers) = channel();
    let told = answer.clone();
    let verifier = Verifier::start(move |entries| drop(told.send(Answer::Verified(entries)))).unwrap();
    Newcomer {
        node,
        store,
        verifier,
        answers,
        answer,
        under_way: 0,
        appends: Vec::new(),
        syncing: Vec::new(),
        to_peers: VecDeque::new(),
        busy: Duration::ZERO,
    }
}
