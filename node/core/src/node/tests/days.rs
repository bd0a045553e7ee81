//! What an author may add in a day.

use palabre_proto::Message as _;
use palabre_proto::v1::{self, sync_frame::Body};

use super::Bench;
use super::region::Region;
use crate::fixtures::{Author, Network};
use crate::ledger::{Entry, ForkProof};
use crate::node::event::{Effect, Event, MessageId, Notice};
use crate::node::status::PeerState;
use crate::sync::elide::Elider;

/// The allowance of the fixtures, in entries.
const ENTRIES: u64 = 20_000;
/// Entries in one delivery: as many small ones as a node of ours puts into it.
const DELIVERED: usize = 128;
/// Milliseconds in a day.
const DAY: u64 = 24 * 60 * 60_000;

fn shown(entry: &Entry, sequence: u64) -> Body {
    let header = entry.header();
    let head = v1::Head {
        author: header.author.as_bytes().to_vec(),
        log: header.log.as_bytes().to_vec(),
        sequence,
        id: entry.id().as_bytes().to_vec(),
    };
    Body::Frontier(v1::Frontier { heads: vec![head], ..v1::Frontier::default() })
}

/// Delivers what is asked for until nothing more is; how many entries that were.
fn deliver(bench: &mut Bench, author: &mut Author, elider: &mut Elider) -> u64 {
    let mut delivered = 0;
    loop {
        let wants = bench
            .heard("SN")
            .into_iter()
            .filter_map(|body| if let Body::Want(want) = body { Some(want) } else { None });
        let wanted: u64 = wants.flat_map(|want| want.ranges).map(|range| range.to - range.from + 1).sum();
        if wanted == 0 {
            return delivered;
        }
        let written: Vec<Entry> = (0..wanted).map(|_| author.write(Vec::new(), 0, Vec::new())).collect();
        for some in written.chunks(DELIVERED) {
            let entries = some.iter().map(|entry| elider.elide(entry, None, Vec::new())).collect();
            bench.send("SN", Body::Delivery(v1::Delivery { entries, ..v1::Delivery::default() }));
        }
        delivered += wanted;
    }
}

#[test]
fn of_a_million_tiny_entries_a_day_s_share_is_taken_and_the_next_day_the_next() {
    let mut bench = Bench::of(2);
    let mut author = bench.network.author("SN", 1);
    let first = author.clone().write(Vec::new(), 0, Vec::new());
    bench.connect("SN");
    bench.send("SN", shown(&first, 1_000_000));
    let mut elider = Elider::default();
    assert_eq!(deliver(&mut bench, &mut author, &mut elider), ENTRIES);
    bench.wait(DAY / 2);
    assert_eq!(deliver(&mut bench, &mut author, &mut elider), 0);
    let known = bench.node.peers(bench.now).into_iter().find(|peer| peer.node == bench.key("SN")).unwrap();
    assert!(known.fault.unwrap().contains("share of the day") && known.state == PeerState::Connected);
    bench.wait(DAY / 2);
    assert_eq!(deliver(&mut bench, &mut author, &mut elider), ENTRIES);
    assert!(bench.node.ledger().heads().values().any(|head| head.sequence.get() == 2 * ENTRIES));
}

#[test]
fn fork_proofs_that_go_ever_lower_count_like_entries() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let mut author = bench.network.author("SN", 1);
    let mut proofs = Vec::new();
    for _ in 0..200 {
        let mut other = author.clone();
        let (one, two) = (author.write(b"one".to_vec(), 0, Vec::new()), other.write(b"two".to_vec(), 0, Vec::new()));
        proofs.push(ForkProof::new(&one, &two).unwrap().to_message());
    }
    let highest = proofs.last().unwrap().clone();
    bench.send("SN", Body::Forks(v1::Forks { proofs: vec![highest.clone(); 100] }));
    let records = bench.storage.records.len();
    assert!(records <= 2, "{records} records of one proof");
    bench.node.allowances.exhaust(bench.key("SN"));
    proofs.reverse();
    bench.send("SN", Body::Forks(v1::Forks { proofs }));
    assert_eq!(bench.storage.records.len(), records);
}

#[test]
fn logs_without_end_wait_for_other_days() {
    let mut bench = Bench::of(2);
    for log in 0..500 {
        let entry = bench.network.author("SN", log).write(b"entry".to_vec(), 0, Vec::new());
        let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) };
        bench.handle(Event::Gossip { from: bench.key("SN"), message: MessageId(log), bytes: gossip.encode_to_vec() });
    }
    assert_eq!(bench.node.ledger().heads().len() as u64, crate::node::allowance::LOGS_A_DAY);
}

/// A node and another one whose author has had its share there.
fn two(network: &Network) -> Region {
    let mut region = Region::of(network);
    let author = region.benches[1].node.key();
    region.benches[0].handle(Event::Tick);
    region.benches[0].node.allowances.exhaust(author);
    region
}

#[test]
fn what_an_honest_author_writes_beyond_its_share_waits_and_comes_the_next_day_as_if_it_had_never_waited() {
    let network = Network::new(2, 1);
    let mut region = two(&network);
    for number in 0..5 {
        region.benches[1].publish(number);
    }
    region.connect();
    assert!(!region.wait_until_same(600), "it was taken on the day");
    assert_eq!(region.benches[0].node.lag(region.benches[0].now).entries, 5, "it is seen to be lacking");
    region.benches.iter_mut().for_each(|bench| bench.now = bench.now.plus(DAY));
    assert!(region.wait_until_same(600));
    let states = region.states();
    assert_eq!(states[0], states[1]);
    assert_eq!(region.benches[0].node.ledger().heads().values().map(|head| head.sequence.get()).sum::<u64>(), 5);
}

#[test]
fn a_node_writes_on_beyond_its_own_share_and_says_so_once_a_day() {
    let mut bench = Bench::of(2);
    bench.handle(Event::Tick);
    let key = bench.node.key();
    let said = |bench: &mut Bench| {
        let is_said =
            |effect: &Effect| matches!(effect, Effect::Report(Notice::BeyondAllowance { author }) if *author == key);
        std::mem::take(&mut bench.seen).iter().filter(|effect| is_said(effect)).count()
    };
    for day in 0..2 {
        bench.publish(10 * day);
        assert_eq!(said(&mut bench), 0);
        bench.node.allowances.exhaust(key);
        (1..5).for_each(|number| bench.publish(10 * day + number));
        assert_eq!(said(&mut bench), 1);
        bench.wait(DAY);
    }
    assert_eq!(bench.node.ledger().heads().values().map(|head| head.sequence.get()).sum::<u64>(), 10);
}
