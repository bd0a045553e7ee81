//! Applications of new nodes, as people look at them before they approve.

use palabre_core::admission::{SignedApplication, Wait};
use palabre_core::charter::{Newcomer, Rules};
use palabre_core::id::{ApplicationId, Code, NodeKey};
use palabre_core::time::Millis;
use palabre_proto::v1;
use serde::{Deserialize, Serialize};

use crate::words::Words;

/// `GET /api/v1/applications`, `palabre application list --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationList {
    /// Those that the node holds, the first that came in front.
    pub applications: Vec<ApplicationView>,
}

/// What audience keys are wrapped to for a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealingKeyView {
    /// Of which suite.
    pub suite: String,
    /// In hexadecimal.
    pub key: String,
}

impl SealingKeyView {
    fn of(key: &v1::SealingKey) -> Self {
        Self { suite: key.suite.clone(), key: hex::encode(&key.key) }
    }

    /// As mandates list it; none when it is not hexadecimal.
    #[must_use]
    pub fn to_message(&self) -> Option<v1::SealingKey> {
        Some(v1::SealingKey { suite: self.suite.clone(), key: hex::decode(&self.key).ok()? })
    }
}

/// One application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationView {
    /// BLAKE3 of its bytes.
    pub id: ApplicationId,
    /// Whose node.
    pub administration: Code,
    /// The node.
    pub node: NodeKey,
    /// What the administration calls it.
    pub label: String,
    /// Addresses of it that last.
    pub addresses: Vec<String>,
    /// Its sealing keys, as its mandate is to list them.
    pub sealing: Vec<SealingKeyView>,
    /// Whom to telephone.
    pub contact: String,
    /// In which language the applicant reads the words.
    pub language: String,
    /// The fingerprint of the keys, to be compared with what the applicant's machine shows.
    pub words: Words,
    /// When it came; none of a file.
    pub received: Option<Millis>,
    /// When its invitation expires.
    pub expires: Millis,
    /// The administration whose node has invited, as far as that is known.
    pub invited_by: Option<Code>,
    /// The administration, when the charter gives it no key yet.
    pub newcomer: Option<Newcomer>,
    /// Whether the charter lists the administration already.
    pub listed: bool,
    /// What it waits for.
    pub waits: Wait,
}

impl ApplicationView {
    /// An application by the rules that are held.
    #[must_use]
    pub fn of(application: &SignedApplication, received: Option<Millis>, rules: &Rules) -> Self {
        let said = application.unverified();
        let invitation = said.invitation.unverified();
        Self {
            id: said.id,
            administration: said.administration.clone(),
            node: said.node,
            label: said.label.clone(),
            addresses: said.addresses.clone(),
            sealing: said.sealing.iter().map(SealingKeyView::of).collect(),
            contact: said.contact.clone(),
            language: said.language.to_string(),
            words: Words::of(said.fingerprint()),
            received,
            expires: invitation.expires,
            invited_by: rules.administration_of(&invitation.node).cloned(),
            newcomer: said.newcomer.clone(),
            listed: rules.charter().administration(&said.administration).is_some(),
            waits: Wait::of(rules, said),
        }
    }
}
