//! Logs and their entries.

use palabre_core::id::{Code, EntryId, LogId, NodeKey};
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/logs/{node}`, `palabre log show --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogList {
    /// Whose logs.
    pub node: NodeKey,
    /// The administration that it acts for, when a mandate says so.
    pub administration: Option<Code>,
    /// Its logs.
    pub logs: Vec<LogView>,
}

/// A log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// Which.
    pub log: LogId,
    /// The last sequence held without a gap; 0 when its beginning has not come.
    pub sequence: u64,
    /// The id of that entry.
    pub head: Option<EntryId>,
    /// The first sequence that has no effect, when it is forked.
    pub forked_from: Option<u64>,
    /// Its entries, newest first.
    pub entries: Vec<EntryView>,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It counts.
    InForce,
    /// Its author had no right to it.
    Void,
    /// Something that it names has not come yet.
    Waiting,
    /// Its log is forked at or below it.
    Forked,
    /// It is sealed, and this node has no key for it.
    Sealed,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// Its place in the log.
    pub sequence: u64,
    /// Its id.
    pub id: EntryId,
    /// By its author's clock.
    pub clock: Millis,
    /// Whether it travels before everything else.
    pub urgent: bool,
    /// Bytes of header, signature and payload.
    pub size: u64,
    /// The kind of act, such as `document-publish`; none while the payload is on its way or when it is unknown here.
    pub act: Option<String>,
    /// The object that it acts on.
    pub object: Option<EntryId>,
    /// What it does.
    pub effect: Effect,
    /// Why it has no effect: a code that [`void_words`](super::void_words) puts into words.
    pub reason: Option<String>,
}
