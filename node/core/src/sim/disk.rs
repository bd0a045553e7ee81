//! A simulated disk: what was synced stays, what was not is lost with the power.

use std::collections::BTreeMap;

use crate::id::{ContentHash, EntryId};
use crate::ledger::Record;
use crate::ledger::entry::id_of;
use crate::state::{MapState, Pair, Position, State, StateError, Storage};
use palabre_proto::{Message, v1};

/// What a machine keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk {
    index: MapState,
    folded: usize,
    committed: Option<(MapState, usize)>,
    records: Vec<Vec<u8>>,
    attachments: BTreeMap<ContentHash, Option<Vec<u8>>>,
    /// Small contents that are on their way to the disk.
    arriving: BTreeMap<ContentHash, Vec<u8>>,
}

impl Disk {
    /// Makes records durable.
    pub(super) fn append(&mut self, records: Vec<Record>) -> Vec<(Record, Position)> {
        let mut appended = Vec::with_capacity(records.len());
        for record in records {
            self.records.push(record.encode());
            appended.push((record, position(self.records.len() - 1)));
        }
        appended
    }

    /// The index counts all that is durable.
    pub(super) fn fold_all(&mut self) {
        self.folded = self.records.len();
    }

    /// The index becomes durable as it is.
    pub(super) fn commit(&mut self) {
        self.committed = Some((self.index.clone(), self.folded));
    }

    /// Power fails: of the records on their way, the first `survived` reached the disk.
    pub(super) fn cut(&mut self, under_way: impl Iterator<Item = Record>, survived: usize) {
        if let Some((index, folded)) = self.committed.take() {
            (self.index, self.folded) = (index, folded);
        }
        self.records.extend(under_way.take(survived).map(|record| record.encode()));
    }

    /// The index is gone.
    pub(super) fn lose_index(&mut self) {
        (self.index, self.folded, self.committed) = (MapState::default(), 0, None);
    }

    /// The disk lied: so many of the last records are gone, and with them the index. Returns what was lost.
    pub(super) fn lose_tail(&mut self, count: usize) -> Vec<EntryId> {
        self.lose_index();
        let lost = self.records.split_off(self.records.len().saturating_sub(count));
        lost.iter().filter_map(|bytes| entry_of(bytes)).collect()
    }

    /// Records that the index has not folded.
    pub(super) fn unfolded(&self) -> Vec<(Position, Vec<u8>)> {
        self.records.iter().enumerate().skip(self.folded).map(|(i, bytes)| (position(i), bytes.clone())).collect()
    }

    /// The entries on disk.
    pub(super) fn entries(&self) -> impl Iterator<Item = EntryId> {
        self.records.iter().filter_map(|bytes| entry_of(bytes))
    }

    /// Keeps an attachment: its content when it is small, else the fact that it is there.
    pub(super) fn keep(&mut self, hash: ContentHash, content: Option<Vec<u8>>) {
        self.attachments.insert(hash, content);
    }

    /// Takes a small content that is to be kept.
    pub(super) fn receive(&mut self, hash: ContentHash, content: Vec<u8>) {
        self.arriving.insert(hash, content);
    }

    /// What was received is on disk, or was refused.
    pub(super) fn arrived(&mut self, hash: ContentHash, refused: bool) {
        if let Some(content) = self.arriving.remove(&hash).filter(|_| !refused) {
            self.attachments.insert(hash, Some(content));
        }
    }

    /// The process ends: what was in memory is gone.
    pub(super) fn forget(&mut self) {
        self.arriving.clear();
    }
}

const fn position(index: usize) -> Position {
    Position { segment: 1, offset: index as u64 }
}

fn entry_of(bytes: &[u8]) -> Option<EntryId> {
    match v1::Record::decode(bytes).ok()?.kind? {
        v1::record::Kind::Entry(entry) => Some(id_of(&entry.header)),
        _ => None,
    }
}

impl State for Disk {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        self.index.get(key)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) -> Result<(), StateError> {
        self.index.put(key, value)
    }

    fn remove(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.index.remove(key)
    }

    fn scan(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<Pair>, StateError> {
        self.index.scan(prefix, after, limit)
    }
}

impl Storage for Disk {
    fn record(&self, at: Position) -> Result<Option<Vec<u8>>, StateError> {
        Ok(usize::try_from(at.offset).ok().and_then(|index| self.records.get(index)).cloned())
    }

    fn holds_attachment(&self, hash: &ContentHash) -> bool {
        self.attachments.contains_key(hash)
    }

    fn small_attachment(&self, hash: &ContentHash) -> Option<Vec<u8>> {
        self.arriving.get(hash).or_else(|| self.attachments.get(hash)?.as_ref()).cloned()
    }
}
