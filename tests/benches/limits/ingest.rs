//! What a node does with entries that come from a peer: decode, restore, verify, append, sync, fold, commit. Beside it,
//! the signatures of the same entries, verified with nothing around. Both use all cores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use palabre_core::acts::Kind;
use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::fixtures::{MapStorage, Network};
use palabre_core::id::ContentHash;
use palabre_core::keys::{KnownKeys, Secret};
use palabre_core::ledger::{Attachment, Entry, EntryError, Priority, RawEntry, Record};
use palabre_core::node::{Effect, Event, Facts, Identity, Link, Node, Ticket, Write};
use palabre_core::state::{Position, Storage};
use palabre_core::time::Millis;
use palabre_proto::{Message, v1};
use palabre_store::{Home, Settings, Store};

use crate::plain;
use crate::table::{self, Row};
use crate::verifier::{Verifier, verify_on};

/// Entries that the newcomer lacks: some weeks of a lively region.
const ENTRIES: u64 = 12_000;
/// Administrations that wrote them.
const AUTHORS: usize = 12;
/// How often each thing is measured.
const ROUNDS: usize = 7;
/// Packets handled before a sync, as the daemon does it.
const AT_ONCE: usize = 128;

pub(crate) fn measure() -> Vec<Row> {
    let network = Network::new(AUTHORS + 2, 1);
    let (mut holder, mut held) = holder(&network);
    let records = held.records.clone();

    // In turns, so that whatever else the machine does slows down both.
    let (mut judged, mut ingested) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = plain::verify_strict(network.id(), &records);
        let ours = ingest(&network, (&mut holder, &mut held));
        let between = plain::verify_strict(network.id(), &records);
        ingested.push((ours, f64::midpoint(before, between)));
        judged.push((verify_entries(&network, &records), between));
    }
    let row = |what: &str, rounds| {
        let (ours, plain) = table::median_ratio(rounds);
        let beside = (plain, format!("verify_strict, all cores; median ratio of {ROUNDS}"));
        Row { what: what.to_owned(), ours, limit: beside, unit: "entries/s" }
    };
    vec![
        row("entries verified (parsed, hashed, judged)", judged),
        row("entries ingested (durable, folded)", ingested),
    ]
}

/// A node that holds everything: its storage is in memory.
fn holder(network: &Network) -> (Node, MapStorage) {
    let seat = &network.seats[AUTHORS];
    let mut held = MapStorage::default();
    let mut node = start(network, seat.node.clone(), &held);
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
    node.begin(&held, Facts::default(), Millis(1_780_100_000_000)).unwrap();
    (node, held)
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

/// A newcomer with a disk, and the time that it spends.
struct Newcomer {
    node: Node,
    store: Store,
    verifier: Verifier,
    answers: Receiver<Vec<Result<Entry, EntryError>>>,
    /// Deliveries that are being verified.
    under_way: usize,
    appends: Vec<Vec<Record>>,
    to_peer: VecDeque<Vec<u8>>,
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
                Effect::Send { packet, .. } => self.to_peer.push_back(packet),
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

/// Entries a second that a newcomer takes in from a peer, counting its own time alone.
fn ingest(network: &Network, (peer, held): (&mut Node, &mut MapStorage)) -> f64 {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let home = dir.path().join("home");
    drop(Home::create(&home).unwrap());
    let home = Home::open(&home).unwrap();
    let (store, _) = Store::open(&home, Settings::default()).unwrap();
    let seat = &network.seats[AUTHORS + 1];
    let (here, there) = (seat.node.node_key(), network.seats[AUTHORS].node.node_key());
    let mut node = start(network, seat.node.clone(), &store);
    node.verify_beside();
    let (answer, answers) = channel();
    let verifier = Verifier::start(move |entries| answer.send(entries).unwrap()).unwrap();
    let (appends, to_peer) = (Vec::new(), VecDeque::new());
    let mut newcomer =
        Newcomer { node, store, verifier, answers, under_way: 0, appends, to_peer, busy: Duration::ZERO };
    let mut now = Millis(1_780_200_000_000);
    newcomer.node.begin(&newcomer.store, Facts::default(), now).unwrap();
    newcomer.handle(Event::Connected { peer: there }, now);
    let mut to_newcomer: VecDeque<Vec<u8>> = VecDeque::new();
    to_newcomer.extend(give(peer, held, Event::Connected { peer: here }, now));

    let mut rounds = 0;
    while newcomer.node.ledger_hash() != peer.ledger_hash() {
        rounds += 1;
        assert!(rounds < 100_000, "the newcomer does not get everything");
        now = now.plus(100);
        while let Some(packet) = newcomer.to_peer.pop_front() {
            to_newcomer.extend(give(peer, held, Event::Packet { peer: here, packet }, now));
        }
        to_newcomer.extend(give(peer, held, Event::Tick, now));
        newcomer.timed(|newcomer| {
            for _ in 0..AT_ONCE {
                let Some(packet) = to_newcomer.pop_front() else { break };
                newcomer.handle(Event::Packet { peer: there, packet }, now);
            }
            newcomer.handle(Event::Tick, now);
            newcomer.sync(now);
            newcomer.take_verified(now);
        });
    }
    newcomer.timed(|newcomer| {
        while !newcomer.node.settle(&mut newcomer.store).unwrap() {}
        newcomer.store.commit_rest().unwrap();
    });
    give(peer, held, Event::Disconnected { peer: here }, now);
    ENTRIES as f64 / newcomer.busy.as_secs_f64()
}

/// Lets the peer handle an event; the packets that it sends, all to the one neighbour that it has.
fn give(peer: &mut Node, held: &mut MapStorage, event: Event, now: Millis) -> Vec<Vec<u8>> {
    let effects = peer.handle(held, event, now).unwrap();
    let packets = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send { packet, .. } => Some(packet),
        _ => None,
    });
    packets.collect()
}
