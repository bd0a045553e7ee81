//! The commits that no table holds yet: what a start reads back into memory.
//!
//! They lie in *chapters*, which follow the tables that are made of them. A chapter is compressed and cut into parts small
//! enough for sled. Inside it are pairs: bytes of the key (2), bytes of the value plus one (2; 0 for a key that was
//! removed), key, value; numbers are little-endian.

use std::io;

use palabre_core::state::{Pair, VALUE_MAX};

use super::catalogue::{PARTS, numbered};
use super::{IndexError, Pairs};

/// Bytes of a part: with its checksum it stays within what sled stores well.
const PART: usize = VALUE_MAX - 64;

/// The fastest level that is no special mode: a chapter is read once, if at all.
const LEVEL: i32 = 1;

/// The chapters that are not in sled yet.
#[derive(Debug, Default)]
pub(super) struct Journal {
    written: Vec<u8>,
    /// How much of it is committed.
    committed: usize,
    closed: Vec<(u32, Vec<u8>)>,
    next: u32,
}

impl Journal {
    /// A journal whose chapters before `next` are in sled.
    pub(super) fn from(next: u32) -> Self {
        Self { next, ..Self::default() }
    }

    /// Notes a pair, which counts when it is committed. Keys are short.
    pub(super) fn note(&mut self, key: &[u8], value: Option<&[u8]>) {
        let length = |bytes: usize| u16::try_from(bytes).unwrap_or(u16::MAX).to_le_bytes();
        self.written.extend_from_slice(&length(key.len()));
        self.written.extend_from_slice(&length(value.map_or(0, |value| value.len() + 1)));
        self.written.extend_from_slice(key);
        self.written.extend_from_slice(value.unwrap_or_default());
    }

    /// What was noted counts.
    pub(super) fn commit(&mut self) {
        self.committed = self.written.len();
    }

    /// What was noted since the last commit never was: it is given back.
    pub(super) fn roll_back(&mut self) -> Vec<u8> {
        self.written.split_off(self.committed)
    }

    /// Closes the chapter that is being written, as far as it is committed. Returns the number of the next one.
    pub(super) fn close_chapter(&mut self) -> u32 {
        if self.committed > 0 {
            let uncommitted = self.written.split_off(std::mem::take(&mut self.committed));
            self.closed.push((self.next, std::mem::replace(&mut self.written, uncommitted)));
            self.next += 1;
        }
        self.next
    }

    /// The parts of the closed chapters, with their keys.
    pub(super) fn parts(&self) -> Result<Vec<Pair>, IndexError> {
        let mut parts = Vec::new();
        for (number, pairs) in &self.closed {
            let packed = zstd::bulk::compress(pairs, LEVEL).map_err(packing)?;
            let key = |part: u32| [numbered(PARTS, *number).as_slice(), &part.to_be_bytes()].concat();
            parts.extend((0..).zip(packed.chunks(PART)).map(|(part, bytes)| (key(part), bytes.to_vec())));
        }
        Ok(parts)
    }

    /// The chapters before `next` are in sled, or a table holds what is in them.
    pub(super) fn forget_before(&mut self, next: u32) {
        self.closed.retain(|(number, _)| *number >= next);
    }
}

/// The pairs of all chapters, whose parts lie one after the other; nothing when they are none.
pub(super) fn pairs(parts: &[u8]) -> Option<Pairs> {
    let unpacked = if parts.is_empty() { Vec::new() } else { zstd::stream::decode_all(parts).ok()? };
    let (mut rest, mut pairs) = (unpacked.as_slice(), Pairs::default());
    while !rest.is_empty() {
        let (key, value) = noted(&mut rest)?;
        let _replaced = pairs.put(key.to_vec(), value.map(<[u8]>::to_vec));
    }
    Some(pairs)
}

/// The keys that were noted, in their order.
pub(super) fn keys(mut rest: &[u8]) -> Vec<&[u8]> {
    std::iter::from_fn(|| noted(&mut rest).map(|(key, _)| key)).collect()
}

/// The next pair, nothing in place of the value of a removed key; nothing at the end, or when the bytes are none.
fn noted<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
    let key_length = u16::from_le_bytes(take(rest, 2)?.try_into().ok()?);
    let value_length = usize::from(u16::from_le_bytes(take(rest, 2)?.try_into().ok()?));
    let key = take(rest, key_length.into())?;
    let value = take(rest, value_length.saturating_sub(1))?;
    Some((key, (value_length > 0).then_some(value)))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(taken)
}

fn packing(source: io::Error) -> IndexError {
    IndexError::Io { doing: "written", source }
}
