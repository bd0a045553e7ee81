//! Ledger segments on disk.

use std::fs;
use std::path::Path;

use palabre_core::state::Position;
use palabre_store::segments::{Scanned, Segments, file_name};
use palabre_store::{Settings, segments::HEADER_LEN};
use tempfile::TempDir;

use crate::region::REGION;

/// A new folder, in memory where the system has such a file system: what is tested here is reading, not the disk.
pub(super) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder for a moment")
}

/// Whatever is in a segment, opening it loses no byte: whole records, named damage and the tail set aside are all of it.
/// What is read once is read again, and a record appended behind it is read as it was written.
pub fn segments(data: &[u8]) {
    let folder = folder();
    let file = folder.path().join(file_name(1));
    fs::write(&file, data).expect("room for a small file");
    let settings = Settings { keep_free: 0, ..Settings::default() };
    let (segments, found) = Segments::open(folder.path(), settings).expect("a folder that can be written");
    let aside = found.torn.map_or(0, |torn| torn.length);
    let (records, end) = scan(&segments);
    assert_eq!(end + aside, data.len() as u64, "bytes are lost");
    drop(segments);
    let (mut segments, found) = Segments::open(folder.path(), settings).expect("a folder that can be written");
    assert!(found.torn.is_none(), "a tail is set aside twice");
    assert_eq!(scan(&segments), (records, end), "a second start finds something else");
    let record = REGION.held[0].header_bytes();
    let at = segments.append(&[record]).expect("room for a record");
    assert_eq!(segments.read(at[0]).expect("a file that can be read").as_deref(), Some(record));
}

/// The records and the end of what was met.
fn scan(segments: &Segments) -> (Vec<(Position, Vec<u8>)>, u64) {
    let mut records = Vec::new();
    let mut end = 0;
    for scanned in segments.scan(Position::default()) {
        match scanned.expect("a file that can be read") {
            Scanned::Record { position, next, bytes } => {
                assert_eq!(position.offset, end, "pieces overlap or leave something out");
                assert_eq!(next.offset, end + (HEADER_LEN + bytes.len()) as u64);
                let read = segments.read(position).expect("a file that can be read");
                assert_eq!(read.as_deref(), Some(bytes.as_slice()), "read and scan differ");
                end = next.offset;
                records.push((position, bytes));
            }
            Scanned::Damage { damage, .. } => {
                assert_eq!(damage.position.offset, end, "pieces overlap or leave something out");
                end += damage.length;
            }
        }
    }
    (records, end)
}

pub(super) fn files() -> Vec<Vec<u8>> {
    let folder = folder();
    let settings = Settings { keep_free: 0, ..Settings::default() };
    let (mut segments, _) = Segments::open(folder.path(), settings).expect("a folder that can be written");
    let records: Vec<_> = super::ledger::records();
    segments.append(&records[..3]).expect("room for records");
    segments.append(&[[0_u8; 100]]).expect("room for a record");
    segments.append(&records[3..]).expect("room for records");
    let end = usize::try_from(segments.end().offset).expect("a small file");
    let mut whole = fs::read(folder.path().join(file_name(1))).expect("a file that can be read");
    whole.truncate(end);
    let mut garbled = whole.clone();
    garbled[700..800].fill(0);
    let torn = whole[..end - 5].to_vec();
    let zeroed = [&whole[..], &[0; 4096]].concat();
    vec![whole, garbled, torn, zeroed, Vec::new()]
}
