//! The founding files of a home, under `charter/`: the revisions that a node starts from, with their signatures, and the
//! mandates. What a running node learns later is recorded in its ledger.
//!
//! `1.charter` is the genesis and `NUMBER-HASH.charter` are later revisions, each as [`CharterFile`];
//! `CODE-NUMBER-HASH.mandate` are mandates. They are named by content, so that two of one number stand side by side.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use palabre_core::charter::{Chain, ChainError, Charter, CharterFile, MandateError, RawMandate, Rules, RulesError};
use palabre_core::id::Code;
use palabre_proto::Message;
use palabre_store::Home;
use palabre_web::breaches;
use palabre_web::catalogue::Argument;
use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::{Failure, chain as chain_of, internal};
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
    own_charter(home)?;
    lay_down(own_chain(home)?, &home.charter())
}

/// The charter and the mandates of a home; nothing in it is verified. Empty in a home that has none.
pub(crate) fn own_chain(home: &Home) -> Result<Chain, Failure> {
    let mut chain = Chain::default();
    for file in files_of(home, "charter")?.into_iter().chain(mandate_files(home)?) {
        chain.extend(if is_mandate(&file) { Chain::of_mandate(read_mandate(&file)?) } else { read_chain(&file)? });
    }
    Ok(chain)
}

/// The revisions and mandates in `file`, well formed; nothing in it is verified. A charter file is such a chain.
pub(crate) fn read_chain(file: &Path) -> Result<Chain, Failure> {
    Chain::decode(&file::read(file)?).map_err(|error| malformed(file, &error))
}

/// The charter in `file`, well formed; nothing in it is verified.
pub(crate) fn read_charter(file: &Path) -> Result<CharterFile, Failure> {
    CharterFile::decode(&file::read(file)?).map_err(|error| malformed(file, &error))
}

/// The mandate in `file`, well formed; its signature is not verified.
pub(crate) fn read_mandate(file: &Path) -> Result<RawMandate, Failure> {
    RawMandate::decode(&file::read(file)?).map_err(|error| malformed(file, &error))
}

/// The rules that a chain lays down, when it may; `file` is where it comes from.
pub(crate) fn lay_down(chain: Chain, file: &Path) -> Result<Rules, Failure> {
    let name = file.display().to_string();
    chain.found().map_err(|error| match error {
        ChainError::NoGenesis => Failure::new(Kind::Refused, text!("err-no-genesis", file = name)),
        ChainError::Found(error) => founds_nothing(&error, name),
        ChainError::Mandate(error) => bad_mandate(&error, file),
        ChainError::Revision { number, source } => {
            Failure::new(Kind::Refused, text!("err-chain", file = name, revision = number, detail = chain_of(&source)))
        }
        other => malformed(file, &other),
    })
}

/// The rules that a genesis lays down, when it may.
pub(crate) fn found(charter: CharterFile, file: &Path) -> Result<Rules, Failure> {
    Rules::found(charter).map_err(|error| founds_nothing(&error, file.display().to_string()))
}

fn founds_nothing(error: &RulesError, name: String) -> Failure {
    let refused = |text| Failure::new(Kind::Refused, text);
    match error {
        RulesError::NotGenesis(revision) => refused(text!("err-not-genesis", file = name, revision = *revision)),
        RulesError::Invariants(found) => refused(text!("err-invariants", breaches = breaches::list(found))),
        RulesError::Threshold { signed, needed } => below_threshold(signed, *needed),
    }
}

/// A charter that too few keyholders have signed.
pub(crate) fn below_threshold(signed: &BTreeSet<Code>, needed: u32) -> Failure {
    let names = signed.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
    let signers = if signed.is_empty() { Argument::from(text!("signers-none")) } else { Argument::from(names) };
    Failure::new(Kind::Refused, text!("err-threshold", signed = signed.len(), needed = needed, signers = signers))
}

/// Adds a mandate to the rules.
pub(crate) fn add(rules: &mut Rules, mandate: RawMandate, file: &Path) -> Result<(), Failure> {
    rules.add_mandate(mandate).map(drop).map_err(|error| bad_mandate(&error, file))
}

fn bad_mandate(error: &MandateError, file: &Path) -> Failure {
    let name = file.display().to_string();
    let refused = |text| Failure::new(Kind::Refused, text);
    match error {
        MandateError::Stranger(code) => {
            refused(text!("err-mandate-stranger", file = name, administration = code.to_string()))
        }
        MandateError::Signature { administration, .. } => {
            refused(text!("err-mandate-signature", file = name, administration = administration.to_string()))
        }
        other => malformed(file, other),
    }
}

/// Keeps in the home all revisions that `rules` hold, with every signature that counts, and all mandates.
pub(crate) fn keep(home: &Home, rules: &Rules) -> Result<(), Failure> {
    // The genesis last: what has it is whole.
    for charter in rules.revisions().all().into_iter().rev() {
        keep_revision(home, rules, charter)?;
    }
    for mandate in rules.signed_mandates() {
        keep_mandate(home, &RawMandate::parse(mandate).map_err(|error| internal(&error))?)?;
    }
    Ok(())
}

fn keep_revision(home: &Home, rules: &Rules, charter: &Charter) -> Result<(), Failure> {
    let signatures = rules.revisions().signatures_of(&charter.hash()).cloned().collect();
    let path = match charter.founds() {
        Some(_) => genesis(home),
        None => home.charter().join(format!("{}-{}.charter", charter.revision, charter.hash().short())),
    };
    file::replace(&path, &CharterFile { charter: charter.clone(), signatures }.encode())
}

/// Keeps a mandate in the home.
pub(crate) fn keep_mandate(home: &Home, mandate: &RawMandate) -> Result<(), Failure> {
    let said = mandate.unverified();
    let name = format!("{}-{}-{}.mandate", said.administration, said.number, said.hash.short());
    file::replace(&home.charter().join(name), &mandate.to_message().encode_to_vec())
}

/// The mandate files of a home, in the order of their names.
pub(crate) fn mandate_files(home: &Home) -> Result<Vec<PathBuf>, Failure> {
    files_of(home, "mandate")
}

fn is_mandate(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "mandate")
}

fn files_of(home: &Home, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let dir = home.charter();
    let failed = |error: std::io::Error| Failure::reading(&dir, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(&dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn malformed(file: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::new(Kind::Refused, text!("err-malformed", file = file.display().to_string(), detail = chain_of(error)))
}
