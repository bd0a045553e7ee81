//! The fast path: a whole entry when it is small, else an announcement that becomes a want to the first who announced
//! it, so that a payload travels about once (`docs/design.md` §7). A lost message is no loss: sync delivers.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::Node;
use super::conduct::Work;
use super::event::{Effect, Fault, MessageId, Verdict};
use super::exchange::{ahead_message, parse_place};
use super::intake::{Batch, Outcome};
use super::serve::SMALL_ATTACHMENT;
use crate::id::{EntryId, LogName, NodeKey, Sequence};
use crate::ledger::{Entry, RawEntry};
use crate::state::{StateError, Storage};
use crate::time::Moment;

/// Largest entry that is gossiped whole, in bytes (`docs/design.md` §7).
const WHOLE_MAX: usize = 512;
/// Milliseconds after which an announced entry that did not come is given up: sync will bring it.
const PATIENCE: u64 = 60_000;
/// Most announcements of one neighbour that wait: what a burst of an author brings in a minute of a slow link.
const WAITING_MAX: usize = 512;
/// Most announcements that wait for one place: an honest author has one, and a forked log some.
const SAME_PLACE_MAX: usize = 8;
/// Microseconds that a message takes: mostly its signature, and the fold. See `conduct`.
const COST: u64 = 200;

/// An announcement whose entry has not come.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    message: MessageId,
    /// The entry that it names.
    id: EntryId,
    from: NodeKey,
    since: Moment,
}

/// Announcements whose entries have not come, by the places that they name.
#[derive(Debug, Default)]
pub(super) struct Announced {
    waiting: BTreeMap<(LogName, Sequence), Vec<Waiting>>,
    /// How many of each neighbour.
    of: BTreeMap<NodeKey, usize>,
}

impl Announced {
    fn wait(&mut self, log: LogName, sequence: Sequence, one: Waiting) -> bool {
        let same_place = self.waiting.get(&(log, sequence)).map_or(0, Vec::len);
        let of = self.of.get(&one.from).copied().unwrap_or_default();
        let room = of < WAITING_MAX && same_place < SAME_PLACE_MAX;
        if room {
            self.of.insert(one.from, of + 1);
            self.waiting.entry((log, sequence)).or_default().push(one);
        }
        room
    }

    fn done(of: &mut BTreeMap<NodeKey, usize>, from: &NodeKey) {
        if let Some(waiting) = of.get_mut(from) {
            *waiting -= 1;
            if *waiting == 0 {
                of.remove(from);
            }
        }
    }

    /// An entry is durable: the announcements that name it may be passed on, and no others of its place.
    pub(super) fn settle(&mut self, log: &LogName, sequence: Sequence, id: EntryId, out: &mut Vec<Effect>) {
        for one in self.waiting.remove(&(*log, sequence)).unwrap_or_default() {
            Self::done(&mut self.of, &one.from);
            let verdict = if one.id == id { Verdict::Accept } else { Verdict::Ignore };
            out.push(Effect::Verdict { message: one.message, verdict });
        }
    }

    pub(super) fn expire(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let of = &mut self.of;
        self.waiting.retain(|_, messages| {
            messages.retain(|one| {
                let waits = now.since(one.since) < PATIENCE;
                if !waits {
                    Self::done(of, &one.from);
                    out.push(Effect::Verdict { message: one.message, verdict: Verdict::Ignore });
                }
                waits
            });
            !messages.is_empty()
        });
    }
}

/// The gossip message of a new own entry. One with a file that goes along is announced, however small: gossip carries no
/// files, and each node would fetch it apart, at the price of a stream.
pub(super) fn announce(entry: &Entry) -> Effect {
    let header = entry.header();
    let brings_files = header.attachments.iter().any(|attachment| attachment.size <= SMALL_ATTACHMENT);
    let body = if entry.size() <= WHOLE_MAX && !brings_files {
        v1::gossip::Body::Entry(entry.to_message())
    } else {
        v1::gossip::Body::Announcement(ahead_message(&header.log_name(), header.sequence, entry.id()))
    };
    Effect::Gossip(v1::Gossip { body: Some(body) }.encode_to_vec())
}

impl Node {
    /// A gossip message came from a neighbour.
    pub(super) fn gossip<S: Storage>(
        &mut self,
        storage: &mut S,
        from: NodeKey,
        message: MessageId,
        bytes: &[u8],
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<(), StateError> {
        if !self.conducts.hears(from, COST, now) {
            out.push(Effect::Verdict { message, verdict: Verdict::Ignore });
            if let Err(fault) = self.conducts.charge(from, Work::Unheard, now) {
                self.pause(from, fault, now, out);
            }
            return Ok(());
        }
        let verdict = match v1::Gossip::decode(bytes).map(|gossip| gossip.body) {
            Ok(Some(v1::gossip::Body::Entry(entry))) => self.gossiped(storage, message, entry.into(), out)?,
            Ok(Some(v1::gossip::Body::Announcement(place))) => {
                self.announcement(storage, from, message, &place, now, out)?
            }
            // Of a kind that a later version knows.
            Ok(None) => Some(Verdict::Ignore),
            Err(_) => Some(Verdict::Reject),
        };
        out.extend(verdict.map(|verdict| Effect::Verdict { message, verdict }));
        if verdict == Some(Verdict::Reject) {
            // Who passes on has judged by the same rules before.
            self.pause(from, Fault::Gossip, now, out);
        }
        Ok(())
    }

    /// A whole entry. No verdict yet when it first goes to the disk.
    fn gossiped<S: Storage>(
        &mut self,
        storage: &mut S,
        message: MessageId,
        raw: RawEntry,
        out: &mut Vec<Effect>,
    ) -> Result<Option<Verdict>, StateError> {
        if raw.payload.is_none() {
            return Ok(Some(Verdict::Reject));
        }
        self.intake.count_received(1);
        let Ok(entry) = raw.verify_by(&self.network, &self.keys) else { return Ok(Some(Verdict::Reject)) };
        match self.receive(storage, &entry)? {
            Outcome::Taken(record) | Outcome::Fork(record, _) => {
                self.append(vec![record], Batch { messages: vec![message], ..Batch::default() }, out);
                Ok(None)
            }
            Outcome::Held => Ok(Some(Verdict::Accept)),
            Outcome::Stranger | Outcome::Parted | Outcome::Dropped | Outcome::Waits => Ok(Some(Verdict::Ignore)),
        }
    }

    /// An announcement. It is passed on once the entry is durable here: only then can its word be vouched for.
    fn announcement<S: Storage>(
        &mut self,
        storage: &mut S,
        from: NodeKey,
        message: MessageId,
        place: &v1::Ahead,
        now: Moment,
        out: &mut Vec<Effect>,
    ) -> Result<Option<Verdict>, StateError> {
        let Some((log, head)) = parse_place(&place.author, &place.log, place.sequence, &place.id) else {
            return Ok(Some(Verdict::Reject));
        };
        if !self.rules.knows(&log.author) {
            return Ok(Some(Verdict::Ignore));
        }
        if let Some(held) = crate::ledger::book::locate(storage, &log, head.sequence)? {
            return Ok(Some(if held.id == head.id { Verdict::Accept } else { Verdict::Ignore }));
        }
        let Some(session) = self.sessions.get(&from) else { return Ok(Some(Verdict::Ignore)) };
        let raises = session.theirs().get(&log).is_none_or(|known| known.sequence < head.sequence);
        let remembered = !raises || self.remember_head(from, log, head, now);
        let waiting = Waiting { message, id: head.id, from, since: now };
        let waits = remembered && self.announced.wait(log, head.sequence, waiting);
        if !waits && let Err(fault) = self.conducts.charge(from, Work::Announced, now) {
            self.pause(from, fault, now, out);
        }
        self.plan(now, out);
        Ok((!waits).then_some(Verdict::Ignore))
    }
}
