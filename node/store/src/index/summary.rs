//! What the index says about itself, written in the same batch as everything else: how far it has folded the segments,
//! and how much it holds. sled may come back from a power cut with some pages old and others new, each of them whole;
//! the tally finds that.

use palabre_core::state::Position;

use super::sealed;

/// The key under which the summary lies. Every other key begins with [`DATA`].
pub(super) const SUMMARY: &[u8] = &[0];

/// The byte in front of every key of the state.
pub(super) const DATA: u8 = 1;

/// Version of what is written; another one is rebuilt.
const VERSION: u8 = 1;

/// The last record that the index counts: it counts every record up to and including this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Where the record lies.
    pub record: Position,
    /// The checksum of its frame, by which other segments in the place of these are noticed.
    pub crc: u32,
}

/// How much lies under the keys of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    keys: u64,
    /// Sum of the checksums of all values.
    sum: u64,
}

impl Tally {
    pub(super) fn add(&mut self, sealed: &[u8]) {
        self.keys = self.keys.wrapping_add(1);
        self.sum = self.sum.wrapping_add(sealed::checksum(sealed).unwrap_or_default().into());
    }

    pub(super) fn subtract(&mut self, sealed: &[u8]) {
        self.keys = self.keys.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(sealed::checksum(sealed).unwrap_or_default().into());
    }
}

/// What the index says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) folded: Folded,
    pub(super) tally: Tally,
}

impl Summary {
    pub(super) fn to_sealed(self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.folded.record.to_bytes());
        bytes.extend_from_slice(&self.folded.crc.to_be_bytes());
        bytes.extend_from_slice(&self.tally.keys.to_be_bytes());
        bytes.extend_from_slice(&self.tally.sum.to_be_bytes());
        sealed::seal(SUMMARY, &bytes)
    }

    /// Nothing when the bytes are garbled or of another version.
    pub(super) fn from_sealed(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = sealed::unseal(SUMMARY, bytes)?.split_first()?;
        let (record, rest) = rest.split_first_chunk::<{ Position::LEN }>()?;
        let (crc, rest) = rest.split_first_chunk()?;
        let (keys, rest) = rest.split_first_chunk()?;
        let sum = rest.try_into().ok()?;
        let folded = Folded { record: Position::from_bytes(record)?, crc: u32::from_be_bytes(*crc) };
        let tally = Tally { keys: u64::from_be_bytes(*keys), sum: u64::from_be_bytes(sum) };
        (*version == VERSION).then_some(Self { folded, tally })
    }
}
