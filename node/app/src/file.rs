//! Files that people hand to each other and that commands write: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::Failure;

/// Largest file that a charter or a mandate may be in: far beyond both, so that a wrong file is not read whole.
const READ_MAX: u64 = 1024 * 1024;

/// The bytes of a charter or mandate file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::reading(path, &error);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(READ_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Writes a new file; refuses to write over one.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.exists() {
        return Err(Failure::new(Kind::Failure, text!("err-exists", file = path.display().to_string())));
    }
    replace(path, bytes)
}

/// Writes a file, in place of one that may be there: under another name first, synced, renamed.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let unfinished = unfinished(path);
    write_synced(&unfinished, bytes)
        .and_then(|()| fs::rename(&unfinished, path))
        .and_then(|()| File::open(folder(path))?.sync_all())
        .map_err(|error| Failure::writing(path, &error))
}

/// The name under which a file is written until it is whole.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

/// The folder of a file.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
