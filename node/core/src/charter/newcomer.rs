//! Who is to be admitted to the charter, as a proposal or an application says it.

use palabre_proto::v1;
use serde::{Deserialize, Serialize};

use super::revision::{AdministrationKind, Names};
use crate::id::{AdministrationKey, Code};

/// An administration that the charter does not list yet. It comes without office, seat or keyholder's rights: those are
/// changes of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newcomer {
    /// What kind of participant it is to be.
    pub kind: AdministrationKind,
    /// How it is called.
    pub names: Names,
    /// ISO 639-1 codes of the languages that it works in.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Its key.
    pub key: AdministrationKey,
}

impl Newcomer {
    pub(super) fn to_message(&self, code: &Code) -> v1::Administration {
        v1::Administration {
            code: code.to_string(),
            kind: self.kind.number(),
            names: Some(self.names.clone().into()),
            languages: self.languages.clone(),
            key: self.key.as_bytes().to_vec(),
            ..v1::Administration::default()
        }
    }
}

impl AdministrationKind {
    /// Its number on the wire.
    #[must_use]
    pub const fn number(self) -> i32 {
        use v1::administration::Kind;
        match self {
            Self::Member => Kind::Member as i32,
            Self::RegionalOffice => Kind::RegionalOffice as i32,
            Self::Partner => Kind::Partner as i32,
        }
    }
}
