//! The blocks that were read last, unpacked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use zstd::bulk::Decompressor;

use super::IndexError;
use super::table::{Blocks, Table, decompressor};

/// Blocks that are kept: 4 MiB of them. What a list on a page shows lies in a few dozen.
const KEPT: usize = 128;

/// Reads blocks and keeps the last ones.
pub(super) struct Cache(Mutex<Inner>);

/// A table, by where it lies in memory while it is open, and the number of a block in it.
type Name = (usize, usize);

struct Inner {
    decompressor: Decompressor<'static>,
    /// With the table, so that its place in memory is not taken by another one.
    kept: BTreeMap<Name, (Arc<Table>, Arc<Vec<u8>>)>,
    order: VecDeque<Name>,
}

impl Cache {
    pub(super) fn new() -> Result<Self, IndexError> {
        let decompressor = decompressor()?;
        Ok(Self(Mutex::new(Inner { decompressor, kept: BTreeMap::new(), order: VecDeque::new() })))
    }

    /// Forgets everything: tables were replaced.
    pub(super) fn clear(&self) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.kept.clear();
        inner.order.clear();
    }
}

impl Blocks for Cache {
    fn block(&self, table: &Arc<Table>, number: usize) -> Result<Option<Arc<Vec<u8>>>, IndexError> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = (Arc::as_ptr(table).addr(), number);
        if let Some((_, bytes)) = inner.kept.get(&name) {
            return Ok(Some(Arc::clone(bytes)));
        }
        let Some(bytes) = table.read(number, &mut inner.decompressor)? else { return Ok(None) };
        let bytes = Arc::new(bytes);
        inner.kept.insert(name, (Arc::clone(table), Arc::clone(&bytes)));
        inner.order.push_back(name);
        if inner.order.len() > KEPT
            && let Some(oldest) = inner.order.pop_front()
        {
            inner.kept.remove(&oldest);
        }
        Ok(Some(bytes))
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache")
    }
}
