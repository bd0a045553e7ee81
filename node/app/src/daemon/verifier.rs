//! Verifies deliveries on all cores, beside the engine: it folds one while the next is verified.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use palabre_core::id::NetworkId;
use palabre_core::keys::KnownKeys;
use palabre_core::ledger::{self, Entry, EntryError, RawEntry};
use palabre_core::node::Node;

/// Entries that a thread takes at once, and below which none is started: a thread costs as much as verifying one.
const FEW: usize = 16;

/// What became of the entries of one delivery.
type Verified = Vec<Result<Entry, EntryError>>;

/// Takes deliveries and hands over their answers, in their order.
pub(super) struct Verifier {
    deliveries: Sender<(Vec<RawEntry>, NetworkId, KnownKeys)>,
}

impl Verifier {
    /// Starts its thread, which ends with this value.
    pub(super) fn start(mut answer: impl FnMut(Verified) + Send + 'static) -> io::Result<Self> {
        let (deliveries, waiting) = channel::<(Vec<RawEntry>, NetworkId, KnownKeys)>();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        thread::Builder::new().name("verifier".to_owned()).spawn(move || {
            for (entries, network, keys) in waiting {
                answer(verify_on(cores, entries, &network, &keys));
            }
        })?;
        Ok(Self { deliveries })
    }

    /// Takes a delivery. What is under way is bounded by what peers may send unacknowledged. An error says that the thread
    /// is gone.
    pub(super) fn verify(&self, entries: Vec<RawEntry>, node: &Node) -> io::Result<()> {
        self.deliveries.send((entries, *node.rules().network(), node.keys().clone())).map_err(io::Error::other)
    }
}

/// Answers as [`ledger::verify_all`], on several threads.
pub(super) fn verify_on(cores: usize, entries: Vec<RawEntry>, network: &NetworkId, keys: &KnownKeys) -> Verified {
    let threads = cores.min(entries.len() / FEW);
    if threads <= 1 {
        return ledger::verify_all(entries, network, keys);
    }
    let waiting = Mutex::new(entries.into_iter().enumerate());
    let failed = AtomicBool::new(false);
    let work = || {
        let mut done = Vec::new();
        // What a thread has taken it verifies to its end: there is no gap before the first failure.
        while !failed.load(Ordering::Relaxed) {
            let (places, few): (Vec<usize>, Vec<RawEntry>) =
                waiting.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(FEW).unzip();
            if few.is_empty() {
                break;
            }
            for (place, verified) in places.into_iter().zip(RawEntry::verify_each(few, network, keys)) {
                failed.fetch_or(verified.is_err(), Ordering::Relaxed);
                done.push((place, verified));
            }
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    let first_failed = done.iter().position(|(_, verified)| verified.is_err());
    done.truncate(first_failed.map_or(done.len(), |place| place + 1));
    done.into_iter().map(|(_, verified)| verified).collect()
}

#[cfg(test)]
mod tests {
    use palabre_core::fixtures::Network;

    use super::*;

    #[test]
    fn each_entry_gets_its_own_answer_up_to_the_first_that_is_not_authentic() {
        let network = Network::new(2, 1);
        let mut author = network.author("CI", 1);
        let entries: Vec<RawEntry> =
            (0..100_u8).map(|number| RawEntry::from(author.write(vec![number], 0, Vec::new()).to_message())).collect();
        for broken in [None, Some(99), Some(42), Some(0)] {
            let mut entries = entries.clone();
            for place in broken.into_iter().flat_map(|first| first..100) {
                entries[place].signature[0] ^= 1;
            }
            let verified = verify_on(4, entries, network.id(), &KnownKeys::default());
            assert_eq!(verified.len(), broken.map_or(100, |first| first + 1), "up to the first that is not authentic");
            for (place, entry) in verified.iter().enumerate() {
                let payload = entry.as_ref().ok().and_then(|entry| entry.payload());
                let authentic = Some(place) != broken;
                assert_eq!(payload, authentic.then_some(&[u8::try_from(place).unwrap()][..]), "{place}");
            }
        }
    }
}
