//! `palabre document list`

use palabre_web::text;
use palabre_web::views::{DocumentList, DocumentState, DocumentSummary};

use crate::cli::{Speech, Table, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

pub(super) fn run(client: &Client, speech: Speech) -> Result<(), Failure> {
    let answer = block_on(client.get::<DocumentList>(&["documents"], &[]))?;
    speech.relay(&answer, say);
    Ok(())
}

fn say(list: &DocumentList, speech: Speech) {
    if list.documents.is_empty() {
        return speech.say(&text!("document-none"));
    }
    let mut table = Table::new([
        text!("col-id"),
        text!("col-administration"),
        text!("col-lang"),
        text!("col-title"),
        text!("col-size"),
        text!("col-state"),
    ]);
    for document in &list.documents {
        table.row([
            document.id.short(),
            document.administration.to_string(),
            document.lang.clone(),
            document.title.clone(),
            units::size(document.size, speech.lang()),
            state(document, speech),
        ]);
    }
    speech.show(&table);
    speech.remark(&text!("document-list-next"));
}

/// Where it is in its life, and whether its content is here.
pub(super) fn state(document: &DocumentSummary, speech: Speech) -> String {
    let state = match (document.state, document.complete) {
        (DocumentState::Withdrawn, _) => text!("document-state-withdrawn"),
        (DocumentState::Published, false) => text!("document-state-incomplete"),
        (DocumentState::Published, true) if document.standing > 1 => {
            text!("document-state-several", count = document.standing)
        }
        (DocumentState::Published, true) => text!("document-state-published"),
    };
    state.in_lang(speech.lang())
}
