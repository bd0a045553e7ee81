//! What an applicant waits for, by the rules that it or its sponsor holds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::application::Application;
use crate::charter::{Charter, Rules};
use crate::id::{CharterHash, Code};

/// What an applicant waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum Wait {
    /// Somebody must propose a revision that gives the administration its key.
    Proposal,
    /// Keyholders must sign it.
    Signatures {
        /// Its number.
        revision: u64,
        /// Its hash.
        hash: CharterHash,
        /// How many must sign.
        threshold: u32,
        /// Who has.
        signed: Vec<Code>,
        /// Whose signature would do.
        missing: Vec<Code>,
        /// How many are still needed.
        lacking: usize,
    },
    /// The administration must list the node in its mandate.
    Mandate,
    /// The administration is suspended.
    Restoration,
    /// Nothing any more: it may connect.
    Nothing,
}

impl Wait {
    /// What `application` waits for.
    #[must_use]
    pub fn of(rules: &Rules, application: &Application) -> Self {
        let code = &application.administration;
        if rules.admits(&application.node) {
            return Self::Nothing;
        }
        let wanted = application.newcomer.as_ref().map(|newcomer| newcomer.key);
        let has_its_key = |charter: &Charter| {
            let key = charter.administration(code).and_then(|administration| administration.key);
            key.is_some() && wanted.is_none_or(|wanted| key == Some(wanted))
        };
        if has_its_key(rules.charter()) {
            let suspended = rules.charter().administration(code).is_some_and(|administration| administration.suspended);
            return if suspended { Self::Restoration } else { Self::Mandate };
        }
        let proposals = rules.revisions().proposals().filter(|proposal| has_its_key(proposal));
        let open = proposals.map(|proposal| signatures(rules, proposal));
        // Of several the one that lacks least.
        open.min_by_key(|(lacking, _)| *lacking).map_or(Self::Proposal, |(_, wait)| wait)
    }
}

/// What a proposal lacks, counted by its own keyholders and by those of the revision in force.
fn signatures(rules: &Rules, proposal: &Charter) -> (usize, Wait) {
    let (hash, revisions) = (proposal.hash(), rules.revisions());
    let (mut signed, mut missing, mut lacking) = (BTreeSet::new(), BTreeSet::new(), 0);
    for judge in [rules.charter(), proposal] {
        let signers = revisions.signers(&hash, judge);
        let short = (judge.threshold as usize).saturating_sub(signers.len());
        if short > 0 {
            missing.extend(judge.keyholders.iter().filter(|code| !signers.contains(code)).cloned());
        }
        lacking = lacking.max(short);
        signed.extend(signers);
    }
    let wait = Wait::Signatures {
        revision: proposal.revision,
        hash,
        threshold: proposal.threshold,
        signed: signed.into_iter().collect(),
        missing: missing.into_iter().collect(),
        lacking,
    };
    (lacking, wait)
}
