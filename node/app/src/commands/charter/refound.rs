//! `palabre charter refound`: the last resort, when so many keys are lost that the charter can be changed no more. A genesis
//! that names the old network, its last revision and why. The ceremony is that of `charter found`: it signs nothing.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::acts::fields::Reason;
use palabre_core::charter::CharterFile;
use palabre_core::charter::refounding::{Terms, refound};
use palabre_core::id::{CharterHash, Code, NetworkId};
use palabre_web::node::proposal_problem;
use palabre_web::text;
use serde::Serialize;

use super::found::KeyOf;
use super::network_of;
use crate::cli::Speech;
use crate::clock::now;
use crate::failure::Failure;
use crate::file;
use crate::rules::Known;

/// `palabre charter refound`
#[derive(Debug, Args)]
pub(crate) struct Refound {
    /// Why the region founds anew.
    #[arg(long, value_name = "TEXT")]
    reason: Reason,
    /// The new key of an administration.
    #[arg(long = "key", value_name = "KEY_OF")]
    keys: Vec<KeyOf>,
    /// Whose keys count, in place of those before.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    keyholders: Option<Vec<Code>>,
    /// How many must sign.
    #[arg(long, value_name = "NUMBER")]
    threshold: Option<u32>,
    /// Where to write it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Refounded {
    id: NetworkId,
    file: PathBuf,
    keyholders: Vec<Code>,
    threshold: u32,
    /// The old network.
    network: NetworkId,
    /// Its last undisputed revision.
    revision: CharterHash,
    reason: String,
}

impl Refound {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let known = Known::of(home, speech)?;
        let (before, network) = (known.rules.charter(), *known.rules.network());
        let terms = Terms {
            keys: self.keys.iter().map(|KeyOf(code, key)| (code.clone(), *key)).collect(),
            keyholders: self.keyholders,
            threshold: self.threshold,
        };
        let made = refound(before, &network, &terms, &self.reason, now());
        let charter = made.map_err(|error| Failure::from(proposal_problem(&error)))?;
        let made = CharterFile { charter, signatures: Vec::new() };
        file::create(&self.output, &made.encode())?;
        let done = Refounded {
            id: network_of(&made, &self.output)?,
            file: self.output,
            keyholders: made.charter.keyholders,
            threshold: made.charter.threshold,
            network,
            revision: before.hash(),
            reason: self.reason.to_string(),
        };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }
}

fn say(done: &Refounded, speech: Speech) {
    let file = done.file.display().to_string();
    speech.say(&text!("charter-founded", file = file.clone(), id = done.id.to_string()));
    let (network, revision) = (done.network.to_string(), done.revision.short());
    speech.say(&text!("charter-refounds", network = network, revision = revision, reason = done.reason.clone()));
    let holders = done.keyholders.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
    speech.say(&text!("charter-founded-next", file = file, threshold = done.threshold, keyholders = holders));
    speech.say(&text!("charter-refounded-next"));
}
