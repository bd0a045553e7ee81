//! The node's part in sealing (`docs/design.md` §5): it reads grants and what they open, draws a key when none is fit, wraps
//! keys for readers who lack them, and asks for its own.
//!
//! Whoever holds a key can wrap it for a reader who lacks it, and all of them see that it does. They take turns, in an order
//! that differs from key to key: the first does it at once, the next only when the one before has not.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::event::{Effect, WriteError};
use crate::acts::{Act, GrantAct, Kind, RequestAct};
use crate::id::{EntryId, KeyId, NodeKey, SealingId};
use crate::ledger::{Attachment, Audience, Draft, Priority};
use crate::registers::{self, Changes, Reader, audience_keys};
use crate::seal::grant::{Grant, WRAPS_MAX};
use crate::seal::ring::Claim;
use crate::seal::{AudienceKey, Granted, Ring, SealedAudience, SealingKey, Slot, payload};
use crate::state::{StateError, Storage};
use crate::time::{Millis, Moment};

/// Milliseconds of a turn: time for a grant to be written and to reach whoever is connected.
const TURN: u64 = 60_000;
/// Milliseconds without any key of the region after which the node asks: who holds one has had many turns by then.
const PATIENCE: u64 = 60 * 60_000;
/// Milliseconds in which a node is answered once: each answer is as many grants as it is entitled to keys.
const ANSWERED: u64 = 60 * 60_000;

/// What the node knows of audience keys.
#[derive(Debug)]
pub(super) struct Sealing {
    pub(super) ring: Ring,
    /// Keys drawn here whose grants are on their way to the disk, each with whom it is for.
    drawn: BTreeMap<SealedAudience, (AudienceKey, BTreeSet<SealingId>)>,
    /// The last request of each node.
    requests: BTreeMap<NodeKey, Request>,
    /// Since when something is owed.
    owed: BTreeMap<Debt, Moment>,
    /// Whether grants, requests or rules have come since it was last planned.
    stirred: bool,
    /// Since when the node has no key of the region.
    lacking: Option<Moment>,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    id: EntryId,
    clock: Millis,
    answered: Option<Moment>,
}

/// Something that a holder of a key owes: wraps for readers who have none, or an answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Debt {
    key: KeyId,
    request: Option<EntryId>,
}

/// A grant that this node's turn has come to make.
struct Due {
    key: AudienceKey,
    audience: SealedAudience,
    readers: BTreeMap<SealingId, SealingKey>,
    answers: Option<EntryId>,
}

impl Sealing {
    pub(super) fn new(ring: Ring) -> Self {
        let (drawn, requests, owed) = Default::default();
        Self { ring, drawn, requests, owed, stirred: true, lacking: None }
    }

    /// The rules have changed: others write and read.
    pub(super) fn stir(&mut self, authors: impl Iterator<Item = NodeKey>) {
        self.stirred = true;
        self.ring.know_authors(authors);
    }

    /// The disk takes nothing: no grant that was on its way to it will come.
    pub(super) fn forget_drawn(&mut self) {
        self.drawn.clear();
    }
}

impl Node {
    /// By what acts are read and judged.
    #[must_use]
    pub const fn reader(&self) -> Reader<'_> {
        Reader { rules: &self.rules, ring: &self.sealing.ring }
    }

    /// The audience keys that the node holds.
    #[must_use]
    pub const fn ring(&self) -> &Ring {
        &self.sealing.ring
    }

    /// Whether others wait for keys that this node might give them.
    #[must_use]
    pub fn owes_keys(&self) -> bool {
        self.sealing.stirred || !self.sealing.owed.is_empty()
    }

    /// Reads all acts on audience keys that are known, once the rules are.
    pub(super) fn load_ring<S: Storage>(&mut self, storage: &mut S) -> Result<(), StateError> {
        let known = audience_keys::all(storage)?;
        self.read_key_acts(storage, known)
    }

    /// Acts were folded: grants among them are read, and what they open is folded.
    pub(super) fn follow<S: Storage>(&mut self, storage: &mut S, changes: Changes) -> Result<(), StateError> {
        if changes.keys.is_empty() { Ok(()) } else { self.read_key_acts(storage, changes.keys.into_iter().collect()) }
    }

    fn read_key_acts<S: Storage>(&mut self, storage: &mut S, mut acts: Vec<EntryId>) -> Result<(), StateError> {
        self.sealing.stirred = true;
        let mut gained = BTreeSet::new();
        while !acts.is_empty() {
            let before = gained.len();
            for id in acts {
                gained.extend(self.read_key_act(storage, id)?);
            }
            acts = if gained.len() > before { self.sealing.ring.openable() } else { Vec::new() };
        }
        for key in gained {
            self.fold_opened(storage, key)?;
        }
        Ok(())
    }

    /// Reads a grant or a request; the key that a grant gave, when it was not held before.
    fn read_key_act<S: Storage>(&mut self, storage: &S, id: EntryId) -> Result<Option<KeyId>, StateError> {
        let read = audience_keys::read(storage, (&self.rules, &self.sealing.ring), &id)?;
        let Some(act) = read else {
            self.sealing.ring.drop_grant(&id);
            self.sealing.requests.retain(|_, request| request.id != id);
            return Ok(None);
        };
        match &act.kind {
            Kind::Grant(GrantAct(grant)) => {
                let may = |audience: &SealedAudience| act.charter.in_audience(audience, &act.administration);
                let claim = Claim { in_force: act.in_force, may: &may };
                Ok(self.sealing.ring.take(id, grant, Slot::of(self.network, &act.header), &claim))
            }
            Kind::Request(_) if act.in_force => {
                let request = Request { id, clock: act.header.clock, answered: None };
                let last = self.sealing.requests.entry(act.header.author).or_insert(request);
                if (last.clock, last.id) < (request.clock, request.id) {
                    *last = Request { answered: last.answered, ..request };
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Folds what came sealed with a key that is held only now.
    fn fold_opened<S: Storage>(&mut self, storage: &mut S, key: KeyId) -> Result<(), StateError> {
        self.sealing.drawn.retain(|_, (drawn, _)| drawn.id() != key);
        for (author, tag) in self.sealing.ring.tags_of(&key) {
            let changes = registers::admit_unread(storage, self.reader(), (&author, &tag))?;
            if !changes.objects.is_empty() {
                self.hashes = super::Hashes::Behind;
            }
        }
        Ok(())
    }

    /// Seals an act for its readers, for the entry that this node writes next: the payload, and what its header says.
    pub(super) fn seal(
        &mut self,
        plain: &[u8],
        audience: &SealedAudience,
        clock: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<(Vec<u8>, Audience), WriteError> {
        let key = self.key_for(audience, clock, out)?;
        let slot = self.own.slot(self.network);
        let sealed = payload::seal(&key, Some(audience), &slot, plain, &mut self.rng)?;
        Ok((sealed, Audience::Sealed(key.tag(&self.key))))
    }

    /// The key with which this node seals to an audience. When none is fit it draws one and grants it to all readers, before
    /// what is sealed with it.
    fn key_for(
        &mut self,
        audience: &SealedAudience,
        clock: Millis,
        out: &mut Vec<Effect>,
    ) -> Result<AudienceKey, WriteError> {
        let readers = self.rules.readers(audience);
        if !self.sealing.ring.is_among(&readers) {
            return Err(WriteError::NoSealingKey);
        }
        if let Some(key) = self.sealing.ring.current(audience, &readers) {
            return Ok(key.clone());
        }
        let ids: BTreeSet<SealingId> = readers.keys().copied().collect();
        if let Some((key, drawn_for)) = self.sealing.drawn.get(audience)
            && *drawn_for == ids
        {
            return Ok(key.clone());
        }
        let readers = readers.into_iter().map(|(id, (_, key))| (id, key.clone())).collect();
        let key = AudienceKey::draw(&mut self.rng);
        self.grant(Due { key: key.clone(), audience: audience.clone(), readers, answers: None }, clock, out)?;
        self.sealing.drawn.insert(audience.clone(), (key.clone(), ids));
        Ok(key)
    }

    /// Writes grants of a key, as many as it takes.
    fn grant(&mut self, due: Due, clock: Millis, out: &mut Vec<Effect>) -> Result<(), WriteError> {
        let Due { key, audience, readers, answers } = due;
        let ids: Vec<SealingId> = readers.keys().copied().collect();
        for part in ids.chunks(WRAPS_MAX) {
            let recipients = part.iter().copied().collect();
            let granted = Granted { key: key.clone(), audience: audience.clone(), recipients, answers };
            let grant = Grant::seal(&granted, &readers, &self.own.slot(self.network), &mut self.rng)?;
            self.say(Kind::Grant(GrantAct(grant)), clock, out)?;
        }
        Ok(())
    }

    /// Writes an act of the node itself, which nobody waits for.
    fn say(&mut self, kind: Kind, clock: Millis, out: &mut Vec<Effect>) -> Result<(), WriteError> {
        let mandate = self.rules.mandate_of(&self.key).ok_or(WriteError::NotMandated)?.hash;
        let draft = Draft {
            payload: Act::opening(kind).map_err(WriteError::Act)?.encode(),
            place: 0,
            priority: Priority::Routine,
            audience: Audience::Public,
            attachments: Vec::<Attachment>::new(),
            charter: self.rules.charter_hash(),
            mandate,
            clock,
        };
        let entry = self.own.write(draft, &self.secret, &self.network);
        self.take_own(entry, None, out);
        Ok(())
    }

    /// Pays what is owed, when this node's turn has come.
    pub(super) fn plan_grants(&mut self, clock: Millis, now: Moment, out: &mut Vec<Effect>) {
        self.ask_for_keys(clock, now, out);
        if !self.sealing.stirred && self.sealing.owed.is_empty() || self.intake.is_refused(now) {
            return;
        }
        self.sealing.stirred = false;
        let mut owed = BTreeMap::new();
        let mut due = Vec::new();
        for (debt, turn, one) in self.debts(now) {
            let since = self.sealing.owed.get(&debt).copied().unwrap_or(now);
            owed.insert(debt, since);
            if now.since(since) >= turn {
                due.push(one);
            }
        }
        self.sealing.owed = owed;
        for one in due {
            if let Some(answered) = one.answers {
                for request in self.sealing.requests.values_mut().filter(|request| request.id == answered) {
                    request.answered = Some(now);
                }
            }
            // What this node may not write, another will.
            if self.grant(one, clock, out).is_err() {
                return;
            }
        }
    }

    /// What holders of this node's keys owe, with the milliseconds after which it is this node's turn.
    fn debts(&self, now: Moment) -> Vec<(Debt, u64, Due)> {
        let ring = &self.sealing.ring;
        let mut debts = Vec::new();
        for audience in ring.audiences() {
            let readers = self.rules.readers(&audience);
            if !ring.is_among(&readers) {
                continue;
            }
            let of = |ids: &BTreeSet<SealingId>| -> BTreeMap<SealingId, SealingKey> {
                readers.iter().filter(|(id, _)| ids.contains(id)).map(|(id, (_, key))| (*id, (*key).clone())).collect()
            };
            for (key, missing) in ring.owed(&audience, &readers) {
                let holders = readers.iter().filter(|(id, _)| !missing.contains(id)).map(|(_, (node, _))| node);
                let turn = TURN * self.rank(&key.id(), holders);
                let debt = Debt { key: key.id(), request: None };
                debts.push((debt, turn, Due { audience: audience.clone(), readers: of(&missing), answers: None, key }));
            }
            for (node, request) in self.sealing.requests.iter().filter(|(node, _)| **node != self.key) {
                let asks: BTreeSet<SealingId> =
                    readers.iter().filter(|(_, (reader, _))| reader == node).map(|(id, _)| *id).collect();
                let answered = request.answered.is_some_and(|answered| now.since(answered) < ANSWERED);
                if asks.is_empty() || answered {
                    continue;
                }
                let others = || readers.values().map(|(reader, _)| reader).filter(|reader| *reader != node);
                for key in ring.granted(&audience, &readers).filter(|key| !ring.answers(&key.id(), &request.id)) {
                    let debt = Debt { key: key.id(), request: Some(request.id) };
                    let (readers, answers) = (of(&asks), Some(request.id));
                    let turn = TURN * self.rank(&key.id(), others());
                    debts.push((debt, turn, Due { key: key.clone(), audience: audience.clone(), readers, answers }));
                }
            }
        }
        debts
    }

    /// How many of these nodes come before this one, for this key.
    fn rank<'a>(&self, key: &KeyId, holders: impl Iterator<Item = &'a NodeKey>) -> u64 {
        let order = |node: &NodeKey| {
            let mut hasher = blake3::Hasher::new_derive_key("palabre/turn/1");
            *hasher.update(key.as_bytes()).update(node.as_bytes()).finalize().as_bytes()
        };
        let own = order(&self.key);
        holders.filter(|holder| order(holder) < own).count() as u64
    }

    /// Asks for keys when, after a while, none of the region has come though others grant.
    fn ask_for_keys(&mut self, clock: Millis, now: Moment, out: &mut Vec<Effect>) {
        let region = SealedAudience::Region;
        let ring = &self.sealing.ring;
        let lacks = ring.closed() > 0
            && ring.keys_of(&region).next().is_none()
            && ring.is_among(&self.rules.readers(&region))
            && !self.sealing.requests.contains_key(&self.key);
        if !lacks {
            self.sealing.lacking = None;
            return;
        }
        let since = *self.sealing.lacking.get_or_insert(now);
        if now.since(since) >= PATIENCE && !self.intake.is_refused(now) && self.request_keys(clock, out).is_ok() {
            self.sealing.lacking = Some(now);
        }
    }

    /// Asks whoever holds keys that this node is entitled to.
    pub(super) fn request_keys(&mut self, clock: Millis, out: &mut Vec<Effect>) -> Result<(), WriteError> {
        self.say(Kind::Request(RequestAct), clock, out)
    }
}
