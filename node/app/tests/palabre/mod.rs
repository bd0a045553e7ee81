//! The real program, as tests call it.

#![allow(dead_code, reason = "each test file is a crate of its own and uses a part of this")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a test waits for what usually takes a second or two.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Its answer as JSON, when it went well.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("the answer is JSON")
    }

    /// The error as JSON, with this exit code.
    pub(crate) fn error(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:?}");
        let last = self.err.lines().last().expect("an error");
        serde_json::from_str::<Value>(last).expect("the error is JSON")["error"].clone()
    }
}

/// The program, with nothing of this machine's own settings.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
    for name in ["LC_ALL", "LC_MESSAGES", "LANG", "PALABRE_HOME"] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn palabre<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Said {
    let output = program().args(arguments).output().expect("the program runs");
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// A node under test: its home, and its process while it runs.
pub(crate) struct Node {
    pub(crate) home: PathBuf,
    pub(crate) key: String,
    pub(crate) administration_key: String,
    pub(crate) api: u16,
    pub(crate) port: u16,
    process: Option<Child>,
}

impl Node {
    /// A new home for an administration, on free ports, known to nobody else on this machine's network.
    pub(crate) fn init(dir: &Path, administration: &str) -> Self {
        let home = dir.join(administration);
        let (api, port) = (free_port(), free_port());
        let made = palabre([
            "--home",
            text(&home),
            "--json",
            "init",
            "--administration",
            administration,
            "--api",
            &format!("127.0.0.1:{api}"),
            "--listen",
            &format!("/ip4/127.0.0.1/tcp/{port}"),
        ])
        .json();
        let settings = fs::read_to_string(home.join("node.toml")).expect("settings");
        fs::write(home.join("node.toml"), settings.replace("mdns = true", "mdns = false")).expect("settings");
        let word = |name: &str| made[name].as_str().expect("a word").to_owned();
        Self { key: word("node"), administration_key: word("administration_key"), home, api, port, process: None }
    }

    /// Runs a command on this home.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Said {
        palabre([&["--home", text(&self.home)], arguments].concat())
    }

    /// Runs a command with `--json` on this home.
    pub(crate) fn ask_json(&self, arguments: &[&str]) -> Said {
        self.ask(&[&["--json"], arguments].concat())
    }

    /// Starts the node and waits until it answers.
    pub(crate) fn run(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.home.join("run.log")).expect("a log");
        let process = program().args(["--home", text(&self.home), "run"]).stderr(log).spawn();
        self.process = Some(process.expect("the program runs"));
        until("the node answers", || self.ask_json(&["status"]).code == 0);
    }

    /// Stops the node as a service manager does, and gives its exit code.
    pub(crate) fn stop(&mut self) -> Option<i32> {
        let mut process = self.process.take().expect("it runs");
        signal(process.id(), "TERM");
        let mut status = None;
        until("the node stops", || {
            status = process.try_wait().expect("a child");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }

    /// The token of its API.
    pub(crate) fn token(&self) -> String {
        fs::read_to_string(self.home.join("token")).expect("a token").trim().to_owned()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Waits until something holds.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited too long until {what}");
        sleep(Duration::from_millis(100));
    }
}

/// Sends a signal to a process, by its id.
pub(crate) fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
    assert!(sent.expect("kill runs").success(), "{pid} is gone already");
}

/// Whether a process is there, and not only waiting to be buried.
pub(crate) fn is_alive(pid: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    state.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path of a test is text")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Founds a network for these nodes, as people do it: keys exchanged, charter founded, signed by all, mandates added.
pub(crate) fn found(dir: &Path, nodes: &[(&str, &Node)]) {
    let charter = dir.join("genesis.charter");
    let codes: Vec<&str> = nodes.iter().map(|(code, _)| *code).collect();
    let mut arguments = vec!["charter".to_owned(), "found".to_owned(), "--keyholders".to_owned(), codes.join(",")];
    for (code, node) in nodes {
        arguments.extend(["--key".to_owned(), format!("{code}={}", node.administration_key)]);
    }
    arguments.extend(["-o".to_owned(), text(&charter).to_owned()]);
    assert_eq!(palabre(arguments).code, 0);
    let mut init = vec!["init".to_owned(), "--charter".to_owned(), text(&charter).to_owned()];
    for (code, node) in nodes {
        assert_eq!(node.ask(&["charter", "sign", text(&charter)]).code, 0);
        let mandate = dir.join(format!("{code}.mandate"));
        let address = format!("/ip4/127.0.0.1/tcp/{}", node.port);
        let add = ["mandate", "add", "--charter", text(&charter), "--node", &node.key, "--address", &address];
        assert_eq!(node.ask(&[&add[..], &["-o", text(&mandate)]].concat()).code, 0);
        init.extend(["--mandate".to_owned(), text(&mandate).to_owned()]);
    }
    let init: Vec<&str> = init.iter().map(String::as_str).collect();
    for (_, node) in nodes {
        assert_eq!(node.ask_json(&init).json()["mandated"], true);
    }
}
