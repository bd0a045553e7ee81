//! Every change of a home, in order, as `tests/faults/record.c` writes it down while nodes run.

use std::fs;
use std::path::{Path, PathBuf};

/// A recording that grows while nodes run.
#[derive(Clone, Debug)]
pub struct Recording {
    file: PathBuf,
}

/// One record.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Where in the recording it ends: whatever was noted at a smaller length came before it was written.
    pub end: u64,
    /// The process's number, `RECORD_AS`.
    pub who: u8,
    /// What happened.
    pub change: Change,
}

/// A change, or what tells which file the next ones are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A process began: descriptors of an earlier one mean nothing any more.
    Began,
    /// A file or folder was opened, and made if it was not there.
    Opened {
        /// Its descriptor.
        descriptor: i32,
        /// Where.
        path: PathBuf,
        /// Whether it was emptied.
        emptied: bool,
        /// Whether it is a folder.
        folder: bool,
    },
    /// A descriptor was closed.
    Closed(i32),
    /// Bytes were written.
    Wrote {
        /// To which descriptor.
        descriptor: i32,
        /// Where in the file.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// A file was given another length.
    Resized {
        /// Its descriptor.
        descriptor: i32,
        /// The new length.
        length: u64,
    },
    /// A file or folder was synced.
    Synced(i32),
    /// A file or folder was renamed.
    Renamed(PathBuf, PathBuf),
    /// A file got a second name.
    Linked(PathBuf, PathBuf),
    /// A file or folder was removed.
    Removed(PathBuf),
    /// A folder was made.
    MadeFolder(PathBuf),
}

impl Recording {
    /// A recording in this file, which need not be there yet.
    pub fn to(file: PathBuf) -> Self {
        Self { file }
    }

    /// What makes a process part of it: with the shim in front of its C library, changes below `folder` are recorded.
    pub fn environment(&self, shim: &Path, folder: &Path, who: u8) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().expect("temporary folders have plain names").to_owned();
        vec![
            ("LD_PRELOAD".to_owned(), text(shim)),
            ("RECORD_TO".to_owned(), text(&self.file)),
            ("RECORD_FOLDER".to_owned(), text(folder)),
            ("RECORD_AS".to_owned(), who.to_string()),
        ]
    }

    /// Its length now: a point in time.
    pub fn length(&self) -> u64 {
        fs::metadata(&self.file).map_or(0, |about| about.len())
    }

    /// Every record, in order.
    pub fn read(&self) -> Vec<Recorded> {
        let bytes = fs::read(&self.file).expect("a recording");
        let mut reader = Reader { bytes: &bytes, at: 0 };
        let mut records = Vec::new();
        while reader.at < bytes.len() {
            records.push(reader.record());
        }
        records
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let taken = &self.bytes[self.at..self.at + length];
        self.at += length;
        taken
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().expect("as many as were taken")
    }

    fn counted(&mut self) -> &'a [u8] {
        let length = u32::from_ne_bytes(self.fixed());
        self.take(usize::try_from(length).expect("a length"))
    }

    fn path(&mut self) -> PathBuf {
        PathBuf::from(std::str::from_utf8(self.counted()).expect("names of a home are text"))
    }

    fn record(&mut self) -> Recorded {
        self.take(4);
        let [kind, who] = self.fixed();
        let descriptor = i32::from_ne_bytes(self.fixed());
        let number = u64::from_ne_bytes(self.fixed());
        let (path, other, data) = (self.path(), self.path(), self.counted());
        let change = match kind {
            b'P' => Change::Began,
            b'O' => Change::Opened { descriptor, path, emptied: number & 1 != 0, folder: number & 2 != 0 },
            b'C' => Change::Closed(descriptor),
            b'W' => Change::Wrote { descriptor, offset: number, bytes: data.to_vec() },
            b'T' => Change::Resized { descriptor, length: number },
            b'S' => Change::Synced(descriptor),
            b'R' => Change::Renamed(path, other),
            b'L' => Change::Linked(path, other),
            b'U' => Change::Removed(path),
            b'M' => Change::MadeFolder(path),
            other => panic!("no record begins with {other}"),
        };
        Recorded { end: self.at as u64, who, change }
    }
}
