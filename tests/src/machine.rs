//! The machine under a node, made to fail: a disk with a fault that can be switched on and off, a disk that is small, a
//! clock that can be set.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::node::Conditions;
use crate::{Cli, Network, Node, shim};

/// Files of the first node of a network whose C library is fronted by `tests/faults/disk.c`.
#[derive(Debug)]
pub struct FaultyDisk {
    switch: PathBuf,
}

impl FaultyDisk {
    /// Under the first node of a network, for files whose path contains `within`. Nothing, and a word about it for the
    /// test, without a C compiler.
    pub fn under(network: &mut Network, within: &str, test: &str) -> Option<Self> {
        let library = shim::build("disk", network.dir(), test)?;
        let switch = network.dir().join("fault");
        let environment = vec![
            ("LD_PRELOAD".to_owned(), text(&library)),
            ("FAULT_FILE".to_owned(), text(&switch)),
            ("FAULT_IN".to_owned(), within.to_owned()),
        ];
        network.nodes[0].under(Conditions { environment, ..Conditions::default() });
        Some(Self { switch })
    }

    /// Switches a fault on: a line as `tests/faults/disk.c` reads it.
    pub fn set(&self, fault: &str) {
        replace(&self.switch, fault);
    }

    /// Switches it off.
    pub fn mend(&self) {
        fs::remove_file(&self.switch).unwrap();
    }

    /// How many times the node has synced data of these files.
    pub fn syncs(&self) -> u64 {
        let beside = format!("{}.syncs", self.switch.display());
        fs::metadata(beside).map_or(0, |about| about.len())
    }
}

/// The clock on the wall, as a node sees it.
#[derive(Debug)]
pub struct Clock {
    shows: PathBuf,
    environment: Vec<(String, String)>,
}

impl Clock {
    /// Under a node from its next start on. Nothing, and a word about it for the test, without a C compiler.
    pub fn under(node: &mut Node, test: &str) -> Option<Self> {
        let dir = node.home().parent()?;
        let library = shim::build("clock", dir, test)?;
        let shows = dir.join("clock");
        let environment = vec![("LD_PRELOAD".to_owned(), text(&library)), ("CLOCK_FILE".to_owned(), text(&shows))];
        node.under(Conditions { environment: environment.clone(), ..Conditions::default() });
        Some(Self { shows, environment })
    }

    /// Commands that are typed on the same machine.
    pub fn over(&self, cli: Cli) -> Cli {
        self.environment.iter().fold(cli, |cli, (name, value)| cli.with(name, value))
    }

    /// Sets it, in seconds since 1970. It goes on from there.
    pub fn set(&self, seconds: u64) {
        replace(&self.shows, &seconds.to_string());
    }

    /// It shows another day: so many days after the true one, or before it.
    pub fn shift(&self, days: i64) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        self.set(now.saturating_add_signed(days * 86_400));
    }

    /// It shows the true time again.
    pub fn mend(&self) {
        fs::remove_file(&self.shows).unwrap();
    }
}

/// A small file system in memory with the home of a node on it; the home's path leads there.
#[derive(Debug)]
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// Moves `home` to it. Nothing, and a word about it for the test, without the right to mount.
    pub fn under(home: &Path, size: &str, test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "tmpfs"]).arg(folder.path());
        if !mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            shim::skip(test, "no right to mount");
            return None;
        }
        let disk = Self { folder };
        let there = disk.folder.path().join("home");
        assert!(Command::new("cp").arg("-a").args([home, &there]).status().unwrap().success());
        fs::remove_dir_all(home).unwrap();
        symlink(there, home).unwrap();
        Some(disk)
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Takes every byte that is left.
    pub fn fill(&self) {
        let filled = fs::write(self.filler(), vec![1; 256 * 1024 * 1024]);
        assert!(filled.is_err(), "the disk is larger than it should be");
    }

    /// Gives them back.
    pub fn make_room(&self) {
        fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The node under test may still hold files of it: it is unmounted once they are closed.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("temporary folders have plain names").to_owned()
}

/// Renamed into place: nobody reads half of a word.
fn replace(file: &Path, word: &str) {
    let new = file.with_extension("new");
    fs::write(&new, word).unwrap();
    fs::rename(new, file).unwrap();
}
