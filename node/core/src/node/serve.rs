//! What to give: urgent entries first, then whole entries in the order of time, on the receiver's credit, with the
//! totals said up front (`docs/design.md` §7). What a peer has had before comes last, under a budget.

use std::collections::{BTreeMap, VecDeque};

use palabre_proto::Message;
use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::event::{Effect, Fault, Notice};
use super::intake::range;
use super::want::RANGES_MAX;
use crate::id::{LogId, LogName, NodeKey, Sequence};
use crate::ledger::book::{self, Located};
use crate::ledger::{Entry, Priority};
use crate::state::{StateError, Storage};
use crate::sync::session::{CREDIT_WINDOW, Due};
use crate::time::Moment;

/// Largest attachment that is sent along with its entry (`docs/design.md` §3).
pub(super) const SMALL_ATTACHMENT: u64 = 4 * 1024;
/// Bytes of entries after which a delivery is closed: small enough that an urgent entry does not wait long behind it on a
/// slow link, large enough that its overhead does not show.
const DELIVERY_BYTES: usize = 48 * 1024;
/// Entries due from which on they are a backlog: fewer are sent before a stronger compressor has learnt anything.
const BACKLOG_LEAST: usize = 32;
/// Peers for whom a backlog is compressed at once: 8 MiB each. Others get theirs with what is used all the time.
const BACKLOGS_MAX: usize = 4;
/// Most entries that a peer may want at once and not have been sent.
const DUE_MAX: usize = 8_192;

impl Node {
    /// Queues what a peer wants and says how much it will be.
    pub(super) fn their_want<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: &v1::Want,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        if message.ranges.len() > RANGES_MAX {
            return Ok(Err(Fault::Limit("ranges")));
        }
        let mut queues: BTreeMap<LogName, VecDeque<(Sequence, Located)>> = BTreeMap::new();
        let mut missing = Vec::new();
        let mut room = DUE_MAX.saturating_sub(self.sessions.get(&peer).map_or(0, |s| s.due.len() + s.again.len()));
        for wanted in &message.ranges {
            let Some((log, from, to)) = parse_range(wanted) else { return Ok(Err(Fault::Malformed("range"))) };
            let limit = usize::try_from(to - from.get() + 1).unwrap_or(usize::MAX);
            if limit > room {
                return Ok(Err(Fault::Limit("entries")));
            }
            room -= limit;
            let found = book::locate_from(storage, &log, from, limit)?;
            // None: after the last sequence that there is.
            let mut next = Some(from.get());
            for (sequence, located) in found.into_iter().take_while(|(s, _)| s.get() <= to) {
                if let Some(next) = next.filter(|next| sequence.get() > *next) {
                    missing.push(range(&log, next, sequence.get() - 1));
                }
                next = sequence.get().checked_add(1);
                queues.entry(log).or_default().push_back((sequence, located));
            }
            if let Some(next) = next.filter(|next| *next <= to) {
                missing.push(range(&log, next, to));
            }
        }
        self.promise(peer, queues, out);
        if !missing.is_empty() {
            self.send(peer, Body::Delivery(v1::Delivery { entries: Vec::new(), missing }), out);
        }
        self.pump(storage, peer, now, out)?;
        Ok(Ok(()))
    }

    fn promise(
        &mut self,
        peer: NodeKey,
        queues: BTreeMap<LogName, VecDeque<(Sequence, Located)>>,
        out: &mut Vec<Effect>,
    ) {
        let all = || queues.values().flatten();
        let (entries, bytes) = (all().count() as u64, all().map(|(_, l)| u64::from(l.size)).sum());
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        let (urgent, routine) = in_order(queues);
        let had = |due: &Due| {
            let shown = session.theirs().get(&due.log).is_some_and(|head| head.sequence >= due.sequence);
            shown || self.conducts.had(&peer, &due.log, due.sequence)
        };
        let (again, urgent): (Vec<Due>, Vec<Due>) = urgent.into_iter().partition(had);
        let (more, routine): (Vec<Due>, Vec<Due>) = routine.into_iter().partition(had);
        for due in urgent.into_iter().rev() {
            session.due.push_front(due);
        }
        session.due.extend(routine);
        session.again.extend(again.into_iter().chain(more));
        // A single entry, as after an announcement, needs no total.
        if entries > 1 {
            self.send(peer, Body::Promise(v1::Promise { entries, bytes }), out);
        }
    }

    /// Sends what is due, as far as the credit goes.
    fn pump<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let is_backlog = self.is_backlog(&peer);
        loop {
            let mut delivery = v1::Delivery::default();
            let mut bytes = 0;
            while bytes < DELIVERY_BYTES {
                let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
                if session.unacknowledged >= CREDIT_WINDOW {
                    break;
                }
                if session.elider.is_full() && !(session.due.is_empty() && session.again.is_empty()) {
                    out.push(Effect::Disconnect { peer, reason: Fault::Renewed });
                    return Ok(());
                }
                let Some(due) = self.next_due(peer, now) else { break };
                let Some(entry) = self.readable(storage, due, out)? else {
                    delivery.missing.push(range(&due.log, due.sequence.get(), due.sequence.get()));
                    continue;
                };
                let attachments = small_attachments(storage, &entry);
                let credit = entry.size() + attachments.iter().map(Vec::len).sum::<usize>();
                let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
                let known = session.their_head(&due.log);
                let delivered = session.elider.elide(&entry, known, attachments);
                bytes += credit.max(delivered.encoded_len());
                session.unacknowledged += credit as u64;
                delivery.entries.push(delivered);
                self.conducts.has_had(peer, due.log, due.sequence);
            }
            if delivery.entries.is_empty() && delivery.missing.is_empty() {
                return Ok(());
            }
            if is_backlog {
                self.send_with(peer, |session| session.pack_backlog(Body::Delivery(delivery)), out);
            } else {
                self.send(peer, Body::Delivery(delivery), out);
            }
        }
    }

    /// What is to be sent next: what the peer has had only when nothing else is due, and not more than its budget.
    fn next_due(&mut self, peer: NodeKey, now: Moment) -> Option<Due> {
        let session = self.sessions.get_mut(&peer)?;
        if let Some(due) = session.due.pop_front() {
            return Some(due);
        }
        let again = *session.again.front()?;
        if !self.conducts.may_have_again(peer, now) {
            return None;
        }
        session.again.pop_front();
        Some(again)
    }

    /// Goes on with what peers want again, as their budgets fill up.
    pub(super) fn send_again<S: Storage>(
        &mut self,
        storage: &S,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let waiting = self.sessions.iter().filter(|(_, session)| !session.again.is_empty());
        let waiting: Vec<NodeKey> = waiting.map(|(peer, _)| *peer).collect();
        waiting.into_iter().try_for_each(|peer| self.pump(storage, peer, now, out))
    }

    /// Whether what is due to a peer is worth the stronger compressor, and there is memory for one more.
    fn is_backlog(&self, peer: &NodeKey) -> bool {
        let Some(session) = self.sessions.get(peer) else { return false };
        let others = || self.sessions.values().filter(|session| session.has_backlog()).count();
        session.has_backlog() || (session.due.len() >= BACKLOG_LEAST && others() < BACKLOGS_MAX)
    }

    /// Ends the backlogs of which nothing is left.
    pub(super) fn end_backlogs(&mut self, now: Moment, out: &mut Vec<Effect>) {
        // A compressor that fails at its end takes nothing with it: the next backlog begins with a new one.
        let ended = self.sessions.iter_mut().filter_map(|(peer, s)| Some((*peer, s.end_backlog(now).ok()??)));
        out.extend(ended.map(|(peer, packet)| Effect::Send { peer, packet }));
    }

    /// The entry that is due; nothing when its record is damaged, which is noted and fetched again.
    fn readable<S: Storage>(
        &mut self,
        storage: &S,
        due: Due,
        out: &mut Vec<Effect>,
    ) -> Result<Option<Entry>, StateError> {
        let Some(located) = book::locate(storage, &due.log, due.sequence)? else { return Ok(None) };
        let entry = book::read_entry(storage, &located)?;
        if entry.is_none() {
            self.damaged(due.log, due.sequence);
            out.push(Effect::Report(Notice::DamagedRecord { log: due.log, sequence: due.sequence }));
        }
        Ok(entry)
    }

    /// A peer has taken what was sent.
    pub(super) fn credited<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        bytes: u64,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.unacknowledged = session.unacknowledged.saturating_sub(bytes);
        }
        self.pump(storage, peer, now, out)?;
        Ok(Ok(()))
    }
}

/// Urgent ones, then the logs merged by their authors' clocks; within a log always in its own order.
fn in_order(mut queues: BTreeMap<LogName, VecDeque<(Sequence, Located)>>) -> (Vec<Due>, Vec<Due>) {
    let mut urgent = Vec::new();
    for (log, queue) in &mut queues {
        queue.retain(|(sequence, located)| {
            let first = located.priority == Priority::Urgent;
            if first {
                urgent.push((located.clock, Due { log: *log, sequence: *sequence }));
            }
            !first
        });
    }
    urgent.sort_by_key(|(clock, due)| (*clock, due.log, due.sequence));
    let mut routine = Vec::new();
    let mut fronts: std::collections::BTreeSet<_> =
        queues.iter().filter_map(|(log, queue)| queue.front().map(|(_, l)| (l.clock, *log))).collect();
    while let Some((_, log)) = fronts.pop_first() {
        let Some(queue) = queues.get_mut(&log) else { continue };
        if let Some((sequence, _)) = queue.pop_front() {
            routine.push(Due { log, sequence });
        }
        if let Some((_, next)) = queue.front() {
            fronts.insert((next.clock, log));
        }
    }
    (urgent.into_iter().map(|(_, due)| due).collect(), routine)
}

/// The contents of the small attachments, in the order of the header; none at all when none is held.
fn small_attachments<S: Storage>(storage: &S, entry: &Entry) -> Vec<Vec<u8>> {
    let content = |a: &crate::ledger::Attachment| {
        if a.size > SMALL_ATTACHMENT { None } else { storage.small_attachment(&a.hash) }.unwrap_or_default()
    };
    let contents: Vec<Vec<u8>> = entry.header().attachments.iter().map(content).collect();
    if contents.iter().all(Vec::is_empty) { Vec::new() } else { contents }
}

/// A range that is one: from 1 on, and not ended before it begins.
pub(super) fn parse_range(message: &v1::Range) -> Option<(LogName, Sequence, u64)> {
    let author = NodeKey::try_from(message.author.as_slice()).ok()?;
    let log = LogId::try_from(message.log.as_slice()).ok()?;
    let from = Sequence::new(message.from)?;
    (message.to >= message.from).then_some((LogName { author, log }, from, message.to))
}
