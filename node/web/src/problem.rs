//! What went wrong: what, why, and what to do next (`docs/design.md` §9).
//!
//! A problem of the API and the failure of a command are one thing, with one code, so that a script sees the same
//! whether it calls the one or the other.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Lang, Text};

/// How something ended. Each kind has an exit code and an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It failed for a reason that is none of the others.
    Failure,
    /// It was asked for wrongly.
    Usage,
    /// The node is not running.
    NotRunning,
    /// The network does not answer.
    Network,
    /// A rule refuses it, or a signature is not valid.
    Refused,
    /// There is no such thing.
    NotFound,
    /// Done in part: something is still on its way.
    Partial,
    /// Somebody should look at it.
    Attention,
}

impl Kind {
    /// The exit code of a command.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Failure => 1,
            Self::Usage => 2,
            Self::NotRunning => 3,
            Self::Network => 4,
            Self::Refused => 5,
            Self::NotFound => 6,
            Self::Partial => 7,
            Self::Attention => 8,
        }
    }

    /// The HTTP status of an answer.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Failure => 500,
            Self::Usage => 400,
            Self::NotRunning | Self::Attention => 503,
            Self::Network => 502,
            Self::Refused => 403,
            Self::NotFound => 404,
            Self::Partial => 409,
        }
    }

    /// What kind an HTTP status stands for, also the statuses that [`Problem::with_status`] makes finer.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            401 | 403 => Self::Refused,
            404 => Self::NotFound,
            409 => Self::Partial,
            400..=499 => Self::Usage,
            502 => Self::Network,
            503 => Self::Attention,
            _ => Self::Failure,
        }
    }
}

/// A problem. Its text is a message `err-…` of the catalogue, with the attributes `why` and `next`.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    kind: Kind,
    status: u16,
    text: Text,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub const fn new(kind: Kind, text: Text) -> Self {
        Self { kind, status: kind.status(), text }
    }

    /// The same with a finer HTTP status, one for which [`Kind::of_status`] gives its kind.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        debug_assert_eq!(Kind::of_status(status), self.kind, "{status}");
        Self { status, ..self }
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Its words in a language.
    #[must_use]
    pub fn explain(&self, lang: Lang) -> Explanation {
        Explanation {
            code: self.text.key().trim_start_matches("err-").to_owned(),
            what: self.text.in_lang(lang),
            why: self.text.attribute(lang, "why").unwrap_or_default(),
            next: self.text.attribute(lang, "next").unwrap_or_default(),
        }
    }
}

/// A problem in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Its stable name, for programs.
    pub code: String,
    /// What went wrong.
    pub what: String,
    /// Why.
    pub why: String,
    /// What to do next.
    pub next: String,
}

/// A problem as JSON: `{"error":{"code","what","why","next"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemBody {
    /// Its words.
    pub error: Explanation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_its_kind() {
        for kind in [Kind::Failure, Kind::Usage, Kind::Network, Kind::Refused, Kind::NotFound, Kind::Partial] {
            assert_eq!(Kind::of_status(kind.status()), kind);
        }
    }
}
