//! All that a node holds of charter and mandates, and what follows from it. One revision of each so far: the genesis.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::v1;
use thiserror::Error;

use super::file::CharterFile;
use super::invariants::{self, Breach};
use super::mandate::{Mandate, MandateError, MandatedNode, RawMandate};
use super::revision::{Administration, AdministrationKind, Charter};
use super::signature::{self, CharterSignature};
use crate::id::{AdministrationKey, CharterHash, Code, MandateHash, NetworkId, NodeKey};
use crate::ledger::Header;

/// Why a node cannot start with a charter.
#[derive(Debug, Error)]
pub enum RulesError {
    /// Not the first revision.
    #[error("revision {0} is not a genesis: a node starts with revision 1")]
    NotGenesis(u64),
    /// It breaks an invariant.
    #[error("the charter breaks {} of its rules", .0.len())]
    Invariants(Vec<Breach>),
    /// Too few keyholders have signed.
    #[error("{} of {} needed keyholders have signed", .signed.len(), .needed)]
    Threshold {
        /// Who has.
        signed: BTreeSet<Code>,
        /// How many must.
        needed: u32,
    },
}

/// What the rules say of an author at an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The node acts for this administration.
    Acts {
        /// Its code.
        administration: Code,
        /// What kind of participant it is.
        kind: AdministrationKind,
    },
    /// The entry cites a revision that is not held yet, or a mandate that is not held or disputed: it waits.
    Unknown,
    /// The mandate that it cites does not list the node: void.
    NotMandated,
    /// The administration is suspended: void.
    Suspended,
}

/// The set of charter revisions, signatures and mandates of one network.
#[derive(Clone, Debug)]
pub struct Rules {
    network: NetworkId,
    charter: Charter,
    signatures: BTreeMap<AdministrationKey, CharterSignature>,
    mandates: BTreeMap<MandateHash, (RawMandate, Mandate)>,
    nodes: BTreeMap<NodeKey, MandateHash>,
}

impl Rules {
    /// The rules that a genesis lays down, when it keeps every invariant and a threshold has signed it.
    pub fn found(file: CharterFile) -> Result<Self, RulesError> {
        let network = file.charter.founds().ok_or(RulesError::NotGenesis(file.charter.revision))?;
        let breaches = invariants::check(&file.charter);
        if !breaches.is_empty() {
            return Err(RulesError::Invariants(breaches));
        }
        let signed = signature::signers(&file.charter, &file.charter, &file.signatures, &network);
        if signed.len() < file.charter.threshold as usize {
            return Err(RulesError::Threshold { signed, needed: file.charter.threshold });
        }
        let mut rules = Self {
            network,
            charter: file.charter,
            signatures: BTreeMap::new(),
            mandates: BTreeMap::new(),
            nodes: BTreeMap::new(),
        };
        for signature in file.signatures {
            rules.add_signature(signature);
        }
        Ok(rules)
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> &NetworkId {
        &self.network
    }

    /// The revision in force.
    #[must_use]
    pub const fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The signatures under it that count.
    pub fn signatures(&self) -> impl Iterator<Item = &CharterSignature> {
        self.signatures.values()
    }

    /// Adds a further signature under the revision in force; true when it changes the set. Ed25519 lets a keyholder
    /// sign the same bytes in many ways: of each the lowest is kept, so that the set is bounded and the same everywhere.
    pub fn add_signature(&mut self, signature: CharterSignature) -> bool {
        let counts = signature::keyholder_with(&self.charter, &signature.key).is_some()
            && self.signatures.get(&signature.key).is_none_or(|known| signature < *known)
            && signature.check(&self.charter, &self.network).is_ok();
        if counts {
            self.signatures.insert(signature.key, signature);
        }
        counts
    }

    /// Adds a mandate; true when it is new. The first of each administration counts: succession comes with governance.
    pub fn add_mandate(&mut self, raw: RawMandate) -> Result<bool, MandateError> {
        let mandate = raw.verify(&self.charter, &self.network)?.clone();
        if mandate.number != 1 {
            return Err(MandateError::Number(mandate.number));
        }
        if self.mandates.contains_key(&mandate.hash) || !self.makes_room(&mandate) {
            return Ok(false);
        }
        self.mandates.insert(mandate.hash, (raw, mandate));
        self.list_nodes();
        Ok(true)
    }

    /// Two mandates of one number prove the dispute; of more the two lowest hashes are kept, so that an administration
    /// cannot fill the set.
    fn makes_room(&mut self, new: &Mandate) -> bool {
        let mut rivals: Vec<MandateHash> =
            self.mandates().filter(|m| m.administration == new.administration).map(|m| m.hash).collect();
        rivals.push(new.hash);
        rivals.sort_unstable();
        let Some(surplus) = rivals.get(2) else { return true };
        self.mandates.remove(surplus);
        *surplus != new.hash
    }

    /// Lists the nodes anew from what is held, so that the order of arrival leaves no trace.
    fn list_nodes(&mut self) {
        let undisputed = self.mandates.values().filter(|(_, mandate)| !self.is_disputed(mandate));
        self.nodes = undisputed.flat_map(|(_, m)| m.nodes.iter().map(|node| (node.key, m.hash))).collect();
    }

    /// "Two mandates of one number: the one before governs": before number 1 there is none, so neither does.
    fn is_disputed(&self, mandate: &Mandate) -> bool {
        self.mandates().any(|other| other.administration == mandate.administration && other.hash != mandate.hash)
    }

    /// The mandates held.
    pub fn mandates(&self) -> impl Iterator<Item = &Mandate> {
        self.mandates.values().map(|(_, mandate)| mandate)
    }

    /// The mandates as they travel.
    pub fn signed_mandates(&self) -> impl Iterator<Item = v1::SignedMandate> {
        self.mandates.values().map(|(raw, _)| raw.to_message())
    }

    /// Whether this mandate is held.
    #[must_use]
    pub fn holds_mandate(&self, hash: &MandateHash) -> bool {
        self.mandates.contains_key(hash)
    }

    /// The nodes that may connect, each with its administration.
    pub fn admitted(&self) -> impl Iterator<Item = (&MandatedNode, &Administration)> {
        self.mandates().filter(|mandate| !self.is_disputed(mandate)).flat_map(|mandate| {
            let administration = self.charter.administration(&mandate.administration).filter(|a| !a.suspended);
            administration.into_iter().flat_map(|a| mandate.nodes.iter().map(move |node| (node, a)))
        })
    }

    /// The mandate under which a node acts.
    #[must_use]
    pub fn mandate_of(&self, node: &NodeKey) -> Option<&Mandate> {
        self.nodes.get(node).and_then(|hash| self.mandates.get(hash)).map(|(_, mandate)| mandate)
    }

    /// The administration that a node acts for.
    #[must_use]
    pub fn administration_of(&self, node: &NodeKey) -> Option<&Code> {
        self.mandate_of(node).map(|mandate| &mandate.administration)
    }

    /// Whether a node may connect and write.
    #[must_use]
    pub fn admits(&self, node: &NodeKey) -> bool {
        self.administration_of(node)
            .and_then(|code| self.charter.administration(code))
            .is_some_and(|administration| !administration.suspended)
    }

    /// What the rules say of the author of an entry.
    #[must_use]
    pub fn standing(&self, header: &Header) -> Standing {
        if header.charter != self.charter.hash() {
            return Standing::Unknown;
        }
        let Some((_, mandate)) = self.mandates.get(&header.mandate) else { return Standing::Unknown };
        if self.is_disputed(mandate) {
            return Standing::Unknown;
        }
        if !mandate.nodes.iter().any(|node| node.key == header.author) {
            return Standing::NotMandated;
        }
        match self.charter.administration(&mandate.administration) {
            Some(a) if a.suspended => Standing::Suspended,
            Some(a) => Standing::Acts { administration: a.code.clone(), kind: a.kind },
            None => Standing::NotMandated,
        }
    }

    /// One hash that is equal on every node that holds the same rules.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("palabre/rules/1");
        hasher.update(self.charter.hash().as_bytes());
        for signature in self.signatures.values() {
            hasher.update(signature.key.as_bytes());
            hasher.update(&signature.signature.0);
        }
        for hash in self.mandates.keys() {
            hasher.update(hash.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// The charter revision in force, as entries cite it.
    #[must_use]
    pub const fn charter_hash(&self) -> CharterHash {
        self.charter.hash()
    }
}

#[cfg(test)]
mod tests;
