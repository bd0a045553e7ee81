//! Other nodes, and why they are or are not connected.

use std::sync::PoisonError;

use palabre_core::id::NodeKey;
use palabre_core::node::Node;
use palabre_core::node::status::{Peer, PeerState as CoreState};
use palabre_web::views::{Address, AddressSource, PeerState, PeerStatus, PeerWhy, Reason};

use crate::clock::now;
use crate::daemon::wire::Links;

/// The other admitted nodes, in the order of administrations, then keys.
pub(in crate::daemon) fn peers(node: &Node) -> Vec<PeerStatus> {
    let mut peers: Vec<PeerStatus> = node.peers(now()).into_iter().map(|peer| status(node, peer)).collect();
    peers.sort_by(|one, other| (&one.administration, one.node).cmp(&(&other.administration, other.node)));
    peers
}

fn status(node: &Node, peer: Peer) -> PeerStatus {
    let state = shown(node, &peer);
    PeerStatus { node: peer.node, administration: Some(peer.administration), state, missing: peer.missing }
}

fn shown(node: &Node, peer: &Peer) -> PeerState {
    match peer.state {
        CoreState::Connected => PeerState::Connected,
        CoreState::Dialing => PeerState::Dialing,
        _ if node.addresses(&peer.node).is_empty() => PeerState::NoAddress,
        CoreState::Waiting | CoreState::Paused => PeerState::Waiting,
        CoreState::Known => PeerState::Known,
    }
}

/// Why a node is, or is not, connected.
pub(in crate::daemon) fn peer_why(node: &Node, key: NodeKey, links: &Links) -> PeerWhy {
    let time = now();
    let rules = node.rules();
    let mandate = rules.mandate_of(&key);
    let known = node.peers(time).into_iter().find(|peer| peer.node == key);
    let link = links.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    PeerWhy {
        node: key,
        administration: rules.administration_of(&key).cloned(),
        label: mandate.and_then(|m| m.nodes.iter().find(|n| n.key == key)).map(|n| n.label.clone()),
        state: known.as_ref().map_or_else(|| unlisted(node, key), |peer| shown(node, peer)),
        reason: reason(node, key, known.as_ref()),
        addresses: addresses(node, &key),
        connected_to: known.as_ref().filter(|p| p.state == CoreState::Connected).and(link),
        connected_since: known.as_ref().and_then(|p| p.connected),
        failures: known.as_ref().map_or(0, |p| p.failures),
        last_attempt: known.as_ref().and_then(|p| p.attempted),
        next_attempt: known.as_ref().filter(|p| p.retry_in > 0).map(|p| time.plus(p.retry_in)),
        missing: known.as_ref().map_or(0, |p| p.missing),
        last_error: known.and_then(|p| p.fault.or(p.unreached)),
    }
}

fn reason(node: &Node, key: NodeKey, known: Option<&Peer>) -> Reason {
    if key == node.key() {
        return Reason::ThisNode;
    }
    let Some(peer) = known else { return not_admitted(node, &key) };
    match peer.state {
        CoreState::Connected => Reason::Connected,
        CoreState::Paused => Reason::Paused,
        _ if node.addresses(&key).is_empty() => Reason::NoAddress,
        CoreState::Dialing | CoreState::Known if peer.attempted.is_none() && !node.has_enough() => Reason::NotTriedYet,
        CoreState::Waiting if peer.unreached.is_some() => Reason::Unreachable,
        CoreState::Waiting => Reason::ClosedByPeer,
        CoreState::Dialing => Reason::Unreachable,
        CoreState::Known => Reason::EnoughConnections,
    }
}

/// A node does not list itself among its peers.
fn unlisted(node: &Node, key: NodeKey) -> PeerState {
    if key == node.key() { PeerState::Connected } else { PeerState::NotAdmitted }
}

fn not_admitted(node: &Node, key: &NodeKey) -> Reason {
    let rules = node.rules();
    if rules.disputed_mandates().any(|mandate| mandate.lists(key)) {
        return Reason::MandateDisputed;
    }
    let in_force = rules.mandate_of(key).and_then(|mandate| rules.charter().administration(&mandate.administration));
    if in_force.is_some_and(|administration| administration.suspended) {
        Reason::Suspended
    } else {
        Reason::NotMandated
    }
}

fn addresses(node: &Node, key: &NodeKey) -> Vec<Address> {
    use palabre_core::node::status::AddressSource as Core;
    let source = |source| match source {
        Core::Mandate => AddressSource::Mandate,
        Core::Configuration => AddressSource::Configuration,
        Core::LocalNetwork => AddressSource::LocalNetwork,
    };
    node.addresses(key).into_iter().map(|(address, from)| Address { address, source: source(from) }).collect()
}
