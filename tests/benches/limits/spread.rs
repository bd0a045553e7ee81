//! From the API's answer on one node to the last of 23 that shows the document, beside plain gossipsub.

use std::thread;
use std::time::{Duration, Instant};

use palabre_tests::{Demo, Node, PATIENCE, content, node};

use crate::gossip;
use crate::table::{Row, median};

/// The members of the region.
pub(crate) const NODES: usize = 23;
/// Documents published, each on another node.
const ROUNDS: usize = 23;
/// Bytes of an entry that publishes a document, about: what plain gossipsub carries beside it.
const ENTRY: usize = 480;
/// Contents: one that travels with its entry, one that is fetched after it.
const CONTENTS: [(&str, usize); 2] = [("1 KiB, with its entry", 1024), ("100 KiB, fetched after it", 100 * 1024)];
/// Time until one that did not show it is asked again.
const AGAIN: Duration = Duration::from_millis(2);

pub(crate) fn measure() -> Vec<Row> {
    let plain = gossip::rounds(NODES, ROUNDS, ENTRY);
    let demo = Demo::start(NODES);
    demo.level();
    let mut rows = Vec::new();
    for (what, size) in CONTENTS {
        let spread: Vec<Spread> = (0..ROUNDS).map(|round| spread(&demo.nodes, round, size)).collect();
        let listed: Vec<f64> = spread.iter().map(|one| one.listed).collect();
        let whole: Vec<f64> = spread.iter().map(|one| one.whole).collect();
        rows.push(row(format!("listed everywhere, median ({what})"), median(listed.clone()), median(plain.clone())));
        rows.push(row(format!("listed everywhere, slowest ({what})"), most(&listed), most(&plain)));
        rows.push(row(format!("content everywhere, median ({what})"), median(whole), median(plain.clone())));
    }
    rows
}

fn row(what: String, ours: f64, limit: f64) -> Row {
    let beside = format!("gossipsub, {ENTRY} bytes, {NODES} processes");
    Row { what, ours: ours * 1000.0, limit: (limit * 1000.0, beside), unit: "ms" }
}

fn most(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(0.0, f64::max)
}

/// Seconds from the answer until the document is listed, and until its content is held, on the last node.
struct Spread {
    listed: f64,
    whole: f64,
}

fn spread(nodes: &[Node], round: usize, size: usize) -> Spread {
    let author = round % nodes.len();
    let bytes = content::noise(&format!("{round}/{size}"), size);
    let id = nodes[author].api().publish("Mesure", &bytes).unwrap();
    let begun = Instant::now();
    let last = |complete: bool| {
        let others = nodes.iter().enumerate().filter(|(number, _)| *number != author).map(|(_, node)| node);
        let shown = until_all(others, PATIENCE, |node| shows(node, &id, complete));
        shown.unwrap_or_else(|| panic!("not everybody gets {id}"));
        begun.elapsed().as_secs_f64()
    };
    let spread = Spread { listed: last(false), whole: last(true) };
    node::level(nodes);
    spread
}

fn shows(node: &Node, id: &str, complete: bool) -> bool {
    node.api().json(&format!("documents/{id}")).is_ok_and(|document| !complete || document["complete"] == true)
}

/// Seconds until all show it; nothing when that takes longer than `patience`. One after the other is asked until it shows
/// it: asking all at once would take the machine from those asked.
pub(crate) fn until_all<T>(
    all: impl IntoIterator<Item = T>,
    patience: Duration,
    mut shows: impl FnMut(&mut T) -> bool,
) -> Option<f64> {
    let begun = Instant::now();
    for mut one in all {
        while !shows(&mut one) {
            if begun.elapsed() > patience {
                return None;
            }
            thread::sleep(AGAIN);
        }
    }
    Some(begun.elapsed().as_secs_f64())
}
