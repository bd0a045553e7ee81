//! The audience keys that a node holds: what it could open of the grants in its ledger (`docs/design.md` §5).
//!
//! * **Reading.** A key opens what was sealed with it, whatever has become of the grants that gave it: honest authors may
//!   have sealed with it before its grant lost its effect.
//! * **Writing.** A key is *fit* for an audience when a grant in force gives it for that audience, and whoever may know it
//!   is in the audience now: the author of each of its grants, and each recipient that one of them names. So a removal
//!   leaves no fit key, and the next writer draws a new one. Of several fit keys (drawn on both sides of a partition) the
//!   one with the lowest id serves.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::grant::{Grant, Granted};
use super::key::KEY_LEN;
use super::{AudienceKey, SealedAudience, SealingKey, SealingSecret, Slot, payload};
use crate::charter::Readers;
use crate::id::{AudienceTag, EntryId, KeyId, NetworkId, NodeKey, SealingId};
use crate::ledger::{Audience, Header};

/// A node's keys.
#[derive(Clone, Debug)]
pub struct Ring {
    network: NetworkId,
    secrets: Vec<SealingSecret>,
    keys: BTreeMap<KeyId, Held>,
    closed: BTreeMap<EntryId, Closed>,
    authors: BTreeSet<NodeKey>,
    tags: HashMap<AudienceTag, KeyId>,
}

/// A key that is held, with the grants that gave it.
#[derive(Clone, Debug)]
struct Held {
    key: AudienceKey,
    grants: BTreeMap<EntryId, Opened>,
}

/// A grant that the node has opened, by whoever might make it.
#[derive(Clone, Debug)]
struct Opened {
    granted: Granted,
    author: NodeKey,
    in_force: bool,
}

/// A grant that it cannot open. It may be one of a key that comes some other way: then it says who else has that.
#[derive(Clone, Debug)]
struct Closed {
    grant: [u8; KEY_LEN],
    slot: Slot,
}

/// What the rules say of a grant.
pub struct Claim<'a> {
    /// Whether it has effect: by a key that nobody gives any more, nothing is written.
    pub in_force: bool,
    /// Whether its author may give a key for an audience.
    pub may: &'a dyn Fn(&SealedAudience) -> bool,
}

/// What a sealed payload was found to be.
#[derive(Clone, Debug)]
pub struct Unsealed {
    /// Whom it was sealed for.
    pub audience: SealedAudience,
    /// What it says; nothing when it does not open for any audience that its key is granted for.
    pub plain: Option<Vec<u8>>,
}

impl Ring {
    /// A ring without keys, of a node with these sealing secrets.
    #[must_use]
    pub fn new(network: NetworkId, secrets: Vec<SealingSecret>) -> Self {
        let (keys, closed, authors, tags) = Default::default();
        Self { network, secrets, keys, closed, authors, tags }
    }

    /// The sealing keys to which grants for this node are wrapped.
    pub fn own(&self) -> impl Iterator<Item = SealingKey> {
        self.secrets.iter().map(SealingSecret::public)
    }

    /// Whether a reader among these is this node, with a sealing key whose secret it has.
    #[must_use]
    pub fn is_among(&self, readers: &Readers<'_>) -> bool {
        self.secrets.iter().any(|secret| readers.contains_key(&secret.public().id()))
    }

    /// These nodes write, or have written.
    pub fn know_authors(&mut self, authors: impl Iterator<Item = NodeKey>) {
        for author in authors {
            if self.authors.insert(author) {
                self.tags.extend(self.keys.iter().map(|(id, held)| (held.key.tag(&author), *id)));
            }
        }
    }

    /// Takes a grant that stands in this slot, in place of what was known of it; the key that it gave,
    /// when that was not held.
    pub fn take(&mut self, id: EntryId, grant: &Grant, slot: Slot, claim: &Claim<'_>) -> Option<KeyId> {
        self.drop_grant(&id);
        let held = |held: &&Held| held.key.commitment(&slot) == *grant.commitment();
        let by_key = self.keys.values().find(held).map(|held| grant.open_with(held.key.clone(), &slot));
        let by_secret = || self.secrets.iter().find_map(|secret| grant.open(secret, &slot).transpose());
        match by_key.or_else(by_secret) {
            Some(Ok(granted)) if (claim.may)(&granted.audience) => {
                self.hold(id, Opened { granted, author: slot.log.author, in_force: claim.in_force })
            }
            // What opens and is malformed, or is given by who may not, is no grant.
            Some(_) => None,
            None => {
                self.closed.insert(id, Closed { grant: *grant.commitment(), slot });
                None
            }
        }
    }

    /// The grant counts no more. The key that it gave stays: what was sealed with it can be read.
    pub fn drop_grant(&mut self, id: &EntryId) {
        self.closed.remove(id);
        for held in self.keys.values_mut() {
            held.grants.remove(id);
        }
    }

    fn hold(&mut self, id: EntryId, opened: Opened) -> Option<KeyId> {
        let key = opened.granted.key.clone();
        let new = !self.keys.contains_key(&key.id());
        let held = self.keys.entry(key.id()).or_insert_with(|| Held { key: key.clone(), grants: BTreeMap::new() });
        held.grants.insert(id, opened);
        if new {
            self.tags.extend(self.authors.iter().map(|author| (key.tag(author), key.id())));
        }
        new.then(|| key.id())
    }

    /// The grants that the node could not open when they came, and can by a key that came since: to be taken anew.
    #[must_use]
    pub fn openable(&self) -> Vec<EntryId> {
        let opens = |closed: &&Closed| self.keys.values().any(|held| held.key.commitment(&closed.slot) == closed.grant);
        self.closed.iter().filter(|(_, closed)| opens(closed)).map(|(id, _)| *id).collect()
    }

    /// The tags of what each author seals with a key that is held.
    #[must_use]
    pub fn tags_of(&self, key: &KeyId) -> Vec<(NodeKey, AudienceTag)> {
        let Some(held) = self.keys.get(key) else { return Vec::new() };
        self.authors.iter().map(|author| (*author, held.key.tag(author))).collect()
    }

    /// Opens the payload of an entry; nothing without its key.
    #[must_use]
    pub fn open(&self, header: &Header, sealed: &[u8]) -> Option<Unsealed> {
        let Audience::Sealed(tag) = header.audience else { return None };
        let held = self.keys.get(self.tags.get(&tag)?).filter(|held| held.key.tag(&header.author) == tag)?;
        let slot = Slot::of(self.network, header);
        let audiences: BTreeSet<&SealedAudience> = held.grants.values().map(|one| &one.granted.audience).collect();
        let opened = audiences.iter().find_map(|audience| {
            let plain = payload::open(&held.key, Some(audience), &slot, sealed).ok()?;
            Some(Unsealed { audience: (*audience).clone(), plain: Some(plain.to_vec()) })
        });
        let first = || audiences.first().map(|audience| Unsealed { audience: (*audience).clone(), plain: None });
        opened.or_else(first)
    }

    /// The key that serves for writing to an audience whose readers are these.
    #[must_use]
    pub fn current(&self, audience: &SealedAudience, readers: &Readers<'_>) -> Option<&AudienceKey> {
        let nodes: BTreeSet<&NodeKey> = readers.values().map(|(node, _)| node).collect();
        let inside = |one: &Opened| {
            nodes.contains(&one.author) && one.granted.recipients.iter().all(|id| readers.contains_key(id))
        };
        let gives = |one: &Opened| one.in_force && one.granted.audience == *audience;
        let fit = |held: &&Held| held.grants.values().all(inside) && held.grants.values().any(gives);
        self.keys.values().find(fit).map(|held| &held.key)
    }

    /// The keys of an audience that its readers are entitled to: those that ever served, or the one that serves where
    /// history is not granted.
    pub fn granted<'a>(
        &'a self,
        audience: &'a SealedAudience,
        readers: &Readers<'_>,
    ) -> impl Iterator<Item = &'a AudienceKey> {
        let current = self.current(audience, readers).map(AudienceKey::id);
        self.keys_of(audience).filter(move |key| audience.has_history() || current == Some(key.id()))
    }

    /// For each key that the readers of an audience are entitled to those of them for whom no grant wraps it.
    #[must_use]
    pub fn owed(&self, audience: &SealedAudience, readers: &Readers<'_>) -> Vec<(AudienceKey, BTreeSet<SealingId>)> {
        let mut owed = Vec::new();
        for key in self.granted(audience, readers) {
            let wrapped: BTreeSet<&SealingId> =
                self.given(key, audience).flat_map(|one| &one.granted.recipients).collect();
            let missing: BTreeSet<SealingId> = readers.keys().filter(|id| !wrapped.contains(id)).copied().collect();
            if !missing.is_empty() {
                owed.push((key.clone(), missing));
            }
        }
        owed
    }

    fn given(&self, key: &AudienceKey, audience: &SealedAudience) -> impl Iterator<Item = &Opened> {
        let grants = self.keys.get(&key.id()).into_iter().flat_map(|held| held.grants.values());
        grants.filter(move |one| one.granted.audience == *audience)
    }

    /// Whether a grant of this key answers a request.
    #[must_use]
    pub fn answers(&self, key: &KeyId, request: &EntryId) -> bool {
        let answers = |one: &Opened| one.granted.answers == Some(*request);
        self.keys.get(key).is_some_and(|held| held.grants.values().any(answers))
    }

    /// The audiences that the node has keys for.
    #[must_use]
    pub fn audiences(&self) -> BTreeSet<SealedAudience> {
        let grants = self.keys.values().flat_map(|held| held.grants.values());
        grants.map(|one| one.granted.audience.clone()).collect()
    }

    /// The keys that the node has for an audience.
    pub fn keys_of(&self, audience: &SealedAudience) -> impl Iterator<Item = &AudienceKey> {
        let of = |held: &&Held| held.grants.values().any(|one| one.granted.audience == *audience);
        self.keys.values().filter(of).map(|held| &held.key)
    }

    /// Grants that the node cannot open.
    #[must_use]
    pub fn closed(&self) -> usize {
        self.closed.len()
    }
}
