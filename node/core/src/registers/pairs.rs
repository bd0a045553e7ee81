//! The pairs of one object: what is folded of it, in memory while its acts are applied.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::{Register, keys};
use crate::id::{Code, EntryId, LogId, NodeKey, Sequence};
use crate::ledger::Header;
use crate::state::{State, StateError, scan_all};
use crate::time::Millis;

/// Suffix of the pair that says how the object was opened. Every register has it; its other suffixes are its own,
/// except [`HEAD`] and [`UPHELD`].
pub(super) const OPENED: &[u8] = b"m";
/// Suffix, before an entry id, of the heads: the acts in force that none in force builds on.
pub(super) const HEAD: u8 = b'h';

/// Suffix, before an entry id, of the void acts that are upheld.
pub(super) const UPHELD: u8 = b'u';

/// What is folded of one object. A pair's key is a suffix: the object's name stands before it in the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    object: Option<EntryId>,
    stored: BTreeMap<Vec<u8>, Vec<u8>>,
    now: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Pairs {
    /// The pairs as they are stored.
    pub(super) fn load(state: &impl State, object: &EntryId) -> Result<Self, StateError> {
        let prefix = keys::pairs_prefix(object);
        let with_suffix = scan_all(state, &prefix)?.into_iter().filter(|(key, _)| key.len() > prefix.len());
        let stored: BTreeMap<_, _> = with_suffix.map(|(key, value)| (key[prefix.len()..].to_vec(), value)).collect();
        Ok(Self { object: Some(*object), now: stored.clone(), stored })
    }

    /// An object of which nothing is folded.
    pub(super) fn of_new(object: EntryId) -> Self {
        Self { object: Some(object), ..Self::default() }
    }

    /// The same object before its first act.
    pub(super) fn emptied(self) -> Self {
        Self { now: BTreeMap::new(), ..self }
    }

    pub(super) fn has(&self, suffix: &[u8]) -> bool {
        self.now.contains_key(suffix)
    }

    pub(super) fn get(&self, suffix: &[u8]) -> Option<&[u8]> {
        self.now.get(suffix).map(Vec::as_slice)
    }

    pub(super) fn put(&mut self, suffix: Vec<u8>, value: Vec<u8>) {
        self.now.insert(suffix, value);
    }

    pub(super) fn remove(&mut self, suffix: &[u8]) {
        self.now.remove(suffix);
    }

    /// The ids that stand behind a letter among the suffixes, with the values.
    pub(super) fn ids(&self, letter: u8) -> impl Iterator<Item = (EntryId, &[u8])> {
        let from = vec![letter];
        self.now
            .range(from..)
            .take_while(move |(suffix, _)| suffix.first() == Some(&letter))
            .filter_map(|(suffix, value)| Some((EntryId::try_from(&suffix[1..]).ok()?, value.as_slice())))
    }

    /// How the object was opened; nothing when no act in force has.
    pub(super) fn opened(&self) -> Result<Option<Opened>, StateError> {
        self.get(OPENED).map(|value| self.decode(value, Opened::parse)).transpose()
    }

    /// How the object was opened before the acts that are being applied.
    pub(super) fn opened_before(&self) -> Result<Option<Opened>, StateError> {
        self.stored.get(OPENED).map(|value| self.decode(value, Opened::parse)).transpose()
    }

    /// Reads a value that this program wrote.
    pub(super) fn decode<M: Message + Default, T>(
        &self,
        value: &[u8],
        parse: impl FnOnce(&M) -> Option<T>,
    ) -> Result<T, StateError> {
        M::decode(value).ok().and_then(|message| parse(&message)).ok_or_else(|| StateError::Damaged {
            key: self.object.as_ref().map(|object| hex::encode(keys::pairs_prefix(object))).unwrap_or_default(),
            what: "a folded value is malformed",
        })
    }

    /// Writes what differs from what is stored; whether anything does.
    pub(super) fn write(&self, state: &mut impl State, object: &EntryId) -> Result<bool, StateError> {
        let prefix = keys::pairs_prefix(object);
        let key = |suffix: &[u8]| [prefix.as_slice(), suffix].concat();
        for suffix in self.stored.keys().filter(|suffix| !self.now.contains_key(*suffix)) {
            state.remove(&key(suffix))?;
        }
        for (suffix, value) in self.now.iter().filter(|(suffix, value)| self.stored.get(*suffix) != Some(*value)) {
            state.put(key(suffix), value.clone())?;
        }
        Ok(self.stored != self.now)
    }
}

/// One hash over the pairs of an object: see [`Digest::add`].
pub(super) struct Digest(blake3::Hasher);

impl Digest {
    /// BLAKE3 in the mode `derive_key` with the context `palabre/state/object/1`.
    pub(super) fn new() -> Self {
        Self(blake3::Hasher::new_derive_key("palabre/state/object/1"))
    }

    /// Adds a pair, in the order of suffixes: length (2 bytes, big-endian) and bytes of suffix and value.
    pub(super) fn add(&mut self, suffix: &[u8], value: &[u8]) {
        for bytes in [suffix, value] {
            // Values are at most `VALUE_MAX`, suffixes a letter and an id: two bytes hold both lengths.
            self.0.update(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
            self.0.update(bytes);
        }
    }

    /// Nothing without pairs.
    pub(super) fn finish(&self) -> Option<[u8; 32]> {
        (self.0.count() > 0).then(|| *self.0.finalize().as_bytes())
    }
}

/// A suffix of one letter and an entry id.
pub(super) fn suffix(letter: u8, id: &EntryId) -> Vec<u8> {
    [&[letter], id.as_bytes().as_slice()].concat()
}

/// How an object was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) register: Register,
    pub(super) administration: Code,
    pub(super) author: NodeKey,
    pub(super) clock: Millis,
}

impl Opened {
    pub(super) fn to_message(&self) -> v1::ObjectOpened {
        v1::ObjectOpened {
            register: i32::from(self.register.number()),
            administration: self.administration.to_string(),
            author: self.author.as_bytes().to_vec(),
            clock: self.clock.0,
        }
    }

    fn parse(message: &v1::ObjectOpened) -> Option<Self> {
        Some(Self {
            register: Register::from_number(message.register)?,
            administration: message.administration.parse().ok()?,
            author: NodeKey::try_from(message.author.as_slice()).ok()?,
            clock: Millis(message.clock),
        })
    }
}

/// Where an act in force comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The administration that acted.
    pub administration: Code,
    /// Its node that signed.
    pub author: NodeKey,
    /// In which of that node's logs.
    pub log: LogId,
    /// Where in that log.
    pub sequence: Sequence,
    /// How many acts came before it in the longest line that leads to it.
    pub place: u64,
    /// When, by that node's clock.
    pub clock: Millis,
}

impl Origin {
    pub(super) fn of(administration: &Code, header: &Header) -> Self {
        Self {
            administration: administration.clone(),
            author: header.author,
            log: header.log,
            sequence: header.sequence,
            place: header.place,
            clock: header.clock,
        }
    }

    /// The order of folding.
    pub(super) const fn order(&self) -> (u64, NodeKey, LogId, Sequence) {
        (self.place, self.author, self.log, self.sequence)
    }
}

/// The place that stands behind a head.
pub(super) fn place(object: &EntryId, value: &[u8]) -> Result<u64, StateError> {
    value.try_into().map(u64::from_be_bytes).map_err(|_| StateError::Damaged {
        key: hex::encode(keys::pairs_prefix(object)),
        what: "the place of a head has 8 bytes",
    })
}
