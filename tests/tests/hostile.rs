//! A member gone bad, and strangers at the door, as real processes: each attack is bounded, named, answered with a pause,
//! costs the nodes little, and leaves no trace in what they hold.
//!
//! Some attacks in every run; all of them, and each for longer, in `scripts/test --long hostile`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use clap::ValueEnum as _;
use palabre_tests::cli::text;
use palabre_tests::hostile::{Answer, Assault, Attack};
use palabre_tests::node::{all_hold, level};
use palabre_tests::wait::{PATIENCE, when};
use palabre_tests::{Network, Node, binary, content, eventually};
use serde_json::Value;

/// The attacker.
const HOSTILE: &str = env!("CARGO_BIN_EXE_hostile");
/// Those who keep to the rules.
const HONEST: [&str; 3] = ["CI", "SN", "GH"];
/// Others of the region, for one attack each: who is left alone for one must not be spared for the next.
const OTHERS: [&str; 21] = [
    "CV", "BRRC", "BF", "BJ", "CD", "CF", "CG", "CM", "GA", "GM", "GN", "GW", "LR", "ML", "MR", "NE", "NG", "SL", "ST",
    "TD", "TG",
];
/// A node under attack may use so much of one core, in percent: what is promised, with the documents that are published
/// meanwhile. A build that is not optimised gets more.
const CPU: u128 = if cfg!(debug_assertions) { 50 } else { 20 };
/// Kilobytes of memory that a node may have held at the most.
const MEMORY: u64 = 200_000;
/// Lines about refused connections of one peer in a log: one a minute, for as long as an attack and the wait after it may
/// last.
const REFUSALS: usize = 8;
/// The same about all strangers and members: eight a minute, for as long as all attacks together may last.
const STRANGERS_NAMED: usize = 8 * 60;
/// Entries of an author in a day, in the charter of this network: a million of them come to an end soon.
const A_DAY: u64 = 3_000;

/// What is tried in every run.
const SOME: [Attack; 11] = [
    Attack::Garbage,
    Attack::Oversized,
    Attack::Bomb,
    Attack::Frames,
    Attack::HugeFrontier,
    Attack::ForgedGossip,
    Attack::Announcements,
    Attack::Fork,
    Attack::Million,
    Attack::Streams,
    Attack::Strangers,
];

/// What is to be tried, and for how long each: `PALABRE_ATTACKS` is `all`, or names with commas between them.
fn attacks() -> (Vec<Attack>, Duration) {
    match std::env::var("PALABRE_ATTACKS").as_deref() {
        Ok("all") => (Attack::value_variants().to_vec(), Duration::from_secs(30)),
        Ok(names) => {
            let attacks = names.split(',').map(|name| Attack::from_str(name, true).unwrap());
            (attacks.collect(), Duration::from_secs(10))
        }
        Err(_) => (SOME.to_vec(), Duration::from_secs(3)),
    }
}

/// The region's charter with a smaller allowance.
fn template() -> String {
    let region = std::fs::read_to_string(binary::project().join("config/charter.toml")).unwrap();
    let smaller = region.replace("entries = 20000", &format!("entries = {A_DAY}"));
    assert_ne!(smaller, region);
    smaller
}

#[test]
fn who_breaks_the_rules_is_bounded_named_and_left_alone() {
    let (attacks, lasts) = attacks();
    for some in attacks.chunks(OTHERS.len()) {
        let codes: Vec<&str> = HONEST.into_iter().chain(OTHERS.into_iter().take(some.len())).collect();
        let mut network = Network::found_by(&codes, Some(&template()));
        network.start_some(HONEST.len());
        let (honest, members) = network.nodes.split_at(HONEST.len());
        // All of them, even when one does harm: what the others do is worth knowing.
        let harms = |(kind, member): (&Attack, &Node)| {
            let attack = AssertUnwindSafe(|| attack(*kind, member, honest, lasts));
            std::panic::catch_unwind(attack).is_err().then_some(*kind)
        };
        let harmful: Vec<Attack> = some.iter().zip(members).filter_map(harms).collect();
        assert!(harmful.is_empty(), "{harmful:?}");
        level(honest);
        for node in honest {
            node.cli().json(&["store", "verify"]).ok();
        }
    }
}

/// Attacks for a while; documents that are published meanwhile reach all.
fn attack(kind: Attack, member: &Node, honest: &[Node], lasts: Duration) {
    let begun = Instant::now();
    let mut assault = Assault::begin(HOSTILE, kind, member, honest);
    let mut published = 0;
    while begun.elapsed() < lasts || !assault.has_begun() {
        assert!(begun.elapsed() < PATIENCE, "{kind:?} does nothing");
        let seed = format!("{kind:?} {published}");
        let bytes = content::text(&seed);
        let id = honest[published % honest.len()].api().publish(&seed, &bytes).unwrap();
        all_hold(honest, &id, &bytes);
        published += 1;
        std::thread::sleep(Duration::from_millis(300));
    }
    let answers: Vec<String> = honest.iter().map(|node| answer(node, member, kind)).collect();
    let lasted = begun.elapsed().as_secs();
    let (done, costs) = assault.end();
    let (cpu, memory) = (costs.iter().map(|cost| cost.cpu_percent), costs.iter().map(|cost| cost.memory));
    let (cpu, memory) = (cpu.max().unwrap(), memory.max().unwrap());
    let what = &answers[0];
    println!("{kind:?}: {lasted} s, {cpu} % of a core, {memory} kB; {what}; {published} documents; {done}");
    assert!(cpu <= CPU, "{kind:?} costs {cpu} % of a core");
    assert!(memory <= MEMORY, "{kind:?} costs {memory} kB");
    for node in honest {
        assert!(entries_of(node, member) <= A_DAY, "{kind:?}: {} took more than a day's share", node.administration);
    }
}

/// Waits until a node has answered an attack as it should; what it says of it.
fn answer(node: &Node, member: &Node, kind: Attack) -> String {
    match kind.answer() {
        Answer::Nothing => "no fault".to_owned(),
        Answer::Refused => {
            let lines = lines_of(node, "a connection was refused");
            assert!((1..=STRANGERS_NAMED).contains(&lines.len()), "{} lines about strangers", lines.len());
            "refused".to_owned()
        }
        Answer::Named(word) => {
            assert!(!lines_of(node, &member.key).is_empty(), "{kind:?} is not in the log");
            is_named(node, member, kind, |why| text(&why["last_error"]).contains(word))
        }
        Answer::Paused => {
            let what = is_named(node, member, kind, |why| why["reason"] == "paused");
            let named = lines_of(node, "left alone");
            assert!(named.iter().any(|line| line.contains(&member.key) && line.contains(&what)), "{what}: {named:?}");
            let refused = lines_of(node, "a connection was refused");
            let refused = refused.iter().filter(|line| line.contains(&member.key)).count();
            assert!(refused <= REFUSALS, "{refused} lines about refused connections of one peer");
            what
        }
    }
}

/// What `peer why` says that a peer did, once it says so.
fn is_named(node: &Node, member: &Node, kind: Attack, as_it_should: impl Fn(&Value) -> bool) -> String {
    eventually(&format!("{} names {kind:?}", node.administration), || {
        let why = node.cli().json(&["peer", "why", &member.key]).ok().value();
        let named = why["last_error"].is_string() && as_it_should(&why);
        when(named, || format!("{why}"))?;
        Ok::<_, String>(text(&why["last_error"]))
    })
}

/// The lines of a node's log that say so.
fn lines_of(node: &Node, what: &str) -> Vec<String> {
    let log = std::fs::read_to_string(node.log_file()).unwrap();
    log.lines().filter(|line| line.contains(what)).map(str::to_owned).collect()
}

/// Entries that a node has taken of another.
fn entries_of(node: &Node, author: &Node) -> u64 {
    let logs = node.cli().json(&["log", "show", &author.key, "--limit", "1"]).ok().value();
    let logs = logs["logs"].as_array().unwrap();
    logs.iter().map(|log| log["sequence"].as_u64().unwrap()).sum()
}
