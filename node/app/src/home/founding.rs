//! The founding files of a home, under `charter/`: the genesis with its signatures, and the mandates.
//!
//! `1.charter` is revision 1 as [`CharterFile`]; `CODE-NUMBER-HASH.mandate` are mandates, named by content, so that two
//! of one number stand side by side.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use palabre_core::charter::{CharterFile, MandateError, RawMandate, Rules, RulesError};
use palabre_core::id::Code;
use palabre_proto::Message;
use palabre_store::Home;
use palabre_web::breaches;
use palabre_web::catalogue::Argument;
use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::{Failure, chain};
use crate::file;

/// The file of the genesis.
pub(crate) fn genesis(home: &Home) -> PathBuf {
    home.charter().join("1.charter")
}

/// The file of the genesis, which is wanted.
pub(crate) fn own_charter(home: &Home) -> Result<PathBuf, Failure> {
    let path = genesis(home);
    if path.exists() {
        return Ok(path);
    }
    let home = home.root().display().to_string();
    Err(Failure::new(Kind::NotFound, text!("err-no-charter", home = home)))
}

/// The charter and the mandates of a home, verified: what a node starts with.
pub(crate) fn load(home: &Home) -> Result<Rules, Failure> {
    let path = own_charter(home)?;
    let mut rules = found(read_charter(&path)?, &path)?;
    for file in mandate_files(home)? {
        add(&mut rules, read_mandate(&file)?, &file)?;
    }
    Ok(rules)
}

/// The charter in `file`, well formed; nothing in it is verified.
pub(crate) fn read_charter(file: &Path) -> Result<CharterFile, Failure> {
    CharterFile::decode(&file::read(file)?).map_err(|error| malformed(file, &error))
}

/// The mandate in `file`, well formed; its signature is not verified.
pub(crate) fn read_mandate(file: &Path) -> Result<RawMandate, Failure> {
    RawMandate::decode(&file::read(file)?).map_err(|error| malformed(file, &error))
}

/// The rules that a charter lays down, when it may.
pub(crate) fn found(charter: CharterFile, file: &Path) -> Result<Rules, Failure> {
    let name = file.display().to_string();
    let refused = |text| Failure::new(Kind::Refused, text);
    Rules::found(charter).map_err(|error| match error {
        RulesError::NotGenesis(revision) => refused(text!("err-not-genesis", file = name, revision = revision)),
        RulesError::Invariants(found) => refused(text!("err-invariants", breaches = breaches::list(&found))),
        RulesError::Threshold { signed, needed } => below_threshold(&signed, needed),
    })
}

/// A charter that too few keyholders have signed.
pub(crate) fn below_threshold(signed: &BTreeSet<Code>, needed: u32) -> Failure {
    let names = signed.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
    let signers = if signed.is_empty() { Argument::from(text!("signers-none")) } else { Argument::from(names) };
    Failure::new(Kind::Refused, text!("err-threshold", signed = signed.len(), needed = needed, signers = signers))
}

/// Adds a mandate to the rules.
pub(crate) fn add(rules: &mut Rules, mandate: RawMandate, file: &Path) -> Result<(), Failure> {
    let name = file.display().to_string();
    let refused = |text| Failure::new(Kind::Refused, text);
    rules.add_mandate(mandate).map(drop).map_err(|error| match error {
        MandateError::Stranger(code) => {
            refused(text!("err-mandate-stranger", file = name, administration = code.to_string()))
        }
        MandateError::Signature { administration, .. } => {
            refused(text!("err-mandate-signature", file = name, administration = administration.to_string()))
        }
        other => malformed(file, &other),
    })
}

/// Keeps the charter of `rules` in the home, with every signature that counts.
pub(crate) fn keep_charter(home: &Home, rules: &Rules) -> Result<(), Failure> {
    let charter = CharterFile { charter: rules.charter().clone(), signatures: rules.signatures().cloned().collect() };
    file::replace(&genesis(home), &charter.encode())
}

/// Keeps a mandate in the home.
pub(crate) fn keep_mandate(home: &Home, mandate: &RawMandate) -> Result<(), Failure> {
    let said = mandate.unverified();
    let name = format!("{}-{}-{}.mandate", said.administration, said.number, said.hash.short());
    file::replace(&home.charter().join(name), &mandate.to_message().encode_to_vec())
}

/// The mandate files of a home, in the order of their names.
pub(crate) fn mandate_files(home: &Home) -> Result<Vec<PathBuf>, Failure> {
    let dir = home.charter();
    let failed = |error: std::io::Error| Failure::reading(&dir, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(&dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "mandate") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn malformed(file: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::new(Kind::Refused, text!("err-malformed", file = file.display().to_string(), detail = chain(error)))
}
