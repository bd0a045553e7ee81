//! What the nodes write: documents with titles in the region's languages, revised and withdrawn by those who may.

use std::collections::BTreeMap;

use super::dice::Dice;
use super::scenario::Writing;
use super::sealing;
use crate::acts::fields::FieldError;
use crate::acts::{DocumentAct, Kind, documents::Version};
use crate::charter::Rules;
use crate::id::{Code, ContentHash};
use crate::ledger::entry::content_hash;
use crate::ledger::{Attachment, Priority};
use crate::node::Write;
use crate::registers::Audience;
use crate::registers::documents::{self, Document};
use crate::seal::{Ring, SealedAudience};
use crate::state::{StateError, Storage};

/// Largest content that travels with its entry (`docs/design.md` §3).
pub(super) const SMALL: u64 = 4 * 1024;
/// Documents that an author looks at before choosing one to change.
const LOOKED_AT: usize = 64;

/// Words of which titles are made.
const WORDS: [&str; 48] = [
    "acordo",
    "administration",
    "analyse",
    "annual",
    "bordereau",
    "cargo",
    "circulaire",
    "clearance",
    "corredor",
    "customs",
    "dados",
    "declaration",
    "douane",
    "droits",
    "échange",
    "exchange",
    "formação",
    "frontière",
    "gestion",
    "guichet",
    "harmonisé",
    "informática",
    "interconnexion",
    "juin",
    "manifest",
    "marchandises",
    "mercadorias",
    "note",
    "origine",
    "plan",
    "plano",
    "porto",
    "procédure",
    "projet",
    "rapport",
    "receipts",
    "régime",
    "regional",
    "risk",
    "risque",
    "segurança",
    "single",
    "système",
    "tariff",
    "trânsito",
    "transit",
    "unique",
    "window",
];

/// What somebody is about to write.
pub(super) struct Intention {
    /// The act.
    pub(super) write: Write,
    /// Whom it is sealed for.
    pub(super) sealed_for: Option<SealedAudience>,
    /// The content, kept before the act is written: whole when it is small.
    pub(super) content: Option<(ContentHash, Option<Vec<u8>>)>,
}

/// Who is about to write, and what it knows.
pub(super) struct Author<'a, S> {
    pub(super) rules: &'a Rules,
    pub(super) own: Option<&'a Code>,
    pub(super) ring: &'a Ring,
    pub(super) disk: &'a S,
}

/// What to write next; nothing when a text drawn fits no field.
pub(super) fn intend(
    writing: &Writing,
    author: &Author<'_, impl Storage>,
    may_change: impl Fn(&Document) -> bool,
    dice: &mut Dice,
) -> Result<Option<Intention>, StateError> {
    let change = if dice.chance(writing.changes_percent) { choose(author, may_change, dice)? } else { None };
    let priority = if dice.chance(writing.urgent_percent) { Priority::Urgent } else { Priority::Routine };
    if change.is_some() && dice.chance(20) {
        let reason = text(dice, 60).parse().ok();
        let kind = Kind::Document(DocumentAct::Withdraw(reason));
        let sealed_for = audience_of(change.as_ref());
        let write = Write {
            object: change.map(|document| document.id),
            kind,
            audience: Audience::Public,
            attachments: Vec::new(),
            files: Vec::new(),
            priority,
        };
        return Ok(Some(Intention { write, sealed_for, content: None }));
    }
    let (attachment, content) = attachment(writing, dice);
    let Ok(version) = version(writing, dice) else { return Ok(None) };
    let act = if change.is_some() { DocumentAct::Revise(version) } else { DocumentAct::Publish(version) };
    let audience = match (&change, author.own) {
        (Some(document), _) => document.audience.clone(),
        (None, Some(own)) if writing.sealed_percent > 0 && dice.chance(writing.sealed_percent) => {
            sealing::draw(author.rules, own, dice)
        }
        (None, _) => Audience::Public,
    };
    let sealed_for = if let Audience::Sealed(audience) = &audience { Some(audience.clone()) } else { None };
    let opener = sealed_for.is_some().then(|| sealing::opener(content.as_deref().unwrap_or_default(), dice));
    let write = Write {
        object: change.map(|document| document.id),
        kind: Kind::Document(act),
        audience,
        attachments: vec![attachment],
        files: opener.into_iter().collect(),
        priority,
    };
    Ok(Some(Intention { write, sealed_for, content: Some((attachment.hash, content)) }))
}

fn audience_of(document: Option<&Document>) -> Option<SealedAudience> {
    match &document?.audience {
        Audience::Sealed(audience) => Some(audience.clone()),
        Audience::Public => None,
    }
}

fn choose(
    author: &Author<'_, impl Storage>,
    may_change: impl Fn(&Document) -> bool,
    dice: &mut Dice,
) -> Result<Option<Document>, StateError> {
    let mut found = documents::list(author.disk, author.ring, None, LOOKED_AT)?;
    found.retain(|document| !document.withdrawn() && may_change(document));
    let chosen = dice.index(found.len());
    Ok(found.into_iter().nth(chosen))
}

/// The bytes are random: what people attach is compressed already.
fn attachment(writing: &Writing, dice: &mut Dice) -> (Attachment, Option<Vec<u8>>) {
    let size = dice.within(writing.content_bytes);
    if size > SMALL {
        // Only its name matters here: nobody reads a large content in a simulation.
        let hash = ContentHash::from_bytes(dice.seed());
        return (Attachment { hash, size }, None);
    }
    let mut content = vec![0; usize::try_from(size).unwrap_or_default()];
    dice.fill(&mut content);
    (Attachment { hash: content_hash(&content), size }, Some(content))
}

pub(super) fn version(writing: &Writing, dice: &mut Dice) -> Result<Version, FieldError> {
    let length = dice.within(writing.title_chars);
    let title = text(dice, length);
    let kinds = BTreeMap::from([
        ("pdf", "application/pdf"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("md", "text/markdown"),
    ]);
    let kinds: Vec<_> = kinds.into_iter().collect();
    let (extension, media_type) = dice.pick(&kinds).copied().unwrap_or(("pdf", "application/pdf"));
    let name = text(dice, 30).replace(' ', "-");
    Ok(Version {
        title: title.parse()?,
        language: dice.pick(&["fr", "en", "pt"]).copied().unwrap_or("fr").parse()?,
        content: 0,
        file_name: format!("{name}.{extension}").parse()?,
        media_type: media_type.parse()?,
    })
}

/// Words of about so many characters together, at most so many.
fn text(dice: &mut Dice, characters: u64) -> String {
    let characters = usize::try_from(characters).unwrap_or_default();
    let mut text = String::new();
    while text.chars().count() < characters {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(dice.pick(&WORDS).copied().unwrap_or_default());
    }
    text.chars().take(characters).collect::<String>().trim_end().to_owned()
}
