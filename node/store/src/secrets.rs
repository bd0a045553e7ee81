//! Secret files: for the owner's eyes alone (mode 0600), written once, never overwritten (`docs/design.md` §8).
//!
//! A seed, the 32 bytes of an Ed25519 secret key (RFC 8032 §5.1.5), is one line of 64 hexadecimal digits.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

use crate::disk;

/// Why a secret was not read or written.
#[derive(Debug, Error)]
pub enum SecretError {
    /// Others than the owner may read or write the file.
    #[error("{} has mode {mode:04o}: others can read the secret in it; it must have 0600", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// There is a secret in the place of the new one.
    #[error("{} exists already and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what it should be.
    #[error("{} does not hold one line of 64 hexadecimal digits", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The file is too long to be a secret.
    #[error("{} is longer than a secret may be", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{} cannot be opened", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Bytes of a secret key.
pub const SEED_LEN: usize = 32;

/// Longest secret file: room for a sealed key and its parameters.
const SECRET_MAX: u64 = 4096;

/// Permissions that anybody but the owner has.
const OTHERS: u32 = 0o077;

/// Reads the seed in `path`.
pub fn read_seed(path: &Path) -> Result<Zeroizing<[u8; SEED_LEN]>, SecretError> {
    let text = read(path)?;
    let mut seed = Zeroizing::new([0; SEED_LEN]);
    hex::decode_to_slice(text.trim_ascii(), seed.as_mut())
        .map_err(|_| SecretError::Format { path: path.to_owned() })?;
    Ok(seed)
}

/// Writes `seed` to the new file `path`.
pub fn write_seed(path: &Path, seed: &[u8; SEED_LEN]) -> Result<(), SecretError> {
    let mut line = Zeroizing::new([0; 2 * SEED_LEN + 1]);
    let (digits, end) = line.split_at_mut(2 * SEED_LEN);
    hex::encode_to_slice(seed, digits).map_err(|_| SecretError::Format { path: path.to_owned() })?;
    end.copy_from_slice(b"\n");
    write(path, line.as_slice())
}

/// Reads the secret file `path`, whatever is in it.
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let failed = |source| SecretError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let mode = metadata.mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(SecretError::TooOpen { path: path.to_owned(), mode });
    }
    if metadata.len() > SECRET_MAX {
        return Err(SecretError::TooLong { path: path.to_owned() });
    }
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(SECRET_MAX).unwrap_or_default()));
    file.take(SECRET_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Writes `bytes` to the new secret file `path`, durably and whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), SecretError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => SecretError::Exists { path: path.to_owned() },
        _ => SecretError::Io { path: path.to_owned(), source },
    };
    if bytes.len() as u64 > SECRET_MAX {
        return Err(SecretError::TooLong { path: path.to_owned() });
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let written = write_unfinished(&unfinished, bytes)
        // A link, unlike a rename, never replaces what is there.
        .and_then(|()| fs::hard_link(&unfinished, path));
    let removed = fs::remove_file(&unfinished);
    written.and(removed).map_err(failed)?;
    disk::sync_dir(path.parent().unwrap_or(Path::new("."))).map_err(failed)
}

fn write_unfinished(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
