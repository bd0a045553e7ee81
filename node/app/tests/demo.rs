//! The demo: a whole network from one command, which leaves nothing behind.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod palabre;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Stdio};

use palabre::{is_alive, palabre, program, signal, text, until};
use serde_json::Value;

/// A demo of three nodes in `dir`, ready.
struct Demo {
    process: Child,
    nodes: Vec<Value>,
}

impl Demo {
    fn start(dir: &Path) -> Self {
        let said = File::options().create(true).append(true).open(dir.join("said")).expect("a file");
        // A port of its own, so that a demo that somebody runs here does not matter; busy ones are passed over.
        let arguments = ["--lang", "en", "demo", "--nodes", "3", "--port", "21700", "--dir", text(dir)];
        let before = fs::remove_file(dir.join("demo.json"));
        assert!(before.is_ok() || !dir.join("demo.json").exists());
        let mut process =
            program().args(arguments).stdout(Stdio::null()).stderr(said).spawn().expect("the program runs");
        let mut ready = None;
        until("the demo is ready", || {
            assert!(process.try_wait().expect("a child").is_none(), "{:?}", fs::read_to_string(dir.join("said")));
            ready = fs::read(dir.join("demo.json")).ok();
            ready.is_some()
        });
        let record: Value = serde_json::from_slice(&ready.expect("it is there")).expect("JSON");
        Self { process, nodes: record["nodes"].as_array().expect("nodes").clone() }
    }

    fn pids(&self) -> Vec<u32> {
        self.nodes.iter().map(|node| u32::try_from(node["pid"].as_u64().expect("a pid")).expect("a pid")).collect()
    }

    fn home(&self, index: usize) -> &str {
        self.nodes[index]["home"].as_str().expect("a home")
    }

    fn ask(&self, index: usize, command: &[&str]) -> Value {
        palabre([&["--home", self.home(index), "--json"], command].concat()).json()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_demo_is_a_network_survives_a_kill_ends_with_its_parent_and_starts_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut demo = Demo::start(dir.path());
    let codes: Vec<&str> = demo.nodes.iter().filter_map(|node| node["administration"].as_str()).collect();
    assert_eq!(codes, ["CI", "SN", "GH"]);
    let documents = demo.ask(2, &["document", "list"])["documents"].as_array().expect("documents").clone();
    assert!(documents.len() >= 6 && documents.iter().all(|document| document["complete"] == true));
    let charter = demo.ask(0, &["charter", "show"]);
    assert_eq!((&charter["threshold"], charter["keyholders"].as_array().map(Vec::len)), (&2.into(), Some(3)));

    let pids = demo.pids();
    signal(pids[1], "KILL");
    until("the killed node is reported", || {
        fs::read_to_string(dir.path().join("said")).is_ok_and(|said| said.contains("node of SN has ended (signal 9)"))
    });
    let file = dir.path().join("said");
    demo.ask(0, &["document", "publish", text(&file), "--title", "One more", "--lang", "en"]);

    // However the demo itself dies, its nodes end too.
    signal(demo.process.id(), "KILL");
    demo.process.wait().expect("it is gone");
    until("no node is left", || pids.iter().all(|pid| !is_alive(*pid)));

    let again = Demo::start(dir.path());
    let keys = |demo: &Demo| demo.nodes.iter().map(|node| node["node"].clone()).collect::<Vec<_>>();
    assert_eq!(keys(&demo), keys(&again), "the same network");
    let held = again.ask(1, &["document", "list"])["documents"].as_array().map(Vec::len);
    assert_eq!(held, Some(documents.len() + 1), "the node that was killed has caught up");

    let pids = again.pids();
    let mut process = again;
    signal(process.process.id(), "TERM");
    assert_eq!(process.process.wait().expect("it ends").code(), Some(0));
    assert!(pids.iter().all(|pid| !is_alive(*pid)));
    assert!(dir.path().join("CI/ledger").is_dir(), "a folder that was named stays");
}
