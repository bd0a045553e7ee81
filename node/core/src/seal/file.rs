//! A sealed attachment (`docs/design.md` §5): what opens it, inside the sealed payload of its act.

use std::fmt;

use palabre_proto::v1;
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::key::KEY_LEN;
use crate::id::{ContentHash, IdError};

/// Why what an act says of a sealed attachment is malformed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FileError {
    /// The key has another length.
    #[error("the key of an attachment has {0} bytes, not {KEY_LEN}")]
    Key(usize),
    /// The hash has another length.
    #[error("the hash of an attachment is malformed")]
    Hash(#[from] IdError),
}

/// The key of one attachment. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct FileKey(Zeroizing<[u8; KEY_LEN]>);

impl FileKey {
    /// A new one.
    #[must_use]
    pub fn draw(random: &mut impl CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random.fill_bytes(&mut *key);
        Self(key)
    }

    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}

/// What opens a sealed attachment, and what comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Its key.
    pub key: FileKey,
    /// BLAKE3 of the file as it was.
    pub hash: ContentHash,
    /// Its size in bytes.
    pub size: u64,
}

impl SealedFile {
    /// Parses the message.
    pub fn parse(message: &v1::SealedFile) -> Result<Self, FileError> {
        let key = message.key.as_slice().try_into().map_err(|_| FileError::Key(message.key.len()))?;
        let hash = ContentHash::try_from(message.hash.as_slice())?;
        Ok(Self { key: FileKey::from_bytes(key), hash, size: message.size })
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::SealedFile {
        v1::SealedFile { key: self.key.as_bytes().to_vec(), hash: self.hash.as_bytes().to_vec(), size: self.size }
    }
}
