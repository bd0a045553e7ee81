//! The parts of an archive, a ledger in one file: records, and at the end a seal that says what they were
//! (`docs/archive.md`).
//!
//! Each record proves itself by its author's signature. What the seal adds is that nothing was left out or put in since
//! the archive was made, as its node says.

use palabre_proto::{Message, v1};
use thiserror::Error;

use crate::id::{ContentHash, IdError, NetworkId, NodeKey};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};
use crate::time::Millis;

/// Why bytes are no part of an archive, or why a seal does not count.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// Not protobuf.
    #[error("this is no part of an archive")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A kind that this version does not know.
    #[error("this part of the archive is of an unknown kind")]
    Unknown,
    /// A key or hash of another length.
    #[error("the field {field} of the seal is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// Not signed by the node that it names.
    #[error("the signature of the seal is not valid")]
    Signature(#[from] SignatureError),
}

/// One part of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Exact bytes of a record of the ledger.
    Record(Vec<u8>),
    /// The end.
    Seal(RawSeal),
}

impl Part {
    /// Parses the bytes of a frame.
    pub fn decode(bytes: &[u8]) -> Result<Self, ArchiveError> {
        match v1::ArchivePart::decode(bytes)?.part.ok_or(ArchiveError::Unknown)? {
            v1::archive_part::Part::Record(record) => Ok(Self::Record(record)),
            v1::archive_part::Part::Seal(v1::ArchiveSeal { content, signature }) => {
                Ok(Self::Seal(RawSeal { content, signature: SignatureBytes::try_from(signature.as_slice())? }))
            }
        }
    }

    /// The bytes of its frame.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let part = match self {
            Self::Record(record) => v1::archive_part::Part::Record(record),
            Self::Seal(RawSeal { content, signature }) => {
                v1::archive_part::Part::Seal(v1::ArchiveSeal { content, signature: signature.0.to_vec() })
            }
        };
        v1::ArchivePart { part: Some(part) }.encode_to_vec()
    }
}

/// A seal whose signature has not been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawSeal {
    content: Vec<u8>,
    signature: SignatureBytes,
}

/// What a node says of an archive that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The network.
    pub network: NetworkId,
    /// Who made it.
    pub node: NodeKey,
    /// When, by its clock.
    pub made: Millis,
    /// Parts before the seal.
    pub records: u64,
    /// Hash of all bytes of the file before the seal's frame.
    pub hash: ContentHash,
    /// Hash of the frontier of what is in it.
    pub ledger: [u8; 32],
    /// Hash of what is folded from it for everybody.
    pub state: [u8; 32],
}

impl Seal {
    /// Signs it with the key of its node.
    #[must_use]
    pub fn sign(&self, secret: &Secret) -> RawSeal {
        let content = v1::ArchiveContent {
            network: self.network.as_bytes().to_vec(),
            node: self.node.as_bytes().to_vec(),
            made: self.made.0,
            records: self.records,
            hash: self.hash.as_bytes().to_vec(),
            ledger: self.ledger.to_vec(),
            state: self.state.to_vec(),
        }
        .encode_to_vec();
        let signature = secret.sign(Purpose::Archive, &self.network, &content);
        RawSeal { content, signature }
    }
}

impl RawSeal {
    /// What it says, once its signature is found valid.
    pub fn verify(&self) -> Result<Seal, ArchiveError> {
        let message = v1::ArchiveContent::decode(self.content.as_slice())?;
        let hash =
            |field, bytes: &[u8]| ContentHash::try_from(bytes).map_err(|source| ArchiveError::Field { field, source });
        let seal = Seal {
            network: NetworkId::try_from(message.network.as_slice())
                .map_err(|source| ArchiveError::Field { field: "network", source })?,
            node: NodeKey::try_from(message.node.as_slice())
                .map_err(|source| ArchiveError::Field { field: "node", source })?,
            made: Millis(message.made),
            records: message.records,
            hash: hash("hash", &message.hash)?,
            ledger: *hash("ledger", &message.ledger)?.as_bytes(),
            state: *hash("state", &message.state)?.as_bytes(),
        };
        keys::verify(seal.node.as_bytes(), Purpose::Archive, &seal.network, &self.content, &self.signature)?;
        Ok(seal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &Secret) -> Seal {
        Seal {
            network: NetworkId::from_bytes([1; 32]),
            node: secret.node_key(),
            made: Millis(1_700_000_000_000),
            records: 3,
            hash: ContentHash::from_bytes([2; 32]),
            ledger: [3; 32],
            state: [4; 32],
        }
    }

    #[test]
    fn a_seal_says_what_was_signed() {
        let secret = Secret::from_seed(&[9; 32]);
        let seal = seal(&secret);
        let Part::Seal(raw) = Part::decode(&Part::Seal(seal.sign(&secret)).encode()).unwrap() else {
            panic!("no seal")
        };
        assert_eq!(raw.verify().unwrap(), seal);
    }

    #[test]
    fn a_seal_by_another_or_changed_since_does_not_count() {
        let secret = Secret::from_seed(&[9; 32]);
        let by_another = seal(&secret).sign(&Secret::from_seed(&[8; 32]));
        assert!(matches!(by_another.verify(), Err(ArchiveError::Signature(_))));
        let mut changed = seal(&secret).sign(&secret);
        let other = Seal { records: 4, ..seal(&secret) }.sign(&secret);
        changed.content = other.content;
        assert!(matches!(changed.verify(), Err(ArchiveError::Signature(SignatureError::Invalid))));
        changed.content.truncate(40);
        assert!(changed.verify().is_err());
    }

    #[test]
    fn a_part_of_an_unknown_kind_is_refused() {
        assert!(matches!(Part::decode(&[]), Err(ArchiveError::Unknown)));
        assert!(Part::decode(&[0xff, 1]).is_err());
        let record = Part::Record(vec![1, 2, 3]);
        assert_eq!(Part::decode(&record.clone().encode()).unwrap(), record);
    }
}
