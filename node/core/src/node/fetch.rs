//! Attachments: what is missing, and whom to ask for it. Whole files from one peer at a time for now.
//!
//! What is missing stands in the index under `m` ‖ hash, so that a restart goes on where it stopped.

mod asking;
mod awaited;
mod fresh;

use std::collections::BTreeSet;

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault};
use crate::id::{ContentHash, NodeKey};
use crate::ledger::Entry;
use crate::ledger::book::{self, Effective};
use crate::seal::stream;
use crate::state::{State, StateError, Storage};
use crate::time::Moment;
use asking::Asking;
use awaited::Awaited;
use fresh::Fresh;

/// Keys of the index under which missing attachments stand. The value is the size, 8 bytes big-endian, and the author.
const MISSING: &[u8] = b"m";
/// Largest attachment that is fetched, in bytes: whole from one peer, until ranges come. 16 MiB, which padding leaves as they
/// are, and the tags of their chunks when they are sealed.
pub(super) const WHOLE_MAX: u64 = stream::sealed_size(16 * 1024 * 1024);
/// Missing attachments for which somebody may be asked that are looked at in one step.
const STEP: usize = 64;
/// The same with those for which nobody may be asked now: they are passed over. A multiple of [`STEP`].
const STEP_OVER: usize = 1_024;

/// Milliseconds for which nothing is fetched when the disk did not take it: it is asked for in vain until somebody has
/// mended the disk, and no peer is to blame.
const DISK_AGAIN: u64 = 5_000;

/// Fetches under way.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    asking: Asking,
    fresh: Fresh,
    awaited: Awaited,
    /// What came with its entry and is on its way to the disk: nobody is asked for it.
    keeping: BTreeSet<ContentHash>,
    /// Until when nothing is fetched: the disk took nothing.
    not_before: Moment,
    /// Where the next step goes on: the last attachment looked at.
    looked_at: Option<ContentHash>,
    /// Until when nobody may be asked for anything that is missing, unless anything happens.
    rests_until: Moment,
}

impl Fetches {
    /// Somebody new is there: everybody may be asked again.
    pub(super) fn retry(&mut self) {
        self.asking.retry();
        self.stir();
    }

    /// Something has happened after which somebody may be asked.
    fn stir(&mut self) {
        self.rests_until = Moment::default();
    }

    /// It is missing, and somebody may be asked for it.
    fn add(&mut self, missing: Missing) {
        self.fresh.add(missing);
        self.stir();
    }
}

/// An attachment that is missing here.
#[derive(Clone, Copy, Debug)]
struct Missing {
    hash: ContentHash,
    /// In bytes.
    size: u64,
    /// Who wrote the entry that names it: it has the content, unless it has dropped it.
    author: NodeKey,
}

impl Missing {
    fn parse(key: &[u8], value: &[u8]) -> Option<Self> {
        let hash = ContentHash::try_from(key.get(MISSING.len()..)?).ok()?;
        let (size, author) = value.split_first_chunk()?;
        Some(Self { hash, size: u64::from_be_bytes(*size), author: NodeKey::from_bytes(author.try_into().ok()?) })
    }

    fn value(&self) -> Vec<u8> {
        [&self.size.to_be_bytes()[..], self.author.as_bytes()].concat()
    }
}

/// Attachments that are missing here, at most `limit`, with their sizes in bytes.
pub fn missing(state: &impl State, limit: usize) -> Result<Vec<(ContentHash, u64)>, StateError> {
    Ok(missing_after(state, None, limit)?.into_iter().map(|missing| (missing.hash, missing.size)).collect())
}

fn missing_after(state: &impl State, after: Option<&ContentHash>, limit: usize) -> Result<Vec<Missing>, StateError> {
    let pairs = state.scan(MISSING, after.map(key).as_deref(), limit)?;
    Ok(pairs.iter().filter_map(|(key, value)| Missing::parse(key, value)).collect())
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
                self.note_missing(storage, entry)?;
            } else if let Some(waiting) = book::read_entry(storage, &one.located)? {
                self.note_missing(storage, &waiting)?;
            }
        }
        Ok(())
    }

    fn note_missing<S: Storage>(&mut self, storage: &mut S, entry: &Entry) -> Result<(), StateError> {
        for attachment in &entry.header().attachments {
            if attachment.size <= WHOLE_MAX && !storage.holds_attachment(&attachment.hash) {
                let missing = Missing { hash: attachment.hash, size: attachment.size, author: entry.header().author };
                storage.put(key(&missing.hash), missing.value())?;
                if !self.fetches.keeping.contains(&missing.hash) {
                    self.fetches.add(missing);
                }
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
        self.fetches.asking.settled(hash);
        self.fetches.keeping.remove(hash);
        storage.remove(&key(hash))?;
        for peer in self.fetches.awaited.settled(hash) {
            self.tell_held(peer, *hash, out);
        }
        self.plan_fetches(storage, now, out)?;
        self.fetch_missing(storage, now, out)
    }

    /// The content of an attachment came with its entry. Its entry does not wait for it on its way to the others.
    pub(super) fn keep<S: Storage>(&mut self, storage: &S, hash: ContentHash, content: Vec<u8>, out: &mut Vec<Effect>) {
        if !storage.holds_attachment(&hash) && self.fetches.keeping.insert(hash) {
            out.push(Effect::Keep { hash, content });
        }
    }

    /// The disk did not take what came.
    pub(super) fn not_kept<S: Storage>(
        &mut self,
        storage: &S,
        hash: &ContentHash,
        now: Moment,
    ) -> Result<(), StateError> {
        self.fetches.keeping.remove(hash);
        self.fetches.asking.settled(hash);
        self.fetches.not_before = now.plus(DISK_AGAIN);
        self.freshen(storage, hash)
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
        self.fetches.asking.failed(hash, peer, now);
        self.freshen(storage, &hash)?;
        self.plan_fetches(storage, now, out)
    }

    /// Somebody else may be asked for an attachment at once, if it is missing.
    fn freshen<S: Storage>(&mut self, storage: &S, hash: &ContentHash) -> Result<(), StateError> {
        let value = storage.get(&key(hash))?;
        if let Some(missing) = value.and_then(|value| Missing::parse(&key(hash), &value)) {
            self.fetches.add(missing);
        }
        Ok(())
    }

    /// A peer asks for what is not held here: it hears of it when it is.
    pub(super) fn asked_in_vain<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        hash: ContentHash,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        if storage.holds_attachment(&hash) {
            // It has come since.
            self.tell_held(peer, hash, out);
        } else if storage.get(&key(&hash))?.is_some() {
            self.fetches.awaited.by(peer, hash);
        }
        Ok(())
    }

    fn tell_held(&mut self, peer: NodeKey, hash: ContentHash, out: &mut Vec<Effect>) {
        self.send(peer, Body::Held(v1::Held { attachments: vec![hash.as_bytes().to_vec()] }), out);
    }

    /// A peer that was asked in vain holds attachments now: it is asked again.
    pub(super) fn held_now<S: Storage>(
        &mut self,
        storage: &mut S,
        peer: NodeKey,
        message: &v1::Held,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        for hash in &message.attachments {
            let Ok(hash) = ContentHash::try_from(hash.as_slice()) else { return Ok(Err(Fault::Malformed("hash"))) };
            self.fetches.asking.holds_now(&hash, &peer);
            self.freshen(storage, &hash)?;
        }
        self.plan_fetches(storage, now, out)?;
        Ok(Ok(()))
    }

    /// A peer has begun to send an attachment.
    pub(super) fn fetch_began(&mut self, peer: NodeKey, hash: ContentHash) {
        self.fetches.asking.began(hash, peer);
    }

    /// Whether anybody is there to be asked who is asked for nothing else, and one more fetch may begin.
    fn may_ask(&self, now: Moment) -> bool {
        let asking = &self.fetches.asking;
        let takes = now >= self.fetches.not_before;
        takes && !asking.is_full(now) && self.sessions.keys().any(|peer| !asking.is_busy(peer))
    }

    /// Asks idle peers for what entries named lately, the authors in turn.
    pub(super) fn plan_fetches<S: Storage>(
        &mut self,
        storage: &mut S,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        while self.may_ask(now) {
            let Some(missing) = self.fetches.fresh.next() else { break };
            self.ask_for(storage, &missing, now, out)?;
        }
        Ok(())
    }

    /// Asks for anything that is missing, step by step through all of it: what nobody near has must not stand before the
    /// rest. A step reads a good part of the index: it is taken once in a tick, and when something came.
    pub(super) fn fetch_missing<S: Storage>(
        &mut self,
        storage: &mut S,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        if now < self.fetches.rests_until || !self.may_ask(now) {
            return Ok(());
        }
        let (mut last, mut looked_at, mut passed) = (self.fetches.looked_at.take(), 0, 0);
        // Of an author that names too many by a later tick one more may be asked for.
        let (is_whole, mut is_vain) = (last.is_none(), false);
        while passed < STEP_OVER {
            let part = missing_after(storage, last.as_ref(), STEP)?;
            for missing in &part {
                if looked_at == STEP || !self.may_ask(now) {
                    self.fetches.looked_at = last;
                    return Ok(());
                }
                last = Some(missing.hash);
                is_vain |= self.fetches.asking.is_vain(&missing.author, now);
                looked_at += usize::from(self.ask_for(storage, missing, now, out)?);
            }
            if part.len() < STEP {
                // All of it was looked at: the next step begins anew.
                if is_whole && !is_vain && looked_at == 0 {
                    self.fetches.rests_until = self.fetches.asking.next_turn(now);
                }
                return Ok(());
            }
            passed += part.len();
        }
        self.fetches.looked_at = last;
        Ok(())
    }

    /// Asks a peer for an attachment, if one is free that may have it. False when nobody may be asked for it now.
    fn ask_for<S: Storage>(
        &mut self,
        storage: &mut S,
        missing: &Missing,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<bool, StateError> {
        let Missing { hash, size, author } = *missing;
        if storage.holds_attachment(&hash) {
            storage.remove(&key(&hash))?;
            return Ok(true);
        }
        let may = !self.fetches.keeping.contains(&hash) && !self.fetches.asking.is_vain(&author, now);
        if !may || !self.fetches.asking.may_begin(&hash, now) {
            return Ok(false);
        }
        let chosen = self.fetches.asking.choose(&hash, &author, &self.likely_holders(missing), now);
        out.extend(chosen.map(|peer| Effect::Fetch { peer, hash, size }));
        Ok(true)
    }

    /// The connected peers, the author first; the others in an order that spreads the attachments over them, so that
    /// not all nodes ask the same one.
    fn likely_holders(&self, missing: &Missing) -> Vec<NodeKey> {
        let mut peers: Vec<NodeKey> = self.sessions.keys().copied().collect();
        peers.sort_by_cached_key(|peer| (*peer != missing.author, distance(peer, &missing.hash)));
        peers
    }

    /// Fetches from a peer that is gone come to nothing.
    pub(super) fn drop_fetches(&mut self, peer: &NodeKey) {
        self.fetches.stir();
        self.fetches.asking.gone(peer);
        self.fetches.awaited.gone(peer);
    }
}

/// A number that differs from peer to peer and from attachment to attachment.
fn distance(peer: &NodeKey, hash: &ContentHash) -> [u8; 32] {
    *blake3::Hasher::new().update(peer.as_bytes()).update(hash.as_bytes()).finalize().as_bytes()
}
