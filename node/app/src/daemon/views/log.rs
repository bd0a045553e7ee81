//! Logs and their entries.

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
                entries: entries(node, store, log, (head.sequence, query))?,
            })
        })
        .collect()
}

fn entries(
    node: &Node,
    store: &Store,
    log: &LogName,
    (head, query): (Sequence, LogQuery),
) -> Result<Vec<EntryView>, StateError> {
    let last = query.before.map_or(head.get(), |before| head.get().min(before.get() - 1));
    let first = last.saturating_sub(query.limit as u64) + 1;
    let Some(from) = Sequence::new(first).filter(|_| last > 0) else { return Ok(Vec::new()) };
    let found = book::locate_from(store, log, from, query.limit)?;
    found
        .into_iter()
        .rev()
        .filter(|(sequence, _)| sequence.get() <= last)
        .map(|(sequence, located)| entry(node, store, sequence, &located))
        .collect()
}

fn entry(node: &Node, store: &Store, sequence: Sequence, located: &Located) -> Result<EntryView, StateError> {
    let said = registers::act(store, node.ring(), &located.id)?;
    let act = said.as_ref().and_then(|said| said.act.as_ref());
    let status = registers::status(store, &located.id)?;
    let (effect, reason) = match status.map(|(_, status)| status) {
        Some(Status::InForce) => (Effect::InForce, None),
        Some(Status::Void(reason)) => (Effect::Void, Some(reason.code().to_owned())),
        None if book::is_sealed(store, located)? => (Effect::Sealed, None),
        Some(Status::Waiting) | None => (Effect::Waiting, None),
    };
    Ok(EntryView {
        sequence: sequence.get(),
        id: located.id,
        clock: located.clock,
        urgent: located.priority == Priority::Urgent,
        size: u64::from(located.size),
        act: act.map(|act| act.kind().word().to_owned()),
        object: said.as_ref().map(|said| said.envelope.object(located.id)),
        effect,
        reason,
    })
}
