//! The audiences that are sealed, by their words (`docs/design.md` §1, §5).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::id::{Code, CommissionId, CommissionIdError, IdError};

/// Most administrations that an audience lists by name: more of them are the region.
pub const MEMBERS_MAX: usize = 22;

/// Why a text names no sealed audience.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AudienceError {
    /// None of the words.
    #[error("{0:?} is no audience: region, commission/ID, secretariat or members:CI,SN")]
    Word(String),
    /// Not the id of a commission.
    #[error("an audience names a commission by its id")]
    Commission(#[source] CommissionIdError),
    /// One of the administrations is no code.
    #[error("an audience of members lists codes of administrations")]
    Code(#[source] IdError),
    /// Too few or too many, or one of them twice or out of order.
    #[error("an audience of members lists 2 to {MEMBERS_MAX} administrations, each once, in alphabetical order")]
    Members,
}

/// Who can read what is sealed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SealedAudience {
    /// Members and the regional office.
    Region,
    /// Who sits in a commission.
    Commission(CommissionId),
    /// Who sits in the secretariat.
    Secretariat,
    /// These administrations and nobody else, for ever.
    Members(BTreeSet<Code>),
}

impl SealedAudience {
    /// Whether somebody who comes in later is granted what was sealed before.
    #[must_use]
    pub const fn has_history(&self) -> bool {
        !matches!(self, Self::Members(_))
    }
}

impl FromStr for SealedAudience {
    type Err = AudienceError;

    fn from_str(text: &str) -> Result<Self, AudienceError> {
        match text {
            "region" => return Ok(Self::Region),
            "secretariat" => return Ok(Self::Secretariat),
            _ => {}
        }
        if let Some(id) = text.strip_prefix("commission/") {
            return id.parse().map(Self::Commission).map_err(AudienceError::Commission);
        }
        let Some(list) = text.strip_prefix("members:") else {
            return Err(AudienceError::Word(text.to_owned()));
        };
        let codes = list.split(',').map(str::parse).collect::<Result<Vec<Code>, _>>().map_err(AudienceError::Code)?;
        let ascending = codes.is_sorted_by(|one, next| one < next);
        if !ascending || !(2..=MEMBERS_MAX).contains(&codes.len()) {
            return Err(AudienceError::Members);
        }
        Ok(Self::Members(codes.into_iter().collect()))
    }
}

impl fmt::Display for SealedAudience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region => f.write_str("region"),
            Self::Commission(id) => write!(f, "commission/{id}"),
            Self::Secretariat => f.write_str("secretariat"),
            Self::Members(codes) => {
                f.write_str("members:")?;
                for (n, code) in codes.iter().enumerate() {
                    write!(f, "{}{code}", if n == 0 { "" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}
