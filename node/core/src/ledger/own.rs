//! The node's own log: entries are made here and nowhere else.

use super::entry::{self, Entry};
use super::frontier::Head;
use super::header::{Attachment, Audience, Header, Priority};
use crate::id::{CharterHash, EntryId, LogId, LogName, MandateHash, NetworkId, Sequence};
use crate::keys::{Purpose, Secret};
use crate::seal::Slot;
use crate::time::Millis;

/// What an author says; the log adds sequence, previous and signature.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Exact bytes of the payload.
    pub payload: Vec<u8>,
    /// 1 + the greatest place among the act's `after`; 0 without any.
    pub place: u64,
    /// How soon it travels.
    pub priority: Priority,
    /// Who can read it.
    pub audience: Audience,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
    /// The charter revision in force.
    pub charter: CharterHash,
    /// The author's mandate.
    pub mandate: MandateHash,
    /// The author's clock.
    pub clock: Millis,
}

/// The log that this node is writing.
#[derive(Clone, Debug)]
pub struct OwnLog {
    name: LogName,
    next: Sequence,
    previous: Option<EntryId>,
    last_own: Option<EntryId>,
}

impl OwnLog {
    /// A new log, whose first entry names the last own head known (`docs/design.md` §3).
    #[must_use]
    pub const fn open(author: crate::id::NodeKey, log: LogId, last_own: Option<EntryId>) -> Self {
        Self { name: LogName { author, log }, next: Sequence::FIRST, previous: last_own, last_own }
    }

    /// Goes on after `head`.
    #[must_use]
    pub const fn resume(name: LogName, head: &Head) -> Self {
        Self { name, next: head.sequence.next(), previous: Some(head.id), last_own: None }
    }

    /// The same log without the entries that never became durable, when none did.
    #[must_use]
    pub const fn emptied(&self) -> Self {
        Self::open(self.name.author, self.name.log, self.last_own)
    }

    /// Which log this is.
    #[must_use]
    pub const fn name(&self) -> LogName {
        self.name
    }

    /// The sequence of the next entry.
    #[must_use]
    pub const fn next(&self) -> Sequence {
        self.next
    }

    /// Where the next entry will stand.
    #[must_use]
    pub const fn slot(&self, network: NetworkId) -> Slot {
        Slot { network, log: self.name, sequence: self.next, previous: self.previous }
    }

    /// Signs the next entry. It must become durable before anyone sees it.
    pub fn write(&mut self, draft: Draft, secret: &Secret, network: &NetworkId) -> Entry {
        let payload_hash = entry::content_hash(&draft.payload);
        let header = Header {
            author: self.name.author,
            log: self.name.log,
            sequence: self.next,
            previous: self.previous,
            clock: draft.clock,
            place: draft.place,
            charter: draft.charter,
            mandate: draft.mandate,
            priority: draft.priority,
            audience: draft.audience,
            payload_hash,
            // A draft beyond the limit is refused where it enters (`node::write`); saturate rather than wrap.
            payload_size: u32::try_from(draft.payload.len()).unwrap_or(u32::MAX),
            attachments: draft.attachments,
        };
        let bytes = header.encode();
        let signature = secret.sign(Purpose::Entry, network, &bytes);
        let id = entry::id_of(&bytes);
        self.next = self.next.next();
        self.previous = Some(id);
        Entry { id, header, bytes, signature, payload: Some(draft.payload) }
    }
}
