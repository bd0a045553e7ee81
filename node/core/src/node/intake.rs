//! Entries and fork proofs from anywhere: verified, judged, made durable, then folded and shown.
//!
//! Between [`Effect::Append`] and [`super::Event::Appended`] what was taken is *pending*: a second copy is not taken,
//! and what follows it in its log may be.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use palabre_proto::v1;

use super::event::{Effect, HandedIn, MessageId, Notice, Ticket, Verdict as GossipVerdict, WriteError};
use super::fetch::WHOLE_MAX;
use super::{Hashes, Node};
use crate::id::{ContentHash, EntryId, LogName, NodeKey, Sequence};
use crate::ledger::book::{self, Effective, Verdict};
use crate::ledger::entry::content_hash;
use crate::ledger::{Entry, ForkProof, Head, Priority, Record};
use crate::registers;
use crate::state::{Position, StateError, Storage};
use crate::time::Moment;

/// What waits for the answer to one [`Effect::Append`].
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Who delivered each entry.
    pub sources: BTreeMap<EntryId, NodeKey>,
    /// Bytes to credit once it is durable.
    pub owed: Option<(NodeKey, u64)>,
    /// Own writes; nobody waits for those that the node makes by itself.
    pub tickets: BTreeMap<EntryId, Option<Ticket>>,
    /// Gossip messages whose verdict hangs on an entry.
    pub messages: Vec<MessageId>,
    /// Rules among the records: should the disk refuse them, they are recorded again later.
    pub rules: Vec<Record>,
    /// Who handed them in, and what came of it.
    pub handed: Option<(Ticket, HandedIn)>,
}

/// What is under way to the disk.
#[derive(Debug, Default)]
pub(super) struct Intake {
    pending: BTreeMap<LogName, BTreeMap<Sequence, EntryId>>,
    tentative: BTreeMap<LogName, Head>,
    batches: VecDeque<Batch>,
    damaged: BTreeMap<LogName, Vec<Sequence>>,
    refused: Option<Moment>,
    /// Fork proofs on their way to the disk.
    forks: BTreeMap<LogName, ForkProof>,
    /// Those that the disk has refused: whoever sent one does not send it again.
    refused_forks: BTreeMap<LogName, ForkProof>,
    /// Whole entries that came from peers since the start, each copy counted.
    received: u64,
}

/// Milliseconds after a refusal by the disk before peers are asked again for what it did not take.
const REFUSED: u64 = 30_000;

/// What became of an entry that came.
pub(super) enum Outcome {
    /// It goes to the disk.
    Taken(Record),
    /// It is held or on its way to the disk.
    Held,
    /// Its author is under no mandate that is held.
    Stranger,
    /// It and another one prove a fork, which goes to the disk.
    Fork(Record, bool),
    /// The entry before it here is another one: that of the other branch is wanted.
    Parted,
    /// It has no place here now.
    Dropped,
    /// Its author has had its share of the day: it will be asked for tomorrow.
    Waits,
}

impl Intake {
    /// Whole entries that came from peers since the start, each copy counted.
    pub(super) const fn received(&self) -> u64 {
        self.received
    }

    pub(super) const fn count_received(&mut self, entries: usize) {
        self.received += entries as u64;
    }

    fn is_pending(&self, log: &LogName, sequence: Sequence) -> Option<EntryId> {
        self.pending.get(log)?.get(&sequence).copied()
    }

    /// The first sequence of `log` that is neither held without a gap nor on its way to the disk.
    pub(super) fn next_of(&self, log: &LogName, held: u64) -> u64 {
        self.tentative.get(log).map_or(held, |head| head.sequence.get().max(held)) + 1
    }

    /// Whether this place is on its way to the disk.
    pub(super) fn covers(&self, log: &LogName, sequence: Sequence) -> bool {
        self.is_pending(log, sequence).is_some()
    }

    fn take(&mut self, entry: &Entry, continues: bool) {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        self.pending.entry(log).or_default().insert(sequence, entry.id());
        if continues {
            self.tentative.insert(log, Head { sequence, id: entry.id() });
        }
    }

    fn settle(&mut self, entry: &Entry) {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        if let Some(pending) = self.pending.get_mut(&log) {
            pending.remove(&sequence);
            if pending.is_empty() {
                self.pending.remove(&log);
                self.tentative.remove(&log);
            }
        }
    }

    /// Whether the disk has taken nothing lately: what comes would be thrown away.
    pub(super) fn is_refused(&self, now: Moment) -> bool {
        self.refused.is_some_and(|refused| now.since(refused) < REFUSED)
    }

    fn is_damaged(&self, log: &LogName, sequence: Sequence) -> bool {
        self.damaged.get(log).is_some_and(|places| places.contains(&sequence))
    }

    fn mends(&mut self, log: &LogName, sequence: Sequence) -> bool {
        let Some(damaged) = self.damaged.get_mut(log) else { return false };
        let before = damaged.len();
        damaged.retain(|s| *s != sequence);
        damaged.len() < before
    }

    /// Places whose records are damaged on disk.
    pub(super) fn damaged(&self) -> impl Iterator<Item = (LogName, Sequence)> {
        self.damaged.iter().flat_map(|(log, places)| places.iter().map(|s| (*log, *s)))
    }
}

impl Node {
    /// Judges an authentic entry that came.
    pub(super) fn receive<S: Storage>(&mut self, storage: &S, entry: &Entry) -> Result<Outcome, StateError> {
        if !self.rules.knows(&entry.header().author) {
            return Ok(Outcome::Stranger);
        }
        self.judge(storage, entry)
    }

    fn judge<S: Storage>(&mut self, storage: &S, entry: &Entry) -> Result<Outcome, StateError> {
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        if let Some(pending) = self.intake.is_pending(&log, sequence) {
            // Another entry at a pending place is a fork: it will be seen as one when it comes again.
            return Ok(if pending == entry.id() { Outcome::Held } else { Outcome::Dropped });
        }
        match self.ledger.judge(storage, entry)? {
            Verdict::Next => Ok(self.take(entry, true)),
            Verdict::Ahead | Verdict::TooFarAhead if self.continues_pending(entry) => Ok(self.take(entry, true)),
            Verdict::Ahead | Verdict::Named => Ok(self.take(entry, false)),
            Verdict::TooFarAhead | Verdict::Frozen => Ok(Outcome::Dropped),
            Verdict::Parted => Ok(Outcome::Parted),
            Verdict::Held if self.intake.is_damaged(&log, sequence) => Ok(self.take_again(entry)),
            Verdict::Held => Ok(Outcome::Held),
            Verdict::Conflict(there) => {
                let Some(other) = book::read_entry(storage, &there)? else {
                    return Ok(Outcome::Dropped);
                };
                Ok(match ForkProof::new(entry, &other) {
                    Ok(proof) if self.take_fork(&proof) => {
                        let deeper = proof.parted_before();
                        Outcome::Fork(Record::Fork(Box::new(proof)), deeper)
                    }
                    _ => Outcome::Dropped,
                })
            }
        }
    }

    fn continues_pending(&self, entry: &Entry) -> bool {
        self.intake.tentative.get(&entry.header().log_name()).is_some_and(|head| {
            head.sequence.next() == entry.header().sequence && entry.header().previous == Some(head.id)
        })
    }

    fn take(&mut self, entry: &Entry, continues: bool) -> Outcome {
        let new_log = !self.is_begun(&entry.header().log_name());
        if !self.spend(entry.header().author, weight(entry), new_log) {
            return Outcome::Waits;
        }
        self.intake.take(entry, continues);
        Outcome::Taken(Record::Entry(Box::new(entry.clone())))
    }

    /// One that is held, whose record is damaged: counted on its day.
    fn take_again(&mut self, entry: &Entry) -> Outcome {
        self.intake.take(entry, false);
        Outcome::Taken(Record::Entry(Box::new(entry.clone())))
    }

    /// Whether a fork proof says more than what is known, and its author has a share left: an author may forge them
    /// without end, each lower than the one before.
    pub(super) fn take_fork(&mut self, proof: &ForkProof) -> bool {
        let log = proof.log();
        let pending = self.intake.forks.get(&log).is_some_and(|pending| !proof.stands_before(pending));
        let new_log = !self.is_begun(&log);
        let takes = !pending && self.ledger.wants_fork(proof) && self.spend(log.author, proof.size() as u64, new_log);
        if takes {
            self.intake.forks.insert(log, proof.clone());
        }
        takes
    }

    /// Goes on with fork proofs that the disk has refused, those whose authors have a share left.
    pub(super) fn record_forks_again(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if self.intake.is_refused(now) {
            return;
        }
        let refused = std::mem::take(&mut self.intake.refused_forks);
        let (taken, left): (Vec<_>, Vec<_>) = refused.into_iter().partition(|(_, proof)| self.take_fork(proof));
        self.intake.refused_forks = left.into_iter().filter(|(_, proof)| self.ledger.wants_fork(proof)).collect();
        if !taken.is_empty() {
            let records = taken.into_iter().map(|(_, proof)| Record::Fork(Box::new(proof)));
            self.append(records.collect(), Batch::default(), out);
        }
    }

    /// A fork proof is durable.
    pub(super) fn settle_fork(&mut self, proof: &ForkProof) {
        self.intake.forks.remove(&proof.log());
    }

    /// Whether anything of a log is held or on its way to the disk.
    pub(super) fn is_begun(&self, log: &LogName) -> bool {
        self.ledger.is_begun(log) || self.intake.pending.contains_key(log) || self.intake.forks.contains_key(log)
    }

    /// The own entry goes to the disk like any other.
    pub(super) fn take_own(&mut self, entry: Entry, ticket: Option<Ticket>, out: &mut Vec<Effect>) {
        let new_log = !self.is_begun(&entry.header().log_name());
        if !self.spend(self.key, weight(&entry), new_log) {
            self.note_beyond(self.key, out);
        }
        self.intake.take(&entry, true);
        let batch = Batch { tickets: BTreeMap::from([(entry.id(), ticket)]), ..Batch::default() };
        // The disk may have refused the record of the log when that was opened.
        let opened = (!self.own_is_recorded).then(|| Record::Opened(self.own.name().log));
        self.append(opened.into_iter().chain([Record::Entry(Box::new(entry))]).collect(), batch, out);
    }

    pub(super) fn append(&mut self, records: Vec<Record>, batch: Batch, out: &mut Vec<Effect>) {
        self.intake.batches.push_back(batch);
        out.push(Effect::Append(records));
    }

    /// A record that the index names cannot be read: it is wanted again.
    pub(super) fn damaged(&mut self, log: LogName, sequence: Sequence) {
        let places = self.intake.damaged.entry(log).or_default();
        if !places.contains(&sequence) {
            places.push(sequence);
        }
    }

    /// The records of the oldest batch are durable: they are folded, and whoever waits for them hears of it.
    pub(super) fn appended<S: Storage>(
        &mut self,
        storage: &mut S,
        records: &[(Record, Position)],
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let batch = self.intake.batches.pop_front().unwrap_or_default();
        let mut rules_came = false;
        for (record, position) in records {
            match record {
                Record::Entry(entry) => self.entry_durable(storage, entry, *position, &batch, out)?,
                Record::Fork(proof) => self.fork_durable(storage, proof, *position, out)?,
                Record::Opened(log) => {
                    self.own_is_recorded |= *log == self.own.name().log;
                    Self::note_opened(storage, *log)?;
                }
                Record::Mended(_) => {}
                rule => {
                    Self::remember_rule(storage, rule, *position)?;
                    rules_came = true;
                }
            }
        }
        if rules_came {
            self.fold_under_rules(storage)?;
        }
        out.extend(batch.handed.map(|(ticket, handed)| Effect::HandedIn { ticket, handed }));
        self.digest = None;
        self.remember_allowances(storage, records)?;
        out.extend(batch.messages.iter().map(|m| Effect::Verdict { message: *m, verdict: GossipVerdict::Accept }));
        if let Some((peer, bytes)) = batch.owed {
            self.owe(peer, bytes, out);
        }
        self.tell_changes(now, out);
        self.plan(now, out);
        self.plan_fetches(storage, now, out)
    }

    fn entry_durable<S: Storage>(
        &mut self,
        storage: &mut S,
        entry: &Entry,
        position: Position,
        batch: &Batch,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.intake.settle(entry);
        let (log, sequence) = (entry.header().log_name(), entry.header().sequence);
        match self.ledger.judge(storage, entry)? {
            Verdict::Next | Verdict::Ahead | Verdict::TooFarAhead => {
                let effective = self.fold(storage, entry, position)?;
                if entry.header().priority == Priority::Urgent && !self.is_urgent(entry) {
                    book::serve_as_routine(storage, &log, sequence)?;
                }
                self.want_attachments(storage, entry, &effective)?;
                self.advance_branch(storage, &log)?;
            }
            Verdict::Named => self.named_durable(storage, entry, position)?,
            Verdict::Held => {
                self.ledger.relocate(storage, entry, position)?;
                if self.intake.mends(&log, sequence) {
                    out.push(Effect::Report(Notice::Mended { log, sequence }));
                }
            }
            // A fork proof overtook it on the way to the disk.
            Verdict::Conflict(_) | Verdict::Parted | Verdict::Frozen => {
                self.ledger.set_aside(storage, entry, position)?;
            }
        }
        self.announced.settle(&log, sequence, entry.id(), out);
        if let Some(session) = batch.sources.get(&entry.id()).and_then(|peer| self.sessions.get_mut(peer))
            && let Some(head) = self.ledger.heads().get(&log).filter(|head| head.id == entry.id())
        {
            // Who delivered it knows that it is held now.
            session.told.insert(log, *head);
        }
        if let Some(ticket) = batch.tickets.get(&entry.id()) {
            out.extend(ticket.map(|ticket| Effect::Written { ticket, id: entry.id() }));
            out.push(super::gossip::announce(entry));
        }
        Ok(())
    }

    /// Adds an entry to the ledger and folds what takes effect by it.
    pub(super) fn fold<S: Storage>(
        &mut self,
        storage: &mut S,
        entry: &Entry,
        position: Position,
    ) -> Result<Vec<Effective>, StateError> {
        self.hashes = Hashes::Folding;
        self.note_before_folding(storage)?;
        let effective = self.ledger.add(storage, entry, position)?;
        let mut entries = Vec::with_capacity(effective.len());
        for one in &effective {
            if one.located.id == entry.id() {
                entries.push(Cow::Borrowed(entry));
            } else if let Some(waiting) = book::read_entry(storage, &one.located)? {
                entries.push(Cow::Owned(waiting));
            }
        }
        let folded: Vec<&Entry> = entries.iter().map(AsRef::as_ref).collect();
        let changes = registers::admit(storage, self.reader(), &folded)?;
        self.follow(storage, changes)?;
        let another = |one: &Effective| self.rules.names_another(&one.log, one.sequence, &one.located.id);
        if effective.iter().any(another) {
            let changes = registers::refold_all(storage, self.reader())?;
            self.follow(storage, changes)?;
        }
        Ok(effective)
    }

    /// The disk takes nothing now: what was pending is forgotten, and will be wanted again.
    pub(super) fn append_refused(&mut self, now: Moment, out: &mut Vec<Effect>) {
        self.intake.refused = Some(now);
        let batches = std::mem::take(&mut self.intake.batches);
        self.intake.pending.clear();
        for (log, proof) in std::mem::take(&mut self.intake.forks) {
            if self.intake.refused_forks.get(&log).is_none_or(|known| proof.stands_before(known)) {
                self.intake.refused_forks.insert(log, proof);
            }
        }
        self.intake.tentative.clear();
        self.sealing.forget_drawn();
        for batch in batches {
            let waiting = batch.tickets.into_values().flatten();
            let refused = waiting.map(|ticket| Effect::Refused { ticket, reason: WriteError::Disk });
            out.extend(refused);
            out.extend(batch.messages.iter().map(|m| Effect::Verdict { message: *m, verdict: GossipVerdict::Ignore }));
            self.unrecorded.extend(batch.rules);
            out.extend(batch.handed.map(|(ticket, _)| Effect::Refused { ticket, reason: WriteError::Disk }));
            if let Some((peer, bytes)) = batch.owed {
                self.owe(peer, bytes, out);
            }
        }
        self.own = match self.ledger.heads().get(&self.own.name()) {
            Some(head) => crate::ledger::OwnLog::resume(self.own.name(), head),
            None => self.own.emptied(),
        };
    }
}

/// The small attachments of an entry whose contents came along: those that are what the header names.
pub(super) fn kept(entry: &Entry, contents: Vec<Vec<u8>>) -> Vec<(ContentHash, Vec<u8>)> {
    let named = entry.header().attachments.iter().zip(contents);
    named.filter(|(a, c)| !c.is_empty() && content_hash(c) == a.hash).map(|(a, c)| (a.hash, c)).collect()
}

/// Bytes that an entry brings here: its own, and those of the attachments that will be fetched.
fn weight(entry: &Entry) -> u64 {
    let attachments = entry.header().attachments.iter().map(|attachment| attachment.size);
    entry.size() as u64 + attachments.filter(|size| *size <= WHOLE_MAX).sum::<u64>()
}

/// The message of a range of one log.
pub(super) fn range(log: &LogName, from: u64, to: u64) -> v1::Range {
    v1::Range { author: log.author.as_bytes().to_vec(), log: log.log.as_bytes().to_vec(), from, to }
}
