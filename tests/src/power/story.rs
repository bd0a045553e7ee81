//! What is recorded: a node writes beside a peer, is killed, loses its index, writes, stops in good order, has its index
//! made again, writes, stops. Its ledger begins new segments on the way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use palabre_proto::{Message, v1};

use super::batch::{self, Batch};
use super::disk::Disk;
use super::recording::{Change, Recorded, Recording};
use crate::ledger::{HEADER_LEN, Place};
use crate::node::Conditions;
use crate::{Cli, Network, Node, content};

/// The number of the node whose power is cut in the recording, and that of its peer.
const CUT: u8 = 0;
const PEER: u8 = 1;

/// Threads that write at once: their entries share syncs.
const WRITERS: usize = 4;

/// A segment takes some 80 entries here.
const SEGMENT_SIZE: &str = "32768";

/// A table of the index takes some dozen entries here, so that tables are also merged.
const INDEX_HELD: &str = "8192";

/// A document that the API has acknowledged.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    /// How long the recording was by then.
    pub by: u64,
    /// Its id.
    pub id: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// An own entry that a peer has.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How long the recording was by then.
    pub by: u64,
    /// Which log and sequence.
    pub place: Place,
    /// Its id.
    pub id: String,
}

/// A recorded run.
#[derive(Debug)]
pub struct Story {
    /// The disk before it.
    pub before: Disk,
    /// What the node did to its disk, in order.
    pub changes: Vec<Recorded>,
    /// What its API acknowledged.
    pub acknowledged: Vec<Acknowledged>,
    /// What its peer took from it.
    pub seen: Vec<Seen>,
    /// The node's key.
    pub node: String,
    /// Its administration.
    pub administration: String,
    /// Segments that the ledger had in the end.
    pub segments: usize,
}

/// What writes to the node and notes what it acknowledges.
struct Writing<'a> {
    recording: &'a Recording,
    acknowledged: Mutex<Vec<Acknowledged>>,
    number: AtomicUsize,
}

impl Writing<'_> {
    /// Publishes so many documents, several at once.
    fn publish(&self, node: &Node, count: usize) {
        let end = self.number.load(Ordering::SeqCst) + count;
        thread::scope(|scope| {
            for _ in 0..WRITERS {
                scope.spawn(|| {
                    while let Ok(number) =
                        self.number.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| (n < end).then_some(n + 1))
                    {
                        self.publish_one(node, number);
                    }
                });
            }
        });
    }

    fn publish_one(&self, node: &Node, number: usize) {
        let seed = format!("note {number}");
        // Some are more than one write, and do not go along with their entry.
        let content = if number % 9 == 8 { content::noise(&seed, 30_000) } else { content::text(&seed) };
        let id = node.api().publish(&seed, &content).unwrap_or_else(|error| panic!("{seed}: {error}"));
        let by = self.recording.length();
        self.acknowledged.lock().expect("writers do not fail").push(Acknowledged { by, id, content });
    }
}

impl Story {
    /// Has the story happen, with the shim `record`, in a folder of its own.
    pub fn record(record: &Path) -> Self {
        let mut network = Network::found(&["CI", "SN"]);
        let recording = Recording::to(network.dir().join("recording"));
        let homes: Vec<PathBuf> = network.nodes.iter().map(|n| n.home().canonicalize().expect("a home")).collect();
        let before = Disk::of(&homes[0]);
        for (node, who) in network.nodes.iter_mut().zip([CUT, PEER]) {
            let environment = recording.environment(record, &homes[usize::from(who)], who);
            let arguments = ["--segment-size", SEGMENT_SIZE, "--index-held", INDEX_HELD].map(str::to_owned).to_vec();
            node.under(Conditions { environment, arguments, ..Conditions::default() });
        }
        network.start();
        let writing = Writing { recording: &recording, acknowledged: Mutex::default(), number: AtomicUsize::default() };

        writing.publish(&network.nodes[0], 60);
        for number in 0..20 {
            let seed = format!("from the peer {number}");
            network.nodes[1].api().publish(&seed, &content::text(&seed)).expect("the peer writes");
        }
        writing.publish(&network.nodes[0], 50);
        network.level();
        network.nodes[0].kill();
        let mut remove = Command::new("rm");
        remove.arg("-rf").arg(homes[0].join("index")).envs(recording.environment(record, &homes[0], CUT));
        assert!(remove.status().expect("rm runs").success());

        network.nodes[0].start();
        writing.publish(&network.nodes[0], 60);
        network.connected();
        network.level();
        network.nodes[0].stop();
        let mut rebuild = Cli::of(&homes[0]);
        for (name, value) in recording.environment(record, &homes[0], CUT) {
            rebuild = rebuild.with(&name, &value);
        }
        rebuild.json(&["store", "rebuild"]).ok();

        network.nodes[0].start();
        writing.publish(&network.nodes[0], 50);
        network.connected();
        network.level();
        network.nodes[0].stop();

        let (of_node, of_peer): (Vec<_>, Vec<_>) = recording.read().into_iter().partition(|one| one.who == CUT);
        let node = network.nodes[0].key.clone();
        Self {
            before,
            changes: of_node,
            acknowledged: writing.acknowledged.into_inner().expect("writers do not fail"),
            seen: seen(&of_peer, &node),
            node,
            administration: network.nodes[0].administration.clone(),
            segments: crate::ledger::segments(&homes[0]).len(),
        }
    }

    /// Another, short story: a process has made every folder of contents and died before their names were durable; then the
    /// node writes.
    pub fn record_over_new_folders(record: &Path) -> Self {
        let mut network = Network::found(&["CI", "SN"]);
        let recording = Recording::to(network.dir().join("recording"));
        let home = network.nodes[0].home().canonicalize().expect("a home");
        let before = Disk::of(&home);
        let environment = recording.environment(record, &home, CUT);
        let mut make = Command::new("mkdir");
        make.args((0..=u8::MAX).map(|first| home.join(format!("attachments/{first:02x}"))));
        assert!(make.envs(environment.iter().cloned()).status().expect("mkdir runs").success());
        network.nodes[0].under(Conditions { environment, ..Conditions::default() });
        network.nodes[0].start();
        let writing = Writing { recording: &recording, acknowledged: Mutex::default(), number: AtomicUsize::default() };
        writing.publish(&network.nodes[0], 12);
        network.nodes[0].kill();
        Self {
            before,
            changes: recording.read(),
            acknowledged: writing.acknowledged.into_inner().expect("writers do not fail"),
            seen: Vec::new(),
            node: network.nodes[0].key.clone(),
            administration: network.nodes[0].administration.clone(),
            segments: crate::ledger::segments(&home).len(),
        }
    }

    /// Where a cut is worth most: changes of the ledger's folder and of names, by their index.
    pub fn tender(&self) -> Vec<usize> {
        let of_names = |change: &Change| {
            matches!(change, Change::Renamed(..) | Change::Linked(..) | Change::Removed(_) | Change::MadeFolder(_))
        };
        self.indexes(|path| path.components().any(|part| part.as_os_str() == "ledger"), of_names)
    }

    /// Batches of entries that are written and not synced yet, by their index.
    pub fn batches(&self) -> Vec<usize> {
        let mut of_segments = self.indexes(is_segment, |_| false);
        of_segments.retain(|index| matches!(self.changes[*index].change, Change::Wrote { .. }));
        of_segments
    }

    /// The batch that was written and not synced yet after so many changes.
    pub fn batch_under_way(&self, after: usize) -> Option<Batch> {
        let done = &self.changes[..after];
        let written = *self.batches().iter().rfind(|index| **index < after)?;
        let Change::Wrote { descriptor, offset, bytes } = &done[written].change else { return None };
        let settles = |change: &Change| matches!(change, Change::Synced(synced) if synced == descriptor);
        let settled = done[written..].iter().any(|one| settles(&one.change) || one.change == Change::Began);
        let opened = done[..written].iter().rev().find_map(|one| match &one.change {
            Change::Opened { descriptor: of, path, .. } if of == descriptor => path.file_name(),
            _ => None,
        });
        opened.filter(|_| !settled).map(|name| Batch::of(Path::new("ledger").join(name), *offset, bytes))
    }

    /// From the making of each new segment until its first batch is durable, by index.
    pub fn new_segments(&self) -> Vec<usize> {
        let mut found = Vec::new();
        for (index, one) in self.changes.iter().enumerate() {
            if let Change::Opened { descriptor, path, emptied: true, .. } = &one.change
                && is_segment(path)
            {
                let synced = |later: &Recorded| later.change == Change::Synced(*descriptor);
                found.extend(index..=index + self.changes[index..].iter().position(synced).unwrap_or_default());
            }
        }
        found
    }

    /// While the index is made again, by index: from its loss until the next batch, and by `store rebuild`.
    pub fn rebuilds(&self) -> Vec<usize> {
        let began = |one: &(usize, &Recorded)| one.1.change == Change::Began;
        let processes: Vec<usize> = self.changes.iter().enumerate().filter(began).map(|(index, _)| index).collect();
        // The processes are: the node, `rm`, the node, `store rebuild`, the node.
        let [_, loss, start, rebuild, again] = processes[..] else { panic!("{} processes", processes.len()) };
        let batch = self.batches().into_iter().find(|index| *index > start).expect("the node writes again");
        (loss..batch).chain(rebuild..again).collect()
    }

    /// While tables of the index are written and taken away, by index.
    pub fn tables(&self) -> Vec<usize> {
        let is_table = |path: &Path| path.extension().is_some_and(|extension| extension == "table");
        self.indexes(is_table, |change| matches!(change, Change::Removed(path) if is_table(path)))
    }

    /// The changes of files whose path is meant, and all others that are meant.
    fn indexes(&self, path_is_meant: impl Fn(&Path) -> bool, is_meant: impl Fn(&Change) -> bool) -> Vec<usize> {
        let mut meant: BTreeMap<i32, bool> = BTreeMap::new();
        let mut holds = |change: &Change| match change {
            Change::Opened { descriptor, path, .. } => {
                meant.insert(*descriptor, path_is_meant(path));
                path_is_meant(path)
            }
            Change::Wrote { descriptor, .. } | Change::Resized { descriptor, .. } | Change::Synced(descriptor) => {
                meant.get(descriptor) == Some(&true)
            }
            other => is_meant(other),
        };
        (0..self.changes.len()).filter(|index| holds(&self.changes[*index].change)).collect()
    }
}

fn is_segment(path: &Path) -> bool {
    path.extension().is_some_and(|kind| kind == "seg")
}

/// The entries of `author` that the peer wrote to its ledger, each when it first did.
fn seen(of_peer: &[Recorded], author: &str) -> Vec<Seen> {
    let mut segments: BTreeMap<i32, bool> = BTreeMap::new();
    let mut seen = Vec::new();
    for Recorded { end, change, .. } in of_peer {
        match change {
            Change::Opened { descriptor, path, .. } => {
                segments.insert(*descriptor, is_segment(path));
            }
            Change::Wrote { descriptor, bytes, .. } if segments.get(descriptor) == Some(&true) => {
                seen.extend(entries(bytes).filter(|(place, _)| place.author == author).map(|(place, id)| Seen {
                    by: *end,
                    place,
                    id,
                }));
            }
            _ => {}
        }
    }
    seen
}

/// The entries in a batch of frames: where each belongs, and its id.
fn entries(bytes: &[u8]) -> impl Iterator<Item = (Place, String)> {
    batch::frames(bytes).map(|frame| &frame[HEADER_LEN..]).filter_map(|record| {
        let place = Place::of(record)?;
        let Some(v1::record::Kind::Entry(entry)) = v1::Record::decode(record).expect("a record").kind else {
            return None;
        };
        Some((place, blake3::hash(&entry.header).to_hex().to_string()))
    })
}

/// Where the content with these bytes lies in a home.
pub fn attachment(home: &Path, content: &[u8]) -> PathBuf {
    let name = blake3::hash(content).to_hex();
    let (folder, file) = name.split_at(2);
    home.join("attachments").join(folder).join(file)
}

/// Gives a home settings of its own: ports that are free now.
pub fn settle(home: &Path, api: u16, tcp: u16) {
    let settings = format!("listen = [\"/ip4/127.0.0.1/tcp/{tcp}\"]\napi = \"127.0.0.1:{api}\"\nmdns = false\n");
    fs::write(home.join("node.toml"), settings).expect("node.toml");
}
