//! The processes of the demo. Each runs while its standard input is open; the other end is held here. So it ends with
//! this process, however that ends: the system closes what a killed process held.

use std::fs::{self, File};
use std::future::Future;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::text;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::DemoNode;
use crate::failure::{Failure, internal};

/// How long a node may take to stop in good order: ten times what it takes.
const STOP: Duration = Duration::from_secs(20);
/// How often children are looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Bytes at the end of a log that are looked at for what it said last.
const TAIL: i64 = 2048;

/// The processes, in the order of the nodes.
pub(super) struct Children(Vec<Running>);

struct Running {
    node: DemoNode,
    log: PathBuf,
    child: Child,
    pid: u32,
    ended: bool,
}

impl Children {
    /// Starts every node as a process of its own.
    pub(super) fn start(nodes: &[DemoNode], dir: &Path, lang: Lang) -> Result<Self, Failure> {
        let logs = dir.join("logs");
        fs::create_dir_all(&logs).map_err(|error| Failure::writing(&logs, &error))?;
        let program = std::env::current_exe().map_err(|error| internal(&error))?;
        let children = nodes.iter().map(|node| start(&program, node, &logs, lang)).collect::<Result<_, _>>()?;
        Ok(Self(children))
    }

    /// The process of each node.
    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|running| running.pid)
    }

    /// What `work` gives, unless a node ends before: then why.
    pub(super) async fn or_ended<T>(&mut self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            done = work => done,
            (index, _) = self.end() => {
                let Running { node, log, .. } = &self.0[index];
                let (administration, said) = (node.administration.to_string(), last_words(log));
                let log = log.display().to_string();
                let text = text!("err-demo-child", administration = administration, detail = said, log = log);
                Err(Failure::new(Kind::Failure, text))
            }
        }
    }

    /// The next node that ends, and how.
    pub(super) async fn next_end(&mut self) -> (&DemoNode, String) {
        let (index, status) = self.end().await;
        (&self.0[index].node, status.map(words).unwrap_or_default())
    }

    /// Which one ends next. No status when somebody else has waited for it.
    async fn end(&mut self) -> (usize, Option<ExitStatus>) {
        loop {
            for (index, running) in self.0.iter_mut().enumerate().filter(|(_, running)| !running.ended) {
                let status = running.child.try_wait();
                if !matches!(status, Ok(None)) {
                    running.ended = true;
                    return (index, status.ok().flatten());
                }
            }
            sleep(LOOK).await;
        }
    }

    /// Stops all of them in good order; one that does not stop is killed.
    pub(super) async fn stop(&mut self) {
        for running in &mut self.0 {
            drop(running.child.stdin.take());
        }
        for running in self.0.iter_mut().filter(|running| !running.ended) {
            if timeout(STOP, running.child.wait()).await.is_err() {
                // It may have ended just now: then there is nothing to kill.
                let _ = running.child.kill().await;
            }
        }
    }
}

fn start(program: &Path, node: &DemoNode, logs: &Path, lang: Lang) -> Result<Running, Failure> {
    let log = logs.join(format!("{}.log", node.administration));
    let file = File::options().create(true).append(true).open(&log).map_err(|error| Failure::writing(&log, &error))?;
    let child = Command::new(program)
        .arg("--home")
        .arg(&node.home)
        .args(["--lang", lang.code(), "run", "--while-stdin-open"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(file)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| internal(&error))?;
    let pid = child.id().unwrap_or_default();
    Ok(Running { node: node.clone(), log, child, pid, ended: false })
}

/// How a process ended: its exit code, or the signal that ended it.
fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => code.to_string(),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => String::new(),
    }
}

/// What a node said last, on one line: its last line and what belongs to it, which is indented.
fn last_words(log: &Path) -> String {
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        // A log shorter than that is read from its beginning.
        let _ = file.seek(SeekFrom::End(-TAIL));
        file.read_to_end(&mut bytes)
    });
    if read.is_err() {
        return String::new();
    }
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().rposition(|line| !line.starts_with(' ')).unwrap_or(0);
    lines[first..].iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}
