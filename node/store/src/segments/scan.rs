//! All segments in order: every record, and every damage between them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use palabre_core::state::Position;

use super::pieces::{Piece, Pieces};
use super::{HEADER_LEN, ReadError, file_name};

/// A part of the segments that cannot be read any more. It stays where it is: what was in it is fetched from peers
/// and appended again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// Where it begins.
    pub position: Position,
    /// How long it is; 0 for a segment that is missing.
    pub length: u64,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a part of the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DamageKind {
    /// Its bytes are not what was written.
    Garbled,
    /// The file of the segment is not there.
    SegmentMissing,
}

impl Damage {
    /// The name of the segment's file.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(self.position.segment)
    }

    pub(super) fn garbled(position: Position, length: u64) -> Self {
        Self { position, length, kind: DamageKind::Garbled }
    }

    pub(super) fn missing(segment: u32) -> Self {
        Self { position: Position { segment, offset: 0 }, length: 0, kind: DamageKind::SegmentMissing }
    }
}

/// What a scan meets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// A whole record.
    Record {
        /// Where its frame begins.
        position: Position,
        /// Where its frame ends.
        next: Position,
        /// Its exact bytes.
        bytes: Vec<u8>,
    },
    /// A damaged part.
    Damage {
        /// Where and what.
        damage: Damage,
        /// Its first bytes, at most those of one frame: when only the end of a frame is garbled, the header of the
        /// record can still be made out, [`HEADER_LEN`] bytes after the beginning.
        shown: Vec<u8>,
    },
}

/// A scan of the segments. It holds no lock and no borrow: records appended meanwhile are not met.
pub struct Scan {
    dir: PathBuf,
    /// Where to go on once the present segment is through.
    next: Position,
    end: Position,
    current: Option<(u32, Pieces<File>)>,
    /// How often the tail of the last segment may still be looked at again.
    looks: u32,
}

/// How often a reader beside a running node looks again at a tail that is no whole record, and how long it waits
/// between: a batch is there in whole after milliseconds, on a slow disk too, since a reader needs no sync.
const LOOKS: u32 = 20;
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Scan {
    pub(super) fn new(dir: &Path, from: Position, end: Position) -> Self {
        let first = Position { segment: 1, offset: 0 };
        Self { dir: dir.to_owned(), next: from.max(first), end, current: None, looks: 0 }
    }

    /// The same scan, patient with a tail that another process is writing.
    pub(super) fn beside_a_writer(self) -> Self {
        Self { looks: LOOKS, ..self }
    }

    /// Whether a gap may be a batch that is being written. If so it is looked at again, up to where the file ends now.
    fn looks_again(&mut self, segment: u32, piece: &Piece) -> Result<bool, ReadError> {
        let Piece::Gap { offset, length, .. } = piece else { return Ok(false) };
        let is_tail = Position { segment, offset: offset + length } == self.end;
        if !is_tail || self.looks == 0 {
            return Ok(false);
        }
        self.looks -= 1;
        thread::sleep(LOOK_AGAIN);
        let path = self.dir.join(file_name(segment));
        let grown = fs::metadata(&path).map_err(|source| ReadError { path, source })?.len();
        self.end.offset = grown;
        self.next = Position { segment, offset: *offset };
        Ok(true)
    }

    /// Opens the next segment; damage when it is missing.
    fn enter(&mut self) -> Result<Option<Damage>, ReadError> {
        let Position { segment, offset } = self.next;
        self.next = Position { segment: segment + 1, offset: 0 };
        let path = self.dir.join(file_name(segment));
        let opened = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            Ok((file, length))
        });
        match opened {
            Ok((file, length)) => {
                let end = if segment == self.end.segment { self.end.offset } else { length };
                self.current = Some((segment, Pieces::new(file, offset, end)));
                Ok(None)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(Damage::missing(segment))),
            Err(source) => Err(ReadError { path, source }),
        }
    }

    fn step(&mut self) -> Result<Option<Scanned>, ReadError> {
        loop {
            if let Some((segment, pieces)) = &mut self.current {
                let segment = *segment;
                let path = || self.dir.join(file_name(segment));
                let piece = pieces.next_piece().map_err(|source| ReadError { path: path(), source })?;
                match piece {
                    Some(piece) if self.looks_again(segment, &piece)? => self.current = None,
                    Some(piece) => return Ok(Some(scanned(segment, piece))),
                    None => self.current = None,
                }
            }
            if self.next >= self.end {
                return Ok(None);
            }
            if let Some(damage) = self.enter()? {
                return Ok(Some(Scanned::Damage { damage, shown: Vec::new() }));
            }
        }
    }
}

fn scanned(segment: u32, piece: Piece) -> Scanned {
    match piece {
        Piece::Frame { offset, record } => Scanned::Record {
            position: Position { segment, offset },
            next: Position { segment, offset: offset + (HEADER_LEN + record.len()) as u64 },
            bytes: record,
        },
        Piece::Gap { offset, length, shown } => {
            Scanned::Damage { damage: Damage::garbled(Position { segment, offset }, length), shown }
        }
    }
}

impl Iterator for Scan {
    type Item = Result<Scanned, ReadError>;

    /// After an error the scan is over.
    fn next(&mut self) -> Option<Self::Item> {
        let step = self.step();
        if step.is_err() {
            self.current = None;
            self.next = self.end;
        }
        step.transpose()
    }
}
