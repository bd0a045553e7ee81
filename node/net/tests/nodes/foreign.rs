//! A foreign peer: plain libp2p, nothing of ours.

use super::{PATIENCE, identity};
use futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, ValidationMode};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, StreamProtocol, Swarm, identify, noise, ping, tcp, yamux};
use palabre_core::id::NodeKey;
use std::time::{Duration, Instant};

#[derive(NetworkBehaviour)]
pub(crate) struct ForeignBehaviour {
    pub(crate) identify: identify::Behaviour,
    pub(crate) ping: ping::Behaviour,
    pub(crate) gossipsub: gossipsub::Behaviour,
    pub(crate) streams: libp2p_stream::Behaviour,
}

/// What a foreign peer saw of another.
#[derive(Default, Debug)]
pub(crate) struct Seen {
    pub(crate) info: Option<identify::Info>,
    pub(crate) pinged: bool,
    pub(crate) subscriptions: usize,
    pub(crate) closed: bool,
    pub(crate) open_for: Duration,
}

pub(crate) struct Foreign {
    pub(crate) key: NodeKey,
    pub(crate) swarm: Swarm<ForeignBehaviour>,
}

impl Foreign {
    /// A foreign peer with the key of test node `number`.
    pub(crate) fn new(number: u8) -> Self {
        let (seed, key) = identity(number);
        let keypair = libp2p::identity::Keypair::ed25519_from_bytes(*seed).unwrap();
        let swarm = libp2p::SwarmBuilder::with_existing_identity(keypair)
            .with_tokio()
            .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
            .unwrap()
            .with_quic()
            .with_behaviour(|keypair| {
                let config =
                    gossipsub::ConfigBuilder::default().validation_mode(ValidationMode::Anonymous).build().unwrap();
                let mut gossipsub = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).unwrap();
                gossipsub.subscribe(&IdentTopic::new(format!("palabre/{}/entries", "09".repeat(32)))).unwrap();
                ForeignBehaviour {
                    identify: identify::Behaviour::new(identify::Config::new("foreign/1".into(), keypair.public())),
                    ping: ping::Behaviour::default(),
                    gossipsub,
                    streams: libp2p_stream::Behaviour::new(),
                }
            })
            .unwrap()
            .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
            .build();
        Self { key, swarm }
    }

    /// Dials and watches until the connection is closed.
    pub(crate) async fn visit(&mut self, address: Multiaddr) -> Seen {
        self.swarm.dial(address).unwrap();
        let mut seen = Seen::default();
        let mut opened = None;
        let watch = async {
            while !seen.closed {
                match self.swarm.select_next_some().await {
                    SwarmEvent::ConnectionEstablished { .. } => opened = Some(Instant::now()),
                    SwarmEvent::ConnectionClosed { .. } => {
                        seen.closed = true;
                        seen.open_for = opened.unwrap().elapsed();
                    }
                    SwarmEvent::OutgoingConnectionError { error, .. } => panic!("{error}"),
                    SwarmEvent::Behaviour(ForeignBehaviourEvent::Identify(identify::Event::Received {
                        info, ..
                    })) => seen.info = Some(info),
                    SwarmEvent::Behaviour(ForeignBehaviourEvent::Ping(event)) => seen.pinged |= event.result.is_ok(),
                    SwarmEvent::Behaviour(ForeignBehaviourEvent::Gossipsub(gossipsub::Event::Subscribed {
                        ..
                    })) => seen.subscriptions += 1,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, watch).await.expect("the connection was never closed");
        seen
    }

    /// Connects and then lives on in the background; gives what opens and takes streams there.
    pub(crate) async fn connect(mut self, address: Multiaddr) -> Connected {
        self.swarm.dial(address).unwrap();
        let opened = async {
            loop {
                match self.swarm.select_next_some().await {
                    SwarmEvent::ConnectionEstablished { peer_id, .. } => return peer_id,
                    SwarmEvent::OutgoingConnectionError { error, .. } => panic!("{error}"),
                    _ => {}
                }
            }
        };
        let peer = tokio::time::timeout(PATIENCE, opened).await.expect("no connection");
        let control = self.swarm.behaviour().streams.new_control();
        tokio::spawn(async move {
            loop {
                self.swarm.select_next_some().await;
            }
        });
        Connected { peer, control }
    }
}

/// A foreign peer with a connection.
pub(crate) struct Connected {
    pub(crate) peer: PeerId,
    pub(crate) control: libp2p_stream::Control,
}

impl Connected {
    /// Opens a stream; panics when there is no answer at all.
    pub(crate) async fn open(&mut self, protocol: StreamProtocol) -> Result<Stream, libp2p_stream::OpenStreamError> {
        tokio::time::timeout(PATIENCE, self.control.open_stream(self.peer, protocol)).await.expect("no answer")
    }
}
