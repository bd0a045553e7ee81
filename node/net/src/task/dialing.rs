//! Dials and their outcome: one `Connected` or one `DialFailed` for each.

use super::Task;
use crate::event::{DialFailure, Event, FailedAddress};
use crate::gate::NotAdmitted;
use crate::identity;
use libp2p::Multiaddr;
use libp2p::core::transport::TransportError;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError};
use palabre_core::id::NodeKey;
use std::io;

/// A dial whose outcome has not been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dial {
    id: ConnectionId,
    /// No address is being tried any more; a connection that came of it, or one that the other node dialed, may yet
    /// bring a session.
    over: bool,
}

impl Task {
    pub(super) fn dial(&mut self, node: NodeKey, addresses: Vec<Multiaddr>) {
        if self.connections.up(node).is_some() || self.dials.contains_key(&node) {
            tracing::debug!(%node, "connected or being dialed already: that dial's answer is this one's");
            return;
        }
        match self.try_dial(node, addresses) {
            Ok(id) => {
                self.dials.insert(node, Dial { id, over: false });
            }
            Err(reason) => self.report(Event::DialFailed { node, reason }),
        }
    }

    fn try_dial(&mut self, node: NodeKey, addresses: Vec<Multiaddr>) -> Result<ConnectionId, DialFailure> {
        let peer = identity::peer_id(node);
        if !self.swarm.behaviour().gate.admits(&peer) {
            return Err(DialFailure::NotAdmitted);
        }
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::Always)
            .addresses(addresses)
            // From the listening port, TCP meets TIME_WAIT on redials and the other's own dial head on.
            .allocate_new_port()
            .build();
        let id = dial.connection_id();
        self.swarm.dial(dial).map_err(failure)?;
        Ok(id)
    }

    /// No address led to the node.
    pub(super) fn dial_failed(&mut self, node: NodeKey, id: ConnectionId, error: DialError) {
        if self.dial_over(node, id) {
            self.without_session(node, failure(error));
        }
    }

    /// No address of a dial is being tried any more; false when it is not the node's present dial.
    pub(super) fn dial_over(&mut self, node: NodeKey, id: ConnectionId) -> bool {
        match self.dials.get_mut(&node) {
            Some(dial) if dial.id == id => {
                dial.over = true;
                true
            }
            _ => false,
        }
    }

    /// The node is to be disconnected: its dial is given up.
    pub(super) fn give_up_dial(&mut self, node: NodeKey) {
        if self.dials.remove(&node).is_some() {
            self.report(Event::DialFailed { node, reason: DialFailure::GivenUp });
        }
    }

    /// Something that could have brought a session with `node` did not: another connection may; if there is none and a
    /// dial hoped for it, say so.
    pub(super) fn without_session(&mut self, node: NodeKey, reason: DialFailure) {
        if let Some(spare) = self.connections.last_resort(node).map(|spare| spare.id) {
            self.open_sync_stream(node, spare);
        } else if self.connections.of(node).next().is_none() && self.dials.get(&node).is_some_and(|dial| dial.over) {
            self.dials.remove(&node);
            self.report(Event::DialFailed { node, reason });
        }
    }
}

fn failure(error: DialError) -> DialFailure {
    match error {
        DialError::NoAddresses => DialFailure::NoAddresses,
        DialError::LocalPeerId { address } => DialFailure::OurOwnKey { address: identity::without_node(address) },
        DialError::WrongPeerId { obtained, address } => {
            DialFailure::WrongKey { address: identity::without_node(address), found: identity::node_key(&obtained) }
        }
        DialError::Denied { cause } if cause.downcast_ref::<NotAdmitted>().is_some() => DialFailure::NotAdmitted,
        DialError::Denied { .. } => DialFailure::TooManyConnections,
        DialError::Aborted | DialError::DialPeerConditionFalse(_) => DialFailure::GivenUp,
        DialError::Transport(failed) => DialFailure::Unreachable(failed.into_iter().map(failed_address).collect()),
    }
}

fn failed_address((address, error): (Multiaddr, TransportError<io::Error>)) -> FailedAddress {
    let error = match error {
        TransportError::Other(error) => error,
        unsupported @ TransportError::MultiaddrNotSupported(_) => io::Error::other(unsupported),
    };
    FailedAddress { address: identity::without_node(address), error }
}
