//! What it costs all 23 nodes together to bring one document to each of them.

use std::thread;
use std::time::Duration;

use palabre_core::fixtures::prose;
use palabre_tests::{Demo, Node, node};

use crate::spread::NODES;
use crate::table::Row;

/// Documents published, each on another node.
const DOCUMENTS: usize = 23;
/// Bytes of each: the whole entry, with its text, is about a quarter more.
const LENGTH: usize = 1024;
/// Time between two of them: what is said about one is said before the next.
const APART: Duration = Duration::from_secs(5);

pub(crate) fn measure() -> Vec<Row> {
    let demo = Demo::start(NODES);
    demo.level();
    thread::sleep(Duration::from_secs(30));
    let before = sums(&demo.nodes);
    let mut length = 0;
    for number in 0..DOCUMENTS {
        let text: String = prose::text(number as u64, LENGTH + 200).chars().take(LENGTH).collect();
        length += text.len();
        demo.nodes[number].api().publish(&format!("Note {number}"), text.as_bytes()).unwrap();
        thread::sleep(APART);
    }
    node::level(&demo.nodes);
    let after = sums(&demo.nodes);
    let deliveries = (DOCUMENTS * (NODES - 1)) as f64;
    let size = length as f64 / DOCUMENTS as f64;
    let each = |figure: fn(&Sums) -> f64| (figure(&after) - figure(&before)) / deliveries;
    let row = |what: &str, ours: f64, limit: f64, beside: &str, unit| Row {
        what: what.to_owned(),
        ours,
        limit: (limit, beside.to_owned()),
        unit,
    };
    vec![
        row("all bytes for each delivery", each(|sums| sums.wire), size, "the text alone", "bytes"),
        row("of these sync", each(|sums| sums.sync), size, "the text alone", "bytes"),
        row("of these gossip payloads", each(|sums| sums.gossip), size, "the text alone", "bytes"),
        row("whole entries for each delivery", each(|sums| sums.entries), 1.0, "one", "copies"),
    ]
}

/// What all nodes have received since their starts.
struct Sums {
    wire: f64,
    sync: f64,
    gossip: f64,
    entries: f64,
}

fn sums(nodes: &[Node]) -> Sums {
    let sum = |what: &str| nodes.iter().map(|node| node.api().metrics().unwrap().get(what)).sum();
    Sums {
        wire: sum("palabre_wire_received_bytes_total"),
        sync: sum("palabre_sync_received_bytes_total"),
        gossip: sum("palabre_gossip_received_bytes_total"),
        entries: sum("palabre_entries_received_total"),
    }
}
