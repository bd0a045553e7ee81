//! A block of a table: some pairs in order, each key without what it shares with the one before, compressed as one
//! piece and followed by a checksum.
//!
//! Each pair is: bytes shared with the key before, further bytes of the key, bytes of the value plus one (0 for a key
//! that was removed), all three as LEB128; then those bytes.

use std::io;

use zstd::bulk::{Compressor, Decompressor};

/// Bytes of pairs after which a block is closed. A get reads one block: small blocks make gets cheap, large ones compress
/// better.
pub(super) const BLOCK: usize = 32 * 1024;

/// No block is larger: [`BLOCK`] and one pair of the largest value and a key.
pub(super) const BLOCK_MAX: usize = BLOCK + 8 * 1024;

/// The fastest level that is no special mode: each pair is compressed two or three times in its life.
pub(super) const LEVEL: i32 = 1;

const CRC_LEN: usize = 4;

/// Pairs on their way into a block.
#[derive(Default)]
pub(super) struct Building {
    bytes: Vec<u8>,
    last: Vec<u8>,
}

impl Building {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= BLOCK
    }

    /// Adds a pair whose key is greater than those before.
    pub(super) fn add(&mut self, key: &[u8], value: Option<&[u8]>) {
        let shared = self.last.iter().zip(key).take_while(|(one, other)| one == other).count();
        write_number(shared, &mut self.bytes);
        write_number(key.len() - shared, &mut self.bytes);
        write_number(value.map_or(0, |value| value.len() + 1), &mut self.bytes);
        self.bytes.extend_from_slice(&key[shared..]);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.last.clear();
        self.last.extend_from_slice(key);
    }

    /// The block as it lies in the file. Begins the next one.
    pub(super) fn finish(&mut self, compressor: &mut Compressor<'_>) -> io::Result<Vec<u8>> {
        let mut block = compressor.compress(&self.bytes)?;
        block.extend_from_slice(&crc32c::crc32c(&block).to_le_bytes());
        self.bytes.clear();
        self.last.clear();
        Ok(block)
    }
}

/// The pairs of a block as it lies in the file; nothing when it is not what was written.
pub(super) fn unpack(stored: &[u8], decompressor: &mut Decompressor<'_>) -> Option<Vec<u8>> {
    let (packed, crc) = stored.split_last_chunk::<CRC_LEN>()?;
    if crc32c::crc32c(packed) != u32::from_le_bytes(*crc) {
        return None;
    }
    decompressor.decompress(packed, BLOCK_MAX).ok()
}

/// The pair that begins at `at`: its key replaces `key`, which holds the one before. Returns where the value lies
/// (nothing for a removed key) and where the next pair begins; nothing at the end, or when the bytes are no pair.
pub(super) fn pair(bytes: &[u8], at: usize, key: &mut Vec<u8>) -> Option<(Option<(usize, usize)>, usize)> {
    let mut at = at;
    let shared = read_number(bytes, &mut at)?;
    let rest = read_number(bytes, &mut at)?;
    let value = read_number(bytes, &mut at)?;
    let key_end = at.checked_add(rest)?;
    let end = key_end.checked_add(value.saturating_sub(1))?;
    if shared > key.len() || end > bytes.len() {
        return None;
    }
    key.truncate(shared);
    key.extend_from_slice(&bytes[at..key_end]);
    Some(((value > 0).then_some((key_end, end)), end))
}

/// LEB128.
pub(super) fn write_number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// LEB128 of at most 28 bits, which every length in a table has.
pub(super) fn read_number(bytes: &[u8], at: &mut usize) -> Option<usize> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
