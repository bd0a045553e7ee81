//! The names of things: keys, hashes, logs, administrations. All are parsed once and then known to be well formed.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text or bytes are no name.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum IdError {
    /// Not the length that this kind of name has.
    #[error("{what} has {found} bytes, not {expected}")]
    Length {
        /// The kind of name.
        what: &'static str,
        /// Bytes that it should have.
        expected: usize,
        /// Bytes that were found.
        found: usize,
    },
    /// Not hexadecimal.
    #[error("{what} is not hexadecimal")]
    Hex {
        /// The kind of name.
        what: &'static str,
        /// Where it fails.
        #[source]
        source: hex::FromHexError,
    },
    /// Not the code of an administration.
    #[error("{0:?} is no code of an administration: 2 to 12 capital letters or digits")]
    Code(String),
}

macro_rules! bytes_name {
    ($(#[$doc:meta])* $name:ident, $len:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Bytes that this name has.
            pub const LEN: usize = $len;

            /// The name with exactly these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The first characters of its hexadecimal form, as people see it in tables.
            #[must_use]
            pub fn short(&self) -> String {
                hex::encode(&self.0[..4])
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdError;

            fn try_from(bytes: &[u8]) -> Result<Self, IdError> {
                let array = bytes.try_into().map_err(|_| IdError::Length {
                    what: $what,
                    expected: $len,
                    found: bytes.len(),
                })?;
                Ok(Self(array))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = hex::decode(text).map_err(|source| IdError::Hex { what: $what, source })?;
                Self::try_from(bytes.as_slice())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&hex::encode(self.0))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

bytes_name! {
    /// The Ed25519 public key of a node: its libp2p identity and the author of its logs.
    NodeKey, 32, "a node key"
}
bytes_name! {
    /// The Ed25519 public key of an administration.
    AdministrationKey, 32, "an administration key"
}
bytes_name! {
    /// Eight random bytes drawn when a log is opened (`docs/design.md` §3).
    LogId, 8, "a log"
}
bytes_name! {
    /// BLAKE3 of an entry's header bytes. An object is named by the entry that opened it.
    EntryId, 32, "an entry id"
}
bytes_name! {
    /// BLAKE3 of the genesis charter's bytes without signatures.
    NetworkId, 32, "a network id"
}
bytes_name! {
    /// BLAKE3 of a charter revision's bytes without signatures.
    CharterHash, 32, "a charter hash"
}
bytes_name! {
    /// BLAKE3 of a mandate's bytes without signature.
    MandateHash, 32, "a mandate hash"
}
bytes_name! {
    /// BLAKE3 of a payload or of an attachment.
    ContentHash, 32, "a content hash"
}
bytes_name! {
    /// BLAKE3 of an application's bytes without signatures.
    ApplicationId, 32, "an application id"
}
bytes_name! {
    /// Sixteen random bytes in an invitation, good for one application (`docs/design.md` §4).
    InvitationCode, 16, "an invitation code"
}
bytes_name! {
    /// What an invitation says of its code: who holds the code can show that they belong together, and nobody can find it.
    Commitment, 16, "a commitment"
}
bytes_name! {
    /// Which readers can open an entry, without naming them (`docs/design.md` §5).
    AudienceTag, 16, "an audience tag"
}
bytes_name! {
    /// The name of an audience key among those who have it (`docs/design.md` §5).
    KeyId, 16, "a key id"
}
bytes_name! {
    /// The name of a node's sealing key among those who open a grant for it (`docs/design.md` §5).
    SealingId, 16, "a sealing key id"
}

/// The code of an administration: ISO 3166-1 alpha-2 for members (`CI`), a short name for others (`BRRC`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(String);

impl Code {
    /// Longest code: room for a partner's short name, short enough for a table's column.
    pub const MAX: usize = 12;

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Code {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let fits =
            (2..=Self::MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(IdError::Code(text.to_owned())) }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The id of a commission: `governance`, `solutions`, `collaboration`; lower-case words, as data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct CommissionId(String);

/// Why a text names no commission.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no id of a commission: 2 to 32 lower-case letters or hyphens")]
pub struct CommissionIdError(String);

impl FromStr for CommissionId {
    type Err = CommissionIdError;

    fn from_str(text: &str) -> Result<Self, CommissionIdError> {
        let fits = (2..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(CommissionIdError(text.to_owned())) }
    }
}

impl fmt::Display for CommissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One log: a node key and eight random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogName {
    /// Whose log.
    pub author: NodeKey,
    /// Which of the author's logs.
    pub log: LogId,
}

/// The place of an entry in its log, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Sequence(u64);

impl Sequence {
    /// The first of a log.
    pub const FIRST: Self = Self(1);

    /// The sequence `number`, unless that is 0.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// As a number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after, or the greatest there is.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
