//! What a member cannot make of a node, whatever it sends: found by `fuzz/`, or while its targets were written.

use palabre_proto::v1::sync_frame::Body;
use palabre_proto::{Message, v1};

use super::Bench;
use crate::fixtures::WRITTEN;
use crate::id::{ContentHash, EntryId, LogId, LogName, NodeKey, Sequence};
use crate::keys::Purpose;
use crate::ledger::entry::content_hash;
use crate::ledger::{Audience, Entry, Header, Priority, RawEntry};
use crate::node::exchange::{NEW_LOGS_MAX, ahead_message};
use crate::node::intake;
use crate::node::{Effect, Event, Fault, MessageId, Verdict};

/// The node of CI, connected with that of SN, which is mandated and sends whatever it likes.
struct Table {
    bench: Bench,
    messages: u64,
}

impl Table {
    fn new() -> Self {
        let mut bench = Bench::of(3);
        bench.connect("SN");
        Self { bench, messages: 0 }
    }

    fn peer(&self) -> NodeKey {
        self.bench.key("SN")
    }

    fn log(&self, number: u64) -> LogName {
        LogName { author: self.peer(), log: LogId::from_bytes(number.to_be_bytes()) }
    }

    /// Sends a frame. Gives the frames that are sent in return and all else that is wanted.
    fn frame(&mut self, body: Body) -> (Vec<Body>, Vec<Effect>) {
        self.bench.heard("SN");
        self.bench.send("SN", body);
        let (packets, others): (Vec<Effect>, Vec<Effect>) =
            std::mem::take(&mut self.bench.seen).into_iter().partition(|effect| matches!(effect, Effect::Send { .. }));
        self.bench.seen = packets;
        (self.bench.heard("SN"), others)
    }

    /// A head without an entry behind it.
    fn shows(&mut self, number: u64, sequence: u64) -> Vec<Body> {
        let v1::Ahead { author, log, sequence, id } = place(self.log(number), sequence);
        let heads = vec![v1::Head { author, log, sequence, id }];
        self.frame(Body::Frontier(v1::Frontier { heads, ..v1::Frontier::default() })).0
    }

    fn announces(&mut self, announcement: v1::Ahead) -> Vec<Effect> {
        self.bench.heard("SN");
        self.messages += 1;
        let bytes = v1::Gossip { body: Some(v1::gossip::Body::Announcement(announcement)) }.encode_to_vec();
        self.bench.handle(Event::Gossip { from: self.peer(), message: MessageId(self.messages), bytes });
        let verdict = |effect: &Effect| matches!(effect, Effect::Verdict { .. });
        let (verdicts, packets) = std::mem::take(&mut self.bench.seen).into_iter().partition(verdict);
        self.bench.seen = packets;
        verdicts
    }

    /// An authentic entry of SN at any place of its first log.
    fn entry(&self, sequence: u64) -> Entry {
        let header = Header {
            author: self.peer(),
            log: self.log(1).log,
            sequence: Sequence::new(sequence).unwrap(),
            previous: (sequence > 1).then_some(EntryId::from_bytes([9; 32])),
            clock: WRITTEN,
            place: 0,
            charter: self.bench.network.genesis.charter.hash(),
            mandate: self.bench.network.seat("SN").mandate.unverified().hash,
            priority: Priority::Routine,
            audience: Audience::Public,
            payload_hash: content_hash(b"payload"),
            payload_size: 7,
            attachments: Vec::new(),
        };
        let header = header.encode();
        let signature =
            self.bench.network.seat("SN").node.sign(Purpose::Entry, self.bench.network.id(), &header).0.to_vec();
        RawEntry { header, signature, payload: Some(b"payload".to_vec()) }.verify(self.bench.network.id()).unwrap()
    }

    fn delivers(&mut self, entry: &Entry) -> (Vec<Body>, Vec<Effect>) {
        let log = entry.header().log_name();
        let delivered = v1::DeliveredEntry {
            author: log.author.as_bytes().to_vec(),
            log: log.log.as_bytes().to_vec(),
            header: entry.header_bytes().to_vec(),
            signature: entry.signature().0.to_vec(),
            payload: entry.payload().unwrap().to_vec(),
            ..v1::DeliveredEntry::default()
        };
        self.frame(Body::Delivery(v1::Delivery { entries: vec![delivered], missing: Vec::new() }))
    }
}

fn place(log: LogName, sequence: u64) -> v1::Ahead {
    ahead_message(&log, Sequence::new(sequence).unwrap(), EntryId::from_bytes([8; 32]))
}

fn range(log: LogName, from: u64, to: u64) -> v1::Range {
    intake::range(&log, from, to)
}

fn fault(effects: &[Effect]) -> Option<&Fault> {
    effects.iter().find_map(|effect| match effect {
        Effect::Disconnect { reason, .. } => Some(reason),
        _ => None,
    })
}

#[test]
fn a_head_with_the_last_sequence_there_is_is_wanted_from_the_beginning() {
    let mut table = Table::new();
    let frames = table.shows(1, u64::MAX);
    let [Body::Want(want)] = frames.as_slice() else { panic!("no want: {frames:?}") };
    assert_eq!(want.ranges, [range(table.log(1), 1, 512)]);
}

#[test]
fn heads_that_nobody_can_reach_are_counted_all_the_same() {
    let mut table = Table::new();
    table.shows(1, u64::MAX);
    table.shows(2, u64::MAX);
    assert_eq!(table.bench.node.lag(WRITTEN).entries, u64::MAX);
}

#[test]
fn an_entry_with_the_last_sequence_there_is_is_kept_ahead_and_served() {
    let mut table = Table::new();
    let (entry, log) = (table.entry(u64::MAX), table.log(1));
    let ahead = vec![ahead_message(&log, entry.header().sequence, entry.id())];
    table.frame(Body::Frontier(v1::Frontier { ahead, ..v1::Frontier::default() }));
    assert!(fault(&table.delivers(&entry).1).is_none());
    let (frames, _) = table.frame(Body::Want(v1::Want { ranges: vec![range(log, u64::MAX - 3, u64::MAX)] }));
    let deliveries: Vec<_> =
        frames.iter().filter_map(|f| if let Body::Delivery(d) = f { Some(d) } else { None }).collect();
    assert_eq!(deliveries.iter().map(|delivery| delivery.entries.len()).sum::<usize>(), 1);
    let missing: Vec<_> = deliveries.iter().flat_map(|delivery| delivery.missing.clone()).collect();
    assert_eq!(missing, [range(log, u64::MAX - 3, u64::MAX - 1)]);
}

/// Each such range cut every range that was under way in two that overlap: a frame of them was 2^n ranges.
#[test]
fn a_range_that_ends_before_it_begins_is_no_range() {
    let mut table = Table::new();
    table.shows(1, 512);
    let missing = (0..16).map(|i| range(table.log(1), 400 - i, 100 + i)).collect();
    let (_, effects) = table.frame(Body::Delivery(v1::Delivery { entries: Vec::new(), missing }));
    assert!(matches!(fault(&effects), Some(Fault::Malformed("range"))), "{effects:?}");
}

#[test]
fn a_peer_cannot_show_fork_proofs_without_end() {
    let mut table = Table::new();
    let frames = (0_u64..4).map(|frame| {
        let hash = |i: u64| ContentHash::from_bytes(*blake3::hash(&(frame * 10_000 + i).to_be_bytes()).as_bytes());
        let forks = (0..7_000).map(|i| hash(i).as_bytes().to_vec()).collect();
        Body::Frontier(v1::Frontier { forks, ..v1::Frontier::default() })
    });
    for frame in frames {
        assert!(fault(&table.frame(frame).1).is_none());
    }
    assert!(
        table.bench.node.sessions[&table.peer()].their_forks.is_empty(),
        "of proofs that are not held here nothing is kept"
    );
}

#[test]
fn announcements_show_no_more_logs_than_a_frontier_may() {
    let mut table = Table::new();
    for number in 0..NEW_LOGS_MAX + 9 {
        table.announces(place(table.log(number), 1));
    }
    assert_eq!(table.bench.node.sessions[&table.peer()].theirs().len() as u64, NEW_LOGS_MAX);
}

#[test]
fn an_announcement_that_names_another_entry_is_not_passed_on() {
    let mut table = Table::new();
    let entry = table.entry(1);
    let log = entry.header().log_name();
    assert!(table.announces(place(log, 1)).is_empty(), "its verdict waits for the entry");
    assert!(table.announces(ahead_message(&log, entry.header().sequence, entry.id())).is_empty());
    let (_, effects) = table.delivers(&entry);
    let mut verdicts: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Verdict { message, verdict } => Some((*message, *verdict)),
            _ => None,
        })
        .collect();
    verdicts.sort_by_key(|(message, _)| *message);
    assert_eq!(verdicts, [(MessageId(1), Verdict::Ignore), (MessageId(2), Verdict::Accept)]);
}

#[test]
fn who_shows_other_rules_is_shown_once_for_each_of_its_states_what_is_held_here() {
    let mut table = Table::new();
    let shows = |table: &mut Table, byte: u8| {
        let digest = v1::Digest { rules: vec![byte; 16], ..table.bench.node.own_digest().to_message() };
        table.frame(Body::Digest(digest)).0
    };
    let first = shows(&mut table, 7);
    assert!(matches!(first[..], [Body::Rules(_), Body::Digest(_)]), "{first:?}");
    assert_eq!(shows(&mut table, 7), [], "or two nodes that differ for ever would never be silent");
    // It has changed, and has had the rules of this node: it lacks none of them, and may hold what is missing here.
    let second = shows(&mut table, 8);
    assert!(matches!(second[..], [Body::Digest(_)]), "{second:?}");
}
