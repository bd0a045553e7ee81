//! Sockets: TCP with Noise and Yamux, and QUIC, with names resolved; timeouts for satellites, windows for small
//! machines.

use crate::counters::Wire;
use crate::muxer::{Bounded, Counted};
use crate::pace::Accepting;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{PeerId, Transport, dns, noise, quic, tcp, yamux};
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to be set up, encryption included. Over a geostationary satellite on a loaded line
/// a dozen one-way trips of several seconds each happen.
const SETUP: Duration = Duration::from_secs(45);

/// Yamux lets the windows of a connection grow to 1 GiB together, less 256 KiB for each stream that may be opened.
/// With this many streams nothing is left to grow by: each stream keeps the 256 KiB that the protocol starts with.
/// Twenty-three peers then stay within tens of MB, and one stream still carries 3 Mbit/s over a satellite. How many
/// streams are really open is bounded in `muxer`.
const YAMUX_STREAMS: usize = 4096;

/// QUIC: unread bytes of one stream, as much as a yamux stream.
const QUIC_STREAM_WINDOW: u32 = 256 * 1024;

/// QUIC: unread bytes of all streams of a connection together.
const QUIC_CONNECTION_WINDOW: u32 = 2 * 1024 * 1024;

/// QUIC: streams that a peer may have open. Kept above `muxer::MAX_INBOUND_STREAMS`, which closes the connection of who opens more.
const QUIC_STREAMS: u32 = 64;

/// QUIC: a packet after this silence keeps the mapping of a NAT, most of which forget UDP after 30 s or more.
const QUIC_KEEP_ALIVE: Duration = Duration::from_secs(25);

/// The same where bytes cost money: four times fewer, for NATs that keep to the two minutes of RFC 4787.
const QUIC_KEEP_ALIVE_METERED: Duration = Duration::from_secs(100);

/// QUIC: keep-alives in a row that nothing answers after which a connection is lost. The shorter limit of the two ends
/// counts, and whoever has it keeps alive the more often. A neighbour that has died holds a place until then: when all of
/// a node's neighbours die at once, it hears of nothing meanwhile.
const QUIC_UNANSWERED: u32 = 3;

type Connections = Boxed<(PeerId, StreamMuxerBox)>;

/// The transport of a node.
pub(crate) fn build(keypair: &Keypair, metered: bool, wire: &Arc<Wire>) -> Result<Connections, noise::Error> {
    match dns::tokio::Transport::system(sockets(keypair, metered, wire)?) {
        Ok(resolving) => Ok(resolving.boxed()),
        Err(error) => {
            tracing::warn!(%error, "no resolver configured on this machine: addresses with names cannot be dialed");
            sockets(keypair, metered, wire)
        }
    }
}

fn sockets(keypair: &Keypair, metered: bool, wire: &Arc<Wire>) -> Result<Connections, noise::Error> {
    let either = tcp(keypair, wire)?.or_transport(quic(keypair, metered, wire));
    Ok(Accepting::new(either.map(|connection, _| connection.into_inner()).boxed()).boxed())
}

fn tcp(keypair: &Keypair, wire: &Arc<Wire>) -> Result<Connections, noise::Error> {
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(YAMUX_STREAMS);
    let wire = Arc::clone(wire);
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .map(move |socket, _| Counted::new(socket, Some(Arc::clone(&wire))))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(keypair)?)
        .multiplex(yamux)
        .timeout(SETUP)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(Bounded::new(muxer, None))))
        .boxed())
}

fn quic(keypair: &Keypair, metered: bool, wire: &Arc<Wire>) -> Connections {
    let mut config = quic::Config::new(keypair);
    config.handshake_timeout = SETUP;
    config.keep_alive_interval = if metered { QUIC_KEEP_ALIVE_METERED } else { QUIC_KEEP_ALIVE };
    let silence = config.keep_alive_interval * QUIC_UNANSWERED;
    config.max_idle_timeout = u32::try_from(silence.as_millis()).unwrap_or(u32::MAX);
    config.max_concurrent_stream_limit = QUIC_STREAMS;
    config.max_stream_data = QUIC_STREAM_WINDOW;
    config.max_connection_data = QUIC_CONNECTION_WINDOW;
    let wire = Arc::clone(wire);
    quic::tokio::Transport::new(config)
        .map(move |(peer, muxer), _| (peer, StreamMuxerBox::new(Bounded::new(muxer, Some(Arc::clone(&wire))))))
        .boxed()
}
