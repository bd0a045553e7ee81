//! A table: an immutable file of pairs in the order of their keys.
//!
//! ```text
//! | block | block | … | first key and length of each block | filter | trailer |
//! ```
//! The trailer is four numbers of 32 bits, little-endian: how many blocks, bytes of their directory, bytes of the
//! filter, CRC32C of directory and filter. Directory and filter are in memory while a table is open: some 15 bytes for
//! each entry of the ledger.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use zstd::bulk::Decompressor;

use super::IndexError;

mod block;
mod cursor;
mod filter;
mod writer;

pub(super) use cursor::Cursor;
pub(super) use writer::Writer;

/// Bytes of the trailer.
const TRAILER: usize = 16;

/// What the catalogue says of a table, by which another file in its place is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Bytes of the file.
    pub(super) length: u64,
    /// Checksum of directory and filter.
    pub(super) crc: u32,
}

/// An open table.
#[derive(Debug)]
pub(super) struct Table {
    name: String,
    file: File,
    blocks: Vec<Place>,
    /// First keys of all blocks, one after the other.
    keys: Vec<u8>,
    filter: Vec<u8>,
}

/// Where a block lies, and its first key.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    length: u32,
    key: (u32, u32),
}

/// The hashes of what is looked for, made once for all tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sought(Option<u32>);

impl Sought {
    /// One key.
    pub(super) fn key(key: &[u8]) -> Self {
        Self(Some(filter::hash(key)))
    }

    /// All keys that begin with `prefix`.
    pub(super) fn prefix(prefix: &[u8]) -> Self {
        Self(filter::hash_of_beginning(prefix))
    }
}

impl Table {
    /// Opens the table at `path`, which must be the one of these facts.
    pub(super) fn open(path: &Path, facts: Facts) -> Result<Self, IndexError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let io = |source| IndexError::Io { doing: "opened", source };
        let damage = |what| IndexError::Table { name: name.clone(), what };
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(damage("missing")),
            opened => opened.map_err(io)?,
        };
        if file.metadata().map_err(io)?.len() != facts.length {
            return Err(damage("of another length"));
        }
        let parsed = read_tail(&file, facts).map_err(io)?.and_then(|Tail { blocks, places, filter }| {
            let end = facts.length - (places.len() + filter.len() + TRAILER) as u64;
            let (blocks, keys) = directory(blocks, &places, end)?;
            Some((blocks, keys, filter))
        });
        let Some((blocks, keys, filter)) = parsed else { return Err(damage("garbled")) };
        Ok(Self { name, file, blocks, keys, filter })
    }

    /// Whether something of what is sought may be here.
    pub(super) fn may_hold(&self, sought: Sought) -> bool {
        sought.0.is_none_or(|hash| filter::may_hold(&self.filter, hash))
    }

    /// The block in which `key` would lie; nothing when it is less than every key here.
    fn block_of(&self, key: &[u8]) -> Option<usize> {
        self.blocks.partition_point(|place| self.first_key(place) <= key).checked_sub(1)
    }

    fn first_key(&self, place: &Place) -> &[u8] {
        &self.keys[place.key.0 as usize..place.key.1 as usize]
    }

    /// Block `number`, unpacked; nothing beyond the last.
    pub(super) fn read(
        &self,
        number: usize,
        decompressor: &mut Decompressor<'_>,
    ) -> Result<Option<Vec<u8>>, IndexError> {
        let Some(place) = self.blocks.get(number) else { return Ok(None) };
        let mut stored = vec![0; place.length as usize];
        match self.file.read_exact_at(&mut stored, place.offset) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(self.garbled()),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {
                return Err(self.garbled());
            }
            Err(source) => return Err(IndexError::Io { doing: "read", source }),
        }
        block::unpack(&stored, decompressor).map(Some).ok_or_else(|| self.garbled())
    }

    fn garbled(&self) -> IndexError {
        IndexError::Table { name: self.name.clone(), what: "garbled" }
    }

    /// Reads every block.
    pub(super) fn verify(&self) -> Result<(), IndexError> {
        let mut decompressor = decompressor()?;
        let mut last: Option<Vec<u8>> = None;
        for (number, place) in self.blocks.iter().enumerate() {
            let bytes = self.read(number, &mut decompressor)?.unwrap_or_default();
            let (mut at, mut key) = (0, Vec::new());
            while at < bytes.len() {
                let first = at == 0;
                (_, at) = block::pair(&bytes, at, &mut key).ok_or_else(|| self.garbled())?;
                let in_place = !first || key == self.first_key(place);
                if !in_place || last.as_ref().is_some_and(|last| *last >= key) {
                    return Err(self.garbled());
                }
                last = Some(key.clone());
            }
        }
        Ok(())
    }
}

/// What lies behind the blocks of a table.
struct Tail {
    blocks: u32,
    places: Vec<u8>,
    filter: Vec<u8>,
}

/// Reads it; nothing when it is not what the facts say.
fn read_tail(file: &File, facts: Facts) -> io::Result<Option<Tail>> {
    let Some(trailer_at) = facts.length.checked_sub(TRAILER as u64) else { return Ok(None) };
    let mut trailer = [0; TRAILER];
    file.read_exact_at(&mut trailer, trailer_at)?;
    let mut numbers = trailer.chunks_exact(4).filter_map(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    let (Some(blocks), Some(places), Some(filter), Some(crc)) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next())
    else {
        return Ok(None);
    };
    let length = u64::from(places) + u64::from(filter);
    let Some(at) = trailer_at.checked_sub(length).filter(|_| crc == facts.crc) else { return Ok(None) };
    let mut directory = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_exact_at(&mut directory, at)?;
    if crc32c::crc32c(&directory) != crc || filter == 0 {
        return Ok(None);
    }
    let filter = directory.split_off(places as usize);
    Ok(Some(Tail { blocks, places: directory, filter }))
}

/// Where each block lies, and all first keys; nothing when the directory does not fill `end` bytes with blocks.
fn directory(blocks: u32, places: &[u8], end: u64) -> Option<(Vec<Place>, Vec<u8>)> {
    let (mut found, mut keys) = (Vec::with_capacity(blocks.min(1 << 20) as usize), Vec::new());
    let (mut at, mut offset) = (0, 0);
    while at < places.len() {
        let key_length = block::read_number(places, &mut at)?;
        let key = places.get(at..at.checked_add(key_length)?)?;
        at += key_length;
        let length = u32::try_from(block::read_number(places, &mut at)?).ok()?;
        let from = u32::try_from(keys.len()).ok()?;
        keys.extend_from_slice(key);
        found.push(Place { offset, length, key: (from, u32::try_from(keys.len()).ok()?) });
        offset += u64::from(length);
    }
    keys.shrink_to_fit();
    (offset == end && found.len() == blocks as usize).then_some((found, keys))
}

/// What unpacks blocks.
pub(super) fn decompressor() -> Result<Decompressor<'static>, IndexError> {
    Decompressor::new().map_err(|source| IndexError::Io { doing: "unpacked", source })
}

/// Reads blocks of a table.
pub(super) trait Blocks {
    /// Block `number` of `table`, unpacked; nothing beyond the last.
    fn block(&self, table: &Arc<Table>, number: usize) -> Result<Option<Arc<Vec<u8>>>, IndexError>;
}

/// What a table knows of a key.
pub(super) enum Known {
    /// Its value.
    Value(Vec<u8>),
    /// That it was removed.
    Removed,
}

/// What the table knows of `key`.
pub(super) fn get(table: &Arc<Table>, blocks: &impl Blocks, key: &[u8]) -> Result<Option<Known>, IndexError> {
    let Some(number) = table.block_of(key) else { return Ok(None) };
    let Some(bytes) = blocks.block(table, number)? else { return Ok(None) };
    let (mut at, mut there) = (0, Vec::new());
    while at < bytes.len() {
        let (value, next) = block::pair(&bytes, at, &mut there).ok_or_else(|| table.garbled())?;
        match there.as_slice().cmp(key) {
            std::cmp::Ordering::Less => at = next,
            std::cmp::Ordering::Equal => {
                let value = value.map(|(from, to)| Known::Value(bytes[from..to].to_vec()));
                return Ok(Some(value.unwrap_or(Known::Removed)));
            }
            std::cmp::Ordering::Greater => break,
        }
    }
    Ok(None)
}

/// Blocks read straight from the file: for whoever reads each once.
pub(super) struct Straight(std::cell::RefCell<Decompressor<'static>>);

impl Straight {
    pub(super) fn new() -> Result<Self, IndexError> {
        Ok(Self(std::cell::RefCell::new(decompressor()?)))
    }
}

impl Blocks for Straight {
    fn block(&self, table: &Arc<Table>, number: usize) -> Result<Option<Arc<Vec<u8>>>, IndexError> {
        Ok(table.read(number, &mut self.0.borrow_mut())?.map(Arc::new))
    }
}
