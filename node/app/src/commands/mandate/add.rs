//! `palabre mandate add`: the first mandate of an administration, signed with the key in this home.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use multiaddr::Multiaddr;
use palabre_core::charter::{Charter, RawMandate};
use palabre_core::id::{Code, MandateHash, NetworkId, NodeKey};
use palabre_core::keys::Secret;
use palabre_proto::{Message, v1};
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::Speech;
use crate::commands::charter::network_of;
use crate::failure::{Failure, chain};
use crate::file;
use crate::home::{self, founding, keys};

/// `palabre mandate add`
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The charter file; else the home's.
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// The key of the node.
    #[arg(long, value_name = "NODE_KEY")]
    node: NodeKey,
    /// What the administration calls it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    /// Addresses of it that last.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<Multiaddr>,
    /// Where to write the mandate.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Added {
    id: MandateHash,
    file: PathBuf,
    administration: Code,
    number: u64,
}

impl Add {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let home = home::peek(home)?;
        let secret = keys::administration(&home)?;
        let path = self.charter.clone().map_or_else(|| founding::own_charter(&home), Ok)?;
        let charter = founding::read_charter(&path)?;
        let network = network_of(&charter, &path)?;
        let key = secret.administration_key();
        let Some(administration) = charter.charter.administrations.iter().find(|a| a.key == Some(key)) else {
            return Err(Failure::new(Kind::Refused, text!("err-no-administration", key = key.to_string())));
        };
        let code = administration.code.clone();
        let mandate = sign(&code, vec![self.entry()], &charter.charter, &secret, &network)?;
        file::create(&self.output, &mandate.to_message().encode_to_vec())?;
        let said = mandate.unverified();
        let done = Added { id: said.hash, file: self.output, administration: code, number: said.number };
        speech.answer(&done, |speech| {
            let file = done.file.display().to_string();
            speech.say(&text!("mandate-added", file = file, administration = done.administration.to_string()));
            speech.say(&text!("mandate-added-next"));
        });
        Ok(())
    }

    /// The node as the mandate lists it.
    fn entry(&self) -> v1::MandatedNode {
        v1::MandatedNode {
            key: self.node.as_bytes().to_vec(),
            label: self.label.clone(),
            addresses: self.addresses.iter().map(ToString::to_string).collect(),
            ..v1::MandatedNode::default()
        }
    }
}

/// The first mandate of an administration, for these nodes. Later ones come with governance.
pub(crate) fn sign(
    administration: &Code,
    nodes: Vec<v1::MandatedNode>,
    charter: &Charter,
    secret: &Secret,
    network: &NetworkId,
) -> Result<RawMandate, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mandate = v1::Mandate {
        administration: administration.to_string(),
        number: 1,
        charter: charter.hash().as_bytes().to_vec(),
        written: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
        nodes,
        ..v1::Mandate::default()
    };
    let signed = RawMandate::sign(&mandate, secret, network);
    // Read back as anybody will read it: what would be refused elsewhere is not handed out.
    let refused = |error| Failure::new(Kind::Refused, text!("err-mandate", detail = chain(&error)));
    let raw = RawMandate::parse(signed).map_err(refused)?;
    raw.verify(charter, network).map_err(refused)?;
    Ok(raw)
}
