//! Records read and prepared ahead of whoever folds them, on all cores: verifying takes longer than folding.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use palabre_core::state::Position;

use crate::segments::{Damage, ReadError, Scan, Scanned};

/// Records that one thread takes at once: enough that taking turns does not show.
const TURN: usize = 128;

/// Turns that may lie ready for each thread: memory for some hundreds of records.
const READY: usize = 2;

/// What a scan met, with its record prepared.
pub enum Prepared<P> {
    /// A record.
    Record {
        /// Where its frame begins.
        position: Position,
        /// What was made of its bytes.
        prepared: P,
    },
    /// A damaged part.
    Damage {
        /// Where and what.
        damage: Damage,
        /// Its first bytes, as in [`Scanned::Damage`].
        shown: Vec<u8>,
    },
}

/// What one thread made in its turn.
type Turn<P> = Vec<Result<Prepared<P>, ReadError>>;

/// Where threads take their turns: the scan, and the order in which turns are handed over. Nothing once it is over.
type Source<P> = Mutex<Option<(Scan, SyncSender<Receiver<Turn<P>>>)>>;

/// Hands all that `scan` meets to `take`, in order, its records prepared by `prepare`, some at once, on as many threads as
/// there are cores. `prepare` gives one for each, in their order. `take` may end early.
pub fn prepared<P: Send, R>(
    scan: Scan,
    prepare: impl Fn(Vec<Vec<u8>>) -> Vec<P> + Sync,
    take: impl FnOnce(&mut dyn Iterator<Item = Result<Prepared<P>, ReadError>>) -> R,
) -> R {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (order, turns) = sync_channel(threads * READY);
    let source = Mutex::new(Some((scan, order)));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| while take_turn(&source, &prepare) {});
        }
        // A turn that is not handed over is that of a thread that panicked, and what follows it would leave a gap: it is the
        // end. When `take` ends, the receiver goes, and the threads find nobody to hand anything to.
        take(&mut turns.into_iter().map_while(|turn: Receiver<Turn<P>>| turn.recv().ok()).flatten())
    })
}

/// Reads and prepares a few records; false when there is nothing more to do. The place in the order is taken together
/// with the records, so turns are handed over in the order of the scan whoever is done first.
fn take_turn<P>(source: &Source<P>, prepare: &impl Fn(Vec<Vec<u8>>) -> Vec<P>) -> bool {
    let mut open = source.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((scan, order)) = open.as_mut() else { return false };
    let met: Vec<_> = scan.take(TURN).collect();
    let (done, turn) = sync_channel(1);
    if met.is_empty() || order.send(turn).is_err() {
        *open = None;
        return false;
    }
    drop(open);
    done.send(prepare_turn(met, prepare)).is_ok()
}

fn prepare_turn<P>(mut met: Vec<Result<Scanned, ReadError>>, prepare: &impl Fn(Vec<Vec<u8>>) -> Vec<P>) -> Turn<P> {
    let bytes = |met: &mut Result<Scanned, ReadError>| match met {
        Ok(Scanned::Record { bytes, .. }) => Some(std::mem::take(bytes)),
        _ => None,
    };
    let mut prepared = prepare(met.iter_mut().filter_map(bytes).collect()).into_iter();
    let turn = met.into_iter().map_while(|met| match met {
        Ok(Scanned::Record { position, .. }) => {
            prepared.next().map(|prepared| Ok(Prepared::Record { position, prepared }))
        }
        Ok(Scanned::Damage { damage, shown }) => Some(Ok(Prepared::Damage { damage, shown })),
        Err(error) => Some(Err(error)),
    });
    turn.collect()
}
