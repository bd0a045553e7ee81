//! `palabre demo`, and that nothing of it is left behind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::text;
use crate::node::{Node, level};
use crate::ports::Ports;
use crate::wait::{eventually, when};
use crate::{binary, process};

/// A running demo in a temporary folder. Dropping it ends it, and fails the test when a process outlives it.
#[derive(Debug)]
pub struct Demo {
    /// Its nodes, in its order.
    pub nodes: Vec<Node>,
    child: Child,
    ports: Ports,
    dir: TempDir,
}

impl Demo {
    /// Starts a demo of so many nodes and waits until it says that they all answer and see each other.
    pub fn start(nodes: usize) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let ports = Ports::take();
        let child = launch(&network_dir(&dir), nodes, ports.start());
        let mut demo = Self { nodes: Vec::new(), child, ports, dir };
        demo.wait_written(nodes);
        demo
    }

    /// Starts the same demo again in its folder; it must have ended.
    pub fn restart(&mut self, nodes: usize) {
        self.nodes.clear();
        self.child = launch(&self.dir(), nodes, self.ports.start());
        self.wait_written(nodes);
    }

    /// The folder that was named with `--dir`.
    pub fn dir(&self) -> PathBuf {
        network_dir(&self.dir)
    }

    /// What it says of itself in `demo.json`.
    pub fn description(&self) -> Value {
        let text = fs::read_to_string(self.dir().join("demo.json")).expect("demo.json");
        serde_json::from_str(&text).expect("demo.json is JSON")
    }

    /// The process of the demo itself.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The port that it was asked to begin at.
    pub fn port(&self) -> u16 {
        self.ports.start()
    }

    /// The node of an administration.
    ///
    /// # Panics
    /// When there is none.
    pub fn node(&mut self, administration: &str) -> &mut Node {
        let found = self.nodes.iter_mut().find(|node| node.administration == administration);
        found.unwrap_or_else(|| panic!("no node of {administration}"))
    }

    /// Waits until all nodes hold the same.
    pub fn level(&self) -> (String, String) {
        level(&self.nodes)
    }

    /// Ends it with a signal and waits for every process of it to be gone.
    pub fn end(&mut self, with: Signal) -> ExitStatus {
        process::signal(self.child.id(), with);
        let ended = self.wait_ended();
        self.nodes.clear();
        nothing_left(&self.dir());
        ended
    }

    fn wait_written(&mut self, nodes: usize) {
        let file = self.dir().join("demo.json");
        eventually("demo.json is written", || {
            if let Some(ended) = self.child.try_wait().expect("a child can be waited for") {
                panic!("the demo ended with {ended} instead of starting:\n{}", output(&self.dir()));
            }
            when(file.exists(), || output(&self.dir()))
        });
        let description = self.description();
        let described = description["nodes"].as_array().expect("nodes");
        assert_eq!(described.len(), nodes, "{description}");
        self.nodes = described.iter().map(node).collect();
    }

    fn wait_ended(&mut self) -> ExitStatus {
        eventually("the demo ends", || self.child.try_wait().expect("a child can be waited for").ok_or("it runs"))
    }
}

fn network_dir(dir: &TempDir) -> PathBuf {
    dir.path().join("network")
}

fn output_file(dir: &Path) -> PathBuf {
    dir.with_extension("log")
}

/// What the demo has written to its terminal.
pub fn output(dir: &Path) -> String {
    fs::read_to_string(output_file(dir)).unwrap_or_default()
}

fn launch(dir: &Path, nodes: usize, port: u16) -> Child {
    drop(fs::remove_file(dir.join("demo.json")));
    let log = File::create(output_file(dir)).expect("a log file");
    Command::new(binary::palabre())
        .args(["--lang", "en", "demo", "--nodes", &nodes.to_string(), "--port", &port.to_string(), "--dir"])
        .arg(dir)
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .spawn()
        .expect("the program runs")
}

fn node(described: &Value) -> Node {
    let home = PathBuf::from(text(&described["home"]));
    let pid = described["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()).expect("a process id");
    let (administration, key) = (text(&described["administration"]), text(&described["node"]));
    Node::at(&home, &administration, &key, &text(&described["api"])).run_by_demo(pid)
}

/// Waits until no process works in `dir` any more.
pub fn nothing_left(dir: &Path) {
    eventually("nothing of the demo is left behind", || {
        let left = process::working_in(dir);
        when(left.is_empty(), || format!("processes {left:?}"))
    });
}

/// Says whom a node sees, for who reads why a test has failed.
fn tell_neighbours(node: &Node) {
    match node.api().json("peers") {
        Ok(peers) => eprintln!("--- {} sees {peers}", node.administration),
        Err(error) => eprintln!("--- {} does not answer: {error}", node.administration),
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.nodes.iter().for_each(tell_neighbours);
        }
        // Nodes that the test started again end with their guards; the rest is the demo's.
        self.nodes.clear();
        if std::thread::panicking() {
            eprintln!("--- the demo said\n{}", output(&self.dir()));
            drop(self.child.kill());
            drop(self.child.wait());
            return;
        }
        if self.child.try_wait().expect("a child can be waited for").is_none() {
            process::signal(self.child.id(), Signal::TERM);
            self.wait_ended();
        }
        nothing_left(&self.dir());
    }
}
