//! Reading a segment through a window of bounded size, so that 64 MiB are never in memory at once.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::frame::FRAME_MAX;

/// Bytes read at once: several of the largest frames, a small part of the memory that a node may use.
const WINDOW: usize = 4 * FRAME_MAX;

/// The smallest part of a disk that fails alone. What is asked of a disk is read in such blocks once it reports an
/// error, so that one bad sector costs one block.
const BLOCK: u64 = 4096;

/// What can be read at an offset.
pub(crate) trait Source {
    /// Reads into `buffer` from `offset`; 0 bytes at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl Source for File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, buffer, offset)
    }
}

/// A source and the part of it that is in memory.
pub(crate) struct Window<S> {
    source: S,
    start: u64,
    bytes: Vec<u8>,
}

impl<S: Source> Window<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { source, start: 0, bytes: Vec::new() }
    }

    /// The bytes from `offset`, at least `length` of them unless the source ends before.
    pub(crate) fn at(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        if self.held(offset).len() < length {
            self.fill(offset, length.max(WINDOW))?;
        }
        Ok(self.held(offset))
    }

    fn held(&self, offset: u64) -> &[u8] {
        let skip = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        skip.and_then(|skip| self.bytes.get(skip..)).unwrap_or_default()
    }

    fn fill(&mut self, offset: u64, length: usize) -> io::Result<()> {
        self.start = offset;
        self.bytes = vec![0; length];
        let mut filled = 0;
        while filled < length {
            let at = offset + filled as u64;
            match self.source.read_at(&mut self.bytes[filled..], at) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_bad_sector(&error) => filled += self.read_block(filled, at)?,
                Err(error) => return Err(error),
            }
        }
        self.bytes.truncate(filled);
        Ok(())
    }

    /// Reads up to the end of the block that holds `at`; when even that fails, it counts as zeroes, which no frame
    /// survives: its checksum names the damage. Returns the bytes gained.
    fn read_block(&mut self, filled: usize, at: u64) -> io::Result<usize> {
        let room = self.bytes.len() - filled;
        let block = usize::try_from(BLOCK - at % BLOCK).map_or(room, |block| block.min(room));
        let into = &mut self.bytes[filled..filled + block];
        match self.source.read_at(into, at) {
            Ok(read) => Ok(read),
            Err(error) if is_bad_sector(&error) => {
                tracing::error!(offset = at, length = block, %error, "a part of a segment cannot be read");
                into.fill(0);
                Ok(block)
            }
            Err(error) => Err(error),
        }
    }
}

fn is_bad_sector(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk of ones whose block 2 is broken and which ends after four and a half blocks.
    struct Broken;

    impl Source for Broken {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            let left = usize::try_from((4 * BLOCK + BLOCK / 2).saturating_sub(offset)).unwrap();
            let read = buffer.len().min(left);
            let range = offset..offset + read as u64;
            if range.start < 3 * BLOCK && range.end > 2 * BLOCK {
                return Err(rustix::io::Errno::IO.into());
            }
            buffer[..read].fill(1);
            Ok(read)
        }
    }

    #[test]
    fn a_bad_sector_costs_its_block_alone() {
        let mut window = Window::new(Broken);
        let bytes = window.at(100, 10).unwrap();
        let zeroes: Vec<_> = bytes.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 100).collect();
        assert_eq!(bytes.len() + 100, 4 * 4096 + 2048);
        assert_eq!(zeroes, (2 * 4096..3 * 4096).collect::<Vec<_>>());
    }

    #[test]
    fn the_end_of_the_source_gives_fewer_bytes() {
        let mut window = Window::new(Broken);
        assert_eq!(window.at(4 * BLOCK, 4096).unwrap().len(), 2048);
        assert_eq!(window.at(5 * BLOCK, 1).unwrap().len(), 0);
    }
}
