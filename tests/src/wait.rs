//! Waiting for what must come, never for a fixed time.

use std::fmt::Display;
use std::future::Future;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

/// How long anything may take: ten times and more what is typical, on a machine that does something else as well.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until there is something, and returns it. What a look misses says so as its error.
///
/// # Panics
/// After [`PATIENCE`], with what was awaited and what was seen last.
pub fn eventually<T, E: Display>(what: &str, mut look: impl FnMut() -> Result<T, E>) -> T {
    let begun = Instant::now();
    loop {
        match look() {
            Ok(seen) => return seen,
            Err(missing) if begun.elapsed() > PATIENCE => panic!("{what}: not within {PATIENCE:?}; last: {missing}"),
            Err(_) => thread::sleep(LOOK),
        }
    }
}

/// As a look of [`eventually`]: `Ok` when it holds, else what is seen instead.
pub fn when(holds: bool, seen: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen()) }
}

/// Runs asynchronous work to its end on this thread; several threads may do so at once.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let build = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    RUNTIME.get_or_init(|| build().expect("a runtime starts")).block_on(work)
}
