//! The ledger segments of a node, frame by frame, and how to damage them.
//!
//! Frames are found without the node's own reader: `length, CRC32C of length and record, record` (`docs/design.md` §8).
//! What is damaged stays in the segments when it has been mended: it is recorded once more behind them.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use palabre_proto::{Message, v1};
use serde_json::Value;

/// Bytes in front of each record: length and checksum.
pub(crate) const HEADER_LEN: usize = 8;

/// A frame of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The segment.
    pub file: PathBuf,
    /// Where the frame begins.
    pub offset: u64,
    /// Its bytes, with those in front of the record.
    pub length: u64,
    /// The entry in it; none when the record is something else.
    pub entry: Option<Place>,
}

/// Which entry it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its author's key in hexadecimal.
    pub author: String,
    /// Its log in hexadecimal.
    pub log: String,
    /// Its sequence.
    pub sequence: u64,
}

impl Place {
    pub(crate) fn of(record: &[u8]) -> Option<Self> {
        let record = v1::Record::decode(record).expect("a record of a whole ledger");
        let Some(v1::record::Kind::Entry(entry)) = record.kind else { return None };
        let header = v1::Header::decode(entry.header.as_slice()).expect("a header of a whole ledger");
        let (author, log) = (hex::encode(&header.author), hex::encode(&header.log));
        Some(Self { author, log, sequence: header.sequence })
    }
}

/// The segments of a home, in order.
pub fn segments(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.join("ledger")).expect("a ledger").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "seg")).collect();
    files.sort();
    files
}

/// Every whole frame of a ledger; damage between them is skipped.
pub fn frames(home: &Path) -> Vec<Frame> {
    let mut frames = Vec::new();
    for file in segments(home) {
        let bytes = fs::read(&file).expect("a segment");
        let mut at = 0;
        while at < bytes.len() {
            let Some(record) = record_at(&bytes[at..]) else {
                at += 1;
                continue;
            };
            let length = HEADER_LEN + record.len();
            frames.push(Frame {
                file: file.clone(),
                offset: at as u64,
                length: length as u64,
                entry: Place::of(record),
            });
            at += length;
        }
    }
    frames
}

/// The record of the frame with which these bytes begin.
fn record_at(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let record = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    let found = crc32c::crc32c_append(crc32c::crc32c(length), record);
    (found == u32::from_le_bytes(*checksum)).then_some(record)
}

/// The frames that hold entries.
pub fn entries(home: &Path) -> Vec<Frame> {
    frames(home).into_iter().filter(|frame| frame.entry.is_some()).collect()
}

impl Frame {
    fn open(&self) -> File {
        OpenOptions::new().read(true).write(true).open(&self.file).expect("a segment")
    }

    /// The last byte of the record becomes another. All that names the entry stays readable.
    pub fn flip(&self) {
        let file = self.open();
        let last = self.offset + self.length - 1;
        let mut byte = [0];
        file.read_exact_at(&mut byte, last).expect("the byte");
        file.write_all_at(&[!byte[0]], last).expect("the byte");
    }

    /// The length in front of the record becomes impossible: where the next frame begins is not said any more.
    pub fn garble_length(&self) {
        self.open().write_all_at(&[0xff; 4], self.offset).expect("the length");
    }

    /// Every byte of the frame becomes zero, as of a block that never reached the disk.
    pub fn zero(&self) {
        let zeros = vec![0; usize::try_from(self.length).expect("a frame fits in memory")];
        self.open().write_all_at(&zeros, self.offset).expect("the frame");
    }

    /// The segment ends in the middle of this frame: all that follows is gone.
    pub fn cut(&self) {
        self.open().set_len(self.offset + self.length / 2).expect("the segment");
    }

    /// Whether `store verify` names this frame as damaged: file, offset, and the entry when `named` says so.
    pub fn is_reported(&self, damaged: &Value, named: bool) -> bool {
        let file = self.file.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let here =
            |one: &&Value| one["file"].as_str().is_some_and(|f| f.ends_with(file)) && one["offset"] == self.offset;
        let Some(found) = damaged.as_array().and_then(|all| all.iter().find(here)) else { return false };
        let Some(entry) = self.entry.as_ref().filter(|_| named) else { return true };
        let same = |name: &str, value: &str| found[name].as_str() == Some(value);
        same("author", &entry.author) && same("log", &entry.log) && found["sequence"] == entry.sequence
    }
}
