//! Key grants: one audience key, wrapped for nodes that the grant does not name (`docs/design.md` §5).
//!
//! A node tries its own sealing key on each wrap. What it opens must be the key that the grant commits to: otherwise two
//! readers could be given two keys under one grant. Then it reads, sealed with that key, for which audience and which nodes
//! it is. Many nodes take several grants of the same key; each says for which nodes it is.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{DecodeError, Message, v1};
use rand_core::CryptoRng;
use thiserror::Error;

use super::audience::{AudienceError, SealedAudience};
use super::payload::{self, PayloadError};
use super::suite::{ENCAPSULATED_LEN, SUITE, SuiteError, Wrapped};
use super::{AudienceKey, Place, SealingKey, SealingSecret};
use crate::id::{IdError, NodeKey};

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
    /// A node is none.
    #[error("the grant names a node by bytes that are no key")]
    Node(#[from] IdError),
    /// Not as many nodes as wraps, or not each once in order.
    #[error("the grant does not list the node of each of its wraps once, in order")]
    Nodes,
}

/// A key that this node was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The key.
    pub key: AudienceKey,
    /// Whose it is.
    pub audience: SealedAudience,
    /// For which nodes this grant wraps it.
    pub nodes: BTreeSet<NodeKey>,
}

/// A grant whose shape has been checked. Whether its author may give this key is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    commitment: [u8; 32],
    about: Vec<u8>,
    wraps: Vec<Wrapped>,
}

impl Grant {
    /// Wraps what is granted for its nodes, each of which must have a sealing key in `keys`. It stands at this place.
    pub fn seal(
        granted: &Granted,
        keys: &BTreeMap<NodeKey, SealingKey>,
        place: &Place,
        random: &mut impl CryptoRng,
    ) -> Result<Self, GrantError> {
        if !(1..=WRAPS_MAX).contains(&granted.nodes.len()) {
            return Err(GrantError::Wraps(granted.nodes.len()));
        }
        let info = info(place);
        let wrap = |node: &NodeKey, random: &mut _| {
            let key = keys.get(node).ok_or(GrantError::Nodes)?;
            key.wrap(granted.key.as_bytes(), &info, random).map_err(GrantError::Key)
        };
        let mut wraps = granted.nodes.iter().map(|node| wrap(node, random)).collect::<Result<Vec<_>, _>>()?;
        // Encapsulated keys are random: their order says nothing of whose they are.
        wraps.sort_unstable();
        let about = v1::GrantedAudience {
            audience: granted.audience.to_string(),
            nodes: granted.nodes.iter().map(|node| node.as_bytes().to_vec()).collect(),
        };
        let about = payload::seal(&granted.key, place, &about.encode_to_vec(), random)?;
        Ok(Self { commitment: granted.key.commitment(place), about, wraps })
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
    pub fn open(&self, secret: &SealingSecret, place: &Place) -> Result<Option<Granted>, GrantError> {
        let info = info(place);
        let Some(opened) = self.wraps.iter().find_map(|wrap| secret.unwrap(wrap, &info)) else { return Ok(None) };
        let bytes = opened.as_slice().try_into().map_err(|_| GrantError::Length)?;
        let key = AudienceKey::from_bytes(bytes);
        self.open_with(key, place).map(Some)
    }

    /// What it says to whoever has its key, by whatever grant.
    pub fn open_with(&self, key: AudienceKey, place: &Place) -> Result<Granted, GrantError> {
        if key.commitment(place) != self.commitment {
            return Err(GrantError::Commitment);
        }
        let about = payload::open(&key, place, &self.about)?;
        let about = v1::GrantedAudience::decode(about.as_slice())?;
        let listed = about.nodes.iter().map(|node| NodeKey::try_from(node.as_slice()));
        let listed = listed.collect::<Result<Vec<_>, _>>()?;
        let ascending = listed.is_sorted_by(|one, next| one < next);
        if !ascending || listed.len() != self.wraps.len() {
            return Err(GrantError::Nodes);
        }
        Ok(Granted { key, audience: about.audience.parse()?, nodes: listed.into_iter().collect() })
    }
}

/// What HPKE binds a wrap to: the place where its grant stands.
fn info(place: &Place) -> Vec<u8> {
    [b"palabre/grant/1", place.bytes().as_slice()].concat()
}
