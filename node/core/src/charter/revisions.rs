//! The set of charter revisions and their detached signatures: merged by union, judged by keyholders' keys alone,
//! whoever carries them (`docs/design.md` §4). Which of them govern follows from the set.

mod settling;

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

pub use self::settling::Jury;
use super::cutoff::{Cutoff, IdAt, Spot};
use super::file::CharterFile;
use super::invariants::{self, Breach};
use super::revision::Charter;
use super::signature::{self, CharterSignature};
use super::succession::{self, SuccessionBreach};
use crate::id::{AdministrationKey, CharterHash, Code, LogName, NetworkId};
use crate::ledger::Head;
use crate::state::StateError;
use crate::time::Millis;

/// Revisions of one number that are not adopted and bear the same keyholder's signature: of more the lowest hashes are
/// kept, so that a keyholder cannot fill the set. A keyholder weighs one proposal at a time, rarely two.
const PROPOSALS_MAX: usize = 4;

/// Why a revision does not join the set.
#[derive(Debug, Error)]
pub enum RevisionError {
    /// The first revision of another network.
    #[error("this is the first revision of another network")]
    OtherNetwork,
    /// The revision before it is not held, or not adopted.
    #[error("revision {0} follows a revision that is not held here or not adopted: it comes first")]
    NotFollowing(u64),
    /// It breaks invariants.
    #[error("the charter breaks {} of its rules, first: {}", .0.len(), .0[0])]
    Invariants(Vec<Breach>),
    /// It does not follow from the revision before.
    #[error("the charter cannot follow the one before, first: {}", .0[0])]
    Succession(Vec<SuccessionBreach>),
    /// No keyholder has signed it.
    #[error("revision {0} bears no signature of a keyholder: nobody proposes it")]
    Unsigned(u64),
    /// It settles among revisions that are not all held and adopted.
    #[error("revision {0} decides among revisions that are not all adopted at its number")]
    Settles(u64),
    /// The keyholders that signed it have enough other proposals.
    #[error("its signers have signed {PROPOSALS_MAX} other proposals of this number")]
    Crowded,
}

/// What joining changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// Whether the revision is new.
    pub revision: bool,
    /// The signatures that are new.
    pub signatures: Vec<CharterSignature>,
}

impl Joined {
    /// Whether anything is new.
    #[must_use]
    pub const fn is_anything(&self) -> bool {
        self.revision || !self.signatures.is_empty()
    }
}

/// A revision and the signatures under it that count.
#[derive(Clone, Debug)]
struct Held {
    charter: Charter,
    signatures: BTreeMap<AdministrationKey, CharterSignature>,
}

/// Which revision governs something that cites one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Governing<'a> {
    /// This one.
    Revision(&'a Charter),
    /// The one cited is not held or not adopted.
    Unknown,
    /// A revision that is disputed cuts it off: until the dispute is settled it has no effect.
    CutInDispute,
}

/// All revisions of a network, and which of them govern.
#[derive(Clone, Debug)]
pub struct Revisions {
    network: NetworkId,
    held: BTreeMap<CharterHash, Held>,
    adopted: BTreeSet<CharterHash>,
    /// Adopted, or a settlement that may be: it loses that again when a keyholder turns out to have signed twice. What
    /// joins the set hangs on this, so that the set is the same in whatever order it came.
    plausible: BTreeSet<CharterHash>,
    /// The undisputed line, from the genesis to the revision in force; never empty.
    line: Vec<CharterHash>,
    /// Adopted revisions that stand against one another after the line, and what follows them.
    disputed: Vec<CharterHash>,
}

impl Revisions {
    /// The set of a genesis that has been checked.
    #[must_use]
    pub(super) fn found(network: NetworkId, genesis: Charter) -> Self {
        let hash = genesis.hash();
        let held = Held { charter: genesis, signatures: BTreeMap::new() };
        Self {
            network,
            held: [(hash, held)].into(),
            adopted: [hash].into(),
            plausible: [hash].into(),
            line: vec![hash],
            disputed: Vec::new(),
        }
    }

    /// The network.
    #[must_use]
    pub const fn network(&self) -> &NetworkId {
        &self.network
    }

    fn charter_of(&self, hash: &CharterHash) -> &Charter {
        &self.held[hash].charter
    }

    /// The revision in force: the last undisputed one.
    #[must_use]
    pub fn in_force(&self) -> &Charter {
        // The line begins with the genesis and is never emptied.
        self.charter_of(&self.line[self.line.len() - 1])
    }

    /// The undisputed revisions, from the genesis to the one in force.
    #[must_use]
    pub fn line(&self) -> impl DoubleEndedIterator<Item = &Charter> + ExactSizeIterator {
        self.line.iter().map(|hash| self.charter_of(hash))
    }

    /// Adopted revisions of one number that stand against one another, with those that follow them; none without a
    /// dispute.
    pub fn disputed(&self) -> impl Iterator<Item = &Charter> {
        self.disputed.iter().map(|hash| self.charter_of(hash))
    }

    /// Revisions that may still be adopted after the one in force, or to settle a dispute.
    pub fn proposals(&self) -> impl Iterator<Item = &Charter> {
        let next = self.in_force();
        let open =
            |held: &&Held| !self.adopted.contains(&held.charter.hash()) && held.charter.previous == Some(next.hash());
        self.held.values().filter(open).map(|held| &held.charter)
    }

    /// A revision that is held.
    #[must_use]
    pub fn get(&self, hash: &CharterHash) -> Option<&Charter> {
        self.held.get(hash).map(|held| &held.charter)
    }

    /// Whether enough keyholders have signed a revision.
    #[must_use]
    pub fn is_adopted(&self, hash: &CharterHash) -> bool {
        self.adopted.contains(hash)
    }

    /// Every revision that is held, in the [order](Charter::order) in which they join.
    #[must_use]
    pub fn all(&self) -> Vec<&Charter> {
        let mut all: Vec<&Charter> = self.held().collect();
        all.sort_by_key(|charter| charter.order());
        all
    }

    /// The same in no order.
    pub(super) fn held(&self) -> impl Iterator<Item = &Charter> {
        self.held.values().map(|held| &held.charter)
    }

    /// Revisions that are adopted or may be: their keys sign mandates that are kept.
    pub(super) fn plausible(&self) -> impl Iterator<Item = &Charter> {
        self.plausible.iter().map(|hash| self.charter_of(hash))
    }

    /// Adopted revisions, whether disputed or not.
    pub fn adopted(&self) -> impl Iterator<Item = &Charter> {
        self.adopted.iter().map(|hash| self.charter_of(hash))
    }

    /// The signatures under every revision.
    pub fn signatures(&self) -> impl Iterator<Item = &CharterSignature> {
        self.held.values().flat_map(|held| held.signatures.values())
    }

    /// The signatures under a revision.
    pub fn signatures_of(&self, hash: &CharterHash) -> impl Iterator<Item = &CharterSignature> {
        self.held.get(hash).into_iter().flat_map(|held| held.signatures.values())
    }

    /// The keyholders of `judge` whose signature stands under a revision.
    #[must_use]
    pub fn signers(&self, hash: &CharterHash, judge: &Charter) -> BTreeSet<Code> {
        let keys = self.held.get(hash).into_iter().flat_map(|held| held.signatures.keys());
        keys.filter_map(|key| signature::keyholder_with(judge, key)).collect()
    }

    /// When the key that each keyholder of `charter` has there last signed a revision of the line: a proof of that key.
    #[must_use]
    pub fn last_signed(&self, charter: &Charter) -> BTreeMap<Code, Millis> {
        let mut last = BTreeMap::new();
        for revision in self.line() {
            for code in self.signers(&revision.hash(), charter) {
                let known = last.entry(code).or_insert(revision.written);
                *known = revision.written.max(*known);
            }
        }
        last
    }

    /// Adds a revision and its signatures, as far as they count.
    pub fn join(&mut self, file: CharterFile) -> Result<Joined, RevisionError> {
        let hash = file.charter.hash();
        let known = self.held.contains_key(&hash);
        if !known {
            self.check(&file.charter)?;
            self.held.insert(hash, Held { charter: file.charter, signatures: BTreeMap::new() });
        }
        let signatures: Vec<CharterSignature> =
            file.signatures.into_iter().filter(|signature| self.take_signature(signature)).collect();
        if !known && signatures.is_empty() {
            let number = self.held.remove(&hash).map_or(0, |held| held.charter.revision);
            return Err(RevisionError::Unsigned(number));
        }
        let joined = Joined { revision: !known, signatures };
        if joined.is_anything() {
            self.derive();
        }
        if known || self.plausible.contains(&hash) {
            return Ok(joined);
        }
        self.make_room(&hash).inspect_err(|_| {
            self.held.remove(&hash);
        })?;
        Ok(joined)
    }

    /// Adds a further signature under a revision that is held; true when it changes the set.
    pub fn add_signature(&mut self, signature: &CharterSignature) -> bool {
        let added = self.held.contains_key(&signature.subject) && self.take_signature(signature);
        if added {
            self.derive();
        }
        added
    }

    /// Ed25519 lets a keyholder sign the same bytes in many ways: of each the lowest is kept, so that the set is bounded
    /// and the same everywhere.
    fn take_signature(&mut self, signature: &CharterSignature) -> bool {
        let Some(held) = self.held.get(&signature.subject) else { return false };
        let before = held.charter.previous.and_then(|hash| self.get(&hash));
        let judges = [Some(&held.charter), before];
        let counts = judges.into_iter().flatten().any(|j| signature::keyholder_with(j, &signature.key).is_some())
            && held.signatures.get(&signature.key).is_none_or(|known| signature < known)
            && signature.check(&held.charter, &self.network).is_ok();
        if counts && let Some(held) = self.held.get_mut(&signature.subject) {
            held.signatures.insert(signature.key, signature.clone());
        }
        counts
    }

    /// What must hold of a revision before it is kept, whoever has signed it.
    pub fn check(&self, charter: &Charter) -> Result<(), RevisionError> {
        let Some(previous) = charter.previous else { return Err(RevisionError::OtherNetwork) };
        if !self.plausible.contains(&previous) {
            return Err(RevisionError::NotFollowing(charter.revision));
        }
        let breaches = invariants::check(charter);
        if !breaches.is_empty() {
            return Err(RevisionError::Invariants(breaches));
        }
        let breaches = succession::check(self.charter_of(&previous), charter);
        if !breaches.is_empty() {
            return Err(RevisionError::Succession(breaches));
        }
        let beside = |hash: &CharterHash| {
            self.plausible.contains(hash) && self.get(hash).is_some_and(|other| other.previous == charter.previous)
        };
        if charter.settles.iter().all(beside) { Ok(()) } else { Err(RevisionError::Settles(charter.revision)) }
    }

    /// Keeps a proposal when one of its signers has not signed too many others of its number.
    fn make_room(&mut self, hash: &CharterHash) -> Result<(), RevisionError> {
        let charter = self.charter_of(hash);
        let number = charter.revision;
        let is_open =
            |(hash, held): &(&CharterHash, &Held)| held.charter.revision == number && !self.plausible.contains(*hash);
        let open: Vec<CharterHash> = self.held.iter().filter(is_open).map(|(hash, _)| *hash).collect();
        // Of each signer's the lowest stay; `open` is in the order of hashes.
        let mut kept: BTreeSet<CharterHash> = BTreeSet::new();
        let keys: BTreeSet<AdministrationKey> =
            open.iter().flat_map(|hash| self.held[hash].signatures.keys()).copied().collect();
        for key in keys {
            let signed = open.iter().filter(|hash| self.held[*hash].signatures.contains_key(&key));
            kept.extend(signed.take(PROPOSALS_MAX));
        }
        let surplus: Vec<CharterHash> = open.into_iter().filter(|hash| !kept.contains(hash)).collect();
        for one in &surplus {
            self.held.remove(one);
        }
        if surplus.contains(hash) { Err(RevisionError::Crowded) } else { Ok(()) }
    }

    /// Which revisions are adopted and which govern, from the set alone.
    fn derive(&mut self) {
        let genesis = self.line[0];
        self.plausible = self.closed_under(genesis, Self::is_plausible);
        self.adopted = self.closed_under(genesis, Self::reaches_threshold);
        self.line = vec![genesis];
        loop {
            let last = self.line[self.line.len() - 1];
            match self.standing_after(&last)[..] {
                [] => {
                    self.disputed = Vec::new();
                    return;
                }
                [next] => self.line.push(next),
                _ => {
                    self.disputed = self.descendants(&last);
                    return;
                }
            }
        }
    }

    /// The genesis and all that follows by a rule from those before it. Again and again: a settlement needs those of its
    /// own number that it names, whatever their hashes.
    fn closed_under(
        &self,
        genesis: CharterHash,
        follows: impl Fn(&Self, &Charter, &BTreeSet<CharterHash>) -> bool,
    ) -> BTreeSet<CharterHash> {
        let mut found: BTreeSet<CharterHash> = [genesis].into();
        let order = self.all();
        while let Some(next) = order.iter().find(|charter| {
            let after = charter.previous.is_some_and(|previous| found.contains(&previous));
            !found.contains(&charter.hash()) && after && follows(self, charter, &found)
        }) {
            found.insert(next.hash());
        }
        found
    }

    /// Whether a revision may come to be adopted by further signatures and is kept on that account.
    fn is_plausible(&self, charter: &Charter, found: &BTreeSet<CharterHash>) -> bool {
        if charter.settles.is_empty() {
            return self.reaches_threshold(charter, found);
        }
        charter.settles.is_subset(found)
    }

    /// "Signatures of a threshold of N's and of N+1's keyholders."
    fn reaches_threshold(&self, charter: &Charter, adopted: &BTreeSet<CharterHash>) -> bool {
        let Some(before) = charter.previous.map(|previous| self.charter_of(&previous)) else { return false };
        if !charter.settles.is_empty() {
            return charter.settles.is_subset(adopted) && self.jury(charter, before).is_settled();
        }
        let signed = |judge: &Charter| self.signers(&charter.hash(), judge).len() >= judge.threshold as usize;
        signed(before) && signed(charter)
    }

    /// The adopted revisions after one that no adopted settlement has decided upon.
    fn standing_after(&self, hash: &CharterHash) -> Vec<CharterHash> {
        let next: Vec<&Charter> = self.adopted().filter(|charter| charter.previous.as_ref() == Some(hash)).collect();
        let settled: BTreeSet<&CharterHash> = next.iter().flat_map(|charter| &charter.settles).collect();
        next.iter().map(|charter| charter.hash()).filter(|hash| !settled.contains(hash)).collect()
    }

    /// The adopted revisions that follow one, near or far.
    fn descendants(&self, hash: &CharterHash) -> Vec<CharterHash> {
        let mut found = vec![*hash];
        let mut at = 0;
        while let Some(one) = found.get(at).copied() {
            found.extend(self.adopted().filter(|c| c.previous == Some(one)).map(Charter::hash));
            at += 1;
        }
        found.split_off(1)
    }

    /// Where on the line something stands that cites a revision: at that revision, or at the one that stands in its
    /// place, or at the last one while that is disputed.
    fn position(&self, cited: &CharterHash) -> Option<usize> {
        if !self.adopted.contains(cited) {
            return None;
        }
        let place = usize::try_from(self.charter_of(cited).revision).unwrap_or(usize::MAX) - 1;
        Some(place.min(self.line.len() - 1))
    }

    /// "The later of the one that it cites and the newest whose list cuts it", for something of an administration.
    pub(super) fn governing<E>(
        &self,
        cited: &CharterHash,
        administration: &Code,
        cuts: impl Fn(&Cutoff) -> Result<bool, E>,
    ) -> Result<Governing<'_>, E> {
        let Some(position) = self.position(cited) else { return Ok(Governing::Unknown) };
        let cut = |charter: &Charter| charter.cutoffs.get(administration).map_or(Ok(false), &cuts);
        for charter in self.disputed() {
            if cut(charter)? {
                return Ok(Governing::CutInDispute);
            }
        }
        for charter in self.line().skip(position + 1).rev() {
            if cut(charter)? {
                return Ok(Governing::Revision(charter));
            }
        }
        Ok(Governing::Revision(self.charter_of(&self.line[position])))
    }

    /// The revision that governs an entry of an administration's node that cites `cited`.
    pub fn governing_entry(
        &self,
        cited: &CharterHash,
        administration: &Code,
        spot: &Spot,
        id_at: &IdAt<'_>,
    ) -> Result<Governing<'_>, StateError> {
        self.governing(cited, administration, |cutoff| cutoff.logs.cut(spot, id_at))
    }

    /// The highest checkpoint of a log: what lies at or below it stands.
    #[must_use]
    pub fn checkpoint(&self, log: &LogName) -> Option<&Head> {
        self.line().filter_map(|charter| charter.checkpoint.get(log)).max_by_key(|head| head.sequence)
    }
}

#[cfg(test)]
mod tests;
