//! `palabre charter prove`: a keyholder shows, once a year, that it has its key. The statement is signed by that key, also on
//! a machine that never saw a network, and any node carries it.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::acts::KeyProof;
use palabre_core::charter::signature;
use palabre_core::id::{Code, EntryId};
use palabre_core::time::Millis;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::Created;
use serde::Serialize;

use crate::cli::{Speech, units};
use crate::client::{Client, block_on};
use crate::clock::now;
use crate::failure::{Failure, chain};
use crate::file;
use crate::home::{self, keys};
use crate::rules::Known;

/// `palabre charter prove`
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// A statement signed elsewhere, which this node is to carry.
    #[arg(value_name = "FILE", conflicts_with = "output")]
    file: Option<PathBuf>,
    /// Where to write the statement, for a node that carries it.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Proved {
    /// The entry that carries it; none while it is only in a file.
    id: Option<EntryId>,
    file: Option<PathBuf>,
    administration: Code,
    at: Millis,
}

impl Prove {
    pub(super) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let proof = match &self.file {
            Some(file) => read(file)?,
            None => sign(place, speech)?,
        };
        let id = match &self.output {
            Some(file) => {
                file::create(file, &proof.encode())?;
                None
            }
            None => Some(carry(&Client::of(place, speech.lang())?, &proof)?),
        };
        let done = Proved { id, file: self.output, administration: proof.administration, at: proof.at };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }
}

fn read(path: &Path) -> Result<KeyProof, Failure> {
    KeyProof::decode(&file::read(path)?).map_err(|error| {
        let (file, detail) = (path.display().to_string(), chain(&error));
        Failure::new(Kind::Refused, text!("err-malformed", file = file, detail = detail))
    })
}

/// Signs with the administration's key in this home, which must be a keyholder's.
fn sign(place: &Path, speech: Speech) -> Result<KeyProof, Failure> {
    let secret = keys::administration(&home::peek(place)?)?;
    let known = Known::of(place, speech)?;
    let key = secret.administration_key();
    let refused = || Failure::new(Kind::Refused, text!("err-no-keyholder", key = key.to_string()));
    let administration = signature::keyholder_with(known.rules.charter(), &key).ok_or_else(refused)?;
    Ok(KeyProof::sign(administration, now(), &secret, known.rules.network()))
}

fn carry(client: &Client, proof: &KeyProof) -> Result<EntryId, Failure> {
    let media_type = "application/x-protobuf";
    let answer = block_on(client.post::<Created>(&["charter", "proofs"], &[], media_type, proof.encode()))?;
    Ok(answer.view.id)
}

fn say(done: &Proved, speech: Speech) {
    let (administration, at) = (done.administration.to_string(), units::moment(done.at));
    speech.say(&match &done.file {
        None => text!("proof-carried", administration = administration, at = at),
        Some(file) => {
            text!("proof-made", administration = administration, at = at, file = file.display().to_string())
        }
    });
}
