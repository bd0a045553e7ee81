//! `/palabre/sync/1`: packets between two nodes, in order, both ways at once.
//!
//! One task drives one stream: it reports `Connected`, passes packets, reports `Disconnected` with the reason. Packets
//! that come wait in the socket while the consumer of events is busy; packets that go wait in a bounded queue.

use crate::counters::NodeMeter;
use crate::event::{DisconnectReason, Event};
use crate::frame::{FrameError, FrameReader, FrameWriter, MAX_FRAME};
use futures::io::{AsyncReadExt, ReadHalf, WriteHalf};
use libp2p::Multiaddr;
use libp2p::swarm::{ConnectionId, Stream};
use palabre_core::id::NodeKey;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

/// Bytes that may wait for one peer. `core` sends on the receiver's credit, half a megabyte, and beside that a frontier,
/// rules and fork proofs: a queue this long means a peer that does not read. All members at once, gone bad, fill 100 MB.
const MAX_QUEUED: usize = 4 * 1024 * 1024;

/// What a packet costs in memory beside its bytes; else very small packets would make a very long queue.
const PACKET_OVERHEAD: usize = 64;

/// Why a packet was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// There is no sync stream with that node.
    #[error("the node is not connected")]
    NotConnected,
    /// A packet has at least one byte.
    #[error("a packet cannot be empty")]
    Empty,
    /// A packet has at most [`MAX_PACKET`](crate::MAX_PACKET) bytes.
    #[error("a packet of {length} bytes is longer than the {MAX_FRAME} allowed")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// Too much waits for that node: it is being disconnected.
    #[error("the node does not read: {queued} bytes wait for it")]
    NotReading {
        /// Bytes that wait.
        queued: usize,
    },
}

/// The near end of a sync stream.
pub(crate) struct Link {
    outbox: mpsc::UnboundedSender<Vec<u8>>,
    queued: AtomicUsize,
    stop: mpsc::Sender<DisconnectReason>,
}

impl Link {
    fn send(&self, packet: Vec<u8>) -> Result<(), SendError> {
        let length = packet.len();
        if length == 0 {
            return Err(SendError::Empty);
        }
        if length > MAX_FRAME {
            return Err(SendError::TooLong { length });
        }
        let queued = self.queued.fetch_add(length + PACKET_OVERHEAD, Ordering::Relaxed) + length + PACKET_OVERHEAD;
        if queued > MAX_QUEUED {
            self.queued.fetch_sub(length + PACKET_OVERHEAD, Ordering::Relaxed);
            self.stop(DisconnectReason::NotReading { queued });
            return Err(SendError::NotReading { queued });
        }
        self.outbox.send(packet).map_err(|_| SendError::NotConnected)
    }

    /// Ends the stream; the first reason given is the one reported.
    pub(crate) fn stop(&self, reason: DisconnectReason) {
        // Full: it is stopping already. Closed: it has stopped.
        let _ = self.stop.try_send(reason);
    }
}

/// The sync streams that are up, by node.
#[derive(Default)]
pub(crate) struct Directory(Mutex<HashMap<NodeKey, Arc<Link>>>);

impl Directory {
    fn links(&self) -> MutexGuard<'_, HashMap<NodeKey, Arc<Link>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a packet for `node`.
    pub(crate) fn send(&self, node: NodeKey, packet: Vec<u8>) -> Result<(), SendError> {
        let link = self.links().get(&node).map(Arc::clone).ok_or(SendError::NotConnected)?;
        link.send(packet)
    }
}

/// What a session tells the task that owns the swarm.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notice {
    /// Its connection is of no use any more and is to be closed; what has arrived may still be being delivered.
    Broken { connection: ConnectionId },
    /// It has reported its end.
    Over { node: NodeKey, connection: ConnectionId },
}

/// One sync stream and everything it touches.
pub(crate) struct Session {
    pub(crate) node: NodeKey,
    pub(crate) connection: ConnectionId,
    pub(crate) address: Multiaddr,
    pub(crate) dialed: bool,
    pub(crate) directory: Arc<Directory>,
    pub(crate) meter: Arc<NodeMeter>,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) notices: mpsc::Sender<Notice>,
}

/// A session that runs.
pub(crate) struct Running {
    pub(crate) connection: ConnectionId,
    pub(crate) link: Arc<Link>,
    over: oneshot::Receiver<Infallible>,
}

impl Session {
    /// Runs on `stream` in a task of its own, once `before` (the node's previous session) is over: for the consumer of
    /// events a node has one stream at a time.
    pub(crate) fn spawn(self, stream: Stream, before: Option<Running>) -> Running {
        let (outbox, outgoing) = mpsc::unbounded_channel();
        let (stop, mut stopped) = mpsc::channel(1);
        let link = Arc::new(Link { outbox, queued: AtomicUsize::new(0), stop });
        let (until_over, over) = oneshot::channel();
        let running = Running { connection: self.connection, link: Arc::clone(&link), over };
        // Now, before its connection is closed: else that would be the reason reported.
        if let Some(before) = &before {
            before.link.stop(DisconnectReason::Replaced);
        }
        tokio::spawn(async move {
            if let Some(before) = before {
                // Ends with an error when the other side is dropped: that is the signal.
                let _ = before.over.await;
            }
            self.run(stream, &link, outgoing, &mut stopped).await;
            drop(until_over);
        });
        running
    }

    async fn run(
        self,
        stream: Stream,
        link: &Arc<Link>,
        outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
        stopped: &mut mpsc::Receiver<DisconnectReason>,
    ) {
        let Self { node, connection, address, dialed, .. } = &self;
        self.directory.links().insert(*node, Arc::clone(link));
        // Errors of this channel mean that nobody listens any more: the whole task is about to end.
        let _ = self.events.send(Event::Connected { node: *node, address: address.clone(), dialed: *dialed }).await;

        let (reader, writer) = stream.split();
        let reason = tokio::select! {
            biased;
            Some(reason) = stopped.recv() => reason,
            reason = self.converse(reader, writer, link, outgoing) => reason,
        };

        tracing::debug!(%node, %connection, %reason, "sync stream down");
        self.directory.links().remove(node);
        // Before the event: whoever dials again on hearing it is not taken for connected.
        let _ = self.notices.send(Notice::Broken { connection: *connection }).await;
        let _ = self.events.send(Event::Disconnected { node: *node, reason }).await;
        let _ = self.notices.send(Notice::Over { node: *node, connection: *connection }).await;
    }

    /// Passes packets both ways until the peer ends the stream or it breaks. What has arrived by then is delivered.
    async fn converse(
        &self,
        reader: ReadHalf<Stream>,
        writer: WriteHalf<Stream>,
        link: &Link,
        outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    ) -> DisconnectReason {
        let mut receiving = std::pin::pin!(self.receive(reader));
        tokio::select! {
            biased;
            reason = &mut receiving => reason,
            broken = self.transmit(writer, link, outgoing) => {
                // Closing the connection ends the reading side, once its buffers are empty.
                let _ = self.notices.send(Notice::Broken { connection: self.connection }).await;
                receiving.await;
                broken
            }
        }
    }

    async fn receive(&self, stream: ReadHalf<Stream>) -> DisconnectReason {
        let mut reader = FrameReader::new(stream, None);
        loop {
            match reader.frame().await {
                Ok(Some((bytes, length))) => {
                    self.meter.sync_in.add(length);
                    if self.events.send(Event::Packet { node: self.node, bytes }).await.is_err() {
                        return DisconnectReason::Stopping;
                    }
                }
                Ok(None) => return DisconnectReason::ClosedByPeer,
                Err(error) => return error.into(),
            }
        }
    }

    async fn transmit(
        &self,
        stream: WriteHalf<Stream>,
        link: &Link,
        mut outgoing: mpsc::UnboundedReceiver<Vec<u8>>,
    ) -> DisconnectReason {
        let mut writer = FrameWriter::new(stream, None);
        loop {
            let queued = outgoing.try_recv().ok();
            if queued.is_none()
                && let Err(error) = writer.flush().await
            {
                return error.into();
            }
            let next = match queued {
                Some(packet) => Some(packet),
                None => outgoing.recv().await,
            };
            // `link` holds a sender: the channel cannot end before this task.
            let Some(packet) = next else { return DisconnectReason::Stopping };
            match writer.frame(&packet).await {
                Ok(length) => self.meter.sync_out.add(length),
                Err(error) => return error.into(),
            }
            link.queued.fetch_sub(packet.len() + PACKET_OVERHEAD, Ordering::Relaxed);
        }
    }
}

impl From<FrameError> for DisconnectReason {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLong(length) => Self::PacketTooLong { length },
            FrameError::BadLength => Self::BadLength,
            FrameError::Cut => Self::ClosedByPeer,
            FrameError::Stalled(_) => Self::Silent,
            FrameError::Io(error) => Self::Lost(error),
        }
    }
}
