//! The state machine of one node: `handle(event, now) -> effects`. The daemon, the simulator and the tests drive it.
//!
//! | file | idea |
//! |---|---|
//! | [`event`] | what happens, and what the node wants done |
//! | `start` | from disk to a running node |
//! | `intake` | entries and proofs: verified, judged, made durable, folded |
//! | `write` | the node's own acts |
//! | `sealing` | keys of audiences: read, drawn, granted, asked for |
//! | `exchange` | digests and frontiers |
//! | `rules`, `forks` | charter signatures, mandates, fork proofs |
//! | `want`, `receipt` | what to take from whom, and what comes of it |
//! | `serve` | what to give, in which order |
//! | `gossip` | the fast path |
//! | `fetch` | attachments |
//! | `mend` | damaged parts of the segments |
//! | `neighbours` | whom to be connected to |
//! | `allowance` | what an author may add in a day |
//! | `conduct` | what peers may cost, what they did wrong |
//! | [`status`] | what people see of it |

mod allowance;
#[cfg(test)]
mod bytes;
mod conduct;
pub mod event;
mod exchange;
mod fetch;
mod forks;
mod gossip;
mod intake;
mod mend;
mod neighbours;
mod receipt;
mod rules;
mod sealing;
mod serve;
mod start;
pub mod status;
mod want;
mod write;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests;

use std::collections::{BTreeMap, VecDeque};

use palabre_proto::v1::sync_frame::Body;
use rand_chacha::ChaCha20Rng;

pub use event::{
    Effect, Event, Fault, HandedIn, MessageId, Misuse, Notice, RuleError, Ticket, Verdict, Write, WriteError,
};
pub use start::{Facts, Identity};

use crate::charter::Rules;
use crate::id::{NetworkId, NodeKey};
use crate::keys::{KnownKeys, Secret};
use crate::ledger::{Ledger, OwnLog, Record};
use crate::registers;
use crate::state::{StateError, Storage};
use crate::sync::session::Digest;
use crate::sync::{CodecError, Session};
use crate::time::{Millis, Moment, Steady};
use allowance::Allowances;
use conduct::{Conducts, Work};
use fetch::Fetches;
use gossip::Announced;
use intake::{Batch, Intake};
use neighbours::Neighbours;
use receipt::Unverified;
use sealing::Sealing;
use want::Wants;

/// How the hashes over the state stand to what is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hashes {
    /// Something was folded since the last tick: more may follow.
    Folding,
    /// They are to be brought up to date.
    Behind,
    /// They are up to date.
    Stored,
}

/// Of the 65,536 parts of the tree over the objects, those that are hashed in one go: with a million objects some
/// 100,000 values are read for it.
const SETTLED_AT_ONCE: usize = 2_048;

/// How the node behaves towards its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Paid by the megabyte: two connections instead of four to six (`docs/design.md` §7).
    pub metered: bool,
}

/// One node.
pub struct Node {
    key: NodeKey,
    secret: Secret,
    network: NetworkId,
    rules: Rules,
    /// The keys of the nodes that the rules admit.
    keys: KnownKeys,
    sealing: Sealing,
    /// Whether what peers deliver is verified beside the node, and what is under way there.
    beside: bool,
    unverified: VecDeque<Unverified>,
    ledger: Ledger,
    own: OwnLog,
    /// Whether the disk knows that this is the log being written.
    own_is_recorded: bool,
    rng: ChaCha20Rng,
    intake: Intake,
    sessions: BTreeMap<NodeKey, Session>,
    wants: Wants,
    announced: Announced,
    fetches: Fetches,
    neighbours: Neighbours,
    conducts: Conducts,
    allowances: Allowances,
    /// When it was last said who may connect.
    admitted_at: Moment,
    steady: Steady,
    digest: Option<Digest>,
    hashes: Hashes,
    behind_since: Option<Moment>,
    /// Whether the index says that what is folded was folded under other rules, where it was.
    rules_are_noted: bool,
    /// Rules that count and that the disk has refused so far.
    unrecorded: Vec<Record>,
}

impl Node {
    /// Takes in what happened and says what to do. An error means that the index cannot be read: it must be rebuilt.
    pub fn handle<S: Storage>(
        &mut self,
        storage: &mut S,
        event: Event,
        now: Millis,
    ) -> Result<Vec<Effect>, StateError> {
        let mut out = Vec::new();
        // Acts carry what the clock shows; pauses and patience count in time that nobody can set back.
        let clock = now;
        let now = self.steady.advance(clock);
        let another_day = self.allowances.turn(clock, self.rules.charter().written);
        if another_day || !matches!(event, Event::Tick) {
            self.wants.stir();
        }
        match event {
            Event::Connected { peer } => self.connected(peer, now, &mut out),
            Event::Disconnected { peer } => self.disconnected(peer, now, &mut out),
            Event::Misused { peer, how } => self.misused(peer, how, now, &mut out),
            Event::DialFailed { peer, why } => self.neighbours.failed(&peer, Some(why), now),
            Event::Found { peer, addresses } => self.found(peer, addresses, now),
            Event::Packet { peer, packet } => self.packet(storage, peer, &packet, now, &mut out)?,
            Event::Gossip { from, message, bytes } => self.gossip(storage, from, message, &bytes, now, &mut out)?,
            Event::Write { ticket, write } => self.write(storage, ticket, write, clock, &mut out)?,
            Event::HandIn { ticket, rules } => self.hand_in(ticket, &rules, now, &mut out),
            Event::Verified(entries) => self.verified(storage, entries, now, &mut out)?,
            Event::Appended(records) => self.appended(storage, &records, now, &mut out)?,
            Event::AppendRefused => {
                self.append_refused(now, &mut out);
                self.allowances.take_back(storage)?;
            }
            Event::FetchBegan { peer, hash } => self.fetch_began(peer, hash),
            Event::Fetched { hash } => self.fetched(storage, &hash, now, &mut out)?,
            Event::NotKept { hash } => self.not_kept(storage, &hash, now)?,
            Event::FetchFailed { peer, hash } => self.fetch_failed(storage, peer, hash, now, &mut out)?,
            Event::AskedInVain { peer, hash } => self.asked_in_vain(storage, peer, hash, &mut out)?,
            Event::Damaged { log, sequence } => self.damaged(log, sequence),
            Event::Mended(part) => self.append(vec![Record::Mended(part)], Batch::default(), &mut out),
            Event::Tick => self.tick(storage, clock, now, &mut out)?,
        }
        Ok(out)
    }

    fn connected(&mut self, peer: NodeKey, now: Moment, out: &mut Vec<Effect>) {
        if !self.rules.admits(&peer) {
            out.push(Effect::Disconnect { peer, reason: Fault::NotAdmitted });
            return;
        }
        if self.conducts.is_paused(&peer, now) {
            out.push(Effect::Disconnect { peer, reason: Fault::Paused });
            return;
        }
        match self.conducts.charge(peer, Work::Connection, now).and_then(|()| Ok(Session::new(now)?)) {
            Ok(session) => {
                // A connection before this one, whose end was not told, owes nothing any more.
                self.wants.forget(&peer);
                self.drop_fetches(&peer);
                self.sessions.insert(peer, session);
                self.neighbours.connected(peer, now);
                self.fetches.retry();
                self.send_digest(peer, out);
            }
            Err(fault) => self.pause(peer, fault, now, out),
        }
    }

    fn found(&mut self, peer: NodeKey, addresses: Vec<String>, now: Moment) {
        // Anybody may say anything on the local network: of strangers nothing is remembered.
        if self.rules.admits(&peer) && !self.conducts.is_paused(&peer, now) {
            self.neighbours.found(peer, addresses);
        }
    }

    fn misused(&mut self, peer: NodeKey, how: Misuse, now: Moment, out: &mut Vec<Effect>) {
        if self.rules.admits(&peer) && !self.conducts.is_paused(&peer, now) {
            self.pause(peer, how.into(), now, out);
        }
    }

    fn disconnected(&mut self, peer: NodeKey, now: Moment, out: &mut Vec<Effect>) {
        self.sessions.remove(&peer);
        self.neighbours.disconnected(&peer, now);
        self.wants.forget(&peer);
        self.drop_fetches(&peer);
        self.plan(now, out);
    }

    fn packet<S: Storage>(
        &mut self,
        storage: &mut S,
        peer: NodeKey,
        packet: &[u8],
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        let Some(session) = self.sessions.get_mut(&peer) else { return Ok(()) };
        let unpacked = session.unpack(packet).map_err(Fault::from);
        let outcome = match unpacked.and_then(|(body, length)| self.charge_frame(peer, body, length, now)) {
            Ok(body) => self.frame(storage, peer, body, now, out)?,
            Err(fault) => Err(fault),
        };
        self.end_by(peer, outcome, now, out);
        Ok(())
    }

    fn frame<S: Storage>(
        &mut self,
        storage: &mut S,
        peer: NodeKey,
        body: Body,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Result<(), Fault>, StateError> {
        match body {
            Body::Digest(message) => Ok(self.their_digest(storage, peer, &message, now, out)),
            Body::Frontier(message) => self.their_frontier(storage, peer, &message, now, out),
            Body::Rules(message) => Ok(self.their_rules(&message, now, out)),
            Body::Forks(message) => Ok(self.their_forks(message, out)),
            Body::Want(message) => self.their_want(storage, peer, &message, now, out),
            // Progress for people; what is due is counted by what was asked for.
            Body::Promise(message) => {
                if let Some(session) = self.sessions.get_mut(&peer) {
                    session.promised = (message.entries, message.bytes);
                }
                Ok(Ok(()))
            }
            Body::Delivery(message) => self.delivery(storage, peer, message, now, out),
            Body::Credit(message) => self.credited(storage, peer, message.bytes, now, out),
            Body::Held(message) => self.held_now(storage, peer, &message, now, out),
        }
    }

    /// Counts what a frame costs before anything is done about it.
    fn charge_frame(&mut self, peer: NodeKey, body: Body, length: usize, now: Moment) -> Result<Body, Fault> {
        let work = match &body {
            Body::Frontier(message) => {
                Some(Work::Shown(message.heads.len() + message.ahead.len() + message.forks.len()))
            }
            Body::Rules(message) => Some(Work::Signatures(message.signatures.len() + message.mandates.len())),
            Body::Forks(message) => Some(Work::Signatures(2 * message.proofs.len())),
            Body::Want(message) => {
                let entries = message.ranges.iter().map(|range| range.to.saturating_sub(range.from));
                Some(Work::Wanted(message.ranges.len(), entries.fold(0, u64::saturating_add)))
            }
            Body::Delivery(message) => Some(Work::Shown(message.missing.len())),
            Body::Held(message) => Some(Work::Shown(message.attachments.len())),
            Body::Digest(_) | Body::Promise(_) | Body::Credit(_) => None,
        };
        self.conducts.charge(peer, Work::Frame(length), now)?;
        work.map_or(Ok(()), |work| self.conducts.charge(peer, work, now))?;
        Ok(body)
    }

    /// Closes a connection over a fault and leaves the peer alone for a while: it may not come back before.
    fn pause(&mut self, peer: NodeKey, fault: Fault, now: Moment, out: &mut Vec<Effect>) {
        let text = fault.to_string();
        let until = self.conducts.fault(peer, self.neighbours.salt(), now);
        self.neighbours.paused(peer, text.clone(), until);
        out.push(Effect::Report(Notice::Paused { peer, fault: text }));
        out.push(Effect::Disconnect { peer, reason: fault });
        out.push(self.admit(now));
        self.disconnected(peer, now, out);
    }

    /// What a peer sent had this outcome. One fault is enough: it has ended the session.
    fn end_by(&mut self, peer: NodeKey, outcome: Result<(), Fault>, now: Moment, out: &mut Vec<Effect>) {
        if let Err(fault) = outcome
            && self.sessions.contains_key(&peer)
        {
            self.pause(peer, fault, now, out);
        }
    }

    /// Lets in again whose pause is over.
    fn readmit(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if self.conducts.has_ended(self.admitted_at, now) {
            out.push(self.admit(now));
        }
        self.admitted_at = now;
    }

    /// Packs a frame for a peer. A frame that cannot be packed closes the connection: what follows would not be read.
    fn send(&mut self, peer: NodeKey, body: Body, out: &mut Vec<Effect>) {
        self.send_with(peer, |session| session.pack(body), out);
    }

    fn send_with(
        &mut self,
        peer: NodeKey,
        pack: impl FnOnce(&mut Session) -> Result<Vec<u8>, CodecError>,
        out: &mut Vec<Effect>,
    ) {
        let Some(session) = self.sessions.get_mut(&peer) else { return };
        match pack(session) {
            Ok(packet) => out.push(Effect::Send { peer, packet }),
            Err(error) => {
                self.sessions.remove(&peer);
                self.wants.forget(&peer);
                out.push(Effect::Disconnect { peer, reason: error.into() });
            }
        }
    }

    fn tick<S: Storage>(
        &mut self,
        storage: &mut S,
        clock: Millis,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        self.readmit(now, out);
        self.announced.expire(now, out);
        self.record_again(now, out);
        self.record_forks_again(now, out);
        self.send_again(storage, now, out)?;
        self.notice_stalled(now, out);
        self.end_backlogs(now, out);
        self.tell_changes(now, out);
        self.ask_anew(now, out);
        self.plan_grants(clock, now, out);
        self.plan(now, out);
        self.plan_fetches(storage, now, out)?;
        self.fetch_missing(storage, now, out)?;
        match self.hashes {
            Hashes::Folding => self.hashes = Hashes::Behind,
            Hashes::Behind | Hashes::Stored => {
                self.settle(storage)?;
            }
        }
        self.neighbours.plan(&self.rules, now, out);
        Ok(())
    }

    /// Hashes a part of what was folded, at most what a tick has time for; whether nothing is left. Ticks do it once
    /// nothing more is folded: one pass for all that came.
    pub fn settle<S: Storage>(&mut self, storage: &mut S) -> Result<bool, StateError> {
        if self.hashes != Hashes::Stored && registers::settle(storage, SETTLED_AT_ONCE)? {
            self.hashes = Hashes::Stored;
        }
        Ok(self.hashes == Hashes::Stored)
    }

    /// The node's key.
    #[must_use]
    pub const fn key(&self) -> NodeKey {
        self.key
    }

    /// The keys by which most entries are signed. What was computed for them is shared with clones.
    #[must_use]
    pub const fn keys(&self) -> &KnownKeys {
        &self.keys
    }

    /// The rules in force.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The ledger.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
