//! All nodes agree: whatever revisions, mandates and entries there are, forked logs among them, and in whatever order
//! they came, the same acts are in force and the same are void, for the same reasons.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::charter::rules::properties::{Piece, World, deed};
use crate::fixtures::MapStorage;
use crate::id::{EntryId, LogName, Sequence};
use crate::ledger::{Entry, ForkProof, Head, Record};
use crate::node::{Identity, Link, Node};
use crate::registers::{self, Audience, Status};
use crate::state::Position;

/// All that a node may have on its disk, in some order.
fn records(world: &World) -> Vec<Record> {
    let mut records = Vec::new();
    for piece in world.pieces.clone() {
        match piece {
            Piece::Charter(file) => {
                records.push(Record::Charter(file.charter.bytes().to_vec()));
                records.extend(file.signatures.into_iter().map(Record::Signature));
            }
            Piece::Mandate(mandate) => records.push(Record::Mandate(mandate)),
        }
    }
    let entries: Vec<&Entry> = world.entries.values().flatten().collect();
    records.extend(entries.iter().map(|entry| Record::Entry(Box::new((*entry).clone()))));
    let mut places: BTreeMap<(LogName, Sequence), &Entry> = BTreeMap::new();
    for entry in entries {
        let place = (entry.header().log_name(), entry.header().sequence);
        match places.get(&place) {
            Some(other) => records.extend(ForkProof::new(other, entry).ok().map(|proof| Record::Fork(Box::new(proof)))),
            None => drop(places.insert(place, entry)),
        }
    }
    records
}

/// What a node holds and makes of it.
#[derive(Debug, PartialEq)]
struct Held {
    heads: BTreeMap<LogName, Head>,
    statuses: Vec<(EntryId, Option<Status>)>,
    root: [u8; 32],
}

/// A node to which these records came one after another; after every so many it looks at its rules.
fn hold(world: &World, records: &[Record], every: usize) -> Held {
    let mut storage = MapStorage::default();
    let secret = world.network.seat("CI").node.clone();
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    let mut node = Node::load(&storage, world.network.rules.clone(), identity).unwrap();
    node.load_rules(&mut storage, Vec::new()).unwrap();
    for (number, record) in records.iter().enumerate() {
        storage.records.push(record.encode());
        node.replay(&mut storage, record, Position { segment: 1, offset: number as u64 }).unwrap();
        if number % every == 0 {
            node.replayed(&mut storage).unwrap();
        }
    }
    node.replayed(&mut storage).unwrap();
    let ids = world.entries.values().flatten().map(Entry::id);
    let status = |id: EntryId| (id, registers::status(&storage, &id).unwrap().map(|(_, status)| status));
    Held {
        heads: node.ledger().heads().clone(),
        statuses: ids.map(status).collect(),
        root: registers::root(&storage, &Audience::Public).unwrap(),
    }
}

#[test]
fn the_worlds_hold_enough_of_everything() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut counts, mut standing) = (BTreeMap::new(), 0);
    for _ in 0..40 {
        let deeds = prop::collection::vec(deed(), 9).new_tree(&mut runner).unwrap().current();
        let world = World::of(&deeds);
        let records = records(&world);
        let held = hold(&world, &records, records.len());
        for (_, status) in held.statuses {
            *counts
                .entry(status.map(|status| status.reason().map_or(status.code(), |reason| reason.code())))
                .or_insert(0) += 1;
        }
        // The logs fork at their second entries: where the head is higher, a checkpoint has named a branch.
        let first = |log: &LogName| world.entries.values().any(|entries| entries[0].header().log_name() == *log);
        standing += held.heads.iter().filter(|(log, head)| first(log) && head.sequence > Sequence::FIRST).count();
    }
    for word in [None, Some("in-force"), Some("waiting"), Some("not-mandated"), Some("revoked"), Some("cut-in-dispute")]
    {
        assert!(counts.get(&word).is_some_and(|count| *count >= 10), "{word:?}: {counts:?}");
    }
    assert!(standing >= 5, "{standing} branches were named");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]

    #[test]
    fn all_nodes_agree_on_what_is_in_force_and_what_is_void_and_why(
        (deeds, seed, every) in (prop::collection::vec(deed(), 1..10), any::<u64>(), 1..40_usize)
    ) {
        let world = World::of(&deeds);
        let records = records(&world);
        let mut shuffled = records.clone();
        shuffled.sort_by_cached_key(|record| {
            *blake3::Hasher::new().update(&seed.to_le_bytes()).update(&record.encode()).finalize().as_bytes()
        });
        let (one, other) = (hold(&world, &records, records.len()), hold(&world, &shuffled, every));
        let pairs = one.statuses.iter().zip(&other.statuses);
        let statuses: Vec<_> = pairs.filter(|(one, other)| one != other).collect();
        prop_assert_eq!(&one.heads, &other.heads);
        prop_assert!(statuses.is_empty(), "they judge differently: {:?}", statuses);
        prop_assert_eq!(one.root, other.root);
    }
}
