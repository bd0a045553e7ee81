//! The behaviour behind our own protocols: it negotiates streams and hands them on, each with its connection.
//!
//! libp2p-stream would choose a connection itself and dial when there is none; here both are decided elsewhere.

use libp2p::PeerId;
use libp2p::core::transport::PortUse;
use libp2p::core::upgrade::{InboundUpgrade, ReadyUpgrade, UpgradeInfo};
use libp2p::core::{Endpoint, Multiaddr};
use libp2p::swarm::handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
    NotifyHandler, Stream, StreamProtocol, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent,
    THandlerOutEvent, ToSwarm,
};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

/// The stream of packets between two nodes, one to a connection.
pub const SYNC_PROTOCOL: StreamProtocol = StreamProtocol::new("/palabre/sync/1");

/// One attachment, asked for by its hash.
pub const ATTACHMENT_PROTOCOL: StreamProtocol = StreamProtocol::new("/palabre/attachment/1");

/// What a stranger says at the door.
pub const ADMISSION_PROTOCOL: StreamProtocol = StreamProtocol::new("/palabre/admission/1");

/// What admitted nodes are served.
static FOR_MEMBERS: [StreamProtocol; 2] = [SYNC_PROTOCOL, ATTACHMENT_PROTOCOL];
/// What strangers are.
static FOR_STRANGERS: [StreamProtocol; 1] = [ADMISSION_PROTOCOL];

/// How long two nodes may take to agree on a stream's protocol: two round trips behind whatever fills the line.
const NEGOTIATION: Duration = Duration::from_mins(1);

/// Names a stream that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RequestId(pub(crate) u64);

/// What happened to streams.
#[derive(Debug)]
pub(crate) enum StreamsEvent {
    /// The peer opened a stream.
    Inbound { connection: ConnectionId, protocol: StreamProtocol, stream: Stream },
    /// A stream that was asked for is open.
    Opened { request: RequestId, stream: Stream },
    /// A stream that was asked for cannot be opened.
    Failed { request: RequestId, error: StreamUpgradeError<Infallible> },
}

/// The behaviour.
pub(crate) struct Streams {
    served: &'static [StreamProtocol],
    pending: VecDeque<ToSwarm<StreamsEvent, Open>>,
}

/// Tells a handler to open a stream.
#[derive(Debug)]
pub(crate) struct Open {
    protocol: StreamProtocol,
    request: RequestId,
}

impl Streams {
    /// What admitted nodes get.
    pub(crate) const fn for_members() -> Self {
        Self { served: &FOR_MEMBERS, pending: VecDeque::new() }
    }

    /// What strangers get.
    pub(crate) const fn for_strangers() -> Self {
        Self { served: &FOR_STRANGERS, pending: VecDeque::new() }
    }

    /// Serves nothing, and opens streams.
    pub(crate) const fn silent() -> Self {
        Self { served: &[], pending: VecDeque::new() }
    }

    /// Asks for a stream on `connection`. When that connection is gone nothing more is heard of `request`.
    pub(crate) fn open(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        protocol: StreamProtocol,
        request: RequestId,
    ) {
        self.pending.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: Open { protocol, request },
        });
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = StreamsEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::serving(self.served))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler::serving(self.served))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, connection: ConnectionId, event: THandlerOutEvent<Self>) {
        self.pending.push_back(ToSwarm::GenerateEvent(match event {
            Outcome::Inbound(protocol, stream) => StreamsEvent::Inbound { connection, protocol, stream },
            Outcome::Opened(request, stream) => StreamsEvent::Opened { request, stream },
            Outcome::Failed(request, error) => StreamsEvent::Failed { request, error },
        }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        self.pending.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// The side of [`Streams`] that lives on one connection.
pub(crate) struct Handler {
    served: &'static [StreamProtocol],
    asked: VecDeque<Open>,
    outcomes: VecDeque<Outcome>,
}

impl Handler {
    const fn serving(served: &'static [StreamProtocol]) -> Self {
        Self { served, asked: VecDeque::new(), outcomes: VecDeque::new() }
    }
}

#[derive(Debug)]
pub(crate) enum Outcome {
    Inbound(StreamProtocol, Stream),
    Opened(RequestId, Stream),
    Failed(RequestId, StreamUpgradeError<Infallible>),
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Open;
    type ToBehaviour = Outcome;
    type InboundProtocol = Served;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = RequestId;

    fn listen_protocol(&self) -> SubstreamProtocol<Served> {
        SubstreamProtocol::new(Served(self.served), ()).with_timeout(NEGOTIATION)
    }

    fn on_behaviour_event(&mut self, open: Open) {
        self.asked.push_back(open);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Self::OutboundProtocol, RequestId, Self::ToBehaviour>> {
        if let Some(outcome) = self.outcomes.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(outcome));
        }
        if let Some(Open { protocol, request }) = self.asked.pop_front() {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(protocol), request).with_timeout(NEGOTIATION);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Self::InboundProtocol, Self::OutboundProtocol, (), RequestId>,
    ) {
        self.outcomes.push_back(match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (protocol, stream), ..
            }) => Outcome::Inbound(protocol, stream),
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, info: request }) => {
                Outcome::Opened(request, stream)
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, info: request }) => {
                Outcome::Failed(request, error)
            }
            _ => return,
        });
    }
}

/// Agrees to any of these protocols and says which it was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served(&'static [StreamProtocol]);

impl UpgradeInfo for Served {
    type Info = StreamProtocol;
    type InfoIter = std::iter::Cloned<std::slice::Iter<'static, StreamProtocol>>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.iter().cloned()
    }
}

impl InboundUpgrade<Stream> for Served {
    type Output = (StreamProtocol, Stream);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((protocol, stream)))
    }
}
