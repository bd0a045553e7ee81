//! Two administrations set up a network by hand, with files, exactly as the README says, and exchange documents.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use palabre_tests::cli::text;
use palabre_tests::node::{holds, level};
use palabre_tests::ports::Ports;
use palabre_tests::{Cli, Network, Node, content};

/// A folder with the homes of two administrations and the charter that they found, not signed yet.
struct Table {
    dir: tempfile::TempDir,
    ports: Ports,
}

/// One side of the table.
struct Side {
    code: &'static str,
    home: PathBuf,
    cli: Cli,
    node: String,
    key: String,
    api: String,
    address: String,
}

impl Table {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), ports: Ports::take() }
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    fn side(&mut self, code: &'static str) -> Side {
        let home = self.dir.path().join(code);
        let cli = Cli::of(&home);
        let api = format!("127.0.0.1:{}", self.ports.free());
        let address = format!("/ip4/127.0.0.1/tcp/{}", self.ports.free());
        let made = cli.json(&["init", "--administration", code, "--api", &api, "--listen", &address]).ok().value();
        let (node, key) = (text(&made["node"]), text(&made["administration_key"]));
        Side { code, home, cli, node, key, api: format!("http://{api}"), address }
    }

    /// The charter of two keyholders who must both sign.
    fn found(&self, name: &str, sides: [&Side; 2]) -> String {
        let charter = self.file(name);
        let keys = sides.map(|side| format!("{}={}", side.code, side.key));
        let words = ["charter", "found", "-o", &charter, "--keyholders", "CI,SN", "--threshold", "2"];
        let words: Vec<&str> = words.into_iter().chain(keys.iter().flat_map(|key| ["--key", key])).collect();
        let founded = Cli::without_home().json(&words).ok();
        assert_eq!(founded.id().len(), 64, "the id of the network");
        charter
    }
}

fn refuses_to_start(side: &Side, code: i32) -> serde_json::Value {
    side.cli.json(&["run"]).ends_with(code).error()
}

#[test]
fn two_homes_become_a_network_and_documents_go_both_ways() {
    let mut table = Table::new();
    let (ci, sn) = (table.side("CI"), table.side("SN"));
    let charter = table.found("region.charter", [&ci, &sn]);

    let missing = Cli::without_home().json(&["charter", "check", &charter]).ends_with(5);
    assert_eq!(missing.value()["signed"].as_array().unwrap().len(), 0);
    ci.cli.run(&["charter", "sign", &charter]).ok();
    Cli::without_home().run(&["charter", "check", &charter]).ends_with(5);
    sn.cli.run(&["charter", "sign", &charter]).ok();
    let checked = Cli::without_home().json(&["charter", "check", &charter]).ok().value();
    assert_eq!((&checked["valid"], &checked["revision"]), (&true.into(), &1.into()));
    let again = sn.cli.json(&["charter", "sign", &charter]).ok().value();
    assert_eq!(again["already"], true, "signing twice says so, and is no failure");

    let shown = Cli::without_home().json(&["charter", "show", &charter]).ok().value();
    assert_eq!((&shown["presidency"], &shown["threshold"]), (&"CI".into(), &2.into()));
    assert_eq!(shown["keyholders"].as_array().unwrap().len(), 2);
    assert_eq!(shown["commissions"].as_array().unwrap().len(), 3);

    let mandates = [&ci, &sn].map(|side| {
        let mandate = table.file(&format!("{}.mandate", side.code));
        let words = ["mandate", "add", "--charter", &charter, "--node", &side.node, "--address", &side.address];
        side.cli.json(&[&words[..], &["-o", &mandate]].concat()).ok();
        mandate
    });
    for side in [&ci, &sn] {
        let words = ["init", "--charter", &charter, "--mandate", &mandates[0], "--mandate", &mandates[1]];
        let made = side.cli.json(&words).ok().value();
        assert_eq!((&made["mandated"], &made["administration"]), (&true.into(), &side.code.into()));
    }

    let mut nodes = [&ci, &sn].map(|side| Node::at(&side.home, side.code, &side.node, &side.api));
    for node in &mut nodes {
        node.start();
    }
    for (from, to, kind) in [(0, 1, "aller"), (1, 0, "retour")] {
        let file = PathBuf::from(table.file(&format!("{kind}.md")));
        fs::write(&file, content::text(kind)).unwrap();
        exchange(&nodes[from], &nodes[to], &file);
    }
    level(&nodes);
}

/// Published on one node; listed, shown and fetched on the other, in every way a person may.
fn exchange(from: &Node, to: &Node, file: &Path) {
    let published =
        from.cli().json(&["document", "publish", file.to_str().unwrap(), "--title", "Note", "--lang", "fr"]);
    let id = published.ok().id();
    holds(to, &id, &fs::read(file).unwrap());

    let listed = to.cli().json(&["document", "list"]).ok().value();
    let entry = listed["documents"].as_array().unwrap().iter().find(|d| d["id"] == id.as_str()).unwrap().clone();
    assert_eq!(entry["administration"], from.administration.as_str());
    assert_eq!((&entry["title"], &entry["lang"], &entry["audience"]), (&"Note".into(), &"fr".into(), &"region".into()));
    assert!(to.cli().run(&["document", "list"]).ok().out.contains("Note"));
    assert!(to.cli().run(&["document", "show", &id[..8]]).ok().out.contains(&id));

    let copy = file.with_extension("copy");
    to.cli().run(&["document", "get", &id, "-o", copy.to_str().unwrap()]).ok();
    assert_eq!(fs::read(&copy).unwrap(), fs::read(file).unwrap());
    assert_eq!(to.cli().run(&["document", "get", &id[..12]]).ok().bytes, fs::read(file).unwrap());
}

#[test]
fn a_node_starts_only_with_a_charter_that_verifies() {
    let mut table = Table::new();
    let (ci, sn) = (table.side("CI"), table.side("SN"));
    let error = refuses_to_start(&ci, 6);
    assert!(error["next"].as_str().unwrap().contains("--charter"), "{error}");

    // Short of a signature: neither `init` takes it in, nor does a node start with one that was put there by hand.
    let charter = table.found("short.charter", [&ci, &sn]);
    ci.cli.run(&["charter", "sign", &charter]).ok();
    assert_eq!(ci.cli.json(&["init", "--charter", &charter]).ends_with(5).error()["code"], "threshold");
    fs::copy(&charter, ci.home.join("charter/1.charter")).unwrap();
    assert_eq!(refuses_to_start(&ci, 5)["code"], "threshold");

    // Signed by both, then changed in one byte of what was signed.
    sn.cli.run(&["charter", "sign", &charter]).ok();
    let mut bytes = fs::read(&charter).unwrap();
    let at = bytes.windows(4).position(|w| w == b"2028").expect("the date of review");
    bytes[at + 3] = b'9';
    fs::write(ci.home.join("charter/1.charter"), bytes).unwrap();
    assert_eq!(refuses_to_start(&ci, 5)["code"], "threshold");

    // Whole and valid, but no mandate names this node.
    fs::copy(&charter, ci.home.join("charter/1.charter")).unwrap();
    let error = refuses_to_start(&ci, 5);
    assert!(error["next"].as_str().unwrap().contains("mandate"), "{error}");
}

#[test]
fn a_home_belongs_to_one_network_for_ever() {
    let network = Network::found(&["CI", "SN"]);
    let other = Network::found(&["CI", "SN"]);
    let foreign = other.dir().join("region.charter");
    let error = network.nodes[0].cli().json(&["init", "--charter", foreign.to_str().unwrap()]).ends_with(5).error();
    assert_eq!(error["code"], "other-network");

    // A mandate of the other network proves nothing here.
    let mandate = other.dir().join("SN.mandate");
    network.nodes[0].cli().json(&["init", "--mandate", mandate.to_str().unwrap()]).ends_with(5).error();
}

#[test]
fn a_second_run_on_a_home_is_refused() {
    let mut network = Network::found(&["CI", "SN"]);
    let first = &mut network.nodes[0];
    first.start();
    let error = first.cli().json(&["run"]).ends_with(1).error();
    assert_eq!(error["code"], "home-locked");
    assert!(error["what"].as_str().unwrap().contains(first.home().to_str().unwrap()), "{error}");
    first.api().get("/health").expect("the first one goes on");

    // The lock goes with the process, however it ends.
    first.kill();
    first.start();
    first.stop();
    first.start();
}
