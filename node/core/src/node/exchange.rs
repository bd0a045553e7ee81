//! Digests, frontiers, rules and fork proofs: how two nodes find out what one of them lacks (`docs/design.md` §7).
//!
//! A digest goes out on connecting, and again some time after the own frontier has changed. One that differs is answered
//! with what has changed here since the last time, that is answered with what has changed there, and no more is said.
//! Equal ones are answered with nothing.

use std::collections::BTreeSet;

use palabre_proto::v1::{self, sync_frame::Body};

use super::Node;
use super::allowance::LOGS_A_DAY;
use super::event::{Effect, Fault, Notice};
use crate::id::{ContentHash, EntryId, LogId, LogName, NodeKey, Sequence};
use crate::ledger::Head;
use crate::ledger::book;
use crate::state::{StateError, Storage};
use crate::sync::session::{Digest, PATIENCE_LAST};
use crate::time::Moment;

/// Milliseconds from a change of the frontier to the digest that tells of it, and so the least between two digests on a
/// connection (`docs/design.md` §7): by then gossip has brought the news to most, who then hold the same.
const DIGEST_AFTER: u64 = 2_000;
/// Most heads in a frame: some 80 bytes each, well within the longest frame.
const HEADS_MAX: usize = 2_000;
/// Most entries held ahead that a frame shows.
const AHEAD_SHOWN: usize = 512;
/// Most logs of one author that a peer may show and that are not held here: twice what is taken of it in a day. The others
/// are shown again when these are held.
pub(super) const NEW_LOGS_MAX: u64 = 2 * LOGS_A_DAY;
/// Milliseconds between two times at which a peer may have everything told anew. It asks after a minute's doubt.
const ANEW_AFTER: u64 = 30_000;

impl Node {
    /// What is held, in two hashes.
    pub(super) fn own_digest(&mut self) -> Digest {
        let rules = &self.rules;
        let ledger = &self.ledger;
        *self
            .digest
            .get_or_insert_with(|| Digest { rules: half(&rules.digest()), frontier: half(&ledger.frontier_hash()) })
    }

    pub(super) fn send_digest(&mut self, peer: NodeKey, out: &mut Vec<Effect>) {
        let digest = self.own_digest();
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.sent_digest = Some(digest);
            session.untold_since = None;
        }
        let full = self.neighbours.is_full();
        self.send(peer, Body::Digest(v1::Digest { full, ..digest.to_message() }), out);
    }

    /// Sends a digest to whoever has not seen the present one for a while and does not hold the same.
    pub(super) fn tell_changes(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let digest = self.own_digest();
        let mut due = Vec::new();
        for (peer, session) in &mut self.sessions {
            if session.their_digest == Some(digest) || session.sent_digest == Some(digest) {
                session.untold_since = None;
            } else if now.since(*session.untold_since.get_or_insert(now)) >= patience(&self.key, peer) {
                due.push(*peer);
            }
        }
        for peer in due {
            self.send_digest(peer, out);
        }
    }

    /// Asks whoever did not have what it had shown to show anew what it has.
    pub(super) fn ask_anew(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let mine = self.own_digest();
        let mut due = Vec::new();
        for (peer, session) in &mut self.sessions {
            if session.their_digest == Some(mine) {
                session.doubted_since = None;
            } else if session.doubted_since.is_some_and(|since| now.since(since) >= session.patience) {
                session.patience = session.patience.saturating_mul(2).min(PATIENCE_LAST);
                if !self.conducts.may_ask_anew(*peer, now) {
                    session.doubted_since = Some(now);
                    continue;
                }
                session.doubted_since = None;
                session.forget_told();
                session.new_logs.clear();
                due.push(*peer);
            }
        }
        for peer in due {
            self.wants.forget_branches(&peer);
            self.send(
                peer,
                Body::Digest(v1::Digest { anew: true, full: self.neighbours.is_full(), ..mine.to_message() }),
                out,
            );
        }
    }

    pub(super) fn their_digest<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: &v1::Digest,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), Fault> {
        let theirs = Digest::parse(message).ok_or(Fault::Malformed("digest"))?;
        if message.anew {
            self.conducts.asks_anew(peer, now)?;
        }
        self.neighbours.says_full(&peer, message.full);
        let mine = self.own_digest();
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
        let before = session.their_digest.replace(theirs);
        if message.anew && session.told_anew.is_none_or(|last| now.since(last) >= ANEW_AFTER) {
            session.told_anew = Some(now);
            session.forget_told();
        }
        if theirs.frontier == mine.frontier {
            session.level(self.ledger.heads());
        }
        if theirs.rules != mine.rules {
            self.send_rules(peer, mine, out);
            if before.is_none_or(|before| before.rules != theirs.rules) {
                // It sends what it holds only to whoever shows that it lacks something: once for each state of it.
                self.send_digest(peer, out);
            }
        }
        if theirs.frontier != mine.frontier {
            self.send_frontier(storage, peer, Frontier::Asks, out);
        }
        Ok(())
    }

    /// Sends what has changed since the other side was told.
    fn send_frontier<S: Storage>(&mut self, storage: &S, peer: NodeKey, kind: Frontier, out: &mut Vec<Effect>) {
        let forks: Vec<(ContentHash, crate::state::Position)> =
            self.ledger.fork_positions().map(|(_, h, p)| (h, p)).collect();
        let ahead: Vec<(LogName, Sequence, EntryId)> = self.ledger.ahead().collect();
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        let heads = session.tell(self.ledger.heads());
        let ahead: Vec<_> =
            ahead.into_iter().filter(|(_, _, id)| session.told_ahead.insert(*id)).take(AHEAD_SHOWN).collect();
        let new_forks: Vec<_> =
            forks.iter().filter(|(hash, _)| session.told_forks.insert(*hash)).map(|(hash, _)| *hash).collect();
        if kind == Frontier::Answers && heads.is_empty() && ahead.is_empty() && new_forks.is_empty() {
            return;
        }
        let (first, last) = heads.split_at(heads.len().saturating_sub(HEADS_MAX));
        let shown = |heads: &[(LogName, Head)]| heads.iter().map(|(log, head)| head_message(log, head)).collect();
        for heads in first.chunks(HEADS_MAX) {
            self.send(peer, Body::Frontier(v1::Frontier { heads: shown(heads), ..v1::Frontier::default() }), out);
        }
        let frontier = v1::Frontier {
            heads: shown(last),
            ahead: ahead.iter().map(|(log, sequence, id)| ahead_message(log, *sequence, *id)).collect(),
            forks: new_forks.iter().map(|hash| hash.as_bytes().to_vec()).collect(),
            asks: kind == Frontier::Asks,
        };
        self.send(peer, Body::Frontier(frontier), out);
        self.send_forks(storage, peer, &forks, out);
    }

    pub(super) fn their_frontier<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        message: &v1::Frontier,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        for head in &message.heads {
            let Some((log, head)) = parse_head(head) else { return Ok(Err(Fault::Malformed("head"))) };
            self.their_head(storage, peer, log, head, now, out)?;
        }
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(Ok(())) };
        // Of proofs that are not held here it does not matter who has them.
        let shown: BTreeSet<&[u8]> = message.forks.iter().map(Vec::as_slice).collect();
        let held = self.ledger.fork_positions().map(|(_, hash, _)| hash);
        session.their_forks.extend(held.filter(|hash| shown.contains(hash.as_bytes().as_slice())));
        if message.asks {
            self.send_frontier(storage, peer, Frontier::Answers, out);
        }
        self.want_ahead(storage, peer, message, now, out)?;
        self.plan(now, out);
        Ok(Ok(()))
    }

    /// Remembers that a peer has shown a head; false for one log more of its author than are remembered.
    pub(super) fn remember_head(&mut self, peer: NodeKey, log: LogName, head: Head, now: Moment) -> bool {
        let is_begun = self.ledger.sequence(&log) > 0;
        let mandated = self.rules.knows(&log.author);
        let Some(session) = self.sessions.get_mut(&peer) else { return false };
        if !is_begun && !session.theirs().contains_key(&log) {
            let new = session.new_logs.entry(mandated.then_some(log.author)).or_default();
            if *new >= NEW_LOGS_MAX {
                session.doubted_since.get_or_insert(now);
                return false;
            }
            *new += 1;
        }
        session.shows(log, head);
        true
    }

    /// Looks at a head that a peer shows, and at what it says about forks and about own entries.
    fn their_head<S: Storage>(
        &mut self,
        storage: &S,
        peer: NodeKey,
        log: LogName,
        head: Head,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        if !self.remember_head(peer, log, head, now) {
            return Ok(());
        }
        if log == self.own.name() && head.sequence >= self.own.next() {
            out.push(Effect::Report(Notice::OwnEntriesUnknown { log }));
            self.open_new_log(storage, out)?;
        }
        let differs = book::locate(storage, &log, head.sequence)?.is_some_and(|here| here.id != head.id);
        if differs && self.ledger.forked_from(&log).is_none_or(|forked| forked > head.sequence) {
            self.want_branch(peer, log, head.sequence, out);
        }
        Ok(())
    }
}

/// Milliseconds that a change waits for its digest. Of two neighbours the one with the lower key speaks first; the other,
/// who mostly holds the same by then, need not.
fn patience(own: &NodeKey, peer: &NodeKey) -> u64 {
    if own < peer { DIGEST_AFTER } else { 2 * DIGEST_AFTER }
}

/// Why a frontier is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frontier {
    /// A digest differs: goes out whether or not there is news, and asks for the other side's.
    Asks,
    /// One that asked has come: goes out with news only.
    Answers,
}

fn half(hash: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
}

fn head_message(log: &LogName, head: &Head) -> v1::Head {
    v1::Head {
        author: log.author.as_bytes().to_vec(),
        log: log.log.as_bytes().to_vec(),
        sequence: head.sequence.get(),
        id: head.id.as_bytes().to_vec(),
    }
}

pub(super) fn ahead_message(log: &LogName, sequence: Sequence, id: EntryId) -> v1::Ahead {
    let v1::Head { author, log, sequence, id } = head_message(log, &Head { sequence, id });
    v1::Ahead { author, log, sequence, id }
}

fn parse_head(message: &v1::Head) -> Option<(LogName, Head)> {
    parse_place(&message.author, &message.log, message.sequence, &message.id)
}

pub(super) fn parse_place(author: &[u8], log: &[u8], sequence: u64, id: &[u8]) -> Option<(LogName, Head)> {
    let log = LogName { author: NodeKey::try_from(author).ok()?, log: LogId::try_from(log).ok()? };
    Some((log, Head { sequence: Sequence::new(sequence)?, id: EntryId::try_from(id).ok()? }))
}
