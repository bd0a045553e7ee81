//! Attachments: what is missing, and whom to ask for it. Whole files from one peer at a time for now.
//!
//! What is missing stands in the index under `m` ‖ hash, so that a restart goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::event::Effect;
use crate::id::{ContentHash, NodeKey};
use crate::ledger::Entry;
use crate::ledger::book::{self, Effective};
use crate::state::{State, StateError, Storage};
use crate::time::Moment;

/// Keys of the index under which missing attachments stand.
const MISSING: &[u8] = b"m";
/// Fetches at once: one per peer keeps each link busy, a few in all bound the memory.
const AT_ONCE: usize = 4;
/// Largest attachment that is fetched, in bytes: whole from one peer, until ranges come.
pub(super) const WHOLE_MAX: u64 = 16 * 1024 * 1024;
/// Missing attachments looked at in one step.
const STEP: usize = 64;
/// Milliseconds after which peers that did not have an attachment are asked again, first and doubling.
const RETRY_FIRST: u64 = 30_000;
/// The longest: what nobody near has costs a question to each neighbour every ten minutes.
const RETRY_LAST: u64 = 10 * 60_000;

/// Fetches under way.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    under_way: BTreeMap<ContentHash, NodeKey>,
    tried: BTreeMap<ContentHash, BTreeSet<NodeKey>>,
    tried_since: Option<Moment>,
    /// How many times in a row everybody was asked again in vain.
    retries: u32,
    /// Where the next step goes on: the last attachment looked at.
    looked_at: Option<ContentHash>,
}

impl Fetches {
    /// Somebody new is there: everybody may be asked again.
    pub(super) fn retry(&mut self) {
        self.tried.clear();
        self.tried_since = None;
        self.retries = 0;
    }

    /// After a pause everybody may be asked again, after a longer one the next time.
    fn retry_late(&mut self, now: Moment) {
        let pause = RETRY_FIRST.saturating_mul(1 << self.retries.min(16)).min(RETRY_LAST);
        if self.tried_since.is_some_and(|since| now.since(since) >= pause) {
            let retries = self.retries + 1;
            self.retry();
            self.retries = retries;
        }
    }

    fn is_busy(&self, peer: &NodeKey) -> bool {
        self.under_way.values().any(|busy| busy == peer)
    }
}

/// Attachments that are missing here, at most `limit`, with their sizes in bytes.
pub fn missing(state: &impl State, limit: usize) -> Result<Vec<(ContentHash, u64)>, StateError> {
    missing_after(state, None, limit)
}

fn missing_after(
    state: &impl State,
    after: Option<&ContentHash>,
    limit: usize,
) -> Result<Vec<(ContentHash, u64)>, StateError> {
    let pairs = state.scan(MISSING, after.map(key).as_deref(), limit)?;
    Ok(pairs
        .iter()
        .filter_map(|(key, value)| {
            let hash = ContentHash::try_from(&key[MISSING.len()..]).ok()?;
            Some((hash, u64::from_be_bytes(value.as_slice().try_into().ok()?)))
        })
        .collect())
}

fn key(hash: &ContentHash) -> Vec<u8> {
    [MISSING, hash.as_bytes()].concat()
}

impl Node {
    /// Notes what is missing of the attachments of entries that took effect.
    pub(super) fn want_attachments<S: Storage>(
        &mut self,
        storage: &mut S,
        entry: &Entry,
        effective: &[Effective],
    ) -> Result<(), StateError> {
        for one in effective {
            if one.located.id == entry.id() {
                Self::note_missing(storage, entry)?;
            } else if let Some(waiting) = book::read_entry(storage, one.located.position, &self.network)? {
                Self::note_missing(storage, &waiting)?;
            }
        }
        Ok(())
    }

    pub(super) fn note_missing<S: Storage>(storage: &mut S, entry: &Entry) -> Result<(), StateError> {
        for attachment in &entry.header().attachments {
            if attachment.size <= WHOLE_MAX && !storage.holds_attachment(&attachment.hash) {
                storage.put(key(&attachment.hash), attachment.size.to_be_bytes().to_vec())?;
            }
        }
        Ok(())
    }

    /// An attachment is held now.
    pub(super) fn fetched<S: Storage>(
        &mut self,
        storage: &mut S,
        hash: &ContentHash,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.fetches.under_way.remove(hash);
        self.fetches.tried.remove(hash);
        self.fetches.retries = 0;
        storage.remove(&key(hash))?;
        self.plan_fetches(storage, now, out)
    }

    /// A peer did not deliver an attachment: the next one is asked.
    pub(super) fn fetch_failed<S: Storage>(
        &mut self,
        storage: &mut S,
        peer: NodeKey,
        hash: ContentHash,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.fetches.under_way.remove(&hash);
        self.fetches.tried.entry(hash).or_default().insert(peer);
        self.fetches.tried_since.get_or_insert(now);
        self.plan_fetches(storage, now, out)
    }

    /// Asks idle peers for what is missing.
    pub(super) fn plan_fetches<S: Storage>(
        &mut self,
        storage: &mut S,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.fetches.retry_late(now);
        if self.sessions.is_empty() || self.fetches.under_way.len() >= AT_ONCE {
            return Ok(());
        }
        // Step by step through all of them: those that nobody near has must not stand before the others.
        let step = missing_after(storage, self.fetches.looked_at.as_ref(), STEP)?;
        self.fetches.looked_at = step.last().filter(|_| step.len() == STEP).map(|(hash, _)| *hash);
        for (hash, size) in step {
            if self.fetches.under_way.len() >= AT_ONCE {
                self.fetches.looked_at = None;
                break;
            }
            if self.fetches.under_way.contains_key(&hash) {
                continue;
            }
            if storage.holds_attachment(&hash) {
                storage.remove(&key(&hash))?;
                continue;
            }
            let tried = self.fetches.tried.get(&hash);
            let untried = |peer: &&NodeKey| tried.is_none_or(|t| !t.contains(peer)) && !self.fetches.is_busy(peer);
            if let Some(peer) = self.sessions.keys().filter(untried).min_by_key(|peer| distance(peer, &hash)).copied() {
                self.fetches.under_way.insert(hash, peer);
                out.push(Effect::Fetch { peer, hash, size });
            }
        }
        Ok(())
    }

    /// Fetches from a peer that is gone come to nothing.
    pub(super) fn drop_fetches(&mut self, peer: &NodeKey) {
        self.fetches.under_way.retain(|_, busy| busy != peer);
    }
}

/// Spreads the attachments over the peers, so that not all nodes ask the same one.
fn distance(peer: &NodeKey, hash: &ContentHash) -> [u8; 32] {
    *blake3::Hasher::new().update(peer.as_bytes()).update(hash.as_bytes()).finalize().as_bytes()
}
