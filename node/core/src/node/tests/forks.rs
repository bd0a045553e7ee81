//! A forked log on 23 nodes, in every order of arrival: all end with the same ledger and state, and nobody is blocked
//! (`docs/design.md` §3).

use palabre_proto::v1::{self, sync_frame::Body};

use super::Bench;
use super::acts::{publish, revise};
use super::region::Region;
use crate::fixtures::Network;
use crate::id::Sequence;
use crate::ledger::{Entry, ForkProof};

/// Nodes of a region.
const NODES: usize = 23;
/// The node whose log is forked.
const FAULTY: &str = "CI";

/// Every order of so many things.
fn orders(things: usize) -> Vec<Vec<usize>> {
    let Some(last) = things.checked_sub(1) else { return vec![Vec::new()] };
    let insert = |order: Vec<usize>| {
        (0..things).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, last);
            longer
        })
    };
    orders(last).into_iter().flat_map(insert).collect()
}

/// What an author with a forked log has written, and others.
struct Story {
    /// The forked log: what comes before the fork first.
    forked: Vec<Entry>,
    /// Of another author, of another log of the same author, and what builds on a branch.
    others: Vec<Entry>,
}

impl Story {
    /// One entry before the fork, then branches of these lengths.
    fn of(network: &Network, branches: &[usize]) -> Self {
        let mut trunk = network.author(FAULTY, 1);
        let first = publish(&mut trunk, "avant");
        let mut forked = vec![first.clone()];
        for (branch, length) in branches.iter().enumerate() {
            let mut author = trunk.clone();
            let mut last = first.clone();
            for place in 0..*length {
                last = revise(&mut author, &first, &[&last], &format!("branche {branch}, {place}"));
                forked.push(last.clone());
            }
        }
        let (mut honest, mut other_log) = (network.author("SN", 1), network.author(FAULTY, 2));
        let report = publish(&mut honest, "rapport");
        let others = vec![
            report.clone(),
            revise(&mut honest, &report, &[&report], "rapport, revu"),
            revise(&mut other_log, &first, &[&first], "revu ailleurs"),
            // Waits for ever: what it builds on has no effect anywhere.
            revise(&mut other_log, &first, &[&forked[1]], "sur une branche"),
        ];
        Self { forked, others }
    }

    /// Shows the entries of the forked log to each node in an order of its own, the others in between; then connects all.
    fn told(&self, network: &Network, orders: &[Vec<usize>]) -> Region {
        let mut region = Region::of(network);
        for (place, order) in orders.iter().enumerate() {
            let mut others = self.others.iter();
            for number in order {
                region.show(place, &self.forked[*number]);
                others.next().into_iter().for_each(|entry| region.show(place, entry));
            }
        }
        region.connect();
        assert!(region.wait_until_same(600), "the nodes do not hold the same: {orders:?}");
        region
    }
}

/// Runs a story in every order; gives the ledger and state in which each region ends.
fn in_every_order(branches: &[usize]) -> Vec<([u8; 32], [u8; 32])> {
    let network = Network::new(NODES, 1);
    let story = Story::of(&network, branches);
    let orders = orders(story.forked.len());
    let log = story.forked[0].header().log_name();
    let mut ends = Vec::new();
    for orders in orders.chunks(NODES) {
        let region = story.told(&network, orders);
        let states = region.states();
        assert!(states.iter().all(|state| *state == states[0]), "{orders:?}");
        for bench in &region.benches {
            let ledger = bench.node.ledger();
            assert_eq!(ledger.forked_from(&log), Sequence::new(2), "{orders:?}");
            assert_eq!(ledger.sequence(&log), 1);
            assert!(
                story
                    .others
                    .iter()
                    .all(|entry| { ledger.sequence(&entry.header().log_name()) >= entry.header().sequence.get() })
            );
            assert!(bench.node.lag(bench.now).entries == 0, "nobody waits for what has no effect");
        }
        ends.push((region.benches[0].node.ledger_hash(), states[0]));
    }
    ends
}

/// The state of a node to which nothing of a fork was ever shown.
fn without_the_fork(branches: &[usize]) -> [u8; 32] {
    let network = Network::new(NODES, 1);
    let story = Story::of(&network, branches);
    let mut region = Region::of(&network);
    [&story.forked[0]].into_iter().chain(&story.others).for_each(|entry| region.show(0, entry));
    region.states()[0]
}

#[test]
fn two_branches_in_every_order_end_with_one_ledger_and_the_state_of_who_never_saw_them() {
    let branches = [2, 2];
    let ends = in_every_order(&branches);
    assert_eq!(ends.len(), 120_usize.div_ceil(NODES));
    // One pair parts them: whatever came first, it is the proof that stands.
    assert!(ends.iter().all(|end| *end == (ends[0].0, without_the_fork(&branches))));
}

#[test]
fn three_branches_of_different_lengths_in_every_order_end_with_one_state() {
    let branches = [1, 1, 3];
    let ends = in_every_order(&branches);
    assert_eq!(ends.len(), 720_usize.div_ceil(NODES));
    // Which of the three pairs is seen first differs from region to region; what has effect does not.
    assert!(ends.iter().all(|end| end.1 == without_the_fork(&branches)));
}

#[test]
fn every_node_is_told_of_a_fork_by_whoever_saw_it_and_a_late_one_freezes_what_had_effect() {
    let network = Network::new(NODES, 1);
    let story = Story::of(&network, &[2, 2]);
    let log = story.forked[0].header().log_name();
    for witness in 0..NODES {
        let mut region = Region::of(&network);
        for place in 0..NODES {
            story.forked[..3].iter().chain(&story.others).for_each(|entry| region.show(place, entry));
        }
        region.connect();
        let before = region.states();
        // Long after all have folded the one branch, one node sees the other.
        region.show(witness, &story.forked[3]);
        assert!(region.wait_until_same(600));
        for bench in &region.benches {
            assert_eq!(bench.node.ledger().forked_from(&log), Sequence::new(2), "seen by {witness}");
        }
        let after = region.states();
        assert!(after.iter().all(|state| *state == without_the_fork(&[2, 2])));
        assert_ne!(before[0], after[0]);
    }
}

#[test]
fn a_proof_that_the_disk_refused_is_recorded_later_though_no_peer_sends_it_again() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let mut author = bench.network.author("SN", 1);
    let mut other = author.clone();
    let (one, two) = (author.write(b"one".to_vec(), 0, Vec::new()), other.write(b"two".to_vec(), 0, Vec::new()));
    let log = one.header().log_name();
    bench.disk_is_full = true;
    let proofs = vec![ForkProof::new(&one, &two).unwrap().to_message()];
    bench.send("SN", Body::Forks(v1::Forks { proofs }));
    bench.wait(60_000);
    assert_eq!(bench.node.ledger().forked_from(&log), None);
    bench.disk_is_full = false;
    bench.wait(60_000);
    assert_eq!(bench.node.ledger().forked_from(&log), Some(Sequence::FIRST));
}
