//! `palabre charter check`: the rules and the signatures of a charter file.

use std::collections::BTreeSet;
use std::path::Path;

use palabre_core::charter::{Breach, invariants, signature};
use palabre_core::id::{Code, NetworkId};
use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use super::{breaches, network_of};
use crate::cli::Speech;
use crate::failure::Failure;
use crate::home::founding;

#[derive(Serialize)]
struct Checked {
    revision: u64,
    network: NetworkId,
    valid: bool,
    breaches: Vec<String>,
    signed: BTreeSet<Code>,
    invalid_signatures: usize,
    threshold: u32,
}

pub(super) fn run(file: &Path, speech: Speech) -> Result<(), Failure> {
    let charter = founding::read_charter(file)?;
    let network = network_of(&charter, file)?;
    let found = invariants::check(&charter.charter);
    let signers = signature::signers(&charter.charter, &charter.charter, &charter.signatures, &network);
    let wrong = charter.signatures.iter().filter(|s| s.check(&charter.charter, &network).is_err()).count();
    let enough = signers.len() >= charter.charter.threshold as usize;
    let done = Checked {
        revision: charter.charter.revision,
        network,
        valid: found.is_empty() && enough,
        breaches: found.iter().map(|breach| breaches::words(breach).in_lang(Lang::En)).collect(),
        signed: signers,
        invalid_signatures: wrong,
        threshold: charter.charter.threshold,
    };
    speech.answer(&done, |speech| say(&done, speech));
    verdict(&done, &found)
}

fn say(done: &Checked, speech: Speech) {
    speech.say(&text!("charter-checked", revision = done.revision, network = done.network.to_string()));
    if done.breaches.is_empty() {
        speech.say(&text!("charter-invariants-kept"));
    }
    speech.say(&text!("charter-signatures", signed = done.signed.len(), needed = done.threshold as usize));
    if !done.signed.is_empty() {
        let signers = done.signed.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
        speech.say(&text!("charter-signers", signers = signers));
    }
    if done.invalid_signatures > 0 {
        speech.say(&text!("charter-invalid-signatures", count = done.invalid_signatures));
    }
}

fn verdict(done: &Checked, found: &[Breach]) -> Result<(), Failure> {
    if !found.is_empty() {
        return Err(Failure::new(Kind::Refused, text!("err-invariants", breaches = breaches::list(found))));
    }
    if done.valid {
        return Ok(());
    }
    Err(founding::below_threshold(&done.signed, done.threshold))
}
