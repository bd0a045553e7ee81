//! What one frame of a ledger segment holds (`docs/design.md` §8).

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::entry::{Entry, EntryError, RawEntry};
use super::fork::{ForkError, ForkProof};
use crate::charter::{CharterSignature, MandateError, RawMandate, SignatureFormError};
use crate::id::{IdError, LogId, NetworkId};
use crate::keys::KnownKeys;
use crate::state::Position;

/// Why the bytes of a frame are no record.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Not protobuf.
    #[error("the record is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A kind that this version does not know.
    #[error("the record is of an unknown kind")]
    Unknown,
    /// An entry that is not authentic.
    #[error("the entry is not authentic")]
    Entry(#[from] EntryError),
    /// A fork proof that proves nothing.
    #[error("the fork proof proves nothing")]
    Fork(#[from] ForkError),
    /// A signature of the wrong form.
    #[error("the charter signature is malformed")]
    Signature(#[from] SignatureFormError),
    /// A log whose name is malformed.
    #[error("the name of a log is malformed")]
    Log(#[from] IdError),
    /// A mandate that is not well formed.
    #[error("the mandate is malformed")]
    Mandate(#[from] MandateError),
}

/// One thing that the segments keep. Boxed where large, so that batches stay small in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An authentic entry.
    Entry(Box<Entry>),
    /// A verified fork proof.
    Fork(Box<ForkProof>),
    /// Exact bytes of a charter revision; judged together with its signatures.
    Charter(Vec<u8>),
    /// A detached signature under a charter revision.
    Signature(CharterSignature),
    /// A mandate; judged together with the charter.
    Mandate(RawMandate),
    /// A damaged part of the segments is of no consequence any more.
    Mended(Mended),
    /// The log that the node writes from here on.
    Opened(LogId),
}

/// A damaged part of the segments whose content has been recorded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mended {
    /// Where it begins.
    pub position: Position,
    /// Its bytes.
    pub length: u64,
}

impl Record {
    /// Parses and verifies the bytes of a frame.
    pub fn verify(bytes: &[u8], network: &NetworkId) -> Result<Self, RecordError> {
        Self::of(kind(bytes)?, network)
    }

    /// As [`Record::verify`] for each, in their order; faster for entries of authors among `keys`, and for some together.
    #[must_use]
    pub fn verify_each(
        records: &[impl AsRef<[u8]>],
        network: &NetworkId,
        keys: &KnownKeys,
    ) -> Vec<Result<Self, RecordError>> {
        let mut entries = Vec::with_capacity(records.len());
        let mut judge = |bytes| match kind(bytes)? {
            v1::record::Kind::Entry(entry) => {
                entries.push(RawEntry::from(entry));
                Ok(None)
            }
            other => Self::of(other, network).map(Some),
        };
        let others: Vec<Result<Option<Self>, RecordError>> =
            records.iter().map(|bytes| judge(bytes.as_ref())).collect();
        let mut entries = RawEntry::verify_each(entries, network, keys);
        let mut next = || entries.next().map(|entry| Ok(Self::Entry(Box::new(entry?))));
        let others = others.into_iter().map(|other| match other {
            Ok(Some(record)) => Ok(record),
            // There is one for each.
            Ok(None) => next().unwrap_or(Err(RecordError::Unknown)),
            Err(error) => Err(error),
        });
        others.collect()
    }

    fn of(kind: v1::record::Kind, network: &NetworkId) -> Result<Self, RecordError> {
        use v1::record::Kind;
        match kind {
            Kind::Entry(entry) => Ok(Self::Entry(Box::new(RawEntry::from(entry).verify(network)?))),
            Kind::Fork(proof) => Ok(Self::Fork(Box::new(ForkProof::verify(proof, network)?))),
            Kind::Charter(bytes) => Ok(Self::Charter(bytes)),
            Kind::CharterSignature(signature) => Ok(Self::Signature(CharterSignature::parse(&signature)?)),
            Kind::Mandate(mandate) => Ok(Self::Mandate(RawMandate::parse(mandate)?)),
            Kind::Opened(log) => Ok(Self::Opened(LogId::try_from(log.as_slice())?)),
            Kind::Mended(v1::Mended { segment, offset, length }) => {
                Ok(Self::Mended(Mended { position: Position { segment, offset }, length }))
            }
        }
    }

    /// Whether the bytes of a frame begin an entry: most do, and whoever looks for others need not decode them.
    #[must_use]
    pub fn begins_entry(bytes: &[u8]) -> bool {
        bytes.first() == Some(&ENTRY)
    }

    /// The entry in the bytes of a frame, not verified; nothing when they are no entry.
    pub(super) fn raw_entry(bytes: &[u8]) -> Option<RawEntry> {
        match v1::Record::decode(bytes).ok()?.kind? {
            v1::record::Kind::Entry(entry) => Some(entry.into()),
            _ => None,
        }
    }

    /// The bytes of its frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        use v1::record::Kind;
        let kind = match self {
            Self::Entry(entry) => Kind::Entry(entry.to_message()),
            Self::Fork(proof) => Kind::Fork(proof.to_message()),
            Self::Charter(bytes) => Kind::Charter(bytes.clone()),
            Self::Signature(signature) => Kind::CharterSignature(signature.to_message()),
            Self::Mandate(mandate) => Kind::Mandate(mandate.to_message()),
            Self::Opened(log) => Kind::Opened(log.as_bytes().to_vec()),
            Self::Mended(Mended { position: Position { segment, offset }, length }) => {
                Kind::Mended(v1::Mended { segment: *segment, offset: *offset, length: *length })
            }
        };
        v1::Record { kind: Some(kind) }.encode_to_vec()
    }
}

/// First byte of the record of an entry: field 1, of a length that follows.
const ENTRY: u8 = 1 << 3 | 2;

fn kind(bytes: &[u8]) -> Result<v1::record::Kind, RecordError> {
    v1::Record::decode(bytes)?.kind.ok_or(RecordError::Unknown)
}
