//! What the API asks for, parsed: the node need not check it again.

use std::fmt;
use std::str::FromStr;

use palabre_core::id::{ContentHash, EntryId, LogId, Sequence};
use palabre_core::registers::Audience;
use thiserror::Error;

use super::Chunks;
use crate::catalogue::Lang;

/// Why a text is no prefix of an id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} names no object: an id is 64 hexadecimal digits, or its first 8 or more")]
pub struct PrefixError(pub String);

/// The first digits of an id, as people type them: 8 to 64 hexadecimal digits (`docs/design.md` §9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPrefix(String);

impl EntryPrefix {
    /// Fewest digits: in a network of some hundred thousand entries, two share 8 digits only by rare chance.
    pub const MIN: usize = 8;

    /// The whole bytes of it; an odd last digit is left to [`EntryPrefix::matches`].
    #[must_use]
    pub fn whole_bytes(&self) -> Vec<u8> {
        let nibble = |digit: u8| match digit {
            b'a'..=b'f' => digit - b'a' + 10,
            _ => digit.wrapping_sub(b'0'),
        };
        self.0.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
    }

    /// Whether an id begins so.
    #[must_use]
    pub fn matches(&self, id: &EntryId) -> bool {
        id.to_string().starts_with(&self.0)
    }

    /// The id, when all of its digits are given.
    #[must_use]
    pub fn whole(&self) -> Option<EntryId> {
        self.0.parse().ok()
    }
}

impl FromStr for EntryPrefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let fits = (Self::MIN..=2 * EntryId::LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit());
        if fits { Ok(Self(text.to_ascii_lowercase())) } else { Err(PrefixError(text.to_owned())) }
    }
}

impl fmt::Display for EntryPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What describes the content of a version. The node holds its texts against the rules of core and answers
/// [`NodeError::Field`](super::NodeError::Field).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// Its title.
    pub title: String,
    /// The language that it is written in.
    pub lang: Lang,
    /// The name of the file, without any folder.
    pub file_name: String,
    /// Its media type (RFC 6838).
    pub media_type: String,
}

/// A document to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument {
    /// Its first version.
    pub version: NewVersion,
    /// Who can read it, for ever.
    pub audience: Audience,
    /// Whether it travels before everything else.
    pub urgent: bool,
}

/// A further version. What is not given stays as in the version before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// A new title.
    pub title: Option<String>,
    /// Another language.
    pub lang: Option<Lang>,
    /// The name of the file, without any folder.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Whether it travels before everything else.
    pub urgent: bool,
}

/// Why a document is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// In the words of who withdraws it.
    pub reason: String,
}

/// The content of a version, on its way out.
pub struct Content {
    /// The name of the file.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// BLAKE3 of it.
    pub hash: ContentHash,
    /// Its bytes.
    pub chunks: Chunks,
}

/// Which entries of an author's logs are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogQuery {
    /// Only this log; else all of the author's.
    pub log: Option<LogId>,
    /// Only entries before this sequence; else the newest.
    pub before: Option<Sequence>,
    /// At most so many of each log, at most [`LogQuery::LIMIT_MAX`].
    pub limit: usize,
}

impl LogQuery {
    /// How many entries of a log are shown when nothing is said: a screen.
    pub const LIMIT_DEFAULT: usize = 20;
    /// Most entries of a log in one answer: some 100 KiB of JSON.
    pub const LIMIT_MAX: usize = 500;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_8_to_64_hexadecimal_digits() {
        for text in ["", "1234567", "1234567g", &"0".repeat(65)] {
            assert_eq!(text.parse::<EntryPrefix>(), Err(PrefixError(text.to_owned())));
        }
        let prefix: EntryPrefix = "ABCDEF012".parse().expect("9 digits");
        assert_eq!(prefix.whole_bytes(), [0xab, 0xcd, 0xef, 0x01]);
        let mut id = [0; 32];
        id[..5].copy_from_slice(&[0xab, 0xcd, 0xef, 0x01, 0x2f]);
        assert!(prefix.matches(&EntryId::from_bytes(id)));
        id[4] = 0x1f;
        assert!(!prefix.matches(&EntryId::from_bytes(id)));
        assert_eq!(prefix.whole(), None);
        assert_eq!("0".repeat(64).parse::<EntryPrefix>().map(|p| p.whole()), Ok(Some(EntryId::from_bytes([0; 32]))));
    }
}
