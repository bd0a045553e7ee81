//! `/palabre/attachment/1`: one attachment over one stream.
//!
//! The requester sends the 32 bytes of the hash. The responder answers one byte (0 have, 1 not held, 2 busy); after 0
//! follow the size (8 bytes, big-endian) and frames (see `frame`) that together are exactly that many bytes. Whether
//! they are the right bytes is for the requester to check.

use crate::counters::NodeMeter;
use crate::event::Event;
use crate::frame::{FrameError, FrameReader, FrameWriter, MAX_FRAME};
use futures::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use libp2p::swarm::Stream;
use palabre_core::id::{ContentHash, NodeKey};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::timeout;

/// Longest chunk that travels as one; longer ones are cut.
pub const MAX_CHUNK: usize = MAX_FRAME;

/// A transfer in which no byte moves for this long is given up.
const STALL: Duration = Duration::from_mins(1);

/// How long this node may take to say whether it has an attachment: less than the requester's patience.
const ANSWER: Duration = Duration::from_secs(45);

/// Chunks that wait between stream and node, each way: one to work on and one to follow.
const CHUNKS: usize = 2;

const HAVE: u8 = 0;
const NOT_HELD: u8 = 1;
const BUSY: u8 = 2;

/// Why an attachment did not come, or not whole.
#[derive(Debug, Error)]
pub enum FetchError {
    /// There is no connection to that node.
    #[error("the node is not connected")]
    NotConnected,
    /// It does not have the attachment.
    #[error("the node does not hold the attachment")]
    NotHeld,
    /// It serves others now.
    #[error("the node is busy with other transfers: ask again later")]
    Busy,
    /// It would not open the stream.
    #[error("the node serves no attachments")]
    NotServed,
    /// It has something of another size.
    #[error("the node holds {found} bytes under this hash, not {expected}")]
    WrongSize {
        /// The size asked for.
        expected: u64,
        /// The size that it named.
        found: u64,
    },
    /// It does not keep to the protocol.
    #[error("the node does not keep to the attachment protocol")]
    Malformed,
    /// No byte came for a while.
    #[error("no byte came for {0:?}")]
    Stalled(Duration),
    /// It ended before all was there.
    #[error("the transfer ended after {received} of {expected} bytes")]
    Cut {
        /// Bytes that came.
        received: u64,
        /// Bytes that were to come.
        expected: u64,
    },
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(#[source] io::Error),
    /// This node stops.
    #[error("this node stops")]
    Stopping,
}

/// Takes the answer to a request for an attachment.
#[derive(Debug)]
pub struct Responder(oneshot::Sender<Answer>);

#[derive(Debug)]
enum Answer {
    Have { size: u64, chunks: mpsc::Receiver<Vec<u8>> },
    NotHeld,
    Busy,
}

impl Responder {
    /// The attachment is here and has `size` bytes, which the caller now sends.
    #[must_use]
    pub fn have(self, size: u64) -> ChunkSender {
        let (sender, chunks) = mpsc::channel(CHUNKS);
        // The requester may be gone: the sender will notice.
        let _ = self.0.send(Answer::Have { size, chunks });
        ChunkSender { chunks: sender }
    }

    /// The attachment is not here.
    pub fn not_held(self) {
        let _ = self.0.send(Answer::NotHeld);
    }

    /// Not now.
    pub fn busy(self) {
        let _ = self.0.send(Answer::Busy);
    }
}

/// Sends an attachment's bytes. Dropped before all of them are sent, it cuts the transfer.
#[derive(Debug)]
pub struct ChunkSender {
    chunks: mpsc::Sender<Vec<u8>>,
}

/// The requester is gone, or was sent all that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the requester takes no more of this attachment")]
pub struct RequesterGone;

impl ChunkSender {
    /// Sends the next bytes; waits while the requester is slow.
    pub async fn send(&self, chunk: Vec<u8>) -> Result<(), RequesterGone> {
        self.chunks.send(chunk).await.map_err(|_| RequesterGone)
    }
}

/// Asks for an attachment on `stream` and hands its bytes to `chunks`.
pub(crate) async fn fetch(
    stream: Stream,
    hash: ContentHash,
    size: u64,
    chunks: mpsc::Sender<Result<Vec<u8>, FetchError>>,
    meter: Arc<NodeMeter>,
) {
    let (reader, writer) = stream.split();
    if let Err(error) = receive(reader, writer, hash, size, &chunks, &meter).await {
        // Nobody waits for it any more: fine.
        let _ = chunks.send(Err(error)).await;
    }
}

/// The requester's side of the protocol.
pub(crate) async fn receive<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: R,
    writer: W,
    hash: ContentHash,
    size: u64,
    chunks: &mpsc::Sender<Result<Vec<u8>, FetchError>>,
    meter: &NodeMeter,
) -> Result<(), FetchError> {
    let mut writer = FrameWriter::new(writer, Some(STALL));
    let mut reader = FrameReader::new(reader, Some(STALL));
    let failed = |received| move |error| fetch_error(error, received, size);

    writer.all(hash.as_bytes()).await.map_err(failed(0))?;
    writer.flush().await.map_err(failed(0))?;
    let mut status = [0];
    reader.exact(&mut status).await.map_err(failed(0))?;
    match status[0] {
        HAVE => {}
        NOT_HELD => return Err(FetchError::NotHeld),
        BUSY => return Err(FetchError::Busy),
        _ => return Err(FetchError::Malformed),
    }
    let mut found = [0; 8];
    reader.exact(&mut found).await.map_err(failed(0))?;
    let found = u64::from_be_bytes(found);
    if found != size {
        return Err(FetchError::WrongSize { expected: size, found });
    }

    let mut received = 0;
    while received < size {
        let (chunk, length) =
            reader.frame().await.map_err(failed(received))?.ok_or(FetchError::Cut { received, expected: size })?;
        meter.attachments_in.add(length);
        received += chunk.len() as u64;
        if received > size {
            return Err(FetchError::Malformed);
        }
        if chunks.send(Ok(chunk)).await.is_err() {
            tracing::debug!(%hash, "nobody waits for this attachment any more");
            return Ok(());
        }
    }
    Ok(())
}

fn fetch_error(error: FrameError, received: u64, expected: u64) -> FetchError {
    match error {
        FrameError::TooLong(_) | FrameError::BadLength => FetchError::Malformed,
        FrameError::Cut => FetchError::Cut { received, expected },
        FrameError::Stalled(limit) => FetchError::Stalled(limit),
        FrameError::Io(error) => FetchError::Lost(error),
    }
}

/// Places in the queue of those who are served; given back when the transfer ends.
pub(crate) type Places = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// Serves one request of `node`. Without `places` the answer is "busy".
pub(crate) async fn serve(
    stream: Stream,
    node: NodeKey,
    places: Option<Places>,
    events: mpsc::Sender<Event>,
    meter: Arc<NodeMeter>,
) {
    let (reader, writer) = stream.split();
    if let Err(error) = answer(reader, writer, node, places.is_some(), &events, &meter).await {
        tracing::debug!(%node, %error, "an attachment was not sent whole");
    }
}

/// The responder's side of the protocol.
pub(crate) async fn answer<R: AsyncRead + Unpin, W: AsyncWrite + Unpin>(
    reader: R,
    writer: W,
    node: NodeKey,
    placed: bool,
    events: &mpsc::Sender<Event>,
    meter: &NodeMeter,
) -> Result<(), FrameError> {
    let mut reader = FrameReader::new(reader, Some(STALL));
    let mut writer = FrameWriter::new(writer, Some(STALL));

    let mut hash = [0; ContentHash::LEN];
    reader.exact(&mut hash).await?;
    let answer = if placed { ask(node, ContentHash::from_bytes(hash), events).await } else { Answer::Busy };
    match answer {
        Answer::NotHeld => writer.all(&[NOT_HELD]).await?,
        Answer::Busy => writer.all(&[BUSY]).await?,
        Answer::Have { size, chunks } => {
            writer.all(&[HAVE]).await?;
            writer.all(&size.to_be_bytes()).await?;
            pour(size, chunks, &mut writer, meter).await?;
        }
    }
    writer.close().await
}

/// Asks this node.
async fn ask(node: NodeKey, hash: ContentHash, events: &mpsc::Sender<Event>) -> Answer {
    let (reply, answer) = oneshot::channel();
    let asked = async {
        events.send(Event::AttachmentAsked { node, hash, reply: Responder(reply) }).await.ok()?;
        answer.await.ok()
    };
    timeout(ANSWER, asked).await.ok().flatten().unwrap_or(Answer::Busy)
}

async fn pour<W: AsyncWrite + Unpin>(
    size: u64,
    mut chunks: mpsc::Receiver<Vec<u8>>,
    writer: &mut FrameWriter<W>,
    meter: &NodeMeter,
) -> Result<(), FrameError> {
    let mut left = size;
    while left > 0 {
        writer.flush().await?;
        let next = timeout(STALL, chunks.recv()).await.map_err(|_| FrameError::Stalled(STALL))?;
        let chunk = next.ok_or(FrameError::Cut)?;
        for part in chunk.chunks(MAX_CHUNK) {
            left = left.checked_sub(part.len() as u64).ok_or(FrameError::TooLong(chunk.len()))?;
            meter.attachments_out.add(writer.frame(part).await?);
        }
    }
    Ok(())
}
