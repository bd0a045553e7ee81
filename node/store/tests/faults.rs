//! Faults of the machine: kills, a full disk, a limit on files, a folder that can only be read, a sync that fails.
//! What a test cannot have here (no root, no C compiler) it names and skips.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use palabre_core::id::ContentHash;
use palabre_core::state::{Position, State, scan_all};
use palabre_store::attachments::{AttachmentError, Attachments};
use palabre_store::segments::{AppendError, Scan, Scanned};
use palabre_store::{Home, Segments, Settings, Store};

/// Names the home that a child process of these tests works on.
const CHILD_HOME: &str = "PALABRE_TEST_HOME";

/// Little is held: a process that is killed is often writing a table of the index.
const SETTINGS: Settings = Settings { segment_size: 64 * 1024, keep_free: 0, held: 300 };

fn record(number: u64) -> Vec<u8> {
    format!("record {number} {}", "x".repeat(usize::try_from(number * 31 % 700).unwrap())).into_bytes()
}

fn records(scan: Scan) -> BTreeMap<Position, Vec<u8>> {
    let scanned = scan.map(|scanned| match scanned.unwrap() {
        Scanned::Record { position, bytes, .. } => (position, bytes),
        damage @ Scanned::Damage { .. } => panic!("{damage:?}"),
    });
    scanned.collect()
}

/// This test program again, to run the test `name` alone on `home`, behind `before`.
fn child(before: &[&str], name: &str, home: &Path) -> Command {
    let program = env::current_exe().unwrap();
    let mut words = before.iter().map(Into::into).chain([program.into_os_string()]);
    let mut command = Command::new(words.next().unwrap());
    command.args(words).args(["--exact", name, "--nocapture", "--test-threads=1"]);
    command.env(CHILD_HOME, home).stdout(Stdio::piped()).stderr(Stdio::inherit());
    command
}

/// The home to work on, when this process is a child of another test.
fn home_of_child() -> Option<PathBuf> {
    env::var_os(CHILD_HOME).map(PathBuf::from)
}

fn skip(test: &str, reason: &str) {
    // Past the capture of the test runner: whoever runs the tests sees what was not tested.
    std::io::stderr().write_all(format!("skipped: {test}: {reason}\n").as_bytes()).unwrap();
}

/// In a child: appends, folds and commits without end; says which record is durable.
#[test]
fn child_that_writes() {
    let Some(home) = home_of_child() else { return };
    let home = Home::open(home).unwrap();
    let (mut store, opening) = Store::open(&home, SETTINGS).unwrap();
    let mut last = None;
    let folded = store.replay(&opening, |store, at, bytes| store.put(at.to_bytes().to_vec(), bytes[..8].to_vec()));
    folded.unwrap();
    let mut number = env::var("FIRST").unwrap().parse().unwrap();
    loop {
        let batch: Vec<_> = (number..number + 1 + number % 4).map(record).collect();
        let positions = match store.append(&batch) {
            Ok(positions) => positions,
            Err(AppendError::SyncFailed { .. }) => {
                assert!(matches!(store.append(&batch), Err(AppendError::Broken)), "nothing is written after that");
                println!("sync failed");
                return;
            }
            Err(error) => panic!("{error}"),
        };
        // Said before it is folded: this is where the node would show it to a peer.
        for (at, bytes) in positions.iter().zip(&batch) {
            println!("durable {number} {} {}", at.segment, at.offset);
            store.put(at.to_bytes().to_vec(), bytes[..8].to_vec()).unwrap();
            number += 1;
            last = Some(*at);
        }
        store.commit(last.unwrap()).unwrap();
    }
}

/// Reads what a child says is durable, at most `count` of it.
fn durable(child: &mut Child, count: usize) -> Vec<(u64, Position)> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let said = lines.filter_map(|line| {
        let mut words = line.split(' ').skip_while(|word| *word != "durable").skip(1);
        let number = words.next()?.parse().ok()?;
        let (segment, offset) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((number, Position { segment, offset }))
    });
    said.take(count).collect()
}

#[test]
fn nothing_that_was_durable_is_lost_by_kills() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::create(folder.path().join("node")).unwrap();
    let mut acknowledged: Vec<(u64, Position)> = Vec::new();
    for round in 0..12_usize {
        let first = acknowledged.last().map_or(0, |(number, _)| number + 1);
        let mut child = child(&[], "child_that_writes", home.root()).env("FIRST", first.to_string()).spawn().unwrap();
        let said = durable(&mut child, 1 + round * 37 % 150);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!said.is_empty());
        acknowledged.extend(said);

        let locked = Home::open(home.root()).unwrap();
        let (mut store, opening) = Store::open(&locked, SETTINGS).unwrap();
        assert!(opening.damaged.is_empty() && !opening.stopped_cleanly, "{opening:?}");
        store.replay(&opening, |store, at, bytes| store.put(at.to_bytes().to_vec(), bytes[..8].to_vec())).unwrap();
        for (number, at) in &acknowledged {
            let read = palabre_core::state::Storage::record(&store, *at).unwrap();
            assert_eq!(read.as_deref(), Some(record(*number).as_slice()), "round {round}");
        }
        let kept = scan_all(&store, b"").unwrap();
        let records = records(store.scan_from(Position::default())).into_iter();
        let fresh: Vec<_> = records.map(|(at, bytes)| (at.to_bytes().to_vec(), bytes[..8].to_vec())).collect();
        assert!(kept == fresh, "round {round}: what is folded is not what the segments say");
    }
}

#[test]
fn a_failed_sync_ends_writing_and_the_next_process_reads_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let shim = folder.path().join("sync_fails.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/sync_fails.c");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&shim).args([source, "-ldl"]).status();
    if !built.is_ok_and(|status| status.success()) {
        return skip("a_failed_sync_ends_writing", "no C compiler");
    }
    let home = Home::create(folder.path().join("node")).unwrap();
    let mut command = child(&[], "child_that_writes", home.root());
    command.env("FIRST", "0").env("LD_PRELOAD", shim).env("FAIL_SYNC_AT", "20");
    let mut child = command.spawn().unwrap();
    let said = durable(&mut child, usize::MAX);
    assert!(child.wait().unwrap().success());
    assert!(said.len() >= 19, "the child stopped at the sync that failed: {}", said.len());

    let (segments, _) = Segments::open(&home.ledger(), SETTINGS).unwrap();
    let held = records(segments.scan(Position::default()));
    assert!(said.iter().all(|(number, at)| held.get(at) == Some(&record(*number))));
}

/// In a child whose files may not grow beyond a limit.
#[test]
fn child_with_a_limit() {
    let Some(home) = home_of_child() else { return };
    let ledger = Home::peek(home).unwrap().ledger();
    let settings = Settings { segment_size: u64::MAX, keep_free: 0, ..SETTINGS };
    let (mut segments, _) = Segments::open(&ledger, settings).unwrap();
    let mut written = BTreeMap::new();
    let error = loop {
        let number = written.len() as u64;
        match segments.append(&[record(number)]) {
            Ok(at) => written.insert(at[0], record(number)),
            Err(error) => break error,
        };
    };
    assert!(matches!(error, AppendError::Full { .. }), "{error}");
    assert_eq!(records(segments.scan(Position::default())), written);
    // A shorter record still fits, in the place where the longer one did not.
    let at = segments.append(&[b"x"]).unwrap()[0];
    written.insert(at, b"x".to_vec());
    assert_eq!(records(segments.scan(Position::default())), written);
    drop(segments);
    let (segments, found) = Segments::open(&ledger, settings).unwrap();
    assert!(found.torn.is_none(), "the batch that failed left something behind");
    assert_eq!(records(segments.scan(Position::default())), written);
    println!("held {}", written.len());
}

#[test]
fn a_batch_that_does_not_fit_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::create(folder.path().join("node")).unwrap();
    // A write beyond the limit is an error instead of a signal once the signal is ignored.
    let shell = ["sh", "-c", "trap '' XFSZ; ulimit -f 128; exec \"$0\" \"$@\""];
    let output = child(&shell, "child_with_a_limit", home.root()).output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("held "), "the child did not run");
}

/// A file system of one megabyte in memory.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        let mounted = mount.status().is_ok_and(|status| status.success());
        mounted.then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.folder.path()).status();
    }
}

#[test]
fn a_full_disk_pauses_writing_until_there_is_room_again() {
    let Some(disk) = SmallDisk::mount() else { return skip("a_full_disk_pauses_writing", "no right to mount") };
    let ledger = disk.path().join("ledger");
    fs::create_dir(&ledger).unwrap();
    let settings = Settings { segment_size: 20_000, keep_free: 100_000, ..SETTINGS };
    let (mut segments, _) = Segments::open(&ledger, settings).unwrap();
    let first = segments.append(&[record(1)]).unwrap()[0];
    let filler = disk.path().join("filler");
    let _ = fs::write(&filler, vec![1; 2_000_000]);

    let mut held = vec![(first, record(1))];
    let error = loop {
        match segments.append(&[record(650)]) {
            Ok(at) => held.push((at[0], record(650))),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, AppendError::Full { .. }), "{error}");
    let end = segments.end();
    for _ in 0..3 {
        assert!(segments.append(&[vec![1; 30_000]]).is_err());
        assert_eq!(
            (segments.end(), records(segments.scan(Position::default()))),
            (end, held.iter().cloned().collect())
        );
    }

    fs::remove_file(filler).unwrap();
    held.push((segments.append(&[record(3)]).unwrap()[0], record(3)));
    drop(segments);
    let (segments, found) = Segments::open(&ledger, settings).unwrap();
    assert!(found.torn.is_none() && found.damaged.is_empty());
    assert_eq!(records(segments.scan(Position::default())), held.into_iter().collect());
}

#[test]
fn an_attachment_that_does_not_fit_leaves_nothing() {
    let Some(disk) = SmallDisk::mount() else { return skip("an_attachment_that_does_not_fit", "no right to mount") };
    let attachments = Attachments::open(disk.path(), 0).unwrap();
    let content = vec![7; 3_000_000];
    let hash = ContentHash::from_bytes(blake3::hash(&content).into());
    assert!(matches!(attachments.writer(hash, 3_000_000), Err(AttachmentError::Full { size: 3_000_000 })));
    assert!(matches!(attachments.import(&mut content.as_slice(), 3_000_000), Err(AttachmentError::Full { .. })));
    assert_eq!(fs::read_dir(disk.path().join("incoming")).unwrap().count(), 0);
    let (hash, _) = attachments.import(&mut &content[..500_000], 3_000_000).unwrap();
    assert!(attachments.has(&hash));
}

/// A folder in which nobody may make files; root neither, where the file system can keep it out.
struct Forbidden<'a>(&'a Path);

impl<'a> Forbidden<'a> {
    fn new(folder: &'a Path) -> Option<Self> {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
        immutable("+i", folder);
        let forbidden = Self(folder);
        let probe = folder.join("probe");
        let writable = fs::write(&probe, b"").is_ok();
        if writable {
            fs::remove_file(probe).unwrap();
        }
        (!writable).then_some(forbidden)
    }
}

impl Drop for Forbidden<'_> {
    fn drop(&mut self) {
        immutable("-i", self.0);
        let _ = fs::set_permissions(self.0, fs::Permissions::from_mode(0o700));
    }
}

fn immutable(flag: &str, folder: &Path) {
    // Where it is not understood, the probe tells.
    let _ = Command::new("chattr").arg(flag).arg(folder).stderr(Stdio::null()).status();
}

#[test]
fn a_folder_that_can_only_be_read_pauses_writing() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = folder.path().join("ledger");
    fs::create_dir(&ledger).unwrap();
    let settings = Settings { segment_size: 1000, ..SETTINGS };
    let (mut segments, _) = Segments::open(&ledger, settings).unwrap();
    let first = segments.append(&[record(1)]).unwrap()[0];
    let end = segments.end();
    let Some(forbidden) = Forbidden::new(&ledger) else {
        return skip("a_folder_that_can_only_be_read", "this user may write everywhere");
    };
    let error = segments.append(&[vec![1; 2000]]).unwrap_err();
    drop(forbidden);
    assert!(matches!(error, AppendError::ReadOnly { .. }), "{error}");
    assert_eq!(segments.end(), end);
    segments.append(&[vec![1; 2000]]).unwrap();
    assert_eq!(segments.read(first).unwrap(), Some(record(1)));
}
