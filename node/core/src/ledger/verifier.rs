//! Entries that came together, verified one after the other. Who drives a node may do it on several threads, with the same
//! answers: what an entry must be is not his choice, since an [`Entry`] comes from [`RawEntry::verify_by`] alone.

use super::entry::{Entry, EntryError, RawEntry};
use crate::id::NetworkId;
use crate::keys::KnownKeys;

/// Entries verified together: a further one would save little.
const TOGETHER: usize = 16;

/// An answer for each entry, in their order, up to the first that is not authentic: nobody wants to know of those that
/// follow it.
#[must_use]
pub fn verify_all(entries: Vec<RawEntry>, network: &NetworkId, keys: &KnownKeys) -> Vec<Result<Entry, EntryError>> {
    let mut verified = Vec::with_capacity(entries.len());
    let mut entries = entries.into_iter();
    while entries.len() > 0 {
        for entry in RawEntry::verify_each(entries.by_ref().take(TOGETHER), network, keys) {
            let failed = entry.is_err();
            verified.push(entry);
            if failed {
                return verified;
            }
        }
    }
    verified
}
