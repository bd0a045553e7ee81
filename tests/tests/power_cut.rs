//! Power is cut under a node that writes: whatever of the unsynced writes and names survives, torn or in another order,
//! the node starts, has every entry that it acknowledged or that a peer has seen, and never forks its log
//! (`docs/design.md` §3, §8).
//!
//! 60 states in every run, as many as `PALABRE_STATES` says in `scripts/test --long power-cut`. A failing state is named
//! by the seed and its number; the same seed over another recording makes other states, so the recorded home of a failing
//! state is kept.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use palabre_tests::cli::text;
use palabre_tests::ports::Ports;
use palabre_tests::power::survival::SURVIVALS;
use palabre_tests::power::{Dice, Disk, Story, story};
use palabre_tests::{Node, shim};

/// Nodes that run beside each other.
const WORKERS: usize = 2;

fn states() -> usize {
    std::env::var("PALABRE_STATES").ok().and_then(|states| states.parse().ok()).unwrap_or(60)
}

fn seed() -> String {
    std::env::var("PALABRE_SEED").unwrap_or_else(|_| std::process::id().to_string())
}

/// A cut: after which change, and what survives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    /// Changes that were done before it.
    after: usize,
    number: usize,
}

/// What the states showed, to be told.
#[derive(Debug, Default)]
struct Tally {
    by_survival: BTreeMap<String, usize>,
    figures: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn count(&mut self, what: &'static str, holds: bool) {
        *self.figures.entry(what).or_default() += usize::from(holds);
    }

    fn add(mut self, other: Self) -> Self {
        other.by_survival.into_iter().for_each(|(what, count)| *self.by_survival.entry(what).or_default() += count);
        other.figures.into_iter().for_each(|(what, count)| *self.figures.entry(what).or_default() += count);
        self
    }
}

/// The cuts in the order in which they come. Half fall anywhere, half on changes of the ledger and of names.
fn cuts(story: &Story, seed: &str) -> Vec<Cut> {
    let tender = story.tender();
    let mut dice = Dice::of(seed);
    let mut cuts: Vec<Cut> = (0..states())
        .map(|number| {
            let change =
                if dice.chance(50) { tender[dice.below(tender.len())] } else { dice.below(story.changes.len()) };
            Cut { after: change + 1, number }
        })
        .collect();
    cuts.sort_unstable();
    cuts
}

/// A home as the cut left it. It is removed with its value, unless the test fails.
struct State {
    folder: PathBuf,
    what: String,
}

impl Drop for State {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- {}, kept in {}", self.what, self.folder.display());
        } else {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }
}

/// Plays a part of the cuts: the disk goes through the whole story, and each cut makes a home of it.
fn play(story: &Story, cuts: &[Cut], seed: &str, folder: &Path) -> Tally {
    let mut tally = Tally::default();
    let mut disk = story.before.clone();
    let mut done = 0;
    for cut in cuts {
        for recorded in &story.changes[done..cut.after] {
            disk.apply(&recorded.change);
        }
        done = cut.after;
        tally = tally.add(check(story, &disk, *cut, seed, folder));
    }
    tally
}

fn check(story: &Story, disk: &Disk, cut: Cut, seed: &str, into: &Path) -> Tally {
    let mut dice = Dice::of(&format!("{seed}/{}", cut.number));
    let survival = SURVIVALS[dice.below(SURVIVALS.len())];
    let by = story.changes[cut.after - 1].end;
    let what =
        format!("PALABRE_SEED={seed}, state {}, cut after {} changes, survives: {survival}", cut.number, cut.after);
    let state = State { folder: into.join(cut.number.to_string()), what: what.clone() };
    fs::create_dir(&state.folder).unwrap();
    let home = state.folder.join(&story.administration);
    survival.leave(disk, &mut dice, &home);

    let mut tally = Tally::default();
    *tally.by_survival.entry(survival.to_string()).or_default() += 1;
    tally.count("states with something at risk", disk.at_risk() > 0);
    let acknowledged: Vec<_> = story.acknowledged.iter().filter(|one| one.by <= by).collect();
    for one in &acknowledged {
        let file = story::attachment(&home, &one.content);
        assert!(fs::read(&file).is_ok_and(|held| held == one.content), "{what}: the content of {} is lost", one.id);
    }

    let mut ports = Ports::take();
    let (api, tcp) = (ports.free(), ports.free());
    story::settle(&home, api, tcp);
    let mut node = Node::at(&home, &story.administration, &story.node, &format!("http://127.0.0.1:{api}"));
    node.start();
    let before = Entries::of(&node);
    let list = node.api().json("documents").unwrap();
    let documents: BTreeSet<String> = list["documents"].as_array().unwrap().iter().map(|d| text(&d["id"])).collect();
    for one in &acknowledged {
        assert!(documents.contains(&one.id), "{what}: {} is lost", one.id);
    }
    let shown: Vec<_> = story.seen.iter().filter(|one| one.by <= by).collect();
    for one in &shown {
        assert!(before.ids.contains(&one.id), "{what}: a peer has {:?}, forgotten here", one.place);
    }

    node.api().publish("After the cut", b"after the cut").unwrap_or_else(|error| panic!("{what}: {error}"));
    let after = Entries::of(&node);
    let (log, sequence) = after.places.difference(&before.places).next().expect("the new entry").clone();
    let clash = shown.iter().find(|one| one.place.log == log && one.place.sequence == sequence);
    assert!(clash.is_none(), "{what}: the log was forked at {clash:?}");
    tally.count("new logs", sequence == 1);

    let verified = node.cli().json(&["store", "verify"]);
    let named = verified.value()["damaged"].as_array().unwrap().len();
    assert!(verified.code == Some(i32::from(named > 0)), "{what}: {verified:?}");
    tally.count("damage named", named > 0);
    let files = fs::read_dir(home.join("ledger")).unwrap().map(|entry| entry.unwrap().file_name());
    tally.count("torn tails set aside", files.into_iter().any(|name| name.to_str().unwrap().starts_with("torn-")));
    let log = fs::read_to_string(node.log_file()).unwrap();
    tally.count("indexes made again", log.contains("the index is made again"));
    node.kill();
    tally
}

/// The own entries that a node holds.
#[derive(Debug)]
struct Entries {
    ids: BTreeSet<String>,
    places: BTreeSet<(String, u64)>,
}

impl Entries {
    fn of(node: &Node) -> Self {
        let list = node.api().json(&format!("logs/{}?limit=500", node.key)).unwrap();
        let mut entries = Self { ids: BTreeSet::new(), places: BTreeSet::new() };
        for log in list["logs"].as_array().unwrap() {
            for entry in log["entries"].as_array().unwrap() {
                entries.ids.insert(text(&entry["id"]));
                entries.places.insert((text(&log["log"]), entry["sequence"].as_u64().unwrap()));
            }
        }
        entries
    }
}

#[test]
fn nothing_acknowledged_is_lost_whatever_a_power_cut_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let Some(record) = shim::build("record", folder.path(), "power cuts") else { return };
    let story = Story::record(&record);
    let (acknowledged, shown) = (story.acknowledged.len(), story.seen.len());
    assert!(acknowledged >= 200 && shown >= 200, "{acknowledged} acknowledged, {shown} seen by the peer");
    assert!(story.segments >= 3, "{} segments", story.segments);

    let seed = seed();
    println!("PALABRE_SEED={seed}, {} states", states());
    let cuts = cuts(&story, &seed);
    // A failing state is looked at: its folder must outlive the test.
    let states = tempfile::tempdir().unwrap().keep();
    let tally = thread::scope(|scope| {
        let parts = cuts.chunks(cuts.len().div_ceil(WORKERS));
        let players: Vec<_> = parts.map(|part| scope.spawn(|| play(&story, part, &seed, &states))).collect();
        players.into_iter().map(|player| player.join().unwrap()).fold(Tally::default(), Tally::add)
    });
    fs::remove_dir(&states).unwrap();
    println!(
        "{acknowledged} acknowledged, {shown} seen by the peer, {} segments, {} changes of the disk",
        story.segments,
        story.changes.len()
    );
    println!("{} states: {:?}; {:?}", cuts.len(), tally.by_survival, tally.figures);
}
