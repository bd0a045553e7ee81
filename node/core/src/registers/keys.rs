//! How the registers lie in [`State`].
//!
//! | key | value |
//! |---|---|
//! | `r` object | order of its last act, number of its acts that wait; of the act that opened it: order, status, audience |
//! | `o` object order | nothing: another act of the object, in the order of folding |
//! | `x` author log sequence | object, place, status: what has become of an entry that opened no object |
//! | `w` id object | nothing: an act of the object names this entry, which is not held or not of the object |
//! | `r` object suffix | what is folded: the pairs of the object. No suffix is empty |
//! | `k` register clock id | nothing: the objects of a register, newest first (the clock's complement); of the id its first half |
//! | `t` audience … | the hash tree over the objects: see [`super::tree`] |
//! | `a` audience | its word: a sealed audience that has objects here |
//! | `v` author tag log sequence | nothing: a sealed entry that the node has no key for |
//! | `y` id | nothing: an act on audience keys, whatever has become of it |
//!
//! Only the pairs with a suffix are the state whose hash nodes compare; the rest finds it. Nothing is kept here that the
//! ledger's index ([`crate::ledger::book`]) knows: an order names an entry, and that says its id and where its record lies.
//! What is known of the act that opened an object lies with the object: most objects have no other. Hashes are most of
//! what an index weighs: no compression takes anything off them.

use super::Register;
use super::audience::Audience;
use super::void::Status;
use crate::id::{AudienceTag, EntryId, LogId, LogName, NodeKey, Sequence};
use crate::ledger::{Header, book};
use crate::state::{State, StateError, scan_all};
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

    const fn log(&self) -> LogName {
        LogName { author: self.author, log: self.log }
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// The last act that was folded.
    pub(super) last: Option<Order>,
    /// Acts that wait.
    pub(super) waiting: u64,
    pub(super) opener: Option<Opener>,
    /// That of the act that opened it, and of what is folded of it until it is folded without that act.
    pub(super) audience: Option<Audience>,
}

/// The act that opened an object, which has the object's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opener {
    pub(super) order: Order,
    pub(super) status: Status,
}

impl Summary {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.waiting.to_be_bytes().to_vec();
        bytes.push(u8::from(self.last.is_some()));
        bytes.extend(self.last.map(Order::to_bytes).unwrap_or_default());
        // Most objects are public: nothing stands for that.
        let word = match &self.audience {
            None => "-".to_owned(),
            Some(Audience::Public) => String::new(),
            Some(sealed) => sealed.to_string(),
        };
        // A word has at most 22 codes of 12 letters.
        bytes.extend(u16::try_from(word.len()).unwrap_or(u16::MAX).to_be_bytes());
        bytes.extend(word.into_bytes());
        if let Some(opener) = self.opener {
            bytes.extend(opener.order.to_bytes());
            bytes.extend(opener.status.to_bytes());
        }
        bytes
    }

    fn from_bytes(mut rest: &[u8]) -> Option<Self> {
        let waiting = u64::from_be_bytes(take(&mut rest)?);
        let last = if take(&mut rest)? == [1] { Some(Order::take(&mut rest)?) } else { None };
        let length = usize::from(u16::from_be_bytes(take(&mut rest)?));
        let (word, mut rest) = rest.split_at_checked(length)?;
        let audience = match word {
            b"-" => None,
            b"" => Some(Audience::Public),
            word => Some(Audience::from_word(word)?),
        };
        let opener = if rest.is_empty() { None } else { Some(Opener::take(&mut rest)?) };
        Some(Self { last, waiting, opener, audience })
    }
}

impl Opener {
    fn take(rest: &mut &[u8]) -> Option<Self> {
        Some(Self { order: Order::take(rest)?, status: Status::from_bytes(rest)? })
    }
}

/// Where all objects are, with their pairs.
pub(super) const OBJECTS: &[u8] = b"r";
/// Where the sealed audiences are that have objects here.
const AUDIENCES: &[u8] = b"a";
/// Where the entries are that the node has no key for.
const UNREAD: &[u8] = b"v";
/// Where the acts on audience keys are.
const KEY_ACTS: &[u8] = b"y";

/// The audiences that have objects here.
pub(super) fn audiences(state: &impl State) -> Result<Vec<Audience>, StateError> {
    let mut audiences = vec![Audience::Public];
    for (key, word) in scan_all(state, AUDIENCES)? {
        audiences.push(read(&key, || Audience::from_word(&word))?);
    }
    Ok(audiences)
}

/// Notes a sealed entry that the node has no key for.
pub(super) fn note_unread(state: &mut impl State, header: &Header, tag: &AudienceTag) -> Result<(), StateError> {
    state.put(unread_key(&header.log_name(), tag, header.sequence), Vec::new())
}

/// It can be read now, or has been.
pub(super) fn forget_unread(
    state: &mut impl State,
    (log, sequence): (&LogName, Sequence),
    tag: &AudienceTag,
) -> Result<(), StateError> {
    state.remove(&unread_key(log, tag, sequence))
}

/// The entries of this author with this tag that could not be read, at most `limit`.
pub(super) fn unread(
    state: &impl State,
    author: &NodeKey,
    tag: &AudienceTag,
    limit: usize,
) -> Result<Vec<(LogName, Sequence)>, StateError> {
    let prefix = [UNREAD, author.as_bytes(), tag.as_bytes()].concat();
    let noted = state.scan(&prefix, None, limit)?;
    let of = |key: &[u8]| {
        let mut rest = key.get(prefix.len()..).unwrap_or_default();
        read(key, || {
            let log = LogName { author: *author, log: LogId::from_bytes(take(&mut rest)?) };
            Some((log, Sequence::new(u64::from_be_bytes(take(&mut rest)?))?))
        })
    };
    noted.iter().map(|(key, _)| of(key)).collect()
}

fn unread_key(log: &LogName, tag: &AudienceTag, sequence: Sequence) -> Vec<u8> {
    let place = sequence.get().to_be_bytes();
    [UNREAD, log.author.as_bytes(), tag.as_bytes(), log.log.as_bytes(), &place].concat()
}

/// Notes an act on audience keys.
pub(super) fn note_key_act(state: &mut impl State, id: &EntryId) -> Result<(), StateError> {
    state.put([KEY_ACTS, id.as_bytes().as_slice()].concat(), Vec::new())
}

/// The acts on audience keys.
pub(super) fn key_acts(state: &impl State) -> Result<Vec<EntryId>, StateError> {
    scan_all(state, KEY_ACTS)?.iter().map(|(key, _)| object_of_key(key, KEY_ACTS.len())).collect()
}

/// What has become of the entry with this id; nothing when it has not taken effect here.
pub(super) fn known(state: &impl State, id: &EntryId) -> Result<Option<Known>, StateError> {
    if let Some(opener) = summary(state, id)?.and_then(|summary| summary.opener) {
        return Ok(Some(Known { object: *id, order: opener.order, status: opener.status }));
    }
    let Some((log, sequence)) = book::place_of(state, id)? else { return Ok(None) };
    known_on(state, &log, sequence)
}

/// As [`known`], of an act of `object` that has not opened it and stands there.
pub(super) fn known_at(state: &impl State, order: &Order) -> Result<Option<Known>, StateError> {
    known_on(state, &order.log(), order.sequence)
}

/// What has become of the entry that stands there and opened no object.
fn known_on(state: &impl State, log: &LogName, sequence: Sequence) -> Result<Option<Known>, StateError> {
    let key = known_key(log, sequence);
    let Some(value) = state.get(&key)? else { return Ok(None) };
    let mut rest = value.as_slice();
    let parsed = || {
        let object = EntryId::from_bytes(take(&mut rest)?);
        let place = u64::from_be_bytes(take(&mut rest)?);
        let order = Order { place, author: log.author, log: log.log, sequence };
        Some(Known { object, order, status: Status::from_bytes(rest)? })
    };
    read(&key, parsed).map(Some)
}

/// Sets the status of a filed act that opened no object.
pub(super) fn set_known(state: &mut impl State, known: &Known) -> Result<(), StateError> {
    let Known { object, order, status } = known;
    let value = [object.as_bytes().as_slice(), &order.place.to_be_bytes(), &status.to_bytes()].concat();
    state.put(known_key(&order.log(), order.sequence), value)
}

pub(super) fn summary(state: &impl State, object: &EntryId) -> Result<Option<Summary>, StateError> {
    let key = pairs_prefix(object);
    state.get(&key)?.map(|value| summary_of(&key, &value)).transpose()
}

/// The summary in a value.
pub(super) fn summary_of(key: &[u8], value: &[u8]) -> Result<Summary, StateError> {
    read(key, || Summary::from_bytes(value))
}

/// Changes what is known of an object; where nothing is left, it goes.
pub(super) fn change_summary(
    state: &mut impl State,
    object: &EntryId,
    change: impl FnOnce(&mut Summary),
) -> Result<(), StateError> {
    let before = summary(state, object)?;
    let mut now = before.clone().unwrap_or_default();
    change(&mut now);
    set_summary(state, object, before.as_ref(), &now)
}

/// Writes what is known of an object where it differs from what was; where nothing is left, it goes.
pub(super) fn set_summary(
    state: &mut impl State,
    object: &EntryId,
    before: Option<&Summary>,
    now: &Summary,
) -> Result<(), StateError> {
    if before == Some(now) {
        return Ok(());
    }
    if now.last.is_none() && now.opener.is_none() {
        return state.remove(&pairs_prefix(object));
    }
    state.put(pairs_prefix(object), now.to_bytes())
}

/// An act of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filed {
    pub(super) id: EntryId,
    pub(super) order: Order,
}

/// Files an act for these readers, which waits to be judged; false when it is filed already.
pub(super) fn file(
    state: &mut impl State,
    object: &EntryId,
    act: &Filed,
    audience: &Audience,
) -> Result<bool, StateError> {
    if act.id == *object {
        let before = summary(state, object)?;
        if before.as_ref().is_some_and(|before| before.opener.is_some()) {
            return Ok(false);
        }
        if let Audience::Sealed(_) = audience {
            state.put([AUDIENCES, &audience.mark()].concat(), audience.to_string().into_bytes())?;
        }
        let opener = Some(Opener { order: act.order, status: Status::Waiting });
        let now = Summary { opener, audience: Some(audience.clone()), ..before.clone().unwrap_or_default() };
        return set_summary(state, object, before.as_ref(), &now).map(|()| true);
    }
    if known_at(state, &act.order)?.is_some() {
        return Ok(false);
    }
    state.put(act_key(object, &act.order), Vec::new())?;
    set_known(state, &Known { object: *object, order: act.order, status: Status::Waiting })?;
    Ok(true)
}

/// Takes an act out of its object, and forgets what is known of it.
pub(super) fn unfile(state: &mut impl State, id: &EntryId, known: &Known) -> Result<(), StateError> {
    if known.object == *id {
        return change_summary(state, id, |summary| summary.opener = None);
    }
    state.remove(&known_key(&known.order.log(), known.order.sequence))?;
    state.remove(&act_key(&known.object, &known.order))
}

/// At most `limit` acts of `object` after one of them, in the order of folding.
pub(super) fn filed_after(
    state: &impl State,
    object: &EntryId,
    after: Option<&Order>,
    limit: usize,
) -> Result<Vec<Filed>, StateError> {
    let from = after.map(|order| act_key(object, order));
    let pairs = state.scan(&[b"o", object.as_bytes().as_slice()].concat(), from.as_deref(), limit)?;
    let mut acts = pairs.iter().map(|(key, _)| filed(state, key)).collect::<Result<Vec<_>, _>>()?;
    if let Some(opener) = opener(state, object)?.filter(|opener| Some(&opener.order) > after) {
        let place = acts.partition_point(|act| act.order < opener.order);
        acts.insert(place, opener);
        acts.truncate(limit);
    }
    Ok(acts)
}

/// The act that opened `object`, when it is filed.
fn opener(state: &impl State, object: &EntryId) -> Result<Option<Filed>, StateError> {
    let opener = summary(state, object)?.and_then(|summary| summary.opener);
    Ok(opener.map(|opener| Filed { id: *object, order: opener.order }))
}

/// The act under such a key. What is filed is held, so the ledger knows it.
fn filed(state: &impl State, key: &[u8]) -> Result<Filed, StateError> {
    let mut rest = key.get(1 + EntryId::LEN..).unwrap_or_default();
    let order = read(key, || Order::take(&mut rest))?;
    let located = book::locate(state, &order.log(), order.sequence)?;
    read(key, || located.map(|located| Filed { id: located.id, order }))
}

/// Notes that `object` must be folded again when `entry` takes effect or loses it.
pub(super) fn await_entry(state: &mut impl State, entry: &EntryId, object: &EntryId) -> Result<(), StateError> {
    state.put([b"w", entry.as_bytes().as_slice(), object.as_bytes()].concat(), Vec::new())
}

/// The objects that must be folded again because of `entry`. Their notes are taken away: folding writes them again.
pub(super) fn take_awaiting(state: &mut impl State, entry: &EntryId) -> Result<Vec<EntryId>, StateError> {
    let prefix = [b"w", entry.as_bytes().as_slice()].concat();
    let mut objects = Vec::new();
    for (key, _) in scan_all(state, &prefix)? {
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

/// The prefix of the pairs of an object, and the key of its summary.
pub(super) fn pairs_prefix(object: &EntryId) -> Vec<u8> {
    [OBJECTS, object.as_bytes()].concat()
}

/// The object and the suffix in the key of a pair; the suffix of a summary is empty.
pub(super) fn object_and_suffix(key: &[u8]) -> Result<(EntryId, &[u8]), StateError> {
    Ok((object_of_key(key, 1)?, key.get(1 + EntryId::LEN..).unwrap_or_default()))
}

pub(super) fn listing_prefix(register: Register) -> Vec<u8> {
    vec![b'k', register.number()]
}

/// Bytes of an id in a list: no two that anybody can make begin so.
const LISTED: usize = 16;

/// Newest first: the complement of the clock.
pub(super) fn listing_key(register: Register, opened: Millis, object: &EntryId) -> Vec<u8> {
    let beginning = &object.as_bytes()[..LISTED];
    [&listing_prefix(register), (!opened.0).to_be_bytes().as_slice(), beginning].concat()
}

/// The object under such a key: the entry that opened it, which the ledger knows.
pub(super) fn listed(state: &impl State, key: &[u8]) -> Result<EntryId, StateError> {
    let beginning = key.get(2 + size_of::<u64>()..).unwrap_or_default();
    let ids = book::ids_with_prefix(state, beginning, 1)?;
    read(key, || ids.first().copied())
}

fn known_key(log: &LogName, sequence: Sequence) -> Vec<u8> {
    [b"x", log.author.as_bytes().as_slice(), log.log.as_bytes(), &sequence.get().to_be_bytes()].concat()
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
