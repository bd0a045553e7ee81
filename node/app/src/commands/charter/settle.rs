//! `palabre charter settle`: the settlement of a dispute, in favour of one of the revisions that stand against one another.
//! It names them all, and needs the keyholders who did not sign two of them. It signs nothing.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::Charter;
use palabre_core::charter::difference::Change;
use palabre_core::id::{CharterHash, Code};
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::ProposalView;
use serde::Serialize;

use super::{HashPrefix, changes};
use crate::cli::Speech;
use crate::client::block_on;
use crate::failure::{Failure, internal};
use crate::{file, rules};

/// `palabre charter settle`
#[derive(Debug, Args)]
pub(crate) struct Settle {
    /// The disputed revision that is kept: its hash, or the first digits.
    #[arg(value_name = "ID")]
    keep: HashPrefix,
    /// Where to write it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Settlement {
    id: CharterHash,
    file: PathBuf,
    revision: u64,
    keeps: CharterHash,
    /// Whose signatures count.
    counts: Vec<Code>,
    /// How many of them must sign.
    threshold: usize,
    /// Who signed two of the disputed revisions.
    twice: Vec<Code>,
    changes: Vec<Change>,
}

impl Settle {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let (rules, client) = rules::running(home, speech)?;
        let revisions = rules.revisions();
        let keeps = self.kept(&revisions.rivals())?;
        let body = serde_json::json!({ "keep": keeps }).to_string().into_bytes();
        let asked = client.post::<ProposalView>(&["charter", "settlements"], &[], "application/json", body);
        let view = block_on(asked)?.view;
        let bytes = hex::decode(&view.file).map_err(|error| internal(&error))?;
        file::create(&self.output, &bytes)?;
        let made = crate::home::founding::read_charter(&self.output)?.charter;
        // The node may have heard of a settlement meanwhile.
        let ended = || Failure::new(Kind::Refused, text!("err-no-dispute"));
        let jury = revisions.jury_of(&made).ok_or_else(ended)?;
        let done = Settlement {
            id: view.id,
            file: self.output,
            revision: view.revision,
            keeps,
            threshold: jury.threshold(),
            counts: jury.faithful.into_iter().collect(),
            twice: jury.twice.into_iter().collect(),
            changes: view.changes,
        };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }

    /// The one disputed revision that is meant.
    fn kept(&self, rivals: &[&Charter]) -> Result<CharterHash, Failure> {
        if rivals.is_empty() {
            return Err(Failure::new(Kind::Refused, text!("err-no-dispute")));
        }
        let mut meant = rivals.iter().map(|rival| rival.hash()).filter(|hash| self.keep.matches(hash));
        match (meant.next(), meant.next()) {
            (Some(hash), None) => Ok(hash),
            _ => Err(Failure::new(Kind::NotFound, text!("err-not-disputed", hash = self.keep.to_string()))),
        }
    }
}

fn say(done: &Settlement, speech: Speech) {
    let file = done.file.display().to_string();
    speech.say(&text!("settlement-made", revision = done.revision, keeps = done.keeps.short(), file = file.clone()));
    changes::say(&done.changes, speech);
    let (counts, threshold) = (changes::list(&done.counts), done.threshold);
    speech.say(&text!("settlement-made-next", file = file, threshold = threshold, counts = counts));
    if !done.twice.is_empty() {
        speech.say(&text!("settlement-twice", twice = changes::list(&done.twice)));
    }
}
