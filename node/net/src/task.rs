//! The task that owns the swarm: it takes commands, follows the swarm's events, and starts the tasks of streams.

mod closing;
mod commands;
mod dialing;
mod swarm_events;

use crate::admission;
use crate::attachment::{self, FetchError, Places};
use crate::behaviour::NodeBehaviour;
use crate::connections::{Connections, SyncStream};
use crate::counters::Meters;
use crate::event::Event;
use crate::gossip::{MessageRef, Topic, Topics, Verdict};
use crate::identity;
use crate::pace::{Pace, Rate};
use crate::streams::{RequestId, SYNC_PROTOCOL, Streams};
use crate::sync_stream::{Directory, Notice, Running, Session};
use dialing::Dial;
use futures::StreamExt;
use libp2p::swarm::{ConnectionId, Stream, Swarm};
use libp2p::{Multiaddr, PeerId};
use palabre_core::id::{ContentHash, NodeKey};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

/// Attachments served to one node at once; further requests hear "busy".
const SERVED_PER_NODE: usize = 4;

/// Attachments served to all nodes at once: each holds a few chunks of 256 KiB.
const SERVED: usize = 16;

/// What strangers say is listened to so often: each costs some signatures, of rules that are shown a hundred and more.
const KNOCKS: Rate = Rate { burst: 16, per_second: 4 };

/// Notices of sessions on their way; the task always takes them.
const NOTICES: usize = 16;

/// What the rest of the node asks for.
pub(crate) enum Command {
    Admit(BTreeSet<NodeKey>),
    Dial { node: NodeKey, addresses: Vec<Multiaddr> },
    Disconnect { node: NodeKey, why: String },
    Gossip { topic: Topic, bytes: Vec<u8> },
    Verdict { message: MessageRef, verdict: Verdict },
    Fetch { node: NodeKey, hash: ContentHash, size: u64, chunks: Chunks },
    Shutdown(oneshot::Sender<()>),
}

type Chunks = mpsc::Sender<Result<Vec<u8>, FetchError>>;

/// What a stream was asked for.
enum Asked {
    Sync { connection: ConnectionId },
    Fetch { node: NodeKey, connection: ConnectionId, hash: ContentHash, size: u64, chunks: Chunks },
}

impl Asked {
    fn connection(&self) -> ConnectionId {
        match self {
            Self::Sync { connection } | Self::Fetch { connection, .. } => *connection,
        }
    }
}

/// The task's state.
pub(crate) struct Task {
    swarm: Swarm<NodeBehaviour>,
    topics: Topics,
    commands: mpsc::Receiver<Command>,
    events: mpsc::Sender<Event>,
    /// Events that found the channel full. While there are any, the swarm rests and sockets with it.
    waiting: VecDeque<Event>,
    connections: Connections,
    sessions: HashMap<NodeKey, Running>,
    directory: Arc<Directory>,
    /// Dials whose outcome has not been reported.
    dials: BTreeMap<NodeKey, Dial>,
    asked: HashMap<RequestId, Asked>,
    next_request: u64,
    notices: (mpsc::Sender<Notice>, mpsc::Receiver<Notice>),
    served: Arc<Semaphore>,
    served_by_node: HashMap<NodeKey, Arc<Semaphore>>,
    meters: Arc<Meters>,
    /// Strangers' connections that have said something: each says one thing.
    knocked: HashSet<ConnectionId>,
    knocks: Pace,
    /// Strangers that have said something valid.
    welcomes: (mpsc::Sender<ConnectionId>, mpsc::Receiver<ConnectionId>),
}

impl Task {
    pub(crate) fn new(
        swarm: Swarm<NodeBehaviour>,
        local: NodeKey,
        topics: Topics,
        events: mpsc::Sender<Event>,
        commands: mpsc::Receiver<Command>,
        directory: Arc<Directory>,
        meters: Arc<Meters>,
    ) -> Self {
        Self {
            swarm,
            topics,
            commands,
            events,
            waiting: VecDeque::new(),
            connections: Connections::new(local),
            sessions: HashMap::new(),
            directory,
            dials: BTreeMap::new(),
            asked: HashMap::new(),
            next_request: 0,
            notices: mpsc::channel(NOTICES),
            served: Arc::new(Semaphore::new(SERVED)),
            served_by_node: HashMap::new(),
            meters,
            knocked: HashSet::new(),
            knocks: Pace::new(KNOCKS),
            welcomes: mpsc::channel(NOTICES),
        }
    }

    /// Runs until somebody asks for the end, or nobody is left who could.
    pub(crate) async fn run(mut self) {
        let events = self.events.clone();
        let done = loop {
            let due = self.connections.next_due();
            tokio::select! {
                biased;
                // First: a command may be the answer to what the session has reported since.
                Some(notice) = self.notices.1.recv() => self.session_noticed(notice),
                Some(connection) = self.welcomes.1.recv() => self.swarm.behaviour_mut().gate.let_stay(connection),
                command = self.commands.recv() => match command {
                    Some(Command::Shutdown(done)) => break Some(done),
                    Some(command) => self.obey(command),
                    None => break None,
                },
                room = events.reserve(), if !self.waiting.is_empty() => match (room, self.waiting.pop_front()) {
                    (Ok(room), Some(event)) => room.send(event),
                    _ => break None,
                },
                () = events.closed() => break None,
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.close_overdue(),
                event = self.swarm.select_next_some(), if self.waiting.is_empty() => self.follow(event),
            }
        };
        self.close_everything().await;
        if let Some(done) = done {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
    }

    /// Reports an event, now or when there is room. The order is kept.
    fn report(&mut self, event: Event) {
        if self.waiting.is_empty() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(event) | mpsc::error::TrySendError::Closed(event)) => {
                    // Closed is found out when room is reserved.
                    self.waiting.push_back(event);
                }
            }
        } else {
            self.waiting.push_back(event);
        }
    }

    fn streams(&mut self) -> &mut Streams {
        &mut self.swarm.behaviour_mut().gate.members().streams
    }

    fn ask(&mut self, peer: PeerId, protocol: libp2p::StreamProtocol, asked: Asked) -> RequestId {
        let request = RequestId(self.next_request);
        self.next_request += 1;
        self.streams().open(peer, asked.connection(), protocol, request);
        self.asked.insert(request, asked);
        request
    }

    /// Asks for the sync stream of a listed connection.
    fn open_sync_stream(&mut self, node: NodeKey, connection: ConnectionId) {
        let request = self.ask(identity::peer_id(node), SYNC_PROTOCOL, Asked::Sync { connection });
        if let Some((_, listed)) = self.connections.get_mut(connection) {
            listed.stream = SyncStream::Asked(request);
        }
    }

    /// The sync stream of a connection is there: its session starts, other connections of the node are closed.
    fn start_session(&mut self, connection: ConnectionId, stream: Stream) {
        let Some((node, listed)) = self.connections.get_mut(connection) else {
            tracing::debug!(%connection, "a sync stream came on a connection that is being closed");
            return;
        };
        if listed.stream == SyncStream::Up {
            tracing::debug!(%node, "a second sync stream on one connection: dropped");
            return;
        }
        let session = Session {
            node,
            connection,
            address: listed.address.clone(),
            dialed: listed.dialed,
            directory: Arc::clone(&self.directory),
            meter: self.meters.node(node),
            events: self.events.clone(),
            notices: self.notices.0.clone(),
        };
        let before = self.sessions.remove(&node);
        self.sessions.insert(node, session.spawn(stream, before));
        self.dials.remove(&node);
        for superseded in self.connections.set_up(connection) {
            self.close(superseded);
        }
    }

    fn session_noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Broken { connection } => {
                self.connections.remove(connection);
                self.close(connection);
            }
            Notice::Over { node, connection } => {
                if self.sessions.get(&node).is_some_and(|running| running.connection == connection) {
                    self.sessions.remove(&node);
                }
            }
        }
    }

    /// Serves a request for an attachment in a task of its own.
    fn serve(&mut self, node: NodeKey, stream: Stream) {
        let events = self.events.clone();
        tokio::spawn(attachment::serve(stream, node, self.places(node), events, self.meters.node(node)));
    }

    fn places(&mut self, node: NodeKey) -> Option<Places> {
        let of_node = self.served_by_node.entry(node).or_insert_with(|| Arc::new(Semaphore::new(SERVED_PER_NODE)));
        let of_node = Arc::clone(of_node).try_acquire_owned().ok()?;
        Some((of_node, Arc::clone(&self.served).try_acquire_owned().ok()?))
    }

    /// A stranger wants to say something. It may once, unless too many do.
    fn listen_to(&mut self, connection: ConnectionId, stream: Stream) {
        if !self.knocked.insert(connection) || self.knocks.take(Instant::now()).is_err() {
            tracing::debug!(%connection, "a stranger is not listened to");
            return;
        }
        tokio::spawn(admission::serve(stream, connection, self.events.clone(), self.welcomes.0.clone()));
    }

    /// Shows in the counters how many connections are open.
    fn count_connections(&self) {
        let (members, strangers) = self.swarm.behaviour().gate.connections();
        self.meters.connections.store(members as u64, Ordering::Relaxed);
        self.meters.strangers.store(strangers as u64, Ordering::Relaxed);
    }
}
