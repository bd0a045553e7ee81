//! Whether the files of the index are those that the last clean stop left behind.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::disk;

/// Checksum of names, sizes and times of change of all files below `dir`; their contents are not read.
pub(super) fn of(dir: &Path) -> io::Result<u32> {
    let mut files = Vec::new();
    list(dir, dir, &mut files)?;
    files.sort();
    Ok(files.iter().fold(0, |crc, (name, numbers)| {
        let crc = crc32c::crc32c_append(crc, name.as_bytes());
        numbers.iter().fold(crc, |crc, number| crc32c::crc32c_append(crc, &number.to_le_bytes()))
    }))
}

/// Makes everything below `dir` durable: sled syncs its data, not all of the rest.
pub(super) fn sync(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() { sync(&path)? } else { File::open(&path)?.sync_all()? }
    }
    disk::sync_dir(dir)
}

/// Bytes of all files below `dir`.
pub(super) fn bytes(dir: &Path) -> io::Result<u64> {
    let mut files = Vec::new();
    list(dir, dir, &mut files)?;
    Ok(files.iter().filter_map(|(_, [size, ..])| u64::try_from(*size).ok()).sum())
}

/// Name, then size, seconds and nanoseconds of the last change.
type FileFacts = (String, [i64; 3]);

fn list(root: &Path, dir: &Path, files: &mut Vec<FileFacts>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() {
            list(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            let size = i64::try_from(metadata.len()).unwrap_or(i64::MAX);
            files.push((name, [size, metadata.mtime(), metadata.mtime_nsec()]));
        }
    }
    Ok(())
}
