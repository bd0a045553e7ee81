//! What the swarm reports, followed.

use super::{Asked, Task};
use crate::attachment::{self, FetchError};
use crate::behaviour::{MembersEvent, NodeBehaviourEvent, StrangersEvent};
use crate::connections::{Connection, Moved, SyncStream, Welcome};
use crate::event::{DialFailure, DisconnectReason, Event, Refusal};
use crate::flood::Watched;
use crate::gate::GateEvent;
use crate::streams::{ATTACHMENT_PROTOCOL, RequestId, SYNC_PROTOCOL, StreamsEvent};
use crate::{gossip, identity, muxer};
use libp2p::core::ConnectedPoint;
use libp2p::swarm::{
    ConnectionError, ConnectionId, ListenError, Stream, StreamProtocol, StreamUpgradeError, SwarmEvent,
};
use libp2p::{Multiaddr, PeerId, gossipsub, identify, mdns, ping};
use palabre_core::id::NodeKey;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::Instant;

impl Task {
    pub(super) fn follow(&mut self, event: SwarmEvent<NodeBehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.follow_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.connection_opened(peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } => {
                self.connection_closed(peer_id, connection_id, cause.as_ref());
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), connection_id, error } => {
                if let Some(node) = identity::node_key(&peer) {
                    self.dial_failed(node, connection_id, error);
                }
            }
            SwarmEvent::IncomingConnectionError { peer_id, send_back_addr, error, .. } => {
                self.inbound_failed(peer_id, send_back_addr, &error);
            }
            SwarmEvent::NewListenAddr { address, .. } => self.report(Event::Listening(address)),
            SwarmEvent::ExpiredListenAddr { address, .. } => self.report(Event::NotListening(address)),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::warn!(?reason, "a listener closed");
                for address in addresses {
                    self.report(Event::NotListening(address));
                }
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "a listener failed and goes on"),
            other => tracing::trace!(?other, "swarm"),
        }
    }

    fn follow_behaviour(&mut self, event: NodeBehaviourEvent) {
        match event {
            NodeBehaviourEvent::Gate(GateEvent::Member(event)) => self.follow_member(event),
            NodeBehaviourEvent::Gate(GateEvent::Refused { peer, address }) => self.refused(peer, address),
            NodeBehaviourEvent::Gate(GateEvent::Stranger(event)) => self.follow_stranger(event),
            NodeBehaviourEvent::Ping(ping::Event { connection, result, .. }) => self.pinged(connection, result),
            NodeBehaviourEvent::Mdns(mdns::Event::Discovered(found)) => self.found(found),
            NodeBehaviourEvent::Mdns(mdns::Event::Expired(_)) | NodeBehaviourEvent::Limits(_) => {}
        }
    }

    fn follow_member(&mut self, event: MembersEvent) {
        match event {
            MembersEvent::Streams(event) => self.follow_stream(event),
            MembersEvent::Gossipsub(Watched::Event(event)) => self.gossiped(event),
            MembersEvent::Gossipsub(Watched::Flood(peer)) => {
                if let Some(node) = identity::node_key(&peer) {
                    self.report(Event::Flood { node });
                }
            }
            MembersEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                if let Some(node) = identity::node_key(&peer_id) {
                    self.report(Event::Identified {
                        node,
                        agent: info.agent_version,
                        addresses: info.listen_addrs,
                        observed: info.observed_addr,
                    });
                }
            }
            MembersEvent::Identify(other) => tracing::trace!(?other, "identify"),
        }
    }

    fn follow_stranger(&mut self, event: StrangersEvent) {
        match event {
            StrangersEvent::Streams(StreamsEvent::Inbound { connection, stream, .. }) => {
                self.listen_to(connection, stream);
            }
            other => tracing::trace!(?other, "stranger"),
        }
    }

    fn connection_opened(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        self.count_connections();
        let Some(node) = identity::node_key(&peer).filter(|_| self.swarm.behaviour().gate.admits(&peer)) else {
            return;
        };
        let dialed = endpoint.is_dialer();
        if dialed {
            self.dial_over(node, id);
        }
        let now = Instant::now();
        let stream = match self.connections.welcome(node, dialed, now) {
            Welcome::OpenStream => SyncStream::Asked(self.ask(peer, SYNC_PROTOCOL, Asked::Sync { connection: id })),
            Welcome::Await => SyncStream::Awaited,
            Welcome::Spare => SyncStream::Spare,
            Welcome::Close => return self.close(id),
        };
        let address = identity::without_node(endpoint.get_remote_address().clone());
        self.connections.insert(node, Connection { id, address, dialed, since: now, stream, moved: Moved::default() });
    }

    /// A connection is gone. Its session finds out by itself, after it has delivered what had arrived.
    fn connection_closed(&mut self, peer: PeerId, id: ConnectionId, cause: Option<&ConnectionError>) {
        self.count_connections();
        self.knocked.remove(&id);
        let too_many = matches!(cause, Some(ConnectionError::IO(error)) if muxer::is_too_many_streams(error));
        if let Some(node) = identity::node_key(&peer).filter(|_| too_many) {
            self.report(Event::TooManyStreams { node });
        }
        for (_, asked) in self.asked.extract_if(|_, asked| asked.connection() == id) {
            if let Asked::Fetch { chunks, .. } = asked {
                // The channel is new and has room.
                let _ = chunks.try_send(Err(FetchError::NotConnected));
            }
        }
        if let Some((node, _)) = self.connections.remove(id) {
            tracing::debug!(%node, connection = %id, ?cause, "connection closed");
            self.without_session(node, DialFailure::NoSyncStream);
        }
    }

    /// Somebody who proved a key was turned away before the connection opened.
    fn inbound_failed(&mut self, peer: Option<PeerId>, address: Multiaddr, error: &ListenError) {
        tracing::debug!(?peer, %address, %error, "an inbound connection came to nothing");
        if !matches!(error, ListenError::Denied { .. }) {
            return;
        }
        self.meters.refused.fetch_add(1, Ordering::Relaxed);
        let admitted = peer.filter(|peer| self.swarm.behaviour().gate.admits(peer));
        // Of strangers beyond the few that are let onto the doorstep only the counter tells: they may be very many.
        if let Some(node) = admitted.and_then(|peer| identity::node_key(&peer)) {
            self.report(Event::Refused { node, address, reason: Refusal::TooManyConnections });
        }
    }

    fn refused(&mut self, peer: PeerId, address: Multiaddr) {
        self.meters.refused.fetch_add(1, Ordering::Relaxed);
        if let Some(node) = identity::node_key(&peer) {
            self.report(Event::Refused { node, address, reason: Refusal::Stranger });
        }
    }

    /// A ping without an answer is a dead connection only if nothing else shows life: behind a full queue on a slow line
    /// an answer may take very long.
    fn pinged(&mut self, id: ConnectionId, result: Result<Duration, ping::Failure>) {
        let Some((node, connection)) = self.connections.get_mut(id) else { return };
        let alive = connection.moved.shows_life(self.meters.node(node).moved());
        match result {
            Ok(_) | Err(ping::Failure::Unsupported) => {}
            Err(error) if alive => tracing::debug!(%node, %error, "no answer to a ping, but the line is busy"),
            Err(error) => {
                tracing::debug!(%node, %error, "no answer to a ping");
                self.drop_connection(id, DisconnectReason::Silent);
            }
        }
    }

    fn found(&mut self, found: Vec<(PeerId, Multiaddr)>) {
        let mut nodes: BTreeMap<NodeKey, Vec<Multiaddr>> = BTreeMap::new();
        for (peer, address) in found {
            if let Some(node) = identity::node_key(&peer) {
                nodes.entry(node).or_default().push(identity::without_node(address));
            }
        }
        for (node, addresses) in nodes {
            self.report(Event::Found { node, addresses });
        }
    }

    fn gossiped(&mut self, event: gossipsub::Event) {
        let Some(received) = gossip::received(&self.topics, event) else { return };
        // Of a node that is no longer admitted, the last messages may still be on their way through the swarm.
        let admitted = self.swarm.behaviour().gate.admits(&received.from);
        let Some(from) = identity::node_key(&received.from).filter(|_| admitted) else { return };
        self.meters.gossip_delivered.add(received.bytes.len());
        let gossip::Received { topic, message, bytes, .. } = received;
        self.report(Event::Gossip { from, topic, message, bytes });
    }

    fn follow_stream(&mut self, event: StreamsEvent) {
        match event {
            StreamsEvent::Inbound { connection, protocol, stream } => self.stream_came(connection, &protocol, stream),
            StreamsEvent::Opened { request, stream } => self.stream_opened(request, stream),
            StreamsEvent::Failed { request, error } => self.stream_failed(request, &error),
        }
    }

    /// The other node opened a stream.
    fn stream_came(&mut self, connection: ConnectionId, protocol: &StreamProtocol, stream: Stream) {
        let Some(node) = self.connections.get_mut(connection).map(|(node, _)| node) else {
            tracing::debug!(%connection, %protocol, "a stream came on a connection that is being closed");
            return;
        };
        if *protocol == ATTACHMENT_PROTOCOL {
            self.serve(node, stream);
        } else if self.connections.chooses(node) {
            tracing::debug!(%node, "the higher key opened a sync stream: dropped");
        } else {
            self.start_session(connection, stream);
        }
    }

    fn stream_opened(&mut self, request: RequestId, stream: Stream) {
        match self.asked.remove(&request) {
            Some(Asked::Sync { connection }) => self.start_session(connection, stream),
            Some(Asked::Fetch { node, hash, size, chunks, .. }) => {
                tokio::spawn(attachment::fetch(stream, hash, size, chunks, self.meters.node(node)));
            }
            None => {}
        }
    }

    fn stream_failed(&mut self, request: RequestId, error: &StreamUpgradeError<Infallible>) {
        tracing::debug!(?error, "a stream could not be opened");
        let refused = matches!(error, StreamUpgradeError::NegotiationFailed);
        match self.asked.remove(&request) {
            Some(Asked::Sync { connection }) => {
                let reason = if refused { DialFailure::NotAdmittedThere } else { DialFailure::NoSyncStream };
                self.close_unused(connection, reason);
            }
            Some(Asked::Fetch { chunks, .. }) => {
                let error = if refused { FetchError::NotServed } else { FetchError::NotConnected };
                // The channel is new and has room.
                let _ = chunks.try_send(Err(error));
            }
            None => {}
        }
    }
}
