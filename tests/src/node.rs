//! One node: its home, and its process while it runs.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use crate::api::{Api, ApiError};
use crate::cli::{Cli, text};
use crate::wait::{eventually, when};
use crate::{binary, process};

/// A node. Dropping it kills its process.
#[derive(Debug)]
pub struct Node {
    /// The administration's code.
    pub administration: String,
    /// Its key in hexadecimal.
    pub key: String,
    home: PathBuf,
    api: Api,
    conditions: Conditions,
    running: Option<Running>,
}

/// What is special about how its process is started.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// A command that starts it, such as `sh -c …`; it gets the program and its arguments as its own.
    pub before: Vec<String>,
    /// Variables of its environment.
    pub environment: Vec<(String, String)>,
    /// More arguments of `palabre run`.
    pub arguments: Vec<String>,
}

/// A process that runs a node.
#[derive(Debug)]
enum Running {
    /// Started here.
    Child(Child),
    /// Started by a demo, which looks after it when it ends.
    OfDemo(u32),
}

impl Running {
    fn pid(&self) -> u32 {
        match self {
            Self::Child(child) => child.id(),
            Self::OfDemo(pid) => *pid,
        }
    }
}

impl Node {
    /// The node in `home`, which does not run yet.
    pub fn at(home: &Path, administration: &str, key: &str, api: &str) -> Self {
        let (administration, key) = (administration.to_owned(), key.to_owned());
        Self {
            administration,
            key,
            home: home.to_owned(),
            api: Api::of(home, api),
            conditions: Conditions::default(),
            running: None,
        }
    }

    /// The same, run by a demo as this process.
    pub(crate) fn run_by_demo(mut self, pid: u32) -> Self {
        self.running = Some(Running::OfDemo(pid));
        self
    }

    /// Its home.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Its API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Commands on its home.
    pub fn cli(&self) -> Cli {
        Cli::of(&self.home)
    }

    /// Commands on a copy of its home, on a machine where no node answers.
    pub fn offline(&self) -> Cli {
        let home = self.home.with_extension("offline");
        if !home.exists() {
            copy(&self.home, &home);
            let settings = fs::read_to_string(home.join("node.toml")).expect("node.toml");
            let port = format!(":{}\"", self.api.base().port().expect("the API has a port"));
            assert!(settings.contains(&port), "{settings}");
            // Nobody listens on port 1.
            fs::write(home.join("node.toml"), settings.replace(&port, ":1\"")).expect("node.toml");
        }
        Cli::of(&home)
    }

    /// Starts it under these conditions from now on.
    pub fn under(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// Its process.
    ///
    /// # Panics
    /// When it does not run.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the node runs").pid()
    }

    /// Starts it with `palabre run` and waits until it answers.
    pub fn start(&mut self) {
        self.launch();
        self.wait_ready();
    }

    /// Starts it and does not wait.
    pub fn launch(&mut self) {
        assert!(self.running.is_none(), "{} runs already", self.administration);
        let log = File::options().create(true).append(true).open(self.log_file()).expect("a log file");
        let Conditions { before, environment, arguments } = &self.conditions;
        let mut words = before.iter().map(OsString::from).chain([binary::palabre().into()]);
        let mut command = Command::new(words.next().expect("the program at least"));
        command.args(words).envs(environment.iter().map(|(name, value)| (name, value)));
        command.arg("--home").arg(&self.home).arg("run").args(arguments).stdin(Stdio::null());
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        self.running = Some(Running::Child(command.spawn().expect("the program runs")));
    }

    /// Waits until it answers.
    ///
    /// # Panics
    /// When it ends instead.
    pub fn wait_ready(&mut self) {
        eventually(&format!("{} answers", self.administration), || {
            if let Some(Running::Child(child)) = &mut self.running
                && let Some(ended) = child.try_wait().expect("a child can be waited for")
            {
                panic!("{} ended with {ended} instead of starting:\n{}", self.administration, self.log_tail());
            }
            self.api.get("/health").map(drop)
        });
    }

    /// Kills it, as a power cut would: no word of goodbye.
    pub fn kill(&mut self) {
        let Some(running) = self.running.take() else { return };
        process::signal(running.pid(), Signal::KILL);
        self.wait_ended(running);
    }

    /// Ends it in good order with SIGTERM.
    ///
    /// # Panics
    /// When it says that it failed.
    pub fn stop(&mut self) {
        let running = self.running.take().expect("the node runs");
        process::signal(running.pid(), Signal::TERM);
        if let Running::Child(mut child) = running {
            let what = format!("{} stops", self.administration);
            let ended = eventually(&what, || child.try_wait().expect("a child can be waited for").ok_or("it runs"));
            assert!(ended.success(), "{} ended with {ended}:\n{}", self.administration, self.log_tail());
        } else {
            self.wait_ended(running);
        }
    }

    /// Starts it again when it has ended by itself, as the service that runs it does; whether it had.
    pub fn start_again_if_ended(&mut self) -> bool {
        let Some(Running::Child(child)) = &mut self.running else { return false };
        let ended = child.try_wait().expect("a child can be waited for").is_some();
        if ended {
            self.running = None;
            self.launch();
        }
        ended
    }

    /// Waits until it answers or ends; whether it answers.
    pub fn answers_or_ends(&mut self) -> bool {
        eventually(&format!("{} answers or ends", self.administration), || {
            if let Some(Running::Child(child)) = &mut self.running
                && child.try_wait().expect("a child can be waited for").is_some()
            {
                self.running = None;
                return Ok(false);
            }
            self.api.get("/health").map(|_| true)
        })
    }

    /// Waits until it ends by itself; its exit code, when no signal ended it.
    pub fn wait_for_end(&mut self) -> Option<i32> {
        let Some(Running::Child(mut child)) = self.running.take() else { panic!("started here") };
        let what = format!("{} ends", self.administration);
        eventually(&what, || child.try_wait().expect("a child can be waited for").ok_or("it runs")).code()
    }

    fn wait_ended(&self, running: Running) {
        let pid = running.pid();
        if let Running::Child(mut child) = running {
            child.wait().expect("a child can be waited for");
        }
        let what = format!("{} has ended", self.administration);
        eventually(&what, || when(!process::runs(pid), || format!("process {pid} runs")));
    }

    /// Stops its process for a while without ending it: the machine is busy, or the link is cut without a word.
    pub fn freeze(&self) {
        process::signal(self.pid(), Signal::STOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        process::signal(self.pid(), Signal::CONT);
    }

    /// `GET /api/v1/status`.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn status(&self) -> Value {
        self.api.status().unwrap_or_else(|error| panic!("{}: {error}", self.administration))
    }

    /// The hashes that are equal on every node that holds the same: (ledger, state of `public`).
    pub fn hashes(&self) -> Result<(String, String), ApiError> {
        let status = self.api.status()?;
        Ok((text(&status["ledger"]), text(&status["state"]["public"])))
    }

    /// Peers that are connected.
    pub fn connected(&self) -> Result<usize, ApiError> {
        let status = self.api.status()?;
        let peers = status["peers"].as_array().cloned().unwrap_or_default();
        Ok(peers.iter().filter(|peer| peer["state"] == "connected").count())
    }

    /// Where its output goes when it is started here.
    pub fn log_file(&self) -> PathBuf {
        self.home.with_extension("log")
    }

    /// The last lines that it wrote, for messages.
    pub fn log_tail(&self) -> String {
        let whole = fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = whole.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry of it")) {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("a copy");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // What a demo started, the demo ends.
        if let Some(Running::Child(mut child)) = self.running.take() {
            drop(child.kill());
            drop(child.wait());
            if std::thread::panicking() {
                eprintln!("--- {}: last lines\n{}", self.administration, self.log_tail());
            }
        }
    }
}

/// Waits until all these nodes hold the same and nothing is missing; the two hashes that they share.
pub fn level(nodes: &[Node]) -> (String, String) {
    eventually("the nodes hold the same", || {
        let mut hashes = Vec::new();
        for node in nodes {
            let found = node.hashes().map_err(|error| format!("{}: {error}", node.administration))?;
            hashes.push((node.administration.as_str(), found));
        }
        let (_, first) = hashes.first().cloned().ok_or("no node")?;
        when(hashes.iter().all(|(_, other)| *other == first), || format!("{hashes:#?}"))?;
        Ok::<_, String>(first)
    })
}

/// [`holds`] for each of these nodes.
pub fn all_hold<'a>(nodes: impl IntoIterator<Item = &'a Node>, id: &str, content: &[u8]) {
    for node in nodes {
        holds(node, id, content);
    }
}

/// Waits until `node` lists the document as complete, and checks that it gives out exactly these bytes.
///
/// # Panics
/// When they differ.
pub fn holds(node: &Node, id: &str, content: &[u8]) {
    let what = format!("{} holds {id}", node.administration);
    eventually(&what, || {
        let list = node.api.json("documents").map_err(|error| error.to_string())?;
        let documents = list["documents"].as_array().cloned().unwrap_or_default();
        let listed = documents.iter().find(|document| document["id"] == id).ok_or("not listed")?;
        when(listed["complete"] == true, || format!("incomplete: {listed}"))?;
        assert_eq!(listed["size"], content.len(), "{what}");
        Ok::<_, String>(())
    });
    let got = node.api.content(id).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(got == content, "{what}: {} bytes came, others than the {} published", got.len(), content.len());
}
