//! Answers the HTTP API: asks the engine to look or to write, and the store for contents.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures::StreamExt;
use palabre_core::acts::documents::{DocumentAct, Version};
use palabre_core::acts::fields::FieldError;
use palabre_core::acts::{KeyProof, Kind, UpholdAct};
use palabre_core::charter::Chain;
use palabre_core::charter::proposal::Changes;
use palabre_core::id::{CharterHash, EntryId, NodeKey};
use palabre_core::ledger::{Priority, book};
use palabre_core::node::{Node, Write, WriteError};
use palabre_core::registers::{self, Audience, Status, VoidReason, documents};
use palabre_core::state::StateError;
use palabre_net::Handle;
use palabre_proto::v1;
use palabre_store::{Attachments, Store};
use palabre_web::node::{
    Chunks, Content, EntryPrefix, LogQuery, NewDocument, NewVersion, NodeError, NodeHandle, Revision, Withdrawal,
};
use palabre_web::views::{
    ActView, ApplicationList, CharterView, DocumentSummary, DocumentView, HandedInView, Health, HistoryView, LogView,
    Metrics, Obstacle, PeerStatus, PeerWhy, ProposalView, StatusView,
};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::door::Door;
use super::engine::Job;
use super::files::{self, ImportError, Kept};
use super::resources::Resources;
use super::wire::{Links, Listening};
use super::{pause, views};
use crate::failure::chain;

/// Ids looked at for a prefix: two are enough to know that it names no single one, unless an odd digit is left.
const CANDIDATES: usize = 32;
/// Bytes of a content read at once for the API.
const CHUNK: usize = 64 * 1024;

/// Where the API asks.
pub(super) struct Desk {
    jobs: mpsc::Sender<Job>,
    net: Handle,
    attachments: Attachments,
    listening: Listening,
    links: Links,
    health: watch::Receiver<Health>,
    resources: Resources,
    /// Whether the disk did not take the last upload.
    upload_refused: AtomicBool,
    door: Arc<Door>,
    started: u64,
}

impl Desk {
    pub(super) fn new(
        jobs: mpsc::Sender<Job>,
        net: Handle,
        attachments: Attachments,
        (listening, links): (Listening, Links),
        health: watch::Receiver<Health>,
        resources: Resources,
        door: Arc<Door>,
    ) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let upload_refused = AtomicBool::new(false);
        Self { jobs, net, attachments, listening, links, health, resources, upload_refused, door, started }
    }

    /// Looks at node and store between two jobs of the engine.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Node, &Store) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, NodeError> {
        let (answer, seen) = oneshot::channel();
        let job = Job::Look(Box::new(move |node, store| drop(answer.send(look(node, store)))));
        self.jobs.send(job).await.map_err(|_| NodeError::Stopping)?;
        let seen = seen.await.map_err(|_| NodeError::Stopping)?;
        seen.map_err(|error| NodeError::Internal(Box::new(error)))
    }

    async fn write(&self, write: Write) -> Result<EntryId, NodeError> {
        let object = write.object;
        self.try_write(write).await?.map_err(|error| self.refused(error, object))
    }

    /// Writes, or says in the rules' own words why not.
    async fn try_write(&self, write: Write) -> Result<Result<EntryId, WriteError>, NodeError> {
        let (answer, written) = oneshot::channel();
        self.jobs.send(Job::Write(write, answer)).await.map_err(|_| NodeError::Stopping)?;
        written.await.map_err(|_| NodeError::Stopping)
    }

    fn refused(&self, error: WriteError, object: Option<EntryId>) -> NodeError {
        refused(error, object, self.obstacle().unwrap_or(Obstacle::DiskFailing))
    }

    /// Keeps a content for these readers.
    async fn keep(&self, content: Chunks, audience: &Audience) -> Result<Kept, NodeError> {
        let sealer = match audience {
            Audience::Public => None,
            Audience::Sealed(_) => Some(files::sealer().map_err(|error| NodeError::Internal(Box::new(error)))?),
        };
        files::import(content, sealer, self.attachments.clone()).await.map_err(|error| match error {
            ImportError::Upload(error) => NodeError::Upload(error),
            ImportError::Disk(error) => {
                warn!(error = chain(&error), "an upload was not kept: writing pauses until the disk takes it");
                self.upload_refused.store(true, Ordering::Relaxed);
                NodeError::Paused(pause::obstacle(error.trouble()))
            }
            ImportError::Stopping => NodeError::Stopping,
        })
    }

    /// What keeps the node from writing. Attachments leave more of the disk free than entries, so they are the first
    /// that do not fit.
    fn obstacle(&self) -> Option<Obstacle> {
        match *self.health.borrow() {
            Health::Paused { obstacle } => Some(obstacle),
            Health::Ok => self.upload_obstacle(),
            Health::Stopping => None,
        }
    }

    /// What keeps attachments from being written. Once an upload was refused, only a trial tells that it is mended.
    fn upload_obstacle(&self) -> Option<Obstacle> {
        let refused = self.upload_refused.load(Ordering::Relaxed);
        let looked = tokio::task::block_in_place(|| {
            if refused { self.attachments.try_disk() } else { self.attachments.has_room() }
        });
        if looked.is_ok() && refused && self.upload_refused.swap(false, Ordering::Relaxed) {
            info!("the disk takes uploads again");
        }
        looked.err().map(|error| pause::obstacle(error.trouble()))
    }

    async fn stored(&self, document: EntryId) -> Result<documents::Document, NodeError> {
        self.look(move |node, store| documents::get(store, node.ring(), &document))
            .await?
            .ok_or(NodeError::NoDocument(document))
    }
}

/// What a rule or the disk refused, in the API's words.
fn refused(error: WriteError, object: Option<EntryId>, obstacle: Obstacle) -> NodeError {
    match (error, object) {
        (WriteError::NotAllowed(VoidReason::Withdrawn), Some(object)) => NodeError::Withdrawn(object),
        (WriteError::NotAllowed(reason), _) => NodeError::NoRight { reason: reason.code().to_owned() },
        (WriteError::Waits, Some(object)) => NodeError::Incomplete(object),
        (WriteError::Disk, _) => NodeError::Paused(obstacle),
        (WriteError::NotMandated, _) => NodeError::NoRight { reason: VoidReason::NotMandated.code().to_owned() },
        (WriteError::NoSealingKey, _) => NodeError::NoSealingKey,
        (error, _) => NodeError::Internal(Box::new(error)),
    }
}

fn described(version: &NewVersion) -> Result<Version, FieldError> {
    Ok(Version {
        title: version.title.parse()?,
        language: version.lang.code().parse()?,
        content: 0,
        file_name: version.file_name.parse()?,
        media_type: version.media_type.parse()?,
    })
}

const fn priority(urgent: bool) -> Priority {
    if urgent { Priority::Urgent } else { Priority::Routine }
}

impl NodeHandle for Desk {
    async fn status(&self) -> Result<StatusView, NodeError> {
        let listening = Arc::clone(&self.listening);
        let (obstacle, concerns) = (self.obstacle(), self.resources.concerns());
        self.look(move |node, store| views::status(node, store, &listening, obstacle, concerns)).await
    }

    async fn peers(&self) -> Result<Vec<PeerStatus>, NodeError> {
        self.look(|node, _| Ok(views::peers(node))).await
    }

    async fn peer_why(&self, peer: NodeKey) -> Result<PeerWhy, NodeError> {
        let links = Arc::clone(&self.links);
        self.look(move |node, _| Ok(views::peer_why(node, peer, &links))).await
    }

    async fn find(&self, prefix: EntryPrefix) -> Result<EntryId, NodeError> {
        let bytes = prefix.whole_bytes();
        let ids = self.look(move |_, store| book::ids_with_prefix(store, &bytes, CANDIDATES)).await?;
        let mut fitting = ids.into_iter().filter(|id| prefix.matches(id));
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(NodeError::NotFound(prefix)),
            (Some(id), None) => Ok(id),
            (Some(_), Some(_)) => Err(NodeError::Ambiguous(prefix)),
        }
    }

    async fn publish(&self, document: NewDocument, content: Chunks) -> Result<EntryId, NodeError> {
        let version = described(&document.version).map_err(|error| NodeError::Field(error.to_string()))?;
        let kept = self.keep(content, &document.audience).await?;
        let kind = Kind::Document(DocumentAct::Publish(version));
        self.write(Write { audience: document.audience, ..kept.write(kind, None, priority(document.urgent)) }).await
    }

    async fn revise(&self, document: EntryId, revision: Revision, content: Chunks) -> Result<EntryId, NodeError> {
        let stored = self.stored(document).await?;
        let before = stored.current().next().or(stored.versions.last());
        let field = |error: FieldError| NodeError::Field(error.to_string());
        let title = match (&revision.title, before) {
            (Some(title), _) => title.parse().map_err(field)?,
            (None, Some(before)) => before.title.clone(),
            (None, None) => return Err(NodeError::NoDocument(document)),
        };
        let language = match (revision.lang, before) {
            (Some(lang), _) => lang.code().parse().map_err(field)?,
            (None, Some(before)) => before.language.clone(),
            (None, None) => return Err(NodeError::NoDocument(document)),
        };
        let version = Version {
            title,
            language,
            content: 0,
            file_name: revision.file_name.parse().map_err(field)?,
            media_type: revision.media_type.parse().map_err(field)?,
        };
        let kept = self.keep(content, &stored.audience).await?;
        let kind = Kind::Document(DocumentAct::Revise(version));
        self.write(kept.write(kind, Some(document), priority(revision.urgent))).await
    }

    async fn withdraw(&self, document: EntryId, withdrawal: Withdrawal) -> Result<EntryId, NodeError> {
        self.stored(document).await?;
        let reason = withdrawal.reason.parse().map_err(|error: FieldError| NodeError::Field(error.to_string()))?;
        let kind = Kind::Document(DocumentAct::Withdraw(Some(reason)));
        self.write(Write::plain(Some(document), kind)).await
    }

    async fn documents(&self) -> Result<Vec<DocumentSummary>, NodeError> {
        let attachments = self.attachments.clone();
        self.look(move |node, store| views::documents(node, store, &attachments)).await
    }

    async fn document(&self, document: EntryId) -> Result<DocumentView, NodeError> {
        let attachments = self.attachments.clone();
        let view = self.look(move |node, store| views::document(node, store, &attachments, &document)).await?;
        view.ok_or(NodeError::NoDocument(document))
    }

    async fn content(&self, document: EntryId, version: Option<EntryId>) -> Result<Content, NodeError> {
        let stored = self.stored(document).await?;
        let wanted = match version {
            Some(version) => {
                stored.versions.iter().find(|v| v.id == version).ok_or(NodeError::NoVersion { document, version })?
            }
            None => stored.current().next().ok_or(NodeError::NoDocument(document))?,
        };
        let hash = wanted.content.hash;
        let file = self.attachments.open_file(&hash).map_err(|error| NodeError::Internal(Box::new(error)))?;
        let file = tokio::fs::File::from_std(file.ok_or(NodeError::Incomplete(document))?);
        let (shown, size) = wanted.file();
        let chunks = chunks_of(file);
        Ok(Content {
            file_name: wanted.file_name.to_string(),
            media_type: wanted.media_type.to_string(),
            size,
            hash: shown,
            chunks: match &wanted.sealed {
                None => chunks,
                Some(sealed) => files::opened(chunks, sealed.clone()),
            },
        })
    }

    async fn rules(&self) -> Result<v1::Rules, NodeError> {
        self.look(|node, _| Ok(Chain::of(node.rules()))).await
    }

    async fn hand_in(&self, rules: v1::Rules) -> Result<HandedInView, NodeError> {
        let (answer, judged) = oneshot::channel();
        self.jobs.send(Job::HandIn(Box::new(rules), answer)).await.map_err(|_| NodeError::Stopping)?;
        let judged = judged.await.map_err(|_| NodeError::Stopping)?;
        let handed = judged.map_err(|error| refused(error, None, self.obstacle().unwrap_or(Obstacle::DiskFailing)))?;
        Ok(handed.into())
    }

    async fn propose(&self, changes: Changes) -> Result<ProposalView, NodeError> {
        Ok(self.look(move |node, _| Ok(views::proposal(node, &changes))).await??)
    }

    async fn settle(&self, keep: CharterHash) -> Result<ProposalView, NodeError> {
        Ok(self.look(move |node, _| Ok(views::settlement(node, &keep))).await??)
    }

    async fn prove(&self, proof: KeyProof) -> Result<EntryId, NodeError> {
        self.write(Write::plain(None, Kind::Proof(proof))).await
    }

    async fn history(&self) -> Result<HistoryView, NodeError> {
        self.look(|node, _| Ok(HistoryView::of(node.rules().revisions()))).await
    }

    async fn charter(&self) -> Result<CharterView, NodeError> {
        self.look(views::charter).await
    }

    async fn applications(&self) -> Result<ApplicationList, NodeError> {
        self.door.list().await
    }

    async fn logs(&self, author: NodeKey, query: LogQuery) -> Result<Vec<LogView>, NodeError> {
        self.look(move |node, store| views::logs(node, store, author, query)).await
    }

    async fn act(&self, act: EntryId) -> Result<ActView, NodeError> {
        let view = self.look(move |node, store| views::act(node, store, &act)).await?;
        view.ok_or(NodeError::NoAct(act))
    }

    async fn uphold(&self, act: EntryId) -> Result<EntryId, NodeError> {
        let known = self.look(move |_, store| registers::status(store, &act)).await?;
        let (object, status) = known.ok_or(NodeError::NoAct(act))?;
        match status {
            Status::InForce => return Err(NodeError::NotVoid(act)),
            Status::Waiting => return Err(NodeError::ActWaits(act)),
            Status::Void(reason) if reason.is_broken() => {
                return Err(NodeError::NotUpholdable { act, reason: reason.code().to_owned() });
            }
            Status::Void(_) => {}
        }
        self.try_write(Write::plain(Some(object), Kind::Uphold(UpholdAct { act }))).await?.map_err(
            |error| match error {
                WriteError::NotAllowed(VoidReason::NotVoid) => NodeError::NotVoid(act),
                // Whoever upholds it, it takes no effect.
                WriteError::NotAllowed(
                    reason @ (VoidReason::Malformed | VoidReason::UnknownKind | VoidReason::NotUpholdable),
                ) => NodeError::NotUpholdable { act, reason: reason.code().to_owned() },
                other => self.refused(other, Some(object)),
            },
        )
    }

    async fn metrics(&self) -> Result<Metrics, NodeError> {
        let counters = self.net.counters();
        let started = self.started;
        self.look(move |node, store| views::metrics(node, store, &counters, started)).await
    }

    async fn health(&self) -> Health {
        let health = *self.health.borrow();
        match self.obstacle() {
            Some(obstacle) if health == Health::Ok => Health::Paused { obstacle },
            _ => health,
        }
    }
}

/// A file as chunks, read as they are taken.
fn chunks_of(file: tokio::fs::File) -> Chunks {
    futures::stream::unfold(Some(file), |file| async {
        let mut file = file?;
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok(chunk.into()), Some(file)))
            }
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}
