//! sled panics, and may wait for ever, on files that it did not expect. Nothing depends on what is in it, so both are
//! errors like any other, and the index is made again (`docs/design.md` §8).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::IndexError;

/// Runs `work`; a panic in it is an error.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
    // Nothing that the work touched is used again after a panic: the index is given up.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(IndexError::Panicked(message(&*panic))))
}

/// Runs `work` in a thread of its own and gives it up after `limit`. The thread then stays behind; its files are
/// renamed away before the index is made again.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, IndexError> + Send + 'static,
) -> Result<T, IndexError> {
    let (done, result) = mpsc::sync_channel(1);
    let spawned = thread::Builder::new().name("index".into()).spawn(move || done.send(guarded(work)));
    spawned.map_err(|source| IndexError::Io { doing: "opened in a thread", source })?;
    result.recv_timeout(limit).unwrap_or(Err(IndexError::TookTooLong(limit)))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}
