//! `palabre store`: what the node keeps on disk.

use std::path::Path;

use clap::Subcommand;
use palabre_core::id::{LogId, NodeKey};
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::Speech;
use crate::daemon::{self, DaemonError, Damaged};
use crate::failure::{Failure, chain};
use crate::home::{self, founding};

/// `palabre store …`
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Reads the whole ledger and verifies every entry.
    Verify,
    /// Makes index and registers again from the ledger.
    Rebuild,
}

#[derive(Serialize)]
struct Verified {
    entries: u64,
    damaged: Vec<DamageView>,
    mended: usize,
}

#[derive(Serialize)]
struct DamageView {
    file: String,
    offset: u64,
    author: Option<NodeKey>,
    log: Option<LogId>,
    sequence: Option<u64>,
}

#[derive(Serialize)]
struct Rebuilt {
    records: u64,
}

impl Store {
    /// Does it.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        match self {
            Self::Verify => verify(place, speech),
            Self::Rebuild => rebuild(place, speech),
        }
    }
}

/// Works beside a running node: the ledger is only ever appended to.
fn verify(place: &Path, speech: Speech) -> Result<(), Failure> {
    let home = home::peek(place)?;
    let rules = founding::load(&home)?;
    let found = daemon::verify(&home, &rules).map_err(|error| failure(&error))?;
    let done =
        Verified { entries: found.entries, damaged: found.damaged.iter().map(view).collect(), mended: found.mended };
    speech.answer(&done, |speech| say(&done, speech));
    if done.damaged.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Kind::Failure, text!("err-store-damaged", count = done.damaged.len())))
}

fn view(damaged: &Damaged) -> DamageView {
    DamageView {
        file: damaged.file.clone(),
        offset: damaged.offset,
        author: damaged.entry.map(|(author, _, _)| author),
        log: damaged.entry.map(|(_, log, _)| log),
        sequence: damaged.entry.map(|(_, _, sequence)| sequence),
    }
}

fn say(done: &Verified, speech: Speech) {
    speech.say(&text!("store-verified", entries = done.entries));
    if done.mended > 0 {
        speech.say(&text!("store-mended", count = done.mended));
    }
    for place in &done.damaged {
        let entry = match place {
            DamageView { author: Some(author), log: Some(log), sequence: Some(sequence), .. } => {
                text!("store-entry", sequence = *sequence, log = log.to_string(), author = author.to_string())
            }
            _ => text!("store-entry-unknown"),
        };
        let offset = place.offset.to_string();
        speech.say(&text!("store-damage", file = place.file.clone(), offset = offset, entry = entry));
    }
}

fn rebuild(place: &Path, speech: Speech) -> Result<(), Failure> {
    let home = home::open(place)?;
    let rules = founding::load(&home)?;
    let folded = daemon::rebuild(&home, &rules).map_err(|error| failure(&error))?;
    let records = folded.counts.records;
    folded.store.close().map_err(|error| failure(&error.into()))?;
    speech.answer(&Rebuilt { records }, |speech| speech.say(&text!("store-rebuilt", records = records)));
    Ok(())
}

fn failure(error: &DaemonError) -> Failure {
    Failure::new(Kind::Failure, text!("err-store", detail = chain(error)))
}
