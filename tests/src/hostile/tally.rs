//! What an attack has done so far: one line of JSON now and then.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// Counters by name; cheap to clone, all clones count together.
#[derive(Clone, Debug, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Tally {
    /// Counts `more` of something.
    pub fn add(&self, what: &'static str, more: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += more;
    }

    /// Prints what was counted as one line.
    pub fn print(&self) {
        let counted = serde_json::to_string(&*self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut out = std::io::stdout().lock();
        // Without a reader nobody counts.
        drop(writeln!(out, "{}", counted.unwrap_or_default()));
        drop(out.flush());
    }
}
