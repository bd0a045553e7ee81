//! The header of an entry: what always travels (`docs/design.md` §3).

use palabre_proto::{Message, v1};
use thiserror::Error;

use crate::id::{
    AudienceTag, CharterHash, ContentHash, EntryId, IdError, LogId, LogName, MandateHash, NodeKey, Sequence,
};
use crate::time::Millis;

/// Largest header: room for 32 attachments of 44 bytes each, small enough to send ahead of payloads.
pub const HEADER_MAX: usize = 2048;
/// Largest payload: an act is a form, not a file; files are attachments.
pub const PAYLOAD_MAX: usize = 64 * 1024;
/// Most attachments of one entry.
pub const ATTACHMENTS_MAX: usize = 32;

/// Why bytes are no header.
#[derive(Debug, Error)]
pub enum HeaderError {
    /// Longer than [`HEADER_MAX`].
    #[error("the header has {0} bytes; at most {HEADER_MAX} are allowed")]
    TooLong(usize),
    /// Not protobuf.
    #[error("the header is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A key, hash or log of the wrong length.
    #[error("the field {field} is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// Sequence 0.
    #[error("sequences count from 1")]
    SequenceZero,
    /// An entry after the first must name the one before.
    #[error("entry {0} of a log must name the entry before it")]
    PreviousMissing(u64),
    /// A priority that this version does not know.
    #[error("priority {0} is unknown")]
    Priority(i32),
    /// A payload beyond [`PAYLOAD_MAX`].
    #[error("the payload is said to have {0} bytes; at most {PAYLOAD_MAX} are allowed")]
    PayloadTooLong(u32),
    /// More attachments than [`ATTACHMENTS_MAX`].
    #[error("{0} attachments; at most {ATTACHMENTS_MAX} are allowed")]
    TooManyAttachments(usize),
}

/// How soon an entry travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// In the order of time.
    #[default]
    Routine,
    /// Before everything else.
    Urgent,
}

/// Who can read an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Every node, partners too.
    #[default]
    Public,
    /// Whoever holds the key behind the tag.
    Sealed(AudienceTag),
}

/// A file named by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attachment {
    /// BLAKE3 of its content.
    pub hash: ContentHash,
    /// Its size in bytes.
    pub size: u64,
}

/// A well-formed header. Says nothing about its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The node that signs.
    pub author: NodeKey,
    /// Which of its logs.
    pub log: LogId,
    /// Place in that log.
    pub sequence: Sequence,
    /// The entry before; in the first of a log, the author's last known head in an earlier one.
    pub previous: Option<EntryId>,
    /// The author's clock: shown, never believed.
    pub clock: Millis,
    /// 1 + the greatest place among the act's `after`; 0 without any.
    pub place: u64,
    /// The charter revision that the author knew.
    pub charter: CharterHash,
    /// The mandate that the author knew.
    pub mandate: MandateHash,
    /// How soon it travels.
    pub priority: Priority,
    /// Who can read it.
    pub audience: Audience,
    /// BLAKE3 of the payload.
    pub payload_hash: ContentHash,
    /// Bytes of the payload.
    pub payload_size: u32,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
}

impl Header {
    /// Parses a header from the exact bytes that are signed. Unknown fields are allowed: they are part of those bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        if bytes.len() > HEADER_MAX {
            return Err(HeaderError::TooLong(bytes.len()));
        }
        Self::from_message(&v1::Header::decode(bytes)?)
    }

    /// The header that a message stands for.
    pub fn from_message(message: &v1::Header) -> Result<Self, HeaderError> {
        let sequence = Sequence::new(message.sequence).ok_or(HeaderError::SequenceZero)?;
        let previous = match message.previous.as_slice() {
            [] if sequence == Sequence::FIRST => None,
            [] => return Err(HeaderError::PreviousMissing(sequence.get())),
            bytes => Some(field("previous", bytes)?),
        };
        if message.payload_size as usize > PAYLOAD_MAX {
            return Err(HeaderError::PayloadTooLong(message.payload_size));
        }
        Ok(Self {
            author: field("author", &message.author)?,
            log: field("log", &message.log)?,
            sequence,
            previous,
            clock: Millis(message.clock),
            place: message.place,
            charter: field("charter", &message.charter)?,
            mandate: field("mandate", &message.mandate)?,
            priority: priority(message.priority)?,
            audience: match message.tag.as_slice() {
                [] => Audience::Public,
                tag => Audience::Sealed(field("tag", tag)?),
            },
            payload_hash: field("payload_hash", &message.payload_hash)?,
            payload_size: message.payload_size,
            attachments: attachments(&message.attachments)?,
        })
    }

    /// The message that stands for this header. Its encoding is what a new entry signs.
    #[must_use]
    pub fn to_message(&self) -> v1::Header {
        v1::Header {
            author: self.author.as_bytes().to_vec(),
            log: self.log.as_bytes().to_vec(),
            sequence: self.sequence.get(),
            previous: self.previous.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
            clock: self.clock.0,
            place: self.place,
            charter: self.charter.as_bytes().to_vec(),
            mandate: self.mandate.as_bytes().to_vec(),
            priority: self.priority.to_wire(),
            tag: self.audience.tag(),
            payload_hash: self.payload_hash.as_bytes().to_vec(),
            payload_size: self.payload_size,
            attachments: self.attachments.iter().map(Attachment::to_message).collect(),
        }
    }

    /// The encoding of [`Header::to_message`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_message().encode_to_vec()
    }

    /// The log that the entry is in.
    #[must_use]
    pub const fn log_name(&self) -> LogName {
        LogName { author: self.author, log: self.log }
    }
}

impl Priority {
    /// Its number on the wire.
    #[must_use]
    pub const fn to_wire(self) -> i32 {
        match self {
            Self::Routine => v1::Priority::Routine as i32,
            Self::Urgent => v1::Priority::Urgent as i32,
        }
    }
}

impl Audience {
    /// The tag's bytes; none for `public`.
    #[must_use]
    pub fn tag(&self) -> Vec<u8> {
        match self {
            Self::Public => Vec::new(),
            Self::Sealed(tag) => tag.as_bytes().to_vec(),
        }
    }
}

impl Attachment {
    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::AttachmentRef {
        v1::AttachmentRef { hash: self.hash.as_bytes().to_vec(), size: self.size }
    }
}

/// The priority with this number on the wire.
pub fn priority(number: i32) -> Result<Priority, HeaderError> {
    match v1::Priority::try_from(number) {
        Ok(v1::Priority::Routine) => Ok(Priority::Routine),
        Ok(v1::Priority::Urgent) => Ok(Priority::Urgent),
        Err(_) => Err(HeaderError::Priority(number)),
    }
}

/// The attachments that messages stand for.
pub fn attachments(messages: &[v1::AttachmentRef]) -> Result<Vec<Attachment>, HeaderError> {
    if messages.len() > ATTACHMENTS_MAX {
        return Err(HeaderError::TooManyAttachments(messages.len()));
    }
    messages.iter().map(|m| Ok(Attachment { hash: field("attachments.hash", &m.hash)?, size: m.size })).collect()
}

fn field<'a, T: TryFrom<&'a [u8], Error = IdError>>(name: &'static str, bytes: &'a [u8]) -> Result<T, HeaderError> {
    T::try_from(bytes).map_err(|source| HeaderError::Field { field: name, source })
}
