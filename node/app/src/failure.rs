//! Why a command failed.

use std::fmt::Display;
use std::io;
use std::path::Path;

use palabre_web::catalogue::{Lang, Text};
use palabre_web::problem::{Explanation, Kind, Problem};
use palabre_web::text;

/// Why a command failed. It becomes words where the reader's language is known.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// Something here.
    Here(Box<Problem>),
    /// The running node says so, in words already.
    FromNode {
        /// What kind of problem it is.
        kind: Kind,
        /// Its words.
        words: Box<Explanation>,
    },
}

impl Failure {
    /// A failure of this kind.
    pub(crate) fn new(kind: Kind, text: Text) -> Self {
        Self::Here(Box::new(Problem::new(kind, text)))
    }

    /// A file that could not be read.
    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        let kind = if error.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Failure };
        Self::new(kind, text!("err-read", file = path.display().to_string(), cause = cause(error)))
    }

    /// A file that could not be written.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::new(Kind::Failure, text!("err-write", file = path.display().to_string(), cause = cause(error)))
    }

    /// What kind it is.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Here(problem) => problem.kind(),
            Self::FromNode { kind, .. } => *kind,
        }
    }

    /// Its words.
    pub(crate) fn explain(&self, lang: Lang) -> Explanation {
        match self {
            Self::Here(problem) => problem.explain(lang),
            Self::FromNode { words, .. } => (**words).clone(),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Here(Box::new(problem))
    }
}

/// Why the system refused, in the reader's words where they are common, else in its own.
pub(crate) fn cause(error: &io::Error) -> Text {
    match error.kind() {
        io::ErrorKind::NotFound => text!("cause-not-found"),
        io::ErrorKind::PermissionDenied => text!("cause-permission"),
        io::ErrorKind::AlreadyExists => text!("cause-exists"),
        io::ErrorKind::StorageFull => text!("cause-full"),
        io::ErrorKind::ReadOnlyFilesystem => text!("cause-read-only"),
        io::ErrorKind::IsADirectory => text!("cause-directory"),
        io::ErrorKind::AddrInUse => text!("cause-address-in-use"),
        _ => text!("cause-other", detail = error.to_string()),
    }
}

/// Something that no one can mend but whoever reads its details.
pub(crate) fn internal(error: &dyn std::error::Error) -> Failure {
    Failure::new(Kind::Failure, text!("err-internal", detail = chain(error)))
}

/// An error and what lies behind it, for a technician: "outer: inner: innermost".
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        append(&mut words, inner);
        source = inner.source();
    }
    words
}

fn append(words: &mut String, inner: impl Display) {
    let inner = inner.to_string();
    if words.ends_with(&inner) {
        return;
    }
    // Some errors say nothing themselves and leave it to what lies behind them.
    if !words.is_empty() {
        words.push_str(": ");
    }
    words.push_str(&inner);
}
