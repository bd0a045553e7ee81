//! Who reads what: nodes seal to the region, to commissions, to the secretariat and to one another, while offices rotate and
//! nodes come and go; in the end whoever is in an audience reads what its rule gives, and nobody else anything.

use std::collections::BTreeSet;

use super::dice::Dice;
use super::network::Place;
use super::report::{Problem, Report};
use super::world::World;
use crate::charter::{AdministrationKind, Rules};
use crate::id::{Code, EntryId, NodeKey};
use crate::node::Node;
use crate::registers::{self, Audience};
use crate::seal::file::{FileKey, SealedFile};
use crate::seal::{SealedAudience, SealingSecret};

/// The sealing secret of a simulated node. It follows from its key, so that whoever mandates the node knows the public half.
pub(super) fn secret(node: &NodeKey) -> Option<SealingSecret> {
    SealingSecret::from_seed(&blake3::derive_key("palabre simulator sealing", node.as_bytes())).ok()
}

/// An audience that an administration is in, by what its node knows.
pub(super) fn draw(rules: &Rules, own: &Code, dice: &mut Dice) -> Audience {
    let charter = rules.charter();
    let mut audiences = vec![SealedAudience::Region, SealedAudience::Secretariat];
    audiences.extend(charter.commissions.iter().map(|commission| SealedAudience::Commission(commission.id.clone())));
    let members = charter.administrations.iter().filter(|a| a.kind != AdministrationKind::Partner);
    let others: Vec<&Code> = members.map(|a| &a.code).filter(|code| *code != own).collect();
    if let Some(other) = dice.pick(&others) {
        audiences.push(SealedAudience::Members([own.clone(), (*other).clone()].into()));
    }
    audiences.retain(|audience| charter.in_audience(audience, own));
    dice.pick(&audiences).cloned().map_or(Audience::Public, Audience::Sealed)
}

/// What would open a content: nobody opens one in a simulation.
pub(super) fn opener(content: &[u8], dice: &mut Dice) -> SealedFile {
    let hash = crate::ledger::entry::content_hash(content);
    SealedFile { key: FileKey::from_bytes(&dice.seed()), hash, size: content.len() as u64 }
}

impl World {
    /// Whether everybody has been given the keys that it should have, and what they open is the same for all who have them.
    pub(super) fn is_same_sealed(&self) -> bool {
        let owes = |node: &Node| node.owes_keys();
        if self.machines.iter().filter_map(|machine| machine.node.as_ref()).any(owes) {
            return false;
        }
        self.sealed.values().collect::<BTreeSet<_>>().into_iter().all(|audience| {
            let root =
                |place: Place| registers::root(&self.machines[place].disk, &Audience::Sealed(audience.clone())).ok();
            let readers = self.readers(audience);
            let Some(first) = readers.first().filter(|_| audience.has_history()) else { return true };
            readers.iter().all(|place| root(*place) == root(*first))
        })
    }

    /// The machines whose nodes are in an audience in the end.
    fn readers(&self, audience: &SealedAudience) -> Vec<Place> {
        let readers = self.council.rules.readers(audience);
        let nodes: BTreeSet<NodeKey> = readers.values().map(|(node, _)| *node).collect();
        (0..self.machines.len()).filter(|place| nodes.contains(&self.machines[*place].key)).collect()
    }

    /// Whoever is in an audience reads what was sealed for it, and nobody who never was reads anything.
    pub(super) fn check_readers(&mut self, report: &mut Report) {
        let rules = &self.council.rules;
        let ever = |audience: &SealedAudience, code: &Code, fits: fn(bool) -> bool| {
            let suspended = |code: &Code, charter: &crate::charter::Charter| {
                charter.administration(code).is_some_and(|administration| administration.suspended)
            };
            rules
                .revisions()
                .adopted()
                .any(|charter| fits(charter.in_audience(audience, code) && !suspended(code, charter)))
        };
        let mut found = Vec::new();
        for (entry, audience) in self.sealed.iter().filter(|(entry, _)| !self.excused.contains(entry)) {
            report.sealed += 1;
            let readers = self.readers(audience);
            for place in 0..self.machines.len() {
                let Some(code) = rules.administration_of(&self.machines[place].key) else { continue };
                let reads = self.reads(place, entry);
                // Of what a few seal among themselves nobody is given the history that it missed while it was suspended.
                let has_right =
                    readers.contains(&place) && (audience.has_history() || !ever(audience, code, |inside| !inside));
                if has_right && !reads {
                    found.push(Problem::Closed { entry: *entry, place, audience: audience.to_string() });
                }
                if reads && !ever(audience, code, |inside| inside) {
                    found.push(Problem::Leaked { entry: *entry, place, audience: audience.to_string() });
                }
            }
        }
        self.problems.extend(found);
    }

    fn reads(&self, place: Place, entry: &EntryId) -> bool {
        registers::status(&self.machines[place].disk, entry).ok().flatten().is_some()
    }
}
