//! What to take from whom: never one place from two peers, unless the first has stalled (`docs/design.md` §7).
//!
//! A log comes in its own order: what is further ahead than the ledger keeps would be dropped and sent again. So the
//! far part of a log is only asked of the peer that delivers the near part; several peers at once deliver several logs.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault};
use super::exchange::parse_place;
use super::intake::range;
use crate::id::{LogName, NodeKey, Sequence};
use crate::ledger::Head;
use crate::ledger::book::{self, AHEAD_MAX};
use crate::state::{StateError, Storage};
use crate::time::Moment;

/// Most entries under way from one peer: some seconds of a slow link, so that a peer which slows down holds up little.
const UNDER_WAY_MAX: u64 = 512;
/// A peer is asked for more when no more than these are under way from it: a want for each entry would cost as much as
/// the entry.
const UNDER_WAY_LOW: u64 = UNDER_WAY_MAX / 2;
/// How far ahead of its log a place may be to be asked of another peer than what comes before it.
const NEAR: u64 = AHEAD_MAX as u64 / 2;
/// Milliseconds without a delivery after which what a peer should deliver is wanted from another: two frames at 64 kbit/s
/// over a satellite, several times.
const STALL: u64 = 30_000;
/// Milliseconds without a delivery after which a peer that owes one is left alone: it answers pings, so its line is up.
const UNDELIVERED: u64 = 10 * STALL;
/// Most entries of other branches that one peer is asked for before it is asked to show anew what it has: as many forks as
/// a region sees in years.
const BRANCHES_MAX: usize = 64;
/// Most ranges in a want.
pub(super) const RANGES_MAX: usize = 1_024;

#[derive(Clone, Copy, Debug)]
struct Wanted {
    log: LogName,
    from: u64,
    to: u64,
    peer: NodeKey,
}

/// What may still be asked for of an author today.
#[derive(Clone, Debug)]
struct AuthorShare {
    entries: u64,
    /// Logs that may be begun beside `begins`.
    logs: u64,
    /// Logs of which nothing is held and something is under way.
    begins: BTreeSet<LogName>,
}

type Shares = BTreeMap<NodeKey, AuthorShare>;

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Wants {
    ranges: Vec<Wanted>,
    /// Peers that owe something and have delivered nothing for [`STALL`]: others may be asked for the same.
    stalled: BTreeSet<NodeKey>,
    /// Whether anything has happened since the last plan after which something may be asked for.
    stirred: bool,
    /// Entries of another branch that were asked for once: they stand where another entry is held.
    branches: BTreeSet<(NodeKey, LogName, Sequence)>,
    /// Of each forked log the entry that its standing branch lacks, and who was asked for it.
    named: BTreeMap<LogName, (NodeKey, Head)>,
}

impl Wants {
    /// What a peer should have delivered is free again.
    pub(super) fn forget(&mut self, peer: &NodeKey) {
        self.ranges.retain(|wanted| wanted.peer != *peer);
        self.forget_branches(peer);
        self.stalled.remove(peer);
    }

    /// Something has happened after which something may be asked for.
    pub(super) const fn stir(&mut self) {
        self.stirred = true;
    }

    /// Entries of other branches may be asked of a peer again.
    pub(super) fn forget_branches(&mut self, peer: &NodeKey) {
        self.branches.retain(|(asked, ..)| asked != peer);
        self.named.retain(|_, (asked, _)| asked != peer);
    }

    pub(super) fn under_way(&self, peer: &NodeKey) -> u64 {
        self.ranges.iter().filter(|w| w.peer == *peer).map(|w| w.to - w.from + 1).sum()
    }

    /// What stands in the way of asking `peer` for a place: what it, or somebody who has not stalled, was asked for.
    fn covering(&self, peer: &NodeKey, log: &LogName, place: u64) -> Option<Wanted> {
        let counts = |w: &&Wanted| w.peer == *peer || !self.stalled.contains(&w.peer);
        let covers = |w: &&Wanted| w.log == *log && (w.from..=w.to).contains(&place);
        self.ranges.iter().filter(covers).find(counts).copied()
    }

    /// The first of `from..=to` that was asked for, if any.
    fn next_covered(&self, peer: &NodeKey, log: &LogName, from: u64, to: u64) -> Option<u64> {
        let begins = self.ranges.iter().filter(|w| w.log == *log && (from..=to).contains(&w.from));
        begins.filter(|w| w.peer == *peer || !self.stalled.contains(&w.peer)).map(|w| w.from).min()
    }

    /// A peer has delivered: it has not stalled.
    pub(super) fn delivers(&mut self, peer: &NodeKey) {
        self.stalled.remove(peer);
    }

    /// Entries came, from whomever: their places are not under way any more.
    pub(super) fn arrived(&mut self, log: &LogName, sequence: Sequence) {
        self.free(None, log, sequence.get(), sequence.get());
    }

    /// These places are not under way any more: from `peer`, or from anybody.
    pub(super) fn free(&mut self, peer: Option<&NodeKey>, log: &LogName, from: u64, to: u64) {
        let mut rest = Vec::new();
        self.ranges.retain_mut(|w| {
            let concerned = w.log == *log && peer.is_none_or(|peer| w.peer == *peer) && w.from <= to && from <= w.to;
            if !concerned {
                return true;
            }
            if to < w.to {
                rest.push(Wanted { from: to + 1, ..*w });
            }
            w.to = from.saturating_sub(1);
            w.from <= w.to
        });
        self.ranges.append(&mut rest);
    }

    /// Whether nothing of an author is under way.
    fn is_idle_for(&self, author: &NodeKey) -> bool {
        self.ranges.iter().all(|wanted| wanted.log.author != *author)
    }

    /// Whether entries are under way.
    pub(super) fn is_idle(&self) -> bool {
        self.ranges.is_empty()
    }
}

impl Node {
    /// Asks peers for what they have shown and nobody was asked for; the one that owes least first.
    pub(super) fn plan(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if self.intake.is_refused(now) {
            return;
        }
        self.want_named(out);
        if !std::mem::take(&mut self.wants.stirred) {
            return;
        }
        let mut peers: Vec<(u64, NodeKey)> =
            self.sessions.keys().map(|peer| (self.wants.under_way(peer), *peer)).collect();
        peers.sort_unstable();
        for (under_way, peer) in peers {
            if under_way > UNDER_WAY_LOW {
                break;
            }
            let (mut ranges, beyond) = self.lacking(&peer, UNDER_WAY_MAX - under_way);
            for author in beyond {
                self.note_beyond(author, out);
            }
            self.add_damaged(&peer, &mut ranges);
            self.want(peer, ranges, now, out);
        }
        let behind = !self.wants.is_idle();
        self.behind_since = if behind { self.behind_since.or(Some(now)) } else { None };
    }

    fn want(&mut self, peer: NodeKey, mut ranges: Vec<Wanted>, now: Moment, out: &mut Vec<Effect>) {
        ranges.truncate(RANGES_MAX);
        if ranges.is_empty() {
            return;
        }
        let messages = ranges.iter().map(|w| range(&w.log, w.from, w.to)).collect();
        if self.wants.under_way(&peer) == 0
            && let Some(session) = self.sessions.get_mut(&peer)
        {
            session.owing_since = now;
        }
        self.wants.ranges.extend(ranges);
        self.send_want(peer, messages, out);
    }

    fn send_want(&mut self, peer: NodeKey, ranges: Vec<v1::Range>, out: &mut Vec<Effect>) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.asked += ranges.iter().map(|range| range.to - range.from + 1).sum::<u64>();
        }
        self.send(peer, Body::Want(v1::Want { ranges }), out);
    }

    /// The ranges that `peer` has shown, that are not held and that nobody was asked for: at most `room` entries, and
    /// of every log about as many. With them the authors that have had their share of the day.
    fn lacking(&mut self, peer: &NodeKey, mut room: u64) -> (Vec<Wanted>, BTreeSet<NodeKey>) {
        let Some(session) = self.sessions.get_mut(peer) else { return Default::default() };
        let longer: Vec<(LogName, Head)> = session.longer(self.ledger.heads()).collect();
        let mut logs: Vec<(u64, LogName)> = longer
            .into_iter()
            .map(|(log, head)| (self.end(&log, head.sequence.get()), log))
            .map(|(end, log)| (end.saturating_sub(self.next_of(&log) - 1), log))
            .filter(|(lacking, log)| *lacking > 0 && self.rules.knows(&log.author))
            .collect();
        logs.sort_unstable();
        let mut shares = Shares::default();
        let mut beyond = BTreeSet::new();
        logs.retain(|(_, log)| {
            let allowed = self.allows(log, &mut shares);
            if !allowed && self.wants.is_idle_for(&log.author) {
                beyond.insert(log.author);
            }
            allowed
        });
        let mut ranges = Vec::new();
        for (number, (lacking, log)) in logs.iter().enumerate() {
            let Some(allowed) = shares.get_mut(&log.author) else { continue };
            let share = room.div_ceil((logs.len() - number) as u64).min(room).min(allowed.entries);
            let end = self.next_of(log) - 1 + lacking;
            let taken = self.share(peer, log, end, share, &mut ranges);
            room -= taken;
            allowed.entries -= taken;
        }
        (ranges, beyond)
    }

    /// Whether more of a log may be asked for, by what its author has had today and what is under way. A log that is new
    /// counts at once.
    fn allows(&self, log: &LogName, shares: &mut Shares) -> bool {
        let share = shares.entry(log.author).or_insert_with(|| self.share_of(&log.author));
        let new = !self.is_begun(log) && !share.begins.contains(log);
        if share.entries == 0 || (new && share.logs == 0) {
            return false;
        }
        share.logs -= u64::from(new);
        true
    }

    /// What may still be asked for of an author today.
    fn share_of(&self, author: &NodeKey) -> AuthorShare {
        let of_author = || self.wants.ranges.iter().filter(|w| w.log.author == *author);
        let under_way = of_author().map(|w| w.to - w.from + 1).sum();
        let begins: BTreeSet<LogName> = of_author().map(|w| w.log).filter(|log| !self.is_begun(log)).collect();
        AuthorShare {
            entries: self.allowances.room(author, under_way, &self.rules.charter().allowance),
            logs: self.allowances.room_for_logs(author).saturating_sub(begins.len() as u64),
            begins,
        }
    }

    /// Adds at most `share` entries of a log that `peer` may be asked for. Returns how many.
    fn share(&self, peer: &NodeKey, log: &LogName, end: u64, share: u64, ranges: &mut Vec<Wanted>) -> u64 {
        let next = self.next_of(log);
        let (mut place, mut taken) = (next, 0);
        while place <= end && taken < share {
            if self.is_here(log, place) {
                place += 1;
            } else if let Some(covering) = self.wants.covering(peer, log, place) {
                if covering.peer != *peer && covering.to >= next + NEAR {
                    break;
                }
                place = covering.to + 1;
            } else {
                let mut to = end.min(place.saturating_add(share - taken - 1));
                to = self.wants.next_covered(peer, log, place, to).map_or(to, |covered| covered - 1);
                to = (place..=to).find(|p| self.is_here(log, *p)).map_or(to, |here| here - 1);
                ranges.push(Wanted { log: *log, from: place, to, peer: *peer });
                taken += to - place + 1;
                place = to + 1;
            }
        }
        taken
    }

    fn next_of(&self, log: &LogName) -> u64 {
        self.intake.next_of(log, self.ledger.sequence(log))
    }

    /// The last place of a log that is wanted, of those up to `place`.
    fn end(&self, log: &LogName, place: u64) -> u64 {
        self.ledger.forked_from(log).map_or(place, |forked| place.min(forked.get() - 1))
    }

    /// Whether a place is held ahead of its log or on its way to the disk.
    fn is_here(&self, log: &LogName, place: u64) -> bool {
        Sequence::new(place).is_some_and(|s| self.ledger.is_ahead(log, s) || self.intake.covers(log, s))
    }

    /// Adds places whose records are damaged here and which `peer` holds.
    fn add_damaged(&self, peer: &NodeKey, ranges: &mut Vec<Wanted>) {
        let Some(session) = self.sessions.get(peer) else { return };
        for (log, sequence) in self.intake.damaged() {
            let place = sequence.get();
            let has = session.theirs().get(&log).is_some_and(|head| head.sequence >= sequence);
            let free = self.wants.covering(peer, &log, place).is_none() && !self.intake.covers(&log, sequence);
            if has && free {
                ranges.push(Wanted { log, from: place, to: place, peer: *peer });
            }
        }
    }

    /// Asks for the entry that a peer holds where another one is held here: together they prove a fork.
    pub(super) fn want_branch(&mut self, peer: NodeKey, log: LogName, sequence: Sequence, out: &mut Vec<Effect>) {
        let asked = self.wants.branches.iter().filter(|(asked, ..)| *asked == peer).count();
        if asked < BRANCHES_MAX && self.wants.branches.insert((peer, log, sequence)) {
            self.send_want(peer, vec![range(&log, sequence.get(), sequence.get())], out);
        }
    }

    /// Asks for what the standing branches of forked logs lack: of each log one entry, of one who shows as much of it.
    fn want_named(&mut self, out: &mut Vec<Effect>) {
        let awaited: Vec<(LogName, Head)> = self.ledger.awaited().collect();
        for (log, head) in awaited {
            let shows = |peer: &NodeKey| {
                let theirs = self.sessions.get(peer).and_then(|session| session.theirs().get(&log));
                theirs.is_some_and(|theirs| theirs.sequence >= head.sequence)
            };
            let asked = self.wants.named.get(&log).is_some_and(|(peer, asked)| *asked == head && shows(peer));
            if asked || self.intake.covers(&log, head.sequence) {
                continue;
            }
            let Some(peer) = self.sessions.keys().copied().find(shows) else { continue };
            self.wants.named.insert(log, (peer, head));
            self.send_want(peer, vec![range(&log, head.sequence.get(), head.sequence.get())], out);
        }
    }

    /// Asks for entries that a peer holds ahead of their logs.
    pub(super) fn want_ahead<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: &v1::Frontier,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        if self.intake.is_refused(now) {
            return Ok(());
        }
        let (mut ranges, mut shares) = (Vec::new(), Shares::default());
        for ahead in message.ahead.iter().take(RANGES_MAX) {
            let Some((log, head)) = parse_place(&ahead.author, &ahead.log, ahead.sequence, &ahead.id) else { continue };
            let place = head.sequence.get();
            if self.end(&log, place) != place {
                continue;
            }
            let here = book::locate(storage, &log, head.sequence)?;
            if here.is_some_and(|here| here.id != head.id) {
                self.want_branch(peer, log, head.sequence, out);
                continue;
            }
            let lacks = place >= self.next_of(&log)
                && here.is_none()
                && !self.intake.covers(&log, head.sequence)
                && self.rules.knows(&log.author)
                && self.allows(&log, &mut shares);
            if lacks && self.wants.covering(&peer, &log, place).is_none() {
                ranges.push(Wanted { log, from: place, to: place, peer });
            }
        }
        self.want(peer, ranges, now, out);
        Ok(())
    }

    /// What a peer owes and does not deliver may be wanted from another.
    pub(super) fn notice_stalled(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let owes = |peer: &NodeKey| self.wants.under_way(peer) > 0;
        let late = self.sessions.iter().map(|(peer, session)| (*peer, now.since(session.owing_since)));
        let late: Vec<_> = late.filter(|(peer, late)| *late >= STALL && owes(peer)).collect();
        let known = self.wants.stalled.len();
        self.wants.stalled.extend(late.iter().map(|(peer, _)| *peer));
        self.wants.stirred |= self.wants.stalled.len() > known;
        for (peer, _) in late.into_iter().filter(|(_, late)| *late >= UNDELIVERED) {
            self.pause(peer, Fault::Undelivered, now, out);
        }
    }
}
