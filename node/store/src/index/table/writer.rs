//! Writes a table: blocks one after the other, then where each begins, the filter and the trailer.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use zstd::bulk::Compressor;

use super::block::{self, Building};
use super::filter::Noted;
use super::{Facts, TRAILER};

/// Bytes collected before they go to the system.
const BUFFER: usize = 256 * 1024;

/// A table that is being written.
pub(in super::super) struct Writer {
    file: BufWriter<File>,
    compressor: Compressor<'static>,
    building: Building,
    noted: Noted,
    /// First key and length of each block: length of the key, key, length of the block.
    places: Vec<u8>,
    first: Vec<u8>,
    blocks: u32,
    written: u64,
}

impl Writer {
    /// Begins the table at `path`, over whatever an earlier attempt left there.
    pub(in super::super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufWriter::with_capacity(BUFFER, File::create(path)?),
            compressor: Compressor::new(block::LEVEL)?,
            building: Building::default(),
            noted: Noted::default(),
            places: Vec::new(),
            first: Vec::new(),
            blocks: 0,
            written: 0,
        })
    }

    /// Adds a pair, or a key that was removed. Keys come in order, each once.
    pub(in super::super) fn add(&mut self, key: &[u8], value: Option<&[u8]>) -> io::Result<()> {
        if self.building.is_empty() {
            self.first = key.to_vec();
        }
        self.building.add(key, value);
        self.noted.note(key);
        if self.building.is_full() { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> io::Result<()> {
        let block = self.building.finish(&mut self.compressor)?;
        self.file.write_all(&block)?;
        self.written += block.len() as u64;
        self.blocks += 1;
        block::write_number(self.first.len(), &mut self.places);
        self.places.extend_from_slice(&self.first);
        block::write_number(block.len(), &mut self.places);
        Ok(())
    }

    /// Writes the rest and makes the table durable.
    pub(in super::super) fn finish(mut self) -> io::Result<Facts> {
        if !self.building.is_empty() {
            self.close_block()?;
        }
        let filter = self.noted.finish();
        let directory = [self.places.as_slice(), &filter].concat();
        let crc = crc32c::crc32c(&directory);
        self.file.write_all(&directory)?;
        let numbers = [
            self.blocks.to_le_bytes().as_slice(),
            &u32::try_from(self.places.len()).map_err(io::Error::other)?.to_le_bytes(),
            &u32::try_from(filter.len()).map_err(io::Error::other)?.to_le_bytes(),
            &crc.to_le_bytes(),
        ]
        .concat();
        debug_assert_eq!(numbers.len(), TRAILER, "the trailer has a fixed length");
        self.file.write_all(&numbers)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        let length = self.written + (directory.len() + TRAILER) as u64;
        Ok(Facts { length, crc })
    }
}
