//! Attachments on their way in and out: from a peer to the disk, from the disk to a peer, from the API to the disk.

use std::io::{self, Read};

use futures::StreamExt;
use palabre_core::acts::Kind;
use palabre_core::id::{ContentHash, EntryId, NodeKey};
use palabre_core::ledger::{Attachment, Priority};
use palabre_core::node::{Event, Write};
use palabre_core::seal::file::{FileKey, SealedFile};
use palabre_core::seal::key::KEY_LEN;
use palabre_core::seal::stream::{Opener, Sealer, sealed_size};
use palabre_net::{ChunkSender, FetchError, Responder};
use palabre_store::Attachments;
use palabre_store::attachments::AttachmentError;
use palabre_web::node::{Bytes, CONTENT_MAX, Chunks};
use thiserror::Error;
use tokio::sync::mpsc;
use tracing::{debug, info, warn};
use zeroize::Zeroizing;

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

/// A content that is kept.
pub(super) struct Kept {
    attachment: Attachment,
    sealed: Option<SealedFile>,
}

impl Kept {
    /// An act with this content.
    pub(super) fn write(self, kind: Kind, object: Option<EntryId>, priority: Priority) -> Write {
        let (attachments, files) = (vec![self.attachment], self.sealed.into_iter().collect());
        Write { attachments, files, priority, ..Write::plain(object, kind) }
    }
}

/// Seals one content, with a key that nobody has yet.
pub(super) fn sealer() -> Result<Sealer, getrandom::Error> {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    getrandom::fill(key.as_mut())?;
    Ok(Sealer::new(FileKey::from_bytes(&key)))
}

/// A sealed content, opened as it is read. It ends with an error when it is not the file that its act speaks of.
pub(super) fn opened(chunks: Chunks, file: SealedFile) -> Chunks {
    let opening = (chunks, Some(Opener::new(file)));
    let steps = futures::stream::try_unfold(opening, |(mut chunks, opener)| async move {
        let Some(mut opener) = opener else { return Ok(None) };
        let mut plain = Vec::new();
        let next = chunks.next().await.transpose()?;
        let opener = if let Some(chunk) = next {
            opener.update(&chunk, &mut plain).map_err(io::Error::other)?;
            Some(opener)
        } else {
            opener.finish(&mut plain).map_err(io::Error::other)?;
            None
        };
        Ok(Some((Bytes::from(plain), (chunks, opener))))
    });
    steps.boxed()
}

/// Keeps what the API receives, sealed when that is wished; durable when this returns. Nothing is kept of an upload that
/// breaks off.
pub(super) async fn import(
    mut chunks: Chunks,
    sealer: Option<Sealer>,
    attachments: Attachments,
) -> Result<Kept, ImportError> {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let keeping = tokio::task::spawn_blocking(move || {
        let mut upload = Upload { receiver, rest: Bytes::new(), sealer, sealed: None };
        let (hash, size) = attachments.import(&mut upload, sealed_size(CONTENT_MAX))?;
        Ok(Kept { attachment: Attachment { hash, size }, sealed: upload.sealed })
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

/// An upload as something to read from: as it comes, or sealed.
struct Upload {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
    sealer: Option<Sealer>,
    /// What opens it, once it is whole.
    sealed: Option<SealedFile>,
}

impl Upload {
    /// What comes next; nothing at the end.
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let chunk = self.receiver.blocking_recv().transpose()?;
        let Some(mut sealer) = self.sealer.take() else { return Ok(chunk) };
        let mut out = Vec::new();
        match chunk {
            Some(chunk) => {
                sealer.update(&chunk, &mut out).map_err(io::Error::other)?;
                self.sealer = Some(sealer);
            }
            None => self.sealed = Some(sealer.finish(&mut out).map_err(io::Error::other)?),
        }
        Ok(Some(out.into()))
    }
}

impl Read for Upload {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.next()? {
                Some(chunk) => self.rest = chunk,
                None => return Ok(0),
            }
        }
        let taken = self.rest.len().min(into.len());
        into[..taken].copy_from_slice(&self.rest.split_to(taken));
        Ok(taken)
    }
}
