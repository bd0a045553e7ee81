//! The file of an archive: a line that says what it is, then frames as in a segment (`docs/archive.md`). What a frame
//! means is not known here.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};

use palabre_core::id::ContentHash;
use thiserror::Error;

use crate::segments::{HEADER_LEN, frame};

/// How each archive begins: a person who opens one sees what it is, a program which version.
pub const MAGIC: &[u8] = b"palabre archive 1\n";

/// Why an archive cannot be read.
#[derive(Debug, Error)]
pub enum ReadArchiveError {
    /// It begins in another way.
    #[error("the file is no archive of this version: it does not begin as one")]
    NoArchive,
    /// A frame is cut off, or its checksum is wrong.
    #[error("the archive is cut off or damaged at byte {offset}")]
    Damaged {
        /// Where the frame begins.
        offset: u64,
    },
    /// The file cannot be read.
    #[error("the archive cannot be read")]
    Io(#[from] io::Error),
}

/// Writes an archive, frame after frame.
pub struct Writer<W: Write> {
    out: BufWriter<W>,
    frame: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins one.
    pub fn begin(out: W) -> io::Result<Self> {
        let mut out = BufWriter::new(out);
        out.write_all(MAGIC)?;
        Ok(Self { out, frame: Vec::new() })
    }

    /// Adds a part: at least one byte, at most [`RECORD_MAX`](crate::segments::RECORD_MAX).
    pub fn add(&mut self, part: &[u8]) -> io::Result<()> {
        self.frame.clear();
        frame::write(part, &mut self.frame).ok_or(io::ErrorKind::FileTooLarge)?;
        self.out.write_all(&self.frame)
    }

    /// Hands all bytes so far to the system, so that a reader meets them.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Writer<File> {
    /// Ends it: what was written is durable.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }
}

/// Reads an archive, frame after frame.
pub struct Reader<R> {
    input: BufReader<R>,
    /// Of all bytes before `frame`.
    hasher: blake3::Hasher,
    offset: u64,
    frame: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// Begins to read the bytes of one.
    pub fn begin(input: R) -> Result<Self, ReadArchiveError> {
        let mut input = BufReader::new(input);
        let mut first = [0; MAGIC.len()];
        match input.read_exact(&mut first) {
            Ok(()) if first == *MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
            _ => return Err(ReadArchiveError::NoArchive),
        }
        Ok(Self { input, hasher: blake3::Hasher::new(), offset: 0, frame: first.to_vec() })
    }

    /// The next part; none at the end of the file.
    pub fn next_part(&mut self) -> Result<Option<&[u8]>, ReadArchiveError> {
        self.hasher.update(&self.frame);
        self.offset += self.frame.len() as u64;
        self.frame.clear();
        self.read(HEADER_LEN)?;
        if self.frame.is_empty() {
            return Ok(None);
        }
        let length = frame::Header::parse(&self.frame).ok_or_else(|| self.damaged())?.length;
        self.read(length)?;
        match frame::parse(&self.frame) {
            Some((_, part)) => Ok(Some(part)),
            None => Err(self.damaged()),
        }
    }

    /// Hash of all bytes before the part that was read last.
    #[must_use]
    pub fn hash_before(&self) -> ContentHash {
        ContentHash::from_bytes(*self.hasher.finalize().as_bytes())
    }

    fn read(&mut self, length: usize) -> io::Result<()> {
        (&mut self.input).take(length as u64).read_to_end(&mut self.frame).map(drop)
    }

    const fn damaged(&self) -> ReadArchiveError {
        ReadArchiveError::Damaged { offset: self.offset }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const PARTS: [&[u8]; 3] = [b"first", b"second", &[7; 10_000]];

    fn archive(dir: &tempfile::TempDir) -> (std::path::PathBuf, Vec<ContentHash>) {
        let path = dir.path().join("a");
        let mut writer = Writer::begin(File::create(&path).unwrap()).unwrap();
        let mut hashes = Vec::new();
        for part in PARTS {
            writer.flush().unwrap();
            hashes.push(ContentHash::from_bytes(*blake3::hash(&fs::read(&path).unwrap()).as_bytes()));
            writer.add(part).unwrap();
        }
        assert!(writer.add(&[]).is_err());
        writer.finish().unwrap();
        (path, hashes)
    }

    fn read(bytes: &[u8]) -> Result<Vec<(Vec<u8>, ContentHash)>, ReadArchiveError> {
        let mut reader = Reader::begin(bytes)?;
        let mut parts = Vec::new();
        while let Some(part) = reader.next_part()? {
            let part = part.to_vec();
            parts.push((part, reader.hash_before()));
        }
        Ok(parts)
    }

    #[test]
    fn what_was_written_is_read_with_the_hash_of_all_before() {
        let dir = tempfile::tempdir().unwrap();
        let (path, hashes) = archive(&dir);
        let parts = read(&fs::read(path).unwrap()).unwrap();
        let expected: Vec<_> = PARTS.iter().map(|part| part.to_vec()).zip(hashes).collect();
        assert_eq!(parts, expected);
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = fs::read(archive(&dir).0).unwrap();
        for place in (0..60).chain([bytes.len() - 1]) {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(read(&changed).is_err(), "byte {place}");
        }
    }

    #[test]
    fn a_file_that_is_cut_off_ends_early_or_is_named_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let bytes = fs::read(archive(&dir).0).unwrap();
        let first_end = MAGIC.len() + HEADER_LEN + PARTS[0].len();
        for length in 0..first_end + HEADER_LEN + PARTS[1].len() {
            match read(&bytes[..length]) {
                Ok(parts) => assert!(length == MAGIC.len() || (length == first_end && parts.len() == 1), "{length}"),
                Err(ReadArchiveError::NoArchive) => assert!(length < MAGIC.len()),
                Err(ReadArchiveError::Damaged { offset }) => assert!(usize::try_from(offset).unwrap() < length),
                Err(error) => panic!("{error}"),
            }
        }
    }
}
