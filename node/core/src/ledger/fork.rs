//! Fork proofs: two different headers by one author with one log and sequence (`docs/design.md` §3).

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::entry::{Entry, EntryError, RawEntry};
use crate::id::{ContentHash, EntryId, LogName, NetworkId, Sequence};

/// Why bytes prove no fork.
#[derive(Debug, Error)]
pub enum ForkError {
    /// One of the two headers is missing.
    #[error("a fork proof has two headers")]
    Missing,
    /// One of the two headers is not authentic.
    #[error("a header of the fork proof is not authentic")]
    Entry(#[from] EntryError),
    /// The headers are of different places, or the same header.
    #[error("the two headers are not two entries with one author, log and sequence")]
    NoConflict,
    /// Not in the order that makes one proof of two headers.
    #[error("the headers of a fork proof stand in the order of their ids")]
    Order,
}

/// A verified fork proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkProof {
    low: Entry,
    high: Entry,
}

impl ForkProof {
    /// The proof that two authentic entries make, if they do.
    pub fn new(one: &Entry, other: &Entry) -> Result<Self, ForkError> {
        let place = |e: &Entry| (e.header().log_name(), e.header().sequence);
        if place(one) != place(other) || one.id() == other.id() {
            return Err(ForkError::NoConflict);
        }
        let bare = |e: &Entry| Entry { payload: None, ..e.clone() };
        let (low, high) = if one.id() < other.id() { (one, other) } else { (other, one) };
        Ok(Self { low: bare(low), high: bare(high) })
    }

    /// Parses and verifies a proof that came from elsewhere.
    pub fn verify(message: v1::ForkProof, network: &NetworkId) -> Result<Self, ForkError> {
        let raw = |h: v1::SignedHeader| RawEntry { header: h.header, signature: h.signature, payload: None };
        let low = raw(message.low.ok_or(ForkError::Missing)?).verify(network)?;
        let high = raw(message.high.ok_or(ForkError::Missing)?).verify(network)?;
        if low.id() > high.id() {
            return Err(ForkError::Order);
        }
        Self::new(&low, &high)
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::ForkProof {
        v1::ForkProof { low: Some(self.low.signed_header()), high: Some(self.high.signed_header()) }
    }

    /// BLAKE3 of its message: names it in a frontier.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        super::entry::content_hash(&self.to_message().encode_to_vec())
    }

    /// The forked log.
    #[must_use]
    pub const fn log(&self) -> LogName {
        self.low.header().log_name()
    }

    /// The first sequence that has no effect any more.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        self.low.header().sequence
    }

    /// The ids of the two entries, lower first.
    #[must_use]
    pub const fn ids(&self) -> (EntryId, EntryId) {
        (self.low.id(), self.high.id())
    }

    /// Whether the two branches parted before this sequence: then a lower proof exists somewhere.
    #[must_use]
    pub fn parted_before(&self) -> bool {
        self.sequence() > Sequence::FIRST && self.low.header().previous != self.high.header().previous
    }

    /// Of two proofs about one log the one that every node keeps: lowest sequence, then lowest header ids.
    #[must_use]
    pub fn stands_before(&self, other: &Self) -> bool {
        (self.sequence(), self.ids()) < (other.sequence(), other.ids())
    }
}
