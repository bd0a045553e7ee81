//! `palabre init`: makes the home of a node, and takes in the charter and mandates that it starts with.
//!
//! It can be run again at any time: it adds what is missing and never overwrites a key.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use multiaddr::Multiaddr;
use palabre_core::charter::{Chain, Rules};
use palabre_core::id::{AdministrationKey, Code, NetworkId, NodeKey};
use palabre_store::Home;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::Speech;
use crate::failure::Failure;
use crate::home::settings::{self, Changes};
use crate::home::{self, card, founding, keys};

/// `palabre init`
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Also draws the key of this administration here.
    #[arg(long, value_name = "CODE")]
    administration: Option<Code>,
    /// The address of the HTTP API.
    #[arg(long, value_name = "API", value_parser = loopback)]
    api: Option<SocketAddr>,
    /// Addresses where other nodes reach this one.
    #[arg(long = "listen", value_name = "ADDRESS")]
    listen: Vec<Multiaddr>,
    /// The charter to start with.
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
    /// Mandates to start with.
    #[arg(long = "mandate", value_name = "FILE")]
    mandates: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Made {
    home: PathBuf,
    node: NodeKey,
    administration: Option<Code>,
    administration_key: Option<AdministrationKey>,
    network: Option<NetworkId>,
    mandates: usize,
    mandated: bool,
}

/// An address of the API that only this machine reaches.
pub(crate) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| format!("{text} is no address"))?;
    if address.ip().is_loopback() { Ok(address) } else { Err(format!("{address} is not on loopback")) }
}

impl Init {
    /// Does it.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let home = home::make(place)?;
        let changes = Changes { listen: self.listen.clone(), api: self.api, mdns: None };
        if changes != Changes::default() {
            settings::adjust(&home, &changes, &[])?;
        }
        let node = keys::read_or_draw(&keys::node_file(&home))?.node_key();
        card::write(&home, node, &keys::sealing(&home)?)?;
        let administration_key = self.administration_key(&home)?;
        let rules = self.take_in(&home)?;
        let own = rules.as_ref().and_then(|rules| rules.administration_of(&node)).cloned();
        let made = Made {
            home: home.root().to_owned(),
            node,
            mandated: own.is_some(),
            administration: own.or(self.administration),
            administration_key,
            network: rules.as_ref().map(|rules| *rules.network()),
            mandates: rules.as_ref().map_or(0, |rules| rules.mandates().count()),
        };
        speech.answer(&made, |speech| say(&made, speech));
        Ok(())
    }

    /// The administration's key, when it is kept here or is to be.
    fn administration_key(&self, home: &Home) -> Result<Option<AdministrationKey>, Failure> {
        let file = keys::administration_file(home);
        if self.administration.is_none() && !file.exists() {
            return Ok(None);
        }
        keys::read_or_draw(&file).map(|secret| Some(secret.administration_key()))
    }

    /// Takes in the named charter and mandates, verified; answers with all that the home has then.
    fn take_in(&self, home: &Home) -> Result<Option<Rules>, Failure> {
        let own = founding::own_chain(home)?;
        if let Some(path) = &self.charter {
            let chain = founding::read_chain(path)?;
            founding::keep(home, &founding::lay_down(join(own, chain, path)?, path)?)?;
        } else if own.network().is_none() && self.mandates.is_empty() {
            return Ok(None);
        }
        let mut rules = founding::load(home)?;
        for path in &self.mandates {
            let mandate = founding::read_mandate(path)?;
            founding::add(&mut rules, mandate.clone(), path)?;
            founding::keep_mandate(home, &mandate)?;
        }
        Ok(Some(rules))
    }
}

/// What the home has and what a file brings. A home belongs to one network for ever: its logs are signed for that.
fn join(own: Chain, brought: Chain, path: &Path) -> Result<Chain, Failure> {
    if let (Some(own), Some(brought)) = (own.network(), brought.network())
        && own != brought
    {
        let file = path.display().to_string();
        return Err(Failure::new(Kind::Refused, text!("err-other-network", file = file)));
    }
    let mut chain = own;
    chain.extend(brought);
    Ok(chain)
}

fn say(made: &Made, speech: Speech) {
    speech.say(&text!("init-home", home = made.home.display().to_string()));
    speech.say(&text!("init-node", node = made.node.to_string()));
    if let Some(key) = made.administration_key {
        let code = made.administration.as_ref().map(ToString::to_string).unwrap_or_default();
        speech.say(&text!("init-administration", administration = code, key = key.to_string()));
    }
    if let Some(network) = made.network {
        speech.say(&text!("init-network", network = network.to_string(), mandates = made.mandates));
    }
    speech.say(&match (made.network, made.mandated) {
        (None, _) => text!("init-next-charter"),
        (Some(_), false) => text!("init-next-mandate"),
        (Some(_), true) => text!("init-next-run"),
    });
}
