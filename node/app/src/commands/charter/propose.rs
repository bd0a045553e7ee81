//! `palabre charter propose`: the next revision from short changes. The running node puts in the checkpoint and the
//! lists of what still counts. It signs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use palabre_core::charter::difference::Change;
use palabre_core::charter::proposal::Changes;
use palabre_core::charter::{CommissionId, CommissionIdError};
use palabre_core::id::{CharterHash, Code, IdError};
use palabre_web::text;
use palabre_web::views::ProposalView;
use serde::Serialize;
use thiserror::Error;

use super::changes;
use super::found::KeyOf;
use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::{Failure, internal};
use crate::file;

/// `palabre charter propose`
#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// The two assessors.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    assessors: Option<Vec<Code>>,
    /// The leader.
    #[arg(long, value_name = "CODE")]
    leader: Option<Code>,
    /// The vice-presidency of the region.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    vice_presidency: Option<Vec<Code>>,
    /// Who hosts a commission.
    #[arg(long = "host", value_name = "SEAT")]
    hosts: Vec<SeatOf>,
    /// Who takes a seat in a commission.
    #[arg(long = "seat", value_name = "SEAT")]
    seats: Vec<SeatOf>,
    /// Who leaves a commission.
    #[arg(long = "leave", value_name = "SEAT")]
    leaves: Vec<SeatOf>,
    /// Whose rights rest from now on.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    suspend: Vec<Code>,
    /// Who has its rights again.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    restore: Vec<Code>,
    /// Another key for an administration.
    #[arg(long = "key", value_name = "KEY_OF")]
    keys: Vec<KeyOf>,
    /// Who leaves the charter.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    remove: Vec<Code>,
    /// Whose keys count.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    keyholders: Option<Vec<Code>>,
    /// When the charter is to be looked at again.
    #[arg(long, value_name = "DATE")]
    review_by: Option<String>,
    /// Where to write it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

/// `solutions=SN`: an administration in a commission.
#[derive(Clone, Debug)]
struct SeatOf(CommissionId, Code);

#[derive(Debug, Error)]
enum SeatError {
    #[error(transparent)]
    Commission(#[from] CommissionIdError),
    #[error(transparent)]
    Code(#[from] IdError),
}

impl FromStr for SeatOf {
    type Err = SeatError;

    fn from_str(text: &str) -> Result<Self, SeatError> {
        let (commission, code) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self(commission.parse()?, code.parse()?))
    }
}

#[derive(Serialize)]
struct Proposed {
    id: CharterHash,
    file: PathBuf,
    revision: u64,
    changes: Vec<Change>,
}

impl Propose {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let client = Client::of(home, speech.lang())?;
        let body = serde_json::to_vec(&self.changes()).map_err(|error| internal(&error))?;
        let asked = client.post::<ProposalView>(&["charter", "proposals"], &[], "application/json", body);
        let view = block_on(asked)?.view;
        let bytes = hex::decode(&view.file).map_err(|error| internal(&error))?;
        file::create(&self.output, &bytes)?;
        let done = Proposed { id: view.id, file: self.output, revision: view.revision, changes: view.changes };
        speech.answer(&done, |speech| {
            let file = done.file.display().to_string();
            speech.say(&text!("proposal-made", revision = done.revision, file = file.clone()));
            changes::say(&done.changes, speech);
            speech.say(&text!("proposal-made-next", file = file));
        });
        Ok(())
    }

    fn changes(&self) -> Changes {
        Changes {
            assessors: self.assessors.clone(),
            leader: self.leader.clone(),
            vice_presidency: self.vice_presidency.clone(),
            hosts: self.hosts.iter().map(|SeatOf(id, code)| (id.to_string(), code.clone())).collect(),
            seats: by_commission(&self.seats),
            leaves: by_commission(&self.leaves),
            suspend: self.suspend.iter().cloned().collect(),
            restore: self.restore.iter().cloned().collect(),
            keys: self.keys.iter().map(|KeyOf(code, key)| (code.clone(), *key)).collect(),
            remove: self.remove.iter().cloned().collect(),
            keyholders: self.keyholders.clone(),
            review_by: self.review_by.clone(),
        }
    }
}

fn by_commission(seats: &[SeatOf]) -> BTreeMap<String, Vec<Code>> {
    let mut lists: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for SeatOf(id, code) in seats {
        lists.entry(id.to_string()).or_default().push(code.clone());
    }
    lists
}
