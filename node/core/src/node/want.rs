//! What to take from whom: never one range from two peers, unless the first has stalled (`docs/design.md` §7).

use std::collections::BTreeSet;

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault};
use super::exchange::parse_place;
use super::intake::{Batch, Outcome, kept, range};
use crate::id::{LogId, LogName, NodeKey, Sequence};
use crate::state::{StateError, Storage};
use crate::sync::session::CREDIT_WINDOW;
use crate::time::Moment;

/// Most entries under way from one peer: a few windows of credit, so that what a peer leaves undone is small.
pub(super) const WANT_MAX: u64 = 2_048;
/// Most entries of one log in one want, so that a large backlog comes from several peers.
const RANGE_MAX: u64 = 512;
/// Milliseconds without a packet after which what a peer should deliver is wanted from another: two frames at 64 kbit/s
/// over a satellite, several times.
const STALL: u64 = 30_000;
/// Most ranges in a want.
pub(super) const RANGES_MAX: usize = 1_024;

#[derive(Clone, Copy, Debug)]
struct Wanted {
    log: LogName,
    from: u64,
    to: u64,
    peer: NodeKey,
}

/// What is under way.
#[derive(Debug, Default)]
pub(super) struct Wants {
    ranges: Vec<Wanted>,
    /// Entries of another branch that were asked for once: they stand where another entry is held.
    branches: BTreeSet<(NodeKey, LogName, Sequence)>,
}

impl Wants {
    /// What a peer should have delivered is free again.
    pub(super) fn forget(&mut self, peer: &NodeKey) {
        self.ranges.retain(|wanted| wanted.peer != *peer);
        self.branches.retain(|(asked, ..)| asked != peer);
    }

    fn under_way(&self, peer: &NodeKey) -> u64 {
        self.ranges.iter().filter(|w| w.peer == *peer).map(|w| w.to - w.from + 1).sum()
    }

    /// The first places of `from..=to` that nobody was asked for, as one range.
    fn first_gap(&self, log: &LogName, mut from: u64, to: u64) -> Option<(u64, u64)> {
        let mut covered: Vec<_> = self.ranges.iter().filter(|w| w.log == *log).map(|w| (w.from, w.to)).collect();
        covered.sort_unstable();
        for (start, end) in covered {
            if start > from {
                return (from <= to).then(|| (from, to.min(start - 1)));
            }
            from = from.max(end + 1);
        }
        (from <= to).then_some((from, to))
    }

    /// An entry came, from whomever: its place is not under way any more.
    fn arrived(&mut self, log: &LogName, sequence: Sequence) {
        let place = sequence.get();
        let mut rest = Vec::new();
        self.ranges.retain_mut(|w| {
            if w.log != *log || place < w.from || place > w.to {
                return true;
            }
            if place < w.to {
                rest.push(Wanted { from: place + 1, ..*w });
            }
            w.to = place - 1;
            w.from <= w.to
        });
        self.ranges.append(&mut rest);
    }

    fn free(&mut self, log: &LogName, from: u64, to: u64) {
        for place in from..=to.min(from.saturating_add(WANT_MAX)) {
            if let Some(sequence) = Sequence::new(place) {
                self.arrived(log, sequence);
            }
        }
    }

    /// Whether entries are under way.
    pub(super) fn is_idle(&self) -> bool {
        self.ranges.is_empty()
    }
}

impl Node {
    /// Asks peers for what they have shown and nobody was asked for.
    pub(super) fn plan(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let mut peers: Vec<(u64, NodeKey)> =
            self.sessions.keys().map(|peer| (self.wants.under_way(peer), *peer)).collect();
        peers.sort_unstable();
        for (under_way, peer) in peers {
            let ranges = self.lacking(&peer, WANT_MAX.saturating_sub(under_way));
            if ranges.is_empty() {
                continue;
            }
            let messages = ranges.iter().map(|w| range(&w.log, w.from, w.to)).collect();
            self.wants.ranges.extend(ranges);
            self.send_want(peer, messages, out);
        }
        let behind = !self.wants.is_idle();
        self.behind_since = if behind { self.behind_since.or(Some(now)) } else { None };
    }

    fn send_want(&mut self, peer: NodeKey, ranges: Vec<v1::Range>, out: &mut Vec<Effect>) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.asked += ranges.iter().map(|range| range.to - range.from + 1).sum::<u64>();
        }
        self.send(peer, Body::Want(v1::Want { ranges }), out);
    }

    /// The ranges that `peer` has shown, that are not held and that nobody was asked for: at most `room` entries.
    fn lacking(&self, peer: &NodeKey, mut room: u64) -> Vec<Wanted> {
        let mut ranges = Vec::new();
        let Some(session) = self.sessions.get(peer) else { return ranges };
        for (log, head) in &session.theirs {
            if room == 0 || ranges.len() >= RANGES_MAX {
                break;
            }
            if self.rules.mandate_of(&log.author).is_none() {
                continue;
            }
            let mut end = head.sequence.get();
            if let Some(forked) = self.ledger.forked_from(log) {
                end = end.min(forked.get() - 1);
            }
            let mut from = self.intake.next_of(log, self.ledger.sequence(log));
            while room > 0 && ranges.len() < RANGES_MAX {
                let Some((start, stop)) = self.wants.first_gap(log, from, end) else { break };
                let stop = self.until_held(log, start, stop.min(start + RANGE_MAX.min(room) - 1));
                if stop < start {
                    from = start + 1;
                    continue;
                }
                ranges.push(Wanted { log: *log, from: start, to: stop, peer: *peer });
                room -= stop - start + 1;
                from = stop + 1;
            }
        }
        self.mending(peer, &mut ranges);
        ranges
    }

    /// The last place of `start..=stop` before one that is held ahead or on its way to the disk.
    fn until_held(&self, log: &LogName, start: u64, stop: u64) -> u64 {
        let held = |place: &u64| {
            Sequence::new(*place).is_some_and(|s| self.ledger.is_ahead(log, s) || self.intake.covers(log, s))
        };
        (start..=stop).find(held).map_or(stop, |place| place - 1)
    }

    /// Places whose records are damaged here and which `peer` holds.
    fn mending(&self, peer: &NodeKey, ranges: &mut Vec<Wanted>) {
        let Some(session) = self.sessions.get(peer) else { return };
        for (log, sequence) in self.intake.damaged() {
            let place = sequence.get();
            let theirs = session.theirs.get(&log).or_else(|| session.told.get(&log));
            let has = theirs.is_some_and(|head| head.sequence >= sequence);
            let free = self.wants.first_gap(&log, place, place).is_some() && !self.intake.covers(&log, sequence);
            if has && free && ranges.len() < RANGES_MAX {
                ranges.push(Wanted { log, from: place, to: place, peer: *peer });
            }
        }
    }

    /// Asks for the entry that a peer holds where another one is held here: together they prove a fork.
    pub(super) fn want_branch(&mut self, peer: NodeKey, log: LogName, sequence: Sequence, out: &mut Vec<Effect>) {
        if self.wants.branches.insert((peer, log, sequence)) {
            self.send_want(peer, vec![range(&log, sequence.get(), sequence.get())], out);
        }
    }

    /// Asks for entries that a peer holds ahead of their logs.
    pub(super) fn want_ahead<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: &v1::Frontier,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let mut ranges = Vec::new();
        for ahead in message.ahead.iter().take(RANGES_MAX) {
            let Some((log, head)) = parse_place(&ahead.author, &ahead.log, ahead.sequence, &ahead.id) else { continue };
            let place = head.sequence.get();
            let lacks = place >= self.intake.next_of(&log, self.ledger.sequence(&log))
                && crate::ledger::book::locate(storage, &log, head.sequence)?.is_none()
                && !self.intake.covers(&log, head.sequence)
                && self.ledger.forked_from(&log).is_none_or(|forked| forked > head.sequence)
                && self.rules.mandate_of(&log.author).is_some();
            if lacks && self.wants.first_gap(&log, place, place).is_some() {
                self.wants.ranges.push(Wanted { log, from: place, to: place, peer });
                ranges.push(range(&log, place, place));
            }
        }
        if !ranges.is_empty() {
            self.send_want(peer, ranges, out);
        }
        Ok(())
    }

    /// Entries came.
    pub(super) fn delivery<S: Storage>(
        &mut self,
        storage: &mut S,
        peer: NodeKey,
        message: v1::Delivery,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        let mut records = Vec::new();
        let mut batch = Batch::default();
        let mut bytes = 0;
        for delivered in message.entries {
            let Some(session) = self.sessions.get_mut(&peer) else { return Ok(Ok(())) };
            let Some(asked) = session.asked.checked_sub(1) else { return Ok(Err(Fault::Unasked)) };
            session.asked = asked;
            let held = |log: &LogName, sequence| {
                crate::ledger::book::locate(storage, log, sequence).ok().flatten().map(|l| l.id)
            };
            let restored = match session.restorer.restore(delivered, held) {
                Ok(restored) => restored,
                Err(error) => return Ok(Err(error.into())),
            };
            let (entry, outcome) = match self.receive(storage, restored.entry)? {
                Ok(received) => received,
                Err(fault) => return Ok(Err(fault)),
            };
            bytes += entry.size() as u64;
            let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
            self.wants.arrived(&log, sequence);
            match outcome {
                Outcome::Taken(record) => {
                    batch.sources.insert(entry.id(), peer);
                    records.push(record);
                    out.extend(
                        kept(&entry, restored.attachments)
                            .into_iter()
                            .map(|(hash, content)| Effect::Keep { hash, content }),
                    );
                }
                Outcome::Fork(record, deeper) => {
                    records.push(record);
                    if let (true, Some(before)) = (deeper, Sequence::new(sequence.get() - 1)) {
                        self.want_branch(peer, log, before, out);
                    }
                }
                Outcome::Parted => {
                    if let Some(before) = Sequence::new(sequence.get() - 1) {
                        self.want_branch(peer, log, before, out);
                    }
                    self.disbelieve(&peer, &log);
                }
                Outcome::Stranger | Outcome::Dropped => self.disbelieve(&peer, &log),
                Outcome::Held => {}
            }
        }
        for missing in &message.missing {
            self.not_there(peer, missing);
        }
        if records.is_empty() {
            self.owe(peer, bytes, out);
            self.plan(now, out);
        } else {
            batch.owed = Some((peer, bytes));
            self.append(records, batch, out);
        }
        Ok(Ok(()))
    }

    /// The peer does not have what it showed: it is not asked for it again.
    fn not_there(&mut self, peer: NodeKey, missing: &v1::Range) {
        let (Ok(author), Ok(log)) =
            (NodeKey::try_from(missing.author.as_slice()), LogId::try_from(missing.log.as_slice()))
        else {
            return;
        };
        let log = LogName { author, log };
        self.wants.free(&log, missing.from, missing.to);
        self.disbelieve(&peer, &log);
    }

    /// What a peer shows of a log is not asked for until it shows more of it.
    fn disbelieve(&mut self, peer: &NodeKey, log: &LogName) {
        if let Some(session) = self.sessions.get_mut(peer) {
            session.theirs.remove(log);
        }
    }

    /// Credits bytes that were taken; small amounts are saved up.
    pub(super) fn owe(&mut self, peer: NodeKey, bytes: u64, out: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        session.owed += bytes;
        if session.owed >= CREDIT_WINDOW / 4 {
            let bytes = std::mem::take(&mut session.owed);
            self.send(peer, Body::Credit(v1::Credit { bytes }), out);
        }
    }

    /// What a silent peer should deliver may be wanted from another.
    pub(super) fn release_stalled(&mut self, now: Moment) {
        let stalled: Vec<NodeKey> =
            self.sessions.iter().filter(|(_, s)| now.since(s.heard) >= STALL).map(|(peer, _)| *peer).collect();
        for peer in stalled {
            if self.wants.under_way(&peer) > 0 {
                self.wants.forget(&peer);
                if let Some(session) = self.sessions.get_mut(&peer) {
                    session.heard = now;
                }
            }
        }
    }
}
