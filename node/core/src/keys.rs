//! Signatures: strict Ed25519 with one answer on every machine (`docs/design.md` §3; RFC 8032 §5.1.7).

mod known;
mod multiples;
pub(crate) mod remembered;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use thiserror::Error;
use zeroize::Zeroizing;

pub use self::known::{KnownKeys, Signed};
use crate::id::{AdministrationKey, NetworkId, NodeKey};

/// What is signed. Each kind has its own prefix, so that a signature never serves for another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A header of an entry.
    Entry,
    /// A charter revision.
    Charter,
    /// A mandate.
    Mandate,
    /// An invitation.
    Invitation,
    /// An application.
    Application,
    /// The seal of an archive.
    Archive,
    /// A keyholder's proof that it has its key.
    Proof,
}

impl Purpose {
    const fn prefix(self) -> &'static [u8] {
        match self {
            Self::Entry => b"palabre/entry/1",
            Self::Charter => b"palabre/charter/1",
            Self::Mandate => b"palabre/mandate/1",
            Self::Invitation => b"palabre/invitation/1",
            Self::Application => b"palabre/application/1",
            Self::Archive => b"palabre/archive/1",
            Self::Proof => b"palabre/proof/1",
        }
    }
}

/// The bytes that a signature covers: prefix ‖ network id ‖ the signed bytes.
#[must_use]
pub fn signed_input(purpose: Purpose, network: &NetworkId, bytes: &[u8]) -> Vec<u8> {
    [purpose.prefix(), network.as_bytes(), bytes].concat()
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// The key is not the canonical encoding of a point.
    #[error("the key is not the canonical encoding of a point on the curve")]
    Key,
    /// The signature has not 64 bytes.
    #[error("a signature has 64 bytes")]
    Length,
    /// The signature is not by this key over these bytes, or is not strict (small order, S not below L, R not canonical).
    #[error("the signature is not valid for this key and these bytes")]
    Invalid,
}

/// A signature of 64 bytes, not yet verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignatureBytes(pub [u8; 64]);

impl TryFrom<&[u8]> for SignatureBytes {
    type Error = SignatureError;

    fn try_from(bytes: &[u8]) -> Result<Self, SignatureError> {
        bytes.try_into().map(Self).map_err(|_| SignatureError::Length)
    }
}

/// Verifies strictly: S below L, canonical R and key, neither of small order, without cofactor.
pub fn verify(
    key: &[u8; 32],
    purpose: Purpose,
    network: &NetworkId,
    bytes: &[u8],
    signature: &SignatureBytes,
) -> Result<(), SignatureError> {
    let input = signed_input(purpose, network, bytes);
    remembered::once(key, &input, &signature.0, || verify_strictly(key, &input, signature))
}

fn verify_strictly(key: &[u8; 32], input: &[u8], signature: &SignatureBytes) -> Result<(), SignatureError> {
    if !is_canonical(key) {
        return Err(SignatureError::Key);
    }
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureError::Key)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key.verify_strict(input, &signature).map_err(|_| SignatureError::Invalid)
}

/// Whether this encodes a point in the one way of RFC 8032 §5.1.3: y below the field's prime 2^255 - 19, and no sign
/// where x is 0. `verify_strict` compares R byte for byte, but would read a key in either way in silence.
fn is_canonical(key: &[u8; 32]) -> bool {
    let mut y = *key;
    y[31] &= 0x7f;
    let below_the_prime = y[31] != 0x7f || y[1..31].iter().any(|b| *b != 0xff) || y[0] < 0xed;
    let signed = key[31] & 0x80 != 0;
    let x_is_zero = y == ONE || y == MINUS_ONE;
    below_the_prime && !(signed && x_is_zero)
}

/// y = 1, little-endian: with y = -1 the only ones whose x is 0.
const ONE: [u8; 32] = {
    let mut y = [0; 32];
    y[0] = 1;
    y
};

/// y = -1 = 2^255 - 20.
const MINUS_ONE: [u8; 32] = {
    let mut y = [0xff; 32];
    y[0] = 0xec;
    y[31] = 0x7f;
    y
};

/// A secret key: of a node or of an administration. Wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SigningKey);

impl Secret {
    /// The key whose secret is these 32 bytes (RFC 8032 §5.1.5).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The secret's 32 bytes, to be stored.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key as that of a node.
    #[must_use]
    pub fn node_key(&self) -> NodeKey {
        NodeKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// The public key as that of an administration.
    #[must_use]
    pub fn administration_key(&self) -> AdministrationKey {
        AdministrationKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs `bytes` for one purpose in one network.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, network: &NetworkId, bytes: &[u8]) -> SignatureBytes {
        SignatureBytes(self.0.sign(&signed_input(purpose, network, bytes)).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NETWORK: NetworkId = NetworkId::from_bytes([7; 32]);

    /// The order of the group (RFC 8032 §5.1), little-endian.
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    #[test]
    fn a_signature_serves_one_purpose_and_one_network() {
        let secret = Secret::from_seed(&[1; 32]);
        let key = *secret.node_key().as_bytes();
        let signature = secret.sign(Purpose::Entry, &NETWORK, b"header");
        assert_eq!(verify(&key, Purpose::Entry, &NETWORK, b"header", &signature), Ok(()));
        for (purpose, network, bytes) in [
            (Purpose::Mandate, NETWORK, &b"header"[..]),
            (Purpose::Entry, NetworkId::from_bytes([8; 32]), b"header"),
            (Purpose::Entry, NETWORK, b"headed"),
        ] {
            assert_eq!(verify(&key, purpose, &network, bytes, &signature), Err(SignatureError::Invalid));
        }
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        // The identity point: with R = identity and S = 0 the plain equation holds for every message.
        let mut key = [0; 32];
        key[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert_eq!(
            verify(&key, Purpose::Entry, &NETWORK, b"anything", &SignatureBytes(signature)),
            Err(SignatureError::Invalid)
        );
    }

    #[test]
    fn a_key_with_y_beyond_the_prime_is_refused() {
        let mut key = [0xff; 32];
        key[31] = 0x7f;
        assert!(!is_canonical(&key));
        key[0] = 0xec;
        assert!(is_canonical(&key));
    }

    #[test]
    fn a_sign_on_an_x_of_zero_is_refused() {
        for mut key in [ONE, MINUS_ONE] {
            assert!(is_canonical(&key));
            key[31] |= 0x80;
            assert!(!is_canonical(&key));
            assert_eq!(
                verify(&key, Purpose::Entry, &NETWORK, b"anything", &SignatureBytes([0; 64])),
                Err(SignatureError::Key)
            );
        }
    }

    #[test]
    fn s_beyond_the_group_order_is_refused() {
        let secret = Secret::from_seed(&[1; 32]);
        let mut signature = secret.sign(Purpose::Entry, &NETWORK, b"header");
        // S + L verifies in the plain equation; strict verification wants the one S below L.
        let mut carry = 0_u16;
        for (byte, l) in signature.0[32..].iter_mut().zip(L) {
            let sum = u16::from(*byte) + u16::from(l) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        let key = *secret.node_key().as_bytes();
        assert_eq!(verify(&key, Purpose::Entry, &NETWORK, b"header", &signature), Err(SignatureError::Invalid));
    }
}
