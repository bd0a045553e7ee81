//! Documents.

use palabre_core::id::{Code, ContentHash, EntryId, NodeKey};
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

/// The name of an audience: `public`, and the sealed ones as they come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AudienceName(pub String);

impl AudienceName {
    /// Every node, partners too.
    #[must_use]
    pub fn public() -> Self {
        Self("public".to_owned())
    }
}

/// What a command or a request that creates answers: `{"id"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The entry that was written.
    pub id: EntryId,
}

/// Where a document is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentState {
    /// It stands.
    Published,
    /// Its administration has withdrawn it; it stays readable.
    Withdrawn,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentSummary {
    /// The entry that opened it.
    pub id: EntryId,
    /// The title of the version that stands (of several, the first in the register's order).
    pub title: String,
    /// ISO 639-1 code of its language.
    pub lang: String,
    /// Whose it is.
    pub administration: Code,
    /// Who can read it.
    pub audience: AudienceName,
    /// Bytes of its content.
    pub size: u64,
    /// Whether every version that stands, and its content, is held here.
    pub complete: bool,
    /// Where it is in its life.
    pub state: DocumentState,
    /// When it was opened, by its author's clock.
    pub published: Millis,
    /// How many versions stand side by side: more than one until somebody merges them.
    pub standing: u64,
}

/// `GET /api/v1/documents`, `palabre document list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentList {
    /// Newest first.
    pub documents: Vec<DocumentSummary>,
}

/// `GET /api/v1/documents/{id}`, `palabre document show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// As in a list.
    #[serde(flatten)]
    pub summary: DocumentSummary,
    /// The node that opened it.
    pub node: NodeKey,
    /// Its versions in the register's order.
    pub versions: Vec<VersionView>,
    /// Its withdrawal.
    pub withdrawal: Option<WithdrawalView>,
}

/// A version of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionView {
    /// The entry that carries it.
    pub id: EntryId,
    /// The versions that its author replaced.
    pub replaces: Vec<EntryId>,
    /// Its title.
    pub title: String,
    /// ISO 639-1 code of its language.
    pub lang: String,
    /// The name of the file.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of its content.
    pub size: u64,
    /// BLAKE3 of its content.
    pub hash: ContentHash,
    /// The node that wrote it.
    pub node: NodeKey,
    /// The administration that the node acted for.
    pub administration: Option<Code>,
    /// By its author's clock.
    pub written: Millis,
    /// Whether it stands: no later version replaces it.
    pub stands: bool,
    /// Whether its content is held here.
    pub complete: bool,
    /// Why it has no effect, when it is void: a code that [`void_words`](super::void_words) puts into words.
    pub void: Option<String>,
    /// The void version that it upholds.
    #[serde(default)]
    pub upholds: Option<EntryId>,
}

/// A withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalView {
    /// The entry that carries it.
    pub id: EntryId,
    /// Why, in its author's words.
    pub reason: String,
    /// By its author's clock.
    pub written: Millis,
}
