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
use palabre_tests::ledger;
use palabre_tests::ports::Ports;
use palabre_tests::power::survival::{SECTOR, SURVIVALS};
use palabre_tests::power::{Dice, Disk, Left, Story, Survival, story};
use palabre_tests::wait::when;
use palabre_tests::{Network, Node, eventually, shim};

/// Nodes that run beside each other.
const WORKERS: usize = 2;

fn states() -> usize {
    std::env::var("PALABRE_STATES").ok().and_then(|states| states.parse().ok()).unwrap_or(60)
}

fn seed() -> String {
    std::env::var("PALABRE_SEED").unwrap_or_else(|_| std::process::id().to_string())
}

/// What a cut is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Aim {
    /// Any change.
    Anywhere,
    /// Changes of the ledger's folder and of names.
    Ledger,
    /// Between the writing of a batch and its sync.
    Batch,
    /// The same, and sectors are lost in the middle of the batch.
    Tear,
    /// While a new segment begins.
    NewSegment,
    /// While the index is made again.
    Rebuild,
    /// While a table of the index is written, or those go that were merged into one.
    Table,
}

const AIMS: [Aim; 7] = [Aim::Anywhere, Aim::Ledger, Aim::Batch, Aim::Tear, Aim::NewSegment, Aim::Rebuild, Aim::Table];

/// From so many states on, each kind of state must occur: every aim with every way to survive.
const EACH_KIND: usize = AIMS.len() * SURVIVALS.len();

/// A cut: after how many changes, and what survives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cut {
    /// Changes that were done before it.
    after: usize,
    aim: Aim,
    number: usize,
}

impl Cut {
    fn survival(self) -> Survival {
        match self.aim {
            Aim::Tear => Survival::Sectors,
            _ => SURVIVALS[self.number / AIMS.len() % SURVIVALS.len()],
        }
    }
}

/// Ways to lose sectors that are tried for one that tears the batch in the middle.
const ATTEMPTS: usize = 1000;

/// What the states showed, to be told.
#[derive(Debug, Default)]
struct Tally {
    by_aim_and_survival: BTreeMap<(String, String), usize>,
    figures: BTreeMap<String, usize>,
}

impl Tally {
    fn one_more(&mut self, aim: String, survival: String) {
        *self.by_aim_and_survival.entry((aim, survival)).or_default() += 1;
    }

    fn count(&mut self, what: impl Into<String>, holds: bool) {
        *self.figures.entry(what.into()).or_default() += usize::from(holds);
    }

    fn add(mut self, other: Self) -> Self {
        for (what, count) in other.by_aim_and_survival {
            *self.by_aim_and_survival.entry(what).or_default() += count;
        }
        other.figures.into_iter().for_each(|(what, count)| *self.figures.entry(what).or_default() += count);
        self
    }

    /// # Panics
    /// When a kind of state did not occur.
    fn has_each_kind(&self) {
        let left = [Left::Nothing, Left::Whole, Left::TornAtTheEnd, Left::TornInTheMiddle].map(|left| left.to_string());
        let kinds = left.iter().map(String::as_str).chain(["torn tails set aside", "new logs", "indexes made again"]);
        for kind in kinds {
            assert!(self.figures.get(kind).is_some_and(|count| *count > 0), "no state with: {kind}");
        }
    }
}

/// The cuts in the order in which they come: as many for each aim.
fn cuts(story: &Story, seed: &str) -> Vec<Cut> {
    let batches = story.batches();
    let may_tear = |index: &usize| story.batch_under_way(index + 1).is_some_and(|batch| batch.may_tear(SECTOR));
    let targets = AIMS.map(|aim| match aim {
        Aim::Anywhere => (0..story.changes.len()).collect(),
        Aim::Ledger => story.tender(),
        Aim::Batch => batches.clone(),
        Aim::Tear => batches.iter().copied().filter(may_tear).collect(),
        Aim::NewSegment => story.new_segments(),
        Aim::Rebuild => story.rebuilds(),
        Aim::Table => story.tables(),
    });
    let mut dice = Dice::of(seed);
    let mut cuts: Vec<Cut> = (0..states())
        .map(|number| {
            let targets: &Vec<usize> = &targets[number % AIMS.len()];
            Cut { after: targets[dice.below(targets.len())] + 1, aim: AIMS[number % AIMS.len()], number }
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

/// Makes a home of what the cut leaves; what became of the batch that was under way.
fn leave(story: &Story, disk: &Disk, cut: Cut, seed: &str, home: &Path) -> Option<Left> {
    let batch = story.batch_under_way(cut.after);
    for attempt in 0.. {
        cut.survival().leave(disk, &mut Dice::of(&format!("{seed}/{}/{attempt}", cut.number)), home);
        let left = batch.as_ref().map(|batch| batch.left_in(home));
        if cut.aim != Aim::Tear || left == Some(Left::TornInTheMiddle) {
            return left;
        }
        assert!(attempt < ATTEMPTS, "{cut:?}: {batch:?} does not tear in the middle");
        fs::remove_dir_all(home).unwrap();
    }
    unreachable!("attempts end");
}

fn check(story: &Story, disk: &Disk, cut: Cut, seed: &str, into: &Path) -> Tally {
    let by = story.changes[cut.after - 1].end;
    let what = format!("PALABRE_SEED={seed}, {cut:?}, survives: {}", cut.survival());
    let state = State { folder: into.join(cut.number.to_string()), what: what.clone() };
    fs::create_dir(&state.folder).unwrap();
    let home = state.folder.join(&story.administration);
    let left = leave(story, disk, cut, seed, &home);

    let mut tally = Tally::default();
    tally.one_more(format!("{:?}", cut.aim), cut.survival().to_string());
    tally.count(left.map_or("no batch under way".to_owned(), |left| left.to_string()), true);
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
    let made_again = log.contains("the index is made again");
    tally.count("indexes made again", made_again);
    if !made_again {
        assert_folded_alike(&mut node, &home, &what);
    }
    node.kill();
    tally
}

/// An index that survived is what the segments give.
fn assert_folded_alike(node: &mut Node, home: &Path, what: &str) {
    let kept = node.api().status().unwrap();
    node.kill();
    fs::remove_dir_all(home.join("index")).unwrap();
    node.start();
    let again = node.api().status().unwrap();
    for name in ["state", "ledger"] {
        assert_eq!(kept[name], again[name], "{what}: {name}");
    }
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

/// The documents whose content a cut at the moment of their acknowledgement could have taken away.
fn not_durable_when_acknowledged(story: &Story) -> Vec<&str> {
    let mut disk = story.before.clone();
    let mut changes = story.changes.iter().peekable();
    let mut acknowledged: Vec<_> = story.acknowledged.iter().collect();
    acknowledged.sort_unstable_by_key(|one| one.by);
    let mut lost = Vec::new();
    for one in acknowledged {
        while let Some(recorded) = changes.next_if(|recorded| recorded.end <= one.by) {
            disk.apply(&recorded.change);
        }
        let file = story::attachment(Path::new(""), &one.content);
        if disk.durable(&file) != Some(one.content.as_slice()) {
            lost.push(one.id.as_str());
        }
    }
    lost
}

#[test]
fn nothing_acknowledged_is_lost_whatever_a_power_cut_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let Some(record) = shim::build("record", folder.path(), "power cuts") else { return };
    let story = Story::record(&record);
    let (acknowledged, shown) = (story.acknowledged.len(), story.seen.len());
    assert!(acknowledged >= 200 && shown >= 200, "{acknowledged} acknowledged, {shown} seen by the peer");
    assert!(story.segments >= 3, "{} segments", story.segments);

    let lost = not_durable_when_acknowledged(&story);
    assert!(lost.is_empty(), "acknowledged before content and its name were durable: {lost:?}");

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
    println!("{} states: {:?}; {:?}", cuts.len(), tally.figures, tally.by_aim_and_survival);
    if cuts.len() >= EACH_KIND {
        tally.has_each_kind();
    }
}

#[test]
fn a_folder_that_somebody_else_made_is_durable_before_anything_in_it_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let Some(record) = shim::build("record", folder.path(), "names of folders") else { return };
    let story = Story::record_over_new_folders(&record);
    assert_eq!(story.acknowledged.len(), 12);
    let lost = not_durable_when_acknowledged(&story);
    assert!(lost.is_empty(), "acknowledged before content and its name were durable: {lost:?}");
}

/// A batch torn in the middle leaves an own entry behind a gap that nobody can fill. It is damage until a peer has shown
/// that it does not have what is lost either; then the ledger is in order again, and so it is for later damage.
#[test]
fn a_batch_torn_in_the_middle_is_not_damage_for_ever() {
    let mut network = Network::run(&["CI", "SN"]);
    network.nodes[0].api().publish("Seen by both", b"seen by both").unwrap();
    network.level();
    network.nodes[1].stop();
    for title in ["Lost", "Behind the gap"] {
        network.nodes[0].api().publish(title, title.as_bytes()).unwrap();
    }
    network.nodes[0].kill();
    let home = network.nodes[0].home().to_owned();
    let entries = ledger::entries(&home);
    entries[entries.len() - 2].zero();
    fs::remove_dir_all(home.join("index")).unwrap();
    network.nodes[0].start();
    network.nodes[0].cli().json(&["store", "verify"]).ends_with(1);
    network.nodes[1].start();
    network.connected();
    network.nodes[0].api().publish("In a new log", b"in a new log").unwrap();
    network.level();
    // Digests go both ways on connecting.
    network.nodes[1].stop();
    network.nodes[1].start();
    network.connected();
    for node in &network.nodes {
        eventually(&format!("{} is in order", node.administration), || {
            let verified = node.cli().json(&["store", "verify"]);
            when(verified.code == Some(0), || format!("{verified:?}"))
        });
        assert!(node.api().metrics().unwrap().get("palabre_forks") == 0.0, "{}: a log has forked", node.administration);
    }
}
