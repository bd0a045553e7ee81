//! Plain libp2p to one node.

use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, ValidationMode};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Stream, Swarm, identity, noise, tcp, yamux};
use palabre_core::id::{NetworkId, NodeKey};
use palabre_core::keys::Secret;
use palabre_core::sync::codec::{Packer, Unpacker};
use palabre_net::SYNC_PROTOCOL;
use palabre_proto::v1::sync_frame::Body;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

/// How long anything may take before the attacker tries again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why an attacker's round is over.
#[derive(Debug)]
pub struct Over;

#[derive(NetworkBehaviour)]
struct Behaviour {
    gossipsub: gossipsub::Behaviour,
    streams: libp2p_stream::Behaviour,
}

/// A node to attack.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its key.
    pub key: NodeKey,
    /// Where it listens, with its key at the end.
    pub address: Multiaddr,
}

impl Target {
    /// From an address that ends in `/p2p/KEY`.
    pub fn parse(address: &str) -> Self {
        let address: Multiaddr = address.parse().expect("a multiaddress");
        Self { key: palabre_net::node_in(&address).expect("an address with its node's key"), address }
    }
}

/// A connection to one node. Dropping it closes the connection.
pub struct Line {
    /// Opens streams.
    pub control: libp2p_stream::Control,
    /// The other end.
    pub peer: PeerId,
    incoming: libp2p_stream::IncomingStreams,
    publish: mpsc::Sender<Vec<u8>>,
    closed: watch::Receiver<bool>,
    lower: bool,
}

fn swarm(secret: &Secret, network: NetworkId) -> Swarm<Behaviour> {
    let pair = identity::Keypair::ed25519_from_bytes(*secret.seed()).expect("a seed");
    libp2p::SwarmBuilder::with_existing_identity(pair)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, yamux::Config::default)
        .expect("TCP")
        .with_quic()
        .with_behaviour(|_| {
            let config = gossipsub::ConfigBuilder::default()
                .validation_mode(ValidationMode::Anonymous)
                // By default those without an author all have one name: the second would be taken for the first.
                .message_id_fn(|message| gossipsub::MessageId::new(blake3::hash(&message.data).as_bytes()))
                .flood_publish(true)
                .connection_handler_queue_len(1_000)
                .build()
                .expect("settings of gossip");
            let mut gossipsub = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config).expect("gossip");
            gossipsub.subscribe(&topic(network)).expect("a topic");
            Behaviour { gossipsub, streams: libp2p_stream::Behaviour::new() }
        })
        .expect("a behaviour")
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_mins(10)))
        .build()
}

fn topic(network: NetworkId) -> IdentTopic {
    IdentTopic::new(format!("palabre/{network}/entries"))
}

impl Line {
    /// Connects to `target`.
    pub async fn open(secret: &Secret, network: NetworkId, target: &Target) -> Result<Self, Over> {
        let mut swarm = swarm(secret, network);
        let control = swarm.behaviour().streams.new_control();
        let incoming = control.clone().accept(SYNC_PROTOCOL).expect("nobody else accepts");
        swarm.dial(target.address.clone()).map_err(|_| Over)?;
        let peer = timeout(PATIENCE, opened(&mut swarm)).await.map_err(|_| Over)??;
        let (publish, mut wanted) = mpsc::channel::<Vec<u8>>(64);
        let (closing, closed) = watch::channel(false);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    bytes = wanted.recv() => match bytes {
                        Some(bytes) => drop(swarm.behaviour_mut().gossipsub.publish(topic(network), bytes)),
                        None => return,
                    },
                    event = swarm.select_next_some() => if let SwarmEvent::ConnectionClosed { .. } = event {
                        let _ = closing.send(true);
                        return;
                    },
                }
            }
        });
        let lower = secret.node_key() < target.key;
        Ok(Self { control, peer, incoming, publish, closed, lower })
    }

    /// Publishes a gossip message.
    pub async fn gossip(&self, bytes: Vec<u8>) -> Result<(), Over> {
        self.publish.send(bytes).await.map_err(|_| Over)
    }

    /// Whether the other node has closed the connection.
    pub fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    /// Waits until the other node closes the connection.
    pub async fn until_closed(&mut self) {
        drop(self.closed.wait_for(|closed| *closed).await);
    }

    /// The sync stream: the lower key opens it.
    pub async fn stream(&mut self) -> Result<Stream, Over> {
        let wait = async {
            if self.lower {
                self.control.open_stream(self.peer, SYNC_PROTOCOL).await.map_err(|_| Over)
            } else {
                tokio::select! {
                    stream = self.incoming.next() => stream.map(|(_, stream)| stream).ok_or(Over),
                    _ = self.closed.wait_for(|closed| *closed) => Err(Over),
                }
            }
        };
        timeout(PATIENCE, wait).await.map_err(|_| Over)?
    }

    /// The sync stream with frames on it.
    pub async fn sync(&mut self) -> Result<Sync, Over> {
        let (reader, writer) = self.stream().await?.split();
        let (frames, heard) = mpsc::channel(64);
        tokio::spawn(listen(reader, frames));
        Ok(Sync { writer, packer: Packer::new().expect("a compressor"), heard })
    }
}

async fn opened(swarm: &mut Swarm<Behaviour>) -> Result<PeerId, Over> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => return Ok(peer_id),
            SwarmEvent::OutgoingConnectionError { .. } => return Err(Over),
            _ => {}
        }
    }
}

/// Reads frames until the stream ends or nobody wants them.
async fn listen(mut reader: futures::io::ReadHalf<Stream>, frames: mpsc::Sender<Body>) {
    let mut unpacker = Unpacker::new().expect("a decompressor");
    while let Some(packet) = packet(&mut reader).await {
        let Ok(body) = unpacker.unpack(&packet) else { return };
        if frames.send(body).await.is_err() {
            return;
        }
    }
}

async fn packet(reader: &mut futures::io::ReadHalf<Stream>) -> Option<Vec<u8>> {
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let mut byte = [0];
        reader.read_exact(&mut byte).await.ok()?;
        length |= usize::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] & 0x80 == 0 {
            break;
        }
    }
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

/// A sync stream.
pub struct Sync {
    writer: futures::io::WriteHalf<Stream>,
    packer: Packer,
    heard: mpsc::Receiver<Body>,
}

impl Sync {
    /// Sends bytes as they are.
    pub async fn raw(&mut self, bytes: &[u8]) -> Result<(), Over> {
        self.writer.write_all(bytes).await.map_err(|_| Over)?;
        self.writer.flush().await.map_err(|_| Over)
    }

    /// Sends a packet.
    pub async fn packet(&mut self, packet: &[u8]) -> Result<(), Over> {
        let mut framed = length(packet.len());
        framed.extend_from_slice(packet);
        self.raw(&framed).await
    }

    /// Packs a frame as the next one of the stream.
    pub fn pack(&mut self, body: Body) -> Result<Vec<u8>, Over> {
        self.packer.pack(body).map_err(|_| Over)
    }

    /// Sends a frame.
    pub async fn send(&mut self, body: Body) -> Result<(), Over> {
        let packet = self.pack(body)?;
        self.packet(&packet).await
    }

    /// The next frame that the node sent.
    pub async fn next(&mut self) -> Result<Body, Over> {
        self.heard.recv().await.ok_or(Over)
    }

    /// Reads and forgets whatever has come.
    pub fn ignore(&mut self) -> Result<(), Over> {
        loop {
            match self.heard.try_recv() {
                Ok(_) => {}
                Err(mpsc::error::TryRecvError::Empty) => return Ok(()),
                Err(mpsc::error::TryRecvError::Disconnected) => return Err(Over),
            }
        }
    }
}

/// The length of a packet in front of it: LEB128.
pub fn length(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = length.to_le_bytes()[0] & 0x7f;
        length >>= 7;
        if length == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
