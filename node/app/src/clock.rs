//! This machine's clock. It may be wrong: nothing that must hold rests on it alone.

use std::time::{SystemTime, UNIX_EPOCH};

use palabre_core::time::Millis;

/// The time that it shows; the beginning of 1970 when it shows an earlier one.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
