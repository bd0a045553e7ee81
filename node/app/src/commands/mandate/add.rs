//! `palabre mandate add`: mandates further nodes, with the key in this home. The first mandate of an administration is
//! made from a charter file; a later one follows what the running node holds, and is handed in to it.

use std::path::{Path, PathBuf};

use clap::Args;
use multiaddr::Multiaddr;
use palabre_core::charter::{Charter, RawMandate, Rules};
use palabre_core::id::{Code, MandateHash, NetworkId, NodeKey};
use palabre_core::keys::Secret;
use palabre_proto::v1;
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use super::succession::{self, administration_of};
use crate::cli::Speech;
use crate::client::Client;
use crate::commands::charter::network_of;
use crate::failure::Failure;
use crate::home::card::{self, Named};
use crate::home::{self, founding, keys};
use crate::rules::{self, Known};

/// `palabre mandate add`
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The keys of the nodes, or files that say who they are.
    #[arg(value_name = "NODE_KEY_OR_FILE", required_unless_present = "node")]
    nodes: Vec<Named>,
    /// The charter file, for a first mandate; else what the node holds.
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// The key of a node, or such a file.
    #[arg(long, value_name = "NODE_KEY_OR_FILE")]
    node: Option<Named>,
    /// What the administration calls it.
    #[arg(long, value_name = "TEXT", default_value = "")]
    label: String,
    /// Addresses of it that last.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<Multiaddr>,
    /// Where to write the mandate; it must be somewhere when no node runs.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Added {
    id: MandateHash,
    file: Option<PathBuf>,
    administration: Code,
    number: u64,
    handed_in: bool,
    without_sealing_key: Vec<NodeKey>,
}

/// What the mandate follows.
struct Ground {
    message: v1::Mandate,
    charter: Charter,
    network: NetworkId,
    node: Option<Client>,
}

impl Add {
    pub(super) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let home = home::peek(place)?;
        let secret = keys::administration(&home)?;
        let mut ground = match &self.charter {
            Some(file) => Ground::of_file(file, &secret)?,
            None => Ground::of_home(place, &secret, speech)?,
        };
        let unsealed = self.list(&mut ground.message, &home)?;
        if self.output.is_none() && ground.node.is_none() {
            return Err(Failure::new(Kind::Usage, text!("err-mandate-nowhere")));
        }
        let mandate = succession::sign(ground.message, &ground.charter, &secret, &ground.network)?;
        succession::write(&mandate, self.output.as_deref())?;
        let node = ground.node.as_ref();
        node.map(|client| rules::hand_in(client, &succession::as_rules(&mandate))).transpose()?;
        let said = mandate.unverified();
        let done = Added {
            id: said.hash,
            file: self.output,
            administration: said.administration.clone(),
            number: said.number,
            handed_in: node.is_some(),
            without_sealing_key: unsealed,
        };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }

    /// Adds the nodes to the list, and answers with those that have no sealing key there. One that stands in it already has
    /// its sealing key replaced; where nothing would change, it is refused.
    fn list(&self, message: &mut v1::Mandate, home: &Home) -> Result<Vec<NodeKey>, Failure> {
        let mut unsealed = Vec::new();
        for named in self.nodes.iter().chain(&self.node) {
            let card = card::of(named, home)?;
            let sealing: Vec<_> = card.sealing.iter().map(keys::listed).collect();
            match message.nodes.iter_mut().find(|listed| listed.key == card.node.as_bytes()) {
                Some(listed) if listed.sealing != sealing && !sealing.is_empty() => listed.sealing = sealing,
                Some(_) => {
                    let node = card.node.to_string();
                    return Err(Failure::new(Kind::Refused, text!("err-mandate-listed", node = node)));
                }
                None => {
                    unsealed.extend(sealing.is_empty().then_some(card.node));
                    message.nodes.push(self.listed(card.node, sealing));
                }
            }
        }
        Ok(unsealed)
    }

    fn listed(&self, node: NodeKey, sealing: Vec<v1::SealingKey>) -> v1::MandatedNode {
        v1::MandatedNode {
            key: node.as_bytes().to_vec(),
            label: self.label.clone(),
            addresses: self.addresses.iter().map(ToString::to_string).collect(),
            sealing,
            ..v1::MandatedNode::default()
        }
    }
}

impl Ground {
    /// A first mandate under the genesis in a file.
    fn of_file(path: &Path, secret: &Secret) -> Result<Self, Failure> {
        let file = founding::read_charter(path)?;
        let network = network_of(&file, path)?;
        let administration = administration_of(&file.charter, secret)?;
        Ok(Self { message: first(&administration, &file.charter), charter: file.charter, network, node: None })
    }

    /// What follows the mandate in force. Without the node only a first one can be made: a later one that this home does
    /// not know of would stand against it.
    fn of_home(place: &Path, secret: &Secret, speech: Speech) -> Result<Self, Failure> {
        let known = Known::of(place, speech)?;
        let administration = administration_of(known.rules.charter(), secret)?;
        if known.node.is_none() && known.rules.mandate_in_force(&administration).is_some() {
            // Says that the node does not run, and how to start it.
            rules::running(place, speech)?;
        }
        Self::after(&known.rules, &administration, known.node.clone())
    }

    fn after(rules: &Rules, administration: &Code, node: Option<Client>) -> Result<Self, Failure> {
        let message = succession::next(rules, administration)?;
        Ok(Self { message, charter: rules.charter().clone(), network: *rules.network(), node })
    }
}

/// Adds a node to the mandate of an administration whose key is here, and hands it in to the node that runs here.
pub(crate) fn add_node(
    administration: &Code,
    node: v1::MandatedNode,
    place: &Path,
    speech: Speech,
) -> Result<MandateHash, Failure> {
    let secret = keys::administration(&home::peek(place)?)?;
    let (rules, client) = rules::running(place, speech)?;
    let own = administration_of(rules.charter(), &secret)?;
    if own != *administration {
        let (own, administration) = (own.to_string(), administration.to_string());
        return Err(Failure::new(Kind::Refused, text!("err-not-its-key", administration = administration, own = own)));
    }
    let mut message = succession::next(&rules, administration)?;
    message.nodes.push(node);
    let mandate = succession::sign(message, rules.charter(), &secret, rules.network())?;
    rules::hand_in(&client, &succession::as_rules(&mandate))?;
    Ok(mandate.unverified().hash)
}

fn first(administration: &Code, charter: &Charter) -> v1::Mandate {
    v1::Mandate {
        administration: administration.to_string(),
        number: 1,
        charter: charter.hash().as_bytes().to_vec(),
        ..v1::Mandate::default()
    }
}

/// The first mandate of an administration, for these nodes.
pub(crate) fn sign(
    administration: &Code,
    nodes: Vec<v1::MandatedNode>,
    charter: &Charter,
    secret: &Secret,
    network: &NetworkId,
) -> Result<RawMandate, Failure> {
    succession::sign(v1::Mandate { nodes, ..first(administration, charter) }, charter, secret, network)
}

fn say(done: &Added, speech: Speech) {
    let administration = done.administration.to_string();
    if let Some(file) = &done.file {
        let file = file.display().to_string();
        speech.say(&text!("mandate-added", file = file, administration = administration.clone()));
    }
    for node in &done.without_sealing_key {
        speech.say(&text!("mandate-no-sealing", node = node.to_string()));
    }
    speech.say(&if done.handed_in {
        text!("mandate-handed-in", administration = administration, number = done.number)
    } else {
        text!("mandate-added-next")
    });
}
