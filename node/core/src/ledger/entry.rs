//! Entries: parsed from bytes, then verified (`docs/design.md` §3).

use palabre_proto::v1;
use thiserror::Error;

use super::header::{Header, HeaderError};
use crate::id::{ContentHash, EntryId, NetworkId};
use crate::keys::{KnownKeys, Purpose, SignatureBytes, SignatureError};

/// Why an entry is not authentic.
#[derive(Debug, Error)]
pub enum EntryError {
    /// The header is malformed.
    #[error("the header is malformed")]
    Header(#[from] HeaderError),
    /// The signature does not count.
    #[error("the signature of the entry does not count")]
    Signature(#[from] SignatureError),
    /// The payload has another size than the header says.
    #[error("the payload has {found} bytes; the header says {said}")]
    PayloadSize {
        /// What the header says.
        said: u32,
        /// What there is.
        found: usize,
    },
    /// The payload has another hash than the header says.
    #[error("the payload is not the one that the header names")]
    PayloadHash,
}

/// An entry as it came: nothing is known about it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEntry {
    /// Exact bytes of the header.
    pub header: Vec<u8>,
    /// Signature over them.
    pub signature: Vec<u8>,
    /// The payload, unless it is still on its way.
    pub payload: Option<Vec<u8>>,
}

impl From<v1::Entry> for RawEntry {
    fn from(message: v1::Entry) -> Self {
        Self { header: message.header, signature: message.signature, payload: message.payload }
    }
}

impl RawEntry {
    /// Verifies in this order: form of the header, size and hash of the payload, signature (the costliest last).
    pub fn verify(self, network: &NetworkId) -> Result<Entry, EntryError> {
        self.verify_by(network, &KnownKeys::default())
    }

    /// As [`RawEntry::verify`], faster for authors among `keys`.
    pub fn verify_by(self, network: &NetworkId, keys: &KnownKeys) -> Result<Entry, EntryError> {
        let header = Header::parse(&self.header)?;
        if let Some(payload) = &self.payload {
            check_payload(&header, payload)?;
        }
        let signature = SignatureBytes::try_from(self.signature.as_slice())?;
        keys.verify(&header.author, Purpose::Entry, network, &self.header, &signature)?;
        let id = id_of(&self.header);
        Ok(Entry { id, header, bytes: self.header, signature, payload: self.payload })
    }
}

impl RawEntry {
    /// An entry that was verified before it was recorded, and whose record is whole by its checksum: that it has this id
    /// proves that it is the same.
    #[must_use]
    pub fn recall(self, id: EntryId) -> Option<Entry> {
        let header = Header::parse(&self.header).ok()?;
        if let Some(payload) = &self.payload {
            check_payload(&header, payload).ok()?;
        }
        let signature = SignatureBytes::try_from(self.signature.as_slice()).ok()?;
        (id_of(&self.header) == id).then_some(Entry {
            id,
            header,
            bytes: self.header,
            signature,
            payload: self.payload,
        })
    }
}

fn check_payload(header: &Header, payload: &[u8]) -> Result<(), EntryError> {
    if payload.len() != header.payload_size as usize {
        return Err(EntryError::PayloadSize { said: header.payload_size, found: payload.len() });
    }
    if content_hash(payload) != header.payload_hash {
        return Err(EntryError::PayloadHash);
    }
    Ok(())
}

/// The id of an entry: BLAKE3 of its header's bytes.
#[must_use]
pub fn id_of(header: &[u8]) -> EntryId {
    EntryId::from_bytes(*blake3::hash(header).as_bytes())
}

/// The name of a content: its BLAKE3.
#[must_use]
pub fn content_hash(content: &[u8]) -> ContentHash {
    ContentHash::from_bytes(*blake3::hash(content).as_bytes())
}

/// An authentic entry: comes only from [`RawEntry::verify`], from [`super::OwnLog`], and from the own records of such
/// ([`RawEntry::recall`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub(super) id: EntryId,
    pub(super) header: Header,
    pub(super) bytes: Vec<u8>,
    pub(super) signature: SignatureBytes,
    pub(super) payload: Option<Vec<u8>>,
}

impl Entry {
    /// BLAKE3 of the header's bytes.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The parsed header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The exact bytes that are signed.
    #[must_use]
    pub fn header_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The signature.
    #[must_use]
    pub const fn signature(&self) -> &SignatureBytes {
        &self.signature
    }

    /// The payload, unless it is still on its way.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        self.payload.as_deref()
    }

    /// Bytes of header, signature and payload: what the entry costs in full.
    #[must_use]
    pub fn size(&self) -> usize {
        self.bytes.len() + self.signature.0.len() + self.payload.as_ref().map_or(0, Vec::len)
    }

    /// The message that stands for it, byte for byte as it came.
    #[must_use]
    pub fn to_message(&self) -> v1::Entry {
        v1::Entry { header: self.bytes.clone(), signature: self.signature.0.to_vec(), payload: self.payload.clone() }
    }

    /// Its header and signature alone.
    #[must_use]
    pub fn signed_header(&self) -> v1::SignedHeader {
        v1::SignedHeader { header: self.bytes.clone(), signature: self.signature.0.to_vec() }
    }
}
