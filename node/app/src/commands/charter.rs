//! `palabre charter`: the region's rule book (`docs/design.md` §4). A keyholder can found, check and sign on a machine
//! that never saw a network; what needs the newest revisions asks the running node.

mod changes;
mod check;
pub(crate) mod found;
mod history;
mod judge;
mod propose;
mod prove;
mod refound;
mod settle;
mod show;
pub(crate) mod sign;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Subcommand;
use palabre_core::charter::CharterFile;
use palabre_core::id::NetworkId;
use palabre_web::node::{EntryPrefix, PrefixError};
use palabre_web::problem::Kind;
use palabre_web::text;

use crate::cli::Speech;
use crate::failure::Failure;

pub(crate) use changes::kind_words;
pub(crate) use show::name;

/// `palabre charter …`
#[derive(Debug, Subcommand)]
pub(crate) enum Charter {
    /// Makes revision 1 from a template and keys; unsigned.
    Found(found::Found),
    /// Makes the next revision from short changes; unsigned.
    Propose(Box<propose::Propose>),
    /// Makes the genesis of a new network that goes on from this one; unsigned.
    Refound(refound::Refound),
    /// Proves that a keyholder has its key.
    Prove(prove::Prove),
    /// Makes the settlement of a dispute; unsigned.
    Settle(settle::Settle),
    /// Signs a revision.
    Sign(sign::Sign),
    /// Shows a charter.
    Show(show::Show),
    /// Checks the rules and the signatures of a charter.
    Check {
        /// A charter file; else the home's.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Shows all revisions.
    History,
}

impl Charter {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        match self {
            Self::Found(found) => found.run(speech),
            Self::Propose(propose) => propose.run(home, speech),
            Self::Refound(refound) => refound.run(home, speech),
            Self::Prove(prove) => prove.run(home, speech),
            Self::Settle(settle) => settle.run(home, speech),
            Self::Sign(sign) => sign.run(home, speech),
            Self::Show(show) => show.run(home, speech),
            Self::Check { file } => check::run(&file_or_own(file, home)?, home, speech),
            Self::History => history::run(home, speech),
        }
    }
}

/// The first digits of a hash of a revision or a mandate, as people type them: 8 to 64 hexadecimal digits.
#[derive(Clone, Debug)]
pub(crate) struct HashPrefix(EntryPrefix);

impl HashPrefix {
    /// Whether a hash begins so.
    fn matches(&self, hash: &impl fmt::Display) -> bool {
        hash.to_string().starts_with(&self.to_string())
    }
}

impl FromStr for HashPrefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        text.parse().map(Self)
    }
}

impl fmt::Display for HashPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The charter file that is meant: a named one, else that of the home.
fn file_or_own(file: Option<PathBuf>, home: &Path) -> Result<PathBuf, Failure> {
    file.map_or_else(|| crate::home::founding::own_charter(&crate::home::peek(home)?), Ok)
}

/// The network that a genesis founds.
pub(crate) fn network_of(charter: &CharterFile, file: &Path) -> Result<NetworkId, Failure> {
    charter.charter.founds().ok_or_else(|| {
        let (file, revision) = (file.display().to_string(), charter.charter.revision);
        Failure::new(Kind::Refused, text!("err-not-genesis", file = file, revision = revision))
    })
}
