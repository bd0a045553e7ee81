//! Pairs in memory, not in a table yet.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::merge::Range;

/// A value; nothing: its key is removed.
pub(super) type Value = Option<Vec<u8>>;

/// Pairs by their keys.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    map: BTreeMap<Vec<u8>, Value>,
    bytes: usize,
}

impl Pairs {
    /// Sets what is under `key`. Returns what was.
    pub(super) fn put(&mut self, key: Vec<u8>, value: Value) -> Option<Value> {
        let (key_bytes, value_bytes) = (key.len(), value.as_ref().map_or(0, Vec::len));
        self.bytes += key_bytes + value_bytes;
        let replaced = self.map.insert(key, value);
        if let Some(replaced) = &replaced {
            self.bytes -= key_bytes + replaced.as_ref().map_or(0, Vec::len);
        }
        replaced
    }

    /// What is under `key`; nothing when it is not known here.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.map.get(key)
    }

    /// Those from `start` on.
    pub(super) fn range(&self, start: Bound<&[u8]>) -> Range<'_> {
        self.map.range::<[u8], _>((start, Bound::Unbounded))
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.map.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// Bytes of keys and values.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget(&mut self, key: &[u8]) {
        if let Some(value) = self.map.remove(key) {
            self.bytes -= key.len() + value.map_or(0, |value| value.len());
        }
    }
}

/// What was put since the last commit, by its keys, and what was there before.
#[derive(Debug, Default)]
pub(super) struct Pending {
    before: Vec<(Vec<u8>, Option<Value>)>,
    bytes: usize,
}

impl Pending {
    /// Puts a pair into `held` so that it can be taken back.
    pub(super) fn put(&mut self, held: &mut Pairs, key: Vec<u8>, value: Value) {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        let before = held.put(key.clone(), value);
        self.before.push((key, before));
    }

    /// Takes all of it back out of `held`.
    pub(super) fn take_back(self, held: &mut Pairs) {
        for (key, before) in self.before.into_iter().rev() {
            match before {
                Some(value) => drop(held.put(key, value)),
                None => held.forget(&key),
            }
        }
    }

    /// Bytes of keys and values that were put.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
