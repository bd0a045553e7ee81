//! Pairs in memory, not in a table yet.

use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;

/// A value; nothing: its key is removed.
pub(super) type Value = Option<Vec<u8>>;

/// The beginning of a key: mostly a letter and a byte of a hash.
type Beginning = [u8; 2];

type Map = BTreeMap<Vec<u8>, Value>;

/// Pairs by their keys. Keys lie apart from the maps, so each comparison waits for memory: those that begin alike have a
/// map of their own, in which few need be compared.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    maps: BTreeMap<Beginning, Map>,
    bytes: usize,
}

/// Keys that are shorter stand as if zeros followed: that keeps the order.
fn beginning(key: &[u8]) -> Beginning {
    [0, 1].map(|place| key.get(place).copied().unwrap_or_default())
}

/// Pairs in order, from a place on.
#[derive(Clone)]
pub(super) struct Range<'a> {
    start: Bound<&'a [u8]>,
    maps: btree_map::Range<'a, Beginning, Map>,
    map: btree_map::Range<'a, Vec<u8>, Value>,
}

impl<'a> Iterator for Range<'a> {
    type Item = (&'a Vec<u8>, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(pair) = self.map.next() {
                return Some(pair);
            }
            self.map = self.maps.next()?.1.range::<[u8], _>((self.start, Bound::Unbounded));
        }
    }
}

impl Pairs {
    /// Sets what is under `key`. Returns what was.
    pub(super) fn put(&mut self, key: Vec<u8>, value: Value) -> Option<Value> {
        let (key_bytes, value_bytes) = (key.len(), value.as_ref().map_or(0, Vec::len));
        self.bytes += key_bytes + value_bytes;
        let replaced = self.maps.entry(beginning(&key)).or_default().insert(key, value);
        if let Some(replaced) = &replaced {
            self.bytes -= key_bytes + replaced.as_ref().map_or(0, Vec::len);
        }
        replaced
    }

    /// What is under `key`; nothing when it is not known here.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value> {
        self.maps.get(&beginning(key))?.get(key)
    }

    /// Those from `start` on.
    pub(super) fn range<'a>(&'a self, start: Bound<&'a [u8]>) -> Range<'a> {
        let first = match start {
            Bound::Included(key) | Bound::Excluded(key) => beginning(key),
            Bound::Unbounded => Beginning::default(),
        };
        Range { start, maps: self.maps.range(first..), map: btree_map::Range::default() }
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        self.maps.values().flatten().map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// Bytes of keys and values.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn forget(&mut self, key: &[u8]) {
        if let Some(value) = self.maps.get_mut(&beginning(key)).and_then(|map| map.remove(key)) {
            self.bytes -= key.len() + value.map_or(0, |value| value.len());
        }
    }
}

/// What was there before each pair that was put since the last commit. Their keys are in the journal.
#[derive(Debug, Default)]
pub(super) struct Pending {
    before: Vec<Option<Value>>,
    bytes: usize,
}

impl Pending {
    /// Puts a pair into `held` so that it can be taken back.
    pub(super) fn put(&mut self, held: &mut Pairs, key: Vec<u8>, value: Value) {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        self.before.push(held.put(key, value));
    }

    /// Takes all of it back out of `held`; `keys` are those that were put, in their order.
    pub(super) fn take_back(self, held: &mut Pairs, keys: &[&[u8]]) {
        for (key, before) in keys.iter().zip(self.before).rev() {
            match before {
                Some(value) => drop(held.put(key.to_vec(), value)),
                None => held.forget(key),
            }
        }
    }

    /// Bytes of keys and values that were put.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
