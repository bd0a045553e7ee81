//! The mandates of every administration: a chain each, like the charter's, signed by its own key (`docs/design.md` §4).
//! Which of them govern follows from the set and from the charter.

use std::collections::{BTreeMap, BTreeSet};

use super::cutoff::{IdAt, NodeCutoff, Spot};
use super::mandate::{Mandate, MandateError, RawMandate};
use super::revisions::{Governing, Revisions};
use crate::id::{AdministrationKey, Code, LogName, MandateHash, NodeKey};
use crate::ledger::Head;
use crate::state::StateError;

/// Mandates after the same one and by the same key that are taken, beside those that the charter names: two prove the
/// dispute, more are mischief, with which an administration must not fill the set.
const RIVALS_MAX: usize = 64;
/// Mandates of one administration that are kept, those that came first: one a week for twenty years.
const MANDATES_MAX: usize = 1_024;

/// A mandate that is held.
#[derive(Clone, Debug)]
struct Held {
    mandate: Mandate,
    /// As it came, by the key that has signed it: one that the charter has given the administration. Whoever has stolen a
    /// key that was replaced may sign the same bytes as the rightful owner; both are kept, and the charter's key counts.
    signed: BTreeMap<AdministrationKey, RawMandate>,
}

/// The mandates of one administration.
#[derive(Clone, Debug, Default)]
struct Chain {
    held: BTreeMap<MandateHash, Held>,
    /// The undisputed line, from the first to the one in force.
    line: Vec<MandateHash>,
    /// Valid mandates of one number that stand against one another after the line.
    disputed: Vec<MandateHash>,
}

/// What governs an entry that cites a mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mandating<'a> {
    /// This mandate.
    Mandate(&'a Mandate),
    /// The one cited is not held, or nothing governs yet: two first mandates stand against one another.
    Unknown,
    /// A mandate that is disputed cuts it off.
    CutInDispute,
}

/// The mandates of all administrations.
#[derive(Clone, Debug, Default)]
pub struct Mandates {
    chains: BTreeMap<Code, Chain>,
    /// Whose mandate a hash is.
    owners: BTreeMap<MandateHash, Code>,
    /// The nodes in force, each with the mandate that lists it.
    nodes: BTreeMap<NodeKey, MandateHash>,
    /// Every node that a mandate held here lists, in force or not.
    authors: BTreeSet<NodeKey>,
}

impl Mandates {
    /// Every mandate that is held.
    pub fn all(&self) -> impl Iterator<Item = &Mandate> {
        self.held().map(|held| &held.mandate)
    }

    fn held(&self) -> impl Iterator<Item = &Held> {
        self.chains.values().flat_map(|chain| chain.held.values())
    }

    /// Every mandate as it travels.
    pub(super) fn raw(&self) -> impl Iterator<Item = &RawMandate> {
        self.held().flat_map(|held| held.signed.values())
    }

    /// Every mandate that is held, with each of the keys that have signed it.
    pub(super) fn signers(&self) -> impl Iterator<Item = (&MandateHash, &AdministrationKey)> {
        self.held().flat_map(|held| held.signed.keys().map(|key| (&held.mandate.hash, key)))
    }

    /// A mandate that is held.
    #[must_use]
    pub fn get(&self, hash: &MandateHash) -> Option<&Mandate> {
        self.chains.get(self.owners.get(hash)?)?.held.get(hash).map(|held| &held.mandate)
    }

    /// Whether a mandate counts: it is in force, or was until a later one followed it.
    pub(super) fn counts(&self, mandate: &Mandate) -> bool {
        self.chains.get(&mandate.administration).is_some_and(|chain| chain.line.contains(&mandate.hash))
    }

    /// The mandate of an administration that is in force.
    #[must_use]
    pub fn in_force(&self, administration: &Code) -> Option<&Mandate> {
        let chain = self.chains.get(administration)?;
        chain.line.last().map(|hash| &chain.held[hash].mandate)
    }

    /// The mandates on the undisputed lines, of each administration from its first to the one in force.
    pub(super) fn governing(&self) -> impl Iterator<Item = &Mandate> {
        self.chains.values().flat_map(|chain| chain.line.iter().map(|hash| &chain.held[hash].mandate))
    }

    /// Mandates of one number that stand against one another.
    pub fn disputed(&self) -> impl Iterator<Item = &Mandate> {
        self.chains.values().flat_map(|chain| chain.disputed.iter().map(|hash| &chain.held[hash].mandate))
    }

    /// The mandate in force that lists a node.
    #[must_use]
    pub fn of_node(&self, node: &NodeKey) -> Option<&Mandate> {
        self.nodes.get(node).and_then(|hash| self.get(hash))
    }

    /// Whether any mandate, in force or not, lists a node: its entries are taken, whatever they are worth.
    #[must_use]
    pub fn knows(&self, node: &NodeKey) -> bool {
        self.authors.contains(node)
    }

    /// Adds a mandate; true when it is new. It must be signed by a key that an adopted revision gives its
    /// administration; whether it counts is derived, and may change with the charter.
    pub fn add(&mut self, raw: RawMandate, revisions: &Revisions) -> Result<bool, MandateError> {
        let mandate = raw.unverified().clone();
        let (code, hash) = (mandate.administration.clone(), mandate.hash);
        let key = raw.signer(revisions)?;
        let chain = self.chains.entry(code.clone()).or_default();
        if let Some(held) = chain.held.get_mut(&hash) {
            if held.signed.contains_key(&key) {
                return Ok(false);
            }
            held.signed.insert(key, raw);
            self.derive(revisions);
            return Ok(true);
        }
        if let Some(previous) = mandate.previous {
            let Some(before) = chain.held.get(&previous).map(|held| held.mandate.number) else {
                return Err(MandateError::NotFollowing { administration: code, number: mandate.number });
            };
            if before.checked_add(1) != Some(mandate.number) {
                return Err(MandateError::Jump { administration: code, number: mandate.number, before });
            }
        }
        let named = named(&code, revisions).contains(&hash);
        if chain.held.len() >= MANDATES_MAX || (!named && chain.rivals(&mandate, &key) >= RIVALS_MAX) {
            return Err(MandateError::TooManyMandates(code));
        }
        chain.held.insert(hash, Held { mandate, signed: [(key, raw)].into() });
        self.owners.insert(hash, code);
        self.derive(revisions);
        Ok(true)
    }

    /// What governs, from what is held and from the charter: after a change of either.
    pub fn derive(&mut self, revisions: &Revisions) {
        for (code, chain) in &mut self.chains {
            chain.derive(code, revisions);
        }
        let in_force = self.chains.values().filter_map(|chain| chain.line.last().map(|hash| &chain.held[hash].mandate));
        self.nodes = in_force.flat_map(|mandate| mandate.nodes.iter().map(|node| (node.key, mandate.hash))).collect();
        self.authors = self.all().flat_map(|mandate| mandate.nodes.iter().map(|node| node.key)).collect();
    }

    /// The mandate that governs an entry: the later of the one that it cites and the newest whose list cuts it. "A
    /// mandate's cutoff below a checkpoint counts as the checkpoint."
    pub(super) fn governing_entry(
        &self,
        cited: &MandateHash,
        spot: &Spot,
        checkpoint: Option<&Head>,
        id_at: &IdAt<'_>,
    ) -> Result<Mandating<'_>, StateError> {
        let Some(chain) = self.owners.get(cited).and_then(|code| self.chains.get(code)) else {
            return Ok(Mandating::Unknown);
        };
        let Some(position) = chain.position(cited) else { return Ok(Mandating::Unknown) };
        let cuts = |mandate: &Mandate| match mandate.cutoffs.get(&spot.log.author) {
            Some(NodeCutoff { logs, .. }) => logs.cut_above(spot, checkpoint, id_at),
            None => Ok(false),
        };
        for hash in &chain.disputed {
            if cuts(&chain.held[hash].mandate)? {
                return Ok(Mandating::CutInDispute);
            }
        }
        for hash in chain.line[position + 1..].iter().rev() {
            let mandate = &chain.held[hash].mandate;
            if cuts(mandate)? {
                return Ok(Mandating::Mandate(mandate));
            }
        }
        Ok(Mandating::Mandate(&chain.held[&chain.line[position]].mandate))
    }
}

impl Mandates {
    /// A head of a log as far as no mandate cuts it, whether that is in force or disputed; nothing when all of it is cut.
    /// What was written under a later mandate that lists the node again is left out, too: the place alone does not tell.
    pub(super) fn uncut(&self, log: &LogName, head: &Head, checkpoint: Option<&Head>) -> Option<Head> {
        let cutoffs = self.governing().chain(self.disputed()).filter_map(|mandate| mandate.cutoffs.get(&log.author));
        let mut ends = cutoffs.map(|cutoff| cutoff.logs.end_above(log, checkpoint).copied());
        ends.try_fold(*head, |uncut, end| {
            let end: Head = end?;
            Some(if end.sequence < uncut.sequence { end } else { uncut })
        })
    }
}

impl Chain {
    /// How many follow the same mandate and are signed by the same key.
    fn rivals(&self, mandate: &Mandate, key: &AdministrationKey) -> usize {
        let rival = |held: &&Held| held.signed.contains_key(key) && held.mandate.previous == mandate.previous;
        self.held.values().filter(rival).count()
    }

    /// Whether `end` is `hash` or comes after it.
    fn leads_to(&self, hash: &MandateHash, end: &MandateHash) -> bool {
        let mut at = Some(*end);
        while let Some(one) = at {
            if one == *hash {
                return true;
            }
            at = self.held.get(&one).and_then(|held| held.mandate.previous);
        }
        false
    }

    fn derive(&mut self, code: &Code, revisions: &Revisions) {
        let valid: BTreeSet<MandateHash> = self
            .held
            .values()
            .filter(|held| self.is_valid(held, code, revisions))
            .map(|held| held.mandate.hash)
            .collect();
        let named = named(code, revisions);
        self.line.clear();
        self.disputed.clear();
        loop {
            let last = self.line.last().copied();
            let next: Vec<MandateHash> =
                valid.iter().filter(|hash| self.held[*hash].mandate.previous == last).copied().collect();
            match next[..] {
                [] => return,
                [one] => self.line.push(one),
                _ => {
                    let Some(one) = self.decided(&next, &named) else {
                        self.disputed = next;
                        return;
                    };
                    self.line.push(one);
                }
            }
        }
    }

    /// "Two mandates of one number: the one before governs, until a charter revision names one": the newest that names
    /// one of these, or what comes after it.
    fn decided(&self, rivals: &[MandateHash], named: &[MandateHash]) -> Option<MandateHash> {
        named.iter().find_map(|end| rivals.iter().find(|hash| self.leads_to(hash, end)).copied())
    }

    /// Signed by the key that its governing revision gives the administration, and with a list for each node that it
    /// takes away.
    fn is_valid(&self, held: &Held, code: &Code, revisions: &Revisions) -> bool {
        let Ok(governing) = revisions.governing::<std::convert::Infallible>(&held.mandate.charter, code, |cutoff| {
            Ok(cutoff.mandate.is_none_or(|end| !self.leads_to(&held.mandate.hash, &end)))
        });
        let Governing::Revision(charter) = governing else { return false };
        let signed = charter.administration(code).and_then(|a| a.key).is_some_and(|key| held.signed.contains_key(&key));
        signed && self.cuts_whom_it_drops(&held.mandate)
    }

    fn cuts_whom_it_drops(&self, mandate: &Mandate) -> bool {
        let before = mandate.previous.and_then(|hash| self.held.get(&hash)).map(|held| &held.mandate);
        let Some(before) = before else { return true };
        before.nodes.iter().all(|node| mandate.lists(&node.key) || mandate.cutoffs.contains_key(&node.key))
    }

    /// Where on the line an entry stands that cites a mandate: at that mandate, or at the one that stands in its place,
    /// or at the last one.
    fn position(&self, cited: &MandateHash) -> Option<usize> {
        let place = usize::try_from(self.held.get(cited)?.mandate.number).unwrap_or(usize::MAX) - 1;
        Some(place.min(self.line.len().checked_sub(1)?))
    }
}

/// The mandates of an administration that charter revisions name, those of the newest revision first.
fn named(code: &Code, revisions: &Revisions) -> Vec<MandateHash> {
    let of = |charter: &super::Charter| {
        let cutoff = charter.cutoffs.get(code).and_then(|cutoff| cutoff.mandate);
        [cutoff, charter.mandates.get(code).copied()]
    };
    revisions.line().rev().flat_map(of).flatten().collect()
}

/// The keys that revisions give an administration which are adopted or may be.
pub(super) fn keys_of(code: &Code, revisions: &Revisions) -> BTreeSet<AdministrationKey> {
    revisions.plausible().filter_map(|charter| charter.administration(code)).filter_map(|a| a.key).collect()
}
