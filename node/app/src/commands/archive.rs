//! `palabre archive export`: all that the ledger of a home holds, in one file for whoever has no node.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::Digest;
use serde::Serialize;

use crate::archive::{self, Exported};
use crate::cli::{Speech, units};
use crate::failure::{Failure, chain};
use crate::home::{self, founding, keys};

/// `palabre archive …`
#[derive(Debug, Subcommand)]
pub(crate) enum Archive {
    /// Writes an archive.
    Export(Export),
}

/// `palabre archive export`
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Everything that the node holds.
    #[arg(long, required = true)]
    all: bool,
    /// The file to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Made {
    file: String,
    size: u64,
    records: u64,
    damaged: u64,
    ledger: Digest,
}

impl Archive {
    /// Does it. It reads the files of the home: the node may run meanwhile, or not.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let Self::Export(Export { all: _, output }) = self;
        if output.exists() {
            return Err(Failure::new(Kind::Failure, text!("err-exists", file = output.display().to_string())));
        }
        let home = home::peek(place)?;
        let rules = founding::load(&home)?;
        let secret = keys::read(&keys::node_file(&home))?;
        let exported = archive::export(&home, &rules, &secret, &output)
            .map_err(|error| Failure::new(Kind::Failure, text!("err-export", detail = chain(&error))))?;
        let made = made(&exported, &output);
        speech.answer(&made, |speech| say(&made, speech));
        if exported.damaged == 0 {
            return Ok(());
        }
        Err(Failure::new(Kind::Partial, text!("err-export-damaged", count = exported.damaged)))
    }
}

fn made(exported: &Exported, output: &Path) -> Made {
    Made {
        file: output.display().to_string(),
        size: exported.size,
        records: exported.seal.records,
        damaged: exported.damaged,
        ledger: Digest(exported.seal.ledger),
    }
}

fn say(made: &Made, speech: Speech) {
    let size = units::size(made.size, speech.lang());
    speech.say(&text!("archive-made", file = made.file.clone(), size = size, records = made.records));
    speech.say(&text!("archive-next", file = made.file.clone()));
}
