//! The audiences whose objects a node folds. An object has one for life (`docs/design.md` §5).

use std::fmt;

use crate::ledger::{self, Header};

/// Who can read an object. Sealed audiences come with sealing: until then nobody writes to them, and an entry whose
/// header has a tag is kept and passed on unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Every node, partners too.
    Public,
}

impl Audience {
    /// The audience of an entry, when it can be read here.
    #[must_use]
    pub const fn of(header: &Header) -> Option<Self> {
        match header.audience {
            ledger::Audience::Public => Some(Self::Public),
            ledger::Audience::Sealed(_) => None,
        }
    }

    /// Its name: `public`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
        }
    }

    pub(super) const fn letter(self) -> u8 {
        match self {
            Self::Public => b'p',
        }
    }

    pub(super) const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'p' => Some(Self::Public),
            _ => None,
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Audience {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}
