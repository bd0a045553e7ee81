//! An ordered scan over what is committed and what waits for a commit.

use std::collections::BTreeMap;
use std::ops::Bound;

use palabre_core::state::Pair;

use super::{IndexError, sealed};

/// At most `limit` pairs whose keys begin with `prefix` and are greater than `after`; keys as they are stored.
pub(super) fn scan(
    db: &sled::Db,
    pending: &BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    prefix: &[u8],
    after: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Pair>, IndexError> {
    let start = match after {
        Some(after) if after >= prefix => Bound::Excluded(after),
        _ => Bound::Included(prefix),
    };
    let range = (start, Bound::Unbounded);
    let mut committed = Committed { iter: db.range::<&[u8], _>(range), prefix };
    let mut waiting = pending.range::<[u8], _>(range).take_while(|(key, _)| key.starts_with(prefix)).peekable();

    let mut pairs = Vec::new();
    let mut next_committed = committed.next()?;
    while pairs.len() < limit {
        let waiting_first = match (&next_committed, waiting.peek()) {
            (None, None) => break,
            (Some((key, _)), Some((waiting_key, _))) => *waiting_key <= key,
            (None, Some(_)) => true,
            (Some(_), None) => false,
        };
        if !waiting_first {
            pairs.extend(next_committed.take().map(plain));
            next_committed = committed.next()?;
        } else if let Some((key, value)) = waiting.next() {
            // What waits replaces what is committed under the same key.
            if next_committed.as_ref().is_some_and(|(committed, _)| committed == key) {
                next_committed = committed.next()?;
            }
            pairs.extend(value.clone().map(|value| plain((key.clone(), value))));
        }
    }
    Ok(pairs)
}

/// The pair with its key as the state knows it.
fn plain((mut key, value): Pair) -> Pair {
    key.remove(0);
    (key, value)
}

struct Committed<'a> {
    iter: sled::Iter,
    prefix: &'a [u8],
}

impl Committed<'_> {
    fn next(&mut self) -> Result<Option<Pair>, IndexError> {
        let Some(pair) = self.iter.next() else { return Ok(None) };
        let (key, sealed) = pair?;
        if !key.starts_with(self.prefix) {
            return Ok(None);
        }
        let value = sealed::unseal(&key, &sealed).ok_or_else(|| IndexError::Garbled { key: key.to_vec() })?;
        Ok(Some((key.to_vec(), value.to_vec())))
    }
}
