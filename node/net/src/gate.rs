//! The gate: nodes under a mandate in force get the members' protocols, anybody else gets the strangers'.
//!
//! It wraps two behaviours and chooses between them once per connection, when the peer has proved its key. Neither
//! side sees a connection of the other: not its handlers, not its events. What a stranger may learn is therefore what
//! the strangers' behaviour shows, and a protocol for strangers (admission) is added by adding it there. A node that
//! is admitted while it is connected as a stranger comes in with its next connection.

mod doorstep;

use doorstep::Doorstep;
use either::Either;
use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::behaviour::ConnectionEstablished;
use libp2p::swarm::{
    CloseConnection, ConnectionClosed, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler,
    THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use std::collections::{HashMap, HashSet, VecDeque};
use std::task::{Context, Poll};
use thiserror::Error;

/// What comes through the gate.
#[derive(Debug)]
pub(crate) enum GateEvent<M, S> {
    /// From the members' behaviour.
    Member(M),
    /// From the strangers' behaviour.
    Stranger(S),
    /// A stranger connected. It will be shown out.
    Refused {
        /// Its key.
        peer: PeerId,
        /// Where it came from.
        address: Multiaddr,
    },
}

/// Why an outbound connection was dropped: the node is not admitted (any longer).
#[derive(Debug, Error)]
#[error("the node is not admitted")]
pub(crate) struct NotAdmitted;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Members,
    Strangers,
}

type Event<M, S> = ToSwarm<<Gate<M, S> as NetworkBehaviour>::ToSwarm, Either<THandlerInEvent<M>, THandlerInEvent<S>>>;

/// The gate between two behaviours.
pub(crate) struct Gate<M: NetworkBehaviour, S: NetworkBehaviour> {
    members: M,
    strangers: S,
    admitted: HashSet<PeerId>,
    open: HashMap<ConnectionId, (PeerId, Side)>,
    doorstep: Doorstep,
    pending: VecDeque<Event<M, S>>,
}

impl<M: NetworkBehaviour, S: NetworkBehaviour> Gate<M, S> {
    /// A gate that admits nobody yet.
    pub(crate) fn new(members: M, strangers: S) -> Self {
        Self {
            members,
            strangers,
            admitted: HashSet::new(),
            open: HashMap::new(),
            doorstep: Doorstep::default(),
            pending: VecDeque::new(),
        }
    }

    /// Admits `nodes` and nobody else. Connections of nodes that were admitted until now are closed.
    pub(crate) fn admit(&mut self, nodes: HashSet<PeerId>) {
        self.admitted = nodes;
        for (connection, (peer, side)) in &self.open {
            if *side == Side::Members && !self.admitted.contains(peer) {
                self.pending.push_back(close(*peer, *connection));
            }
        }
    }

    /// Whether `peer` may come in.
    pub(crate) fn admits(&self, peer: &PeerId) -> bool {
        self.admitted.contains(peer)
    }

    /// Lets a stranger stay that has said something valid, until it has heard the answer.
    pub(crate) fn let_stay(&mut self, connection: ConnectionId) {
        self.doorstep.let_stay(connection);
    }

    /// The members' behaviour.
    pub(crate) fn members(&mut self) -> &mut M {
        &mut self.members
    }

    /// Open connections of members and of strangers.
    pub(crate) fn connections(&self) -> (usize, usize) {
        let members = self.open.values().filter(|(_, side)| *side == Side::Members).count();
        (members, self.open.len() - members)
    }

    fn side(&self, connection: ConnectionId) -> Side {
        // A connection that is not listed never passed `handle_established_…`: nobody's.
        self.open.get(&connection).map_or(Side::Strangers, |(_, side)| *side)
    }

    /// Connections of `peer` on `side`, without `but`.
    fn others(&self, peer: PeerId, side: Side, but: ConnectionId) -> usize {
        self.open.iter().filter(|(id, open)| **id != but && **open == (peer, side)).count()
    }

    fn tell(&mut self, side: Side, event: FromSwarm<'_>) {
        match side {
            Side::Members => self.members.on_swarm_event(event),
            Side::Strangers => self.strangers.on_swarm_event(event),
        }
    }

    /// Directs an event for a handler to a connection of `side`; `None` when there is none.
    fn direct(&self, side: Side, peer: PeerId, to: &NotifyHandler) -> Option<NotifyHandler> {
        let theirs = |id: &ConnectionId| self.open.get(id) == Some(&(peer, side));
        let connection = match to {
            NotifyHandler::One(id) => Some(*id).filter(theirs),
            NotifyHandler::Any => self.open.keys().copied().find(theirs),
        };
        connection.map(NotifyHandler::One)
    }

    fn poll_members(&mut self, cx: &mut Context<'_>) -> Poll<Event<M, S>> {
        while let Poll::Ready(event) = self.members.poll(cx) {
            if let Some(event) = self.checked(Side::Members, event) {
                return Poll::Ready(event.map_out(GateEvent::Member).map_in(Either::Left));
            }
        }
        Poll::Pending
    }

    fn poll_strangers(&mut self, cx: &mut Context<'_>) -> Poll<Event<M, S>> {
        while let Poll::Ready(event) = self.strangers.poll(cx) {
            if let Some(event) = self.checked(Side::Strangers, event) {
                return Poll::Ready(event.map_out(GateEvent::Stranger).map_in(Either::Right));
            }
        }
        Poll::Pending
    }

    /// Keeps the events of one side away from the connections of the other.
    fn checked<O, I>(&self, side: Side, event: ToSwarm<O, I>) -> Option<ToSwarm<O, I>> {
        match event {
            ToSwarm::NotifyHandler { peer_id, handler, event } => {
                let handler = self.direct(side, peer_id, &handler)?;
                Some(ToSwarm::NotifyHandler { peer_id, handler, event })
            }
            other => Some(other),
        }
    }
}

fn close<O, I>(peer_id: PeerId, connection: ConnectionId) -> ToSwarm<O, I> {
    ToSwarm::CloseConnection { peer_id, connection: CloseConnection::One(connection) }
}

impl<M: NetworkBehaviour, S: NetworkBehaviour> NetworkBehaviour for Gate<M, S> {
    type ConnectionHandler = Either<THandler<M>, THandler<S>>;
    type ToSwarm = GateEvent<M::ToSwarm, S::ToSwarm>;

    fn handle_pending_inbound_connection(
        &mut self,
        connection: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.doorstep.knock(connection, remote).map_err(ConnectionDenied::new)
    }

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.doorstep.known(connection);
        if self.admits(&peer) {
            let handler = self.members.handle_established_inbound_connection(connection, peer, local, remote)?;
            self.open.insert(connection, (peer, Side::Members));
            return Ok(Either::Left(handler));
        }
        self.doorstep.enter(connection, peer, remote).map_err(ConnectionDenied::new)?;
        let handler = self.strangers.handle_established_inbound_connection(connection, peer, local, remote)?;
        self.open.insert(connection, (peer, Side::Strangers));
        Ok(Either::Right(handler))
    }

    fn handle_pending_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.members.handle_pending_outbound_connection(connection, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.admits(&peer) {
            return Err(ConnectionDenied::new(NotAdmitted));
        }
        let handler = self.members.handle_established_outbound_connection(connection, peer, address, role, port)?;
        self.open.insert(connection, (peer, Side::Members));
        Ok(Either::Left(handler))
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(event) => {
                let (peer, connection) = (event.peer_id, event.connection_id);
                let side = self.side(connection);
                if side == Side::Strangers {
                    let address = event.endpoint.get_remote_address().clone();
                    self.pending.push_back(ToSwarm::GenerateEvent(GateEvent::Refused { peer, address }));
                }
                let other_established = self.others(peer, side, connection);
                self.tell(side, FromSwarm::ConnectionEstablished(ConnectionEstablished { other_established, ..event }));
            }
            FromSwarm::ConnectionClosed(event) => {
                let (peer, connection) = (event.peer_id, event.connection_id);
                let side = self.side(connection);
                let remaining_established = self.others(peer, side, connection);
                self.tell(side, FromSwarm::ConnectionClosed(ConnectionClosed { remaining_established, ..event }));
                self.open.remove(&connection);
                self.doorstep.leave(connection);
            }
            FromSwarm::AddressChange(change) => self.tell(self.side(change.connection_id), event),
            FromSwarm::ListenFailure(failure) => {
                self.open.remove(&failure.connection_id);
                self.doorstep.leave(failure.connection_id);
                self.members.on_swarm_event(event);
            }
            FromSwarm::DialFailure(failure) => {
                self.open.remove(&failure.connection_id);
                self.members.on_swarm_event(event);
            }
            // Addresses, ours among them, are nothing for strangers: their identify has none to show.
            other => self.members.on_swarm_event(other),
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.members.on_connection_handler_event(peer, connection, event),
            Either::Right(event) => self.strangers.on_connection_handler_event(peer, connection, event),
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event<M, S>> {
        if let Some(event) = self.pending.pop_front() {
            return Poll::Ready(event);
        }
        if let Poll::Ready((peer, connection)) = self.doorstep.poll(cx) {
            return Poll::Ready(close(peer, connection));
        }
        if let Poll::Ready(event) = self.poll_members(cx) {
            return Poll::Ready(event);
        }
        self.poll_strangers(cx)
    }
}
