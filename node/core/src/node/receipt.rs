//! What comes of a want: entries are taken, credited, or known not to be there.

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::conduct::Work;
use super::event::{Effect, Fault};
use super::intake::{Batch, Outcome, kept};
use super::serve::parse_range;
use crate::id::{LogName, NodeKey, Sequence};
use crate::ledger::{Record, book};
use crate::state::{StateError, Storage};
use crate::sync::session::CREDIT_WINDOW;
use crate::time::Moment;

/// What one delivery brings.
#[derive(Default)]
struct Receipt {
    records: Vec<Record>,
    batch: Batch,
    /// Bytes to credit.
    bytes: u64,
}

impl Node {
    /// Entries came. What came before a fault is kept all the same: it is authentic.
    pub(super) fn delivery<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: v1::Delivery,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        let owed = self.wants.under_way(&peer);
        let mut receipt = Receipt::default();
        let mut outcome = Ok(());
        for delivered in message.entries {
            outcome = self.take_delivered(storage, peer, delivered, &mut receipt, now, out)?;
            if outcome.is_err() {
                break;
            }
        }
        for missing in &message.missing {
            outcome = outcome.and_then(|()| self.not_there(peer, missing, now));
        }
        if self.wants.under_way(&peer) < owed {
            self.wants.delivers(&peer);
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.owing_since = now;
            }
        }
        let Receipt { records, mut batch, bytes } = receipt;
        if records.is_empty() {
            self.owe(peer, bytes, out);
            self.plan(now, out);
        } else {
            batch.owed = Some((peer, bytes));
            self.append(records, batch, out);
        }
        Ok(outcome)
    }

    fn take_delivered<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        delivered: v1::DeliveredEntry,
        receipt: &mut Receipt,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(Ok(())) };
        let Some(asked) = session.asked.checked_sub(1) else { return Ok(Err(Fault::Unasked)) };
        session.asked = asked;
        let held = |log: &LogName, sequence| book::locate(storage, log, sequence).ok().flatten().map(|l| l.id);
        let restored = match session.restorer.restore(delivered, held) {
            Ok(restored) => restored,
            Err(error) => return Ok(Err(error.into())),
        };
        let (entry, outcome) = match self.receive(storage, restored.entry)? {
            Ok(received) => received,
            Err(fault) => return Ok(Err(fault)),
        };
        receipt.bytes += (entry.size() + restored.attachments.iter().map(Vec::len).sum::<usize>()) as u64;
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        self.wants.arrived(&log, sequence);
        if !matches!(outcome, Outcome::Taken(_) | Outcome::Fork(..))
            && let Err(fault) = self.conducts.charge(peer, Work::Useless, now)
        {
            return Ok(Err(fault));
        }
        let before = Sequence::new(sequence.get() - 1);
        match (outcome, before) {
            (Outcome::Taken(record), _) => {
                receipt.batch.sources.insert(entry.id(), peer);
                receipt.records.push(record);
                for (hash, content) in kept(&entry, restored.attachments) {
                    self.keep(storage, hash, content, out);
                }
            }
            (Outcome::Fork(record, deeper), before) => {
                receipt.records.push(record);
                if let (true, Some(before)) = (deeper, before) {
                    self.want_branch(peer, log, before, out);
                }
            }
            (Outcome::Parted, Some(before)) => {
                self.want_branch(peer, log, before, out);
                self.disbelieve(&peer, &log, now);
            }
            (Outcome::Parted, None) | (Outcome::Stranger | Outcome::Dropped, _) => self.disbelieve(&peer, &log, now),
            (Outcome::Held | Outcome::Waits, _) => {}
        }
        Ok(Ok(()))
    }

    /// The peer does not have what it showed: it is not asked for it again.
    fn not_there(&mut self, peer: NodeKey, missing: &v1::Range, now: Moment) -> Result<(), Fault> {
        let (log, from, to) = parse_range(missing).ok_or(Fault::Malformed("range"))?;
        self.wants.free(Some(&peer), &log, from.get(), to);
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
        session.asked = session.asked.saturating_sub((to - from.get()).saturating_add(1));
        // Such heads cost this node a new log. What it was only asked for, to find where a log forks, it never claimed to have.
        let claimed = session.theirs().get(&log).is_some_and(|head| head.sequence.get() >= to);
        let lied = log.author == self.key && claimed;
        self.disbelieve(&peer, &log, now);
        if lied { Err(Fault::OwnEntries) } else { Ok(()) }
    }

    /// What a peer shows of a log is not asked for until it shows more of it, or shows it anew.
    fn disbelieve(&mut self, peer: &NodeKey, log: &LogName, now: Moment) {
        if let Some(session) = self.sessions.get_mut(peer) {
            session.disbelieve(log);
            session.doubted_since.get_or_insert(now);
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
}
