//! What lies in sled: how far the index has folded the segments, which tables count, and the newest commits. It changes
//! in batches, so whatever sled keeps of it after a crash is the state of some prefix of the segments. sled may come back
//! from a power cut with some pages old and others new, each of them whole; the tally finds that.
//!
//! | key | value |
//! |---|---|
//! | `0` | summary |
//! | `1` chapter part | a part of the commits that no table holds yet, in order |
//! | `2` last | a table: the first of the numbers of the tables that it was made from, bytes, checksum |

use palabre_core::state::Position;

use super::sealed;
use super::table::Facts;

/// The key under which the summary lies.
pub(super) const SUMMARY: &[u8] = &[0];
/// The letter in front of the parts of the journal.
pub(super) const PARTS: u8 = 1;
/// The letter in front of the tables.
pub(super) const TABLES: u8 = 2;

/// Version of what is written; another one is rebuilt.
const VERSION: u8 = 4;

/// The last record that the index counts: it counts every record up to and including this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Where the record lies.
    pub record: Position,
    /// The checksum of its frame, by which other segments in the place of these are noticed.
    pub crc: u32,
}

/// How much lies under the keys beside the summary.
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

/// Which table: those numbered from `first` to `last` were merged into it. Each is numbered when it is first written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TableName {
    pub(super) last: u32,
    pub(super) first: u32,
}

impl TableName {
    pub(super) fn key(self) -> Vec<u8> {
        numbered(TABLES, self.last)
    }

    /// Its file's name.
    pub(super) fn file(self) -> String {
        format!("{:06}-{:06}{EXTENSION}", self.first, self.last)
    }
}

/// How the names of the files of tables end.
pub(super) const EXTENSION: &str = ".table";

/// The key of the thing with this letter and number.
pub(super) fn numbered(letter: u8, number: u32) -> Vec<u8> {
    [&[letter], number.to_be_bytes().as_slice()].concat()
}

/// The number in such a key, whatever follows it.
pub(super) fn number(key: &[u8]) -> Option<u32> {
    key.get(1..)?.first_chunk().copied().map(u32::from_be_bytes)
}

pub(super) fn table_value(name: TableName, facts: Facts) -> Vec<u8> {
    [name.first.to_be_bytes().as_slice(), &facts.length.to_be_bytes(), &facts.crc.to_be_bytes()].concat()
}

pub(super) fn table_of(key: &[u8], value: &[u8]) -> Option<(TableName, Facts)> {
    let (first, rest) = value.split_first_chunk()?;
    let (length, crc) = rest.split_first_chunk()?;
    let name = TableName { last: number(key)?, first: u32::from_be_bytes(*first) };
    Some((name, Facts { length: u64::from_be_bytes(*length), crc: u32::from_be_bytes(crc.try_into().ok()?) }))
}
