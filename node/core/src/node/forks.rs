//! Fork proofs: taken in, made effective, passed on to every neighbour. Of a forked log the branch that a checkpoint names
//! stands up to it.

use palabre_proto::v1::{self, sync_frame::Body};

use super::event::{Effect, Fault, Notice};
use super::intake::Batch;
use super::{Hashes, Node};
use crate::id::{ContentHash, EntryId, LogName, NodeKey};
use crate::ledger::book::{Effective, read_entry, read_fork};
use crate::ledger::{Entry, ForkProof, Record};
use crate::registers;
use crate::state::{Position, StateError, Storage};

/// Most fork proofs in a frame that is taken.
const FORKS_MAX: usize = 256;
/// Most that are sent in one: with the longest headers that there are they fit.
const FORKS_SENT: usize = 32;

impl Node {
    /// Sends the fork proofs that the other side has not shown.
    pub(super) fn send_forks<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        forks: &[(ContentHash, Position)],
        out: &mut Vec<Effect>,
    ) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        let lacking: Vec<_> =
            forks.iter().filter(|(hash, _)| session.their_forks.insert(*hash)).take(FORKS_MAX).collect();
        let proofs: Vec<_> = lacking
            .into_iter()
            .filter_map(|(_, position)| read_fork(storage, *position, &self.network).ok().flatten())
            .map(|proof| proof.to_message())
            .collect();
        for some in proofs.chunks(FORKS_SENT) {
            self.send(peer, Body::Forks(v1::Forks { proofs: some.to_vec() }), out);
        }
    }

    /// A new fork proof goes to every neighbour at once: it freezes a log on all of them.
    pub(super) fn pass_on_fork(&mut self, proof: &ForkProof, out: &mut Vec<Effect>) {
        let hash = proof.hash();
        let peers: Vec<NodeKey> = self.sessions.keys().copied().collect();
        for peer in peers {
            let told =
                self.sessions.get_mut(&peer).is_some_and(|s| s.told_forks.insert(hash) && s.their_forks.insert(hash));
            if told {
                self.send(peer, Body::Forks(v1::Forks { proofs: vec![proof.to_message()] }), out);
            }
        }
    }

    /// Takes in fork proofs. What came before a fault counts all the same.
    pub(super) fn their_forks(&mut self, message: v1::Forks, out: &mut Vec<Effect>) -> Result<(), Fault> {
        if message.proofs.len() > FORKS_MAX {
            return Err(Fault::Limit("fork proofs"));
        }
        let mut records = Vec::new();
        let mut outcome = Ok(());
        for proof in message.proofs {
            let proof = match ForkProof::verify(proof, &self.network) {
                Ok(proof) => proof,
                Err(error) => {
                    outcome = Err(error.into());
                    break;
                }
            };
            if self.rules.knows(&proof.log().author) && self.take_fork(&proof) {
                records.push(Record::Fork(Box::new(proof)));
            }
        }
        if !records.is_empty() {
            self.append(records, Batch::default(), out);
        }
        outcome
    }

    /// A fork proof is durable: from its place on nothing of its log has effect.
    pub(super) fn fork_durable<S: Storage>(
        &mut self,
        storage: &mut S,
        proof: &ForkProof,
        position: Position,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.settle_fork(proof);
        if !self.ledger.wants_fork(proof) {
            return Ok(());
        }
        self.note_before_folding(storage)?;
        let lost = self.ledger.add_fork(storage, proof, position)?;
        self.lose(storage, &lost)?;
        self.stand_by_checkpoint(storage, &proof.log())?;
        out.push(Effect::Report(Notice::Fork { log: proof.log(), sequence: proof.sequence() }));
        if proof.log().author != self.key {
            // No pause: a backup that was put back may be all that happened, and its other logs count.
            self.neighbours
                .note(proof.log().author, "one of its logs is forked: it signed two entries for one place".to_owned());
        }
        if proof.log() == self.own.name() {
            self.open_new_log(storage, out)?;
        }
        self.pass_on_fork(proof, out);
        Ok(())
    }

    /// These entries have no effect any more.
    pub(super) fn lose<S: Storage>(&mut self, storage: &mut S, lost: &[Effective]) -> Result<(), StateError> {
        let ids: Vec<EntryId> = lost.iter().map(|e| e.located.id).collect();
        let changes = registers::withdraw(storage, self.reader(), &ids)?;
        self.follow(storage, changes)?;
        self.hashes = Hashes::Behind;
        self.judge_anew(storage, lost)
    }

    /// Lets the branch of a forked log stand that a checkpoint of the charter names, up to it.
    pub(super) fn stand_by_checkpoint<S: Storage>(&mut self, storage: &mut S, log: &LogName) -> Result<(), StateError> {
        let checkpoint = self.rules.revisions().checkpoint(log).copied();
        let lost = self.ledger.recede(storage, log, checkpoint)?;
        if !lost.is_empty() {
            self.lose(storage, &lost)?;
        }
        self.advance_branch(storage, log)
    }

    /// The next entry of a branch that stands is durable.
    pub(super) fn named_durable<S: Storage>(
        &mut self,
        storage: &mut S,
        entry: &Entry,
        position: Position,
    ) -> Result<(), StateError> {
        self.ledger.add_named(storage, entry, position)?;
        self.advance_branch(storage, &entry.header().log_name())
    }

    /// The branch of a forked log that stands takes effect once it is whole.
    pub(super) fn advance_branch<S: Storage>(&mut self, storage: &mut S, log: &LogName) -> Result<(), StateError> {
        loop {
            let shift = self.ledger.advance(storage, log)?;
            if shift.lost.is_empty() {
                return self.gain(storage, &shift.gained);
            }
            self.lose(storage, &shift.lost)?;
        }
    }

    /// These entries have taken effect, out of their turn.
    fn gain<S: Storage>(&mut self, storage: &mut S, gained: &[Effective]) -> Result<(), StateError> {
        for one in gained {
            let Some(entry) = read_entry(storage, &one.located)? else { continue };
            self.hashes = Hashes::Folding;
            let changes = registers::admit(storage, self.reader(), &[&entry])?;
            self.follow(storage, changes)?;
            self.want_attachments(storage, &entry, &[*one])?;
        }
        self.judge_anew(storage, gained)
    }

    /// Where one of these has stood, or stands now, in the place of an entry that a list names: what the list cuts or does not
    /// cut is judged anew.
    fn judge_anew<S: Storage>(&mut self, storage: &mut S, shifted: &[Effective]) -> Result<(), StateError> {
        let another = |one: &Effective| self.rules.names_another(&one.log, one.sequence, &one.located.id);
        if shifted.iter().any(another) {
            let changes = registers::refold_all(storage, self.reader())?;
            self.follow(storage, changes)?;
        }
        Ok(())
    }
}
