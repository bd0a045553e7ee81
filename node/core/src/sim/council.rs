//! The people who hold the keys: what they sign offline, rightly or not, as pieces that are carried to the nodes.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{Message as _, v1};

use super::dice::Dice;
use super::region::{administration, mandated, secret};
use crate::charter::proposal::{Changes, propose};
use crate::charter::{
    AdministrationKind, Charter, CharterFile, CharterSignature, Mandate, NodeCutoff, RawMandate, Rules,
};
use crate::id::{Code, LogName, NodeKey};
use crate::keys::Secret;
use crate::ledger::Head;
use crate::time::Millis;

/// What a node holds of logs, as a proposer finds it there.
pub(super) type Heads = BTreeMap<LogName, Head>;

/// All that has been signed so far.
pub(super) struct Council {
    /// What somebody who knew all of it would hold; not what thieves have signed.
    pub(super) rules: Rules,
    /// All of it, thieves' as well, in the order in which it was signed.
    pub(super) signed: Vec<v1::Rules>,
    keys: BTreeMap<Code, Secret>,
    seals: bool,
    seed: u64,
    drawn: u64,
    dice: Dice,
}

impl Council {
    pub(super) fn new(rules: Rules, seals: bool, seed: u64) -> Self {
        let codes = rules.charter().administrations.iter().map(|a| a.code.clone());
        let keys = codes.map(|code| (code.clone(), administration(seed, &code))).collect();
        Self { rules, signed: Vec::new(), keys, seals, seed, drawn: 0, dice: Dice::new(seed, "council") }
    }

    /// A key that nobody has yet.
    pub(super) fn new_key(&mut self) -> Secret {
        self.drawn += 1;
        secret(self.seed, &format!("council {}", self.drawn))
    }

    /// An administration that runs nodes.
    pub(super) fn somebody(&mut self, fits: impl Fn(&Charter, &Code) -> bool) -> Option<Code> {
        let charter = self.rules.charter();
        let runs = |code: &&Code| self.rules.mandate_in_force(code).is_some() && fits(charter, code);
        let codes: Vec<Code> = charter.administrations.iter().map(|a| &a.code).filter(runs).cloned().collect();
        self.dice.pick(&codes).cloned()
    }

    /// Two other assessors.
    pub(super) fn rotation(&mut self) -> Changes {
        let charter = self.rules.charter();
        let leader = charter.holders(crate::charter::OfficeKind::Presidency).next();
        let fits =
            |a: &&crate::charter::Administration| a.kind == AdministrationKind::Member && Some(&a.code) != leader;
        let mut members: Vec<Code> = charter.administrations.iter().filter(fits).map(|a| a.code.clone()).collect();
        let mut assessors = Vec::new();
        while assessors.len() < 2 && !members.is_empty() {
            let chosen = self.dice.index(members.len());
            assessors.push(members.swap_remove(chosen));
        }
        Changes { assessors: Some(assessors), ..Changes::default() }
    }

    /// A revision with these changes, as a node that holds these heads proposes it, and a further change by hand.
    pub(super) fn proposal(
        &self,
        heads: &Heads,
        changes: &Changes,
        amend: impl FnOnce(&mut v1::Charter),
    ) -> Option<Charter> {
        let written = Millis(self.rules.charter().written.0 + 1 + self.signed.len() as u64);
        let proposed = propose(&self.rules, heads, changes, written).ok()?;
        let mut message = v1::Charter::decode(proposed.bytes()).ok()?;
        amend(&mut message);
        Charter::parse(&message.encode_to_vec()).ok()
    }

    /// A revision that changes nothing but the date of review, so that there is one.
    pub(super) fn reviewed(&mut self) -> Changes {
        let year = 2030 + self.dice.below(60);
        Changes { review_by: Some(format!("{year}-{:02}-01", 1 + self.dice.below(12))), ..Changes::default() }
    }

    /// The keyholders of the revision in force, in an order of the moment.
    pub(super) fn keyholders(&mut self) -> Vec<Code> {
        let mut left = self.rules.charter().keyholders.clone();
        let mut all = Vec::new();
        while !left.is_empty() {
            let chosen = self.dice.index(left.len());
            all.push(left.swap_remove(chosen));
        }
        all
    }

    /// These sign a revision, each on its own machine: a piece for each signature.
    pub(super) fn sign(&mut self, charter: &Charter, by: &[Code]) -> Vec<v1::Rules> {
        let network = *self.rules.network();
        let sign = |code: &Code| Some(CharterSignature::sign(charter, self.keys.get(code)?, &network));
        let signatures: Vec<CharterSignature> = by.iter().filter_map(sign).collect();
        let piece = |signature: &CharterSignature| v1::Rules {
            charters: vec![charter.bytes().to_vec()],
            signatures: vec![signature.to_message()],
            mandates: Vec::new(),
        };
        let pieces: Vec<v1::Rules> = signatures.iter().map(piece).collect();
        // What the set does not take is no less signed.
        drop(self.rules.join(CharterFile { charter: charter.clone(), signatures }));
        self.signed.extend(pieces.iter().cloned());
        pieces
    }

    /// The next mandate of an administration, by its key: with a further node, or without one of which so much counts.
    pub(super) fn mandate(&mut self, code: &Code, change: Nodes, by: Signer) -> Option<(Mandate, v1::Rules)> {
        let before = self.rules.mandate_in_force(code)?.clone();
        let raw = self
            .rules
            .mandates_of(code)
            .into_iter()
            .find(|raw| blake3::hash(&raw.mandate).as_bytes() == before.hash.as_bytes())?;
        let mut message = v1::Mandate::decode(raw.mandate.as_slice()).ok()?;
        message.number += 1;
        message.previous = before.hash.as_bytes().to_vec();
        message.charter = self.rules.charter_hash().as_bytes().to_vec();
        message.written += 1 + self.signed.len() as u64;
        message.cutoffs.clear();
        match change {
            Nodes::With(key) => message.nodes.push(mandated(&key, self.seals)),
            Nodes::Without(cutoff) => {
                message.nodes.retain(|node| node.key != cutoff.node.as_bytes());
                message.cutoffs.push(cutoff.to_message());
            }
        }
        let key = match by {
            Signer::Owner => self.keys.get(code)?.clone(),
            Signer::Thief(key) => *key,
        };
        let signed = RawMandate::sign(&message, &key, self.rules.network());
        let parsed = RawMandate::parse(signed.clone()).ok()?;
        let piece = v1::Rules { mandates: vec![signed], ..v1::Rules::default() };
        self.signed.push(piece.clone());
        Some((parsed.unverified().clone(), piece))
    }

    /// Takes in what the owner has signed.
    pub(super) fn know(&mut self, piece: &v1::Rules) {
        for mandate in &piece.mandates {
            if let Ok(raw) = RawMandate::parse(mandate.clone()) {
                drop(self.rules.add_mandate(raw));
            }
        }
    }

    /// The key of an administration now.
    pub(super) fn key_of(&self, code: &Code) -> Option<Secret> {
        self.keys.get(code).cloned()
    }

    /// An administration has another key from now on.
    pub(super) fn re_keyed(&mut self, code: &Code, key: Secret) {
        self.keys.insert(code.clone(), key);
    }

    /// Who is suspended.
    pub(super) fn suspended(&self) -> BTreeSet<Code> {
        self.rules.charter().administrations.iter().filter(|a| a.suspended).map(|a| a.code.clone()).collect()
    }
}

/// What a mandate changes.
pub(super) enum Nodes {
    /// A further node.
    With(NodeKey),
    /// One fewer.
    Without(NodeCutoff),
}

/// Who signs a mandate.
pub(super) enum Signer {
    /// The administration, with the key that it has now.
    Owner,
    /// Somebody with this key.
    Thief(Box<Secret>),
}
