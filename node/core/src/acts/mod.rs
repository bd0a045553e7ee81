//! Acts: the typed content of payloads (`docs/design.md` §6).
//!
//! Each kind of object is one file here (what an act says) and one in [`crate::registers`] (who may, what changes).
//! An act is read in two steps: its [`Envelope`], which every version of this program reads alike and which gives the
//! act its place among the others of its object, then its [`Kind`].

pub mod documents;
pub mod fields;
pub mod keys;
pub mod proof;
mod register;
pub mod uphold;

use std::collections::BTreeSet;

use palabre_proto::v1::act::Kind as Wire;
use palabre_proto::{DecodeError, Message, v1};
use thiserror::Error;

pub use self::documents::DocumentAct;
pub use self::fields::FieldError;
pub use self::keys::{GrantAct, RequestAct};
pub use self::proof::{KeyProof, ProofError};
pub use self::register::Register;
pub use self::uphold::UpholdAct;
use crate::id::{EntryId, IdError};
use crate::ledger::{Audience, Header};
use crate::seal::file::{FileError, SealedFile};
use crate::seal::grant::GrantError;

/// Most heads that an act names: one for each administration of the region and as many again; 2 KiB of payload.
pub const AFTER_MAX: usize = 64;

/// Why a payload has no envelope: it is void outside any object.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EnvelopeError {
    /// Not protobuf.
    #[error("the act is not valid protobuf")]
    Encoding(#[from] DecodeError),
    /// The name of the object or of an act before is malformed.
    #[error("the act names something that is no entry id")]
    Name(#[from] IdError),
    /// More than [`AFTER_MAX`] acts before it.
    #[error("the act names {0} acts before it; at most {AFTER_MAX} are allowed")]
    TooManyAfter(usize),
    /// One act before it twice.
    #[error("the act names {0} twice as being before it")]
    AfterTwice(EntryId),
    /// On an object, and after nothing.
    #[error("the act names an object and no act of it that came before")]
    AfterMissing,
    /// It does not open with the key that its header names, for none of the audiences that have this key.
    #[error("what is sealed does not open with the key that its header names")]
    Sealed,
    /// Opens an object, and after something.
    #[error("the act opens an object and names acts before it")]
    AfterOpening,
}

/// Why a payload is no act.
#[derive(Debug, Error)]
pub enum ActError {
    /// It has no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// This version does not know the kind.
    #[error("the kind of act is unknown to this version")]
    UnknownKind,
    /// Its content is not protobuf.
    #[error("the content of the act is not valid protobuf")]
    Encoding(#[source] DecodeError),
    /// An act that opens an object names one, or an act on an object names none.
    #[error("an act that opens an object names none; every other act names one")]
    Opening,
    /// It is no proof of key.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// It is no grant.
    #[error(transparent)]
    Grant(Box<GrantError>),
    /// What it says of its sealed attachments is malformed.
    #[error(transparent)]
    File(#[from] FileError),
    /// It does not say of each of its attachments what opens it, or it is public and says so.
    #[error("a sealed act says of each of its attachments what opens it, and a public one of none")]
    Files,
    /// It upholds an act that it does not name as being before it.
    #[error("an act that upholds another names it among those before it")]
    Upheld,
    /// A field of its kind is malformed.
    #[error(transparent)]
    Kind(#[from] KindError),
}

/// Why the content of an act is malformed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KindError {
    /// A part is missing.
    #[error("the act has no {0}")]
    Missing(&'static str),
    /// A text does not fit.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// An attachment that the header does not have.
    #[error("the act names attachment {named}, counted from 0, of {attachments}")]
    Attachment {
        /// Which.
        named: u32,
        /// How many there are.
        attachments: usize,
    },
}

/// Which object an act is about, and which of its acts the author knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// The act opens an object, which its entry's id names.
    Opens,
    /// The act is on an object that another opened.
    On {
        /// The object.
        object: EntryId,
        /// Its heads that the author knew: 1 to [`AFTER_MAX`], none twice.
        after: Vec<EntryId>,
    },
}

impl Envelope {
    /// Parses the envelope of a payload.
    pub fn parse(payload: &[u8]) -> Result<Self, EnvelopeError> {
        let message = v1::ActEnvelope::decode(payload)?;
        if message.after.len() > AFTER_MAX {
            return Err(EnvelopeError::TooManyAfter(message.after.len()));
        }
        let after = message.after.iter().map(|id| EntryId::try_from(id.as_slice())).collect::<Result<Vec<_>, _>>()?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = after.iter().find(|id| !seen.insert(**id)) {
            return Err(EnvelopeError::AfterTwice(*twice));
        }
        match (message.object.as_slice(), after.is_empty()) {
            ([], true) => Ok(Self::Opens),
            ([], false) => Err(EnvelopeError::AfterOpening),
            (_, true) => Err(EnvelopeError::AfterMissing),
            (object, false) => Ok(Self::On { object: EntryId::try_from(object)?, after }),
        }
    }

    /// The object of an act whose entry has this id.
    #[must_use]
    pub const fn object(&self, entry: EntryId) -> EntryId {
        match self {
            Self::Opens => entry,
            Self::On { object, .. } => *object,
        }
    }

    /// The acts that the author names as being before this one.
    #[must_use]
    pub fn after(&self) -> &[EntryId] {
        match self {
            Self::Opens => &[],
            Self::On { after, .. } => after,
        }
    }
}

/// What an act does, by the kind of object that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// On a document.
    Document(DocumentAct),
    /// A keyholder has its key.
    Proof(KeyProof),
    /// An audience key is granted.
    Grant(GrantAct),
    /// Audience keys are asked for.
    Request(RequestAct),
    /// On an object of any kind: brings a void act of it into effect.
    Uphold(UpholdAct),
}

/// What the acts on each kind of object say of themselves.
pub(crate) trait ObjectAct {
    /// The message that stands for it.
    fn to_wire(&self) -> Wire;
    /// The register that it changes; none for an act on an object of any kind.
    fn register(&self) -> Option<Register>;
    /// Whether it opens an object.
    fn opens(&self) -> bool;
    /// Its stable name, for JSON and for translation.
    fn word(&self) -> &'static str;
}

impl Kind {
    fn parse(wire: Wire, header: &Header) -> Result<Self, ActError> {
        match wire {
            Wire::Document(message) => DocumentAct::parse(message, header).map(Self::Document),
            Wire::Proof(message) => KeyProof::parse(&message).map(Self::Proof),
            Wire::Grant(message) => GrantAct::parse(message).map(Self::Grant),
            Wire::Request(v1::KeyRequest {}) => Ok(Self::Request(RequestAct)),
            Wire::Uphold(message) => UpholdAct::parse(&message).map(Self::Uphold),
        }
    }

    fn act(&self) -> &dyn ObjectAct {
        match self {
            Self::Document(act) => act,
            Self::Proof(act) => act,
            Self::Grant(act) => act,
            Self::Request(act) => act,
            Self::Uphold(act) => act,
        }
    }

    /// The register that it changes; none for an act on an object of any kind.
    #[must_use]
    pub fn register(&self) -> Option<Register> {
        self.act().register()
    }

    /// Whether it opens an object.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.act().opens()
    }

    /// The void act that it upholds.
    #[must_use]
    pub const fn upholds(&self) -> Option<&EntryId> {
        match self {
            Self::Uphold(UpholdAct { act }) => Some(act),
            Self::Document(_) | Self::Proof(_) | Self::Grant(_) | Self::Request(_) => None,
        }
    }

    /// Whether everybody may read it, whatever it is about: what lets others in cannot be behind the door.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Proof(_) | Self::Grant(_) | Self::Request(_))
    }

    /// Its stable name, for JSON and for translation: `document-publish`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.act().word()
    }
}

/// A well-formed act. Says nothing about whether its author may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    envelope: Envelope,
    kind: Kind,
    files: Vec<SealedFile>,
}

impl Act {
    /// Parses the payload of an entry.
    pub fn parse(payload: &[u8], header: &Header) -> Result<Self, ActError> {
        let envelope = Envelope::parse(payload)?;
        let message = v1::Act::decode(payload).map_err(ActError::Encoding)?;
        let kind = Kind::parse(message.kind.ok_or(ActError::UnknownKind)?, header)?;
        if kind.opens() != (envelope == Envelope::Opens) {
            return Err(ActError::Opening);
        }
        if kind.upholds().is_some_and(|act| !envelope.after().contains(act)) {
            return Err(ActError::Upheld);
        }
        let files = message.files.iter().map(SealedFile::parse).collect::<Result<Vec<_>, _>>()?;
        let expected = if header.audience == Audience::Public { 0 } else { header.attachments.len() };
        if files.len() != expected {
            return Err(ActError::Files);
        }
        Ok(Self { envelope, kind, files })
    }

    /// An act that opens an object; its place is 0. Refused when the kind is not one that opens.
    pub fn opening(kind: Kind) -> Result<Self, ActError> {
        if kind.opens() {
            Ok(Self { envelope: Envelope::Opens, kind, files: Vec::new() })
        } else {
            Err(ActError::Opening)
        }
    }

    /// An act on `object` after these heads ([`crate::registers::heads`]: id and place), and the place that its header
    /// must have. Of more than [`AFTER_MAX`] heads the last ones are named, and what the act upholds, which is among
    /// them. Refused without a head, and when the kind is one that opens.
    pub fn on(object: EntryId, heads: &[(EntryId, u64)], kind: Kind) -> Result<(Self, u64), ActError> {
        if kind.opens() {
            return Err(ActError::Opening);
        }
        let mut named: Vec<_> = heads.iter().map(|(id, place)| (*place, *id)).collect();
        named.sort_unstable_by(|one, other| other.cmp(one));
        named.dedup();
        if let Some(upheld) = kind.upholds() {
            let at = named.iter().position(|(_, id)| id == upheld).ok_or(ActError::Upheld)?;
            named.swap(at, at.min(AFTER_MAX - 1));
        }
        named.truncate(AFTER_MAX);
        let Some((greatest, _)) = named.first() else { return Err(EnvelopeError::AfterMissing.into()) };
        let place = greatest.saturating_add(1);
        let after = named.into_iter().map(|(_, id)| id).collect();
        Ok((Self { envelope: Envelope::On { object, after }, kind, files: Vec::new() }, place))
    }

    /// The same, with what opens each of its attachments: of an act that is sealed.
    #[must_use]
    pub fn with_files(self, files: Vec<SealedFile>) -> Self {
        Self { files, ..self }
    }

    /// The payload that says it.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (object, after) = match &self.envelope {
            Envelope::Opens => (Vec::new(), Vec::new()),
            Envelope::On { object, after } => {
                (object.as_bytes().to_vec(), after.iter().map(|id| id.as_bytes().to_vec()).collect())
            }
        };
        let files = self.files.iter().map(SealedFile::to_message).collect();
        v1::Act { object, after, files, kind: Some(self.kind.act().to_wire()) }.encode_to_vec()
    }

    /// Which object it is about, and after what.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What opens each of its attachments, when it is sealed.
    #[must_use]
    pub fn files(&self) -> &[SealedFile] {
        &self.files
    }

    /// What it does.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_kind(self) -> Kind {
        self.kind
    }
}

#[cfg(test)]
mod tests;
