//! `palabre application approve`: after the words were compared, the proposal or the mandate that an application needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::admission::Wait;
use palabre_core::charter::difference::{Change, difference};
use palabre_core::charter::proposal::Changes;
use palabre_core::charter::{Charter, CharterFile};
use palabre_core::id::{ApplicationId, CharterHash, MandateHash};
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::{ApplicationView, ProposalView, SealingKeyView};
use serde::Serialize;

use super::{find, say};
use crate::cli::{Speech, ask};
use crate::client::{Client, block_on};
use crate::commands::charter::sign::{self, Signed};
use crate::commands::mandate;
use crate::failure::{Failure, internal};
use crate::rules::Known;

/// `palabre application approve`
#[derive(Debug, Args)]
pub(crate) struct Approve {
    /// Its id, or its first digits, or a file.
    #[arg(value_name = "FILE_OR_ID")]
    application: PathBuf,
    /// The six words that the applicant has read out.
    #[arg(long, value_name = "WORDS")]
    words: Option<String>,
}

/// What was done.
#[derive(Serialize)]
#[serde(tag = "did", rename_all = "kebab-case")]
enum Done {
    /// It was admitted before.
    Nothing { id: ApplicationId },
    /// The node is in the administration's mandate.
    Mandated { id: ApplicationId, mandate: MandateHash },
    /// A revision is proposed and signed with the key of this home.
    Signed {
        id: ApplicationId,
        #[serde(flatten)]
        signed: Box<Signed>,
    },
}

impl Approve {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let view = find(&self.application, home, speech)?;
        if !speech.is_json() {
            say(&view, speech);
        }
        compare(&view, self.words, speech)?;
        let id = view.id;
        let done = match &view.waits {
            Wait::Nothing => Done::Nothing { id },
            Wait::Restoration => return Err(suspended(&view)),
            Wait::Mandate => Done::Mandated { id, mandate: add_to_mandate(&view, home, speech)? },
            Wait::Proposal => Done::Signed { id, signed: Box::new(propose(&view, home, speech)?) },
            Wait::Signatures { hash, .. } => {
                let file = CharterFile { charter: proposed(&view, hash, home, speech)?, signatures: Vec::new() };
                Done::Signed { id, signed: Box::new(sign::sign(file, None, home, speech)?) }
            }
        };
        speech.answer(&done, |speech| match &done {
            Done::Nothing { .. } => speech.say(&text!("waits-nothing")),
            Done::Mandated { .. } => {
                speech.say(&text!("approve-mandated", administration = view.administration.to_string()));
            }
            Done::Signed { signed, .. } => sign::say(signed, speech),
        });
        Ok(())
    }
}

/// Nobody approves without having heard the words: an invitation proves that somebody was invited, not who has come.
fn compare(view: &ApplicationView, heard: Option<String>, speech: Speech) -> Result<(), Failure> {
    let same = |heard: &str| {
        let heard = folded(heard);
        [&view.words.fr, &view.words.en, &view.words.pt].into_iter().any(|words| folded(words) == heard)
    };
    let heard = match heard {
        Some(heard) => heard,
        None => ask(&text!("ask-words"), "--words", None, speech, |answer| Ok(answer.to_owned()))?,
    };
    if same(&heard) { Ok(()) } else { Err(Failure::new(Kind::Refused, text!("err-other-words"))) }
}

/// Words without what a keyboard may lack: accents, capitals, spaces too many.
fn folded(words: &str) -> String {
    let plain = |character: char| match character {
        'à' | 'â' | 'ä' | 'á' | 'ã' => Some('a'),
        'é' | 'è' | 'ê' | 'ë' => Some('e'),
        'î' | 'ï' | 'í' => Some('i'),
        'ô' | 'ö' | 'ó' | 'õ' => Some('o'),
        'ù' | 'û' | 'ü' | 'ú' => Some('u'),
        'ç' => Some('c'),
        '\u{300}'..='\u{36f}' => None,
        other => Some(other),
    };
    let folded: String = words.to_lowercase().chars().filter_map(plain).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A node of an administration that has its key: the key must be here.
fn add_to_mandate(view: &ApplicationView, home: &Path, speech: Speech) -> Result<MandateHash, Failure> {
    let node = palabre_proto::v1::MandatedNode {
        key: view.node.as_bytes().to_vec(),
        label: view.label.clone(),
        addresses: view.addresses.clone(),
        sealing: view.sealing.iter().filter_map(SealingKeyView::to_message).collect(),
        ..palabre_proto::v1::MandatedNode::default()
    };
    mandate::add_node(&view.administration, node, home, speech)
}

/// The revision that gives the administration its key, proposed and signed here.
fn propose(view: &ApplicationView, home: &Path, speech: Speech) -> Result<Signed, Failure> {
    let newcomer = view.newcomer.clone().ok_or_else(|| no_application(view))?;
    let code = view.administration.clone();
    let changes = if view.listed {
        Changes { keys: BTreeMap::from([(code, newcomer.key)]), ..Changes::default() }
    } else {
        Changes { admit: BTreeMap::from([(code, newcomer)]), ..Changes::default() }
    };
    let client = Client::of(home, speech.lang())?;
    let body = serde_json::to_vec(&changes).map_err(|error| internal(&error))?;
    let asked = client.post::<ProposalView>(&["charter", "proposals"], &[], "application/json", body);
    let bytes = hex::decode(block_on(asked)?.view.file).map_err(|error| internal(&error))?;
    let file = CharterFile::decode(&bytes).map_err(|error| internal(&error))?;
    sign::sign(file, None, home, speech)
}

/// The proposal that the node holds, when it does nothing but what is approved here: who approves an application has not
/// read any other change.
fn proposed(view: &ApplicationView, hash: &CharterHash, home: &Path, speech: Speech) -> Result<Charter, Failure> {
    let rules = Known::of(home, speech)?.rules;
    let charter = rules.revisions().get(hash).ok_or_else(|| no_application(view))?;
    let expected = |change: &Change| match change {
        Change::Admitted { administration, .. } | Change::Key { administration, before: None, .. } => {
            *administration == view.administration
        }
        _ => false,
    };
    if difference(rules.charter(), charter).iter().all(expected) {
        return Ok(charter.clone());
    }
    let (revision, hash) = (charter.revision, hash.short());
    Err(Failure::new(Kind::Refused, text!("err-approve-more", revision = revision, hash = hash)))
}

fn suspended(view: &ApplicationView) -> Failure {
    Failure::new(Kind::Refused, text!("err-approve-suspended", administration = view.administration.to_string()))
}

fn no_application(view: &ApplicationView) -> Failure {
    Failure::new(Kind::NotFound, text!("err-no-application", id = view.id.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_however_they_are_typed() {
        assert_eq!(folded("  Acade\u{301}mie\tabaisser "), "academie abaisser");
        assert_eq!(folded("académie ABAISSER"), "academie abaisser");
        assert_ne!(folded("academie"), folded("academies"));
    }
}
