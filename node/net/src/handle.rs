//! Starting the network side, and telling it what to do.

use crate::attachment::FetchError;
use crate::behaviour::NodeBehaviour;
use crate::config::{Config, StartError};
use crate::counters::{Counters, Meters};
use crate::event::Event;
use crate::gossip::{MessageRef, Topic, Topics, Verdict};
use crate::sync_stream::Directory;
use crate::task::{Command, Task};
use crate::{identity, transport};
use libp2p::Multiaddr;
use libp2p::swarm::{self, Swarm};
use palabre_core::id::{ContentHash, NodeKey};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

pub use crate::sync_stream::SendError;

/// Events that may wait for their consumer. Each may hold a packet of 256 KiB; beyond this, sockets wait.
const EVENTS: usize = 64;

/// Commands on their way. The task always takes them, so this is never full for long.
const COMMANDS: usize = 64;

/// Chunks of a fetched attachment that wait for their consumer.
const CHUNKS: usize = 2;

/// Streams of one connection that may be negotiating at once.
const NEGOTIATING: usize = 16;

/// After this long without any stream a connection closes by itself; one with a sync stream never does.
const IDLE: Duration = Duration::from_mins(2);

/// Starts the network side of a node: one task that owns the swarm. Must be called within a tokio runtime.
///
/// Nobody is admitted until [`Handle::admit`] is called. The receiver must be read: while it is full, nothing more is
/// read from sockets. The task ends when the receiver or the last handle is dropped, or on [`Handle::shutdown`].
pub fn start(config: Config) -> Result<(Handle, mpsc::Receiver<Event>), StartError> {
    let runtime = tokio::runtime::Handle::try_current()?;
    let (keypair, node) = identity::keypair(&config.seed);
    let key = keypair.public();
    let meters = Arc::new(Meters::default());
    let topics = Topics::new(config.network);
    let behaviour = NodeBehaviour::new(&config, &key, &topics, &meters)?;
    let transport = transport::build(&keypair, config.metered, &meters.wire)?;
    let settings = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE)
        .with_max_negotiating_inbound_streams(NEGOTIATING)
        // QUIC first, TCP a moment later, whichever answers.
        .with_smart_dial();
    let mut swarm = Swarm::new(transport, behaviour, key.to_peer_id(), settings);
    for address in config.listen {
        swarm.listen_on(address.clone()).map_err(|source| StartError::Listen { address, source })?;
    }

    let (events, received) = mpsc::channel(EVENTS);
    let (commands, taken) = mpsc::channel(COMMANDS);
    let directory = Arc::new(Directory::default());
    let task = Task::new(swarm, node, topics, events, taken, Arc::clone(&directory), Arc::clone(&meters));
    runtime.spawn(task.run());
    Ok((Handle { commands, directory, meters }, received))
}

/// Commands the network side. Cheap to clone. After the task has ended commands do nothing.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    directory: Arc<Directory>,
    meters: Arc<Meters>,
}

impl Handle {
    async fn command(&self, command: Command) {
        if self.commands.send(command).await.is_err() {
            tracing::debug!("a command came after the network side had ended");
        }
    }

    /// Admits exactly these nodes from now on. Connected nodes that are not among them are disconnected.
    pub async fn admit(&self, nodes: BTreeSet<NodeKey>) {
        self.command(Command::Admit(nodes)).await;
    }

    /// Dials a node at these addresses, all of them. The answer is one `Connected` (by this or another connection) or
    /// one `DialFailed`. A node that is connected or being dialed already is not dialed again.
    pub async fn dial(&self, node: NodeKey, addresses: Vec<Multiaddr>) {
        self.command(Command::Dial { node, addresses }).await;
    }

    /// Closes the connection to a node. What is queued for it is dropped.
    pub async fn disconnect(&self, node: NodeKey, why: impl Into<String>) {
        self.command(Command::Disconnect { node, why: why.into() }).await;
    }

    /// Queues a packet on the sync stream of a connected node. Never waits. When 8 MiB wait for the node already, it is
    /// disconnected.
    pub fn send(&self, node: NodeKey, packet: Vec<u8>) -> Result<(), SendError> {
        self.directory.send(node, packet)
    }

    /// Publishes to the neighbours. Nothing is promised: a message that finds no taker or is longer than
    /// [`MAX_GOSSIP`](crate::MAX_GOSSIP) is dropped, sync delivers.
    pub async fn gossip(&self, topic: Topic, bytes: Vec<u8>) {
        self.command(Command::Gossip { topic, bytes }).await;
    }

    /// Judges a gossip message. Due within a minute; later ones do nothing.
    pub async fn verdict(&self, message: MessageRef, verdict: Verdict) {
        self.command(Command::Verdict { message, verdict }).await;
    }

    /// Fetches an attachment of `size` bytes from a connected node. Chunks come as fast as they are taken; all `size`
    /// bytes have come when the channel ends without an error. Dropping the receiver gives the transfer up.
    pub async fn fetch(
        &self,
        node: NodeKey,
        hash: ContentHash,
        size: u64,
    ) -> mpsc::Receiver<Result<Vec<u8>, FetchError>> {
        let (chunks, received) = mpsc::channel(CHUNKS);
        let fetch = Command::Fetch { node, hash, size, chunks };
        if let Err(mpsc::error::SendError(Command::Fetch { chunks, .. })) = self.commands.send(fetch).await {
            // The channel is new and has room.
            let _ = chunks.try_send(Err(FetchError::Stopping));
        }
        received
    }

    /// The counters as they stand.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.meters.read()
    }

    /// Closes all connections and ends the task; returns when both are done, within seconds.
    pub async fn shutdown(&self) {
        let (done, ended) = oneshot::channel();
        self.command(Command::Shutdown(done)).await;
        // An error means that the task has ended already.
        let _ = ended.await;
    }
}
