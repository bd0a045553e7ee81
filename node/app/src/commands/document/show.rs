//! `palabre document show`

use palabre_web::text;
use palabre_web::views::{DocumentView, VersionView, void_words};

use super::list::state;
use crate::cli::{Speech, Table, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

pub(super) fn run(client: &Client, speech: Speech, id: &str) -> Result<(), Failure> {
    let answer = block_on(client.get::<DocumentView>(&["documents", id], &[]))?;
    speech.relay(&answer, say);
    Ok(())
}

fn say(document: &DocumentView, speech: Speech) {
    let summary = &document.summary;
    Speech::print(&summary.title);
    speech.say(&text!("document-id", id = summary.id.to_string()));
    let administration = summary.administration.to_string();
    let published = units::moment(summary.published);
    speech.say(&text!("document-by", administration = administration, node = document.node.short(), at = published));
    speech.say(&text!("document-audience", audience = summary.audience.0.clone()));
    speech.say(&text!("document-state", state = state(summary, speech)));
    if let Some(withdrawal) = &document.withdrawal {
        let at = units::moment(withdrawal.written);
        speech.say(&text!("document-withdrawal", at = at, reason = withdrawal.reason.clone()));
    }
    let mut table = Table::new([
        text!("col-version"),
        text!("col-clock"),
        text!("col-lang"),
        text!("col-file"),
        text!("col-size"),
        text!("col-state"),
    ]);
    for version in &document.versions {
        table.row([
            version.id.short(),
            units::moment(version.written),
            version.lang.clone(),
            version.file_name.clone(),
            units::size(version.size, speech.lang()),
            version_state(version, speech),
        ]);
    }
    Speech::print("");
    speech.show(&table);
}

fn version_state(version: &VersionView, speech: Speech) -> String {
    let state = match version {
        VersionView { void: Some(reason), .. } => text!("version-void", reason = void_words(reason)),
        VersionView { stands: false, .. } => text!("version-replaced"),
        VersionView { complete: false, .. } => text!("version-incomplete"),
        _ => text!("version-stands"),
    };
    state.in_lang(speech.lang())
}
