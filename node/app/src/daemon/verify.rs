//! `store verify`: every frame of the ledger read, every signature verified, beside a running node or without one.

use std::collections::BTreeMap;

use palabre_core::charter::Rules;
use palabre_core::id::{LogId, NodeKey};
use palabre_core::ledger::{Header, Mended, Record};
use palabre_core::state::Position;
use palabre_proto::{Message, v1};
use palabre_store::segments::{HEADER_LEN, Scanned, file_name};
use palabre_store::{Home, Segments};

use super::DaemonError;

/// What `store verify` found.
pub(crate) struct Verified {
    /// Authentic entries, each counted once for every time that it is recorded.
    pub(crate) entries: u64,
    /// What is damaged.
    pub(crate) damaged: Vec<Damaged>,
    /// Damaged parts whose content has been recorded again.
    pub(crate) mended: usize,
}

/// A damaged place of the ledger.
pub(crate) struct Damaged {
    /// The segment's file.
    pub(crate) file: String,
    /// Byte offset in it.
    pub(crate) offset: u64,
    /// Whose entry it was, which log and which sequence, where that can still be read.
    pub(crate) entry: Option<(NodeKey, LogId, u64)>,
}

/// Reads and verifies the whole ledger of a home.
pub(crate) fn verify(home: &Home, rules: &Rules) -> Result<Verified, DaemonError> {
    let mut entries = 0;
    let mut damaged: BTreeMap<Position, Damaged> = BTreeMap::new();
    let mut mended = 0;
    for scanned in Segments::peek(&home.ledger())? {
        match scanned? {
            Scanned::Record { position, bytes, .. } => match Record::verify(&bytes, rules.network()) {
                Ok(Record::Entry(_)) => entries += 1,
                Ok(Record::Mended(Mended { position, .. })) => {
                    mended += usize::from(damaged.remove(&position).is_some());
                }
                Ok(_) => {}
                Err(_) => drop(damaged.insert(position, place(position, place_in(&bytes)))),
            },
            Scanned::Damage { damage, shown } => {
                let entry = shown.get(HEADER_LEN..).and_then(place_in);
                damaged.insert(damage.position, place(damage.position, entry));
            }
        }
    }
    Ok(Verified { entries, damaged: damaged.into_values().collect(), mended })
}

fn place(position: Position, entry: Option<(NodeKey, LogId, u64)>) -> Damaged {
    Damaged { file: file_name(position.segment), offset: position.offset, entry }
}

/// Whose entry the bytes of a damaged record still name.
fn place_in(bytes: &[u8]) -> Option<(NodeKey, LogId, u64)> {
    let record = v1::Record::decode(bytes).ok()?;
    let Some(v1::record::Kind::Entry(entry)) = record.kind else { return None };
    let header = Header::parse(&entry.header).ok()?;
    Some((header.author, header.log, header.sequence.get()))
}

/// Whether a record is a note about mended damage: seen without verifying signatures.
pub(super) fn is_mended_note(bytes: &[u8]) -> bool {
    v1::Record::decode(bytes).is_ok_and(|record| matches!(record.kind, Some(v1::record::Kind::Mended(_))))
}
