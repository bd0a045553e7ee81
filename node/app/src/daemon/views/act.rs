//! One act as people see it.

use palabre_core::id::EntryId;
use palabre_core::ledger::book;
use palabre_core::node::Node;
use palabre_core::registers::{self, Status};
use palabre_core::state::StateError;
use palabre_store::Store;
use palabre_web::views::{ActView, Effect, UpholdingView};

/// What has become of an act; nothing when its log does not reach it here, or its record is damaged.
pub(in crate::daemon) fn act(node: &Node, store: &Store, id: &EntryId) -> Result<Option<ActView>, StateError> {
    let Some((log, sequence)) = book::place_of(store, id)? else { return Ok(None) };
    let Some(located) = book::locate(store, &log, sequence)? else { return Ok(None) };
    let Some(entry) = book::read_entry(store, &located)? else { return Ok(None) };
    let forked = node.ledger().forked_from(&log).is_some_and(|forked| sequence >= forked);
    let status = registers::status(store, id)?.map(|(_, status)| status);
    let upheld = registers::upholding(store, id)?;
    let header = entry.header();
    let said = registers::act(store, node.ring(), id)?;
    let act = said.as_ref().and_then(|said| said.act.as_ref());
    Ok(Some(ActView {
        id: *id,
        object: said.as_ref().map(|said| said.envelope.object(*id)),
        act: act.map(|act| act.kind().word().to_owned()),
        administration: node.rules().mandated_by(&header.mandate).cloned(),
        node: header.author,
        log: log.log,
        sequence: sequence.get(),
        place: header.place,
        clock: header.clock,
        effect: match status {
            Some(Status::InForce) => Effect::InForce,
            Some(Status::Void(_)) => Effect::Void,
            None if forked => Effect::Forked,
            None if book::is_sealed(store, &located)? => Effect::Sealed,
            Some(Status::Waiting) | None => Effect::Waiting,
        },
        reason: status.and_then(Status::reason).map(|reason| reason.code().to_owned()),
        upheld: upheld.map(|by| UpholdingView { id: by.act, administration: by.administration }),
        upholds: act.and_then(|act| act.kind().upholds().copied()),
    }))
}
