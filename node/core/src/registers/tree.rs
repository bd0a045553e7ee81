//! The hash tree over the objects of an audience: `state` in `status --json`.
//!
//! Another implementation gets the same root from the same pairs:
//!
//! * Each object with at least one pair has a digest: see [`super::pairs::Pairs::digest`].
//! * The tree has five levels of nodes. Level 0 is the root; a node of level *n* is named by the first *n* half bytes
//!   of object ids, the higher half first. A node of level 4 is a bucket: the objects whose ids begin with its four
//!   half bytes.
//! * The hash of a bucket covers, for its objects in the order of ids, the id (32 bytes) and the digest (32 bytes):
//!   BLAKE3 in the mode `derive_key`, context `palabre/state/bucket/1`.
//! * The hash of a node above covers, for its children in order, the child's half byte (one byte, 0 to 15) and the
//!   child's hash (32 bytes): the same mode, context `palabre/state/node/1`. A node without objects below it is no
//!   child.
//! * The root always has a hash: without any object that of nothing, in the context `palabre/state/node/1`.
//!
//! 65,536 buckets hold some three objects each when there are 200,000, so an act costs five short scans.
//!
//! | key | value |
//! |---|---|
//! | `t` audience `o` object | digest of the object |
//! | `t` audience level half bytes | hash of the node: one byte of key for each half byte |

use std::collections::BTreeSet;

use super::audience::Audience;
use crate::id::EntryId;
use crate::state::{State, StateError, scan_all};

/// Level of the buckets.
const DEPTH: usize = 4;

/// Sets the digest of an object, or takes the object out. Counts in the root after [`update`].
pub(super) fn set_digest(
    state: &mut impl State,
    audience: Audience,
    object: &EntryId,
    digest: Option<[u8; 32]>,
) -> Result<(), StateError> {
    let key = digest_key(audience, object.as_bytes());
    match digest {
        Some(digest) => state.put(key, digest.to_vec()),
        None => state.remove(&key),
    }
}

/// Hashes anew what lies above these objects.
pub(super) fn update(
    state: &mut impl State,
    audience: Audience,
    objects: &BTreeSet<EntryId>,
) -> Result<(), StateError> {
    let mut paths: BTreeSet<Vec<u8>> = objects.iter().map(|object| half_bytes(object.as_bytes())).collect();
    for path in &paths {
        let hash = bucket(state, audience, path)?;
        set_node(state, audience, path, hash)?;
    }
    for level in (0..DEPTH).rev() {
        paths = paths.into_iter().map(|mut path| path.drain(..level).collect()).collect();
        for path in &paths {
            let hash = node(state, audience, path)?;
            set_node(state, audience, path, hash)?;
        }
    }
    Ok(())
}

/// The root over all objects of an audience.
pub(super) fn root(state: &impl State, audience: Audience) -> Result<[u8; 32], StateError> {
    let key = node_key(audience, 0, &[]);
    match state.get(&key)? {
        None => Ok(*node_hasher().finalize().as_bytes()),
        Some(hash) => hash
            .try_into()
            .map_err(|_| StateError::Damaged { key: hex::encode(&key), what: "the hash of a node has 32 bytes" }),
    }
}

/// The objects of an audience whose ids begin with these bytes, at most `limit`.
pub(super) fn objects(
    state: &impl State,
    audience: Audience,
    start: &[u8],
    limit: usize,
) -> Result<Vec<EntryId>, StateError> {
    let pairs = state.scan(&digest_key(audience, start), None, limit)?;
    pairs.iter().map(|(key, _)| super::keys::object_of_key(key, 3)).collect()
}

fn bucket(state: &impl State, audience: Audience, path: &[u8]) -> Result<Option<[u8; 32]>, StateError> {
    let start: Vec<u8> = path.chunks(2).map(|halves| halves.iter().fold(0, |byte, half| byte << 4 | half)).collect();
    let prefix = digest_key(audience, &start);
    let mut hasher = blake3::Hasher::new_derive_key("palabre/state/bucket/1");
    for (key, digest) in scan_all(state, &prefix)? {
        hasher.update(&key[prefix.len() - start.len()..]);
        hasher.update(&digest);
    }
    Ok((hasher.count() > 0).then(|| *hasher.finalize().as_bytes()))
}

fn node(state: &impl State, audience: Audience, path: &[u8]) -> Result<Option<[u8; 32]>, StateError> {
    let mut hasher = node_hasher();
    for (key, hash) in scan_all(state, &node_key(audience, path.len() + 1, path))? {
        hasher.update(&key[key.len() - 1..]);
        hasher.update(&hash);
    }
    Ok((hasher.count() > 0).then(|| *hasher.finalize().as_bytes()))
}

fn node_hasher() -> blake3::Hasher {
    blake3::Hasher::new_derive_key("palabre/state/node/1")
}

fn set_node(state: &mut impl State, audience: Audience, path: &[u8], hash: Option<[u8; 32]>) -> Result<(), StateError> {
    let key = node_key(audience, path.len(), path);
    match hash {
        Some(hash) => state.put(key, hash.to_vec()),
        None => state.remove(&key),
    }
}

fn digest_key(audience: Audience, start: &[u8]) -> Vec<u8> {
    [&[b't', audience.letter(), b'o'], start].concat()
}

/// Levels are 0 to 4 and so never the letter `o`.
fn node_key(audience: Audience, level: usize, path: &[u8]) -> Vec<u8> {
    [&[b't', audience.letter(), u8::try_from(level).unwrap_or(u8::MAX)], path].concat()
}

fn half_bytes(id: &[u8]) -> Vec<u8> {
    id.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).take(DEPTH).collect()
}
