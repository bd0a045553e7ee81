//! Documents as people see them.

use std::collections::BTreeMap;

use palabre_core::acts::{Act, Kind, documents::DocumentAct};
use palabre_core::id::EntryId;
use palabre_core::ledger::{Entry, book};
use palabre_core::node::Node;
use palabre_core::registers::documents::{self as register, Document, Version};
use palabre_core::registers::{self, Status};
use palabre_core::state::StateError;
use palabre_store::{Attachments, Store};
use palabre_web::views::{AudienceName, DocumentState, DocumentSummary, DocumentView, VersionView, WithdrawalView};

/// Documents read in one step of a list.
const STEP: usize = 256;
/// Acts of a document that are shown.
const HISTORY_MAX: usize = 1_024;

/// Every document, newest first.
pub(in crate::daemon) fn documents(
    store: &Store,
    attachments: &Attachments,
) -> Result<Vec<DocumentSummary>, StateError> {
    let mut summaries = Vec::new();
    let mut cursor = None;
    loop {
        let step = register::list(store, cursor.as_ref(), STEP)?;
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
        audience: AudienceName(document.audience.word().to_owned()),
        size: shown.map_or(0, |v| v.content.size),
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
    let Some(document) = register::get(store, id)? else { return Ok(None) };
    let in_force: BTreeMap<EntryId, &Version> = document.versions.iter().map(|version| (version.id, version)).collect();
    let mut versions = Vec::new();
    for (act, status) in registers::history(store, id, None, HISTORY_MAX)? {
        let Some(entry) = entry(store, &act)? else { continue };
        let shown = match (in_force.get(&act), status) {
            (Some(version), _) => Some(standing(version, &entry)),
            (None, Status::Void(reason)) => void(node, &entry, reason.code()),
            (None, _) => None,
        };
        versions.extend(shown.map(|view| VersionView { complete: attachments.has(&view.hash), ..view }));
    }
    let withdrawal = document.withdrawals.first().map(|withdrawal| WithdrawalView {
        id: withdrawal.id,
        reason: withdrawal.reason.as_ref().map(ToString::to_string).unwrap_or_default(),
        written: withdrawal.origin.clock,
    });
    let summary = summary(&document, attachments);
    Ok(Some(DocumentView { summary, node: document.author, versions, withdrawal }))
}

fn entry(store: &Store, id: &EntryId) -> Result<Option<Entry>, StateError> {
    let Some((log, sequence)) = book::place_of(store, id)? else { return Ok(None) };
    let Some(located) = book::locate(store, &log, sequence)? else { return Ok(None) };
    book::read_entry(store, &located)
}

fn parsed(entry: &Entry) -> Option<Act> {
    Act::parse(entry.payload()?, entry.header()).ok()
}

fn standing(version: &Version, entry: &Entry) -> VersionView {
    VersionView {
        id: version.id,
        replaces: parsed(entry).map(|act| act.envelope().after().to_vec()).unwrap_or_default(),
        title: version.title.to_string(),
        lang: version.language.to_string(),
        file_name: version.file_name.to_string(),
        media_type: version.media_type.to_string(),
        size: version.content.size,
        hash: version.content.hash,
        node: version.origin.author,
        administration: Some(version.origin.administration.clone()),
        written: version.origin.clock,
        stands: version.current,
        complete: false,
        void: None,
        upholds: version.upholds,
    }
}

/// A version that has no effect; nothing when the act is no version.
fn void(node: &Node, entry: &Entry, reason: &str) -> Option<VersionView> {
    let act = parsed(entry)?;
    let Kind::Document(DocumentAct::Publish(version) | DocumentAct::Revise(version)) = act.kind() else { return None };
    let header = entry.header();
    let content = header.attachments.get(version.content as usize)?;
    Some(VersionView {
        id: entry.id(),
        replaces: act.envelope().after().to_vec(),
        title: version.title.to_string(),
        lang: version.language.to_string(),
        file_name: version.file_name.to_string(),
        media_type: version.media_type.to_string(),
        size: content.size,
        hash: content.hash,
        node: header.author,
        administration: node.rules().administration_of(&header.author).cloned(),
        written: header.clock,
        stands: false,
        complete: false,
        void: Some(reason.to_owned()),
        upholds: None,
    })
}
