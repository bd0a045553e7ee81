//! One frame of a segment: length, CRC32C, exact bytes (`docs/design.md` §8).
//!
//! ```text
//! 0        4        8                  8 + length
//! | length | CRC32C | the record's bytes |
//! ```
//! Both numbers are unsigned, 32 bits, little-endian. The checksum covers the four bytes of the length, then the
//! record. A length of 0 is no frame, so that zeroed blocks, which power cuts leave behind, are never one.

/// Largest record. An entry with its payload stays below 70 KiB (`docs/design.md` §3) and a fork proof or a charter
/// revision with all signatures below this; a garbled length is recognised by being greater.
pub const RECORD_MAX: usize = 256 * 1024;

/// Bytes in front of each record.
pub const HEADER_LEN: usize = 8;

/// Largest frame.
pub(crate) const FRAME_MAX: usize = HEADER_LEN + RECORD_MAX;

/// The header of a frame whose length is one that a frame can have. Its checksum is not verified yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Bytes of the record, from 1 to [`RECORD_MAX`].
    pub(crate) length: usize,
    /// What the checksum must be.
    pub(crate) crc: u32,
}

impl Header {
    /// The header at the beginning of `bytes`, when a frame could begin so.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let crc = rest.first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        (1..=RECORD_MAX).contains(&length).then(|| Self { length, crc: u32::from_le_bytes(*crc) })
    }

    /// Bytes of the whole frame.
    pub(crate) fn frame_len(self) -> usize {
        HEADER_LEN + self.length
    }
}

/// The record of the frame that begins `bytes`, when it is there in whole and its checksum is right.
pub(crate) fn parse(bytes: &[u8]) -> Option<(Header, &[u8])> {
    let header = Header::parse(bytes)?;
    let record = bytes.get(HEADER_LEN..header.frame_len())?;
    let found = crc32c::crc32c_append(crc32c::crc32c(&bytes[..4]), record);
    (found == header.crc).then_some((header, record))
}

/// Adds the frame of `record` to `out`. Nothing when the record is empty or longer than [`RECORD_MAX`].
pub(crate) fn write(record: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if record.is_empty() || record.len() > RECORD_MAX {
        return None;
    }
    let length = u32::try_from(record.len()).ok()?.to_le_bytes();
    let crc = crc32c::crc32c_append(crc32c::crc32c(&length), record);
    out.extend_from_slice(&length);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(record);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_frame_never_change() {
        let mut bytes = Vec::new();
        write(b"palabre", &mut bytes).unwrap();
        assert_eq!(hex::encode(&bytes), "070000006973bff270616c61627265");
        assert_eq!(parse(&bytes).unwrap().1, b"palabre");
    }

    #[test]
    fn neither_zeroes_nor_an_impossible_length_are_a_frame() {
        assert_eq!(parse(&[0; 64]), None);
        let mut long = vec![0xff; 64];
        long[..4].copy_from_slice(&u32::try_from(RECORD_MAX + 1).unwrap().to_le_bytes());
        assert_eq!(Header::parse(&long), None);
        assert_eq!(write(&[], &mut Vec::new()), None);
        assert_eq!(write(&vec![1; RECORD_MAX + 1], &mut Vec::new()), None);
    }
}
