//! `governance.json`: whole chains of revisions, signatures and mandates, and what governs by them.
//!
//! | file | idea |
//! |---|---|
//! | `deeds` | revisions, mandates and entries, and what changes from one to the next |
//! | `adoption` | who must sign |
//! | `succession` | what a revision may change of the one before |
//! | `disputes` | revisions that stand against one another, and their settlement |
//! | `mandating` | which mandates are in force |
//! | `judging` | what governs an entry, and what is void |

mod adoption;
mod deeds;
mod disputes;
mod judging;
mod mandating;
mod succession;

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, administration, revision_signature, signed_mandate};
use super::shapes::{File, hex};
use deeds::{Accreditation, Revision, Written};

#[derive(Serialize)]
struct GovernanceFile {
    about: &'static str,
    genesis: String,
    vectors: Vec<GovernanceVector>,
}

#[derive(Serialize)]
struct GovernanceVector {
    name: &'static str,
    why: &'static str,
    steps: Vec<Step>,
    revision: String,
    governs: String,
    disputed: Vec<String>,
    mandates: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effective: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    standings: Vec<Standing>,
}

#[derive(Serialize)]
struct Step {
    #[serde(skip_serializing_if = "Option::is_none")]
    charter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mandate: Option<String>,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaches: Vec<&'static str>,
}

#[derive(Serialize)]
struct Standing {
    entry: String,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    administration: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    genesis: Revision,
    vectors: Vec<GovernanceVector>,
}

impl Book<'_> {
    /// A story in which, unless it says otherwise, the genesis governs and no mandate is in force.
    fn tell(&mut self, name: &'static str, why: &'static str, play: impl FnOnce(&mut Story<'_>)) {
        let vector = GovernanceVector {
            name,
            why,
            steps: Vec::new(),
            revision: "1".to_owned(),
            governs: hex(&self.genesis.hash()),
            disputed: Vec::new(),
            mandates: BTreeMap::new(),
            effective: Vec::new(),
            standings: Vec::new(),
        };
        let mut story = Story { cast: self.cast, vector };
        play(&mut story);
        self.vectors.push(story.vector);
    }
}

/// One vector in the making.
struct Story<'a> {
    cast: &'a Cast,
    vector: GovernanceVector,
}

impl Story<'_> {
    /// A revision comes with the signatures of these.
    fn comes(&mut self, verdict: &'static str, revision: &Revision, signers: &[&str]) {
        let sign = |code: &&str| revision_signature(&revision.bytes, code, &self.cast.network);
        self.comes_with(verdict, revision, signers.iter().map(sign).collect());
    }

    fn comes_with(&mut self, verdict: &'static str, revision: &Revision, signatures: Vec<v1::Signature>) {
        let file = v1::CharterFile { charter: revision.bytes.clone(), signatures }.encode_to_vec();
        self.step(Step { charter: Some(hex(&file)), mandate: None, verdict, breaches: Vec::new() });
    }

    /// A revision comes that breaks rules, though four have signed it.
    fn breaks(&mut self, verdict: &'static str, breaches: &[&'static str], revision: &Revision) {
        self.comes(verdict, revision, &["CI", "SN", "GH", "CV"]);
        if let Some(step) = self.vector.steps.last_mut() {
            step.breaches = breaches.to_vec();
            step.breaches.sort_unstable();
        }
    }

    /// A mandate comes, signed by this key.
    fn accredits(&mut self, verdict: &'static str, mandate: &Accreditation, signer: &str) {
        let file = signed_mandate(&mandate.bytes, &administration(signer), &self.cast.network).encode_to_vec();
        self.step(Step { charter: None, mandate: Some(hex(&file)), verdict, breaches: Vec::new() });
    }

    fn step(&mut self, step: Step) {
        self.vector.steps.push(step);
    }

    /// This revision is in force at the end.
    fn governs(&mut self, revision: &Revision) {
        self.vector.revision = revision.said.revision.to_string();
        self.vector.governs = hex(&revision.hash());
    }

    /// These stand against one another at the end.
    fn disputed(&mut self, revisions: &[&Revision]) {
        self.vector.disputed = revisions.iter().map(|revision| hex(&revision.hash())).collect();
        self.vector.disputed.sort();
    }

    /// This mandate is in force at the end.
    fn in_force(&mut self, mandate: &Accreditation) {
        self.vector.mandates.insert(mandate.said.administration.clone(), hex(&mandate.hash()));
    }

    /// These entries have taken effect.
    fn effective(&mut self, entries: &[&Written]) {
        self.vector.effective = entries.iter().map(|entry| hex(&entry.bytes(self.cast))).collect();
    }

    /// The author of an entry acts for SN, as a revision says.
    fn acts(&mut self, entry: &Written, by: &Revision) {
        let (entry, by) = (hex(&entry.bytes(self.cast)), Some(hex(&by.hash())));
        self.vector.standings.push(Standing { entry, verdict: "acts", administration: Some("SN"), by });
    }

    /// The author of an entry has another standing.
    fn stands(&mut self, verdict: &'static str, entry: &Written) {
        let entry = hex(&entry.bytes(self.cast));
        self.vector.standings.push(Standing { entry, verdict, administration: None, by: None });
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let genesis = Revision::genesis(cast);
    let mut book = Book { cast, genesis, vectors: Vec::new() };
    adoption::add(&mut book);
    succession::add(&mut book);
    disputes::add(&mut book);
    mandating::add(&mut book);
    judging::add(&mut book);
    let about = "A node that holds `genesis`, a message CharterFile, is told each of `steps` in turn: a `charter`, a message \
                 CharterFile, or a `mandate`, a message SignedMandate. Then it is asked what governs. proto/README.md says \
                 how, in section 14.";
    let genesis = hex(&cast.charter_file());
    File::of("governance.json", &GovernanceFile { about, genesis, vectors: book.vectors })
}
