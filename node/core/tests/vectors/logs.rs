//! `logs.json`: what becomes of entries and fork proofs that come one by one.

use palabre_core::id::{ContentHash, NetworkId};
use palabre_core::ledger::book::{Located, read_entry};
use palabre_core::ledger::{Entry, ForkProof, Frontier, Ledger, Record, Verdict};
use palabre_core::state::{MapState, Pair, Position, State, StateError, Storage};
use serde_json::{Value, json};

use crate::vector::{bytes, file, list, text};
use crate::{entries, forks, words};

#[test]
fn every_log_ends_as_it_should() {
    let file = file("logs.json");
    let network: NetworkId = text(&file["network"]).parse().unwrap();
    for vector in list(&file["vectors"]) {
        let mut node = Node { network, ledger: Ledger::default(), memory: Memory::default() };
        for (index, step) in list(&vector["steps"]).iter().enumerate() {
            let found = if step.get("entry").is_some() {
                node.take_entry(&bytes(&step["entry"]))
            } else {
                node.take_fork(&bytes(&step["fork"]))
            };
            assert_eq!(step["verdict"], found, "{}, step {}", vector["name"], index + 1);
        }
        assert_eq!(vector["frontier"], said(&node.ledger.frontier()), "{}", vector["name"]);
        let again = Ledger::load(&node.memory, &network).unwrap();
        assert_eq!(again.frontier(), node.ledger.frontier(), "{}: read again from the index", vector["name"]);
    }
    assert_eq!(list(&file["vectors"]).len(), 25);
}

/// As much of a node as takes in entries.
struct Node {
    network: NetworkId,
    ledger: Ledger,
    memory: Memory,
}

impl Node {
    fn take_entry(&mut self, bytes: &[u8]) -> &'static str {
        let entry = match entries::verify(bytes, &self.network) {
            Ok(entry) => entry,
            Err(word) => return word,
        };
        let verdict = self.ledger.judge(&self.memory, &entry).unwrap();
        match &verdict {
            Verdict::Next | Verdict::Ahead => {
                let position = self.memory.append(&Record::Entry(Box::new(entry.clone())));
                self.ledger.add(&mut self.memory, &entry, position).unwrap();
            }
            Verdict::Conflict(there) => self.prove(there, &entry),
            _ => {}
        }
        words::verdict(&verdict)
    }

    /// Two entries stand at one place: together they are the proof.
    fn prove(&mut self, there: &Located, entry: &Entry) {
        let held = read_entry(&self.memory, there).unwrap().unwrap();
        let proof = ForkProof::new(&held, entry).unwrap();
        self.add_fork(&proof);
    }

    fn take_fork(&mut self, bytes: &[u8]) -> &'static str {
        match forks::verify(bytes, &self.network) {
            Ok(proof) if self.ledger.wants_fork(&proof) => {
                self.add_fork(&proof);
                "stands"
            }
            Ok(_) => "yields",
            Err(word) => word,
        }
    }

    fn add_fork(&mut self, proof: &ForkProof) {
        let position = self.memory.append(&Record::Fork(Box::new(proof.clone())));
        self.ledger.add_fork(&mut self.memory, proof, position).unwrap();
    }
}

fn said(frontier: &Frontier) -> Value {
    let head = |(log, head): (&palabre_core::id::LogName, &palabre_core::ledger::Head)| json!({ "author": log.author, "log": log.log, "sequence": head.sequence.to_string(), "id": head.id });
    let heads: Vec<_> = frontier.heads.iter().map(head).collect();
    let forks: Vec<_> = frontier
        .forks
        .iter()
        .map(|(log, proof)| json!({ "author": log.author, "log": log.log, "proof": proof }))
        .collect();
    json!({ "hash": hex::encode(frontier.hash()), "heads": heads, "forks": forks })
}

/// State and records in memory.
#[derive(Default)]
pub(crate) struct Memory {
    state: MapState,
    records: Vec<Vec<u8>>,
}

impl Memory {
    pub(crate) fn append(&mut self, record: &Record) -> Position {
        self.records.push(record.encode());
        Position { segment: 1, offset: self.records.len() as u64 - 1 }
    }
}

impl State for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.state.get(key)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        self.state.put(key, value)
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.state.remove(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        self.state.scan(prefix, after, limit)
    }
}

impl Storage for Memory {
    fn record(&self, at: Position) -> Result<Option<Vec<u8>>, StateError> {
        Ok(usize::try_from(at.offset).ok().and_then(|index| self.records.get(index).cloned()))
    }

    fn holds_attachment(&self, _: &ContentHash) -> bool {
        false
    }

    fn small_attachment(&self, _: &ContentHash) -> Option<Vec<u8>> {
        None
    }
}
