//! The limit of whatever verifies entries: `verify_strict` of the same signatures on all cores, keys parsed, messages at
//! hand, nothing else to do.

use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

use ed25519_dalek::{Signature, VerifyingKey};
use palabre_core::id::NetworkId;
use palabre_proto::{Message, v1};

/// A signature with all that it takes to verify it.
type Signed = (VerifyingKey, Vec<u8>, Signature);

/// Signatures a second.
pub(crate) fn verify_strict(network: &NetworkId, records: &[Vec<u8>]) -> f64 {
    let signed = signed(network, records);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let begun = Instant::now();
    thread::scope(|scope| {
        for part in signed.chunks(signed.len().div_ceil(threads)) {
            scope.spawn(move || {
                for (key, message, signature) in part {
                    key.verify_strict(message, signature).unwrap();
                }
            });
        }
    });
    signed.len() as f64 / begun.elapsed().as_secs_f64()
}

fn signed(network: &NetworkId, records: &[Vec<u8>]) -> Vec<Signed> {
    let mut keys: BTreeMap<Vec<u8>, VerifyingKey> = BTreeMap::new();
    let entries = records.iter().filter_map(|bytes| match v1::Record::decode(bytes.as_slice()).unwrap().kind {
        Some(v1::record::Kind::Entry(entry)) => Some(entry),
        _ => None,
    });
    let signed = |entry: v1::Entry| {
        let author = v1::Header::decode(entry.header.as_slice()).unwrap().author;
        let key = *keys.entry(author.clone()).or_insert_with(|| VerifyingKey::try_from(author.as_slice()).unwrap());
        let message = [b"palabre/entry/1".as_slice(), network.as_bytes(), &entry.header].concat();
        (key, message, Signature::from_slice(&entry.signature).unwrap())
    };
    entries.map(signed).collect()
}
