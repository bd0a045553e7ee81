//! Key grants: one audience key, wrapped for nodes that the grant does not name (`docs/design.md` §5).
//!
//! A node tries its own sealing key on each wrap. What it opens must be the key that the grant commits to: otherwise two
//! readers could be given two keys under one grant. Then it reads, sealed with that key, for which audience and which sealing
//! keys it is. Many nodes take several grants of the same key; each says for which it is.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{DecodeError, Message, v1};
use rand_core::CryptoRng;
use thiserror::Error;

use super::audience::{AudienceError, SealedAudience};
use super::payload::{self, PayloadError};
use super::suite::{ENCAPSULATED_LEN, SUITE, SuiteError, Wrapped};
use super::{AudienceKey, SealingKey, SealingSecret, Slot};
use crate::id::{EntryId, IdError, SealingId};

/// Most wraps of one grant: 48 of 1,174 bytes, with what is said about them, stay below a payload's 64 KiB.
pub const WRAPS_MAX: usize = 48;

/// Bytes of a wrapped audience key: the key and the tag of ChaCha20-Poly1305.
const SEALED_LEN: usize = 32 + 16;

/// Why a grant cannot be made or does not count.
#[derive(Debug, Error)]
pub enum GrantError {
    /// For nobody, or for more nodes than fit.
    #[error("a grant is for 1 to {WRAPS_MAX} nodes, not {0}")]
    Wraps(usize),
    /// Made with a suite that this version does not have.
    #[error("the suite {0:?} is unknown")]
    Suite(String),
    /// A wrap or the commitment has another length.
    #[error("a wrap or the commitment has not the length that it has in the suite {SUITE}")]
    Length,
    /// Not in the order of their encapsulated keys, or one of them twice.
    #[error("the wraps are not in the order of their encapsulated keys")]
    Order,
    /// A sealing key cannot be used.
    #[error("a sealing key cannot be used")]
    Key(#[from] SuiteError),
    /// What a wrap contains is not the key that the grant commits to.
    #[error("the wrapped key is not the one that the grant commits to")]
    Commitment,
    /// What is said about it cannot be sealed or opened.
    #[error("what the grant says of itself cannot be read")]
    About(#[from] PayloadError),
    /// That is not protobuf.
    #[error("what the grant says of itself is not valid protobuf")]
    Encoding(#[from] DecodeError),
    /// The audience is none.
    #[error("the grant names no audience")]
    Audience(#[from] AudienceError),
    /// The id of a sealing key, or what it answers, has another length.
    #[error("the grant names a sealing key, or what it answers, by bytes that are no id")]
    Id(#[from] IdError),
    /// Not as many sealing keys as wraps, or not each once in order.
    #[error("the grant does not list the sealing key of each of its wraps once, in order")]
    Recipients,
}

/// A key that this node was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The key.
    pub key: AudienceKey,
    /// Whose it is.
    pub audience: SealedAudience,
    /// For which sealing keys this grant wraps it.
    pub recipients: BTreeSet<SealingId>,
    /// The act of who asked for it.
    pub answers: Option<EntryId>,
}

/// A grant whose shape has been checked. Whether its author may give this key is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    commitment: [u8; 32],
    about: Vec<u8>,
    wraps: Vec<Wrapped>,
}

impl Grant {
    /// Wraps what is granted for its recipients, each of which must be among `keys`. It stands in this slot.
    pub fn seal(
        granted: &Granted,
        keys: &BTreeMap<SealingId, SealingKey>,
        slot: &Slot,
        random: &mut impl CryptoRng,
    ) -> Result<Self, GrantError> {
        if !(1..=WRAPS_MAX).contains(&granted.recipients.len()) {
            return Err(GrantError::Wraps(granted.recipients.len()));
        }
        let info = info(slot);
        let wrap = |recipient: &SealingId, random: &mut _| {
            let key = keys.get(recipient).ok_or(GrantError::Recipients)?;
            key.wrap(granted.key.as_bytes(), &info, random).map_err(GrantError::Key)
        };
        let mut wraps =
            granted.recipients.iter().map(|recipient| wrap(recipient, random)).collect::<Result<Vec<_>, _>>()?;
        // Encapsulated keys are random: their order says nothing of whose they are.
        wraps.sort_unstable();
        let about = v1::GrantedAudience {
            audience: granted.audience.to_string(),
            recipients: granted.recipients.iter().map(|id| id.as_bytes().to_vec()).collect(),
            answers: granted.answers.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        };
        let about = payload::seal(&granted.key, None, slot, &about.encode_to_vec(), random)?;
        Ok(Self { commitment: granted.key.commitment(slot), about, wraps })
    }

    /// The grant that a message stands for.
    pub fn parse(message: v1::KeyGrant) -> Result<Self, GrantError> {
        if message.suite != SUITE {
            return Err(GrantError::Suite(message.suite));
        }
        if !(1..=WRAPS_MAX).contains(&message.wraps.len()) {
            return Err(GrantError::Wraps(message.wraps.len()));
        }
        let wrapped = |wrap: v1::Wrap| {
            let fits = wrap.encapsulated.len() == ENCAPSULATED_LEN && wrap.sealed.len() == SEALED_LEN;
            fits.then_some(Wrapped { encapsulated: wrap.encapsulated, sealed: wrap.sealed })
        };
        let wraps: Option<Vec<Wrapped>> = message.wraps.into_iter().map(wrapped).collect();
        let wraps = wraps.ok_or(GrantError::Length)?;
        if !wraps.is_sorted_by(|one, next| one.encapsulated < next.encapsulated) {
            return Err(GrantError::Order);
        }
        let commitment = message.commitment.as_slice().try_into().map_err(|_| GrantError::Length)?;
        Ok(Self { commitment, about: message.about, wraps })
    }

    /// What binds it to its key and its slot.
    pub(super) const fn commitment(&self) -> &[u8; 32] {
        &self.commitment
    }

    /// As it travels.
    #[must_use]
    pub fn to_message(&self) -> v1::KeyGrant {
        let wrap = |wrap: &Wrapped| v1::Wrap { encapsulated: wrap.encapsulated.clone(), sealed: wrap.sealed.clone() };
        v1::KeyGrant {
            suite: SUITE.to_owned(),
            commitment: self.commitment.to_vec(),
            about: self.about.clone(),
            wraps: self.wraps.iter().map(wrap).collect(),
        }
    }

    /// What it grants to the node with this secret; nothing when it is not for that node.
    pub fn open(&self, secret: &SealingSecret, slot: &Slot) -> Result<Option<Granted>, GrantError> {
        let info = info(slot);
        let Some(opened) = self.wraps.iter().find_map(|wrap| secret.unwrap(wrap, &info)) else { return Ok(None) };
        let bytes = opened.as_slice().try_into().map_err(|_| GrantError::Length)?;
        let key = AudienceKey::from_bytes(bytes);
        self.open_with(key, slot).map(Some)
    }

    /// What it says to whoever has its key, by whatever grant.
    pub fn open_with(&self, key: AudienceKey, slot: &Slot) -> Result<Granted, GrantError> {
        if key.commitment(slot) != self.commitment {
            return Err(GrantError::Commitment);
        }
        let about = payload::open(&key, None, slot, &self.about)?;
        let about = v1::GrantedAudience::decode(about.as_slice())?;
        let listed = about.recipients.iter().map(|id| SealingId::try_from(id.as_slice()));
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        let answers = Some(about.answers.as_slice()).filter(|id| !id.is_empty()).map(EntryId::try_from).transpose()?;
        let ascending = listed.is_sorted_by(|one, next| one < next);
        if !ascending || listed.len() != self.wraps.len() {
            return Err(GrantError::Recipients);
        }
        Ok(Granted { key, audience: about.audience.parse()?, recipients: listed.into_iter().collect(), answers })
    }
}

/// What HPKE binds a wrap to: the slot where its grant stands.
fn info(slot: &Slot) -> Vec<u8> {
    [b"palabre/grant/1", slot.bytes().as_slice()].concat()
}
