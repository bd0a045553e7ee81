//! Who can read an object. It has one audience for life (`docs/design.md` §5): that of the act that opened it.

use std::fmt;

use crate::seal::SealedAudience;

/// Who can read an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Every node, partners too.
    #[default]
    Public,
    /// Whoever has a key of this audience.
    Sealed(SealedAudience),
}

/// Length of the beginning of a hash that stands for an audience in keys: no two that anybody can make are equal.
const MARK_LEN: usize = 16;

impl Audience {
    /// What stands for it in keys of the index. None begins with another.
    pub(super) fn mark(&self) -> Vec<u8> {
        match self {
            Self::Public => b"p".to_vec(),
            Self::Sealed(audience) => {
                let hash = blake3::derive_key("palabre/audience/1", audience.to_string().as_bytes());
                [b"s", &hash[..MARK_LEN]].concat()
            }
        }
    }

    /// The audience with this word: `public`, or a sealed one's.
    pub(super) fn from_word(word: &[u8]) -> Option<Self> {
        match std::str::from_utf8(word).ok()? {
            "public" => Some(Self::Public),
            word => word.parse().ok().map(Self::Sealed),
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("public"),
            Self::Sealed(audience) => audience.fmt(f),
        }
    }
}

impl serde::Serialize for Audience {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}
