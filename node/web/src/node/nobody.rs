//! The type of a node that cannot exist: tests that look at the routes, and ask nobody, need a type.

use palabre_core::acts::KeyProof;
use palabre_core::charter::proposal::Changes;
use palabre_core::id::{CharterHash, EntryId, NodeKey};
use palabre_proto::v1;

use super::{Chunks, Content, EntryPrefix, LogQuery, NewDocument, NodeError, NodeHandle, Revision, Withdrawal};
use crate::views::{
    ActView, ApplicationList, CharterView, DocumentSummary, DocumentView, HandedInView, Health, HistoryView, LogView,
    Metrics, PeerStatus, PeerWhy, ProposalView, StatusView,
};

pub(crate) enum Nobody {}

impl NodeHandle for Nobody {
    async fn status(&self) -> Result<StatusView, NodeError> {
        match *self {}
    }
    async fn peers(&self) -> Result<Vec<PeerStatus>, NodeError> {
        match *self {}
    }
    async fn peer_why(&self, _: NodeKey) -> Result<PeerWhy, NodeError> {
        match *self {}
    }
    async fn find(&self, _: EntryPrefix) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn publish(&self, _: NewDocument, _: Chunks) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn revise(&self, _: EntryId, _: Revision, _: Chunks) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn withdraw(&self, _: EntryId, _: Withdrawal) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn documents(&self) -> Result<Vec<DocumentSummary>, NodeError> {
        match *self {}
    }
    async fn document(&self, _: EntryId) -> Result<DocumentView, NodeError> {
        match *self {}
    }
    async fn content(&self, _: EntryId, _: Option<EntryId>) -> Result<Content, NodeError> {
        match *self {}
    }
    async fn rules(&self) -> Result<v1::Rules, NodeError> {
        match *self {}
    }
    async fn hand_in(&self, _: v1::Rules) -> Result<HandedInView, NodeError> {
        match *self {}
    }
    async fn propose(&self, _: Changes) -> Result<ProposalView, NodeError> {
        match *self {}
    }
    async fn settle(&self, _: CharterHash) -> Result<ProposalView, NodeError> {
        match *self {}
    }
    async fn prove(&self, _: KeyProof) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn history(&self) -> Result<HistoryView, NodeError> {
        match *self {}
    }
    async fn charter(&self) -> Result<CharterView, NodeError> {
        match *self {}
    }
    async fn applications(&self) -> Result<ApplicationList, NodeError> {
        match *self {}
    }
    async fn logs(&self, _: NodeKey, _: LogQuery) -> Result<Vec<LogView>, NodeError> {
        match *self {}
    }
    async fn act(&self, _: EntryId) -> Result<ActView, NodeError> {
        match *self {}
    }
    async fn uphold(&self, _: EntryId) -> Result<EntryId, NodeError> {
        match *self {}
    }
    async fn metrics(&self) -> Result<Metrics, NodeError> {
        match *self {}
    }
    async fn health(&self) -> Health {
        match *self {}
    }
}
