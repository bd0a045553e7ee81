//! Who settles a dispute: "signed by a threshold of the undisputed keyholders without those who signed both"
//! (`docs/design.md` §4).

use std::collections::BTreeSet;

use super::Revisions;
use crate::charter::invariants::least_threshold;
use crate::charter::revision::Charter;
use crate::id::{CharterHash, Code};

/// The signatures under a settlement, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jury {
    /// The keyholders of the undisputed revision who did not sign two of those among which it decides.
    pub faithful: BTreeSet<Code>,
    /// Those who did: they do not count.
    pub twice: BTreeSet<Code>,
    /// Those of the faithful who have signed it.
    pub signed: BTreeSet<Code>,
}

impl Jury {
    /// How many of the faithful must sign: two thirds, rounded up.
    #[must_use]
    pub fn threshold(&self) -> usize {
        least_threshold(self.faithful.len())
    }

    /// Whether enough have. If nobody is left who did not sign twice, nothing settles: the region founds anew.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.faithful.is_empty() && self.signed.len() >= self.threshold()
    }
}

impl Revisions {
    /// The revisions that stand against one another after the last undisputed one, without what follows them; none without
    /// a dispute. A settlement decides among them.
    #[must_use]
    pub fn rivals(&self) -> Vec<&Charter> {
        if self.disputed.is_empty() {
            return Vec::new();
        }
        let last = self.in_force().hash();
        self.standing_after(&last).iter().map(|hash| self.charter_of(hash)).collect()
    }

    /// Who counts in a settlement, and who of them has signed it; nothing when the revision settles nothing, or
    /// among revisions that are not held.
    #[must_use]
    pub fn jury_of(&self, settlement: &Charter) -> Option<Jury> {
        let before = settlement.previous.and_then(|previous| self.get(&previous))?;
        let held = settlement.settles.iter().all(|hash| self.get(hash).is_some());
        (held && !settlement.settles.is_empty()).then(|| self.jury(settlement, before))
    }

    pub(super) fn jury(&self, settlement: &Charter, before: &Charter) -> Jury {
        let signed_twice = |code: &Code| self.signed_twice(code, before, &settlement.settles);
        let (twice, faithful): (BTreeSet<Code>, BTreeSet<Code>) =
            before.keyholders.iter().cloned().partition(signed_twice);
        let mut signed = self.signers(&settlement.hash(), before);
        signed.retain(|code| faithful.contains(code));
        Jury { faithful, twice, signed }
    }

    /// Whether a keyholder has signed two of these of which neither settles the other.
    fn signed_twice(&self, code: &Code, judge: &Charter, among: &BTreeSet<CharterHash>) -> bool {
        let signed: Vec<&CharterHash> = among.iter().filter(|hash| self.signers(hash, judge).contains(code)).collect();
        let settled = |one: &CharterHash, other: &CharterHash| self.charter_of(one).settles.contains(other);
        signed
            .iter()
            .enumerate()
            .any(|(i, one)| signed[..i].iter().any(|other| !settled(one, other) && !settled(other, one)))
    }
}
