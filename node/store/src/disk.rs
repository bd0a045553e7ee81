//! What the store asks of the disk beyond reading and writing: names made durable, room, and what an error means.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// What a failed operation says about the disk, or the machine under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No room: the disk, a quota or a limit on the size of files.
    Full,
    /// Nothing may be written: the file system or its permissions.
    ReadOnly,
    /// A file or folder is no longer where it was: removed, renamed or unmounted.
    Missing,
    /// The process has no file descriptors or memory left.
    Exhausted,
    /// Anything else.
    Other,
}

/// What `error` says about the disk. All but the last end by themselves when somebody mends the machine.
pub(crate) fn trouble(error: &io::Error) -> Trouble {
    use io::ErrorKind as Kind;
    let descriptors = [rustix::io::Errno::MFILE, rustix::io::Errno::NFILE];
    if descriptors.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error())) {
        return Trouble::Exhausted;
    }
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => Trouble::Full,
        Kind::ReadOnlyFilesystem | Kind::PermissionDenied => Trouble::ReadOnly,
        Kind::NotFound => Trouble::Missing,
        Kind::OutOfMemory => Trouble::Exhausted,
        _ => Trouble::Other,
    }
}

/// What the error of the system behind `error` says about the disk; nothing when there is none behind it.
#[must_use]
pub fn trouble_behind(error: &(dyn Error + 'static)) -> Option<Trouble> {
    let mut behind = Some(error);
    while let Some(error) = behind {
        match (error.downcast_ref(), error.downcast_ref()) {
            (Some(error), _) | (_, Some(sled::Error::Io(error))) => return Some(trouble(error)),
            _ => behind = error.source(),
        }
    }
    None
}

/// Makes the names in `dir` durable: a file that was created, renamed or removed there is so after a power cut too.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Bytes written to find out whether the disk takes any: one block, so that no file system keeps them in its names.
const TRIAL: usize = 4096;

/// Writes a little to `path`, durably, and removes it.
pub(crate) fn trial(path: &Path) -> io::Result<()> {
    let written = File::create(path).and_then(|mut file| file.write_all(&[0; TRIAL]).and(file.sync_all()));
    // A trial that stays is written over by the next.
    let removed = fs::remove_file(path);
    written.and(removed)
}

/// Bytes that this process may still write on the file system of `file`.
pub(crate) fn available(file: &File) -> io::Result<u64> {
    Ok(free(&rustix::fs::fstatvfs(file)?))
}

/// The same for the file system of `dir`.
pub(crate) fn available_in(dir: &Path) -> io::Result<u64> {
    Ok(free(&rustix::fs::statvfs(dir)?))
}

fn free(stats: &rustix::fs::StatVfs) -> u64 {
    stats.f_bavail.saturating_mul(stats.f_frsize)
}

/// Sets `length` bytes from `start` aside for `file` without changing its size. Where the file system cannot
/// (FAT, some network file systems), nothing is set aside and the free space alone was checked.
pub(crate) fn allocate(file: &File, start: u64, length: u64) -> io::Result<()> {
    use rustix::fs::FallocateFlags;
    use rustix::io::Errno;
    loop {
        match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, start, length) {
            Err(Errno::INTR) => {}
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => return Ok(()),
            done => return Ok(done?),
        }
    }
}

/// Asks that the next reading of `file` comes from the disk, not from memory. After a failed sync, the system may keep
/// in memory, as if written, what never reached the disk.
pub(crate) fn forget_cached(file: &File) {
    // Advice only: where it is refused, reading is what it would have been without.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}
