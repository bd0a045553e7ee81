//! Reads the whole ledger once after the start, beside everything else: damage is named, what was in it is wanted from
//! peers, and once nothing of it is missing the ledger records that it is mended (`docs/design.md` §8).

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use palabre_core::ledger::{Mended, Record};
use palabre_core::node::{Event, Node};
use palabre_core::state::StateError;
use palabre_store::segments::Scanned;
use palabre_store::{Home, Segments, Store};
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use super::engine::Job;

/// Time between two looks at damage that is not mended yet: a peer may come back at any time.
const AGAIN: Duration = Duration::from_secs(5);

/// Starts the reading, in a thread of its own. It ends by itself, at the latest with the engine.
pub(super) fn start(home: &Home, network: palabre_core::id::NetworkId, jobs: mpsc::Sender<Job>) {
    let ledger = home.ledger();
    let spawned = thread::Builder::new().name("scrub".to_owned()).spawn(move || {
        let scan = match Segments::peek(&ledger) {
            Ok(scan) => scan,
            Err(error) => return warn!(%error, "the ledger could not be read for damage"),
        };
        let damaged = unmended(scan, &network);
        if !damaged.is_empty() {
            mend(damaged, &jobs);
        }
    });
    if let Err(error) = spawned {
        warn!(%error, "the ledger is not read for damage");
    }
}

/// The damaged parts that no later record says to be mended.
fn unmended(scan: palabre_store::segments::Scan, network: &palabre_core::id::NetworkId) -> BTreeSet<Mended> {
    let mut damaged = BTreeSet::new();
    for scanned in scan {
        match scanned {
            Ok(Scanned::Damage { damage, .. }) => {
                damaged.insert(Mended { position: damage.position, length: damage.length });
            }
            Ok(Scanned::Record { bytes, .. }) => {
                if super::verify::is_mended_note(&bytes)
                    && let Ok(Record::Mended(part)) = Record::verify(&bytes, network)
                {
                    damaged.remove(&part);
                }
            }
            Err(error) => warn!(%error, "a part of the ledger could not be read"),
        }
    }
    damaged
}

fn mend(mut damaged: BTreeSet<Mended>, jobs: &mpsc::Sender<Job>) {
    for part in &damaged {
        let lost = look(jobs, *part, Node::lost_in).unwrap_or_default();
        for (log, sequence) in &lost {
            let (author, id) = (log.author, log.log);
            warn!(at = ?part.position, %author, log = %id, %sequence, "a damaged record; peers are asked for it");
        }
        for (log, sequence) in lost {
            if jobs.blocking_send(Job::Event(Event::Damaged { log, sequence })).is_err() {
                return;
            }
        }
    }
    while !damaged.is_empty() {
        thread::sleep(AGAIN);
        for part in damaged.clone() {
            match look(jobs, part, Node::is_mended) {
                Some(true) => {
                    info!(at = ?part.position, "a damaged part of the ledger is mended");
                    damaged.remove(&part);
                    drop(jobs.blocking_send(Job::Event(Event::Mended(part))));
                }
                Some(false) => {}
                None => return,
            }
        }
    }
}

/// Asks the engine; nothing when it has ended or the index cannot be read.
fn look<T: Send + 'static>(
    jobs: &mpsc::Sender<Job>,
    part: Mended,
    look: impl FnOnce(&Node, &Store, Mended) -> Result<T, StateError> + Send + 'static,
) -> Option<T> {
    let (answer, seen) = oneshot::channel();
    let job = Job::Look(Box::new(move |node, store| drop(answer.send(look(node, store, part)))));
    jobs.blocking_send(job).ok()?;
    seen.blocking_recv().ok()?.ok()
}
