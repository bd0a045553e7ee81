//! How near Palabre comes to what the machine can do: each figure beside the machine's own, measured in the same run.
//!
//! `scripts/bench` runs it; `scripts/bench a c` runs some parts.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a measurement that cannot go on ends, and figures are shown with three digits"
)]

mod append;
mod catch_up;
mod gossip;
mod idle;
mod ingest;
mod live;
mod million;
mod others;
mod plain;
mod processor;
mod proxy;
mod spread;
mod table;
/// The daemon's own.
#[allow(unused_imports, reason = "its tests are no benchmarks")]
#[path = "../../../node/app/src/daemon/verifier.rs"]
mod verifier;

use table::Row;

/// A part: its letter, what it measures, and how.
type Part = (&'static str, &'static str, fn() -> Vec<Row>);

const PARTS: [Part; 8] = [
    ("a", "verification and durable ingest, beside plain verify_strict", ingest::measure),
    ("b", "grouped durable append, beside a bare fdatasync loop", append::measure),
    ("c", "publish to the last of 23 nodes, beside plain gossipsub", spread::measure),
    ("d", "an idle node among 23", idle::measure),
    ("e", "a large ledger: rebuilt, started, its memory and disk", million::measure),
    ("f", "bytes to catch up on 2,000 documents, beside zstd -19, git and rsync", catch_up::measure),
    ("g", "a node whose five peers all hold what it lacks", catch_up::measure_five),
    ("h", "bytes for each delivery of a document of 1 KiB among 23", live::measure),
];

fn main() {
    if std::env::args().nth(1).is_some_and(|word| word == gossip::WORD) {
        return gossip::serve();
    }
    if million::is_child() {
        return;
    }
    // cargo hands `--bench` to every benchmark.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let Some(unknown) = asked.iter().find(|word| !PARTS.iter().any(|(letter, ..)| letter == word)) {
        let letters: Vec<&str> = PARTS.iter().map(|(letter, ..)| *letter).collect();
        eprintln!("there is no part {unknown}; there are {}", letters.join(", "));
        std::process::exit(2);
    }
    for (letter, what, measure) in PARTS {
        if asked.is_empty() || asked.iter().any(|word| word == letter) {
            println!("\n({letter}) {what}");
            table::print(&measure());
        }
    }
}
