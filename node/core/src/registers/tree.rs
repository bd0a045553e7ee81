//! The hash tree over the objects of an audience: `state` in `status --json`.
//!
//! Another implementation gets the same root from the same pairs:
//!
//! * Each object with at least one pair has a digest: see [`super::pairs::Digest`].
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
//! 65,536 buckets hold some three objects each when there are 200,000, so a change of one costs five short scans. What
//! folding changes is only marked: hashing follows when there is time, or when somebody asks, for many objects at once in
//! one walk through them.
//!
//! | key | value |
//! |---|---|
//! | `t` audience level half bytes | hash of the node: one byte of key for each half byte |
//! | `t` audience `m` half bytes | nothing: an object of this bucket has changed |

use std::collections::{BTreeMap, BTreeSet};

use super::audience::Audience;
use super::keys;
use super::pairs::Digest;
use crate::id::EntryId;
use crate::state::{State, StateError, Walk, scan_all, scan_up_to};

/// Level of the buckets.
const DEPTH: usize = 4;
/// In the place of the level: levels are 0 to 4 and so never this letter.
const MARKS: u8 = b'm';

/// Nodes by the half bytes of their names, with the hashes that they have now; nothing: no object is below.
type Renewed = BTreeMap<Vec<u8>, Option<[u8; 32]>>;

/// Notes that an object has changed.
pub(super) fn mark(state: &mut impl State, audience: &Audience, object: &EntryId) -> Result<(), StateError> {
    state.put([marks(audience).as_slice(), &half_bytes(object.as_bytes())].concat(), Vec::new())
}

/// The root over all objects of an audience.
pub(super) fn root(state: &impl State, audience: &Audience) -> Result<[u8; 32], StateError> {
    let hash = match renew(state, audience, usize::MAX)?.remove(&Vec::new()) {
        Some(renewed) => renewed,
        None => state.get(&node_key(audience, &[]))?.map(|hash| read_hash(audience, &[], &hash)).transpose()?,
    };
    Ok(hash.unwrap_or_else(|| *node_hasher().finalize().as_bytes()))
}

/// Stores the hashes of at most `limit` marked buckets and of what is above them, and takes the marks away; whether none
/// is left.
pub(super) fn settle(state: &mut impl State, audience: &Audience, limit: usize) -> Result<bool, StateError> {
    for (path, hash) in renew(state, audience, limit)? {
        if path.len() == DEPTH {
            state.remove(&[marks(audience).as_slice(), &path].concat())?;
        }
        let key = node_key(audience, &path);
        match hash {
            Some(hash) => state.put(key, hash.to_vec())?,
            None => state.remove(&key)?,
        }
    }
    Ok(state.scan(&marks(audience), None, 1)?.is_empty())
}

/// The objects whose ids begin with these bytes, at most `limit`.
pub(super) fn objects(state: &impl State, start: &[u8], limit: usize) -> Result<Vec<EntryId>, StateError> {
    let mut objects = Vec::new();
    for (key, _) in scan_all(state, &[keys::OBJECTS, start].concat())? {
        let (object, suffix) = keys::object_and_suffix(&key)?;
        if suffix.is_empty() && objects.len() < limit {
            objects.push(object);
        }
    }
    Ok(objects)
}

/// The hashes of marked buckets, the first `limit` of them, and of what is above these.
fn renew(state: &impl State, audience: &Audience, limit: usize) -> Result<Renewed, StateError> {
    let prefix = marks(audience);
    let marked = scan_up_to(state, &prefix, limit)?.into_iter().map(|(key, _)| key[prefix.len()..].to_vec());
    let mut paths: BTreeSet<Vec<u8>> = marked.collect();
    let mut renewed = Renewed::new();
    let mut objects = Walk::new(state, keys::OBJECTS);
    for path in &paths {
        renewed.insert(path.clone(), bucket(&mut objects, audience, path)?);
    }
    for level in (0..DEPTH).rev() {
        paths = paths.into_iter().map(|mut path| path.drain(..level).collect()).collect();
        let children = level_key(audience, level + 1, &[]);
        let mut stored = Walk::new(state, &children);
        for path in &paths {
            let hash = node(&mut stored, audience, path, &renewed)?;
            renewed.insert(path.clone(), hash);
        }
    }
    Ok(renewed)
}

/// The hash of a bucket; `objects` stands before it.
fn bucket(
    objects: &mut Walk<'_, impl State>,
    audience: &Audience,
    path: &[u8],
) -> Result<Option<[u8; 32]>, StateError> {
    let halves = path.chunks(2).map(|halves| halves.iter().fold(0, |byte, half| byte << 4 | half));
    let start: Vec<u8> = keys::OBJECTS.iter().copied().chain(halves).collect();
    let mut hasher = blake3::Hasher::new_derive_key("palabre/state/bucket/1");
    let mut add = |object: Option<(EntryId, Digest)>| {
        if let Some((id, digest)) = object
            && let Some(digest) = digest.finish()
        {
            hasher.update(id.as_bytes());
            hasher.update(&digest);
        }
    };
    // A summary stands before the pairs of its object.
    let mut present: Option<(EntryId, Digest)> = None;
    objects.seek(&start);
    while let Some((key, value)) = objects.next_under(&start)? {
        let (object, suffix) = keys::object_and_suffix(&key)?;
        if suffix.is_empty() {
            let counts = keys::summary_of(&key, &value)?.audience.as_ref() == Some(audience);
            add(std::mem::replace(&mut present, counts.then(|| (object, Digest::new()))));
        } else if let Some((_, digest)) = present.as_mut().filter(|(present, _)| *present == object) {
            digest.add(suffix, &value);
        }
    }
    add(present);
    Ok((hasher.count() > 0).then(|| *hasher.finalize().as_bytes()))
}

/// The hash of a node from its children: those that were renewed, and the others as they are stored.
/// `stored` stands before these.
fn node(
    stored: &mut Walk<'_, impl State>,
    audience: &Audience,
    path: &[u8],
    renewed: &Renewed,
) -> Result<Option<[u8; 32]>, StateError> {
    let mut children: BTreeMap<u8, Option<[u8; 32]>> = BTreeMap::new();
    let prefix = level_key(audience, path.len() + 1, path);
    stored.seek(&prefix);
    while let Some((key, hash)) = stored.next_under(&prefix)? {
        let child = key.last().copied().unwrap_or_default();
        children.insert(child, Some(read_hash(audience, &[path, &[child]].concat(), &hash)?));
    }
    for half in 0..16 {
        if let Some(hash) = renewed.get(&[path, &[half]].concat()) {
            children.insert(half, *hash);
        }
    }
    let mut hasher = node_hasher();
    for (half, hash) in children {
        if let Some(hash) = hash {
            hasher.update(&[half]);
            hasher.update(&hash);
        }
    }
    Ok((hasher.count() > 0).then(|| *hasher.finalize().as_bytes()))
}

fn node_hasher() -> blake3::Hasher {
    blake3::Hasher::new_derive_key("palabre/state/node/1")
}

fn read_hash(audience: &Audience, path: &[u8], hash: &[u8]) -> Result<[u8; 32], StateError> {
    hash.try_into().map_err(|_| StateError::Damaged {
        key: hex::encode(node_key(audience, path)),
        what: "the hash of a node has 32 bytes",
    })
}

fn marks(audience: &Audience) -> Vec<u8> {
    [b"t", audience.mark().as_slice(), &[MARKS]].concat()
}

fn node_key(audience: &Audience, path: &[u8]) -> Vec<u8> {
    level_key(audience, path.len(), path)
}

fn level_key(audience: &Audience, level: usize, path: &[u8]) -> Vec<u8> {
    [b"t", audience.mark().as_slice(), &[u8::try_from(level).unwrap_or(u8::MAX)], path].concat()
}

fn half_bytes(id: &[u8]) -> Vec<u8> {
    id.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).take(DEPTH).collect()
}
