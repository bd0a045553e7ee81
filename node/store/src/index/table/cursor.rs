//! Goes through a table in order.

use std::sync::Arc;

use super::super::IndexError;
use super::{Blocks, Table, block};

/// A place in a table: on a pair, or at the end.
pub(in super::super) struct Cursor {
    table: Arc<Table>,
    /// The block that is read, and its number.
    bytes: Arc<Vec<u8>>,
    number: usize,
    /// Where the next pair begins in it.
    next: usize,
    key: Vec<u8>,
    value: Option<(usize, usize)>,
    ended: bool,
}

impl Cursor {
    /// A cursor on the first pair whose key is `start` or greater.
    pub(in super::super) fn at(table: &Arc<Table>, blocks: &impl Blocks, start: &[u8]) -> Result<Self, IndexError> {
        let number = table.block_of(start).unwrap_or_default();
        let bytes = blocks.block(table, number)?.unwrap_or_default();
        let table = Arc::clone(table);
        let mut cursor = Self { table, bytes, number, next: 0, key: Vec::new(), value: None, ended: false };
        cursor.advance(blocks)?;
        while !cursor.ended && cursor.key.as_slice() < start {
            cursor.advance(blocks)?;
        }
        Ok(cursor)
    }

    /// The key of the present pair; nothing at the end.
    pub(in super::super) fn key(&self) -> Option<&[u8]> {
        (!self.ended).then_some(&self.key)
    }

    /// The value of the present pair; nothing when the key was removed.
    pub(in super::super) fn value(&self) -> Option<&[u8]> {
        self.value.map(|(from, to)| &self.bytes[from..to])
    }

    /// Goes to the next pair.
    pub(in super::super) fn advance(&mut self, blocks: &impl Blocks) -> Result<(), IndexError> {
        if self.next >= self.bytes.len() {
            let Some(bytes) = blocks.block(&self.table, self.number + 1)? else {
                self.ended = true;
                return Ok(());
            };
            (self.bytes, self.number, self.next) = (bytes, self.number + 1, 0);
            self.key.clear();
        }
        let read = block::pair(&self.bytes, self.next, &mut self.key);
        (self.value, self.next) = read.ok_or_else(|| self.table.garbled())?;
        Ok(())
    }
}
