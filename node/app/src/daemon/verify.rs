//! `store verify`: every frame of the ledger read, every signature verified, beside a running node or without one.

use palabre_core::charter::Rules;
use palabre_core::id::{LogId, NodeKey};
use palabre_core::ledger::{Header, Record};
use palabre_proto::{Message, v1};
use palabre_store::segments::Scanned;
use palabre_store::{Home, Segments};

use super::DaemonError;

/// What `store verify` found.
pub(crate) struct Verified {
    /// Authentic entries, each counted once for every time that it is recorded.
    pub(crate) entries: u64,
    /// What is damaged.
    pub(crate) damaged: Vec<Damaged>,
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
    let mut verified = Verified { entries: 0, damaged: Vec::new() };
    for scanned in Segments::peek(&home.ledger())? {
        match scanned? {
            Scanned::Record { position, bytes, .. } => match Record::verify(&bytes, rules.network()) {
                Ok(Record::Entry(_)) => verified.entries += 1,
                Ok(_) => {}
                Err(_) => verified.damaged.push(Damaged {
                    file: palabre_store::segments::file_name(position.segment),
                    offset: position.offset,
                    entry: place_in(&bytes),
                }),
            },
            Scanned::Damage(damage) => verified.damaged.push(Damaged {
                file: damage.file_name(),
                offset: damage.position.offset,
                entry: place_in(&damage.bytes),
            }),
        }
    }
    Ok(verified)
}

/// Whose entry the bytes of a damaged record still name.
fn place_in(bytes: &[u8]) -> Option<(NodeKey, LogId, u64)> {
    let record = v1::Record::decode(bytes).ok()?;
    let Some(v1::record::Kind::Entry(entry)) = record.kind else { return None };
    let header = Header::parse(&entry.header).ok()?;
    Some((header.author, header.log, header.sequence.get()))
}
