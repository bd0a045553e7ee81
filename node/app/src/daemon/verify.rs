//! `store verify`: every frame of the ledger read, every signature verified, beside a running node or without one.

use std::collections::BTreeMap;

use palabre_core::charter::Rules;
use palabre_core::id::{LogId, NodeKey};
use palabre_core::keys::KnownKeys;
use palabre_core::ledger::{Header, Mended, Record};
use palabre_core::state::Position;
use palabre_proto::{Message, v1};
use palabre_store::ahead::{self, Prepared};
use palabre_store::segments::{HEADER_LEN, ReadError, file_name};
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

/// What verifying made of a record: itself, or the place that its bytes still name.
type Judged = Result<Record, Option<(NodeKey, LogId, u64)>>;

/// Reads and verifies the whole ledger of a home, on all cores.
pub(crate) fn verify(home: &Home, rules: &Rules) -> Result<Verified, DaemonError> {
    let keys: KnownKeys = rules.admitted().map(|(node, _)| node.key).collect();
    let judge = |records: Vec<Vec<u8>>| {
        let judged = Record::verify_each(&records, rules.network(), &keys).into_iter().zip(&records);
        judged.map(|(record, bytes)| record.map_err(|_| place_in(bytes))).collect()
    };
    ahead::prepared(Segments::peek(&home.ledger())?, judge, |records| count(records))
}

fn count(records: &mut dyn Iterator<Item = Result<Prepared<Judged>, ReadError>>) -> Result<Verified, DaemonError> {
    let mut entries = 0;
    let mut damaged: BTreeMap<Position, Damaged> = BTreeMap::new();
    let mut mended = 0;
    for record in records {
        match record? {
            Prepared::Record { position, prepared } => match prepared {
                Ok(Record::Entry(_)) => entries += 1,
                Ok(Record::Mended(part)) => {
                    let before = damaged.len();
                    damaged.retain(|position, _| !lies_in(*position, part));
                    mended += before - damaged.len();
                }
                Ok(_) => {}
                Err(entry) => drop(damaged.insert(position, place(position, entry))),
            },
            Prepared::Damage { damage, shown } => {
                for (offset, bytes) in frames(&shown) {
                    let position = Position { offset: damage.position.offset + offset as u64, ..damage.position };
                    damaged.insert(position, place(position, bytes.get(HEADER_LEN..).and_then(place_in)));
                }
            }
        }
    }
    Ok(Verified { entries, damaged: damaged.into_values().collect(), mended })
}

fn lies_in(position: Position, part: Mended) -> bool {
    let behind = position.offset.checked_sub(part.position.offset);
    position.segment == part.position.segment && behind.is_some_and(|behind| behind < part.length.max(1))
}

/// The frames of a damaged part, as far as their lengths can still be believed, and where each begins in it. The last
/// one takes the rest.
fn frames(mut bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let (whole, mut frames) = (bytes.len(), Vec::new());
    loop {
        let length = bytes.first_chunk().map_or(0, |length| u32::from_le_bytes(*length) as usize);
        let frame = Some(HEADER_LEN + length).filter(|frame| length > 0 && *frame < bytes.len());
        let (first, rest) = bytes.split_at(frame.unwrap_or(bytes.len()));
        frames.push((whole - bytes.len(), first));
        if rest.is_empty() {
            return frames;
        }
        bytes = rest;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_part_is_taken_apart_as_far_as_lengths_go() {
        let frame = |length: u8| [vec![length, 0, 0, 0], vec![9; HEADER_LEN - 4 + usize::from(length)]].concat();
        let zeroed = vec![0; 20];
        let offsets = |bytes: &[u8]| frames(bytes).into_iter().map(|(offset, _)| offset).collect::<Vec<_>>();
        assert_eq!(offsets(&[]), [0]);
        assert_eq!(offsets(&frame(5)), [0]);
        assert_eq!(offsets(&[frame(5), frame(7), zeroed.clone()].concat()), [0, 13, 28]);
        // Behind a length that was lost nothing can be told apart.
        assert_eq!(offsets(&[zeroed, frame(5)].concat()), [0]);
    }
}
