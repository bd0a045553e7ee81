//! From a locked home to a node that can take its first event: the store is opened, what the index does not count is
//! folded, the own log is chosen.

use std::collections::BTreeMap;

use palabre_core::charter::Rules;
use palabre_core::id::NetworkId;
use palabre_core::ledger::{Record, RecordError};
use palabre_core::node::{Effect, Facts, Identity, Link, Node};
use palabre_core::state::Position;
use palabre_store::opening::Opening;
use palabre_store::segments::Scanned;
use palabre_store::{Index, LockedHome, Settings, Store};
use tracing::{info, warn};

use super::{DaemonError, Setup};
use crate::clock::now;

/// A node that is ready for its first event.
pub(super) struct Opened {
    pub(super) node: Node,
    pub(super) store: Store,
    /// Whether the process before this one did not stop in good order.
    pub(super) ended_abruptly: bool,
    /// What the node wants done at once.
    pub(super) effects: Vec<Effect>,
}

/// Opens the store of `home` and makes a node of it.
pub(super) fn open(home: &LockedHome, setup: &Setup) -> Result<Opened, DaemonError> {
    let (mut store, opening) = Store::open(home, setup.store)?;
    if opening.rebuilds() {
        warn!(why = ?opening.index, "the index is made again from the ledger");
    }
    if let Some(torn) = &opening.torn {
        warn!(?torn, "an unfinished tail of the ledger was set aside");
    }
    let ended_abruptly = !opening.stopped_cleanly && !opening.is_new();
    if ended_abruptly {
        warn!("the last process did not stop in good order: power cut, kill, or no memory left");
    }
    let mut node = Node::load(&store, setup.rules.clone(), identity(setup)?)?;
    node.verify_beside();
    let counts = fold(&mut node, &mut store, &opening)?;
    if counts.records > 0 {
        info!(records = counts.records, "folded what the index did not count");
    }
    let facts = Facts { tail_doubtful: store.own_head_is_in_doubt() };
    if facts.tail_doubtful {
        warn!("the own log may go further than what is on disk: a new log is opened");
    }
    let effects = node.begin(&store, facts, now())?;
    Ok(Opened { node, store, ended_abruptly, effects })
}

fn identity(setup: &Setup) -> Result<Identity, DaemonError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(DaemonError::Random)?;
    let peers: BTreeMap<_, _> = setup
        .settings
        .peers
        .iter()
        .map(|peer| (peer.node, peer.addresses.iter().map(ToString::to_string).collect()))
        .collect();
    let (secret, sealing) = (setup.secret.clone(), setup.sealing.clone());
    Ok(Identity { secret, sealing, seed, link: Link { metered: setup.settings.metered }, peers })
}

/// Folds every record that the index does not count yet. What is damaged is named and left out; peers have it.
fn fold(node: &mut Node, store: &mut Store, opening: &Opening) -> Result<Counts, DaemonError> {
    let mut foreign = 0;
    let network = *node.rules().network();
    node.load_rules(store, rules_in_tail(store, opening, &network)?)?;
    let keys = node.keys().clone();
    let verify = |records: Vec<Vec<u8>>| Record::verify_each(&records, &network, &keys);
    let replayed = store.replay_prepared(opening, verify, |store, position, verified| match verified {
        Ok(record) => node.replay(store, &record, position),
        Err(error) => {
            name_foreign(position, &error);
            foreign += 1;
            Ok(())
        }
    })?;
    node.replayed(store)?;
    if opening.rebuilds() {
        while !node.settle(store)? {
            store.commit_rest()?;
        }
    }
    store.commit_rest()?;
    for damage in opening.damaged.iter().chain(&replayed.damaged) {
        warn!(file = damage.file_name(), offset = damage.position.offset, "the ledger is damaged; peers will be asked");
    }
    Ok(Counts { records: replayed.records, foreign })
}

/// The rules among the records that the index does not count yet.
fn rules_in_tail(store: &Store, opening: &Opening, network: &NetworkId) -> Result<Vec<Record>, DaemonError> {
    let mut rules = Vec::new();
    for scanned in store.scan_from(opening.replay_from) {
        if let Scanned::Record { bytes, .. } = scanned?
            && !Record::begins_entry(&bytes)
        {
            // What does not verify is named when the tail is folded.
            rules.extend(Record::verify(&bytes, network).ok());
        }
    }
    Ok(rules)
}

/// A whole frame whose content does not verify: of another network, or written by a faulty program.
fn name_foreign(position: Position, error: &RecordError) {
    warn!(?position, %error, "a record of the ledger does not verify and is left out");
}

/// All of a ledger, folded for whoever wants to look: no running node comes of it.
pub(crate) struct Folded {
    pub(crate) node: Node,
    pub(crate) store: Store,
    pub(crate) counts: Counts,
}

/// What folding met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Records that were folded.
    pub(crate) records: u64,
    /// Records among them that do not verify, and are left out.
    pub(crate) foreign: u64,
}

/// Makes the index of a home again from its ledger.
pub(crate) fn rebuild(home: &LockedHome, rules: &Rules) -> Result<Folded, DaemonError> {
    Index::destroy(&home.index())?;
    let (mut store, opening) = Store::open(home, Settings::default())?;
    // The node's own key plays no part in folding: any will do. What is sealed is noted, and folded by the node when it starts.
    let secret = palabre_core::keys::Secret::from_seed(&[0; 32]);
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [0; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    let mut node = Node::load(&store, rules.clone(), identity)?;
    let counts = fold(&mut node, &mut store, &opening)?;
    Ok(Folded { node, store, counts })
}
