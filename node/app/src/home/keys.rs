//! The secret keys of a home: the node's, and the administration's where it is kept here.

use std::path::{Path, PathBuf};

use palabre_core::keys::Secret;
use palabre_core::seal::suite::SUITE;
use palabre_core::seal::{SealingKey, SealingSecret};
use palabre_proto::v1;
use palabre_store::Home;
use palabre_store::secrets::{self, SecretError};
use palabre_web::problem::Kind;
use palabre_web::text;
use zeroize::Zeroizing;

use crate::failure::{Failure, cause, internal};

/// Bytes of randomness in the token: as hard to guess as a key.
const TOKEN_LEN: usize = 32;

/// The file of the node's key.
pub(crate) fn node_file(home: &Home) -> PathBuf {
    home.keys().join("node.key")
}

/// The file of the administration's key.
pub(crate) fn administration_file(home: &Home) -> PathBuf {
    home.keys().join("administration.key")
}

/// The file of what opens what is sealed for the node.
pub(crate) fn sealing_file(home: &Home) -> PathBuf {
    home.keys().join("sealing.key")
}

/// What opens what is sealed for the node; drawn when there is none.
pub(crate) fn sealing(home: &Home) -> Result<SealingSecret, Failure> {
    let file = sealing_file(home);
    if !file.exists() {
        let seed = random::<{ secrets::SEED_LEN }>()?;
        secrets::write_seed(&file, &seed).map_err(failure)?;
    }
    let seed = secrets::read_seed(&file).map_err(failure)?;
    SealingSecret::from_seed(&seed).map_err(|error| internal(&error))
}

/// A node's sealing key as mandates and applications list it.
pub(crate) fn listed(sealing: &SealingKey) -> v1::SealingKey {
    v1::SealingKey { suite: SUITE.to_owned(), key: sealing.to_bytes() }
}

/// The key in `file`.
pub(crate) fn read(file: &Path) -> Result<Secret, Failure> {
    secrets::read_seed(file).map(|seed| Secret::from_seed(&seed)).map_err(failure)
}

/// The key in `file`; drawn and written there when there is none.
pub(crate) fn read_or_draw(file: &Path) -> Result<Secret, Failure> {
    if file.exists() {
        return read(file);
    }
    let seed = random::<{ secrets::SEED_LEN }>()?;
    secrets::write_seed(file, &seed).map_err(failure)?;
    Ok(Secret::from_seed(&seed))
}

/// The administration's key, which is wanted.
pub(crate) fn administration(home: &Home) -> Result<Secret, Failure> {
    let file = administration_file(home);
    if file.exists() {
        return read(&file);
    }
    let home = home.root().display().to_string();
    Err(Failure::new(Kind::NotFound, text!("err-no-administration-key", home = home)))
}

/// Draws the token that opens the API, unless there is one.
pub(crate) fn draw_token(home: &Home) -> Result<(), Failure> {
    if home.token().exists() {
        return Ok(());
    }
    let token = Zeroizing::new(hex::encode(*random::<TOKEN_LEN>()?));
    secrets::write(&home.token(), format!("{}\n", *token).as_bytes()).map_err(failure)
}

/// The token that opens the API.
pub(crate) fn token(home: &Home) -> Result<Zeroizing<String>, Failure> {
    let bytes = secrets::read(&home.token()).map_err(failure)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    Ok(Zeroizing::new(text.trim().to_owned()))
}

/// Bytes from the operating system's random generator.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, Failure> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut())
        .map_err(|error| Failure::new(Kind::Failure, text!("err-random", detail = error.to_string())))?;
    Ok(bytes)
}

fn failure(error: SecretError) -> Failure {
    let words = |path: PathBuf| path.display().to_string();
    match error {
        SecretError::TooOpen { path, mode } => {
            Failure::new(Kind::Refused, text!("err-secret-open", file = words(path), mode = format!("{mode:04o}")))
        }
        SecretError::Exists { path } => Failure::new(Kind::Failure, text!("err-exists", file = words(path))),
        SecretError::Format { path } | SecretError::TooLong { path } => {
            Failure::new(Kind::Failure, text!("err-secret-format", file = words(path)))
        }
        SecretError::Io { path, source } => {
            Failure::new(Kind::Failure, text!("err-read", file = words(path), cause = cause(&source)))
        }
    }
}
