//! The ledger segments keep what was appended, through rollover, torn tails and damage.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use palabre_core::state::Position;
use palabre_store::segments::{AppendError, Damage, DamageKind, RECORD_MAX, Scanned, SegmentsFound, file_name};
use palabre_store::{Segments, Settings};
use proptest::prelude::*;

const SMALL: Settings = Settings { segment_size: 4096, keep_free: 0, held: 4096 };

/// A folder in memory where the machine has such: thousands of syncs would tell more about the disk than about us.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A record that no other number gives, of a length that depends on the number.
fn record(number: u64) -> Vec<u8> {
    let length = 20 + usize::try_from(number * 37 % 300).unwrap();
    let filling = (0..=u8::MAX).cycle().map(|byte| byte.wrapping_mul(7));
    number.to_le_bytes().into_iter().chain(filling).take(length).collect()
}

fn open(dir: &Path) -> (Segments, SegmentsFound) {
    Segments::open(dir, SMALL).unwrap()
}

/// Every record by its position, and every damage.
fn read_all(segments: &Segments) -> (BTreeMap<Position, Vec<u8>>, Vec<Damage>) {
    let (mut records, mut damaged) = (BTreeMap::new(), Vec::new());
    for scanned in segments.scan(Position::default()) {
        match scanned.unwrap() {
            Scanned::Record { position, bytes, .. } => {
                records.insert(position, bytes);
            }
            Scanned::Damage { damage, .. } => damaged.push(damage),
        }
    }
    (records, damaged)
}

/// A folder with `count` records, each a batch of its own.
fn filled(count: u64) -> (tempfile::TempDir, BTreeMap<Position, Vec<u8>>) {
    let dir = folder();
    let (mut segments, _) = open(dir.path());
    let written = (0..count).map(|number| {
        let record = record(number);
        (segments.append(&[&record]).unwrap()[0], record)
    });
    let written = written.collect();
    (dir, written)
}

#[test]
fn what_is_appended_is_read_again_by_position_and_in_order() {
    let (dir, written) = filled(100);
    let (mut segments, found) = open(dir.path());
    assert!(found.torn.is_none() && found.damaged.is_empty());
    assert!(segments.end().segment > 3, "the test should roll over: {:?}", segments.end());
    for (position, bytes) in &written {
        assert_eq!(segments.read(*position).unwrap().as_ref(), Some(bytes));
    }
    assert_eq!(read_all(&segments), (written.clone(), vec![]));

    let batch: Vec<_> = (100..110).map(record).collect();
    let positions = segments.append(&batch).unwrap();
    let mut all = written;
    all.extend(positions.into_iter().zip(batch));
    assert_eq!(read_all(&segments).0, all);
}

#[test]
fn a_scan_goes_on_from_where_a_record_ends() {
    let (dir, written) = filled(60);
    let (segments, _) = open(dir.path());
    let mut from = Position::default();
    for (position, bytes) in &written {
        let next = segments.scan(from).next().unwrap().unwrap();
        let Scanned::Record { position: found, next, bytes: read } = next else { panic!("{next:?}") };
        assert_eq!((&found, &read), (position, bytes));
        from = next;
    }
    assert_eq!(from, segments.end());
    assert!(segments.scan(from).next().is_none());
}

#[test]
fn a_batch_lies_in_one_segment_even_when_it_is_longer() {
    let dir = folder();
    let (mut segments, _) = open(dir.path());
    segments.append(&[record(1)]).unwrap();
    let batch: Vec<_> = (0..100).map(record).collect();
    let positions = segments.append(&batch).unwrap();
    assert!(positions.iter().all(|position| position.segment == 2));
    assert_eq!(segments.append(&[record(5)]).unwrap()[0], Position { segment: 3, offset: 0 });
    drop(segments);
    assert_eq!(read_all(&open(dir.path()).0).0.len(), 102);
}

#[test]
fn a_record_has_a_length_within_bounds() {
    let dir = folder();
    let (mut segments, _) = open(dir.path());
    let end = segments.end();
    for bad in [vec![], vec![1; RECORD_MAX + 1]] {
        let error = segments.append(&[record(1), bad]).unwrap_err();
        assert!(matches!(error, AppendError::Length { index: 1, .. }), "{error}");
        assert_eq!(segments.end(), end);
    }
    let position = segments.append(&[vec![7; RECORD_MAX]]).unwrap()[0];
    assert_eq!(segments.read(position).unwrap(), Some(vec![7; RECORD_MAX]));
    assert!(segments.append(&[] as &[Vec<u8>]).unwrap().is_empty());
}

#[test]
fn every_cut_of_the_last_frames_leaves_exactly_the_whole_ones() {
    let (dir, written) = filled(30);
    let (segments, _) = open(dir.path());
    let end = segments.end();
    drop(segments);
    let file = dir.path().join(format!("{:06}.seg", end.segment));
    let whole = fs::read(&file).unwrap();
    let in_last: Vec<_> = written.keys().filter(|position| position.segment == end.segment).copied().collect();
    assert!(in_last.len() >= 4, "the test needs frames in the last segment: {in_last:?}");
    let from = in_last[in_last.len() - 3].offset;

    for cut in from..=end.offset {
        fs::write(&file, &whole[..usize::try_from(cut).unwrap()]).unwrap();
        let (mut segments, found) = open(dir.path());
        let ends = |position: &Position| position.offset + 8 + written[position].len() as u64;
        let kept: BTreeMap<_, _> = written
            .iter()
            .filter(|(position, _)| position.segment < end.segment || ends(position) <= cut)
            .map(|(position, bytes)| (*position, bytes.clone()))
            .collect();
        assert_eq!(read_all(&segments), (kept.clone(), vec![]), "cut at {cut}");
        assert!(found.damaged.is_empty());

        let last_end = in_last.iter().map(ends).filter(|end| *end <= cut).max().unwrap();
        assert_eq!(segments.end().offset, last_end);
        match found.torn {
            None => assert_eq!(cut, last_end),
            Some(torn) => {
                let range = usize::try_from(last_end).unwrap()..usize::try_from(cut).unwrap();
                assert_eq!((torn.position.offset, torn.length), (last_end, cut - last_end));
                assert_eq!(fs::read(torn.path).unwrap(), whole[range], "the tail is kept");
            }
        }
        let position = segments.append(&[b"after the cut"]).unwrap()[0];
        assert_eq!(segments.read(position).unwrap().unwrap(), b"after the cut");
        drop(segments);
        assert_eq!(read_all(&open(dir.path()).0).0.len(), kept.len() + 1);
    }
}

#[test]
fn zeroes_and_garbage_behind_the_last_record_are_a_torn_tail() {
    for tail in [vec![0; 5000], vec![0xa5; 700], vec![3, 0, 0, 0, 1, 2, 3]] {
        let (dir, written) = filled(3);
        let file = OpenOptions::new().append(true).open(dir.path().join("000001.seg")).unwrap();
        file.write_all_at(&tail, fs::metadata(dir.path().join("000001.seg")).unwrap().len()).unwrap();
        let (segments, found) = open(dir.path());
        assert_eq!(fs::read(found.torn.unwrap().path).unwrap(), tail);
        assert_eq!(read_all(&segments), (written, vec![]));
    }
}

#[test]
fn a_tail_torn_twice_at_one_place_is_kept_twice() {
    let (dir, _) = filled(1);
    let path = dir.path().join("000001.seg");
    let mut kept = Vec::new();
    for tail in [b"first", b"other"] {
        let length = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().write_all_at(tail, length).unwrap();
        kept.push((open(dir.path()).1.torn.unwrap().path, tail));
    }
    for (path, tail) in kept {
        assert_eq!(&fs::read(path).unwrap(), tail);
    }
}

#[test]
fn a_missing_segment_is_named_and_the_others_are_read() {
    let (dir, written) = filled(60);
    fs::remove_file(dir.path().join("000002.seg")).unwrap();
    let (segments, found) = open(dir.path());
    let missing = Damage { position: Position { segment: 2, offset: 0 }, length: 0, kind: DamageKind::SegmentMissing };
    assert_eq!(found.damaged, [missing]);
    let (records, damaged) = read_all(&segments);
    assert_eq!(damaged, [missing]);
    assert!(written.iter().all(|(position, bytes)| (position.segment == 2) != (records.get(position) == Some(bytes))));
    let gone = written.keys().find(|position| position.segment == 2).unwrap();
    assert_eq!(segments.read(*gone).unwrap(), None);
}

#[test]
fn a_reader_without_the_lock_sees_what_is_there() {
    let (dir, written) = filled(40);
    let (mut segments, _) = open(dir.path());
    segments.append(&[b"one more"]).unwrap();
    let seen = Segments::peek(dir.path()).unwrap().filter(|scanned| matches!(scanned, Ok(Scanned::Record { .. })));
    assert_eq!(seen.count(), written.len() + 1);
    let empty = folder();
    assert!(Segments::peek(empty.path()).unwrap().next().is_none());
}

#[test]
fn a_reader_beside_a_running_node_takes_no_unfinished_batch_for_damage() {
    let (dir, written) = filled(3);
    let last = dir.path().join(file_name(1));
    let whole = fs::read(&last).unwrap();
    // A reader comes when half of the last record is there; the other half follows.
    fs::write(&last, &whole[..whole.len() - 10]).unwrap();
    let scan = Segments::peek(dir.path()).unwrap();
    fs::write(&last, &whole).unwrap();
    let seen = scan.map(|scanned| match scanned.unwrap() {
        Scanned::Record { position, bytes, .. } => (position, bytes),
        damage @ Scanned::Damage { .. } => panic!("{damage:?}"),
    });
    assert_eq!(seen.collect::<BTreeMap<_, _>>(), written);

    // What nobody finishes is reported.
    fs::write(last, [whole.as_slice(), &[9, 0, 0, 0]].concat()).unwrap();
    let scanned = Segments::peek(dir.path()).unwrap().last().unwrap().unwrap();
    assert!(matches!(scanned, Scanned::Damage { damage: Damage { length: 4, .. }, .. }), "{scanned:?}");
}

#[test]
fn a_removed_folder_stops_writing_until_it_is_back() {
    let home = folder();
    let (dir, away) = (home.path().join("ledger"), home.path().join("away"));
    fs::create_dir(&dir).unwrap();
    let (mut segments, _) = open(&dir);
    let first = segments.append(&[b"first"]).unwrap()[0];
    fs::rename(&dir, &away).unwrap();
    let end = segments.end();
    let missing = |error: &AppendError| matches!(error, AppendError::Missing { .. });
    assert!(missing(&segments.append(&[b"second"]).unwrap_err()));
    // Another folder in its place is not mended: what it holds is not this ledger.
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("000001.seg"), b"").unwrap();
    assert!(missing(&segments.append(&[b"second"]).unwrap_err()));
    assert_eq!(segments.end(), end);
    fs::remove_dir_all(&dir).unwrap();
    fs::rename(&away, &dir).unwrap();
    segments.append(&[b"second"]).unwrap();
    assert_eq!(segments.read(first).unwrap().unwrap(), b"first");
    assert_eq!(read_all(&segments).0.into_values().collect::<Vec<_>>(), [b"first".to_vec(), b"second".to_vec()]);
}

/// What can happen to bytes at rest.
#[derive(Clone, Debug)]
enum Harm {
    Flip { bit: u8 },
    Zero { length: u64 },
    Noise { length: u64, seed: u8 },
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        (0_u8..8).prop_map(|bit| Harm::Flip { bit }),
        (1_u64..1500).prop_map(|length| Harm::Zero { length }),
        (1_u64..1500, any::<u8>()).prop_map(|(length, seed)| Harm::Noise { length, seed }),
    ]
}

/// The bytes of segments 1 to `last`.
fn files(dir: &Path, last: u32) -> Vec<Vec<u8>> {
    (1..=last).map(|number| fs::read(dir.join(format!("{number:06}.seg"))).unwrap()).collect()
}

/// Does `harm` at an offset into the segment files, laid end to end.
fn do_harm(dir: &Path, mut offset: u64, harm: &Harm) {
    let path = |segment| dir.join(format!("{segment:06}.seg"));
    let mut segment = 1;
    while offset >= fs::metadata(path(segment)).unwrap().len() {
        offset -= fs::metadata(path(segment)).unwrap().len();
        segment += 1;
    }
    let mut bytes = fs::read(path(segment)).unwrap();
    let length = match harm {
        Harm::Flip { .. } => 1,
        Harm::Zero { length } | Harm::Noise { length, .. } => *length,
    };
    let start = usize::try_from(offset).unwrap();
    let end = bytes.len().min(start + usize::try_from(length).unwrap());
    for (i, byte) in bytes[start..end].iter_mut().enumerate() {
        match harm {
            Harm::Flip { bit } => *byte ^= 1 << bit,
            Harm::Zero { .. } => *byte = 0,
            Harm::Noise { seed, .. } => *byte = i.to_le_bytes()[0].wrapping_mul(*seed | 1).rotate_left(3),
        }
    }
    fs::write(path(segment), bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_named_and_everything_else_is_read(
        harms in prop::collection::vec((any::<prop::sample::Index>(), harm()), 1..4),
    ) {
        let (dir, written) = filled(80);
        let last = open(dir.path()).0.end().segment;
        let before = files(dir.path(), last);
        let total = before.iter().map(Vec::len).sum();
        for (at, harm) in &harms {
            do_harm(dir.path(), at.index(total) as u64, harm);
        }
        let after = files(dir.path(), last);

        let (segments, found) = open(dir.path());
        let (records, damaged) = read_all(&segments);
        for (position, bytes) in &written {
            let index = usize::try_from(position.segment - 1).unwrap();
            let start = usize::try_from(position.offset).unwrap();
            let end = start + 8 + bytes.len();
            let whole = before[index][start..end] == after[index][start..end];
            prop_assert_eq!(whole, records.get(position) == Some(bytes));
            let read = segments.read(*position).unwrap();
            prop_assert_eq!(read.as_ref(), whole.then_some(bytes));
            if !whole {
                let torn = found.torn.as_ref().is_some_and(|torn| torn.position <= *position);
                let named = damaged.iter().any(|damage| {
                    damage.position.segment == position.segment
                        && damage.position.offset < end as u64
                        && damage.position.offset + damage.length > position.offset
                });
                prop_assert!(torn || named, "{position:?} is lost in silence");
            }
        }
        prop_assert!(records.iter().all(|(position, bytes)| written.get(position) == Some(bytes)), "an invented record");
        prop_assert!(damaged.iter().all(|damage| damage.length > 0));
        let in_last: Vec<_> = damaged.into_iter().filter(|damage| damage.position.segment == last).collect();
        prop_assert_eq!(in_last, found.damaged);
    }
}
