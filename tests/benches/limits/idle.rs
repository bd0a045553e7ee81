//! What a node costs that has nothing to do, among 23, one of which is on a metered link: memory, bytes on the wire,
//! processor time.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use palabre_tests::{Demo, Node, process};

use crate::spread::NODES;
use crate::table::{Row, median};

/// How long the network is left alone; `PALABRE_IDLE_SECONDS` sets another time.
const IDLE: Duration = Duration::from_mins(4);
/// How long connections settle before that: a new one may be closed again after a minute.
const SETTLE: Duration = Duration::from_mins(3);
/// MiB that an idle node may take.
const MEMORY: f64 = 40.0;
/// KiB an hour that it may receive and send together.
const LINK: f64 = 300.0;
/// The same on a metered link.
const LINK_METERED: f64 = 70.0;
/// Seconds of processor time that it may take in an hour.
const PROCESSOR: f64 = 3.0;

pub(crate) fn measure() -> Vec<Row> {
    let seconds = std::env::var("PALABRE_IDLE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let idle = seconds.map_or(IDLE, Duration::from_secs);
    let mut demo = Demo::start(NODES);
    demo.level();
    set_metered(demo.nodes.last_mut().unwrap());
    thread::sleep(SETTLE);
    let (before, begun) = (spent(&demo.nodes), Instant::now());
    thread::sleep(idle);
    let (after, hours) = (spent(&demo.nodes), begun.elapsed().as_secs_f64() / 3600.0);

    let hourly = |of: fn(&Spent) -> f64| -> Vec<f64> {
        before.iter().zip(&after).map(|(before, after)| (of(after) - of(before)) / hours).collect()
    };
    let others = |of: fn(&Spent) -> f64| -> Vec<f64> {
        let mut figures = hourly(of);
        figures.pop();
        figures
    };
    let (now, ever): (Vec<f64>, Vec<f64>) = demo.nodes.iter().map(memory).unzip();
    vec![
        row("memory, median of the nodes (RSS)", median(now.clone()), MEMORY, "MiB"),
        row("memory, the most of any (RSS)", most(now), MEMORY, "MiB"),
        row("memory, the most that any ever held (peak RSS)", most(ever), MEMORY, "MiB"),
        row("processor time, median", median(hourly(|spent| spent.processor)), PROCESSOR, "s/h"),
        row("processor time, the most of any", most(hourly(|spent| spent.processor)), PROCESSOR, "s/h"),
        row("all bytes on the metered link", *hourly(|spent| spent.wire).last().unwrap(), LINK_METERED, "KiB/h"),
        row("all bytes on the others, median", median(others(|spent| spent.wire)), LINK, "KiB/h"),
        row("all bytes on the others, the most of any", most(others(|spent| spent.wire)), LINK, "KiB/h"),
        row("of these sync, median", median(others(|spent| spent.sync)), LINK, "KiB/h"),
        row("of these gossip payloads, median", median(others(|spent| spent.gossip)), LINK, "KiB/h"),
    ]
}

fn row(what: &str, ours: f64, limit: f64, unit: &'static str) -> Row {
    Row { what: what.to_owned(), ours, limit: (limit, "the most it may be".to_owned()), unit }
}

fn most(figures: Vec<f64>) -> f64 {
    figures.into_iter().fold(0.0, f64::max)
}

/// MiB that a node holds now, and held at most.
fn memory(node: &Node) -> (f64, f64) {
    let (now, ever) = process::memory(node.pid()).expect("the node runs");
    (now as f64 / 1024.0, ever as f64 / 1024.0)
}

/// Starts a node again on a link that is paid by the megabyte.
fn set_metered(node: &mut Node) {
    node.stop();
    let settings = node.home().join("node.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let metered = text.replace("metered = false", "metered = true");
    assert_ne!(text, metered, "{text}");
    fs::write(&settings, metered).unwrap();
    node.start();
}

/// What a node has spent since its start: seconds of processor time, and KiB both ways.
struct Spent {
    processor: f64,
    wire: f64,
    sync: f64,
    gossip: f64,
}

fn spent(nodes: &[Node]) -> Vec<Spent> {
    let read = |node: &Node| {
        let metrics = node.api().metrics().expect("the node answers");
        let both = |what: &str| {
            let one = |way: &str| metrics.get(&format!("palabre_{what}_{way}_bytes_total"));
            (one("received") + one("sent")) / 1024.0
        };
        let processor = process::processor_time(node.pid()).expect("the node runs");
        Spent { processor, wire: both("wire"), sync: both("sync"), gossip: both("gossip") }
    };
    nodes.iter().map(read).collect()
}
