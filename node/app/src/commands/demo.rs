//! `palabre demo`: a whole network on this machine.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Speech;
use crate::demo;
use crate::failure::Failure;

/// `palabre demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// How many nodes: at least two that speak to each other, at most the region.
    #[arg(long, value_name = "NUMBER", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=24))]
    nodes: u8,
    /// The folder of the network; one that is named stays.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The first port of the APIs.
    #[arg(long, value_name = "PORT", default_value_t = 8700)]
    port: u16,
}

impl Demo {
    /// Does it.
    pub(crate) fn run(self, speech: Speech) -> Result<(), Failure> {
        demo::run(self.nodes.into(), self.dir, self.port, speech)
    }
}
