//! Rules that count here before the disk has them.

use palabre_proto::v1;

use super::{Bench, OWN, acts};
use crate::fixtures::{MapStorage, Network, WRITTEN};
use crate::id::EntryId;
use crate::ledger::Record;
use crate::node::{Effect, Event, Identity, Link, Node, Ticket};
use crate::registers::{self, Status};
use crate::state::Position;

/// The node that begins without the mandate of this administration.
const LATE: &str = "SN";

fn bench() -> Bench {
    let network = Network::new(3, 1);
    let rules = network.rules_without(&[LATE]);
    Bench::at(Network { rules, ..network }, OWN)
}

/// The mandate is handed in. Whatever comes of it is left to the test.
fn hand_in(bench: &mut Bench) -> Vec<Effect> {
    let seat = bench.network.seat(LATE);
    let rules = v1::Rules { mandates: vec![seat.mandate.to_message()], ..v1::Rules::default() };
    let event = Event::HandIn { ticket: Ticket(1), rules: Box::new(rules) };
    bench.node.handle(&mut bench.storage, event, WRITTEN).unwrap()
}

fn status(storage: &MapStorage, id: &EntryId) -> Option<Status> {
    registers::status(storage, id).unwrap().map(|(_, status)| status)
}

/// The node starts, with what is on the disk. It is told of these records of the ledger's tail before they are folded.
fn start(bench: &mut Bench, tail: Vec<Record>) {
    let secret = bench.network.seat(OWN).node.clone();
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [2; 32], link: Link { metered: false }, peers: [].into() };
    bench.node = Node::load(&bench.storage, bench.network.rules.clone(), identity).unwrap();
    bench.node.load_rules(&mut bench.storage, tail).unwrap();
}

/// Folds records of the ledger's tail, of which the storage has none: what is folded anew afterwards cannot be read.
fn replay(bench: &mut Bench, records: &[&Record]) {
    for (offset, record) in (1_000..).zip(records) {
        bench.node.replay(&mut bench.storage, record, Position { segment: 1, offset }).unwrap();
    }
}

#[test]
fn what_was_folded_under_rules_that_the_disk_never_took_is_folded_anew() {
    let mut bench = bench();
    bench.node.replayed(&mut bench.storage).unwrap();
    assert!(hand_in(&mut bench).iter().any(|effect| matches!(effect, Effect::Append(_))));
    bench.handle(Event::AppendRefused);
    let entry = acts::publish(&mut bench.network.author(LATE, 1), "a note");
    bench.gossip(LATE, 1, &entry);
    assert_eq!(status(&bench.storage, &entry.id()), Some(Status::InForce), "what is handed in counts at once");
    start(&mut bench, Vec::new());
    bench.node.replayed(&mut bench.storage).unwrap();
    assert_eq!(status(&bench.storage, &entry.id()), Some(Status::Waiting), "the mandate is not held any more");
}

#[test]
fn a_new_index_is_folded_once_under_rules_that_come_last_in_the_ledger() {
    let mut bench = bench();
    bench.storage = MapStorage::default();
    let entry = acts::publish(&mut bench.network.author(LATE, 1), "a note");
    let mandate = Record::Mandate(bench.network.seat(LATE).mandate.clone());
    start(&mut bench, vec![mandate.clone()]);
    replay(&mut bench, &[&Record::Entry(Box::new(entry.clone())), &mandate]);
    bench.node.replayed(&mut bench.storage).unwrap();
    assert_eq!(status(&bench.storage, &entry.id()), Some(Status::InForce));
}

#[test]
fn a_tail_folded_without_rules_that_are_in_it_is_folded_anew() {
    let mut bench = bench();
    bench.storage = MapStorage::default();
    let entry = acts::publish(&mut bench.network.author(LATE, 1), "a note");
    let mandate = Record::Mandate(bench.network.seat(LATE).mandate.clone());
    // A new index is begun under all rules, and the node stops before it counts anything.
    start(&mut bench, vec![mandate.clone()]);
    start(&mut bench, Vec::new());
    let position = bench.storage.append(&entry);
    bench.node.replay(&mut bench.storage, &Record::Entry(Box::new(entry.clone())), position).unwrap();
    assert_eq!(status(&bench.storage, &entry.id()), Some(Status::Waiting));
    bench.storage.records.push(mandate.encode());
    let begins: Vec<bool> = bench.storage.records.iter().map(|bytes| Record::begins_entry(bytes)).collect();
    assert_eq!(begins, [true, false]);
    let position = Position { segment: 1, offset: bench.storage.records.len() as u64 - 1 };
    bench.node.replay(&mut bench.storage, &mandate, position).unwrap();
    bench.node.replayed(&mut bench.storage).unwrap();
    assert_eq!(status(&bench.storage, &entry.id()), Some(Status::InForce));
}
