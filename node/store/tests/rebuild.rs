//! Whatever happens to the files of the index, a start gives what folding the segments from nothing gives: the same
//! pairs, the same hash of the state.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::acts::{Act, Kind};
use palabre_core::fixtures::{Author, CODES, Network};
use palabre_core::id::{ContentHash, EntryId};
use palabre_core::ledger::{Attachment, Record};
use palabre_core::node::{Identity, Link, Node};
use palabre_core::registers::{self, Audience};
use palabre_core::state::{Pair, scan_all};
use palabre_store::opening::IndexFate;
use palabre_store::{Home, LockedHome, Opening, Settings, Store};
use proptest::prelude::*;
use proptest::sample::Index;

/// Little is held: the entries of these tests make some twenty tables, most of them merged.
const SETTINGS: Settings = Settings { segment_size: 16 * 1024, keep_free: 0, held: 6_000 };
const AUTHORS: usize = 4;
const ENTRIES: usize = 160;

static NETWORK: LazyLock<Network> = LazyLock::new(|| Network::new(AUTHORS, 1));

/// A home as it is after each half of the entries: what lies in its folders, and the state.
struct Left {
    folder: tempfile::TempDir,
    pairs: Vec<Pair>,
    root: [u8; 32],
}

static HALVES: LazyLock<[Left; 2]> = LazyLock::new(|| {
    let records = records();
    let home = tempfile::tempdir().unwrap();
    Home::create(home.path().join("node")).unwrap();
    let halves = [&records[..ENTRIES / 2], &records[ENTRIES / 2..]];
    halves.map(|half| {
        let locked = Home::open(home.path().join("node")).unwrap();
        let (store, ..) = start(&locked);
        drop(store);
        let (mut store, _) = Store::open(&locked, SETTINGS).unwrap();
        let mut node = node(&mut store);
        for step in half.chunks(5) {
            let positions = store.append(step).unwrap();
            for (position, bytes) in positions.iter().zip(step) {
                let record = Record::verify(bytes, NETWORK.id()).unwrap();
                node.replay(&mut store, &record, *position).unwrap();
            }
            store.commit(*positions.last().unwrap()).unwrap();
        }
        let (pairs, root) = settled(&mut node, &mut store);
        store.close().unwrap();
        let folder = tempfile::tempdir().unwrap();
        copy(locked.root(), folder.path());
        Left { folder, pairs, root }
    })
});

/// What four administrations write: documents, and revisions of the one before.
fn records() -> Vec<Vec<u8>> {
    let mut authors: Vec<(Author, Option<EntryId>)> =
        CODES[..AUTHORS].iter().map(|code| (NETWORK.author(code, 1), None)).collect();
    let write = |number: usize| {
        let (author, before) = &mut authors[number % AUTHORS];
        let version = Version {
            title: format!("Note {number}").parse().unwrap(),
            language: "fr".parse().unwrap(),
            content: 0,
            file_name: "note.pdf".parse().unwrap(),
            media_type: "application/pdf".parse().unwrap(),
        };
        let content = ContentHash::from_bytes(*blake3::hash(&number.to_le_bytes()).as_bytes());
        let (act, place) = match before.take() {
            Some(id) => Act::on(id, &[(id, 0)], Kind::Document(DocumentAct::Revise(version))).unwrap(),
            None => (Act::opening(Kind::Document(DocumentAct::Publish(version))).unwrap(), 0),
        };
        let entry = author.write(act.encode(), place, vec![Attachment { hash: content, size: 80_000 }]);
        *before = (place == 0).then(|| entry.id());
        Record::Entry(Box::new(entry)).encode()
    };
    (0..ENTRIES).map(write).collect()
}

fn node(store: &mut Store) -> Node {
    let secret = NETWORK.seats[0].node.clone();
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    let mut node = Node::load(store, NETWORK.rules.clone(), identity).unwrap();
    node.load_rules(store, Vec::new()).unwrap();
    node
}

/// As the node starts: what the index does not count is folded from the segments, every signature verified again.
fn start(home: &LockedHome) -> (Store, Node, Opening) {
    let (mut store, opening) = Store::open(home, SETTINGS).unwrap();
    let mut node = node(&mut store);
    let keys = node.keys().clone();
    let verify = |records: Vec<Vec<u8>>| -> Vec<Record> {
        Record::verify_each(&records, NETWORK.id(), &keys).into_iter().collect::<Result<_, _>>().unwrap()
    };
    let fold = |store: &mut Store, position, record| node.replay(store, &record, position);
    store.replay_prepared(&opening, verify, fold).unwrap();
    node.replayed(&mut store).unwrap();
    (store, node, opening)
}

/// All pairs once the tree over the objects is hashed, and its root.
fn settled(node: &mut Node, store: &mut Store) -> (Vec<Pair>, [u8; 32]) {
    while !node.settle(store).unwrap() {}
    store.commit_rest().unwrap();
    (scan_all(store, b"").unwrap(), registers::root(store, &Audience::Public).unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// What may happen to a file.
#[derive(Clone, Debug)]
enum Harm {
    Flip {
        at: Index,
        bit: u8,
    },
    Fill {
        at: Index,
        length: usize,
        with: Option<u64>,
    },
    Cut {
        at: Index,
    },
    Grow {
        by: usize,
    },
    Remove,
    /// It is as it was some time ago.
    Older,
    /// Another file of the index lies in its place.
    Swap {
        with: Index,
    },
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Harm::Flip { at, bit }),
        (at(), 1..10_000_usize, any::<Option<u64>>()).prop_map(|(at, length, with)| Harm::Fill { at, length, with }),
        at().prop_map(|at| Harm::Cut { at }),
        (1..10_000_usize).prop_map(|by| Harm::Grow { by }),
        Just(Harm::Remove),
        Just(Harm::Older),
        at().prop_map(|with| Harm::Swap { with }),
    ]
}

fn inflict(harm: &Harm, index: &Path, file: &Path, older: &Path) {
    let Ok(mut bytes) = fs::read(file) else { return };
    let place = |at: &Index| at.index(bytes.len() + 1).min(bytes.len().saturating_sub(1));
    match harm {
        Harm::Flip { at, bit } => {
            let at = place(at);
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
        }
        Harm::Fill { at, length, with } => {
            let (at, mut noise) = (place(at), *with);
            for byte in bytes.iter_mut().skip(at).take(*length) {
                noise = noise.map(|state| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
                *byte = noise.map_or(0, |state| state.to_be_bytes()[0]);
            }
        }
        Harm::Cut { at } => bytes.truncate(place(at)),
        Harm::Grow { by } => bytes.resize(bytes.len() + by, 0),
        Harm::Remove => return fs::remove_file(file).unwrap(),
        Harm::Older => match fs::read(older.join(file.strip_prefix(index).unwrap())) {
            Ok(older) => bytes = older,
            Err(_) => return fs::remove_file(file).unwrap(),
        },
        Harm::Swap { with } => {
            let files = files(index);
            bytes = fs::read(&files[with.index(files.len())]).unwrap();
        }
    }
    fs::write(file, bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_start_gives_what_the_segments_say_whatever_happened_to_the_index(
        harms in prop::collection::vec((any::<Index>(), harm()), 1..5), after_a_kill in any::<bool>(),
    ) {
        let [older, left] = &*HALVES;
        let folder = tempfile::tempdir().unwrap();
        copy(left.folder.path(), folder.path());
        let index = folder.path().join("index");
        for (file, harm) in &harms {
            let files = files(&index);
            inflict(harm, &index, &files[file.index(files.len())], &older.folder.path().join("index"));
        }
        if after_a_kill {
            fs::remove_file(folder.path().join("ledger").join("stop")).unwrap();
        }
        let home = Home::open(folder.path()).unwrap();
        let (mut store, mut node, opening) = start(&home);
        let (pairs, root) = settled(&mut node, &mut store);
        prop_assert!(pairs == left.pairs, "other pairs: {opening:?}");
        prop_assert_eq!(root, left.root);
    }
}

/// Each file of the index by itself, garbled in its middle, cut to half, removed.
#[test]
fn harm_to_any_file_is_noticed() {
    let [_, left] = &*HALVES;
    let index = left.folder.path().join("index");
    let (mut kept, mut rebuilt) = (Vec::new(), 0);
    for file in files(&index) {
        for harm in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            copy(left.folder.path(), folder.path());
            let harmed = folder.path().join("index").join(file.strip_prefix(&index).unwrap());
            let mut bytes = fs::read(&harmed).unwrap();
            let middle = bytes.len() / 2;
            match harm {
                0 => bytes.iter_mut().skip(middle).take(64).for_each(|byte| *byte ^= 0x55),
                1 => bytes.truncate(middle),
                _ => {}
            }
            match harm {
                2 => fs::remove_file(&harmed).unwrap(),
                _ => fs::write(&harmed, bytes).unwrap(),
            }
            let home = Home::open(folder.path()).unwrap();
            let (mut store, mut node, opening) = start(&home);
            assert!(settled(&mut node, &mut store).0 == left.pairs, "{}: {opening:?}", harmed.display());
            match opening.index {
                IndexFate::Rebuilt(_) => rebuilt += 1,
                _ => kept.push((harmed.file_name().unwrap().to_owned(), harm)),
            }
        }
    }
    // sled does without some of its files, and does not use all of their bytes; every table is needed whole.
    let tables = kept.iter().filter(|(name, _)| name.to_string_lossy().ends_with(".table")).count();
    assert_eq!(tables, 0, "{kept:?}");
    assert!(rebuilt > 10, "{rebuilt}");
}

#[test]
fn a_process_that_dies_while_tables_are_written_leaves_what_the_next_one_can_use() {
    let [_, left] = &*HALVES;
    let folder = tempfile::tempdir().unwrap();
    copy(left.folder.path(), folder.path());
    let index = folder.path().join("index");
    let whole = files(&index).into_iter().find(|path| path.to_string_lossy().ends_with(".table")).unwrap();
    let bytes = fs::read(whole).unwrap();
    // A new one and a merged one, half written; the catalogue names neither.
    fs::write(index.join("000900-000900.table"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(index.join("000001-000900.table"), &bytes[..bytes.len() / 3]).unwrap();
    fs::remove_file(folder.path().join("ledger").join("stop")).unwrap();
    let home = Home::open(folder.path()).unwrap();
    let (mut store, mut node, opening) = start(&home);
    assert!(matches!(opening.index, IndexFate::Kept), "{opening:?}");
    assert!(settled(&mut node, &mut store).0 == left.pairs);
    assert!(files(&index).iter().all(|path| !path.to_string_lossy().contains("000900")), "they are removed");
}
