//! A ledger of many entries: its index made again with every signature verified, a start after a clean stop, and what
//! both take of memory and disk. Each in a process of its own, so that its memory is its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::acts::{Act, Kind};
use palabre_core::fixtures::{Author, CODES, Network};
use palabre_core::id::{ContentHash, EntryId};
use palabre_core::ledger::{Attachment, Record};
use palabre_core::node::{Facts, Identity, Link, Node};
use palabre_core::time::Millis;
use palabre_store::opening::IndexFate;
use palabre_store::segments::Scanned;
use palabre_store::{Home, Index, Segments, Settings, Store};

use crate::plain;
use crate::table::Row;

/// Administrations that write.
const AUTHORS: usize = 20;
/// Every so many-th entry revises the document before it, the others publish.
const REVISES: u64 = 4;
/// Entries that each author writes before the ledger takes them.
const STEP: usize = 250;
/// Entries that are verified plainly, for the limit.
const SAMPLE: usize = 40_000;
/// What a child of this benchmark is to do, and where.
const CHILD: &str = "PALABRE_BENCH_CHILD";

fn network() -> Network {
    Network::new(AUTHORS + 1, 1)
}

pub(crate) fn measure() -> Vec<Row> {
    let asked = std::env::var("PALABRE_ENTRIES").ok().map_or(1_000_000, |number| number.parse().unwrap());
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let home = dir.path().join("home");
    drop(Home::create(&home).unwrap());
    let ledger = write_ledger(&home, asked);
    let before = plain::verify_strict(network().id(), &ledger.sample);
    let rebuilt = child("rebuild", &home);
    let plain = f64::midpoint(before, plain::verify_strict(network().id(), &ledger.sample));
    let started = child("start", &home);
    let entries = ledger.entries as f64;
    let bytes = ledger.bytes as f64 / 1e6;
    let row = |what: &str, ours, limit, beside: &str, unit| Row {
        what: format!("{what} ({} entries of {:.0} bytes)", ledger.entries, bytes * 1e6 / entries),
        ours,
        limit: (limit, beside.to_owned()),
        unit,
    };
    vec![
        row("rebuilt", entries / rebuilt["seconds"], plain, "verify_strict, all cores", "entries/s"),
        row("rebuilt: most memory", rebuilt["peak"], 150.0, "the limit set", "MB"),
        row("started", started["seconds"], 2.0, "the limit set", "s"),
        row("started: memory", started["resident"], 150.0, "the limit set", "MB"),
        row("on disk", size(&home) as f64 / 1e6, bytes, "the entries alone", "MB"),
        row("of it the index", size(&home.join("index")) as f64 / 1e6, bytes, "the entries alone", "MB"),
    ]
}

/// What was written.
struct Ledger {
    entries: u64,
    bytes: u64,
    /// Some of the records.
    sample: Vec<Vec<u8>>,
}

/// Writes the segments of a ledger, many authors at once, and nothing else.
fn write_ledger(home: &Path, asked: u64) -> Ledger {
    let network = network();
    let (mut segments, _) = Segments::open(&home.join("ledger"), Settings::default()).unwrap();
    let mut writers: Vec<Writer> =
        CODES[..AUTHORS].iter().map(|code| Writer { author: network.author(code, 1), count: 0, last: None }).collect();
    let mut written = Ledger { entries: 0, bytes: 0, sample: Vec::new() };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    while written.entries < asked {
        let parts = writers.chunks_mut(AUTHORS.div_ceil(threads));
        let logs: Vec<Vec<(u64, Vec<u8>)>> = thread::scope(|scope| {
            let write = |part: &mut [Writer]| part.iter_mut().map(Writer::write).collect::<Vec<_>>();
            let running: Vec<_> = parts.map(|part| scope.spawn(move || write(part))).collect();
            running.into_iter().flat_map(|part| part.join().unwrap()).collect()
        });
        // In the order of time: each author's first, each author's second…
        let records: Vec<&Vec<u8>> = (0..STEP).flat_map(|turn| logs.iter().map(move |log| &log[turn].1)).collect();
        segments.append(&records).unwrap();
        written.entries += records.len() as u64;
        written.bytes += logs.iter().flatten().map(|(bytes, _)| bytes).sum::<u64>();
        if written.sample.len() < SAMPLE {
            written.sample.extend(records.into_iter().cloned());
        }
    }
    written
}

/// One administration's log.
struct Writer {
    author: Author,
    count: u64,
    /// The document published last.
    last: Option<EntryId>,
}

impl Writer {
    /// The next entries: what each costs in full, and its record.
    fn write(&mut self) -> Vec<(u64, Vec<u8>)> {
        let record = |entry: palabre_core::ledger::Entry| {
            let bytes = entry.size() as u64;
            (bytes, Record::Entry(Box::new(entry)).encode())
        };
        (0..STEP).map(|_| record(self.next())).collect()
    }

    fn next(&mut self) -> palabre_core::ledger::Entry {
        self.count += 1;
        let seed =
            blake3::hash(&[&self.count.to_be_bytes(), self.author.log.name().author.as_bytes().as_slice()].concat());
        let content = vec![Attachment { hash: ContentHash::from_bytes(*seed.as_bytes()), size: 80_000 }];
        let version = version(self.count, seed.as_bytes());
        let (act, place) = match self.last.filter(|_| self.count.is_multiple_of(REVISES)) {
            Some(id) => Act::on(id, &[(id, 0)], Kind::Document(DocumentAct::Revise(version))).unwrap(),
            None => (Act::opening(Kind::Document(DocumentAct::Publish(version))).unwrap(), 0),
        };
        let entry = self.author.write(act.encode(), place, content);
        self.last = if place == 0 { Some(entry.id()) } else { None };
        entry
    }
}

/// A title of some words: no two the same.
fn version(count: u64, seed: &[u8]) -> Version {
    const WORDS: [&str; 16] = [
        "transit",
        "déclaration",
        "valeur",
        "origine",
        "régime",
        "bureau",
        "contrôle",
        "scellement",
        "garantie",
        "marchandises",
        "circulaire",
        "échange",
        "corridor",
        "rapport",
        "instruction",
        "nomenclature",
    ];
    let mut title = format!("Note {count} :");
    for byte in &seed[..12] {
        write!(title, " {}", WORDS[usize::from(byte % 16)]).unwrap();
    }
    Version {
        title: title.parse().unwrap(),
        language: "fr".parse().unwrap(),
        content: 0,
        file_name: format!("note-{count}.pdf").parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
    }
}

/// Runs this program again to do one thing; its figures.
fn child(what: &str, home: &Path) -> BTreeMap<String, f64> {
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).env(CHILD, format!("{what} {}", home.display())).output().unwrap();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let figures = text.lines().filter_map(|line| line.split_once(' '));
    figures.map(|(name, figure)| (name.to_owned(), figure.parse().unwrap())).collect()
}

/// Does what a child is asked to; false in the parent.
pub(crate) fn is_child() -> bool {
    let Ok(asked) = std::env::var(CHILD) else { return false };
    let (what, home) = asked.split_once(' ').unwrap();
    let home = Home::open(home).unwrap();
    let network = network();
    let rebuild = what == "rebuild";
    if rebuild {
        Index::destroy(&home.index()).unwrap();
    }
    let begun = Instant::now();
    let (mut store, opening) = Store::open(&home, Settings::default()).unwrap();
    let secret = network.seats[AUTHORS].node.clone();
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    let mut node = Node::load(&store, network.rules.clone(), identity).unwrap();
    // As the daemon does: the ledger is searched for rules first.
    let others = store.scan_from(opening.replay_from).filter(|scanned| match scanned.as_ref().unwrap() {
        Scanned::Record { bytes, .. } => !Record::begins_entry(bytes),
        Scanned::Damage { .. } => true,
    });
    assert_eq!(others.count(), 0);
    node.load_rules(&mut store, Vec::new()).unwrap();
    let keys = node.keys().clone();
    let verify = |records: Vec<Vec<u8>>| -> Vec<Record> {
        Record::verify_each(&records, network.id(), &keys).into_iter().collect::<Result<_, _>>().unwrap()
    };
    let replayed = store
        .replay_prepared(&opening, verify, |store, position, record| node.replay(store, &record, position))
        .unwrap();
    node.replayed(&mut store).unwrap();
    while rebuild && !node.settle(&mut store).unwrap() {
        store.commit_rest().unwrap();
    }
    node.begin(&store, Facts::default(), Millis(1_780_000_000_000)).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!((rebuild, replayed.records > 0), (!matches!(opening.index, IndexFate::Kept), rebuild));
    println!("seconds {seconds}\nresident {}\npeak {}", memory("VmRSS:"), memory("VmHWM:"));
    store.close().unwrap();
    true
}

/// Memory of this process in MB.
fn memory(which: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(which)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
}

/// Bytes of all files below a folder.
fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}
