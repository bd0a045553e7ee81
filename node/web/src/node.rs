//! The running node, as the HTTP API sees it. The daemon implements [`NodeHandle`]; this crate turns it into HTTP.

mod error;
#[cfg(test)]
pub(crate) mod nobody;
mod request;

use std::future::Future;
use std::io;

pub use axum::body::Bytes;
use futures::stream::BoxStream;
use palabre_core::acts::KeyProof;
use palabre_core::charter::proposal::Changes;
use palabre_core::id::{CharterHash, EntryId, NodeKey};
use palabre_proto::v1;

pub(crate) use error::too_large;
pub use error::{NodeError, no_mandate, proposal as proposal_problem};
pub use request::{Content, EntryPrefix, LogQuery, NewDocument, NewVersion, PrefixError, Revision, Withdrawal};

use crate::views::{
    ActView, ApplicationList, CharterView, DocumentSummary, DocumentView, HandedInView, Health, HistoryView, LogView,
    Metrics, PeerStatus, PeerWhy, ProposalView, StatusView,
};

/// Largest content of a document, in bytes: it is fetched whole from one peer (`docs/design.md` §7).
pub const CONTENT_MAX: u64 = 16 * 1024 * 1024;

/// Bytes on their way in or out. An error ends them: an upload that broke off must not become a document.
pub type Chunks = BoxStream<'static, io::Result<Bytes>>;

/// What the API asks of the node. Every answer is about this node's own state at that moment.
pub trait NodeHandle: Send + Sync + 'static {
    /// Who this node is, what it holds and how far behind it is.
    fn status(&self) -> impl Future<Output = Result<StatusView, NodeError>> + Send;

    /// Every other node under a mandate in force, and every further one that is connected or configured.
    fn peers(&self) -> impl Future<Output = Result<Vec<PeerStatus>, NodeError>> + Send;

    /// Why a node is, or is not, connected; also for a node that no mandate names.
    fn peer_why(&self, node: NodeKey) -> impl Future<Output = Result<PeerWhy, NodeError>> + Send;

    /// The one entry whose id begins so: [`NodeError::NotFound`] or [`NodeError::Ambiguous`] else.
    fn find(&self, prefix: EntryPrefix) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Publishes a document. Answers with the id of the entry that opens it, once that and the content are durable.
    ///
    /// `content` has at most [`CONTENT_MAX`] bytes: the API ends it with an error beyond, and nothing may be kept then.
    fn publish(
        &self,
        document: NewDocument,
        content: Chunks,
    ) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Adds a version to a document, in place of the versions that stand now. Answers with the id of the new entry.
    fn revise(
        &self,
        document: EntryId,
        revision: Revision,
        content: Chunks,
    ) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Withdraws a document. Answers with the id of the new entry.
    fn withdraw(
        &self,
        document: EntryId,
        withdrawal: Withdrawal,
    ) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Every document whose opening act is in force, newest first.
    fn documents(&self) -> impl Future<Output = Result<Vec<DocumentSummary>, NodeError>> + Send;

    /// One document with its versions; void acts on it are shown with their reason.
    fn document(&self, document: EntryId) -> impl Future<Output = Result<DocumentView, NodeError>> + Send;

    /// The content of a document: that of `version`, else of the version that stands (of several, the first in the
    /// register's order). [`NodeError::Incomplete`] while it is on its way.
    fn content(
        &self,
        document: EntryId,
        version: Option<EntryId>,
    ) -> impl Future<Output = Result<Content, NodeError>> + Send;

    /// All charter revisions, signatures and mandates that it holds, as they travel between nodes.
    fn rules(&self) -> impl Future<Output = Result<v1::Rules, NodeError>> + Send;

    /// Takes in charter revisions, signatures and mandates from a file. Answers once what is new of them is durable.
    fn hand_in(&self, rules: v1::Rules) -> impl Future<Output = Result<HandedInView, NodeError>> + Send;

    /// The next revision with these changes, unsigned; its checkpoint and its lists are of what this node holds.
    fn propose(&self, changes: Changes) -> impl Future<Output = Result<ProposalView, NodeError>> + Send;

    /// The settlement of the dispute in favour of this revision, unsigned.
    fn settle(&self, keep: CharterHash) -> impl Future<Output = Result<ProposalView, NodeError>> + Send;

    /// Writes a keyholder's proof that it has its key. Answers with the id of the new entry.
    fn prove(&self, proof: KeyProof) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Every charter revision that it holds.
    fn history(&self) -> impl Future<Output = Result<HistoryView, NodeError>> + Send;

    /// The charter in force.
    fn charter(&self) -> impl Future<Output = Result<CharterView, NodeError>> + Send;

    /// The applications that it holds.
    fn applications(&self) -> impl Future<Output = Result<ApplicationList, NodeError>> + Send;

    /// The logs of one author, each with its newest entries first; empty when nothing of it is held.
    fn logs(&self, author: NodeKey, query: LogQuery) -> impl Future<Output = Result<Vec<LogView>, NodeError>> + Send;

    /// What has become of an act; [`NodeError::NoAct`] when the entry is not folded here.
    fn act(&self, act: EntryId) -> impl Future<Output = Result<ActView, NodeError>> + Send;

    /// Upholds a void act. Answers with the id of the new entry.
    fn uphold(&self, act: EntryId) -> impl Future<Output = Result<EntryId, NodeError>> + Send;

    /// Figures for supervision.
    fn metrics(&self) -> impl Future<Output = Result<Metrics, NodeError>> + Send;

    /// Whether the node can take writes.
    fn health(&self) -> impl Future<Output = Health> + Send;
}
