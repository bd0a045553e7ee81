//! Doubt about the head of the node's own log, kept in the file `ledger/doubt` until a new log is open.
//!
//! When a tail is set aside, or an index that may have known more is destroyed, the node must open a new log
//! (`docs/design.md` §3). The evidence is gone after that; a process killed between the two would go on with the old
//! log and fork it. So the doubt is durable before the evidence goes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::disk;

fn path(ledger: &Path) -> PathBuf {
    ledger.join("doubt")
}

/// Notes the doubt, durably.
pub(crate) fn doubt(ledger: &Path) -> io::Result<()> {
    let mut file = File::create(path(ledger))?;
    file.write_all(b"The node opens a new log, then removes this file.\n")?;
    file.sync_all()?;
    disk::sync_dir(ledger)
}

/// Whether there is doubt.
pub(crate) fn is_in_doubt(ledger: &Path) -> bool {
    // What cannot be looked up is in doubt.
    fs::exists(path(ledger)).unwrap_or(true)
}

/// Ends the doubt, durably.
pub(crate) fn settle(ledger: &Path) -> io::Result<()> {
    match fs::remove_file(path(ledger)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.and_then(|()| disk::sync_dir(ledger)),
    }
}
