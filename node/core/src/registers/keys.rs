//! How the registers lie in [`State`].
//!
//! | key | value |
//! |---|---|
//! | `o` object order | id, position: an act of the object, in the order of folding |
//! | `b` object | audience, order of its last act, number of its acts that wait |
//! | `x` id | object, order, status: what has become of an entry |
//! | `w` id object | nothing: an act of the object names this entry, which is not held or not of the object |
//! | `r` object suffix | what is folded: the pairs of the object |
//! | `k` register clock id | nothing: the objects of a register, newest first (the clock's complement) |
//! | `t` audience … | the hash tree over the objects: see [`super::tree`] |
//!
//! Only `r` is the state whose hash nodes compare; the rest finds it.

use super::Register;
use super::audience::Audience;
use super::void::Status;
use crate::id::{EntryId, LogId, NodeKey, Sequence};
use crate::ledger::Header;
use crate::state::{Position, State, StateError};
use crate::time::Millis;

/// Where an act stands among the acts of its object: they are folded in this order (`docs/design.md` §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    pub(super) place: u64,
    pub(super) author: NodeKey,
    pub(super) log: LogId,
    pub(super) sequence: Sequence,
}

impl Order {
    pub(super) const fn of(header: &Header) -> Self {
        Self { place: header.place, author: header.author, log: header.log, sequence: header.sequence }
    }

    /// Big-endian, so that the order of bytes is the order of acts.
    fn to_bytes(self) -> Vec<u8> {
        [
            self.place.to_be_bytes().as_slice(),
            self.author.as_bytes(),
            self.log.as_bytes(),
            &self.sequence.get().to_be_bytes(),
        ]
        .concat()
    }

    fn take(rest: &mut &[u8]) -> Option<Self> {
        Some(Self {
            place: u64::from_be_bytes(take(rest)?),
            author: NodeKey::from_bytes(take(rest)?),
            log: LogId::from_bytes(take(rest)?),
            sequence: Sequence::new(u64::from_be_bytes(take(rest)?))?,
        })
    }
}

/// What is known of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) object: EntryId,
    pub(super) order: Order,
    pub(super) status: Status,
}

/// What is known of an object beside its pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) audience: Audience,
    pub(super) last: Order,
    pub(super) waiting: u64,
}

pub(super) const OBJECTS: &[u8] = b"b";

/// What has become of the entry with this id; nothing when it has not taken effect here.
pub(super) fn known(state: &impl State, id: &EntryId) -> Result<Option<Known>, StateError> {
    let key = known_key(id);
    let Some(value) = state.get(&key)? else { return Ok(None) };
    let mut rest = value.as_slice();
    let parsed = || {
        let object = EntryId::from_bytes(take(&mut rest)?);
        Some(Known { object, order: Order::take(&mut rest)?, status: Status::from_bytes(rest)? })
    };
    read(&key, parsed).map(Some)
}

pub(super) fn set_known(state: &mut impl State, id: &EntryId, known: &Known) -> Result<(), StateError> {
    let value = [known.object.as_bytes().as_slice(), &known.order.to_bytes(), &known.status.to_bytes()].concat();
    state.put(known_key(id), value)
}

pub(super) fn forget_known(state: &mut impl State, id: &EntryId) -> Result<(), StateError> {
    state.remove(&known_key(id))
}

pub(super) fn summary(state: &impl State, object: &EntryId) -> Result<Option<Summary>, StateError> {
    let key = summary_key(object);
    let Some(value) = state.get(&key)? else { return Ok(None) };
    let mut rest = value.as_slice();
    let parsed = || {
        let audience = Audience::from_letter(take::<1>(&mut rest)?[0])?;
        Some(Summary { audience, last: Order::take(&mut rest)?, waiting: u64::from_be_bytes(take(&mut rest)?) })
    };
    read(&key, parsed).map(Some)
}

pub(super) fn set_summary(
    state: &mut impl State,
    object: &EntryId,
    summary: Option<&Summary>,
) -> Result<(), StateError> {
    let Some(summary) = summary else { return state.remove(&summary_key(object)) };
    let value =
        [&[summary.audience.letter()], summary.last.to_bytes().as_slice(), &summary.waiting.to_be_bytes()].concat();
    state.put(summary_key(object), value)
}

/// An act of an object, where its record lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filed {
    pub(super) id: EntryId,
    pub(super) order: Order,
    pub(super) position: Position,
}

pub(super) fn file(state: &mut impl State, object: &EntryId, act: &Filed) -> Result<(), StateError> {
    let value = [act.id.as_bytes().as_slice(), &act.position.to_bytes()].concat();
    state.put(act_key(object, &act.order), value)
}

pub(super) fn unfile(state: &mut impl State, object: &EntryId, order: &Order) -> Result<(), StateError> {
    state.remove(&act_key(object, order))
}

/// The act of `object` that stands at `order`.
pub(super) fn filed(state: &impl State, object: &EntryId, order: &Order) -> Result<Option<Filed>, StateError> {
    let key = act_key(object, order);
    state.get(&key)?.map(|value| parse_filed(&key, &value)).transpose()
}

/// At most `limit` acts of `object` after one of them, in the order of folding.
pub(super) fn filed_after(
    state: &impl State,
    object: &EntryId,
    after: Option<&Order>,
    limit: usize,
) -> Result<Vec<Filed>, StateError> {
    let after = after.map(|order| act_key(object, order));
    let pairs = state.scan(&[b"o", object.as_bytes().as_slice()].concat(), after.as_deref(), limit)?;
    pairs.iter().map(|(key, value)| parse_filed(key, value)).collect()
}

fn parse_filed(key: &[u8], value: &[u8]) -> Result<Filed, StateError> {
    let (mut order, mut rest) = (key.get(1 + EntryId::LEN..).unwrap_or_default(), value);
    let parsed = || {
        Some(Filed {
            order: Order::take(&mut order)?,
            id: EntryId::from_bytes(take(&mut rest)?),
            position: Position::from_bytes(&take::<{ Position::LEN }>(&mut rest)?)?,
        })
    };
    read(key, parsed)
}

/// Notes that `object` must be folded again when `entry` takes effect or loses it.
pub(super) fn await_entry(state: &mut impl State, entry: &EntryId, object: &EntryId) -> Result<(), StateError> {
    state.put([b"w", entry.as_bytes().as_slice(), object.as_bytes()].concat(), Vec::new())
}

/// The objects that must be folded again because of `entry`. Their notes are taken away: folding writes them again.
pub(super) fn take_awaiting(state: &mut impl State, entry: &EntryId) -> Result<Vec<EntryId>, StateError> {
    let prefix = [b"w", entry.as_bytes().as_slice()].concat();
    let mut objects = Vec::new();
    for (key, _) in crate::state::scan_all(state, &prefix)? {
        objects.push(object_of_key(&key, prefix.len())?);
        state.remove(&key)?;
    }
    Ok(objects)
}

/// The object whose id stands in `key` from `at` on.
pub(super) fn object_of_key(key: &[u8], at: usize) -> Result<EntryId, StateError> {
    let mut rest = key.get(at..).unwrap_or_default();
    read(key, || take(&mut rest).map(EntryId::from_bytes))
}

pub(super) fn pairs_prefix(object: &EntryId) -> Vec<u8> {
    [b"r", object.as_bytes().as_slice()].concat()
}

pub(super) fn listing_prefix(register: Register) -> Vec<u8> {
    vec![b'k', register.number()]
}

/// Newest first: the complement of the clock.
pub(super) fn listing_key(register: Register, opened: Millis, object: &EntryId) -> Vec<u8> {
    [&listing_prefix(register), (!opened.0).to_be_bytes().as_slice(), object.as_bytes()].concat()
}

pub(super) fn object_of_listing_key(key: &[u8]) -> Result<EntryId, StateError> {
    object_of_key(key, 2 + size_of::<u64>())
}

fn known_key(id: &EntryId) -> Vec<u8> {
    [b"x", id.as_bytes().as_slice()].concat()
}

pub(super) fn summary_key(object: &EntryId) -> Vec<u8> {
    [OBJECTS, object.as_bytes()].concat()
}

fn act_key(object: &EntryId, order: &Order) -> Vec<u8> {
    [b"o", object.as_bytes().as_slice(), &order.to_bytes()].concat()
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

fn read<T>(key: &[u8], parse: impl FnOnce() -> Option<T>) -> Result<T, StateError> {
    parse().ok_or_else(|| StateError::Damaged { key: hex::encode(key), what: "a field of a register is malformed" })
}
