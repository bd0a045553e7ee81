//! Logs and their entries.

use palabre_core::acts::{Act, Envelope};
use palabre_core::id::{LogName, NodeKey, Sequence};
use palabre_core::ledger::Priority;
use palabre_core::ledger::book::{self, Located};
use palabre_core::node::Node;
use palabre_core::registers::{self, Status};
use palabre_core::state::StateError;
use palabre_store::Store;
use palabre_web::node::LogQuery;
use palabre_web::views::{Effect, EntryView, LogView};

/// The logs of one author, each with its newest entries first.
pub(in crate::daemon) fn logs(
    node: &Node,
    store: &Store,
    author: NodeKey,
    query: LogQuery,
) -> Result<Vec<LogView>, StateError> {
    let ledger = node.ledger();
    let names = ledger.logs_of(author).filter(|(log, _)| query.log.is_none_or(|wanted| wanted == log.log));
    names
        .map(|(log, head)| {
            Ok(LogView {
                log: log.log,
                sequence: head.sequence.get(),
                head: Some(head.id),
                forked_from: ledger.forked_from(log).map(Sequence::get),
                entries: entries(store, log, head.sequence, query)?,
            })
        })
        .collect()
}

fn entries(store: &Store, log: &LogName, head: Sequence, query: LogQuery) -> Result<Vec<EntryView>, StateError> {
    let last = query.before.map_or(head.get(), |before| head.get().min(before.get() - 1));
    let first = last.saturating_sub(query.limit as u64) + 1;
    let Some(from) = Sequence::new(first).filter(|_| last > 0) else { return Ok(Vec::new()) };
    let found = book::locate_from(store, log, from, query.limit)?;
    found
        .into_iter()
        .rev()
        .filter(|(sequence, _)| sequence.get() <= last)
        .map(|(sequence, located)| entry(store, sequence, &located))
        .collect()
}

fn entry(store: &Store, sequence: Sequence, located: &Located) -> Result<EntryView, StateError> {
    let stored = book::read_entry(store, located)?;
    let payload = stored.as_ref().and_then(|entry| entry.payload().map(|payload| (payload, entry.header())));
    let act = payload.and_then(|(payload, header)| Act::parse(payload, header).ok());
    let envelope = payload.and_then(|(payload, _)| Envelope::parse(payload).ok());
    let status = registers::status(store, &located.id)?;
    let (effect, reason) = match status.map(|(_, status)| status) {
        Some(Status::InForce) => (Effect::InForce, None),
        Some(Status::Void(reason)) => (Effect::Void, Some(reason.code().to_owned())),
        Some(Status::Waiting) | None => (Effect::Waiting, None),
    };
    Ok(EntryView {
        sequence: sequence.get(),
        id: located.id,
        clock: located.clock,
        urgent: located.priority == Priority::Urgent,
        size: u64::from(located.size),
        act: act.map(|act| act.kind().word().to_owned()),
        object: envelope.map(|envelope| envelope.object(located.id)),
        effect,
        reason,
    })
}
