//! A keyholder's proof that it has its key (`docs/design.md` §4): a statement signed by that key, carried by whatever node.
//! What it changes is in [`crate::registers::proofs`].

use palabre_proto::v1::act::Kind as Wire;
use palabre_proto::{DecodeError, Message, v1};
use thiserror::Error;

use super::{ActError, ObjectAct, Register};
use crate::id::{AdministrationKey, Code, IdError, NetworkId};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};
use crate::time::Millis;

/// Why bytes are no statement.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ProofError {
    /// Not protobuf.
    #[error("the proof is not valid protobuf")]
    Encoding(#[from] DecodeError),
    /// The code of the administration is malformed.
    #[error("the proof names no administration")]
    Administration(#[from] IdError),
    /// The signature is malformed.
    #[error("the signature of the proof is malformed")]
    Signature(#[from] SignatureError),
}

/// A statement. Not verified until the charter says which key it must be by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyProof {
    /// Whose key.
    pub administration: Code,
    /// When, by the clock of who signed.
    pub at: Millis,
    signature: SignatureBytes,
}

impl KeyProof {
    /// Signs the statement.
    #[must_use]
    pub fn sign(administration: Code, at: Millis, secret: &Secret, network: &NetworkId) -> Self {
        let signature = secret.sign(Purpose::Proof, network, &said(&administration, at));
        Self { administration, at, signature }
    }

    /// Parses the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofError> {
        Self::of_message(&v1::KeyProof::decode(bytes)?)
    }

    /// The bytes of a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.to_message().encode_to_vec()
    }

    /// Whether this key signed it.
    pub fn check(&self, key: &AdministrationKey, network: &NetworkId) -> Result<(), SignatureError> {
        let said = said(&self.administration, self.at);
        keys::verify(key.as_bytes(), Purpose::Proof, network, &said, &self.signature)
    }

    pub(super) fn parse(message: &v1::KeyProof) -> Result<Self, ActError> {
        Self::of_message(message).map_err(ActError::Proof)
    }

    fn of_message(message: &v1::KeyProof) -> Result<Self, ProofError> {
        Ok(Self {
            administration: message.administration.parse()?,
            at: Millis(message.at),
            signature: SignatureBytes::try_from(message.signature.as_slice())?,
        })
    }

    fn to_message(&self) -> v1::KeyProof {
        v1::KeyProof {
            administration: self.administration.to_string(),
            at: self.at.0,
            signature: self.signature.0.to_vec(),
        }
    }
}

fn said(administration: &Code, at: Millis) -> Vec<u8> {
    [at.0.to_be_bytes().as_slice(), administration.as_str().as_bytes()].concat()
}

impl ObjectAct for KeyProof {
    fn to_wire(&self) -> Wire {
        Wire::Proof(self.to_message())
    }

    fn register(&self) -> Option<Register> {
        Some(Register::Proofs)
    }

    fn opens(&self) -> bool {
        true
    }

    fn word(&self) -> &'static str {
        "key-proof"
    }
}
