//! Ends connections on which a protocol that is not ours to pace, gossipsub, is flooded.
//!
//! Every message from a connection's handler is counted before the protocol sees it: what costs the most are many small
//! ones, duplicates and control messages among them, of which the node never hears.

use crate::pace::{Pace, Rate};
use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::{
    CloseConnection, ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use std::collections::{HashMap, VecDeque};
use std::task::{Context, Poll};
use tokio::time::Instant;

/// What comes out of a watched behaviour.
#[derive(Debug)]
pub(crate) enum Watched<E> {
    /// From the behaviour itself.
    Event(E),
    /// A peer sends more than the rate allows: its connection is being closed.
    Flood(PeerId),
}

/// A behaviour whose connections are watched.
pub(crate) struct Watch<B: NetworkBehaviour> {
    pub(crate) inner: B,
    rate: Rate,
    paces: HashMap<ConnectionId, Pace>,
    pending: VecDeque<Event<B>>,
}

type Event<B> = ToSwarm<Watched<<B as NetworkBehaviour>::ToSwarm>, THandlerInEvent<B>>;

impl<B: NetworkBehaviour> Watch<B> {
    pub(crate) fn new(inner: B, rate: Rate) -> Self {
        Self { inner, rate, paces: HashMap::new(), pending: VecDeque::new() }
    }

    /// Counts one more; false when the connection is, or has just been, given up.
    fn counts(&mut self, peer: PeerId, connection: ConnectionId) -> bool {
        let Some(pace) = self.paces.get_mut(&connection) else { return false };
        if pace.take(Instant::now()).is_ok() {
            return true;
        }
        self.paces.remove(&connection);
        self.pending.push_back(ToSwarm::GenerateEvent(Watched::Flood(peer)));
        self.pending
            .push_back(ToSwarm::CloseConnection { peer_id: peer, connection: CloseConnection::One(connection) });
        false
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Watch<B> {
    type ConnectionHandler = THandler<B>;
    type ToSwarm = Watched<B::ToSwarm>;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.inner.handle_pending_inbound_connection(connection, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let handler = self.inner.handle_established_inbound_connection(connection, peer, local, remote)?;
        self.paces.insert(connection, Pace::new(self.rate));
        Ok(handler)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let handler = self.inner.handle_established_outbound_connection(connection, peer, address, role, port)?;
        self.paces.insert(connection, Pace::new(self.rate));
        Ok(handler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match &event {
            FromSwarm::ConnectionClosed(ConnectionClosed { connection_id, .. }) => {
                self.paces.remove(connection_id);
            }
            FromSwarm::ListenFailure(failure) => {
                self.paces.remove(&failure.connection_id);
            }
            FromSwarm::DialFailure(failure) => {
                self.paces.remove(&failure.connection_id);
            }
            _ => {}
        }
        self.inner.on_swarm_event(event);
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        if self.counts(peer, connection) {
            self.inner.on_connection_handler_event(peer, connection, event);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event<B>> {
        if let Some(event) = self.pending.pop_front() {
            return Poll::Ready(event);
        }
        self.inner.poll(cx).map(|event| event.map_out(Watched::Event))
    }
}
