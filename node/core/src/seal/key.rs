//! The key of an audience, and what is derived from it: its id, the tag of its entries, the key of each payload.
//!
//! Everything is BLAKE3 in the mode `derive_key`, with a context of its own for each use.

use std::fmt;

use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::{Slot, first_half};
use crate::id::{AudienceTag, KeyId, NodeKey};

/// Bytes of an audience key, and of every key that is derived from it.
pub const KEY_LEN: usize = 32;

/// The key that everybody in an audience has. Wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct AudienceKey(Zeroizing<[u8; KEY_LEN]>);

impl AudienceKey {
    /// A new one.
    #[must_use]
    pub fn draw(random: &mut impl CryptoRng) -> Self {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random.fill_bytes(&mut *key);
        Self(key)
    }

    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    /// Its bytes, to be wrapped.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Its name among those who have it. It is never sent in clear.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::from_bytes(first_half(&self.derive("palabre/audience-key/1", &[])))
    }

    /// The tag of everything that `author` seals with it: who has the key computes it for each author, and nobody else can
    /// say of two authors that they wrote to one audience.
    #[must_use]
    pub fn tag(&self, author: &NodeKey) -> AudienceTag {
        AudienceTag::from_bytes(first_half(&self.derive("palabre/audience-tag/1", author.as_bytes())))
    }

    /// The key of the payload that stands there.
    pub(super) fn payload_key(&self, slot: &Slot) -> Zeroizing<[u8; KEY_LEN]> {
        self.derive("palabre/payload/1", &slot.bytes())
    }

    /// What binds a grant that stands there to this key.
    pub(super) fn commitment(&self, slot: &Slot) -> [u8; KEY_LEN] {
        *self.derive("palabre/grant/1", &slot.bytes())
    }

    fn derive(&self, context: &str, rest: &[u8]) -> Zeroizing<[u8; KEY_LEN]> {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&*self.0).update(rest);
        let derived = Zeroizing::new(*hasher.finalize().as_bytes());
        hasher.zeroize();
        derived
    }
}

impl fmt::Debug for AudienceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AudienceKey({})", self.id().short())
    }
}
