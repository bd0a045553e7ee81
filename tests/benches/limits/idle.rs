//! What a node costs that has nothing to do, among 23: memory, processor time, and bytes on the wire.

use std::thread;
use std::time::{Duration, Instant};

use palabre_tests::{Demo, Node, process};

use crate::spread::NODES;
use crate::table::{Row, median};

/// How long the network is left alone; `PALABRE_IDLE_SECONDS` sets another time.
const IDLE: Duration = Duration::from_mins(4);
/// How long connections and mesh settle before.
const SETTLE: Duration = Duration::from_secs(30);
/// Memory that a node may take, in MiB (`docs/design.md`: small machines).
const MEMORY: f64 = 256.0;
/// Seconds of one core in an hour.
const CORE: f64 = 3600.0;
/// KiB that a link of 64 kbit/s carries in an hour, both ways together.
const LINK: f64 = 2.0 * 64_000.0 / 8.0 * 3600.0 / 1024.0;

pub(crate) fn measure() -> Vec<Row> {
    let seconds = std::env::var("PALABRE_IDLE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let demo = Demo::start(NODES);
    demo.level();
    thread::sleep(SETTLE);
    let (before, begun) = (spent(&demo.nodes), Instant::now());
    thread::sleep(seconds.map_or(IDLE, Duration::from_secs));
    let (after, hours) = (spent(&demo.nodes), begun.elapsed().as_secs_f64() / 3600.0);

    let an_hour = |of: fn(&Spent) -> f64| -> Vec<f64> {
        before.iter().zip(&after).map(|(before, after)| (of(after) - of(before)) / hours).collect()
    };
    let (now, ever): (Vec<f64>, Vec<f64>) = demo.nodes.iter().map(memory).unzip();
    let link = "a link of 64 kbit/s";
    vec![
        row("memory, median of the nodes (RSS)", median(now), (MEMORY, "the promise"), "MiB"),
        row("memory, the most that any ever held (peak RSS)", most(ever), (MEMORY, "the promise"), "MiB"),
        row("processor time, median", median(an_hour(|spent| spent.processor)), (CORE, "one core"), "s/h"),
        row("all bytes, median", median(an_hour(|spent| spent.wire)), (LINK, link), "KiB/h"),
        row("all bytes, the most of any", most(an_hour(|spent| spent.wire)), (LINK, link), "KiB/h"),
        row("of these sync, median", median(an_hour(|spent| spent.sync)), (LINK, link), "KiB/h"),
        row("of these gossip payloads, median", median(an_hour(|spent| spent.gossip)), (LINK, link), "KiB/h"),
    ]
}

fn row(what: &str, ours: f64, (limit, beside): (f64, &str), unit: &'static str) -> Row {
    Row { what: what.to_owned(), ours, limit: (limit, beside.to_owned()), unit }
}

fn most(figures: Vec<f64>) -> f64 {
    figures.into_iter().fold(0.0, f64::max)
}

/// MiB that a node holds now, and held at most.
fn memory(node: &Node) -> (f64, f64) {
    let (now, ever) = process::memory(node.pid()).expect("the node runs");
    (now as f64 / 1024.0, ever as f64 / 1024.0)
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
