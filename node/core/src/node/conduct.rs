//! How peers behave: what each may make this node do without being asked, what it did wrong, and how long it is left
//! alone for that (`docs/design.md` §7, "Everything is bounded").
//!
//! Work is counted in microseconds of a small machine's core, roughly: what matters is that all kinds of work count
//! together, so that no mixture of frames, each within some limit of its own, costs more than the whole may.

use std::collections::BTreeMap;

use super::event::Fault;
use super::neighbours::backoff;
use crate::id::{LogName, NodeKey, Sequence};
use crate::time::Moment;

/// Microseconds of work in a millisecond that a peer may cause for ever: a tenth of one core.
const WORK_PER_MS: u64 = 100;
/// The work that it may cause at once: a second. The whole frontier of a region with its rules is a twentieth of it.
const WORK_MAX: u64 = 1_000_000;
/// Microseconds of gossip in a millisecond, and at once. What is beyond is not looked at: sync brings it.
const GOSSIP_PER_MS: u64 = 100;
/// See [`GOSSIP_PER_MS`].
const GOSSIP_MAX: u64 = 1_000_000;
/// Microseconds in a millisecond for entries that a peer has had before, and at once: some thousands of them, for one that
/// was cut off or restored, then 250 a second.
const AGAIN_PER_MS: u64 = 50;
/// See [`AGAIN_PER_MS`].
const AGAIN_MAX: u64 = 1_000_000;
/// Whole frontiers that a peer may have told anew, in milliseconds: eight at once, then one in ten minutes. It
/// asks when it has been in doubt for a minute, then two, then four: on a link that is paid by the megabyte one a minute
/// would be the greatest cost of all.
const ANEW: u64 = 10 * 60_000;
/// See [`ANEW`].
const ANEW_MAX: u64 = 8 * ANEW;
/// Microseconds that it takes to read, verify and send an entry.
const AGAIN_COST: u64 = 200;
/// First pause of a peer that did something wrong, in milliseconds; doubled each time.
const PAUSE_FIRST: u64 = 30_000;
/// The longest: a peer that was mended is heard again within the hour.
const PAUSE_LAST: u64 = 60 * 60_000;
/// Milliseconds without a fault after which the next one counts as the first: a day.
const FORGIVEN: u64 = 24 * 60 * 60_000;

/// Something that a peer makes this node do without being asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work {
    /// A connection: keys, streams, a session.
    Connection,
    /// A frame of so many bytes, whatever is in it.
    Frame(usize),
    /// So many heads or ids of entries that a frame shows.
    Shown(usize),
    /// So many signatures that a frame carries.
    Signatures(usize),
    /// So many ranges that a peer wants, with so many entries.
    Wanted(usize, u64),
    /// An entry that came and was of no use.
    Useless,
    /// A gossip message that was not looked at.
    Unheard,
    /// An announcement beyond those that may wait for their entries.
    Announced,
}

impl Work {
    /// Microseconds. Measured in the order of magnitude; rounded up.
    const fn cost(self) -> u64 {
        match self {
            // A handshake and a session take a few milliseconds; ten times that leaves two in a second.
            Self::Connection => 50_000,
            // What it takes to unpack and parse a kilobyte is a microsecond.
            Self::Frame(bytes) => 50 + bytes as u64 / 1024,
            Self::Shown(places) => 10 * places as u64,
            Self::Signatures(signatures) => 100 * signatures as u64,
            Self::Wanted(ranges, entries) => (20 * ranges as u64).saturating_add(entries.saturating_mul(2)),
            Self::Useless => 200,
            // With what libp2p spends on it. The allowance of a day, announced by its author within ten seconds, fits.
            Self::Unheard => 60,
            Self::Announced => 100,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connections",
            Self::Frame(_) => "frames",
            Self::Shown(_) => "heads",
            Self::Signatures(_) => "signatures",
            Self::Wanted(..) => "ranges",
            Self::Useless => "entries that are of no use",
            Self::Unheard => "gossip messages",
            Self::Announced => "announcements",
        }
    }
}

/// What is spent of a share that fills up with time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    spent: u64,
    at: Moment,
}

impl Share {
    /// What is spent and has not been made up for, when so much is in a millisecond.
    pub(super) fn spent(&self, now: Moment, per_ms: u64) -> u64 {
        self.spent.saturating_sub(now.since(self.at).saturating_mul(per_ms))
    }

    /// Spends more.
    pub(super) fn add(&mut self, cost: u64, now: Moment, per_ms: u64) {
        *self = Self { spent: self.spent(now, per_ms).saturating_add(cost), at: now };
    }

    /// Spends `cost`, unless that would be more than `most` together.
    fn take(&mut self, cost: u64, now: Moment, per_ms: u64, most: u64) -> bool {
        let fits = self.spent(now, per_ms).saturating_add(cost) <= most;
        if fits {
            self.add(cost, now, per_ms);
        }
        fits
    }
}

/// What is known of one peer's behaviour. It outlives connections.
#[derive(Clone, Debug, Default)]
struct Conduct {
    work: Share,
    gossip: Share,
    again: Share,
    anew: Share,
    asked: Share,
    /// The last place of each log that it was sent.
    had: BTreeMap<LogName, Sequence>,
    faults: u32,
    paused_until: Option<Moment>,
}

/// How admitted nodes behave: as many as there are mandates.
#[derive(Debug, Default)]
pub(super) struct Conducts {
    of: BTreeMap<NodeKey, Conduct>,
}

impl Conducts {
    /// Counts work that a peer causes. More than its share is a fault.
    pub(super) fn charge(&mut self, peer: NodeKey, work: Work, now: Moment) -> Result<(), Fault> {
        let conduct = self.of.entry(peer).or_default();
        let fits = conduct.work.take(work.cost(), now, WORK_PER_MS, WORK_MAX);
        if fits { Ok(()) } else { Err(Fault::Limit(work.name())) }
    }

    /// Counts that a peer wants to be told the whole frontier anew. More than its share is a fault.
    pub(super) fn asks_anew(&mut self, peer: NodeKey, now: Moment) -> Result<(), Fault> {
        let fits = self.of.entry(peer).or_default().anew.take(ANEW, now, 1, ANEW_MAX);
        if fits { Ok(()) } else { Err(Fault::Limit("whole frontiers")) }
    }

    /// Whether this node may ask a peer for its whole frontier anew, and counts that it does: half of what the peer would take,
    /// over all connections together. The other half is left for what this process cannot know: how often the one before it
    /// asked.
    pub(super) fn may_ask_anew(&mut self, peer: NodeKey, now: Moment) -> bool {
        self.of.entry(peer).or_default().asked.take(ANEW, now, 1, ANEW_MAX / 2)
    }

    /// Whether a gossip message of a neighbour that takes so many microseconds is looked at.
    pub(super) fn hears(&mut self, peer: NodeKey, cost: u64, now: Moment) -> bool {
        self.of.entry(peer).or_default().gossip.take(cost, now, GOSSIP_PER_MS, GOSSIP_MAX)
    }

    /// A peer was sent an entry.
    pub(super) fn has_had(&mut self, peer: NodeKey, log: LogName, sequence: Sequence) {
        let last = self.of.entry(peer).or_default().had.entry(log).or_insert(sequence);
        *last = sequence.max(*last);
    }

    /// Whether a peer was sent this place of a log, or one further on.
    pub(super) fn had(&self, peer: &NodeKey, log: &LogName, sequence: Sequence) -> bool {
        self.of.get(peer).and_then(|conduct| conduct.had.get(log)).is_some_and(|last| sequence <= *last)
    }

    /// Takes one entry out of what a peer may have again.
    pub(super) fn may_have_again(&mut self, peer: NodeKey, now: Moment) -> bool {
        self.of.entry(peer).or_default().again.take(AGAIN_COST, now, AGAIN_PER_MS, AGAIN_MAX)
    }

    /// The peer did something wrong: until when it is left alone, longer each time.
    pub(super) fn fault(&mut self, peer: NodeKey, salt: u64, now: Moment) -> Moment {
        let conduct = self.of.entry(peer).or_default();
        if conduct.paused_until.is_some_and(|last| now.since(last) >= FORGIVEN) {
            conduct.faults = 0;
        }
        conduct.faults = conduct.faults.saturating_add(1);
        let until = now.plus(backoff(PAUSE_FIRST, PAUSE_LAST, conduct.faults, &peer, salt));
        conduct.paused_until = Some(until);
        conduct.work = Share::default();
        until
    }

    /// Whether a peer is left alone for now.
    pub(super) fn is_paused(&self, peer: &NodeKey, now: Moment) -> bool {
        self.of.get(peer).and_then(|conduct| conduct.paused_until).is_some_and(|until| now < until)
    }

    /// Whether a pause has ended since `before`.
    pub(super) fn has_ended(&self, before: Moment, now: Moment) -> bool {
        let ends = self.of.values().filter_map(|conduct| conduct.paused_until);
        ends.into_iter().any(|until| before < until && until <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeKey = NodeKey::from_bytes([7; 32]);

    fn at(ms: u64) -> Moment {
        Moment::default().plus(ms)
    }

    #[test]
    fn all_kinds_of_work_count_together_and_time_makes_room_again() {
        let mut conducts = Conducts::default();
        let mut done = 0;
        while conducts.charge(PEER, Work::Frame(0), at(0)).is_ok()
            && conducts.charge(PEER, Work::Signatures(1), at(0)).is_ok()
        {
            done += 1;
        }
        assert_eq!(done, WORK_MAX / 150);
        conducts.charge(PEER, Work::Signatures(1), at(0)).unwrap_err();
        conducts.charge(PEER, Work::Signatures(1), at(1)).unwrap();
    }

    #[test]
    fn who_is_in_doubt_may_ask_and_who_asks_every_minute_does_wrong() {
        let mut conducts = Conducts::default();
        let (mut now, mut patience) = (0, 60_000);
        for _ in 0..200 {
            now += patience;
            patience = (2 * patience).min(60 * 60_000);
            conducts.asks_anew(PEER, at(now)).unwrap();
        }
        let other = NodeKey::from_bytes([8; 32]);
        let asked = (0..100).take_while(|minute| conducts.asks_anew(other, at(minute * 60_000)).is_ok()).count();
        assert!((8..=9).contains(&asked), "{asked}");
    }

    #[test]
    fn who_keeps_to_its_own_share_is_not_blamed_though_every_connection_leaves_it_in_doubt() {
        let (mut asker, mut peer) = (Conducts::default(), Conducts::default());
        let mut times = 0;
        for minute in 0..1_000 {
            if minute == 7 {
                // It starts again, and knows no more how often it has asked.
                asker = Conducts::default();
            }
            if asker.may_ask_anew(PEER, at(minute * 60_000)) {
                peer.asks_anew(PEER, at(minute * 60_000)).unwrap();
                times += 1;
            }
        }
        assert!((100..=110).contains(&times), "{times}");
    }

    #[test]
    fn pauses_double_and_are_forgiven() {
        let mut conducts = Conducts::default();
        let mut now = at(0);
        let mut last = 0;
        for _ in 0..4 {
            let until = conducts.fault(PEER, 0, now);
            let pause = until.since(now);
            assert!(pause >= PAUSE_FIRST && pause > last, "{pause}");
            assert!(conducts.is_paused(&PEER, now) && !conducts.is_paused(&PEER, until));
            assert!(conducts.has_ended(now, until) && !conducts.has_ended(until, until.plus(1)));
            (last, now) = (pause, until);
        }
        let later = now.plus(FORGIVEN);
        assert!(conducts.fault(PEER, 0, later).since(later) < 2 * PAUSE_FIRST);
    }
}
