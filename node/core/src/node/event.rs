//! What happens to a node, and what it then wants done.

use palabre_proto::v1;
use thiserror::Error;

use crate::acts::{ActError, Kind};
use crate::charter::{CharterError, MandateError, RevisionError, SignatureFormError};
use crate::id::{CharterHash, ContentHash, EntryId, LogName, MandateHash, NodeKey, Sequence};
use crate::ledger::{Attachment, Entry, EntryError, Mended, Priority, RawEntry, Record};
use crate::registers::{self, VoidReason};
use crate::seal::file::SealedFile;
use crate::seal::grant::GrantError;
use crate::seal::payload::PayloadError;
use crate::state::Position;
use crate::sync::CodecError;
use crate::sync::elide::RestoreError;

/// Something that the caller wants written; comes back in [`Effect::Written`] or [`Effect::Refused`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// A gossip message whose verdict is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u64);

/// What the author wants to say.
#[derive(Clone, Debug)]
pub struct Write {
    /// The object that it is about; none for an act that opens one.
    pub object: Option<EntryId>,
    /// What it does.
    pub kind: Kind,
    /// Who can read it, of an act that opens an object; every other is for the readers of its object.
    pub audience: registers::Audience,
    /// Files that belong to it; already held.
    pub attachments: Vec<Attachment>,
    /// What opens each of them, when the act is sealed.
    pub files: Vec<SealedFile>,
    /// How soon it travels.
    pub priority: Priority,
}

impl Write {
    /// An act without files, routine; on the object, or public and opening one.
    #[must_use]
    pub const fn plain(object: Option<EntryId>, kind: Kind) -> Self {
        let (audience, priority) = (registers::Audience::Public, Priority::Routine);
        Self { object, kind, audience, attachments: Vec::new(), files: Vec::new(), priority }
    }
}

/// What happens to a node.
#[derive(Debug)]
pub enum Event {
    /// A connection to an admitted node is open.
    Connected {
        /// The other node.
        peer: NodeKey,
    },
    /// It is closed.
    Disconnected {
        /// The other node.
        peer: NodeKey,
    },
    /// A node broke a rule of the wire below frames; its connection is closed.
    Misused {
        /// The node.
        peer: NodeKey,
        /// Which.
        how: Misuse,
    },
    /// A node could not be reached.
    DialFailed {
        /// The node.
        peer: NodeKey,
        /// Why, for `peer why`.
        why: String,
    },
    /// Addresses of a node were found on the local network.
    Found {
        /// The node.
        peer: NodeKey,
        /// Multiaddresses.
        addresses: Vec<String>,
    },
    /// A packet of sync came.
    Packet {
        /// From whom.
        peer: NodeKey,
        /// Its bytes.
        packet: Vec<u8>,
    },
    /// A gossip message came.
    Gossip {
        /// The neighbour that passed it on.
        from: NodeKey,
        /// Whose verdict is owed.
        message: MessageId,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// Somebody here wants to write.
    Write {
        /// To be named in the answer.
        ticket: Ticket,
        /// What.
        write: Write,
    },
    /// Somebody here hands in charter revisions, signatures or mandates, from a file.
    HandIn {
        /// To be named in the answer.
        ticket: Ticket,
        /// What, as it travels between nodes.
        rules: Box<v1::Rules>,
    },
    /// What became of the entries of the oldest [`Effect::Verify`] that was not answered yet: an answer for each, in their
    /// order, up to the first that is not authentic.
    Verified(Vec<Result<Entry, EntryError>>),
    /// The records of the oldest [`Effect::Append`] that was not answered yet are durable.
    Appended(Vec<(Record, Position)>),
    /// They could not be written (a full or read-only disk). Nothing is on disk of them, nor of any other that was not
    /// answered, and nothing will be: all of them are refused with this one answer.
    AppendRefused,
    /// A peer has begun to send an attachment.
    FetchBegan {
        /// The peer.
        peer: NodeKey,
        /// Which.
        hash: ContentHash,
    },
    /// An attachment is held.
    Fetched {
        /// Which.
        hash: ContentHash,
    },
    /// An attachment came, from a peer or for [`Effect::Keep`], and this node's disk did not take it: it is fetched once
    /// the disk may take it again.
    NotKept {
        /// Which.
        hash: ContentHash,
    },
    /// An attachment did not come, for a reason that lies with the peer or on the way.
    FetchFailed {
        /// From whom.
        peer: NodeKey,
        /// Which.
        hash: ContentHash,
    },
    /// A peer has asked for an attachment that is not held here.
    AskedInVain {
        /// The peer.
        peer: NodeKey,
        /// Which.
        hash: ContentHash,
    },
    /// A record that the index names is damaged on disk.
    Damaged {
        /// Its log.
        log: LogName,
        /// Its place there.
        sequence: Sequence,
    },
    /// A damaged part of the segments is of no consequence any more ([`Node::is_mended`](super::Node::is_mended)).
    Mended(Mended),
    /// Time has passed.
    Tick,
}

/// A rule of the wire below frames that a peer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Misuse {
    /// A packet beyond the limit, or one whose length is malformed.
    #[error("sent a packet that is too long or has no proper length")]
    Packet,
    /// It does not take what it asked for.
    #[error("does not read what it asks for")]
    NotReading,
    /// More gossip than a region has.
    #[error("floods gossip")]
    Flood,
    /// More streams than a connection may have.
    #[error("opened more streams than a connection may have")]
    Streams,
}

/// Whether gossip may pass a message on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is authentic and durable here.
    Accept,
    /// Nothing is known against it, nothing for it.
    Ignore,
    /// It is wrong.
    Reject,
}

/// What a node wants done.
#[derive(Debug)]
pub enum Effect {
    /// Only these nodes may connect from now on.
    Admit(Vec<NodeKey>),
    /// Connect to a node.
    Dial {
        /// Which.
        peer: NodeKey,
        /// Multiaddresses, best first.
        addresses: Vec<String>,
    },
    /// Close the connection.
    Disconnect {
        /// To whom.
        peer: NodeKey,
        /// Why.
        reason: Fault,
    },
    /// Send a packet of sync.
    Send {
        /// To whom.
        peer: NodeKey,
        /// Its bytes.
        packet: Vec<u8>,
    },
    /// Publish on the gossip topic `entries`.
    Gossip(Vec<u8>),
    /// Answer for a gossip message.
    Verdict {
        /// Which.
        message: MessageId,
        /// The answer.
        verdict: Verdict,
    },
    /// Verify these entries, which came together, with the keys that the node knows
    /// ([`Node::keys`](super::Node::keys)), and answer with [`Event::Verified`]. Only after
    /// [`Node::verify_beside`](super::Node::verify_beside).
    Verify(Vec<RawEntry>),
    /// Make these records durable, in this order, then answer with [`Event::Appended`] or [`Event::AppendRefused`].
    Append(Vec<Record>),
    /// A write is durable.
    Written {
        /// Which.
        ticket: Ticket,
        /// The id of its entry.
        id: EntryId,
    },
    /// What was handed in has been judged, and what is new of it is durable.
    HandedIn {
        /// Which.
        ticket: Ticket,
        /// What came of it.
        handed: HandedIn,
    },
    /// A write was refused; nothing was signed.
    Refused {
        /// Which.
        ticket: Ticket,
        /// Why.
        reason: WriteError,
    },
    /// Fetch an attachment whole.
    Fetch {
        /// From whom.
        peer: NodeKey,
        /// Which.
        hash: ContentHash,
        /// Its size in bytes.
        size: u64,
    },
    /// Keep the content of a small attachment that came with its entry. Its hash has been checked. Nobody waits for it:
    /// until [`Event::Fetched`] or [`Event::NotKept`] answers, [`Storage::small_attachment`] gives it out from memory.
    ///
    /// [`Storage::small_attachment`]: crate::state::Storage::small_attachment
    Keep {
        /// Which.
        hash: ContentHash,
        /// Its content.
        content: Vec<u8>,
    },
    /// Something that an operator should know.
    Report(Notice),
}

/// What came of rules that were handed in.
#[derive(Debug, Default)]
pub struct HandedIn {
    /// The revisions that are new here.
    pub revisions: Vec<CharterHash>,
    /// How many signatures are.
    pub signatures: usize,
    /// The mandates that are.
    pub mandates: Vec<MandateHash>,
    /// Why others do not count.
    pub refused: Vec<RuleError>,
}

/// Why a revision, a signature or a mandate does not join what is held.
#[derive(Debug, Error)]
pub enum RuleError {
    /// Bytes that are no revision.
    #[error("no charter: {0}")]
    Charter(#[from] CharterError),
    /// Bytes that are no signature.
    #[error("no signature: {0}")]
    Signature(#[from] SignatureFormError),
    /// A revision that cannot be adopted, or comes too early.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// A mandate that does not count, or comes too early.
    #[error(transparent)]
    Mandate(#[from] MandateError),
}

impl RuleError {
    /// Whether an honest node may send such a thing: it holds what has not come here yet.
    #[must_use]
    pub const fn is_honest(&self) -> bool {
        matches!(
            self,
            Self::Revision(RevisionError::NotFollowing(_) | RevisionError::Crowded | RevisionError::Settles(_))
                | Self::Mandate(MandateError::NotFollowing { .. } | MandateError::TooManyMandates(_))
        )
    }
}

/// Why a write is refused before anything is signed.
#[derive(Debug, Error)]
pub enum WriteError {
    /// No mandate lists this node.
    #[error("no mandate in force lists this node: it may read, not write")]
    NotMandated,
    /// The rules do not allow it.
    #[error("the rules do not allow it: {0}")]
    NotAllowed(VoidReason),
    /// What the act builds on has not arrived.
    #[error("what the act builds on, or the mandate that it cites, has not arrived here yet")]
    Waits,
    /// It makes no act, or its object is not known.
    #[error("it makes no act: {0}")]
    Act(#[source] ActError),
    /// The act is too large.
    #[error("the act has {0} bytes; at most {max} are allowed", max = crate::ledger::header::PAYLOAD_MAX)]
    TooLarge(usize),
    /// Too many attachments.
    #[error("{0} attachments; at most {max} are allowed", max = crate::ledger::header::ATTACHMENTS_MAX)]
    TooManyAttachments(usize),
    /// The node cannot read what it would write.
    #[error("the mandate in force lists no sealing key of this node, or not the one that it has: it can seal nothing")]
    NoSealingKey,
    /// What opens its attachments is missing, or given of an act that everybody reads.
    #[error("a sealed act says of each of its attachments what opens it, and a public one of none")]
    Files,
    /// It cannot be sealed.
    #[error("it cannot be sealed: {0}")]
    Seal(#[from] PayloadError),
    /// The key of its audience cannot be granted.
    #[error("the key of the audience cannot be granted: {0}")]
    Grant(#[from] GrantError),
    /// The disk does not take it.
    #[error("the disk is full or read-only: nothing was written")]
    Disk,
}

/// What a peer did wrong, or why a connection is closed.
#[derive(Debug, Error)]
pub enum Fault {
    /// A packet that makes no frame.
    #[error("it sent a packet that makes no frame: {0}")]
    Codec(#[from] CodecError),
    /// An entry that cannot be restored.
    #[error("it sent an entry that cannot be restored: {0}")]
    Restore(#[from] RestoreError),
    /// An entry that is not authentic.
    #[error("it sent an entry that is not authentic: {0}")]
    Entry(#[from] EntryError),
    /// A fork proof that proves nothing.
    #[error("it sent a fork proof that proves nothing: {0}")]
    Fork(#[from] crate::ledger::fork::ForkError),
    /// A revision, a signature or a mandate that no honest node sends.
    #[error("it sent rules that do not count: {0}")]
    Rules(#[from] RuleError),
    /// It broke a rule below frames.
    #[error("it {0}")]
    Misuse(#[from] Misuse),
    /// A gossip message that no honest node passes on.
    #[error("it passed on a gossip message that is not authentic")]
    Gossip,
    /// Own entries of this node that it does not have.
    #[error("it showed own entries of this node that it does not have")]
    OwnEntries,
    /// Nothing came for a long time of what it had shown.
    #[error("it does not deliver what it shows")]
    Undelivered,
    /// A malformed name in a frame.
    #[error("it sent a malformed {0}")]
    Malformed(&'static str),
    /// More than a limit allows.
    #[error("it asked for or sent more {0} than the limit")]
    Limit(&'static str),
    /// More entries than were wanted.
    #[error("it sent more entries than were asked for")]
    Unasked,
    /// No further fault: it is left alone for an earlier one.
    #[error("it is left alone for a while")]
    Paused,
    /// No fault: more connections than are kept.
    #[error("enough connections: another node is nearer")]
    Surplus,
    /// No fault: the connection has named as many logs as it can, and is opened anew.
    #[error("the connection has named as many logs as it can: it is opened anew")]
    Renewed,
    /// No fault: it may not connect any more.
    #[error("no mandate in force lists it")]
    NotAdmitted,
}

/// Something that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A log is forked: from this sequence on nothing of it has effect.
    Fork {
        /// The log.
        log: LogName,
        /// From where.
        sequence: Sequence,
    },
    /// A peer showed own entries that are unknown here: a new log was opened.
    OwnEntriesUnknown {
        /// The log that goes further elsewhere.
        log: LogName,
    },
    /// A record of the segments is damaged; it is wanted from peers.
    DamagedRecord {
        /// Its log.
        log: LogName,
        /// Its place there.
        sequence: Sequence,
    },
    /// A damaged record was fetched again.
    Mended {
        /// Its log.
        log: LogName,
        /// Its place there.
        sequence: Sequence,
    },
    /// An author has more to give than its share of the day: the rest is taken on the days after. Of the node itself: the
    /// others do so.
    BeyondAllowance {
        /// Who.
        author: NodeKey,
    },
    /// A peer did something wrong and is paused.
    Paused {
        /// Who.
        peer: NodeKey,
        /// What.
        fault: String,
    },
}
