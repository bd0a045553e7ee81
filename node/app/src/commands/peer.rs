//! `palabre peer`: the other nodes, and why they are or are not connected.

use std::path::Path;

use clap::Subcommand;
use palabre_web::catalogue::{Lang, Text};
use palabre_web::text;
use palabre_web::views::{AddressSource, PeerList, PeerState, PeerStatus, PeerWhy, Reason};

use crate::cli::{Speech, Table, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

/// `palabre peer …`
#[derive(Debug, Subcommand)]
pub(crate) enum Peer {
    /// Lists the other nodes.
    List,
    /// Says why a node is or is not connected.
    Why {
        /// A node's key or its first digits, or an administration.
        #[arg(value_name = "NODE")]
        node: String,
    },
}

impl Peer {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let client = Client::of(home, speech.lang())?;
        match self {
            Self::List => {
                let answer = block_on(client.get::<PeerList>(&["peers"], &[]))?;
                speech.relay(&answer, |list, speech| {
                    if list.peers.is_empty() {
                        speech.say(&text!("peer-none"));
                    } else {
                        speech.show(&table(&list.peers, speech.lang()));
                    }
                });
            }
            Self::Why { node } => {
                let answer = block_on(client.get::<PeerWhy>(&["peers", &node, "why"], &[]))?;
                speech.relay(&answer, why);
            }
        }
        Ok(())
    }
}

/// Peers as a table.
pub(super) fn table(peers: &[PeerStatus], lang: Lang) -> Table {
    let mut table =
        Table::new([text!("col-administration"), text!("col-node"), text!("col-state"), text!("col-missing")]);
    for peer in peers {
        let administration = peer.administration.as_ref().map(ToString::to_string).unwrap_or_default();
        let state = state(peer.state).in_lang(lang);
        table.row([administration, peer.node.short(), state, peer.missing.to_string()]);
    }
    table
}

fn why(why: &PeerWhy, speech: Speech) {
    let administration = why.administration.as_ref().map(ToString::to_string).unwrap_or_default();
    speech.say(&text!("why-node", administration = administration, node = why.node.to_string()));
    speech.say(&text!("why-state", state = state(why.state)));
    speech.say(&reason(why.reason));
    for address in &why.addresses {
        speech.say(&text!("why-address", address = address.address.clone(), source = source(address.source)));
    }
    if let (Some(address), Some(since)) = (&why.connected_to, why.connected_since) {
        speech.say(&text!("why-connected", address = address.clone(), since = units::moment(since)));
    }
    if let Some(at) = why.last_attempt {
        speech.say(&text!("why-last-attempt", at = units::moment(at), failures = why.failures));
    }
    if let Some(detail) = &why.last_error {
        speech.say(&text!("why-last-error", detail = detail.clone()));
    }
    if let Some(at) = why.next_attempt {
        speech.say(&text!("why-next-attempt", at = units::moment(at)));
    }
    if why.missing > 0 {
        speech.say(&text!("why-missing", entries = why.missing));
    }
}

fn state(state: PeerState) -> Text {
    match state {
        PeerState::Connected => text!("peer-connected"),
        PeerState::Dialing => text!("peer-dialing"),
        PeerState::Waiting => text!("peer-waiting"),
        PeerState::Known => text!("peer-known"),
        PeerState::NoAddress => text!("peer-no-address"),
        PeerState::NotAdmitted => text!("peer-not-admitted"),
    }
}

/// Why, and what to do.
fn reason(reason: Reason) -> Text {
    match reason {
        Reason::Connected => text!("reason-connected"),
        Reason::ThisNode => text!("reason-this-node"),
        Reason::NotMandated => text!("reason-not-mandated"),
        Reason::Suspended => text!("reason-suspended"),
        Reason::MandateDisputed => text!("reason-mandate-disputed"),
        Reason::NoAddress => text!("reason-no-address"),
        Reason::EnoughConnections => text!("reason-enough-connections"),
        Reason::NotTriedYet => text!("reason-not-tried-yet"),
        Reason::Unreachable => text!("reason-unreachable"),
        Reason::OtherNode => text!("reason-other-node"),
        Reason::ClosedByPeer => text!("reason-closed-by-peer"),
        Reason::Paused => text!("reason-paused"),
    }
}

fn source(source: AddressSource) -> Text {
    match source {
        AddressSource::Mandate => text!("source-mandate"),
        AddressSource::Configuration => text!("source-configuration"),
        AddressSource::LocalNetwork => text!("source-local-network"),
        AddressSource::Peer => text!("source-peer"),
        AddressSource::Witness => text!("source-witness"),
    }
}
