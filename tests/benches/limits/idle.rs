//! What a node costs that has nothing to do, among 23: memory, and bytes on the wire.

use std::thread;
use std::time::{Duration, Instant};

use palabre_tests::{Demo, Node, process};

use crate::spread::NODES;
use crate::table::{Row, median};

/// How long the network is left alone; `PALABRE_IDLE_SECONDS` sets another time.
const IDLE: Duration = Duration::from_mins(4);
/// Memory that a node may take (`docs/design.md`, the region decides the design).
const MEMORY: f64 = 256.0;
/// What a link of 64 kbit/s carries in an hour, both ways together.
const LINK: f64 = 2.0 * 64_000.0 / 8.0 * 3600.0 / 1024.0;

pub(crate) fn measure() -> Vec<Row> {
    let seconds = std::env::var("PALABRE_IDLE_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let idle = seconds.map_or(IDLE, Duration::from_secs);
    let demo = Demo::start(NODES);
    demo.level();
    // The mesh and the connections settle first.
    thread::sleep(Duration::from_secs(30));
    let (before, begun) = (wire(&demo.nodes), Instant::now());
    thread::sleep(idle);
    let (after, hours) = (wire(&demo.nodes), begun.elapsed().as_secs_f64() / 3600.0);

    let moved = |figure: fn(&Wire) -> f64| -> Vec<f64> {
        before.iter().zip(&after).map(|(before, after)| (figure(after) - figure(before)) / 1024.0 / hours).collect()
    };
    let memory = |now: bool| -> Vec<f64> {
        let of = |node: &Node| process::memory(node.pid()).map(|(rss, most)| if now { rss } else { most }).unwrap();
        demo.nodes.iter().map(|node| of(node) as f64 / 1024.0).collect()
    };
    let most = |figures: Vec<f64>| figures.into_iter().fold(0.0, f64::max);
    let row = |what: &str, ours, limit, beside: &str, unit| Row {
        what: what.to_owned(),
        ours,
        limit: (limit, beside.to_owned()),
        unit,
    };
    let link = "a link of 64 kbit/s";
    vec![
        row("memory, median of the nodes (RSS)", median(memory(true)), MEMORY, "the promise", "MiB"),
        row("memory, the largest ever of any (peak RSS)", most(memory(false)), MEMORY, "the promise", "MiB"),
        row("all bytes, median of the nodes", median(moved(|wire| wire.all)), LINK, link, "KiB/h"),
        row("all bytes, the most of any", most(moved(|wire| wire.all)), LINK, link, "KiB/h"),
        row("of these sync, median", median(moved(|wire| wire.sync)), LINK, link, "KiB/h"),
        row("of these gossip payloads, median", median(moved(|wire| wire.gossip)), LINK, link, "KiB/h"),
    ]
}

/// Bytes that a node has moved since its start, both ways.
struct Wire {
    all: f64,
    sync: f64,
    gossip: f64,
}

fn wire(nodes: &[Node]) -> Vec<Wire> {
    let read = |node: &Node| {
        let metrics = node.api().metrics().unwrap();
        let both = |what: &str| {
            metrics.get(&format!("palabre_{what}_received_bytes_total"))
                + metrics.get(&format!("palabre_{what}_sent_bytes_total"))
        };
        Wire { all: both("wire"), sync: both("sync"), gossip: both("gossip") }
    };
    nodes.iter().map(read).collect()
}
