//! Entries: parsed from bytes, then verified (`docs/design.md` §3).

use palabre_proto::v1;
use thiserror::Error;

use super::header::{Header, HeaderError};
use crate::id::{ContentHash, EntryId, NetworkId};
use crate::keys::{KnownKeys, Purpose, SignatureBytes, SignatureError, Signed};

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
        Self::verify_each([self], network, keys).next().unwrap_or(Err(SignatureError::Invalid.into()))
    }

    /// As [`RawEntry::verify_by`] for each; faster for some together.
    pub fn verify_each(
        entries: impl IntoIterator<Item = Self>,
        network: &NetworkId,
        keys: &KnownKeys,
    ) -> impl Iterator<Item = Result<Entry, EntryError>> {
        let formed: Vec<Result<Formed, EntryError>> = entries.into_iter().map(Formed::of).collect();
        let signed: Vec<Signed<'_>> = formed.iter().flatten().map(Formed::signed).collect();
        let mut answers = keys.verify_each(Purpose::Entry, network, &signed).into_iter();
        formed.into_iter().map(move |formed| {
            let formed = formed?;
            // There is one for each that is well formed.
            answers.next().unwrap_or(Err(SignatureError::Invalid))?;
            Ok(formed.authentic())
        })
    }
}

/// An entry that is well formed, with the payload that it names: its signature is not verified yet.
struct Formed {
    raw: RawEntry,
    header: Header,
    signature: SignatureBytes,
}

impl Formed {
    fn of(raw: RawEntry) -> Result<Self, EntryError> {
        let header = Header::parse(&raw.header)?;
        if let Some(payload) = &raw.payload {
            check_payload(&header, payload)?;
        }
        let signature = SignatureBytes::try_from(raw.signature.as_slice())?;
        Ok(Self { raw, header, signature })
    }

    fn signed(&self) -> Signed<'_> {
        Signed { key: &self.header.author, bytes: &self.raw.header, signature: &self.signature }
    }

    /// Its signature counts, or did when it was recorded.
    fn authentic(self) -> Entry {
        let Self { raw, header, signature } = self;
        Entry { id: id_of(&raw.header), header, bytes: raw.header, signature, payload: raw.payload }
    }
}

impl RawEntry {
    /// An entry that was verified before it was recorded, and whose record is whole by its checksum: that it has this id
    /// proves that it is the same.
    #[must_use]
    pub fn recall(self, id: EntryId) -> Option<Entry> {
        let entry = Formed::of(self).ok()?.authentic();
        (entry.id == id).then_some(entry)
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
