//! Several nodes, founded by hand, with files, as the README says.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::{Cli, text};
use crate::node::{Node, level};
use crate::ports::Ports;
use crate::wait::{eventually, when};

/// A network of some nodes in a temporary folder. Dropping it ends and removes everything.
#[derive(Debug)]
pub struct Network {
    /// The nodes, in the order of the codes.
    pub nodes: Vec<Node>,
    ports: Ports,
    dir: TempDir,
}

/// A home just made: what `init` says of it.
struct Fresh {
    code: String,
    home: PathBuf,
    node: String,
    administration_key: String,
    api: String,
    tcp: String,
}

impl Network {
    /// Founds a network whose keyholders are these administrations, each with one node. Nothing runs yet.
    ///
    /// # Panics
    /// When a command fails.
    pub fn found(codes: &[&str]) -> Self {
        Self::found_by(codes, None)
    }

    /// The same with another charter template than the region's: its text.
    pub fn found_by(codes: &[&str], template: Option<&str>) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut ports = Ports::take();
        let fresh: Vec<Fresh> = codes.iter().map(|code| init(dir.path(), code, Some(code), &mut ports)).collect();
        let charter = found_charter(dir.path(), &fresh, template);
        let mandates: Vec<PathBuf> = fresh.iter().map(|home| add_mandate(dir.path(), home, &charter)).collect();
        for home in &fresh {
            take_in(home, &charter, &mandates);
        }
        let node = |home: &Fresh| Node::at(&home.home, &home.code, &home.node, &home.api);
        Self { nodes: fresh.iter().map(node).collect(), ports, dir }
    }

    /// A home with a node's key and nothing else, in the hands of somebody who will say that it acts for `code`.
    pub fn unmandated(&mut self, name: &str, code: &str) -> Node {
        let fresh = init(self.dir.path(), name, None, &mut self.ports);
        Node::at(&fresh.home, code, &fresh.node, &fresh.api)
    }

    /// A further node of the administration of the node at `of`, which runs and mandates it. It has the administration's
    /// key and all rules, and does not run yet.
    pub fn further_node(&mut self, of: usize, name: &str) -> Node {
        self.further_node_named(of, name, |fresh| arg(&fresh.home.join("node.public")).to_owned())
    }

    /// The same, mandated by its key alone, without what others seal for it by.
    pub fn further_node_by_key(&mut self, of: usize, name: &str) -> Node {
        self.further_node_named(of, name, |fresh| fresh.node.clone())
    }

    fn further_node_named(&mut self, of: usize, name: &str, named: impl Fn(&Fresh) -> String) -> Node {
        let fresh = init(self.dir.path(), name, None, &mut self.ports);
        let first = &self.nodes[of];
        first.cli().json(&["mandate", "add", &named(&fresh), "--address", &fresh.tcp]).ok();
        let key = Path::new("keys/administration.key");
        std::fs::copy(first.home().join(key), fresh.home.join(key)).expect("the administration's key");
        let chain = self.dir.path().join(format!("{name}.chain"));
        first.cli().json(&["charter", "show", "--output", arg(&chain)]).ok();
        let made = Cli::of(&fresh.home).json(&["init", "--charter", arg(&chain)]).ok().value();
        assert_eq!(made["mandated"], true, "{made}");
        Node::at(&fresh.home, &first.administration, &fresh.node, &fresh.api)
    }

    /// The same, running and all connected.
    pub fn run(codes: &[&str]) -> Self {
        let mut network = Self::found(codes);
        network.start();
        network
    }

    /// Starts every node and waits until each sees all the others.
    pub fn start(&mut self) {
        self.start_some(self.nodes.len());
    }

    /// Starts the first `some` nodes and waits until each sees all the others of them.
    pub fn start_some(&mut self, some: usize) {
        for node in &mut self.nodes[..some] {
            node.launch();
        }
        for node in &mut self.nodes[..some] {
            node.wait_ready();
        }
        connected(&self.nodes[..some]);
    }

    /// Waits until every node is connected to all the others.
    pub fn connected(&self) {
        connected(&self.nodes);
    }

    /// Waits until all nodes hold the same; the hashes of ledger and state that they share.
    pub fn level(&self) -> (String, String) {
        level(&self.nodes)
    }

    /// The folder of everything.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }
}

fn connected(nodes: &[Node]) {
    let others = nodes.len() - 1;
    for node in nodes {
        eventually(&format!("{} is connected to all", node.administration), || {
            let connected = node.connected().map_err(|error| error.to_string())?;
            when(connected >= others, || format!("{connected} of {others}"))
        });
    }
}

fn arg(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}

/// Makes a home; with the key of an administration when one is named.
fn init(dir: &Path, name: &str, administration: Option<&str>, ports: &mut Ports) -> Fresh {
    let home = dir.join(name);
    let api = format!("127.0.0.1:{}", ports.free());
    let tcp = format!("/ip4/127.0.0.1/tcp/{}", ports.free());
    let quic = format!("/ip4/127.0.0.1/udp/{}/quic-v1", ports.free());
    let mut words = vec!["init", "--api", &api, "--listen", &tcp, "--listen", &quic];
    words.extend(administration.iter().flat_map(|code| ["--administration", *code]));
    let made = Cli::of(&home).json(&words).ok().value();
    // Tests run beside each other: nodes must not look around on the local network.
    let settings = home.join("node.toml");
    let text_before = std::fs::read_to_string(&settings).expect("node.toml");
    std::fs::write(&settings, text_before.replace("mdns = true", "mdns = false")).expect("node.toml");
    Fresh {
        code: name.to_owned(),
        node: text(&made["node"]),
        administration_key: made["administration_key"].as_str().unwrap_or_default().to_owned(),
        api: format!("http://{api}"),
        home,
        tcp,
    }
}

fn found_charter(dir: &Path, fresh: &[Fresh], template: Option<&str>) -> PathBuf {
    let charter = dir.join("region.charter");
    let codes: Vec<&str> = fresh.iter().map(|home| home.code.as_str()).collect();
    let (holders, threshold) = (codes.join(","), (codes.len() * 2).div_ceil(3).to_string());
    let keys: Vec<String> = fresh.iter().map(|home| format!("{}={}", home.code, home.administration_key)).collect();
    let mut words = vec!["charter", "found", "--output", arg(&charter), "--keyholders", &holders];
    words.extend(["--threshold", &threshold]);
    let other = dir.join("charter.toml");
    if let Some(template) = template {
        std::fs::write(&other, template).expect("a template");
        words.extend(["--template", arg(&other)]);
    }
    words.extend(keys.iter().flat_map(|key| ["--key", key]));
    Cli::without_home().json(&words).ok();
    for home in fresh {
        Cli::of(&home.home).json(&["charter", "sign", arg(&charter)]).ok();
    }
    charter
}

fn add_mandate(dir: &Path, home: &Fresh, charter: &Path) -> PathBuf {
    let mandate = dir.join(format!("{}.mandate", home.code));
    let (node, address) = (home.node.as_str(), home.tcp.as_str());
    Cli::of(&home.home)
        .json(&["mandate", "add", "--charter", arg(charter), "--node", node, "--address", address, "-o", arg(&mandate)])
        .ok();
    mandate
}

fn take_in(home: &Fresh, charter: &Path, mandates: &[PathBuf]) {
    let mut words = vec!["init", "--charter", arg(charter)];
    words.extend(mandates.iter().flat_map(|mandate| ["--mandate", arg(mandate)]));
    let made = Cli::of(&home.home).json(&words).ok().value();
    assert_eq!(made["mandated"], true, "{made}");
}
