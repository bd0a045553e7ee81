//! Grouped durable append of the ledger segments, beside writing and syncing the same bytes with nothing around.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};

use palabre_store::{Segments, Settings};
use palabre_tests::content;
use tempfile::TempDir;

use crate::table::Row;

/// Bytes of a record: an entry that publishes a document.
const RECORD: usize = 480;
/// Records that share one sync.
const GROUPS: [usize; 4] = [1, 16, 128, 1024];
/// How long each loop runs, and how often the two take turns: a disk has its moods.
const TURN: Duration = Duration::from_millis(700);
const TURNS: usize = 4;

pub(crate) fn measure() -> Vec<Row> {
    GROUPS.into_iter().map(row).collect()
}

fn row(group: usize) -> Row {
    // Beside the target folder, not in memory: /tmp may be no disk.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let records: Vec<Vec<u8>> = (0..group).map(|number| content::noise(&number.to_string(), RECORD)).collect();
    let mut ledger = dir.path().join("ledger");
    std::fs::create_dir(&ledger).unwrap();
    let (mut segments, _) = Segments::open(&ledger, Settings::default()).unwrap();
    let mut bare = bare_file(&dir);
    let framed: Vec<u8> = records.iter().flat_map(|record| [vec![0; 8], record.clone()].concat()).collect();

    let (mut ours, mut limit) = (Rate::default(), Rate::default());
    for _ in 0..TURNS {
        ours.run(group, || drop(segments.append(&records).unwrap()));
        limit.run(group, || {
            bare.write_all(&framed).unwrap();
            bare.sync_data().unwrap();
        });
    }
    ledger.clear();
    Row {
        what: format!("{group} records of {RECORD} bytes a sync"),
        ours: ours.per_second(),
        limit: (limit.per_second(), "write + fdatasync".to_owned()),
        unit: "records/s",
    }
}

fn bare_file(dir: &TempDir) -> File {
    File::create(dir.path().join("bare")).unwrap()
}

/// Records written, and the time that it took.
#[derive(Default)]
struct Rate {
    records: usize,
    time: Duration,
}

impl Rate {
    fn run(&mut self, group: usize, mut append: impl FnMut()) {
        let begun = Instant::now();
        while begun.elapsed() < TURN {
            append();
            self.records += group;
        }
        self.time += begun.elapsed();
    }

    fn per_second(&self) -> f64 {
        self.records as f64 / self.time.as_secs_f64()
    }
}
