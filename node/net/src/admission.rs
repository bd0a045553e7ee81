//! The admission protocol: what a stranger says at the door, and what it hears (`docs/design.md` §4). One frame in, a few
//! out, once for each connection; what they say is not for this crate.
//!
//! The one who knocks does so with a key of the moment: what it says is signed by the keys that matter, and who is
//! admitted meanwhile would else be taken for a member that wants to sync.

use crate::counters::Wire;
use crate::event::Event;
use crate::frame::{FrameError, FrameReader, FrameWriter};
use crate::streams::{ADMISSION_PROTOCOL, RequestId, Streams, StreamsEvent};
use crate::{identity, transport};
use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use futures::{AsyncWriteExt, StreamExt};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{self, ConnectionId, DialError, Stream, Swarm, SwarmEvent};
use libp2p::{Multiaddr, PeerId};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use zeroize::Zeroizing;

/// How long the node may take over an answer: its disk may be slow.
const ANSWER: Duration = Duration::from_secs(20);

/// How long a byte may take that was promised, either way. A stranger that has said nothing valid is shown out before.
const STALL: Duration = Duration::from_secs(30);

/// How long a knock may take in all: a satellite, and some hundred kilobytes of charter on 64 kbit/s.
const KNOCK: Duration = Duration::from_mins(3);

/// Most frames of an answer, as core says: what one answer can make the one who knocks hold.
const FRAMES_MAX: usize = palabre_core::admission::door::FRAMES_MAX;

/// Takes the answer for a stranger.
#[derive(Debug)]
pub struct Porter(oneshot::Sender<Heard>);

/// What a stranger hears.
#[derive(Debug)]
struct Heard {
    frames: Vec<Vec<u8>>,
    valid: bool,
}

impl Porter {
    /// Answers with these frames. After something `valid` the stranger may stay until it has heard them.
    pub fn answer(self, frames: Vec<Vec<u8>>, valid: bool) {
        // The stranger may be gone.
        let _ = self.0.send(Heard { frames, valid });
    }
}

/// Hears one stranger out. `welcome` is told when what it said is valid.
pub(crate) async fn serve(
    stream: Stream,
    connection: ConnectionId,
    events: mpsc::Sender<Event>,
    welcome: mpsc::Sender<ConnectionId>,
) {
    let (reader, writer) = stream.split();
    let welcomed = async |valid: bool| {
        if valid {
            // The task ends only with the node.
            let _ = welcome.send(connection).await;
        }
    };
    if let Err(error) = hear(reader, writer, &events, welcomed).await {
        tracing::debug!(%connection, %error, "a stranger was not heard out");
    }
}

async fn hear<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: R,
    writer: W,
    events: &mpsc::Sender<Event>,
    welcomed: impl AsyncFnOnce(bool),
) -> Result<(), FrameError> {
    let mut reader = FrameReader::new(reader, Some(STALL));
    let mut writer = FrameWriter::new(writer, Some(STALL));
    let (frame, _) = reader.frame().await?.ok_or(FrameError::Cut)?;
    let (reply, answer) = oneshot::channel();
    let asked = async {
        events.send(Event::Knocked { frame, reply: Porter(reply) }).await.ok()?;
        answer.await.ok()
    };
    let Some(heard) = timeout(ANSWER, asked).await.ok().flatten() else { return Err(FrameError::Cut) };
    welcomed(heard.valid).await;
    for frame in &heard.frames {
        writer.frame(frame).await?;
    }
    writer.close().await
}

/// Why nothing was heard at a door.
#[derive(Debug, Error)]
pub enum KnockError {
    /// The address names no node.
    #[error("the address {0} does not name its node (/p2p/…)")]
    NoNode(Multiaddr),
    /// No encrypted connection can be set up.
    #[error("the encryption of connections cannot be set up")]
    Noise(#[from] libp2p::noise::Error),
    /// Another node answers there.
    #[error("another node answers at this address")]
    WrongKey,
    /// Nobody answers.
    #[error("nobody answers at this address")]
    Unreachable(#[source] Box<DialError>),
    /// The node has no door, or it is shut.
    #[error("the node does not listen to strangers")]
    Shut,
    /// It broke off.
    #[error("the exchange was cut")]
    Cut(#[source] io::Error),
    /// It took too long.
    #[error("the node did not answer in time")]
    Late,
}

/// Knocks at the door of the node that `address` names, says one frame, and gives the frames that it hears. `seed` is of
/// a key of the moment.
pub async fn knock(seed: Zeroizing<[u8; 32]>, address: Multiaddr, frame: Vec<u8>) -> Result<Vec<Vec<u8>>, KnockError> {
    timeout(KNOCK, exchange(&seed, address, frame)).await.map_err(|_| KnockError::Late)?
}

async fn exchange(seed: &Zeroizing<[u8; 32]>, address: Multiaddr, frame: Vec<u8>) -> Result<Vec<Vec<u8>>, KnockError> {
    let node = identity::node_in(&address).ok_or_else(|| KnockError::NoNode(address.clone()))?;
    let peer = identity::peer_id(node);
    let (keypair, _) = identity::keypair(seed);
    let transport = transport::build(&keypair, false, &Arc::new(Wire::default()))?;
    let local = keypair.public().to_peer_id();
    let mut swarm = Swarm::new(transport, Streams::silent(), local, swarm::Config::with_tokio_executor());
    let dial = DialOpts::peer_id(peer).addresses(vec![address]).build();
    swarm.dial(dial).map_err(unreachable)?;
    let stream = open(&mut swarm, peer).await?;
    let spoken = speak(stream, &frame);
    tokio::pin!(spoken);
    loop {
        tokio::select! {
            heard = &mut spoken => return heard.map_err(|error| KnockError::Cut(io::Error::other(error))),
            // Somebody must drive the connection meanwhile; its end shows in the stream.
            _ = swarm.select_next_some() => {}
        }
    }
}

/// Connects and opens the stream.
async fn open(swarm: &mut Swarm<Streams>, peer: PeerId) -> Result<Stream, KnockError> {
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::ConnectionEstablished { connection_id, .. } => {
                swarm.behaviour_mut().open(peer, connection_id, ADMISSION_PROTOCOL, RequestId(0));
            }
            SwarmEvent::Behaviour(StreamsEvent::Opened { stream, .. }) => return Ok(stream),
            SwarmEvent::Behaviour(StreamsEvent::Failed { .. }) | SwarmEvent::ConnectionClosed { .. } => {
                return Err(KnockError::Shut);
            }
            SwarmEvent::OutgoingConnectionError { error, .. } => return Err(unreachable(error)),
            _ => {}
        }
    }
}

fn unreachable(error: DialError) -> KnockError {
    if matches!(error, DialError::WrongPeerId { .. }) {
        KnockError::WrongKey
    } else {
        KnockError::Unreachable(Box::new(error))
    }
}

async fn speak(stream: Stream, frame: &[u8]) -> Result<Vec<Vec<u8>>, FrameError> {
    let (reader, mut writer) = stream.split();
    let mut out = FrameWriter::new(&mut writer, Some(STALL));
    out.frame(frame).await?;
    out.flush().await?;
    let mut reader = FrameReader::new(reader, Some(STALL));
    let mut frames = Vec::new();
    while let Some((frame, _)) = reader.frame().await? {
        frames.push(frame);
        if frames.len() > FRAMES_MAX {
            return Err(FrameError::TooLong(frames.len()));
        }
    }
    // What was heard counts, however the goodbye ends.
    let _ = writer.close().await;
    Ok(frames)
}
