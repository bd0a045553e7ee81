//! All that a node holds of charter and mandates, and what follows from it (`docs/design.md` §4): who may connect, who
//! acts for whom, and under which revision and mandate an entry is judged.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::v1;
use thiserror::Error;

use super::cutoff::{IdAt, Spot};
use super::file::CharterFile;
use super::invariants::{self, Breach};
use super::mandate::{Mandate, MandateError, MandatedNode, RawMandate};
use super::mandates::{Mandates, Mandating};
use super::revision::{Administration, AdministrationKind, Charter};
use super::revisions::{Governing, Joined, RevisionError, Revisions};
use super::signature::{self, CharterSignature};
use crate::id::{
    AdministrationKey, CharterHash, Code, EntryId, LogName, MandateHash, NetworkId, NodeKey, SealingId, Sequence,
};
use crate::ledger::{Head, Header};
use crate::seal::{SealedAudience, SealingKey};
use crate::state::StateError;

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

/// Nodes that may read, each with its sealing key, by the id of that.
pub type Readers<'a> = BTreeMap<SealingId, (NodeKey, &'a SealingKey)>;

/// What the rules say of an author at an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// The node acts for this administration.
    Acts {
        /// Its code.
        administration: Code,
        /// What kind of participant it is.
        kind: AdministrationKind,
        /// The revision that governs the entry.
        charter: &'a Charter,
    },
    /// The entry cites a revision or a mandate that is not held yet, or nothing governs it: it waits.
    Unknown,
    /// The mandate that governs it does not list the node: void.
    NotMandated,
    /// The mandate that it cites listed the node; the one that governs it does not any more: void.
    Revoked,
    /// The administration is suspended: void.
    Suspended,
    /// A revision or a mandate that is disputed cuts it off: void until the dispute is settled.
    CutInDispute,
}

/// The set of charter revisions, signatures and mandates of one network.
#[derive(Clone, Debug)]
pub struct Rules {
    revisions: Revisions,
    mandates: Mandates,
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
        let mut revisions = Revisions::found(network, file.charter);
        for signature in &file.signatures {
            revisions.add_signature(signature);
        }
        Ok(Self { revisions, mandates: Mandates::default() })
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> &NetworkId {
        self.revisions.network()
    }

    /// All revisions, and which of them govern.
    #[must_use]
    pub const fn revisions(&self) -> &Revisions {
        &self.revisions
    }

    /// The revision in force.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        self.revisions.in_force()
    }

    /// The revision in force, as entries cite it.
    #[must_use]
    pub fn charter_hash(&self) -> CharterHash {
        self.charter().hash()
    }

    /// The signatures under every revision that count.
    pub fn signatures(&self) -> impl Iterator<Item = &CharterSignature> {
        self.revisions.signatures()
    }

    /// Adds a revision with signatures under it.
    pub fn join(&mut self, file: CharterFile) -> Result<Joined, RevisionError> {
        let joined = self.revisions.join(file)?;
        if joined.is_anything() {
            self.mandates.derive(&self.revisions);
        }
        Ok(joined)
    }

    /// Adds a further signature under a revision that is held; true when it changes the set.
    pub fn add_signature(&mut self, signature: &CharterSignature) -> bool {
        let added = self.revisions.add_signature(signature);
        if added {
            self.mandates.derive(&self.revisions);
        }
        added
    }

    /// Adds a mandate; true when it is new.
    pub fn add_mandate(&mut self, raw: RawMandate) -> Result<bool, MandateError> {
        self.mandates.add(raw, &self.revisions)
    }

    /// What governs, as one hash: what was folded under another is folded anew. Proposals and signatures that change
    /// nothing yet leave it as it is.
    #[must_use]
    pub fn governing_digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("palabre/governing/1");
        for charter in self.revisions.adopted().chain(self.revisions.line()).chain(self.revisions.disputed()) {
            hasher.update(charter.hash().as_bytes());
        }
        for mandate in self.mandates.all().chain(self.mandates.governing()).chain(self.mandates.disputed()) {
            hasher.update(mandate.hash.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    /// The mandates held.
    pub fn mandates(&self) -> impl Iterator<Item = &Mandate> {
        self.mandates.all()
    }

    /// Mandates of one number that stand against one another.
    pub fn disputed_mandates(&self) -> impl Iterator<Item = &Mandate> {
        self.mandates.disputed()
    }

    /// The mandates as they travel: each after the one that it follows.
    #[must_use]
    pub fn signed_mandates(&self) -> Vec<v1::SignedMandate> {
        let mut raw: Vec<&RawMandate> = self.mandates.raw().collect();
        raw.sort_by_key(|raw| (raw.unverified().number, raw.unverified().hash));
        raw.into_iter().map(RawMandate::to_message).collect()
    }

    /// The mandates of one administration as they travel: each after the one that it follows.
    #[must_use]
    pub fn mandates_of(&self, administration: &Code) -> Vec<v1::SignedMandate> {
        let own = self.mandates.raw().filter(|raw| raw.unverified().administration == *administration);
        let mut raw: Vec<&RawMandate> = own.collect();
        raw.sort_by_key(|raw| (raw.unverified().number, raw.unverified().hash));
        raw.into_iter().map(RawMandate::to_message).collect()
    }

    /// The administration of a mandate that is held, whether it counts or not: for whom its author spoke who cites it.
    #[must_use]
    pub fn mandated_by(&self, mandate: &MandateHash) -> Option<&Code> {
        self.mandates.get(mandate).map(|mandate| &mandate.administration)
    }

    /// The mandate of an administration that is in force.
    #[must_use]
    pub fn mandate_in_force(&self, administration: &Code) -> Option<&Mandate> {
        self.mandates.in_force(administration)
    }

    /// The nodes that may connect, each with its administration.
    pub fn admitted(&self) -> impl Iterator<Item = (&MandatedNode, &Administration)> {
        let present = self.charter().administrations.iter().filter(|administration| !administration.suspended);
        present.flat_map(|administration| {
            let mandate = self.mandates.in_force(&administration.code);
            mandate.into_iter().flat_map(move |mandate| mandate.nodes.iter().map(move |node| (node, administration)))
        })
    }

    /// The nodes that may read what is sealed to an audience from now on, by their sealing keys. Who has none in its mandate
    /// reads nothing yet.
    #[must_use]
    pub fn readers(&self, audience: &SealedAudience) -> Readers<'_> {
        let inside = self.admitted().filter(|(_, a)| self.charter().in_audience(audience, &a.code));
        inside.filter_map(|(node, _)| node.sealing.as_ref().map(|key| (key.id(), (node.key, key)))).collect()
    }

    /// The nodes that any mandate lists or has listed.
    pub fn authors(&self) -> impl Iterator<Item = &NodeKey> {
        self.mandates.all().flat_map(|mandate| mandate.nodes.iter().map(|node| &node.key))
    }

    /// The mandate in force under which a node acts.
    #[must_use]
    pub fn mandate_of(&self, node: &NodeKey) -> Option<&Mandate> {
        self.mandates.of_node(node)
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
            .and_then(|code| self.charter().administration(code))
            .is_some_and(|administration| !administration.suspended)
    }

    /// Whether any mandate lists a node, now or before: its entries are kept, whatever they are worth.
    #[must_use]
    pub fn knows(&self, node: &NodeKey) -> bool {
        self.mandates.knows(node)
    }

    /// What the rules say of the author of an entry. An act is in force only if both chains allow it: the mandate that
    /// governs the entry lists its author, the revision that governs it gives the administration its rights.
    pub fn standing(&self, header: &Header, id_at: &IdAt<'_>) -> Result<Standing<'_>, StateError> {
        let Some(cited) = self.mandates.get(&header.mandate) else { return Ok(Standing::Unknown) };
        let code = &cited.administration;
        let spot = Spot { log: header.log_name(), sequence: header.sequence };
        let charter = match self.revisions.governing_entry(&header.charter, code, &spot, id_at)? {
            Governing::Revision(charter) => charter,
            Governing::Unknown => return Ok(Standing::Unknown),
            Governing::CutInDispute => return Ok(Standing::CutInDispute),
        };
        let checkpoint = self.revisions.checkpoint(&spot.log);
        let mandate = match self.mandates.governing_entry(&header.mandate, &spot, checkpoint, id_at)? {
            Mandating::Mandate(mandate) => mandate,
            Mandating::Unknown => return Ok(Standing::Unknown),
            Mandating::CutInDispute => return Ok(Standing::CutInDispute),
        };
        if !mandate.lists(&header.author) {
            let revoked = cited.lists(&header.author) && self.mandates.counts(cited);
            return Ok(if revoked { Standing::Revoked } else { Standing::NotMandated });
        }
        Ok(match charter.administration(code) {
            Some(a) if a.suspended => Standing::Suspended,
            Some(a) => Standing::Acts { administration: a.code.clone(), kind: a.kind, charter },
            None => Standing::NotMandated,
        })
    }

    /// A head of a log as far as it may stand in a checkpoint: not beyond a mandate's cut, since what a checkpoint names
    /// stands though a mandate cuts it. Else whoever is revoked would write on, and the next revision would let it count.
    #[must_use]
    pub fn uncut(&self, log: &LogName, head: &Head) -> Option<Head> {
        self.mandates.uncut(log, head, self.revisions.checkpoint(log))
    }

    /// Whether a cutoff or a checkpoint names another entry than this one in its place: then what was judged before the
    /// entry took effect is judged anew.
    #[must_use]
    pub fn names_another(&self, log: &LogName, sequence: Sequence, id: &EntryId) -> bool {
        let by_revisions = self.revisions.held().flat_map(|charter| {
            charter.cutoffs.values().map(|cutoff| &cutoff.logs).chain(std::iter::once(&charter.checkpoint))
        });
        let by_mandates = self.mandates.all().flat_map(|mandate| mandate.cutoffs.values().map(|cutoff| &cutoff.logs));
        let mut ends = by_revisions.chain(by_mandates).filter_map(|ends| ends.get(log));
        ends.any(|end| end.sequence == sequence && end.id != *id)
    }

    /// One hash that is equal on every node that holds the same rules.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("palabre/rules/1");
        for charter in self.revisions.all() {
            hasher.update(charter.hash().as_bytes());
            for signature in self.revisions.signatures_of(&charter.hash()) {
                hasher.update(signature.key.as_bytes());
                hasher.update(&signature.signature.0);
            }
        }
        let mandates: BTreeSet<(&MandateHash, &AdministrationKey)> = self.mandates.signers().collect();
        for (mandate, key) in mandates {
            hasher.update(mandate.as_bytes());
            hasher.update(key.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod governing;
#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod tests;
