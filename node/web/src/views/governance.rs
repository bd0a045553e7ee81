//! Charter revisions, one after another: what each changed, who signed it, who is missing.

use std::collections::BTreeSet;

use palabre_core::charter::difference::{Change, difference};
use palabre_core::charter::{Charter, CharterError, CharterFile, Jury, MandateError, RevisionError, Revisions};
use palabre_core::id::{CharterHash, Code, MandateHash, NetworkId};
use palabre_core::node::{HandedIn, RuleError};
use palabre_core::time::Millis;
use serde::{Deserialize, Serialize};

/// `GET /api/v1/charter/history`, `palabre charter history --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryView {
    /// The network.
    pub network: NetworkId,
    /// The undisputed revisions, the genesis first, the one in force last.
    pub revisions: Vec<RevisionView>,
    /// Adopted revisions that stand against one another: none of them governs until they are settled.
    pub disputed: Vec<RevisionView>,
    /// Revisions that may still be adopted.
    pub proposals: Vec<RevisionView>,
}

/// How a revision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It governs.
    InForce,
    /// It did; a later one follows.
    Followed,
    /// It is adopted, and so is another of its number.
    Disputed,
    /// It lacks signatures.
    Proposed,
}

/// One revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionView {
    /// Its number.
    pub revision: u64,
    /// BLAKE3 of its bytes without signatures.
    pub hash: CharterHash,
    /// The revision before.
    pub previous: Option<CharterHash>,
    /// When it was written.
    pub written: Millis,
    /// How it stands.
    pub standing: Standing,
    /// Which keyholders have signed, of this revision or the one before.
    pub signed: Vec<Code>,
    /// Whether the keyholders of the revision before are enough; none for the genesis.
    pub before: Option<Count>,
    /// Whether its own are.
    pub own: Count,
    /// Keyholders whose signature under this settlement does not count: they signed two of those that it settles.
    #[serde(default)]
    pub twice: Vec<Code>,
    /// What it changes of the one before.
    pub changes: Vec<Change>,
}

/// Signatures counted by one revision's keyholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many must sign.
    pub threshold: u32,
    /// Who has.
    pub signed: Vec<Code>,
    /// Who has not.
    pub missing: Vec<Code>,
}

impl Count {
    /// The count of these signers among the keyholders of `judge`.
    #[must_use]
    pub fn of(judge: &Charter, signers: &BTreeSet<Code>) -> Self {
        let (signed, missing) = judge.keyholders.iter().cloned().partition(|code| signers.contains(code));
        Self { threshold: judge.threshold, signed, missing }
    }

    /// The count under a settlement: of those who may settle.
    #[must_use]
    pub fn of_jury(jury: &Jury) -> Self {
        let threshold = u32::try_from(jury.threshold()).unwrap_or(u32::MAX);
        let missing = jury.faithful.difference(&jury.signed).cloned().collect();
        Self { threshold, signed: jury.signed.iter().cloned().collect(), missing }
    }

    /// How many more must sign.
    #[must_use]
    pub fn lacking(&self) -> usize {
        (self.threshold as usize).saturating_sub(self.signed.len())
    }
}

impl RevisionView {
    /// How many more must sign before it is adopted, at least.
    #[must_use]
    pub fn lacking(&self) -> usize {
        self.own.lacking().max(self.before.as_ref().map_or(0, Count::lacking))
    }

    /// A revision that is held.
    #[must_use]
    pub fn of(revisions: &Revisions, charter: &Charter, standing: Standing) -> Self {
        let hash = charter.hash();
        let before = charter.previous.and_then(|previous| revisions.get(&previous));
        let own = revisions.signers(&hash, charter);
        let by_before = before.map(|before| revisions.signers(&hash, before));
        let jury = revisions.jury_of(charter);
        let settling = jury.as_ref().map(Count::of_jury);
        Self {
            revision: charter.revision,
            hash,
            previous: charter.previous,
            written: charter.written,
            standing,
            signed: own
                .iter()
                .chain(by_before.iter().flatten())
                .cloned()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            before: settling
                .clone()
                .or_else(|| before.zip(by_before.as_ref()).map(|(before, signers)| Count::of(before, signers))),
            own: settling.unwrap_or_else(|| Count::of(charter, &own)),
            twice: jury.map(|jury| jury.twice.into_iter().collect()).unwrap_or_default(),
            changes: before.map(|before| difference(before, charter)).unwrap_or_default(),
        }
    }
}

impl HistoryView {
    /// All revisions that are held.
    #[must_use]
    pub fn of(revisions: &Revisions) -> Self {
        let in_force = revisions.in_force().hash();
        let stands =
            |charter: &Charter| if charter.hash() == in_force { Standing::InForce } else { Standing::Followed };
        Self {
            network: *revisions.network(),
            revisions: revisions.line().map(|c| RevisionView::of(revisions, c, stands(c))).collect(),
            disputed: revisions.disputed().map(|c| RevisionView::of(revisions, c, Standing::Disputed)).collect(),
            proposals: revisions.proposals().map(|c| RevisionView::of(revisions, c, Standing::Proposed)).collect(),
        }
    }
}

/// `POST /api/v1/charter/proposals`: a revision that nobody has signed, and what it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// BLAKE3 of its bytes without signatures.
    pub id: CharterHash,
    /// Its number.
    pub revision: u64,
    /// The charter file, in hexadecimal.
    pub file: String,
    /// What it changes of the revision in force.
    pub changes: Vec<Change>,
}

impl ProposalView {
    /// The view of a proposal after the revision in force.
    #[must_use]
    pub fn of(before: &Charter, next: Charter) -> Self {
        let (id, revision, changes) = (next.hash(), next.revision, difference(before, &next));
        let file = CharterFile { charter: next, signatures: Vec::new() }.encode();
        Self { id, revision, file: hex::encode(file), changes }
    }
}

/// `POST /api/v1/rules`: what came of rules that were handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedInView {
    /// The revisions that are new here.
    pub revisions: Vec<CharterHash>,
    /// How many signatures are.
    pub signatures: usize,
    /// The mandates that are.
    pub mandates: Vec<MandateHash>,
    /// What does not count.
    pub refused: Vec<RefusedRule>,
}

/// A revision, a signature or a mandate that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRule {
    /// A stable name of the reason.
    pub code: String,
    /// The reason, in English.
    pub why: String,
}

impl From<HandedIn> for HandedInView {
    fn from(handed: HandedIn) -> Self {
        let refused =
            handed.refused.iter().map(|error| RefusedRule { code: code(error).to_owned(), why: chain(error) });
        Self {
            revisions: handed.revisions,
            signatures: handed.signatures,
            mandates: handed.mandates,
            refused: refused.collect(),
        }
    }
}

const fn code(error: &RuleError) -> &'static str {
    match error {
        RuleError::Charter(CharterError::TooLong(_)) => "charter-too-long",
        RuleError::Charter(_) => "charter-malformed",
        RuleError::Signature(_) => "signature-malformed",
        RuleError::Revision(error) => match error {
            RevisionError::OtherNetwork => "other-network",
            RevisionError::NotFollowing(_) => "not-following",
            RevisionError::Invariants(_) => "invariants",
            RevisionError::Succession(_) => "succession",
            RevisionError::Unsigned(_) => "unsigned",
            RevisionError::Settles(_) => "settles",
            RevisionError::Crowded => "crowded",
        },
        RuleError::Mandate(error) => match error {
            MandateError::Stranger(_) => "mandate-stranger",
            MandateError::Signature { .. } => "mandate-signature",
            MandateError::NotFollowing { .. } => "mandate-not-following",
            MandateError::TooManyMandates(_) => "mandate-crowded",
            _ => "mandate-malformed",
        },
    }
}

/// An error and what lies behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |inner| inner.source());
    sources.fold(error.to_string(), |words, inner| {
        let inner = inner.to_string();
        if words.ends_with(&inner) { words } else { format!("{words}: {inner}") }
    })
}
