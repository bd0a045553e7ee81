//! One act, whatever kind of object it is on.

use palabre_core::id::{Code, EntryId, LogId, NodeKey};
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

use super::Effect;

/// `GET /api/v1/acts/{id}`, `palabre act show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActView {
    /// The id of its entry.
    pub id: EntryId,
    /// The object that it acts on; none while the payload is on its way or when it is no act.
    pub object: Option<EntryId>,
    /// The kind of act, such as `document-publish`; none when it is unknown here.
    pub act: Option<String>,
    /// The administration that its author spoke for, by the mandate that it cites; none while that is not held.
    pub administration: Option<Code>,
    /// The node that signed it.
    pub node: NodeKey,
    /// In which of its logs.
    pub log: LogId,
    /// Its place there.
    pub sequence: u64,
    /// How many acts came before it in the longest line that leads to it.
    pub place: u64,
    /// By its author's clock.
    pub clock: Millis,
    /// What it does.
    pub effect: Effect,
    /// Why it has no effect: a code that [`void_words`](super::void_words) puts into words.
    pub reason: Option<String>,
    /// By which act what it says is in force although it is void.
    pub upheld: Option<UpholdingView>,
    /// The void act that it upholds.
    pub upholds: Option<EntryId>,
}

/// An act that upholds another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpholdingView {
    /// The id of its entry.
    pub id: EntryId,
    /// The administration that upholds.
    pub administration: Code,
}
