//! `palabre invite`: one signed text for somebody who is to join, with a code that is good for one application.

use std::net::IpAddr;
use std::path::Path;

use clap::Args;
use multiaddr::{Multiaddr, Protocol};
use palabre_core::admission::InvitationText;
use palabre_core::admission::application::may_invite;
use palabre_core::admission::invitation::ADDRESSES_MAX;
use palabre_core::charter::Rules;
use palabre_core::id::{Commitment, InvitationCode, NetworkId, NodeKey};
use palabre_core::time::Millis;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::{PeerState, StatusView};
use serde::Serialize;

use crate::cli::{Speech, units};
use crate::client::block_on;
use crate::clock;
use crate::failure::{Failure, chain};
use crate::home::{self, keys};
use crate::rules;

/// Milliseconds.
const DAY: u64 = 24 * 60 * 60 * 1000;

/// `palabre invite`
#[derive(Debug, Args)]
pub(crate) struct Invite {
    /// For how many days.
    #[arg(long, value_name = "NUMBER", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=60))]
    days: u16,
    /// Where the application can be handed in; else what the node knows of itself and of two others.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<Multiaddr>,
}

#[derive(Serialize)]
struct Invited {
    id: Commitment,
    invitation: String,
    network: NetworkId,
    expires: Millis,
    addresses: Vec<String>,
}

impl Invite {
    /// Does it.
    pub(crate) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let (rules, client) = rules::running(place, speech)?;
        let secret = keys::read(&keys::node_file(&home::peek(place)?))?;
        let node = secret.node_key();
        if !may_invite(&rules, &node) {
            return Err(Failure::new(Kind::Refused, text!("err-may-not-invite", node = node.to_string())));
        }
        let addresses = if self.addresses.is_empty() {
            let status = block_on(client.get::<StatusView>(&["status"], &[]))?.view;
            addresses(&rules, &status, node)
        } else {
            self.addresses
        };
        let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let expires = clock::now().plus(DAY * u64::from(self.days));
        let code = InvitationCode::from_bytes(*keys::random()?);
        let network = *rules.network();
        let made = InvitationText::sign(network, addresses.clone(), expires, code, &secret);
        let made = made.map_err(|error| Failure::new(Kind::Usage, text!("err-invite", detail = chain(&error))))?;
        let id = made.unverified().commitment;
        let done = Invited { id, invitation: made.to_string(), network, expires, addresses };
        speech.answer(&done, |speech| {
            speech.say(&text!("invite-made", until = units::moment(done.expires)));
            Speech::print("");
            Speech::print(&done.invitation);
            Speech::print("");
            speech.say(&text!("invite-next", addresses = done.addresses.join(", ")));
        });
        Ok(())
    }
}

/// Addresses of this node and of others: first those that are connected, each by the one that its mandate names.
fn addresses(rules: &Rules, status: &StatusView, own: NodeKey) -> Vec<Multiaddr> {
    let connected =
        |node: &NodeKey| status.peers.iter().any(|peer| peer.node == *node && peer.state == PeerState::Connected);
    let lasting = |node: NodeKey| {
        let listed = rules.mandate_of(&node).and_then(|mandate| mandate.nodes.iter().find(|listed| listed.key == node));
        let address = listed?.addresses.iter().find_map(|address| address.parse::<Multiaddr>().ok())?;
        Some(palabre_net::address_of(node, address))
    };
    let listening = || {
        let parsed = status.listen.iter().filter_map(|address| address.parse::<Multiaddr>().ok());
        let mut parsed: Vec<Multiaddr> = parsed.collect();
        // An address of this machine alone leads nobody here.
        parsed.sort_by_key(is_loopback);
        parsed.into_iter().next()
    };
    let mut others: Vec<NodeKey> = rules.admitted().map(|(node, _)| node.key).filter(|node| *node != own).collect();
    others.sort_by_key(|node| !connected(node));
    let others = others.into_iter().filter(|node| may_invite(rules, node)).filter_map(lasting);
    lasting(own).or_else(listening).into_iter().chain(others).take(ADDRESSES_MAX).collect()
}

fn is_loopback(address: &Multiaddr) -> bool {
    address.iter().any(|part| match part {
        Protocol::Ip4(ip) => IpAddr::from(ip).is_loopback(),
        Protocol::Ip6(ip) => IpAddr::from(ip).is_loopback(),
        _ => false,
    })
}
