//! Documents as people see them.

use std::collections::BTreeMap;

use palabre_core::acts::{Kind, documents::DocumentAct};
use palabre_core::id::{ContentHash, EntryId};
use palabre_core::node::Node;
use palabre_core::registers::documents::{self as register, Document, Version};
use palabre_core::registers::{self, Said, Status};
use palabre_core::state::StateError;
use palabre_store::{Attachments, Store};
use palabre_web::views::{AudienceName, DocumentState, DocumentSummary, DocumentView, VersionView, WithdrawalView};

/// Documents read in one step of a list.
const STEP: usize = 256;
/// Acts of a document that are shown.
const HISTORY_MAX: usize = 1_024;

/// Every document, newest first.
pub(in crate::daemon) fn documents(
    node: &Node,
    store: &Store,
    attachments: &Attachments,
) -> Result<Vec<DocumentSummary>, StateError> {
    let mut summaries = Vec::new();
    let mut cursor = None;
    loop {
        let step = register::list(store, node.ring(), cursor.as_ref(), STEP)?;
        summaries.extend(step.iter().map(|document| summary(document, attachments)));
        cursor = step.last().map(Document::cursor);
        if step.len() < STEP {
            return Ok(summaries);
        }
    }
}

fn summary(document: &Document, attachments: &Attachments) -> DocumentSummary {
    let shown = document.current().next().or(document.versions.last());
    let held = document.current().all(|version| attachments.has(&version.content.hash));
    DocumentSummary {
        id: document.id,
        title: shown.map(|v| v.title.to_string()).unwrap_or_default(),
        lang: shown.map(|v| v.language.to_string()).unwrap_or_default(),
        administration: document.administration.clone(),
        audience: AudienceName(document.audience.to_string()),
        size: shown.map_or(0, |v| v.file().1),
        complete: held && !document.incomplete,
        state: if document.withdrawn() { DocumentState::Withdrawn } else { DocumentState::Published },
        published: document.opened,
        standing: document.current().count() as u64,
    }
}

/// One document with its versions, void ones too.
pub(in crate::daemon) fn document(
    node: &Node,
    store: &Store,
    attachments: &Attachments,
    id: &EntryId,
) -> Result<Option<DocumentView>, StateError> {
    let Some(document) = register::get(store, node.ring(), id)? else { return Ok(None) };
    let in_force: BTreeMap<EntryId, &Version> = document.versions.iter().map(|version| (version.id, version)).collect();
    let mut versions = Vec::new();
    for (act, status) in registers::history(store, id, None, HISTORY_MAX)? {
        let Some(said) = registers::act(store, node.ring(), &act)? else { continue };
        let shown = match (in_force.get(&act), status) {
            (Some(version), _) => Some(standing(version, &said)),
            (None, Status::Void(reason)) => void(node, act, &said, reason.code()),
            (None, _) => None,
        };
        versions.extend(shown.map(|(view, stored)| VersionView { complete: attachments.has(&stored), ..view }));
    }
    let withdrawal = document.withdrawals.first().map(|withdrawal| WithdrawalView {
        id: withdrawal.id,
        reason: withdrawal.reason.as_ref().map(ToString::to_string).unwrap_or_default(),
        written: withdrawal.origin.clock,
    });
    let summary = summary(&document, attachments);
    Ok(Some(DocumentView { summary, node: document.author, versions, withdrawal }))
}

/// A version as it stands, and the attachment that has its content.
fn standing(version: &Version, said: &Said) -> (VersionView, ContentHash) {
    let (hash, size) = version.file();
    let view = VersionView {
        id: version.id,
        replaces: said.envelope.after().to_vec(),
        title: version.title.to_string(),
        lang: version.language.to_string(),
        file_name: version.file_name.to_string(),
        media_type: version.media_type.to_string(),
        size,
        hash,
        node: version.origin.author,
        administration: Some(version.origin.administration.clone()),
        written: version.origin.clock,
        stands: version.current,
        complete: false,
        void: None,
        upholds: version.upholds,
    };
    (view, version.content.hash)
}

/// A version that has no effect; nothing when the act is no version.
fn void(node: &Node, id: EntryId, said: &Said, reason: &str) -> Option<(VersionView, ContentHash)> {
    let act = said.act.as_ref()?;
    let Kind::Document(DocumentAct::Publish(version) | DocumentAct::Revise(version)) = act.kind() else { return None };
    let header = &said.header;
    let stored = header.attachments.get(version.content as usize)?;
    let opened = act.files().get(version.content as usize);
    let view = VersionView {
        id,
        replaces: said.envelope.after().to_vec(),
        title: version.title.to_string(),
        lang: version.language.to_string(),
        file_name: version.file_name.to_string(),
        media_type: version.media_type.to_string(),
        size: opened.map_or(stored.size, |file| file.size),
        hash: opened.map_or(stored.hash, |file| file.hash),
        node: header.author,
        administration: node.rules().administration_of(&header.author).cloned(),
        written: header.clock,
        stands: false,
        complete: false,
        void: Some(reason.to_owned()),
        upholds: None,
    };
    Some((view, stored.hash))
}
