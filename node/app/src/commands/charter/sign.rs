//! `palabre charter sign`: adds this administration's signature to a charter file.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::{CharterSignature, invariants, signature};
use palabre_core::id::{Code, NetworkId};
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use super::{breaches, network_of};
use crate::cli::Speech;
use crate::failure::Failure;
use crate::home::{self, founding, keys};

/// `palabre charter sign`
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The charter file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Serialize)]
struct Signed {
    file: PathBuf,
    network: NetworkId,
    administration: Code,
    already: bool,
    #[serde(rename = "signed")]
    signers: Vec<Code>,
    threshold: u32,
}

impl Sign {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let secret = keys::administration(&home::peek(home)?)?;
        let mut charter = founding::read_charter(&self.file)?;
        let network = network_of(&charter, &self.file)?;
        let found = invariants::check(&charter.charter);
        if !found.is_empty() {
            return Err(Failure::new(Kind::Refused, text!("err-invariants", breaches = breaches::list(&found))));
        }
        let key = secret.administration_key();
        let Some(administration) = signature::keyholder_with(&charter.charter, &key) else {
            return Err(Failure::new(Kind::Refused, text!("err-no-keyholder", key = key.to_string())));
        };
        let already = !charter.add(CharterSignature::sign(&charter.charter, &secret, &network));
        if !already {
            crate::file::replace(&self.file, &charter.encode())?;
        }
        let signers = signature::signers(&charter.charter, &charter.charter, &charter.signatures, &network);
        let done = Signed {
            file: self.file,
            network,
            administration,
            already,
            signers: signers.into_iter().collect(),
            threshold: charter.charter.threshold,
        };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }
}

fn say(done: &Signed, speech: Speech) {
    let administration = done.administration.to_string();
    speech.say(&if done.already {
        text!("charter-signed-already", administration = administration)
    } else {
        text!("charter-signed", administration = administration)
    });
    let (signed, needed) = (done.signers.len(), done.threshold as usize);
    speech.say(&text!("charter-signatures", signed = signed, needed = needed));
    let file = done.file.display().to_string();
    speech.say(&if signed < needed {
        text!("charter-signed-next", file = file, missing = needed - signed)
    } else {
        text!("charter-signed-enough", file = file)
    });
}
