//! Why the node does not do what it was asked.

use std::error::Error;
use std::io;

use palabre_core::charter::proposal::ProposalError;
use palabre_core::id::{Code, EntryId};
use thiserror::Error;

use super::{CONTENT_MAX, EntryPrefix};
use crate::breaches;
use crate::problem::{Kind, Problem};
use crate::text;
use crate::views::Obstacle;
use crate::views::void_words;

/// Why the node does not do what it was asked.
#[derive(Debug, Error)]
pub enum NodeError {
    /// No entry has an id that begins so.
    #[error("no entry has an id that begins with {0}")]
    NotFound(EntryPrefix),
    /// Several have.
    #[error("several entries have an id that begins with {0}")]
    Ambiguous(EntryPrefix),
    /// The entry opens no document.
    #[error("the entry {0} opens no document")]
    NoDocument(EntryId),
    /// The document has no such version.
    #[error("the document {document} has no version {version}")]
    NoVersion {
        /// The document.
        document: EntryId,
        /// The version asked for.
        version: EntryId,
    },
    /// The content has not arrived yet.
    #[error("the content of {0} is still on its way")]
    Incomplete(EntryId),
    /// A text of the request does not fit its field.
    #[error("{0}")]
    Field(String),
    /// The node's administration has no right to this act.
    #[error("the charter gives no right to this act: {reason}")]
    NoRight {
        /// The code of the reason (`palabre_core::registers::VoidReason::code`).
        reason: String,
    },
    /// The mandate in force does not list the sealing key that the node has.
    #[error("the node has no sealing key in its mandate")]
    NoSealingKey,
    /// The document is withdrawn and takes no further act.
    #[error("the document {0} is withdrawn")]
    Withdrawn(EntryId),
    /// The entry is no act that is folded here.
    #[error("the entry {0} is no act that is known here")]
    NoAct(EntryId),
    /// The act is in force, or upheld already.
    #[error("the act {0} is in force")]
    NotVoid(EntryId),
    /// The act cannot take effect, whoever upholds it.
    #[error("the act {act} cannot be upheld: {reason}")]
    NotUpholdable {
        /// The act.
        act: EntryId,
        /// The code of the reason for which it is void.
        reason: String,
    },
    /// The act waits for what it builds on, or for what it cites.
    #[error("the act {0} waits")]
    ActWaits(EntryId),
    /// No revision comes of the changes.
    #[error("no revision comes of it")]
    Proposal(#[from] ProposalError),
    /// The content did not come whole.
    #[error("the content did not come whole")]
    Upload(#[source] io::Error),
    /// The node takes no writes for now.
    #[error("writing is paused")]
    Paused(Obstacle),
    /// The node cannot open its ledger yet, or is not admitted.
    #[error("the node waits until what it lacks is there")]
    Waiting(Obstacle),
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
    /// Something inside failed; the log says more.
    #[error("the node failed")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl From<NodeError> for Problem {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::NotFound(prefix) => {
                Self::new(Kind::NotFound, text!("err-object-unknown", id = prefix.to_string()))
            }
            NodeError::Ambiguous(prefix) => {
                Self::new(Kind::Usage, text!("err-object-ambiguous", id = prefix.to_string()))
            }
            NodeError::NoDocument(id) => Self::new(Kind::NotFound, text!("err-no-document", id = id.to_string())),
            NodeError::NoVersion { document, version } => Self::new(
                Kind::NotFound,
                text!("err-no-version", id = document.to_string(), version = version.to_string()),
            ),
            NodeError::Incomplete(id) => Self::new(Kind::Partial, text!("err-incomplete", id = id.to_string())),
            NodeError::Field(detail) => Self::new(Kind::Usage, text!("err-field", detail = detail)),
            NodeError::NoRight { reason } => {
                Self::new(Kind::Refused, text!("err-no-right", reason = void_words(&reason)))
            }
            NodeError::NoSealingKey => Self::new(Kind::Refused, text!("err-no-sealing-key")),
            NodeError::Withdrawn(id) => Self::new(Kind::Refused, text!("err-withdrawn", id = id.to_string())),
            NodeError::NoAct(id) => Self::new(Kind::NotFound, text!("err-no-act", id = id.to_string())),
            NodeError::NotVoid(id) => Self::new(Kind::Refused, text!("err-not-void", id = id.to_string())),
            NodeError::NotUpholdable { act, reason } => {
                let (id, reason) = (act.to_string(), void_words(&reason));
                Self::new(Kind::Refused, text!("err-not-upholdable", id = id, reason = reason))
            }
            NodeError::ActWaits(id) => Self::new(Kind::Partial, text!("err-act-waits", id = id.to_string())),
            NodeError::Proposal(error) => proposal(&error),
            NodeError::Upload(error) if error.kind() == io::ErrorKind::FileTooLarge => too_large(),
            NodeError::Upload(error) => Self::new(Kind::Usage, text!("err-upload", detail = error.to_string())),
            NodeError::Paused(obstacle) => Self::new(Kind::Attention, text!("err-paused", obstacle = obstacle.text())),
            NodeError::Waiting(Obstacle::NotAdmitted) => Self::new(Kind::Attention, text!("err-not-admitted")),
            NodeError::Waiting(obstacle) => {
                Self::new(Kind::Attention, text!("err-waiting", obstacle = obstacle.text()))
            }
            NodeError::Stopping => Self::new(Kind::Attention, text!("err-stopping")),
            NodeError::Internal(error) => Self::new(Kind::Failure, text!("err-internal", detail = error.to_string())),
        }
    }
}

/// No single mandate of an administration has a hash that begins with these digits.
#[must_use]
pub fn no_mandate(administration: &Code, digits: &str) -> Problem {
    let (administration, digits) = (administration.to_string(), digits.to_owned());
    Problem::new(Kind::NotFound, text!("err-propose-mandate", administration = administration, digits = digits))
}

/// Why no revision comes of some changes.
#[must_use]
pub fn proposal(error: &ProposalError) -> Problem {
    match error {
        ProposalError::Stranger(code) => {
            Problem::new(Kind::NotFound, text!("err-propose-stranger", administration = code.to_string()))
        }
        ProposalError::Listed(code) => {
            Problem::new(Kind::Refused, text!("err-propose-listed", administration = code.to_string()))
        }
        ProposalError::Commission(id) => {
            Problem::new(Kind::NotFound, text!("err-propose-commission", commission = id.clone()))
        }
        ProposalError::Nothing => Problem::new(Kind::Usage, text!("err-propose-nothing")),
        ProposalError::Dispute => Problem::new(Kind::Refused, text!("err-dispute")),
        ProposalError::NoDispute => Problem::new(Kind::Refused, text!("err-no-dispute")),
        ProposalError::NotDisputed(hash) => {
            Problem::new(Kind::NotFound, text!("err-not-disputed", hash = hash.to_string()))
        }
        ProposalError::Mandate(code, hash) => no_mandate(code, &hash.to_string()),
        ProposalError::LosesNothing(code) => {
            Problem::new(Kind::Usage, text!("err-propose-last-mandate", administration = code.to_string()))
        }
        ProposalError::Invariants(found) => {
            Problem::new(Kind::Refused, text!("err-propose-invariants", breaches = breaches::list(found)))
        }
        ProposalError::Charter(error) => Problem::new(Kind::Failure, text!("err-internal", detail = error.to_string())),
    }
}

/// Beyond [`CONTENT_MAX`].
pub(crate) fn too_large() -> Problem {
    Problem::new(Kind::Usage, text!("err-too-large", limit = CONTENT_MAX / (1024 * 1024))).with_status(413)
}
