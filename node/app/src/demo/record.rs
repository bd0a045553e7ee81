//! `demo.json`, and the table of what runs where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use palabre_core::id::{Code, NodeKey};
use palabre_web::text;
use serde::Serialize;

use super::DemoNode;
use super::children::Children;
use crate::cli::{Speech, Table};
use crate::failure::{Failure, internal};
use crate::file;

/// What `demo.json` says (`docs/design.md` §9).
#[derive(Debug, Serialize)]
pub(super) struct Record {
    nodes: Vec<RecordedNode>,
}

#[derive(Debug, Serialize)]
struct RecordedNode {
    administration: Code,
    node: NodeKey,
    home: PathBuf,
    api: String,
    listen: Vec<String>,
    pid: u32,
}

fn place(dir: &Path) -> PathBuf {
    dir.join("demo.json")
}

/// Removes the record of an earlier run: whoever waits for it waits for this one.
pub(super) fn forget(dir: &Path) -> Result<(), Failure> {
    match fs::remove_file(place(dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::writing(&place(dir), &error)),
        _ => Ok(()),
    }
}

impl Record {
    /// The record of nodes that listen there and run in these processes.
    pub(super) fn new(nodes: &[DemoNode], listening: Vec<Vec<String>>, children: &Children) -> Self {
        let recorded = nodes.iter().zip(listening).zip(children.pids());
        let recorded = recorded.map(|((node, listen), pid)| RecordedNode {
            administration: node.administration.clone(),
            node: node.node,
            home: node.home.clone(),
            api: format!("http://{}", node.api),
            listen,
            pid,
        });
        Self { nodes: recorded.collect() }
    }

    /// Writes `demo.json`, renamed into place.
    pub(super) fn write(&self, dir: &Path) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(self).map_err(|error| internal(&error))?;
        file::replace(&place(dir), &json)
    }

    /// Says what runs where, and what to try.
    pub(super) fn say(&self, dir: &Path, published: usize, speech: Speech) {
        speech.answer(self, |speech| {
            speech.show(&self.table());
            Speech::print("");
            speech.say(&text!("demo-ready", count = self.nodes.len(), documents = published));
            let home = |node: &RecordedNode| node.home.display().to_string();
            if let [one, other, ..] = self.nodes.as_slice() {
                let pid = other.pid.to_string();
                let program = program();
                speech.say(&text!("demo-try", program = program, one = home(one), other = home(other), pid = pid));
            }
            speech.say(&text!("demo-end", record = place(dir).display().to_string()));
        });
    }

    fn table(&self) -> Table {
        let mut table = Table::new([
            text!("col-administration"),
            text!("col-node"),
            text!("col-api"),
            text!("col-pid"),
            text!("col-home"),
        ]);
        for node in &self.nodes {
            table.row([
                node.administration.to_string(),
                node.node.short(),
                node.api.clone(),
                node.pid.to_string(),
                node.home.display().to_string(),
            ]);
        }
        table
    }
}

/// How this program was called: so it can be called again from the same folder.
fn program() -> String {
    std::env::args_os().next().map_or_else(|| "palabre".to_owned(), |name| name.to_string_lossy().into_owned())
}
