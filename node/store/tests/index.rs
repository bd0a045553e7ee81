//! The index is state that can be lost: it is either whole or refused, whatever happened to its files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use palabre_core::state::{MapState, Position, State, StateError, VALUE_MAX, scan_all};
use palabre_store::Index;
use palabre_store::index::{Check, Folded, IndexError};
use proptest::prelude::*;

/// More than most of these tests put into an index: no table is made.
const HELD: usize = 1024 * 1024;

fn folded(number: u64) -> Folded {
    Folded { record: Position { segment: 1, offset: number }, crc: 7 }
}

fn open(dir: &Path) -> Index {
    Index::open(dir, Check::Whole, HELD).unwrap()
}

/// An index that makes a table of the little that these tests put into it.
fn open_small(dir: &Path, held: usize) -> Result<Index, IndexError> {
    Index::open(dir, Check::Whole, held)
}

#[test]
fn what_is_committed_is_there_after_a_stop_and_what_is_not_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("index");
    let mut index = open(&dir);
    assert_eq!(index.folded(), None);
    index.put(b"a".to_vec(), b"1".to_vec()).unwrap();
    index.put(b"b".to_vec(), b"2".to_vec()).unwrap();
    assert_eq!(index.get(b"a").unwrap().unwrap(), b"1", "read before the commit");
    index.commit(folded(10)).unwrap();
    assert_eq!(index.pending(), 0);
    index.remove(b"a").unwrap();
    index.put(b"c".to_vec(), b"3".to_vec()).unwrap();
    assert_eq!(index.get(b"a").unwrap(), None);
    index.close().unwrap();

    let index = open(&dir);
    assert_eq!(index.folded(), Some(folded(10)));
    let pairs = scan_all(&index, b"").unwrap();
    assert_eq!(pairs, [(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]);
}

#[test]
fn rolling_back_forgets_what_was_not_committed() {
    let home = tempfile::tempdir().unwrap();
    let mut index = open(home.path());
    index.put(b"a".to_vec(), b"1".to_vec()).unwrap();
    index.commit(folded(1)).unwrap();
    index.put(b"a".to_vec(), b"2".to_vec()).unwrap();
    assert!(index.pending() > 0);
    index.roll_back();
    assert_eq!((index.get(b"a").unwrap().unwrap(), index.pending()), (b"1".to_vec(), 0));
}

#[test]
fn a_value_that_is_too_long_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let mut index = open(home.path());
    index.put(b"a".to_vec(), vec![1; VALUE_MAX]).unwrap();
    let error = index.put(b"b".to_vec(), vec![1; VALUE_MAX + 1]).unwrap_err();
    assert!(matches!(error, StateError::Storage(_)));
}

#[test]
fn a_destroyed_index_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("index");
    let mut index = open(&dir);
    index.put(b"a".to_vec(), b"1".to_vec()).unwrap();
    index.commit(folded(1)).unwrap();
    index.close().unwrap();
    Index::destroy(&dir).unwrap();
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    Index::destroy(&dir).unwrap();
    // A removal that was cut short comes to its end.
    fs::create_dir(home.path().join("index.removed")).unwrap();
    assert_eq!(open(&dir).folded(), None);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn the_fingerprint_tells_whether_anybody_touched_the_files() {
    let home = tempfile::tempdir().unwrap();
    let closed = open(home.path()).close().unwrap();
    assert_eq!(Index::fingerprint(home.path()).unwrap(), closed);
    let db = fs::read(home.path().join("db")).unwrap();
    fs::write(home.path().join("db"), db).unwrap();
    assert_ne!(Index::fingerprint(home.path()).unwrap(), closed);
}

#[test]
fn an_opening_that_killed_the_process_is_not_tried_again() {
    let home = tempfile::tempdir().unwrap();
    open(home.path()).close().unwrap();
    fs::write(home.path().join("opening"), b"").unwrap();
    let error = Index::open(home.path(), Check::Summary, HELD).unwrap_err();
    assert!(matches!(error, IndexError::LastOpeningDied) && error.is_damage(), "{error}");
}

#[test]
fn files_that_are_in_use_are_not_damaged() {
    let home = tempfile::tempdir().unwrap();
    let _held = open(home.path());
    let error = Index::open(home.path(), Check::Summary, HELD).unwrap_err();
    assert!(matches!(error, IndexError::InUse) && !error.is_damage(), "{error:?}");
}

/// What a fold does to state.
#[derive(Clone, Debug)]
enum Step {
    Put(u8, u8),
    Remove(u8),
    Commit,
    RollBack,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (0_u8..40, any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        5 => (0_u8..40).prop_map(Step::Remove),
        3 => Just(Step::Commit),
        1 => Just(Step::RollBack),
        1 => Just(Step::Reopen),
    ]
}

/// Keys of several lengths, some the beginning of others.
fn key(number: u8) -> Vec<u8> {
    vec![number % 4; usize::from(number / 4)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_behaves_as_a_map(steps in prop::collection::vec(step(), 1..80), held in 1_usize..200) {
        let home = tempfile::tempdir().unwrap();
        let mut index = open_small(home.path(), held).unwrap();
        let (mut map, mut committed) = (MapState::default(), MapState::default());
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Put(k, v) => {
                    index.put(key(k), vec![v; 3]).unwrap();
                    map.put(key(k), vec![v; 3]).unwrap();
                }
                Step::Remove(k) => {
                    index.remove(&key(k)).unwrap();
                    map.remove(&key(k)).unwrap();
                }
                Step::Commit => {
                    index.commit(folded(number as u64)).unwrap();
                    committed = map.clone();
                }
                Step::RollBack => {
                    index.roll_back();
                    map = committed.clone();
                }
                Step::Reopen => {
                    index.close().unwrap();
                    index = open_small(home.path(), held).unwrap();
                    map = committed.clone();
                }
            }
            for prefix in [&b""[..], &[0], &[1, 1], &[3, 3, 3]] {
                prop_assert_eq!(scan_all(&index, prefix).unwrap(), scan_all(&map, prefix).unwrap());
            }
            let after = key(21);
            prop_assert_eq!(index.scan(&[1], Some(&after), 3).unwrap(), map.scan(&[1], Some(&after), 3).unwrap());
            prop_assert_eq!(index.get(&key(17)).unwrap(), map.get(&key(17)).unwrap());
        }
    }
}

/// Numbers that are the same in each run with one seed (the generator `SplitMix64`).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }
}

/// An index of many tables, written in many commits; returns what it holds after each.
fn history(dir: &Path) -> Vec<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut index = open_small(dir, 20_000).unwrap();
    let mut after = vec![Vec::new()];
    for commit in 0..30_u64 {
        for i in 0..40_u64 {
            let key = (commit * 17 + i * 5) % 400;
            let length = usize::try_from(20 + (commit * 31 + i) % 1000).unwrap();
            index.put(format!("key {key:04}").into_bytes(), vec![commit.to_le_bytes()[0]; length]).unwrap();
        }
        index.commit(folded(commit)).unwrap();
        after.push(scan_all(&index, b"").unwrap());
    }
    index.close().unwrap();
    after
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Does something to one file of the index: flips, zeroes, noise, a cut, or removes it.
fn garble(dir: &Path, draw: &mut Draw) -> String {
    let files = files(dir);
    if files.is_empty() {
        return "nothing is left".into();
    }
    let file = &files[draw.below(files.len())];
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let mut bytes = fs::read(file).unwrap();
    if bytes.is_empty() {
        return format!("{name}: empty");
    }
    let at = draw.below(bytes.len());
    let what = draw.below(5);
    match what {
        0 => bytes[at] ^= 1 << draw.below(8),
        1 => {
            let end = bytes.len().min(at + 1 + draw.below(8192));
            bytes[at..end].fill(0);
        }
        2 => {
            let end = bytes.len().min(at + 1 + draw.below(8192));
            for byte in &mut bytes[at..end] {
                *byte = draw.below(256).to_le_bytes()[0];
            }
        }
        3 => bytes.truncate(at),
        _ => {
            fs::remove_file(file).unwrap();
            return format!("{name}: removed");
        }
    }
    fs::write(file, bytes).unwrap();
    format!("{name}: harm {what} at {at}")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

#[test]
fn garbled_files_give_a_state_of_the_past_or_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let original = home.path().join("original");
    let after = history(&original);
    let (mut kept, mut refused) = (0, 0);
    for seed in 0..60 {
        let dir = home.path().join(format!("seed-{seed}"));
        copy(&original, &dir);
        let mut draw = Draw(seed);
        let harm: Vec<_> = (0..=draw.below(3)).map(|_| garble(&dir, &mut draw)).collect();
        match Index::open(&dir, Check::Whole, HELD) {
            Ok(index) => {
                let commits = index.folded().map_or(0, |folded| folded.record.offset + 1);
                let expected = &after[usize::try_from(commits).unwrap()];
                assert!(scan_all(&index, b"").unwrap() == *expected, "seed {seed}, {harm:?}: another state");
                kept += 1;
            }
            Err(error) => {
                assert!(error.is_damage(), "seed {seed}, {harm:?}: {error:?}");
                Index::destroy(&dir).unwrap();
                assert_eq!(open(&dir).folded(), None);
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "{kept} kept: the harm was none");
}

/// The names of the tables: first and last of the tables that each was merged from.
fn tables(dir: &Path) -> Vec<(u32, u32)> {
    let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let parsed = names.filter_map(|name| {
        let (first, last) = name.strip_suffix(".table")?.split_once('-')?;
        Some((first.parse().unwrap(), last.parse().unwrap()))
    });
    parsed.collect()
}

#[test]
fn many_tables_are_merged_and_nothing_of_them_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let mut index = open_small(home.path(), 2_000).unwrap();
    let (mut map, mut draw) = (MapState::default(), Draw(7));
    let mut commits = 0;
    // Merging goes on beside: how far it has come after so many commits is not known.
    while tables(home.path()).iter().filter(|(first, last)| first < last).count() < 3 {
        commits += 1;
        assert!(commits < 20_000, "nothing is merged: {:?}", tables(home.path()));
        for _ in 0..25 {
            let key = format!("{:05}/{}", draw.below(3_000), "x".repeat(draw.below(40))).into_bytes();
            if draw.below(5) == 0 {
                index.remove(&key).unwrap();
                map.remove(&key).unwrap();
            } else {
                let value = vec![draw.below(256).to_le_bytes()[0]; draw.below(120)];
                index.put(key.clone(), value.clone()).unwrap();
                map.put(key, value).unwrap();
            }
        }
        index.commit(folded(commits)).unwrap();
    }
    assert!(scan_all(&index, b"").unwrap() == scan_all(&map, b"").unwrap());
    index.close().unwrap();
    let index = open_small(home.path(), 2_000).unwrap();
    assert_eq!(index.folded(), Some(folded(commits)));
    assert!(scan_all(&index, b"").unwrap() == scan_all(&map, b"").unwrap());
    for (key, value) in scan_all(&map, b"").unwrap() {
        assert_eq!(index.get(&key).unwrap(), Some(value));
    }
    assert!(tables(home.path()).len() < 60, "{:?}", tables(home.path()));
}

#[test]
fn a_table_that_is_not_in_the_catalogue_is_removed() {
    let home = tempfile::tempdir().unwrap();
    history(home.path());
    let known = tables(home.path());
    fs::write(home.path().join("000900-000901.table"), b"not finished").unwrap();
    open_small(home.path(), 20_000).unwrap().close().unwrap();
    assert_eq!(tables(home.path()).len(), known.len());
}

#[test]
fn a_garbled_block_is_never_read_as_a_value() {
    let home = tempfile::tempdir().unwrap();
    let last = history(home.path()).pop().unwrap();
    let (first, second) = tables(home.path())[0];
    let path = home.path().join(format!("{first:06}-{second:06}.table"));
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(Index::open(home.path(), Check::Whole, HELD).unwrap_err().is_damage());
    let index = Index::open(home.path(), Check::Summary, HELD).unwrap();
    let mut errors = 0;
    for (key, value) in last {
        match index.get(&key) {
            Ok(found) => assert_eq!(found, Some(value)),
            Err(_) => errors += 1,
        }
    }
    assert!(errors > 0);
}
