//! Writes small attachments that came with their entries, beside the engine: an entry is durable, folded and passed on
//! without waiting for its files.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use palabre_core::id::ContentHash;
use palabre_core::node::Event;
use palabre_store::Attachments;
use tokio::sync::mpsc;
use tracing::warn;

use super::engine::Job;

/// Files that may wait: at most 4 MiB of memory. Beyond it the engine writes, and takes nothing new meanwhile.
const WAITING: usize = 1_024;

/// The engine's end of it.
pub(super) struct Keeper {
    attachments: Attachments,
    /// Nothing once the thread is to end.
    queue: Option<SyncSender<ContentHash>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts its thread, which tells the engine what came of each.
    pub(super) fn start(attachments: Attachments, jobs: mpsc::WeakSender<Job>) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(WAITING);
        let own = attachments.clone();
        let thread = std::thread::Builder::new().name("files".to_owned()).spawn(move || work(&own, &waiting, &jobs))?;
        Ok(Self { attachments, queue: Some(queue), thread: Some(thread) })
    }

    /// Has content kept whose hash was checked. When too much waits already it is written at once: then what came of it.
    pub(super) fn keep(&self, hash: ContentHash, content: Vec<u8>) -> Option<Event> {
        self.attachments.receive(hash, content);
        let waits = self.queue.as_ref().is_some_and(|queue| queue.try_send(hash).is_ok());
        if waits { None } else { Some(keep(&self.attachments, hash)) }
    }
}

impl Drop for Keeper {
    /// What waits is written: else it would have to be fetched again.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A thread that has died leaves what the next start finds missing.
            drop(thread.join());
        }
    }
}

fn work(attachments: &Attachments, waiting: &Receiver<ContentHash>, jobs: &mpsc::WeakSender<Job>) {
    for hash in waiting {
        let done = keep(attachments, hash);
        if let Some(jobs) = jobs.upgrade() {
            // Without the engine the node is stopping.
            drop(jobs.blocking_send(Job::Event(done)));
        }
    }
}

fn keep(attachments: &Attachments, hash: ContentHash) -> Event {
    match attachments.keep(&hash) {
        Ok(()) => Event::Fetched { hash },
        Err(error) => {
            // It will be fetched like any other once there is room.
            warn!(%hash, %error, "a small attachment was not kept");
            Event::NotKept { hash }
        }
    }
}
