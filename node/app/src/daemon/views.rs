//! What the API shows, made from node and store.

mod act;
mod document;
mod log;
mod peer;

use std::collections::BTreeMap;
use std::sync::PoisonError;

pub(super) use act::act;
pub(super) use document::{document, documents};
pub(super) use log::logs;
pub(super) use peer::{peer_why, peers};

use palabre_core::charter::Charter;
use palabre_core::charter::proposal::{Changes, ProposalError, propose};
use palabre_core::charter::settlement::settle;
use palabre_core::id::CharterHash;
use palabre_core::node::{Node, status::missing_attachments};
use palabre_core::registers::{self, Audience, proofs};
use palabre_core::state::StateError;
use palabre_net::{Counters, address_of};
use palabre_store::Store;
use palabre_web::views::{
    AudienceName, CharterView, Concern, Digest, Lag, Metrics, Obstacle, ProposalView, StatusView, Writing,
};

use super::wire::Listening;
use crate::clock::now;

/// Missing attachments that are counted: beyond it the figure says "at least".
const MISSING_COUNTED: usize = 100_000;

/// `GET /api/v1/status`.
pub(super) fn status(
    node: &Node,
    store: &Store,
    listening: &Listening,
    obstacle: Option<Obstacle>,
    mut concerns: Vec<Concern>,
) -> Result<StatusView, StateError> {
    concerns.extend(silent_keyholders(node, store)?);
    let rules = node.rules();
    let listen = listening.lock().unwrap_or_else(PoisonError::into_inner);
    let lag = node.lag(now());
    Ok(StatusView {
        node: node.key(),
        administration: rules.administration_of(&node.key()).cloned(),
        network: *rules.network(),
        revision: rules.charter().revision,
        disputed: rules.revisions().disputed().map(Charter::hash).collect(),
        disputed_mandates: rules.disputed_mandates().map(|mandate| mandate.administration.clone()).collect(),
        listen: listen.iter().map(|address| address_of(node.key(), address.clone()).to_string()).collect(),
        peers: peers(node),
        ledger: Digest(node.ledger_hash()),
        state: states(store)?,
        lag: Lag { entries: lag.entries, seconds: lag.seconds },
        writing: if obstacle.is_none() { Writing::Ok } else { Writing::Paused },
        obstacle,
        concerns,
    })
}

/// The hash of what is folded, for each audience that the node reads.
fn states(store: &Store) -> Result<BTreeMap<AudienceName, Digest>, StateError> {
    let audiences = registers::audiences(store)?;
    let state =
        |audience: &Audience| Ok((AudienceName(audience.to_string()), Digest(registers::root(store, audience)?)));
    audiences.iter().map(state).collect()
}

/// `GET /api/v1/charter`.
pub(super) fn charter(node: &Node, store: &Store) -> Result<CharterView, StateError> {
    let (revisions, charter) = (node.rules().revisions(), node.rules().charter());
    let mut proved = proofs::last(store, charter)?;
    for (code, signed) in revisions.last_signed(charter) {
        let known = proved.entry(code).or_insert(signed);
        *known = signed.max(*known);
    }
    Ok(CharterView::held(revisions, charter).proved(&proved, now()))
}

/// That some keyholders have not shown their key for a year.
fn silent_keyholders(node: &Node, store: &Store) -> Result<Option<Concern>, StateError> {
    let view = charter(node, store)?;
    let overdue = view.overdue().count() as u64;
    Ok((overdue > 0).then(|| Concern::Keyholders {
        overdue,
        keyholders: view.keyholders.len() as u64,
        threshold: u64::from(view.threshold),
        at_risk: view.is_at_risk(),
    }))
}

/// `POST /api/v1/charter/proposals`.
pub(super) fn proposal(node: &Node, changes: &Changes) -> Result<ProposalView, ProposalError> {
    let next = propose(node.rules(), node.ledger().heads(), changes, now())?;
    Ok(ProposalView::of(node.rules().charter(), next))
}

/// `POST /api/v1/charter/settlements`.
pub(super) fn settlement(node: &Node, keep: &CharterHash) -> Result<ProposalView, ProposalError> {
    let next = settle(node.rules(), node.ledger().heads(), keep, now())?;
    Ok(ProposalView::of(node.rules().charter(), next))
}

/// `GET /metrics`.
pub(super) fn metrics(node: &Node, store: &Store, counters: &Counters, started: u64) -> Result<Metrics, StateError> {
    let ledger = node.ledger();
    let over_nodes = |bytes: fn(&palabre_net::NodeCounters) -> u64| counters.nodes.values().map(bytes).sum();
    Ok(Metrics {
        entries: ledger.heads().values().map(|head| head.sequence.get()).sum(),
        logs: ledger.heads().len() as u64,
        forks: ledger.fork_positions().count() as u64,
        ledger_bytes: store.ledger_bytes().map_err(unread)?,
        attachment_bytes: store.attachments().bytes().map_err(unread)?,
        attachments_missing: missing_attachments(store, MISSING_COUNTED)?.len() as u64,
        peers_connected: counters.connections,
        sync_bytes_in: over_nodes(|n| n.sync_in.bytes),
        sync_bytes_out: over_nodes(|n| n.sync_out.bytes),
        gossip_bytes_in: counters.gossip.received.bytes,
        gossip_bytes_out: counters.gossip.published.bytes,
        attachment_bytes_in: over_nodes(|n| n.attachments_in.bytes),
        attachment_bytes_out: over_nodes(|n| n.attachments_out.bytes),
        entries_in: node.entries_received(),
        wire_bytes_in: counters.wire_in,
        wire_bytes_out: counters.wire_out,
        lag_entries: node.lag(now()).entries,
        started,
    })
}

fn unread(error: impl std::error::Error + Send + Sync + 'static) -> StateError {
    StateError::Storage(Box::new(error))
}
