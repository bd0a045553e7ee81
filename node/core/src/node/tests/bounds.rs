//! What a peer may cost, and what comes of it when it costs more.

use palabre_proto::Message as _;
use palabre_proto::v1::{self, sync_frame::Body};

use super::{Bench, limit};
use crate::id::{ContentHash, LogId, LogName, NodeKey, Sequence};
use crate::ledger::Attachment;
use crate::node::event::{Effect, Event, MessageId, Misuse, Verdict};
use crate::node::intake::range;
use crate::node::status::PeerState;

fn head(author: NodeKey, log: u64, sequence: u64) -> v1::Head {
    let log = LogId::from_bytes(log.to_be_bytes());
    let id = blake3::hash(&[author.as_bytes().as_slice(), log.as_bytes()].concat()).as_bytes().to_vec();
    v1::Head { author: author.as_bytes().to_vec(), log: log.as_bytes().to_vec(), sequence, id }
}

fn frontier(heads: Vec<v1::Head>) -> Body {
    Body::Frontier(v1::Frontier { heads, ..v1::Frontier::default() })
}

fn digest(number: u32, anew: bool) -> Body {
    let other = blake3::hash(&number.to_le_bytes()).as_bytes()[..16].to_vec();
    Body::Digest(v1::Digest { rules: other.clone(), frontier: other, anew, ..v1::Digest::default() })
}

fn wanted(bench: &mut Bench, code: &str) -> u64 {
    let of = |body: Body| if let Body::Want(want) = body { want.ranges } else { Vec::new() };
    bench.heard(code).into_iter().flat_map(of).map(|range| range.to - range.from + 1).sum()
}

#[test]
fn who_did_wrong_may_not_come_back_before_its_pause_is_over_and_the_next_one_is_longer() {
    let mut bench = Bench::of(3);
    let peer = bench.key("SN");
    let mut pauses = Vec::new();
    for _ in 0..3 {
        bench.connect("SN");
        bench.seen.clear();
        bench.handle(Event::Packet { peer, packet: b"garbage".to_vec() });
        assert!(!bench.admitted().unwrap().contains(&peer) && bench.admitted().unwrap().contains(&bench.key("GH")));

        bench.seen.clear();
        bench.connect("SN");
        assert_eq!(bench.faults(), ["it is left alone for a while"]);
        let begun = bench.now;
        bench.seen.clear();
        while bench.admitted().is_none() {
            bench.wait(1_000);
        }
        assert!(bench.admitted().unwrap().contains(&peer));
        pauses.push(bench.now.since(begun));
    }
    assert!(pauses[0] >= 30_000 && pauses.is_sorted_by(|one, next| 3 * one < 2 * next), "{pauses:?}");
}

#[test]
fn a_rule_broken_below_frames_is_a_fault_like_any_other() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let peer = bench.key("SN");
    bench.handle(Event::Misused { peer, how: Misuse::Streams });
    let why = bench.node.peers(bench.now).into_iter().find(|known| known.node == peer).unwrap();
    assert!(why.fault.unwrap().contains("streams") && why.retry_in >= 30_000);
}

#[test]
fn while_a_peer_is_left_alone_what_else_is_known_of_it_does_not_hide_why() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let peer = bench.key("SN");
    let seen = |bench: &Bench| bench.node.peers(bench.now).into_iter().find(|known| known.node == peer).unwrap();
    bench.handle(Event::Misused { peer, how: Misuse::Streams });
    bench.node.neighbours.note(peer, "one of its logs is forked".to_owned());
    let paused = seen(&bench);
    assert!(paused.fault.unwrap().contains("streams") && paused.state == PeerState::Paused);
    bench.wait(paused.retry_in + 1);
    let later = seen(&bench);
    assert!(later.fault.unwrap().contains("forked") && later.state != PeerState::Paused);
    // Who cannot be reached is waited for, whatever is known of it.
    let now = bench.node.steady.moment(bench.now);
    bench.node.neighbours.failed(&peer, None, now);
    assert_eq!(seen(&bench).state, PeerState::Waiting);
}

#[test]
fn of_a_false_huge_frontier_little_is_remembered_and_little_asked() {
    let mut bench = Bench::of(3);
    bench.connect("SN");
    let (own, other) = (bench.key("SN"), bench.key("GH"));
    for part in 0..10 {
        let log = |number: u64| 1_000 * part + number;
        let heads = (0..500).flat_map(|n| [head(own, log(n), u64::MAX), head(other, log(n), 1 << 40)]).collect();
        bench.send("SN", frontier(heads));
    }
    assert!(bench.node.sessions[&own].theirs().len() <= 300, "{}", bench.node.sessions[&own].theirs().len());
    assert!(wanted(&mut bench, "SN") <= 512);
    assert_ne!(bench.node.lag(bench.now).entries, 0, "counted, however many");
}

#[test]
fn everything_is_told_anew_once_in_a_while_however_often_it_is_asked_for() {
    let mut bench = Bench::of(3);
    for log in 0..50 {
        let entry = bench.network.author("GH", log).write(b"entry".to_vec(), 0, Vec::new());
        let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) };
        bench.handle(Event::Gossip { from: bench.key("GH"), message: MessageId(log), bytes: gossip.encode_to_vec() });
    }
    bench.connect("SN");
    bench.heard("SN");
    let told = |bench: &mut Bench| -> usize {
        let of = |body: Body| if let Body::Frontier(frontier) = body { frontier.heads.len() } else { 0 };
        bench.heard("SN").into_iter().map(of).sum()
    };
    for number in 0..5 {
        bench.send("SN", digest(number, true));
    }
    assert_eq!(told(&mut bench), 50);
    bench.wait(60_000);
    bench.send("SN", digest(5, true));
    assert_eq!(told(&mut bench), 50);
}

#[test]
fn who_wants_the_whole_frontier_every_minute_is_left_alone() {
    let mut bench = Bench::of(3);
    bench.connect("SN");
    let peer = bench.key("SN");
    let mut asked = 0;
    while bench.node.sessions.contains_key(&peer) {
        bench.send("SN", digest(asked, true));
        bench.wait(60_000);
        asked += 1;
        assert!(asked <= 20, "it goes on");
    }
    assert!(bench.faults().contains(&limit("whole frontiers")), "{:?}", bench.faults());
}

#[test]
fn a_storm_of_frames_ends_with_a_pause() {
    let peer_of = |bench: &Bench| bench.key("SN");
    let storms: [fn(u32) -> Body; 3] = [
        |number| digest(number, false),
        |_| Body::Credit(v1::Credit { bytes: u64::MAX }),
        |_| Body::Delivery(v1::Delivery::default()),
    ];
    for storm in storms {
        let mut bench = Bench::of(2);
        bench.connect("SN");
        let peer = peer_of(&bench);
        let mut sent = 0;
        while bench.node.sessions.contains_key(&peer) {
            bench.send("SN", storm(sent));
            sent += 1;
            assert!(sent <= 20_000, "a storm goes on");
        }
        assert!(bench.faults().contains(&limit("frames")), "{:?}", bench.faults());
    }
}

#[test]
fn a_peer_that_connects_in_a_loop_is_left_alone() {
    let mut bench = Bench::of(2);
    let peer = bench.key("SN");
    for _ in 0..30 {
        bench.connect("SN");
        bench.handle(Event::Disconnected { peer });
    }
    assert!(bench.faults().contains(&limit("connections")));
}

#[test]
fn who_passes_on_what_is_not_authentic_is_left_alone_but_not_for_what_is_only_new() {
    let mut bench = Bench::of(3);
    bench.connect("SN");
    let from = bench.key("SN");
    let unknown = v1::Gossip { body: None }.encode_to_vec();
    bench.handle(Event::Gossip { from, message: MessageId(1), bytes: unknown });
    assert!(bench.faults().is_empty());

    let mut forged = bench.network.author("GH", 1).write(b"entry".to_vec(), 0, Vec::new()).to_message();
    forged.signature[7] ^= 1;
    let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(forged)) };
    bench.handle(Event::Gossip { from, message: MessageId(2), bytes: gossip.encode_to_vec() });
    assert_eq!(bench.faults(), ["it passed on a gossip message that is not authentic"]);
}

/// Announces an entry that nobody has, in a log of its own.
fn announce(bench: &mut Bench, code: &str, number: u64) {
    let from = bench.key(code);
    let place = v1::Ahead {
        author: from.as_bytes().to_vec(),
        log: number.to_be_bytes().to_vec(),
        sequence: 1,
        id: blake3::hash(&number.to_le_bytes()).as_bytes().to_vec(),
    };
    let gossip = v1::Gossip { body: Some(v1::gossip::Body::Announcement(place)) };
    bench.handle(Event::Gossip { from, message: MessageId(number), bytes: gossip.encode_to_vec() });
}

#[test]
fn of_a_flood_of_announcements_little_is_remembered_and_it_ends_with_a_pause() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    bench.seen.clear();
    let from = bench.key("SN");
    let (mut announced, mut ignored) = (0, 0);
    // As fast as a connection carries them: two in a millisecond.
    while bench.node.sessions.contains_key(&from) {
        assert!(bench.node.sessions[&from].theirs().len() <= 128);
        bench.now = bench.now.plus(announced % 2);
        announce(&mut bench, "SN", announced);
        announced += 1;
        assert!(announced <= 60_000, "the flood goes on");
        let is_ignored = |effect: &&Effect| matches!(effect, Effect::Verdict { verdict: Verdict::Ignore, .. });
        ignored += bench.seen.iter().filter(is_ignored).count() as u64;
        bench.seen.retain(|effect| matches!(effect, Effect::Disconnect { .. }));
    }
    assert!(announced - ignored <= 512, "{announced} announced, {ignored} ignored");
    let faults = bench.faults();
    assert!(faults.contains(&limit("announcements")) || faults.contains(&limit("gossip messages")), "{faults:?}");
}

#[test]
fn an_author_may_announce_the_whole_share_of_a_day_within_ten_seconds() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    for number in 0..20_000 {
        bench.now = bench.now.plus(number % 2);
        announce(&mut bench, "SN", number);
    }
    assert!(bench.faults().is_empty(), "{:?}", bench.faults());
}

#[test]
fn a_lie_about_own_entries_costs_a_log_and_a_pause() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let own = bench.node.own.name();
    let mut lie = head(own.author, 0, 1_000);
    lie.log = own.log.as_bytes().to_vec();
    bench.send("SN", frontier(vec![lie.clone()]));
    assert_ne!(bench.node.own.name(), own, "it may be true: nothing is written after what is not known");
    let missing = vec![v1::Range { author: lie.author, log: lie.log, from: 1, to: 1_000 }];
    bench.send("SN", Body::Delivery(v1::Delivery { entries: Vec::new(), missing }));
    assert!(bench.faults().iter().any(|fault| fault.contains("own entries")), "{:?}", bench.faults());
}

#[test]
fn who_is_asked_where_a_log_under_this_nodes_key_forks_and_does_not_know_is_no_liar() {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let peer = bench.key("SN");
    let log = LogName { author: bench.node.own.name().author, log: LogId::from_bytes([9; 8]) };
    bench.node.want_branch(peer, log, Sequence::FIRST, &mut Vec::new());
    let asked = range(&log, 1, 1);
    bench.send("SN", Body::Delivery(v1::Delivery { entries: Vec::new(), missing: vec![asked] }));
    assert!(bench.faults().is_empty(), "{:?}", bench.faults());
}

#[test]
fn who_shows_and_never_delivers_is_asked_no_more_and_then_left_alone() {
    let mut bench = Bench::of(3);
    let (liar, author) = (bench.key("SN"), bench.key("GH"));
    bench.connect("SN");
    bench.send("SN", frontier(vec![head(author, 1, 10)]));
    assert_eq!(wanted(&mut bench, "SN"), 10);
    bench.connect("GH");
    bench.send("GH", frontier(vec![head(author, 1, 10)]));
    assert_eq!(wanted(&mut bench, "GH"), 0, "never one range from two peers");
    bench.seen.clear();
    for _ in 0..4 {
        // A frame that delivers nothing is no sign of life.
        bench.send("SN", Body::Delivery(v1::Delivery::default()));
        bench.wait(10_000);
    }
    assert_eq!(wanted(&mut bench, "GH"), 10);
    for _ in 0..40 {
        bench.wait(10_000);
    }
    let known = bench.node.peers(bench.now).into_iter().find(|peer| peer.node == liar).unwrap();
    assert!(known.fault.unwrap().contains("deliver"));
}

#[test]
fn nobody_is_blamed_for_the_years_by_which_a_clock_is_set_forward() {
    let mut bench = Bench::of(3);
    let author = bench.key("GH");
    bench.now = crate::time::Millis(0);
    bench.handle(Event::Tick);
    bench.connect("SN");
    bench.send("SN", frontier(vec![head(author, 1, 10)]));
    assert_eq!(wanted(&mut bench, "SN"), 10);
    bench.wait(crate::fixtures::WRITTEN.0);
    assert_eq!(bench.faults(), Vec::<String>::new());
}

#[test]
fn what_a_peer_has_had_is_sent_again_under_a_budget_and_behind_what_is_new() {
    let mut bench = Bench::of(3);
    let mut author = bench.network.author("GH", 1);
    let from = bench.key("GH");
    let write = |bench: &mut Bench, author: &mut crate::fixtures::Author, number| {
        let entry = author.write(b"entry".to_vec(), 0, Vec::new());
        let gossip = v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) };
        bench.handle(Event::Gossip { from, message: MessageId(number), bytes: gossip.encode_to_vec() });
    };
    (0..1_000).for_each(|number| write(&mut bench, &mut author, number));
    bench.connect("SN");
    let want = |bench: &mut Bench, from, to| {
        let v1::Head { author, log, .. } = head(bench.key("GH"), 1, 1);
        bench.send("SN", Body::Want(v1::Want { ranges: vec![v1::Range { author, log, from, to }] }));
        bench.send("SN", Body::Credit(v1::Credit { bytes: u64::MAX }));
    };
    let delivered = |bench: &mut Bench| -> Vec<u64> {
        let of = |body: Body| if let Body::Delivery(delivery) = body { delivery.entries } else { Vec::new() };
        bench.heard("SN").into_iter().flat_map(of).map(|entry| entry.sequence).collect()
    };
    let mut again = Vec::new();
    for _ in 0..12 {
        want(&mut bench, 1, 1_000);
        again.push(delivered(&mut bench).len());
    }
    assert_eq!(again[0], 1_000);
    let all: usize = again.iter().sum();
    assert!((5_000..8_000).contains(&all), "{again:?}");

    write(&mut bench, &mut author, 1_000);
    want(&mut bench, 1_001, 1_001);
    assert_eq!(delivered(&mut bench).len(), 1, "what is new does not wait behind what is not");
    bench.wait(10_000);
    bench.send("SN", Body::Credit(v1::Credit { bytes: u64::MAX }));
    assert!((1_000..4_000).contains(&delivered(&mut bench).len()), "the rest comes as time makes room");
}

/// An author names 3,200 attachments that nobody has.
fn name_thousands(bench: &mut Bench, code: &str) {
    let mut author = bench.network.author(code, 1);
    for number in 0..100_u64 {
        let hash = |i: u64| ContentHash::from_bytes(*blake3::hash(&(100 * number + i).to_le_bytes()).as_bytes());
        let attachments = (0..32).map(|i| Attachment { hash: hash(i), size: 5_000 }).collect();
        let entry = author.write(Vec::new(), 0, attachments);
        bench.gossip(code, number, &entry);
    }
}

/// Attachments that were asked for since effects were last looked at.
fn fetches(bench: &mut Bench) -> Vec<(NodeKey, ContentHash)> {
    let fetch =
        |effect: &Effect| if let Effect::Fetch { peer, hash, .. } = effect { Some((*peer, *hash)) } else { None };
    std::mem::take(&mut bench.seen).iter().filter_map(fetch).collect()
}

#[test]
fn attachments_that_nobody_has_are_asked_for_a_few_times_only() {
    let mut bench = Bench::of(3);
    bench.connect("SN");
    name_thousands(&mut bench, "GH");
    let mut asked = 0;
    loop {
        let fetches = fetches(&mut bench);
        if fetches.is_empty() {
            break;
        }
        asked += fetches.len();
        for (peer, hash) in fetches {
            bench.handle(Event::FetchFailed { peer, hash });
        }
    }
    assert!((100..=600).contains(&asked), "asked {asked} times at once for 3,200 attachments");
}

#[test]
fn an_attachment_does_not_wait_behind_thousands_that_another_author_named_and_nobody_has() {
    let mut bench = Bench::of(4);
    bench.connect("SN");
    name_thousands(&mut bench, "GH");
    let content = ContentHash::from_bytes([7; 32]);
    let entry = bench.network.author("CV", 1).write(Vec::new(), 0, vec![Attachment { hash: content, size: 5_000 }]);
    bench.gossip("CV", 100, &entry);
    let mut others = 0;
    loop {
        let fetches = fetches(&mut bench);
        if fetches.iter().any(|(_, hash)| *hash == content) {
            break;
        }
        others += fetches.len();
        assert!(!fetches.is_empty() && others < 20, "{others} others were asked for first");
        for (peer, hash) in fetches {
            bench.handle(Event::FetchFailed { peer, hash });
        }
    }
}
