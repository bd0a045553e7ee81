//! What `git fetch` and `rsync -az` say for the same records, counted by a relay.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use palabre_tests::ports::Ports;

use crate::proxy::Proxy;

/// A program that serves; it ends when this is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Whether a program can be run.
fn has(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Runs a program to its end.
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Bytes of `git fetch` for a repository with one commit for each record; none when there is no git.
pub(crate) fn git(records: &[Vec<u8>]) -> Option<u64> {
    if !has("git") {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let git = |place: &str| {
        let mut command = Command::new("git");
        command.arg("-C").arg(dir.path().join(place)).env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    };
    for place in ["there", "here"] {
        fs::create_dir(dir.path().join(place)).unwrap();
        run(git(place).args(["init", "--quiet", "--bare"]));
    }
    import(&mut git("there"), records);
    run(git("there").args(["repack", "-adfq"]));
    let mut ports = Ports::take();
    let port = ports.free();
    // The program itself: `git daemon` would leave it behind when it is killed.
    let programs = Command::new("git").arg("--exec-path").output().unwrap().stdout;
    let serving = Command::new(Path::new(String::from_utf8(programs).unwrap().trim()).join("git-daemon"))
        .args(["--export-all", "--reuseaddr", "--listen=127.0.0.1", &format!("--port={port}")])
        .arg(format!("--base-path={}", dir.path().display()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _server = Server(serving);
    let proxy = Proxy::to(answering(port));
    run(git("here").args(["fetch", "--quiet", &format!("git://{}/there", proxy.address), "main:main"]));
    Some(proxy.passed())
}

fn import(git: &mut Command, records: &[Vec<u8>]) {
    let mut importing = git.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = importing.stdin.take().unwrap();
    for (number, record) in records.iter().enumerate() {
        let time = 1_780_000_000 + number * 150;
        let head = format!("commit refs/heads/main\ncommitter CI <ci@example.org> {time} +0000\ndata 0\n");
        input.write_all(format!("{head}M 644 inline {number}.md\ndata {}\n", record.len()).as_bytes()).unwrap();
        input.write_all(record).unwrap();
        input.write_all(b"\n").unwrap();
    }
    drop(input);
    assert!(importing.wait().unwrap().success(), "git fast-import");
}

/// Bytes of `rsync -az` for one file with all records; none when there is no rsync.
pub(crate) fn rsync(records: &[Vec<u8>]) -> Option<u64> {
    if !has("rsync") {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let there = dir.path().join("there");
    fs::create_dir(&there).unwrap();
    fs::write(there.join("log"), records.concat()).unwrap();
    let config = dir.path().join("rsyncd.conf");
    fs::write(&config, format!("use chroot = no\n[there]\npath = {}\n", there.display())).unwrap();
    let mut ports = Ports::take();
    let port = ports.free();
    let _server = Server(rsync_daemon(&config, port));
    let proxy = Proxy::to(answering(port));
    let from = format!("rsync://{}/there/", proxy.address);
    run(Command::new("rsync").args(["-az", &from]).arg(dir.path().join("here")));
    Some(proxy.passed())
}

fn rsync_daemon(config: &Path, port: u16) -> Child {
    let mut command = Command::new("rsync");
    command.args(["--daemon", "--no-detach", "--address=127.0.0.1", &format!("--port={port}"), "--config"]).arg(config);
    command.stderr(Stdio::null()).spawn().unwrap()
}

/// The address of a server that has just been started, once it answers.
fn answering(port: u16) -> SocketAddr {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    for _ in 0..200 {
        if TcpStream::connect(address).is_ok() {
            return address;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("nobody answers at {address}");
}
