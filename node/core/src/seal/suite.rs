//! A node's sealing key, and HPKE (RFC 9180) in base mode that wraps an audience key for it.
//!
//! One suite so far: the KEM X-Wing (0x647a: X25519 and ML-KEM-768 together, draft-connolly-cfrg-xwing-kem), HKDF-SHA256
//! (0x0001), ChaCha20-Poly1305 (0x0003). Whoever stores traffic today must break both halves to read it later.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, HpkeError, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::first_half;
use crate::id::SealingId;

/// The name of the suite in mandates and grants.
pub const SUITE: &str = "X-Wing, HKDF-SHA256, ChaCha20-Poly1305";
/// Bytes of a sealing key: ML-KEM-768's and X25519's.
pub const SEALING_KEY_LEN: usize = 1216;
/// Bytes of an encapsulated key.
pub const ENCAPSULATED_LEN: usize = 1120;

/// Why bytes are no sealing key, or why something cannot be wrapped.
#[derive(Debug, Error)]
pub enum SuiteError {
    /// Not the encoding of a public key of the suite.
    #[error("this is no sealing key of the suite {SUITE}")]
    Key(#[source] HpkeError),
    /// The key cannot be wrapped to.
    #[error("nothing can be sealed to this key")]
    Wrap(#[source] HpkeError),
}

/// What a node keeps to itself to open grants. Wiped from memory when dropped.
#[derive(Clone)]
pub struct SealingSecret(<XWing as Kem>::PrivateKey);

impl SealingSecret {
    /// The secret that these 32 bytes are.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, SuiteError> {
        <XWing as Kem>::PrivateKey::from_bytes(seed).map(Self).map_err(SuiteError::Key)
    }

    /// What others wrap to.
    #[must_use]
    pub fn public(&self) -> SealingKey {
        SealingKey::of(XWing::sk_to_pk(&self.0))
    }

    /// Opens what was wrapped for this node under `info`; nothing when it was wrapped for another, or changed since.
    pub(super) fn unwrap(&self, wrapped: &Wrapped, info: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let encapsulated = <XWing as Kem>::EncappedKey::from_bytes(&wrapped.encapsulated).ok()?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            info,
            &wrapped.sealed,
            &[],
        );
        opened.ok().map(Zeroizing::new)
    }
}

impl fmt::Debug for SealingSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingSecret")
    }
}

/// A node's public key, in its mandate.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey {
    key: <XWing as Kem>::PublicKey,
    id: SealingId,
}

impl SealingKey {
    /// The key with these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SuiteError> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).map(Self::of).map_err(SuiteError::Key)
    }

    fn of(key: <XWing as Kem>::PublicKey) -> Self {
        let hash = blake3::derive_key("palabre/sealing-key/1", &key.to_bytes());
        Self { key, id: SealingId::from_bytes(first_half(&hash)) }
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.key.to_bytes().to_vec()
    }

    /// Its name: grants say by it for which keys they are, to whoever opens them.
    #[must_use]
    pub const fn id(&self) -> SealingId {
        self.id
    }

    /// Wraps something for the node that has this key.
    pub(super) fn wrap(&self, plain: &[u8], info: &[u8], random: &mut impl CryptoRng) -> Result<Wrapped, SuiteError> {
        let sealed = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.key,
            info,
            plain,
            &[],
            random,
        );
        let (encapsulated, sealed) = sealed.map_err(SuiteError::Wrap)?;
        Ok(Wrapped { encapsulated: encapsulated.to_bytes().to_vec(), sealed })
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({})", self.id.short())
    }
}

/// Something wrapped for one node, which it does not name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wrapped {
    pub(super) encapsulated: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}
