//! `palabre charter check`: the rules and the signatures of a charter file.

use std::collections::BTreeSet;
use std::path::Path;

use palabre_core::charter::{Breach, Charter, CharterFile, invariants, signature};
use palabre_core::id::{Code, NetworkId};
use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::{breaches, text};
use serde::Serialize;

use super::judge;
use crate::cli::Speech;
use crate::failure::Failure;
use crate::home::founding;
use crate::rules::Known;

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

pub(super) fn run(file: &Path, home: &Path, speech: Speech) -> Result<(), Failure> {
    let charter = founding::read_charter(file)?;
    match charter.charter.founds() {
        Some(network) => {
            let found = invariants::check(&charter.charter);
            let done = Checked::of(&charter, network, None, &found);
            speech.answer(&done, |speech| say(&done, speech));
            verdict(&done, &found)
        }
        None => later(&charter, file, home, speech),
    }
}

/// A later revision: also whether it may follow the one before, by what this machine knows.
fn later(charter: &CharterFile, file: &Path, home: &Path, speech: Speech) -> Result<(), Failure> {
    let known = Known::of(home, speech)?;
    judge::later(&known, &charter.charter, file)?;
    let before = charter.charter.previous.and_then(|previous| known.rules.revisions().get(&previous));
    if before.is_none() {
        speech.remark(&text!("charter-before-unknown", before = charter.charter.revision - 1));
    }
    let done = Checked::of(charter, *known.rules.network(), before, &[]);
    speech.answer(&done, |speech| say(&done, speech));
    verdict(&done, &[])
}

impl Checked {
    fn of(file: &CharterFile, network: NetworkId, before: Option<&Charter>, found: &[Breach]) -> Self {
        let charter = &file.charter;
        let signers = |judge: &Charter| signature::signers(charter, judge, &file.signatures, &network);
        let enough = |judge: &Charter| signers(judge).len() >= judge.threshold as usize;
        let mut signed = signers(charter);
        signed.extend(before.into_iter().flat_map(signers));
        Self {
            revision: charter.revision,
            network,
            valid: found.is_empty() && enough(charter) && before.is_none_or(enough),
            breaches: found.iter().map(|breach| breaches::words(breach).in_lang(Lang::En)).collect(),
            signed,
            invalid_signatures: file.signatures.iter().filter(|s| s.check(charter, &network).is_err()).count(),
            threshold: charter.threshold,
        }
    }
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
