//! The index: values that a damaged or foreign disk may show.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use palabre_core::fixtures::{MapStorage, WRITTEN};
use palabre_core::ledger::book;
use palabre_core::node::{Event, Facts, Identity, Link, Node};
use palabre_core::registers::{self, Audience};
use palabre_core::seal::Ring;
use palabre_core::state::{Pair, State, scan_all};

use crate::chunks;
use crate::region::{HONEST, HOSTILE, REGION};
use crate::subject::Subject;

/// The storage of the honest node, and the pairs in it.
static STORAGE: LazyLock<(MapStorage, Vec<Pair>)> = LazyLock::new(|| {
    let storage = Subject::honest().into_storage();
    let pairs = scan_all(&storage, &[]).expect("a map is read");
    (storage, pairs)
});

/// A value that is not what this program writes is an error or of no consequence, never a panic. In each chunk: which
/// pair, then its value.
pub fn index(data: &[u8]) {
    let (storage, pairs) = &*STORAGE;
    let mut storage = storage.clone();
    for chunk in chunks::split(data) {
        let Some((number, value)) = chunk.split_first() else { continue };
        let (key, _) = &pairs[usize::from(*number) % pairs.len()];
        if value.len() <= palabre_core::state::VALUE_MAX {
            storage.put(key.clone(), value.to_vec()).expect("a map is written");
        }
    }
    let ring = Ring::new(*REGION.network.id(), Vec::new());
    // Each of these may say that the index is damaged; the node then makes it anew.
    for entry in &REGION.held {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        let _ = book::locate(&storage, &log, sequence);
        let _ = book::locate_from(&storage, &log, sequence, 9);
        let _ = book::place_of(&storage, &entry.id());
        let _ = registers::status(&storage, &entry.id());
        let _ = registers::heads(&storage, &entry.id());
        let _ = registers::history(&storage, &entry.id(), None, 9);
        let _ = registers::documents::get(&storage, &ring, &entry.id());
    }
    let _ = registers::root(&storage, &Audience::Public);
    let _ = registers::documents::list(&storage, &ring, None, 9);
    run(&mut storage);
}

/// A node starts on it and meets a peer.
fn run(storage: &mut MapStorage) {
    let secret = REGION.network.seat(HONEST).node.clone();
    let identity =
        Identity { secret, sealing: Vec::new(), seed: [1; 32], link: Link { metered: false }, peers: BTreeMap::new() };
    let Ok(mut node) = Node::load(storage, REGION.network.rules.clone(), identity) else { return };
    if node.load_rules(storage, Vec::new()).is_err() || node.begin(storage, Facts::default(), WRITTEN).is_err() {
        return;
    }
    let peer = REGION.network.seat(HOSTILE).node.node_key();
    for event in [Event::Connected { peer }, Event::Tick] {
        if node.handle(storage, event, WRITTEN).is_err() {
            return;
        }
    }
}

pub(super) fn pairs() -> Vec<Vec<u8>> {
    let pairs = &STORAGE.1;
    let chunk =
        |(number, (_, value)): (usize, &Pair)| [&[u8::try_from(number).unwrap_or(u8::MAX)], &value[..]].concat();
    let chunks: Vec<Vec<u8>> = pairs.iter().enumerate().map(chunk).collect();
    chunks.chunks(8).map(chunks::join).collect()
}
