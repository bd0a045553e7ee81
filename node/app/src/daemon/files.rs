//! Attachments on their way in and out: from a peer to the disk, from the disk to a peer, from the API to the disk.

use std::io::{self, Read};

use futures::StreamExt;
use palabre_core::id::{ContentHash, NodeKey};
use palabre_core::node::Event;
use palabre_net::{ChunkSender, FetchError, Responder};
use palabre_store::Attachments;
use palabre_store::attachments::AttachmentError;
use palabre_web::node::{Bytes, CONTENT_MAX, Chunks};
use thiserror::Error;
use tokio::sync::mpsc;
use tracing::{debug, info, warn};

use super::engine::Job;

/// Bytes read from disk at once for a peer.
const CHUNK: usize = 64 * 1024;
/// Chunks of an upload that wait for the disk.
const WAITING: usize = 4;

#[derive(Debug, Error)]
enum ReceiveError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Kept(#[from] AttachmentError),
}

impl ReceiveError {
    /// Whether this node's disk is the reason.
    const fn lies_here(&self) -> bool {
        matches!(self, Self::Kept(AttachmentError::Full { .. } | AttachmentError::Io { .. }))
    }
}

/// Writes what a peer sends; the engine hears of the outcome.
pub(super) fn receive(
    peer: NodeKey,
    hash: ContentHash,
    size: u64,
    chunks: mpsc::Receiver<Result<Vec<u8>, FetchError>>,
    attachments: Attachments,
    jobs: mpsc::Sender<Job>,
) {
    tokio::task::spawn_blocking(move || {
        let began = || drop(jobs.blocking_send(Job::Event(Event::FetchBegan { peer, hash })));
        let event = match write(hash, size, chunks, &attachments, began) {
            Ok(()) => {
                debug!(%hash, size, %peer, "an attachment arrived");
                Event::Fetched { hash }
            }
            Err(error) if error.lies_here() => {
                warn!(%hash, %peer, %error, "an attachment that a peer sends was not kept");
                Event::NotKept { hash }
            }
            Err(error) => {
                info!(%hash, %peer, %error, "an attachment did not arrive");
                Event::FetchFailed { peer, hash }
            }
        };
        // Without the engine the node is stopping.
        drop(jobs.blocking_send(Job::Event(event)));
    });
}

fn write(
    hash: ContentHash,
    size: u64,
    mut chunks: mpsc::Receiver<Result<Vec<u8>, FetchError>>,
    attachments: &Attachments,
    began: impl FnOnce(),
) -> Result<(), ReceiveError> {
    let mut began = Some(began);
    let mut writer = attachments.writer(hash, size)?;
    while let Some(chunk) = chunks.blocking_recv() {
        writer.write(&chunk?)?;
        if let Some(began) = began.take() {
            began();
        }
    }
    Ok(writer.finish()?)
}

/// Sends an attachment to a peer that asks for it.
pub(super) fn serve(
    node: NodeKey,
    hash: ContentHash,
    reply: Responder,
    attachments: Attachments,
    jobs: mpsc::Sender<Job>,
) {
    tokio::task::spawn_blocking(move || {
        let file = match attachments.open_file(&hash) {
            Ok(Some(file)) => file,
            Ok(None) => {
                reply.not_held();
                // Without the engine the node is stopping.
                return drop(jobs.blocking_send(Job::Event(Event::AskedInVain { peer: node, hash })));
            }
            Err(error) => {
                warn!(%hash, %error, "an attachment cannot be read");
                return reply.busy();
            }
        };
        let Ok(size) = file.metadata().map(|about| about.len()) else { return reply.busy() };
        let sender = reply.have(size);
        if let Err(error) = pour(file, &sender) {
            debug!(%hash, peer = %node, %error, "an attachment was not sent whole");
        }
    });
}

fn pour(mut file: std::fs::File, to: &ChunkSender) -> io::Result<()> {
    let runtime = tokio::runtime::Handle::current();
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(());
        }
        chunk.truncate(read);
        runtime.block_on(to.send(chunk)).map_err(io::Error::other)?;
    }
}

/// Why an upload was not kept.
#[derive(Debug, Error)]
pub(super) enum ImportError {
    /// It broke off.
    #[error(transparent)]
    Upload(io::Error),
    /// The disk does not take it.
    #[error(transparent)]
    Disk(AttachmentError),
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// Keeps what the API receives; durable when this returns. Nothing is kept of an upload that breaks off.
pub(super) async fn import(mut chunks: Chunks, attachments: Attachments) -> Result<(ContentHash, u64), ImportError> {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let keeping = tokio::task::spawn_blocking(move || {
        attachments.import(&mut Upload { receiver, rest: Bytes::new() }, CONTENT_MAX)
    });
    let mut broken = None;
    while let Some(chunk) = chunks.next().await {
        let failed = chunk.as_ref().err().map(|error| io::Error::new(error.kind(), error.to_string()));
        let stop = failed.is_some();
        broken = failed.or(broken);
        if sender.send(chunk).await.is_err() || stop {
            break;
        }
    }
    drop(sender);
    let kept = keeping.await.map_err(|_| ImportError::Stopping)?;
    match (kept, broken) {
        (_, Some(error)) => Err(ImportError::Upload(error)),
        (kept, None) => kept.map_err(ImportError::Disk),
    }
}

/// An upload as something to read from.
struct Upload {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Read for Upload {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.receiver.blocking_recv() {
                Some(chunk) => self.rest = chunk?,
                None => return Ok(0),
            }
        }
        let taken = self.rest.len().min(into.len());
        into[..taken].copy_from_slice(&self.rest.split_to(taken));
        Ok(taken)
    }
}
