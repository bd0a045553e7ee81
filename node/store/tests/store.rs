//! However a store was left, it opens with every record that was acknowledged, with the state that they give, and
//! knows whether it may go on with its own log.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use palabre_core::state::{MapState, Pair, Position, State, StateError, Storage, scan_all};
use palabre_store::index::PENDING_MAX;
use palabre_store::opening::{IndexFate, Reason};
use palabre_store::replay::Replayed;
use palabre_store::{Home, LockedHome, Opening, Settings, Store};

/// Little of everything: two hundred records make many segments, and tables that are merged.
const SETTINGS: Settings = Settings { segment_size: 4096, keep_free: 0, held: 1000 };

/// A home in memory where the machine has such: these tests sync often.
struct Node {
    _folder: tempfile::TempDir,
    home: LockedHome,
}

impl Node {
    fn new() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let home = Home::create(folder.path().join("node")).unwrap();
        Self { home: Home::open(home.root()).unwrap(), _folder: folder }
    }

    /// Opens and replays, as a node does at its start.
    fn start(&self) -> (Store, Opening, Replayed) {
        let (mut store, opening) = Store::open(&self.home, SETTINGS).unwrap();
        let replayed = store.replay(&opening, fold).unwrap();
        (store, opening, replayed)
    }

    /// A node with records 0 to `count`, stopped in good order.
    fn with_records(count: u64) -> Self {
        let node = Self::new();
        let (mut store, ..) = node.start();
        (0..count).for_each(|number| accept(&mut store, number));
        store.close().unwrap();
        node
    }

    fn segment(&self, number: u32) -> std::path::PathBuf {
        self.home.ledger().join(format!("{number:06}.seg"))
    }
}

fn record(number: u64) -> Vec<u8> {
    format!("record {number} {}", "x".repeat(usize::try_from(number % 90).unwrap())).into_bytes()
}

/// What stands for the rules here: where each record lies, and how many there are.
fn fold(state: &mut impl State, at: Position, record: &[u8]) -> Result<(), StateError> {
    let count = state.get(b"count")?.map_or(0, |count| u64::from_le_bytes(count.try_into().unwrap()));
    state.put(b"count".to_vec(), (count + 1).to_le_bytes().to_vec())?;
    state.put([b"at/", record].concat(), at.to_bytes().to_vec())
}

/// A record through the whole store: durable, folded, counted.
fn accept(store: &mut Store, number: u64) {
    let position = store.append(&[record(number)]).unwrap()[0];
    fold(store, position, &record(number)).unwrap();
    store.commit(position).unwrap();
}

fn state(store: &Store) -> Vec<Pair> {
    scan_all(store, b"").unwrap()
}

/// The state that the records in the segments give, folded from nothing.
fn state_from_segments(store: &Store) -> Vec<Pair> {
    let mut map = MapState::default();
    for scanned in store.scan_from(Position::default()) {
        if let palabre_store::segments::Scanned::Record { position, bytes, .. } = scanned.unwrap() {
            fold(&mut map, position, &bytes).unwrap();
        }
    }
    scan_all(&map, b"").unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, target).map(|_| ()).unwrap() }
    }
}

#[test]
fn a_new_node_begins_with_nothing_and_no_doubt() {
    let (store, opening, replayed) = Node::new().start();
    assert!(matches!(opening.index, IndexFate::New), "{opening:?}");
    assert_eq!((replayed, store.own_head_is_in_doubt()), (Replayed::default(), false));
}

#[test]
fn after_a_clean_stop_everything_is_there_and_nothing_is_replayed() {
    let node = Node::with_records(100);
    let (store, opening, replayed) = node.start();
    assert!(matches!(opening.index, IndexFate::Kept) && opening.stopped_cleanly, "{opening:?}");
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (0, false));
    assert_eq!(state(&store), state_from_segments(&store));
    let at = Position::from_bytes(&store.get(&[b"at/", record(42).as_slice()].concat()).unwrap().unwrap()).unwrap();
    assert_eq!(store.record(at).unwrap().unwrap(), record(42));
}

#[test]
fn records_that_were_not_counted_are_replayed() {
    let node = Node::with_records(50);
    let (mut store, ..) = node.start();
    store.append(&(50..60).map(record).collect::<Vec<_>>()).unwrap();
    fold(&mut store, Position::default(), b"folded and not committed").unwrap();
    drop(store);
    let (store, opening, replayed) = node.start();
    assert!(matches!(opening.index, IndexFate::Kept) && !opening.stopped_cleanly, "{opening:?}");
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (10, false));
    assert_eq!(state(&store), state_from_segments(&store));
}

#[test]
fn an_index_removed_while_stopped_is_made_again() {
    let node = Node::with_records(100);
    fs::remove_dir_all(node.home.index()).unwrap();
    let (store, opening, replayed) = node.start();
    assert!(matches!(opening.index, IndexFate::Rebuilt(Reason::Absent)) && opening.rebuilds());
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (100, false));
    assert_eq!(state(&store), state_from_segments(&store));
}

#[test]
fn an_index_lost_after_an_unclean_stop_puts_the_own_head_in_doubt_until_it_is_settled() {
    let node = Node::with_records(20);
    drop(node.start());
    fs::remove_dir_all(node.home.index()).unwrap();
    let (store, opening, _) = node.start();
    assert!(matches!(opening.index, IndexFate::Rebuilt(Reason::Absent)));
    assert!(store.own_head_is_in_doubt());
    store.close().unwrap();

    // Stopped before it opened a new log: the next process knows as well, although nothing is wrong any more.
    let (mut store, opening, _) = node.start();
    assert!(matches!(opening.index, IndexFate::Kept));
    assert!(store.own_head_is_in_doubt());
    store.settle_own_head().unwrap();
    store.close().unwrap();
    assert!(!node.start().0.own_head_is_in_doubt());
}

#[test]
fn segments_that_end_before_what_the_index_knows_are_noticed() {
    let node = Node::with_records(100);
    let (store, ..) = node.start();
    let end = store.end();
    store.close().unwrap();
    let segment = node.segment(end.segment);
    // A whole number of frames is lost: nothing is torn.
    let lost = frame_len(99) + frame_len(98);
    let length = fs::metadata(&segment).unwrap().len();
    fs::File::options().write(true).open(&segment).unwrap().set_len(length - lost).unwrap();

    let (store, opening, replayed) = node.start();
    assert!(opening.torn.is_none());
    assert!(matches!(opening.index, IndexFate::Rebuilt(Reason::BeyondSegments { .. })), "{opening:?}");
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (98, true));
    assert_eq!(state(&store), state_from_segments(&store));
}

fn frame_len(number: u64) -> u64 {
    8 + record(number).len() as u64
}

#[test]
fn segments_that_were_replaced_are_noticed() {
    let node = Node::with_records(100);
    let other = Node::new();
    let (mut store, ..) = other.start();
    (1000..1200).for_each(|number| accept(&mut store, number));
    store.close().unwrap();
    fs::remove_dir_all(node.home.ledger()).unwrap();
    copy(&other.home.ledger(), &node.home.ledger());

    let (store, opening, replayed) = node.start();
    assert!(matches!(opening.index, IndexFate::Rebuilt(Reason::OtherSegments { .. })), "{opening:?}");
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (200, true));
    assert_eq!(state(&store), state_from_segments(&store));
}

#[test]
fn a_torn_tail_puts_the_own_head_in_doubt() {
    let node = Node::with_records(10);
    let mut bytes = fs::read(node.segment(1)).unwrap();
    bytes.extend_from_slice(&[0; 30]);
    fs::write(node.segment(1), bytes).unwrap();
    let (store, opening, replayed) = node.start();
    assert_eq!(opening.torn.unwrap().length, 30);
    assert_eq!((replayed.records, store.own_head_is_in_doubt()), (0, true));
}

#[test]
fn damage_in_what_is_replayed_is_named_and_puts_the_own_head_in_doubt() {
    let node = Node::with_records(100);
    let mut bytes = fs::read(node.segment(1)).unwrap();
    bytes[100] ^= 1;
    fs::write(node.segment(1), bytes).unwrap();

    // The index knows what was there: nothing is in doubt.
    let (store, opening, replayed) = node.start();
    assert!(matches!(opening.index, IndexFate::Kept));
    assert_eq!((replayed, store.own_head_is_in_doubt()), (Replayed::default(), false));
    store.close().unwrap();

    fs::remove_dir_all(node.home.index()).unwrap();
    let (store, opening, replayed) = node.start();
    assert!(opening.stopped_cleanly);
    assert_eq!((replayed.records, replayed.damaged.len(), store.own_head_is_in_doubt()), (99, 1, true));
    assert_eq!(replayed.damaged[0].file_name(), "000001.seg");
    assert_eq!(state(&store), state_from_segments(&store));
}

#[test]
fn a_long_replay_holds_little_in_memory() {
    let node = Node::new();
    let (mut store, ..) = node.start();
    let records: Vec<_> = (0..1200_u32).map(u32::to_le_bytes).collect();
    store.append(&records).unwrap();
    drop(store);
    let (mut store, opening) = Store::open(&node.home, SETTINGS).unwrap();
    let mut most = 0;
    let replayed = store.replay(&opening, |store, _, record| {
        store.put(record.to_vec(), vec![1; 4000])?;
        most = most.max(store.pending());
        Ok::<_, StateError>(())
    });
    assert_eq!(replayed.unwrap().records, 1200);
    assert!(most > PENDING_MAX && most < PENDING_MAX + 5000, "{most}");
    assert_eq!(store.pending(), 0);
}

#[test]
fn a_fold_that_fails_is_tried_again_from_the_last_commit() {
    let node = Node::new();
    let (mut store, ..) = node.start();
    store.append(&(0..10).map(record).collect::<Vec<_>>()).unwrap();
    drop(store);
    let (mut store, opening) = Store::open(&node.home, SETTINGS).unwrap();
    let failed = store.replay(&opening, |store, at, bytes| {
        fold(store, at, bytes)?;
        let fault = StateError::Damaged { key: String::new(), what: "a fault" };
        if bytes == record(7) { Err(fault) } else { Ok(()) }
    });
    assert!(failed.is_err());
    drop(store);
    let (store, _, replayed) = node.start();
    assert_eq!(replayed.records, 10);
    assert_eq!(state(&store), state_from_segments(&store));
}

#[test]
fn the_rules_read_small_attachments() {
    let node = Node::new();
    let (store, ..) = node.start();
    let (hash, _) = store.attachments().import(&mut &b"a comment"[..], 100).unwrap();
    assert_eq!(store.small_attachment(&hash).unwrap(), b"a comment");
    fs::write(store.attachments().path(&hash), b"another").unwrap();
    assert_eq!(store.small_attachment(&hash), None);
}
