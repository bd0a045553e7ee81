//! A mandate: an administration's own numbered, signed list of the nodes that act for it.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use thiserror::Error;

use super::cutoff::{CutoffError, NodeCutoff};
use super::mandates;
use super::revision::Charter;
use super::revisions::Revisions;
use crate::id::{AdministrationKey, CharterHash, Code, IdError, MandateHash, NetworkId, NodeKey};
use crate::keys::{self, Purpose, Secret, SignatureBytes, SignatureError};
use crate::seal::SealingKey;
use crate::seal::suite::{SUITE, SuiteError};
use crate::time::Millis;

/// Largest mandate in bytes.
pub const MANDATE_MAX: usize = 64 * 1024;
/// Most nodes of one administration: far more than one runs, little to carry.
pub const NODES_MAX: usize = 64;
/// Most lasting addresses of one node.
pub const ADDRESSES_MAX: usize = 8;
/// Most sealing keys of one node: the suite in use and the one that replaces it (`docs/design.md` §5).
pub const SEALING_MAX: usize = 2;

/// Why a mandate does not count.
#[derive(Debug, Error)]
pub enum MandateError {
    /// Longer than [`MANDATE_MAX`].
    #[error("the mandate has {0} bytes; at most {MANDATE_MAX} are allowed")]
    TooLong(usize),
    /// Not protobuf.
    #[error("the mandate is not valid protobuf")]
    Encoding(#[from] palabre_proto::DecodeError),
    /// A code, key or hash that is malformed.
    #[error("the field {field} of the mandate is malformed")]
    Field {
        /// Its name in the `.proto` file.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        source: IdError,
    },
    /// The number and `previous` do not fit.
    #[error("mandate {0} and its `previous` do not fit: mandates count from 1, and only number 1 has none before it")]
    Number(u64),
    /// More nodes, addresses or sealing keys than the limits.
    #[error(
        "a mandate lists at most {NODES_MAX} nodes, each with at most {ADDRESSES_MAX} addresses and {SEALING_MAX} sealing keys"
    )]
    TooMany,
    /// A node stands twice in it.
    #[error("the node {0} stands twice in the mandate")]
    NodeTwice(NodeKey),
    /// The charter does not know the administration, or it has no key there.
    #[error("{0} has no key in the charter")]
    Stranger(Code),
    /// The mandate before it is not held.
    #[error("mandate {number} of {administration} follows one that is not held here: it comes first")]
    NotFollowing {
        /// Whose.
        administration: Code,
        /// Its number.
        number: u64,
    },
    /// It does not count on from the one before it.
    #[error("mandate {number} of {administration} follows mandate {before}: exactly the next one, never a jump")]
    Jump {
        /// Whose.
        administration: Code,
        /// Its number.
        number: u64,
        /// That of the one before it.
        before: u64,
    },
    /// As many as are kept.
    #[error("{0} has as many mandates as are kept")]
    TooManyMandates(Code),
    /// A sealing key of the suite that this version knows, and none.
    #[error("a sealing key of the mandate is malformed")]
    Sealing(#[from] SuiteError),
    /// A list of what counts of a node that is malformed.
    #[error("a cutoff of the mandate is malformed")]
    Cutoff(#[from] CutoffError),
    /// A node is cut and listed, or cut twice.
    #[error("the node {0} is cut twice, or cut and listed")]
    NodeCut(NodeKey),
    /// The signature is not the administration's.
    #[error("the signature is not by {administration}")]
    Signature {
        /// Whose mandate it says that it is.
        administration: Code,
        /// What is wrong with it.
        #[source]
        source: SignatureError,
    },
}

/// One node in a mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MandatedNode {
    /// Its key.
    pub key: NodeKey,
    /// What the administration calls it.
    pub label: String,
    /// Multiaddresses that last, if any.
    pub addresses: Vec<String>,
    /// What audience keys are wrapped to for it; none while it lists no key of the suite that this version knows.
    pub sealing: Option<SealingKey>,
    /// Whether it hands messages to the administration's systems.
    pub delivers: bool,
}

/// A mandate as it came: well formed, its signature not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMandate {
    bytes: Vec<u8>,
    signature: SignatureBytes,
    mandate: Mandate,
}

/// What a mandate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// BLAKE3 of its exact bytes.
    pub hash: MandateHash,
    /// Whose nodes.
    pub administration: Code,
    /// Its number, from 1.
    pub number: u64,
    /// The mandate before; none for number 1.
    pub previous: Option<MandateHash>,
    /// The charter revision known.
    pub charter: CharterHash,
    /// When it was written.
    pub written: Millis,
    /// The nodes.
    pub nodes: Vec<MandatedNode>,
    /// What still counts of the nodes that it takes away.
    pub cutoffs: BTreeMap<NodeKey, NodeCutoff>,
}

impl RawMandate {
    /// Parses the message.
    pub fn parse(message: v1::SignedMandate) -> Result<Self, MandateError> {
        let mandate = Mandate::parse(&message.mandate)?;
        let signature = SignatureBytes::try_from(message.signature.as_slice())
            .map_err(|source| MandateError::Signature { administration: mandate.administration.clone(), source })?;
        Ok(Self { bytes: message.mandate, signature, mandate })
    }

    /// Parses the bytes of a file.
    pub fn decode(bytes: &[u8]) -> Result<Self, MandateError> {
        Self::parse(v1::SignedMandate::decode(bytes)?)
    }

    /// Signs a mandate.
    #[must_use]
    pub fn sign(message: &v1::Mandate, secret: &Secret, network: &NetworkId) -> v1::SignedMandate {
        let mandate = message.encode_to_vec();
        let signature = secret.sign(Purpose::Mandate, network, &mandate).0.to_vec();
        v1::SignedMandate { mandate, signature }
    }

    /// Verifies the signature against the key that one revision of the charter gives the administration.
    pub fn verify(&self, charter: &Charter, network: &NetworkId) -> Result<&Mandate, MandateError> {
        let code = &self.mandate.administration;
        let key =
            charter.administration(code).and_then(|a| a.key).ok_or_else(|| MandateError::Stranger(code.clone()))?;
        self.check(&key, network)?;
        Ok(&self.mandate)
    }

    /// Which of the keys that adopted revisions give the administration has signed it.
    pub(super) fn signer(&self, revisions: &Revisions) -> Result<AdministrationKey, MandateError> {
        let mut error = MandateError::Stranger(self.mandate.administration.clone());
        for key in mandates::keys_of(&self.mandate.administration, revisions) {
            match self.check(&key, revisions.network()) {
                Ok(()) => return Ok(key),
                Err(other) => error = other,
            }
        }
        Err(error)
    }

    fn check(&self, key: &AdministrationKey, network: &NetworkId) -> Result<(), MandateError> {
        let administration = || self.mandate.administration.clone();
        keys::verify(key.as_bytes(), Purpose::Mandate, network, &self.bytes, &self.signature)
            .map_err(|source| MandateError::Signature { administration: administration(), source })
    }

    /// What it says, unverified: for showing a file before anybody counts it.
    #[must_use]
    pub const fn unverified(&self) -> &Mandate {
        &self.mandate
    }

    /// The message that stands for it, byte for byte as it came.
    #[must_use]
    pub fn to_message(&self) -> v1::SignedMandate {
        v1::SignedMandate { mandate: self.bytes.clone(), signature: self.signature.0.to_vec() }
    }
}

impl Mandate {
    fn parse(bytes: &[u8]) -> Result<Self, MandateError> {
        if bytes.len() > MANDATE_MAX {
            return Err(MandateError::TooLong(bytes.len()));
        }
        let message = v1::Mandate::decode(bytes)?;
        let too_long = |n: &v1::MandatedNode| n.addresses.len() > ADDRESSES_MAX || n.sealing.len() > SEALING_MAX;
        if message.nodes.len() > NODES_MAX || message.nodes.iter().any(too_long) {
            return Err(MandateError::TooMany);
        }
        let nodes = message.nodes.into_iter().map(node).collect::<Result<Vec<_>, _>>()?;
        if let Some(twice) = nodes.iter().enumerate().find(|(i, n)| nodes[..*i].iter().any(|m| m.key == n.key)) {
            return Err(MandateError::NodeTwice(twice.1.key));
        }
        let cutoffs = cutoffs(&message.cutoffs, &nodes)?;
        Ok(Self {
            hash: MandateHash::from_bytes(*blake3::hash(bytes).as_bytes()),
            administration: message.administration.parse().map_err(|source| field("administration", source))?,
            previous: previous(message.number, &message.previous)?,
            number: message.number,
            charter: CharterHash::try_from(message.charter.as_slice()).map_err(|source| field("charter", source))?,
            written: Millis(message.written),
            nodes,
            cutoffs,
        })
    }

    /// Whether it lists a node.
    #[must_use]
    pub fn lists(&self, node: &NodeKey) -> bool {
        self.nodes.iter().any(|listed| listed.key == *node)
    }
}

const fn field(field: &'static str, source: IdError) -> MandateError {
    MandateError::Field { field, source }
}

fn previous(number: u64, bytes: &[u8]) -> Result<Option<MandateHash>, MandateError> {
    match (number, bytes) {
        (1, []) => Ok(None),
        (0 | 1, _) | (_, []) => Err(MandateError::Number(number)),
        (_, bytes) => MandateHash::try_from(bytes).map(Some).map_err(|source| field("previous", source)),
    }
}

fn cutoffs(messages: &[v1::NodeCutoff], nodes: &[MandatedNode]) -> Result<BTreeMap<NodeKey, NodeCutoff>, MandateError> {
    let mut cutoffs = BTreeMap::new();
    for message in messages {
        let cutoff = NodeCutoff::parse(message)?;
        let key = cutoff.node;
        if nodes.iter().any(|node| node.key == key) || cutoffs.insert(key, cutoff).is_some() {
            return Err(MandateError::NodeCut(key));
        }
    }
    Ok(cutoffs)
}

fn node(message: v1::MandatedNode) -> Result<MandatedNode, MandateError> {
    let sealing = message.sealing.iter().find(|sealing| sealing.suite == SUITE);
    Ok(MandatedNode {
        key: NodeKey::try_from(message.key.as_slice()).map_err(|source| field("nodes.key", source))?,
        label: message.label,
        addresses: message.addresses,
        sealing: sealing.map(|sealing| SealingKey::from_bytes(&sealing.key)).transpose()?,
        delivers: message.delivers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::SealingSecret;

    fn with_sealing_keys(count: usize) -> v1::Mandate {
        let sealing = vec![v1::SealingKey { suite: "x-wing".to_owned(), key: vec![5; 32] }; count];
        v1::Mandate {
            administration: "CI".to_owned(),
            number: 1,
            charter: vec![2; 32],
            nodes: vec![v1::MandatedNode { key: vec![3; 32], sealing, ..v1::MandatedNode::default() }],
            ..v1::Mandate::default()
        }
    }

    #[test]
    fn a_sealing_key_of_the_known_suite_is_read_and_a_malformed_one_refused() {
        let mut message = with_sealing_keys(2);
        assert_eq!(Mandate::parse(&message.encode_to_vec()).unwrap().nodes[0].sealing, None, "another suite");
        let key = SealingSecret::from_seed(&[7; 32]).unwrap().public();
        message.nodes[0].sealing[1] = v1::SealingKey { suite: SUITE.to_owned(), key: key.to_bytes() };
        assert_eq!(Mandate::parse(&message.encode_to_vec()).unwrap().nodes[0].sealing, Some(key));
        message.nodes[0].sealing[1].key.pop();
        assert!(matches!(Mandate::parse(&message.encode_to_vec()), Err(MandateError::Sealing(_))));
    }

    #[test]
    fn a_node_lists_two_sealing_keys_at_most() {
        assert!(Mandate::parse(&with_sealing_keys(2).encode_to_vec()).is_ok());
        assert!(matches!(Mandate::parse(&with_sealing_keys(3).encode_to_vec()), Err(MandateError::TooMany)));
    }
}
