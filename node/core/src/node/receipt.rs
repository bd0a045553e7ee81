//! What comes of a want: entries are taken, credited, or known not to be there.

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::conduct::Work;
use super::event::{Effect, Fault};
use super::intake::{Batch, Outcome, kept};
use super::serve::parse_range;
use crate::id::{ContentHash, LogName, NodeKey, Sequence};
use crate::ledger::{Entry, EntryError, Record, book, verify_all};
use crate::state::{StateError, Storage};
use crate::sync::elide::Restored;
use crate::sync::session::CREDIT_WINDOW;
use crate::time::Moment;

/// A delivery that is being verified: from whom, and the small attachments of each of its entries.
#[derive(Debug)]
pub(super) struct Unverified {
    peer: NodeKey,
    attachments: Vec<Vec<Vec<u8>>>,
}

/// What one delivery brings.
struct Receipt {
    /// From whom, and when.
    peer: NodeKey,
    now: Moment,
    records: Vec<Record>,
    /// Small attachments that came along.
    kept: Vec<(ContentHash, Vec<u8>)>,
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
        let (restored, mut outcome) = self.restore(storage, peer, message.entries);
        for missing in &message.missing {
            outcome = outcome.and_then(|()| self.not_there(peer, missing, now));
        }
        self.note_progress(peer, owed, now);
        let (entries, attachments): (Vec<_>, Vec<_>) = restored.into_iter().map(|r| (r.entry, r.attachments)).unzip();
        if entries.is_empty() {
            self.plan(now, out);
            return Ok(outcome);
        }
        self.intake.count_received(entries.len());
        self.unverified.push_back(Unverified { peer, attachments });
        if self.beside {
            out.push(Effect::Verify(entries));
        } else {
            let verified = verify_all(entries, &self.network, &self.keys);
            self.verified(storage, verified, now, out)?;
        }
        Ok(outcome)
    }

    /// The oldest delivery is verified.
    pub(super) fn verified<S: Storage>(
        &mut self,
        storage: &S,
        entries: Vec<Result<Entry, EntryError>>,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let Some(Unverified { peer, attachments }) = self.unverified.pop_front() else { return Ok(()) };
        let owed = self.wants.under_way(&peer);
        let mut receipt =
            Receipt { peer, now, records: Vec::new(), kept: Vec::new(), batch: Batch::default(), bytes: 0 };
        let mut outcome = Ok(());
        for (entry, attachments) in entries.into_iter().zip(attachments) {
            outcome = match entry {
                Ok(entry) => self.take_delivered(storage, &entry, attachments, &mut receipt, out)?,
                Err(error) => Err(error.into()),
            };
            if outcome.is_err() {
                break;
            }
        }
        self.note_progress(peer, owed, now);
        let Receipt { records, kept, mut batch, bytes, .. } = receipt;
        if records.is_empty() {
            self.owe(peer, bytes, out);
            self.plan(now, out);
        } else {
            batch.owed = Some((peer, bytes));
            // What goes to the disk is not under way from peers any more. Packets come first: what is done about the other
            // effects may send further ones.
            self.plan(now, out);
            for (hash, content) in kept {
                self.keep(storage, hash, content, out);
            }
            self.append(records, batch, out);
        }
        self.end_by(peer, outcome, now, out);
        Ok(())
    }

    /// The peer delivers when less is under way from it than before.
    fn note_progress(&mut self, peer: NodeKey, owed: u64, now: Moment) {
        if self.wants.under_way(&peer) < owed {
            self.wants.delivers(&peer);
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.owing_since = now;
            }
        }
    }

    /// Rebuilds what the other side left out, up to the first entry where that fails.
    fn restore<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        delivered: Vec<v1::DeliveredEntry>,
    ) -> (Vec<Restored>, Result<(), Fault>) {
        let mut restored = Vec::with_capacity(delivered.len());
        let Some(session) = self.sessions.get_mut(&peer) else { return (restored, Ok(())) };
        for delivered in delivered {
            let Some(asked) = session.asked.checked_sub(1) else { return (restored, Err(Fault::Unasked)) };
            session.asked = asked;
            let held = |log: &LogName, sequence| book::locate(storage, log, sequence).ok().flatten().map(|l| l.id);
            match session.restorer.restore(delivered, held) {
                Ok(entry) => restored.push(entry),
                Err(error) => return (restored, Err(error.into())),
            }
        }
        (restored, Ok(()))
    }

    fn take_delivered<S: Storage>(
        &mut self,
        storage: &S,
        entry: &Entry,
        attachments: Vec<Vec<u8>>,
        receipt: &mut Receipt,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        let (peer, now) = (receipt.peer, receipt.now);
        let outcome = self.receive(storage, entry)?;
        receipt.bytes += (entry.size() + attachments.iter().map(Vec::len).sum::<usize>()) as u64;
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
                receipt.kept.extend(kept(entry, attachments));
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
