//! Bytes until a node that was away holds what the others have written, all of them counted, both ways.

use palabre_core::fixtures::prose;
use palabre_tests::{Network, content, eventually, wait};

use crate::others;
use crate::table::Row;

/// Documents that it lacks.
const DOCUMENTS: u64 = 2_000;
/// Bytes of text of each.
const LENGTH: usize = 600;
/// Bytes of a signature.
const SIGNATURE: usize = 64;
/// Administrations of the network with five holders, the one that was away last.
const CODES: [&str; 6] = ["CI", "SN", "GH", "CV", "BRRC", "BF"];

/// From one node that holds everything.
pub(crate) fn measure() -> Vec<Row> {
    let texts: Vec<String> = (0..DOCUMENTS).map(|number| prose::text(number, LENGTH)).collect();
    let compressed = zstd::encode_all(texts.concat().as_bytes(), 19).unwrap().len();
    let limit = (compressed + texts.len() * SIGNATURE) as f64 / 1024.0;
    let ours = arrive(2, &texts).wire;
    let row = |what: &str, ours: f64| Row {
        what: what.to_owned(),
        ours: ours / 1024.0,
        limit: (limit, "zstd -19 of the text + 64 bytes an entry".to_owned()),
        unit: "KiB",
    };
    let mut rows = vec![row("all bytes of a node that was away", ours)];
    let signed =
        |(number, text): (usize, &String)| [text.as_bytes(), &content::noise(&number.to_string(), SIGNATURE)].concat();
    let records: Vec<Vec<u8>> = texts.iter().enumerate().map(signed).collect();
    for (what, bytes) in [("git fetch", others::git(&records)), ("rsync -az", others::rsync(&records))] {
        match bytes {
            Some(bytes) => rows.push(row(&format!("the same records by {what}"), bytes as f64)),
            None => println!("skipped: {what}, which is not installed"),
        }
    }
    rows
}

/// From five nodes that all hold everything.
pub(crate) fn measure_five() -> Vec<Row> {
    let texts: Vec<String> = (0..DOCUMENTS / 4).map(|number| prose::text(number, LENGTH)).collect();
    let (one, five) = (arrive(2, &texts), arrive(CODES.len(), &texts));
    vec![
        Row {
            what: "entries received from five peers".to_owned(),
            ours: five.entries,
            limit: (texts.len() as f64, "entries lacked".to_owned()),
            unit: "entries",
        },
        Row {
            what: "all bytes, from five peers".to_owned(),
            ours: five.wire / 1024.0,
            limit: (one.wire / 1024.0, "from one peer".to_owned()),
            unit: "KiB",
        },
    ]
}

/// What a node received and sent.
struct Arrival {
    wire: f64,
    entries: f64,
}

/// Founds a network, lets all but the last node write and hold these texts, then starts that and counts.
fn arrive(nodes: usize, texts: &[String]) -> Arrival {
    let mut network = Network::found(&CODES[..nodes]);
    let (last, holders) = network.nodes.split_last_mut().unwrap();
    for holder in &mut *holders {
        holder.start();
    }
    for (number, text) in texts.iter().enumerate() {
        holders[0].api().publish(&format!("Note de service {number}"), text.as_bytes()).unwrap();
    }
    for holder in &*holders {
        holds(holder, texts.len());
    }
    last.start();
    holds(last, texts.len());
    let metrics = last.api().metrics().unwrap();
    Arrival {
        wire: metrics.get("palabre_wire_received_bytes_total") + metrics.get("palabre_wire_sent_bytes_total"),
        entries: metrics.get("palabre_entries_received_total"),
    }
}

/// Waits until a node holds so many entries and their contents.
fn holds(node: &palabre_tests::Node, entries: usize) {
    eventually(&format!("{} holds everything", node.administration), || {
        let metrics = node.api().metrics().map_err(|error| error.to_string())?;
        let (held, missing) = (metrics.get("palabre_entries"), metrics.get("palabre_attachments_missing"));
        let whole = held >= entries as f64 && missing < 1.0;
        wait::when(whole, || format!("{held} entries, {missing} attachments missing"))
    });
}
