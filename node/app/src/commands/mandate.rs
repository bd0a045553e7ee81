//! `palabre mandate`: an administration's own list of the nodes that act for it (`docs/design.md` §4).

mod add;
mod revoke;
mod show;
mod succession;

use std::path::Path;

use clap::Subcommand;

use crate::cli::Speech;
use crate::failure::Failure;

pub(crate) use add::{add_node, sign};

/// `palabre mandate …`
#[derive(Debug, Subcommand)]
pub(crate) enum Mandate {
    /// Mandates further nodes.
    Add(add::Add),
    /// Takes a node off the list.
    Revoke(revoke::Revoke),
    /// Shows a mandate file, or the mandates of the home.
    Show(show::Show),
}

impl Mandate {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        match self {
            Self::Add(add) => add.run(home, speech),
            Self::Revoke(revoke) => revoke.run(home, speech),
            Self::Show(show) => show.run(home, speech),
        }
    }
}
