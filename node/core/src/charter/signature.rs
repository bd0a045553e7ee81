//! Detached signatures under charter revisions: a set of their own, valid whoever carries them.

use std::collections::BTreeSet;

use palabre_proto::v1;
use thiserror::Error;

use super::revision::Charter;
use crate::id::{AdministrationKey, CharterHash, Code, IdError, NetworkId};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};

/// Why bytes are no charter signature.
#[derive(Debug, Error)]
pub enum SignatureFormError {
    /// The subject or the key is malformed.
    #[error("the subject or the key is malformed")]
    Name(#[from] IdError),
    /// The signature is malformed.
    #[error("the signature is malformed")]
    Signature(#[from] SignatureError),
}

/// A signature by a key under a revision. Not verified until it is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CharterSignature {
    /// The revision.
    pub subject: CharterHash,
    /// Who signs.
    pub key: AdministrationKey,
    /// The signature.
    pub signature: SignatureBytes,
}

impl CharterSignature {
    /// Parses the message.
    pub fn parse(message: &v1::Signature) -> Result<Self, SignatureFormError> {
        Ok(Self {
            subject: CharterHash::try_from(message.subject.as_slice())?,
            key: AdministrationKey::try_from(message.key.as_slice())?,
            signature: SignatureBytes::try_from(message.signature.as_slice())?,
        })
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::Signature {
        v1::Signature {
            subject: self.subject.as_bytes().to_vec(),
            key: self.key.as_bytes().to_vec(),
            signature: self.signature.0.to_vec(),
        }
    }

    /// Signs a revision of `network`.
    #[must_use]
    pub fn sign(charter: &Charter, secret: &Secret, network: &NetworkId) -> Self {
        Self {
            subject: charter.hash(),
            key: secret.administration_key(),
            signature: secret.sign(Purpose::Charter, network, charter.bytes()),
        }
    }

    /// Whether it stands under `charter`.
    pub fn check(&self, charter: &Charter, network: &NetworkId) -> Result<(), SignatureError> {
        if self.subject != charter.hash() {
            return Err(SignatureError::Invalid);
        }
        keys::verify(self.key.as_bytes(), Purpose::Charter, network, charter.bytes(), &self.signature)
    }
}

/// The keyholders of `judge` that have signed `charter`: administrations, each counted once, whatever the number of
/// its keys or signatures.
#[must_use]
pub fn signers(
    charter: &Charter,
    judge: &Charter,
    signatures: &[CharterSignature],
    network: &NetworkId,
) -> BTreeSet<Code> {
    signatures
        .iter()
        .filter(|signature| signature.check(charter, network).is_ok())
        .filter_map(|signature| keyholder_with(judge, &signature.key))
        .collect()
}

/// The keyholder that has this key under `charter`.
#[must_use]
pub fn keyholder_with(charter: &Charter, key: &AdministrationKey) -> Option<Code> {
    charter
        .administrations
        .iter()
        .find(|a| a.key.as_ref() == Some(key) && charter.keyholders.contains(&a.code))
        .map(|a| a.code.clone())
}
