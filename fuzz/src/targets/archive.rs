//! The file of an archive, and its parts.

use palabre_core::archive::{Part, Seal};
use palabre_core::fixtures::WRITTEN;
use palabre_core::id::ContentHash;
use palabre_core::ledger::Record;
use palabre_core::ledger::entry::content_hash;
use palabre_store::archive::{Reader, Writer};

use crate::region::{HONEST, REGION};

/// Behind its first line an archive is read to its end or named damaged, and what was read, written again, gives the
/// bytes that were read. As a single part the same bytes are said again as they mean.
pub fn archive(data: &[u8]) {
    if let Ok(part) = Part::decode(data) {
        assert_eq!(Part::decode(&part.clone().encode()).expect("what was read can be read again"), part);
        if let Part::Seal(raw) = part
            && let Ok(seal) = raw.verify()
        {
            assert_eq!(seal.node, REGION.network.seat(HONEST).node.node_key(), "a seal that nobody made");
        }
    }
    let Ok(mut reader) = Reader::begin(data) else { return };
    let mut parts = Vec::new();
    while let Ok(Some(part)) = reader.next_part() {
        let part = part.to_vec();
        let before = written(&parts);
        assert_eq!(reader.hash_before(), content_hash(&before), "the hash of what stands before a part");
        parts.push(part);
    }
    assert!(data.starts_with(&written(&parts)), "something else was read than stands there");
}

fn written(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = Writer::begin(&mut file).expect("memory takes everything");
    for part in parts {
        writer.add(part).expect("a part that was read can be written");
    }
    writer.flush().expect("memory takes everything");
    drop(writer);
    file
}

/// A small archive with its seal, and each of its parts.
pub(super) fn archives() -> Vec<Vec<u8>> {
    let secret = &REGION.network.seat(HONEST).node;
    let records = REGION.held.iter().take(3).map(|entry| Record::Entry(Box::new(entry.clone())).encode());
    let mut parts: Vec<Vec<u8>> = records.map(|record| Part::Record(record).encode()).collect();
    let seal = Seal {
        network: *REGION.network.id(),
        node: secret.node_key(),
        made: WRITTEN,
        records: parts.len() as u64,
        hash: ContentHash::from_bytes([3; 32]),
        ledger: [1; 32],
        state: [2; 32],
    };
    parts.push(Part::Seal(seal.sign(secret)).encode());
    parts.push(written(&parts));
    parts
}
