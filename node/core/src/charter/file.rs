//! A charter as a file: a revision and the signatures collected so far. It goes from keyholder to keyholder.

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::revision::{Charter, CharterError};
use super::signature::{CharterSignature, SignatureFormError};

/// Why bytes are no charter file.
#[derive(Debug, Error)]
pub enum CharterFileError {
    /// Not protobuf.
    #[error("this is no charter file")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// The revision in it is malformed.
    #[error("the charter in the file is malformed")]
    Charter(#[from] CharterError),
    /// A signature in it is malformed.
    #[error("a signature in the file is malformed")]
    Signature(#[from] SignatureFormError),
}

/// A revision and the signatures collected so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharterFile {
    /// The revision.
    pub charter: Charter,
    /// The signatures, none verified yet.
    pub signatures: Vec<CharterSignature>,
}

impl CharterFile {
    /// Parses the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, CharterFileError> {
        let message = v1::CharterFile::decode(bytes)?;
        Ok(Self {
            charter: Charter::parse(&message.charter)?,
            signatures: message.signatures.iter().map(CharterSignature::parse).collect::<Result<_, _>>()?,
        })
    }

    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        v1::CharterFile {
            charter: self.charter.bytes().to_vec(),
            signatures: self.signatures.iter().map(CharterSignature::to_message).collect(),
        }
        .encode_to_vec()
    }

    /// Adds a signature; false when it is there already.
    pub fn add(&mut self, signature: CharterSignature) -> bool {
        let new = !self.signatures.contains(&signature);
        if new {
            self.signatures.push(signature);
        }
        new
    }
}
