//! Dials and their outcome: one `Connected` or one `DialFailed` for each.

use super::Task;
use crate::event::{DialFailure, Event, FailedAddress};
use crate::gate::NotAdmitted;
use crate::identity;
use libp2p::Multiaddr;
use libp2p::core::transport::TransportError;
use libp2p::swarm::DialError;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use palabre_core::id::NodeKey;
use std::io;

/// How far a dial is whose outcome has not been reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dial {
    /// Addresses are being tried.
    Trying,
    /// It is over; a connection that came of it, or one that the other node dialed, may yet bring a session.
    Over,
}

impl Task {
    pub(super) fn dial(&mut self, node: NodeKey, addresses: Vec<Multiaddr>) {
        match self.try_dial(node, addresses) {
            Ok(()) => {
                self.dials.insert(node, Dial::Trying);
            }
            Err(reason) => self.report(Event::DialFailed { node, reason }),
        }
    }

    fn try_dial(&mut self, node: NodeKey, addresses: Vec<Multiaddr>) -> Result<(), DialFailure> {
        let peer = identity::peer_id(node);
        if !self.swarm.behaviour().gate.admits(&peer) {
            return Err(DialFailure::NotAdmitted);
        }
        if self.connections.up(node).is_some() {
            return Err(DialFailure::AlreadyConnected);
        }
        if self.dials.contains_key(&node) {
            return Err(DialFailure::AlreadyDialing);
        }
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::NotDialing)
            .addresses(addresses)
            // From the listening port, TCP meets TIME_WAIT on redials and the other's own dial head on.
            .allocate_new_port()
            .build();
        self.swarm.dial(dial).map_err(failure)
    }

    /// No address led to the node.
    pub(super) fn dial_failed(&mut self, node: NodeKey, error: DialError) {
        self.dial_over(node);
        self.without_session(node, failure(error));
    }

    /// An address led to the node.
    pub(super) fn dial_over(&mut self, node: NodeKey) {
        if let Some(dial) = self.dials.get_mut(&node) {
            *dial = Dial::Over;
        }
    }

    /// Something that could have brought a session with `node` did not: another connection may; if there is none and a
    /// dial hoped for it, say so.
    pub(super) fn without_session(&mut self, node: NodeKey, reason: DialFailure) {
        if let Some(spare) = self.connections.last_resort(node).map(|spare| spare.id) {
            self.open_sync_stream(node, spare);
        } else if self.connections.of(node).next().is_none() && self.dials.get(&node) == Some(&Dial::Over) {
            self.dials.remove(&node);
            self.report(Event::DialFailed { node, reason });
        }
    }
}

fn failure(error: DialError) -> DialFailure {
    match error {
        DialError::NoAddresses => DialFailure::NoAddresses,
        DialError::LocalPeerId { address } => DialFailure::OurOwnKey { address },
        DialError::WrongPeerId { obtained, address } => {
            DialFailure::WrongKey { address, found: identity::node_key(&obtained) }
        }
        DialError::DialPeerConditionFalse(_) => DialFailure::AlreadyDialing,
        DialError::Denied { cause } if cause.downcast_ref::<NotAdmitted>().is_some() => DialFailure::NotAdmitted,
        DialError::Denied { .. } => DialFailure::TooManyConnections,
        DialError::Aborted => DialFailure::GivenUp,
        DialError::Transport(failed) => DialFailure::Unreachable(failed.into_iter().map(failed_address).collect()),
    }
}

fn failed_address((address, error): (Multiaddr, TransportError<io::Error>)) -> FailedAddress {
    let error = match error {
        TransportError::Other(error) => error,
        unsupported @ TransportError::MultiaddrNotSupported(_) => io::Error::other(unsupported),
    };
    FailedAddress { address, error }
}
