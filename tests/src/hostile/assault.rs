//! One attack on running nodes, and what it costs them.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Attack;
use crate::cli::text;
use crate::{Node, process};

/// An attacker that runs. Dropping it ends it.
pub struct Assault {
    attack: String,
    child: Child,
    /// The last line that it has said.
    said: Arc<Mutex<Value>>,
    listener: Option<JoinHandle<()>>,
    begun: Instant,
    before: Vec<Duration>,
    pids: Vec<u32>,
}

/// What an attack cost one node.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Percent of one processor core, while the attack lasted.
    pub cpu_percent: u128,
    /// Kilobytes of memory at the most, since the node started.
    pub memory: u64,
}

impl Assault {
    /// Starts to attack `targets` with the key of `member`, whose node does not run.
    pub fn begin(program: &str, attack: Attack, member: &Node, targets: &[Node]) -> Self {
        let name = clap::ValueEnum::to_possible_value(&attack).expect("every attack has a name").get_name().to_owned();
        let mut command = Command::new(program);
        command.arg("--home").arg(member.home()).args(["--attack", &name]);
        for target in targets {
            command.args(["--to", &address(target)]);
        }
        let log = File::create(member.home().with_extension("hostile.log")).expect("a log file");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("the attacker runs");
        let said = Arc::new(Mutex::new(Value::Null));
        let listener = listen(child.stdout.take().expect("its output"), Arc::clone(&said));
        let pids: Vec<u32> = targets.iter().map(Node::pid).collect();
        let before = pids.iter().map(|pid| process::cpu(*pid)).collect();
        Self { attack: name, child, said, listener: Some(listener), begun: Instant::now(), before, pids }
    }

    /// Whether it has done anything yet.
    ///
    /// # Panics
    /// When it has ended by itself.
    pub fn has_begun(&mut self) -> bool {
        let ended = self.child.try_wait().expect("the system knows its children");
        assert!(ended.is_none(), "{}: the attacker has ended by itself", self.attack);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).as_object().is_some_and(|done| !done.is_empty())
    }

    /// Ends it; what it did, and what it cost each node that it attacked.
    pub fn end(mut self) -> (Value, Vec<Cost>) {
        let wall = self.begun.elapsed();
        let spent: Vec<Duration> = self.pids.iter().map(|pid| process::cpu(*pid)).collect();
        let costs: Vec<Cost> = spent
            .iter()
            .zip(&self.before)
            .zip(&self.pids)
            .map(|((after, before), pid)| Cost {
                cpu_percent: after.saturating_sub(*before).as_millis() * 100 / wall.as_millis(),
                memory: process::memory(*pid).expect("the node runs").1,
            })
            .collect();
        drop(self.child.kill());
        drop(self.listener.take().map(JoinHandle::join));
        let done = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (done, costs)
    }
}

/// Reads what an attacker says until it ends: nobody else would, and it would wait.
fn listen(out: ChildStdout, said: Arc<Mutex<Value>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if let Ok(done) = serde_json::from_str(&line) {
                *said.lock().unwrap_or_else(PoisonError::into_inner) = done;
            }
        }
    })
}

impl Drop for Assault {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The node's TCP address with its key.
fn address(node: &Node) -> String {
    let status = node.status();
    let listen = status["listen"].as_array().expect("addresses").iter().map(text);
    listen.into_iter().find(|address| address.contains("/tcp/")).expect("a TCP address")
}
