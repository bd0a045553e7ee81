//! What an author may add in a day, by the charter (`docs/design.md` §7): entries, bytes, urgent ones. What is beyond is not
//! asked for until the next day; nothing of it is void.
//!
//! The day is the receiver's, by its clock: authors' clocks may say anything. Who missed days, or is new, may take as much
//! as on all those days together: what others took day by day does not wait. A clock that is set makes a new day.
//!
//! A node never refuses its own writes for it: what is beyond is durable here and reaches the others on the days after.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::event::{Effect, Notice};
use crate::charter::revision::Allowance;
use crate::id::NodeKey;
use crate::ledger::{Entry, Record};
use crate::state::{Pair, Position, State, StateError, scan_all};
use crate::time::Millis;

/// Logs of one author that are begun here in a day. A node opens one after a restore or a lost tail; this many after as
/// many power cuts. What is beyond waits as well: each log costs every node memory for ever.
pub(super) const LOGS_A_DAY: u64 = 64;
/// Bytes of the largest entry: header, payload, signature, with room to spare.
const ENTRY_MAX: u64 = 68 * 1024;
/// Milliseconds in a day.
const DAY: u64 = 24 * 60 * 60_000;
/// Keys of the index: `q` ‖ author; values: day, days, entries, bytes, urgent, logs.
const SPENT: &[u8] = b"q";

/// What an author has added in a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Spent {
    entries: u64,
    bytes: u64,
    urgent: u64,
    logs: u64,
}

/// What all authors have added today.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    day: u64,
    /// How many days' shares today has: 1, and those that were missed.
    days: u64,
    spent: BTreeMap<NodeKey, Spent>,
    /// Of whom it was said today that the share is used up.
    said: BTreeSet<NodeKey>,
}

impl Allowances {
    /// What the index remembers of the last day.
    pub(super) fn load(state: &impl State) -> Result<Self, StateError> {
        let mut allowances = Self::default();
        for (key, value) in scan_all(state, SPENT)? {
            let Ok(author) = NodeKey::try_from(&key[SPENT.len()..]) else { continue };
            let Some([day, days, entries, bytes, urgent, logs]) = numbers(&value) else { continue };
            if day > allowances.day {
                allowances = Self { day, days, ..Self::default() };
            }
            if day == allowances.day {
                allowances.spent.insert(author, Spent { entries, bytes, urgent, logs });
            }
        }
        Ok(allowances)
    }

    /// The clock shows this, in a network that was founded then: true when another day has begun.
    pub(super) fn turn(&mut self, clock: Millis, founded: Millis) -> bool {
        let day = clock.0 / DAY;
        // No days at all: none has begun yet, and a clock without a battery may show the very first.
        let another = day != self.day || self.days == 0;
        if another {
            let since_founded = (day + 1).saturating_sub(founded.0 / DAY);
            let days = day.saturating_sub(self.day).min(since_founded).max(1);
            *self = Self { day, days, ..Self::default() };
        }
        another
    }

    /// What is allowed today.
    fn today(&self, limits: &Allowance) -> Allowance {
        let all = |one: u64| one.saturating_mul(self.days);
        Allowance { entries: all(limits.entries), bytes: all(limits.bytes), urgent: all(limits.urgent) }
    }

    fn of(&self, author: &NodeKey) -> Spent {
        self.spent.get(author).copied().unwrap_or_default()
    }

    /// Entries of an author that may be asked for, when so many are under way, whatever their size.
    pub(super) fn room(&self, author: &NodeKey, under_way: u64, limits: &Allowance) -> u64 {
        let (spent, limits) = (self.of(author), self.today(limits));
        let by_bytes = limits.bytes.saturating_sub(spent.bytes).div_ceil(ENTRY_MAX);
        limits.entries.saturating_sub(spent.entries).min(by_bytes).saturating_sub(under_way)
    }

    /// Logs of an author that may be begun.
    pub(super) fn room_for_logs(&self, author: &NodeKey) -> u64 {
        LOGS_A_DAY.saturating_mul(self.days).saturating_sub(self.of(author).logs)
    }

    /// Counts something of an author, when it fits.
    pub(super) fn take(&mut self, author: NodeKey, bytes: u64, new_log: bool, limits: &Allowance) -> bool {
        let logs = u64::from(new_log);
        if self.room(&author, 0, limits) == 0 || self.room_for_logs(&author) < logs {
            return false;
        }
        let spent = self.spent.entry(author).or_default();
        spent.entries += 1;
        spent.bytes = spent.bytes.saturating_add(bytes);
        spent.logs += logs;
        true
    }

    /// Counts an urgent entry; false when the author has had its share: the entry travels like a routine one.
    pub(super) fn take_urgent(&mut self, author: NodeKey, limits: &Allowance) -> bool {
        let most = self.today(limits).urgent;
        let spent = self.spent.entry(author).or_default();
        spent.urgent += 1;
        spent.urgent <= most
    }

    /// Whether it is still to be said that an author's share is used up: once a day.
    pub(super) fn is_news(&mut self, author: NodeKey) -> bool {
        self.said.insert(author)
    }

    /// The author has had its share.
    #[cfg(test)]
    pub(super) fn exhaust(&mut self, author: NodeKey) {
        self.spent.entry(author).or_default().entries = u64::MAX;
    }

    /// The disk has refused what was counted last: what the index remembers of today counts, and nothing else.
    pub(super) fn take_back(&mut self, state: &impl State) -> Result<(), StateError> {
        let kept = Self::load(state)?;
        self.spent = if kept.day == self.day { kept.spent } else { BTreeMap::new() };
        Ok(())
    }

    /// What the index should remember of an author.
    pub(super) fn pair(&self, author: &NodeKey) -> Pair {
        let Spent { entries, bytes, urgent, logs } = self.of(author);
        let value = [self.day, self.days, entries, bytes, urgent, logs].map(u64::to_be_bytes).concat();
        ([SPENT, author.as_bytes()].concat(), value)
    }
}

fn numbers(value: &[u8]) -> Option<[u64; 6]> {
    let (numbers, []) = value.as_chunks::<8>() else { return None };
    let numbers: Vec<u64> = numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect();
    numbers.try_into().ok()
}

impl Node {
    /// Counts an entry or a fork proof of an author, when it fits.
    pub(super) fn spend(&mut self, author: NodeKey, bytes: u64, new_log: bool) -> bool {
        self.allowances.take(author, bytes, new_log, &self.rules.charter().allowance)
    }

    /// Says once a day that an author has more to give than its share of the day.
    pub(super) fn note_beyond(&mut self, author: NodeKey, out: &mut Vec<Effect>) {
        if self.allowances.is_news(author) {
            if author != self.key {
                self.neighbours.note(author, "its share of the day is used up: the rest waits".to_owned());
            }
            out.push(Effect::Report(Notice::BeyondAllowance { author }));
        }
    }

    /// Counts an urgent entry; whether it goes before routine ones, as its author wants.
    pub(super) fn is_urgent(&mut self, entry: &Entry) -> bool {
        self.allowances.take_urgent(entry.header().author, &self.rules.charter().allowance)
    }

    /// The index keeps what was counted: a restart begins no day.
    pub(super) fn remember_allowances<S: State>(
        &self,
        storage: &mut S,
        records: &[(Record, Position)],
    ) -> Result<(), StateError> {
        let authors: BTreeSet<NodeKey> = records
            .iter()
            .filter_map(|(record, _)| match record {
                Record::Entry(entry) => Some(entry.header().author),
                Record::Fork(proof) => Some(proof.log().author),
                _ => None,
            })
            .collect();
        for author in authors {
            let (key, value) = self.allowances.pair(&author);
            storage.put(key, value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::MapStorage;

    const AUTHOR: NodeKey = NodeKey::from_bytes([7; 32]);
    const FOUNDED: Millis = Millis(5 * DAY + 7);
    const LIMITS: Allowance = Allowance { entries: 10, bytes: 3 * ENTRY_MAX, urgent: 2 };

    #[test]
    fn what_is_beyond_waits_for_the_next_day() {
        let mut allowances = Allowances::default();
        assert!(allowances.turn(Millis(5 * DAY), FOUNDED));
        for _ in 0..LIMITS.entries {
            assert!(allowances.take(AUTHOR, 100, false, &LIMITS));
        }
        assert!(!allowances.take(AUTHOR, 100, false, &LIMITS));
        assert_eq!(allowances.room(&AUTHOR, 0, &LIMITS), 0);
        assert!(!allowances.turn(Millis(6 * DAY - 1), FOUNDED) && allowances.turn(Millis(6 * DAY), FOUNDED));
        assert_eq!(allowances.room(&AUTHOR, 1, &LIMITS), 2, "as many of the largest as there are bytes");
    }

    #[test]
    fn days_that_were_missed_count_but_none_before_the_network_was_founded() {
        let large = Allowance { bytes: u64::MAX, ..LIMITS };
        let room = |allowances: &Allowances| allowances.room(&AUTHOR, 0, &large);
        let mut allowances = Allowances::default();
        allowances.turn(Millis(14 * DAY), FOUNDED);
        assert_eq!(room(&allowances), 10 * LIMITS.entries, "a newcomer's first day");
        allowances.turn(Millis(15 * DAY), FOUNDED);
        assert_eq!(room(&allowances), LIMITS.entries);
        allowances.turn(Millis(18 * DAY), FOUNDED);
        assert_eq!(room(&allowances), 3 * LIMITS.entries, "two days without power");
        allowances.turn(Millis(0), FOUNDED);
        assert_eq!(room(&allowances), LIMITS.entries, "a clock without a battery");
    }

    #[test]
    fn a_node_that_starts_on_the_first_day_of_all_clocks_takes_a_share_as_well() {
        let mut allowances = Allowances::default();
        assert!(allowances.turn(Millis(7), FOUNDED));
        assert_eq!(allowances.room(&AUTHOR, 0, &Allowance { bytes: u64::MAX, ..LIMITS }), LIMITS.entries);
        assert!(!allowances.turn(Millis(8), FOUNDED));
    }

    #[test]
    fn bytes_urgent_ones_and_logs_have_limits_of_their_own() {
        let mut allowances = Allowances::default();
        allowances.turn(Millis(5 * DAY), FOUNDED);
        while allowances.take(AUTHOR, 60 * 1024, false, &LIMITS) {}
        assert_eq!(allowances.of(&AUTHOR).bytes, 4 * 60 * 1024);
        assert_eq!([(); 3].map(|()| allowances.take_urgent(AUTHOR, &LIMITS)), [true, true, false]);

        let (other, limits) = (NodeKey::from_bytes([8; 32]), Allowance { entries: 1_000, ..LIMITS });
        let begun = (0..200).filter(|_| allowances.take(other, 1, true, &limits)).count();
        assert_eq!(begun as u64, LOGS_A_DAY);
        assert!(allowances.take(other, 1, false, &limits), "what is begun goes on");
    }

    #[test]
    fn a_restart_does_not_begin_a_day() {
        let (mut allowances, mut storage) = (Allowances::default(), MapStorage::default());
        allowances.turn(Millis(5 * DAY), FOUNDED);
        allowances.take(AUTHOR, 100, true, &LIMITS);
        let (key, value) = allowances.pair(&AUTHOR);
        storage.put(key, value).unwrap();
        let mut again = Allowances::load(&storage).unwrap();
        assert!(!again.turn(Millis(5 * DAY + 1), FOUNDED));
        assert_eq!(again.of(&AUTHOR), allowances.of(&AUTHOR));
    }

    proptest! {
        /// Whatever an author writes, on whatever days: no day takes more than its share and one entry, nothing is passed
        /// over, and in the end all is taken.
        #[test]
        fn all_comes_in_its_order_and_never_more_than_a_share_a_day(
            written in prop::collection::vec((0..25_usize, 1..ENTRY_MAX), 1..12),
        ) {
            let mut allowances = Allowances::default();
            let mut backlog = VecDeque::new();
            let mut day = 5;
            let mut arrivals = written.into_iter();
            loop {
                let arrived = arrivals.next();
                if arrived.is_none() && backlog.is_empty() {
                    break;
                }
                backlog.extend(arrived.into_iter().flat_map(|(entries, bytes)| vec![bytes; entries]));
                allowances.turn(Millis(day * DAY), FOUNDED);
                let (mut entries, mut bytes) = (0, 0);
                while let Some(next) = backlog.front().filter(|next| allowances.take(AUTHOR, **next, false, &LIMITS)) {
                    (entries, bytes) = (entries + 1, bytes + next);
                    backlog.pop_front();
                }
                prop_assert!(entries <= LIMITS.entries && bytes < LIMITS.bytes + ENTRY_MAX);
                prop_assert!(entries > 0 || backlog.is_empty(), "nothing comes any more");
                day += 1;
            }
        }
    }
}
