//! Some nodes wired to each other: what one sends the other has at once.

use std::collections::BTreeSet;

use palabre_proto::Message as _;
use palabre_proto::v1;

use super::Bench;
use crate::fixtures::{Network, Seat};
use crate::id::NodeKey;
use crate::ledger::Entry;
use crate::node::{Effect, Event, MessageId};
use crate::registers::{self, Audience};

/// How far apart on the ring of nodes those stand that are connected, beside the next one.
const CHORD: usize = 5;

/// The nodes of the first administrations, none of them connected.
pub(super) struct Region {
    pub(super) benches: Vec<Bench>,
    keys: Vec<NodeKey>,
    messages: u64,
}

impl Region {
    pub(super) fn of(network: &Network) -> Self {
        let keys = network.seats.iter().map(|seat| seat.node.node_key()).collect();
        let bench = |seat: &Seat| Bench::at(network.clone(), seat.code.as_str());
        Self { benches: network.seats.iter().map(bench).collect(), keys, messages: 0 }
    }

    /// An entry reaches one node, from whomever.
    pub(super) fn show(&mut self, place: usize, entry: &Entry) {
        self.messages += 1;
        let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) };
        let (from, message) = (self.keys[(place + 1) % self.keys.len()], MessageId(self.messages));
        self.benches[place].handle(Event::Gossip { from, message, bytes: gossip.encode_to_vec() });
    }

    /// Connects all: each to the next, and to one further on.
    pub(super) fn connect(&mut self) {
        let all = self.keys.len();
        let all_pairs = (0..all).flat_map(|one| [(one, (one + 1) % all), (one, (one + CHORD) % all)]);
        let pairs: BTreeSet<(usize, usize)> =
            all_pairs.map(|(a, b)| (a.min(b), a.max(b))).filter(|(a, b)| a != b).collect();
        for (one, other) in pairs {
            let (near, far) = (self.keys[one], self.keys[other]);
            self.benches[one].handle(Event::Connected { peer: far });
            self.benches[other].handle(Event::Connected { peer: near });
        }
        self.settle();
    }

    /// Time passes, until all hold the same, or so many seconds.
    pub(super) fn wait_until_same(&mut self, seconds: u64) -> bool {
        for _ in 0..seconds {
            let first = self.benches[0].node.ledger_hash();
            if self.benches.iter().all(|bench| bench.node.ledger_hash() == first) {
                return true;
            }
            self.benches.iter_mut().for_each(|bench| bench.wait(1_000));
            self.settle();
        }
        false
    }

    /// So many seconds pass.
    pub(super) fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.benches.iter_mut().for_each(|bench| bench.wait(1_000));
            self.settle();
        }
    }

    /// Carries packets until none is under way.
    fn settle(&mut self) {
        loop {
            let mut packets = Vec::new();
            for (from, bench) in self.keys.iter().zip(&mut self.benches) {
                for effect in std::mem::take(&mut bench.seen) {
                    match effect {
                        Effect::Send { peer, packet } => packets.push((*from, peer, packet)),
                        Effect::Disconnect { reason, .. } => panic!("{reason}"),
                        _ => {}
                    }
                }
            }
            if packets.is_empty() {
                return;
            }
            for (from, to, packet) in packets {
                let place = self.keys.iter().position(|key| *key == to).unwrap();
                self.benches[place].handle(Event::Packet { peer: from, packet });
            }
        }
    }

    /// What each node has folded.
    pub(super) fn states(&self) -> Vec<[u8; 32]> {
        self.benches.iter().map(|bench| registers::root(&bench.storage, &Audience::Public).unwrap()).collect()
    }
}
