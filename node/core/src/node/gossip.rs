//! The fast path: a whole entry when it is small, else an announcement that becomes a want to the first who announced
//! it, so that a payload travels about once (`docs/design.md` §7). A lost message is no loss: sync delivers.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::Node;
use super::event::{Effect, MessageId, Verdict};
use super::exchange::{LOGS_MAX, ahead_message, parse_place};
use super::intake::{Batch, Outcome};
use crate::id::{EntryId, LogName, NodeKey, Sequence};
use crate::ledger::{Entry, Head, RawEntry};
use crate::state::{StateError, Storage};
use crate::time::Moment;

/// Largest entry that is gossiped whole, in bytes (`docs/design.md` §7).
const WHOLE_MAX: usize = 512;
/// Milliseconds after which an announced entry that did not come is given up: sync will bring it.
const PATIENCE: u64 = 60_000;
/// Most places whose announcements wait.
const WAITING_MAX: usize = 4_096;
/// Most announcements that wait for one place: an honest author has one, and a forked log some.
const SAME_PLACE_MAX: usize = 8;

/// An announcement whose entry has not come.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    message: MessageId,
    /// The entry that it names.
    id: EntryId,
    since: Moment,
}

/// Announcements whose entries have not come, by the places that they name.
#[derive(Debug, Default)]
pub(super) struct Announced {
    waiting: BTreeMap<(LogName, Sequence), Vec<Waiting>>,
}

impl Announced {
    fn wait(&mut self, log: LogName, sequence: Sequence, one: Waiting) -> bool {
        if self.waiting.len() >= WAITING_MAX {
            return false;
        }
        let waiting = self.waiting.entry((log, sequence)).or_default();
        let room = waiting.len() < SAME_PLACE_MAX;
        if room {
            waiting.push(one);
        }
        room
    }

    /// An entry is durable: the announcements that name it may be passed on, and no others of its place.
    pub(super) fn settle(&mut self, log: &LogName, sequence: Sequence, id: EntryId, out: &mut Vec<Effect>) {
        let waiting = self.waiting.remove(&(*log, sequence)).unwrap_or_default();
        out.extend(waiting.into_iter().map(|one| {
            let verdict = if one.id == id { Verdict::Accept } else { Verdict::Ignore };
            Effect::Verdict { message: one.message, verdict }
        }));
    }

    pub(super) fn expire(&mut self, now: Moment, out: &mut Vec<Effect>) {
        self.waiting.retain(|_, messages| {
            messages.retain(|one| {
                let waits = now.since(one.since) < PATIENCE;
                if !waits {
                    out.push(Effect::Verdict { message: one.message, verdict: Verdict::Ignore });
                }
                waits
            });
            !messages.is_empty()
        });
    }
}

/// The gossip message of a new own entry.
pub(super) fn announce(entry: &Entry) -> Effect {
    let header = entry.header();
    let body = if entry.size() <= WHOLE_MAX {
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
        let verdict = match v1::Gossip::decode(bytes).ok().and_then(|gossip| gossip.body) {
            Some(v1::gossip::Body::Entry(entry)) => self.gossiped(storage, message, entry.into(), out)?,
            Some(v1::gossip::Body::Announcement(place)) => {
                self.announcement(storage, from, message, &place, now, out)?
            }
            None => Some(Verdict::Reject),
        };
        out.extend(verdict.map(|verdict| Effect::Verdict { message, verdict }));
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
        let Ok((_, outcome)) = self.receive(storage, raw)? else { return Ok(Some(Verdict::Reject)) };
        match outcome {
            Outcome::Taken(record) | Outcome::Fork(record, _) => {
                self.append(vec![record], Batch { messages: vec![message], ..Batch::default() }, out);
                Ok(None)
            }
            Outcome::Held => Ok(Some(Verdict::Accept)),
            Outcome::Stranger | Outcome::Parted | Outcome::Dropped => Ok(Some(Verdict::Ignore)),
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
        let Some(session) = self.sessions.get_mut(&from) else { return Ok(Some(Verdict::Ignore)) };
        if session.theirs.len() >= LOGS_MAX && !session.theirs.contains_key(&log) {
            return Ok(Some(Verdict::Ignore));
        }
        raise(&mut session.theirs, log, head);
        let waits = self.announced.wait(log, head.sequence, Waiting { message, id: head.id, since: now });
        self.plan(now, out);
        Ok((!waits).then_some(Verdict::Ignore))
    }
}

fn raise(heads: &mut BTreeMap<LogName, Head>, log: LogName, head: Head) {
    let known = heads.entry(log).or_insert(head);
    if known.sequence < head.sequence {
        *known = head;
    }
}
