//! One side of one connection: what the two nodes have told each other, what is being sent, what is owed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palabre_proto::v1::{self, sync_frame::Body};

use super::codec::{CodecError, Packer, Unpacker};
use super::elide::{Elider, Restorer};
use crate::id::{ContentHash, EntryId, LogName, NodeKey, Sequence};
use crate::ledger::Head;
use crate::time::Moment;

/// Bytes of entries that may be under way without being credited: some seconds of a fast link, a minute of a slow one.
pub const CREDIT_WINDOW: u64 = 512 * 1024;

/// Milliseconds of doubt about a peer's frontier before it is asked to show it anew; doubled each time.
const PATIENCE_FIRST: u64 = 60_000;
/// The longest: a whole frontier an hour is next to nothing.
pub const PATIENCE_LAST: u64 = 60 * 60_000;

/// Milliseconds after which a backlog counts as sent: the next want of a peer on a slow link comes within them, and then
/// finds what both ends remember of the texts before.
const BACKLOG_PATIENCE: u64 = 120_000;

/// The three hashes of a digest (`docs/design.md` §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Charter set and mandates.
    pub rules: [u8; 16],
    /// Log heads and fork proofs.
    pub frontier: [u8; 16],
}

impl Digest {
    /// The message that stands for it.
    #[must_use]
    pub fn to_message(self) -> v1::Digest {
        v1::Digest { rules: self.rules.to_vec(), frontier: self.frontier.to_vec(), ..v1::Digest::default() }
    }

    /// Parses the message.
    #[must_use]
    pub fn parse(message: &v1::Digest) -> Option<Self> {
        Some(Self {
            rules: message.rules.as_slice().try_into().ok()?,
            frontier: message.frontier.as_slice().try_into().ok()?,
        })
    }
}

/// An entry that the other side wants, in the order in which it will be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its log.
    pub log: LogName,
    /// Its place there.
    pub sequence: Sequence,
}

/// One side of one connection.
pub struct Session {
    packer: Packer,
    unpacker: Unpacker,
    /// Leaves out what the other side can compute.
    pub elider: Elider,
    /// Rebuilds what the other side left out.
    pub restorer: Restorer,
    /// The heads that the other side has told.
    theirs: BTreeMap<LogName, Head>,
    /// The logs of which it has told more than is held here, among others: a superset, so that nobody looks through all.
    longer: BTreeSet<LogName>,
    /// How many logs of an author it has shown that are not held here; `None` for authors under no mandate together.
    pub new_logs: BTreeMap<Option<NodeKey>, u64>,
    /// The fork proofs that the other side has told, of those held here.
    pub their_forks: BTreeSet<ContentHash>,
    /// The heads that the other side knows to be held here.
    pub told: BTreeMap<LogName, Head>,
    /// What is held ahead here, as last told.
    pub told_ahead: BTreeSet<EntryId>,
    /// The fork proofs told.
    pub told_forks: BTreeSet<ContentHash>,
    /// The other side's last digest.
    pub their_digest: Option<Digest>,
    /// The last digest sent.
    pub sent_digest: Option<Digest>,
    /// Since when the own digest is one that the other side has not seen and does not share.
    pub untold_since: Option<Moment>,
    /// Since when something is known to be missing on the other side that it had shown.
    pub doubted_since: Option<Moment>,
    /// When it last had everything told anew.
    pub told_anew: Option<Moment>,
    /// Milliseconds of doubt after which it is asked to show anew what it has.
    pub patience: u64,
    /// The rules last sent, by their digest.
    pub sent_rules: Option<[u8; 16]>,
    /// What the other side wants and has not been sent.
    pub due: VecDeque<Due>,
    /// The same of what it has had before.
    pub again: VecDeque<Due>,
    /// Since when nothing of a backlog has been sent.
    quiet_since: Option<Moment>,
    /// Bytes of entries sent and not credited.
    pub unacknowledged: u64,
    /// Bytes of entries received and made durable, not credited yet.
    pub owed: u64,
    /// Entries that were asked for and have not been delivered.
    pub asked: u64,
    /// Entries and bytes that the other side last said it would send.
    pub promised: (u64, u64),
    /// Since when the other side has owed entries without delivering any.
    pub owing_since: Moment,
}

impl Session {
    /// A session on a new connection.
    pub fn new(now: Moment) -> Result<Self, CodecError> {
        Ok(Self {
            packer: Packer::new()?,
            unpacker: Unpacker::new()?,
            elider: Elider::default(),
            restorer: Restorer::default(),
            theirs: BTreeMap::new(),
            longer: BTreeSet::new(),
            new_logs: BTreeMap::new(),
            their_forks: BTreeSet::new(),
            told: BTreeMap::new(),
            told_ahead: BTreeSet::new(),
            told_forks: BTreeSet::new(),
            their_digest: None,
            sent_digest: None,
            untold_since: None,
            doubted_since: None,
            told_anew: None,
            patience: PATIENCE_FIRST,
            sent_rules: None,
            due: VecDeque::new(),
            again: VecDeque::new(),
            quiet_since: None,
            unacknowledged: 0,
            owed: 0,
            asked: 0,
            promised: (0, 0),
            owing_since: now,
        })
    }

    /// The packet of a frame.
    pub fn pack(&mut self, body: Body) -> Result<Vec<u8>, CodecError> {
        self.packer.pack(body)
    }

    /// The packet of a delivery that is part of a backlog.
    pub fn pack_backlog(&mut self, body: Body) -> Result<Vec<u8>, CodecError> {
        self.quiet_since = None;
        self.packer.pack_backlog(body)
    }

    /// The packet that ends a backlog of which nothing is due and nothing was sent for [`BACKLOG_PATIENCE`].
    pub fn end_backlog(&mut self, now: Moment) -> Result<Option<Vec<u8>>, CodecError> {
        if !self.has_backlog() || !self.due.is_empty() {
            return Ok(None);
        }
        let quiet_since = *self.quiet_since.get_or_insert(now);
        if now.since(quiet_since) < BACKLOG_PATIENCE { Ok(None) } else { self.packer.end_backlog() }
    }

    /// Whether a backlog has begun and not ended, for which memory is kept.
    #[must_use]
    pub const fn has_backlog(&self) -> bool {
        self.packer.has_backlog()
    }

    /// The frame in a packet, and the bytes that it has when it is not compressed.
    pub fn unpack(&mut self, packet: &[u8]) -> Result<(Body, usize), CodecError> {
        self.unpacker.unpack_measured(packet)
    }

    /// The heads that have changed since they were told; they count as told from now on.
    pub fn tell(&mut self, heads: &BTreeMap<LogName, Head>) -> Vec<(LogName, Head)> {
        let news: Vec<_> =
            heads.iter().filter(|(log, head)| self.told.get(log) != Some(head)).map(|(l, h)| (*l, *h)).collect();
        self.told.extend(news.iter().copied());
        news
    }

    /// What was told may not have been understood, or is not true any more: it is told again.
    pub fn forget_told(&mut self) {
        self.told.clear();
        self.told_ahead.clear();
        self.told_forks.clear();
    }

    /// Both sides hold the same.
    pub fn level(&mut self, heads: &BTreeMap<LogName, Head>) {
        follow(&mut self.told, heads);
        follow(&mut self.theirs, heads);
        self.longer.clear();
    }

    /// The heads that the other side has told.
    #[must_use]
    pub const fn theirs(&self) -> &BTreeMap<LogName, Head> {
        &self.theirs
    }

    /// The other side tells a head.
    pub fn shows(&mut self, log: LogName, head: Head) {
        self.theirs.insert(log, head);
        self.longer.insert(log);
    }

    /// What the other side has told of a log does not count any more.
    pub fn disbelieve(&mut self, log: &LogName) {
        self.theirs.remove(log);
        self.longer.remove(log);
    }

    /// The heads of the logs of which the other side has told more than is held here.
    pub fn longer<'a>(&'a mut self, held: &BTreeMap<LogName, Head>) -> impl Iterator<Item = (LogName, Head)> + use<'a> {
        let theirs = &self.theirs;
        let told = |log: &LogName| theirs.get(log).map(|head| head.sequence);
        self.longer.retain(|log| told(log) > held.get(log).map(|head| head.sequence));
        self.longer.iter().filter_map(|log| Some((*log, *theirs.get(log)?)))
    }

    /// The other side's head of a log.
    #[must_use]
    pub fn their_head(&self, log: &LogName) -> Option<(Sequence, EntryId)> {
        self.theirs.get(log).map(|head| (head.sequence, head.id))
    }
}

/// Makes `known` what `heads` is. It mostly has the same logs already, and is then written over where it lies.
fn follow(known: &mut BTreeMap<LogName, Head>, heads: &BTreeMap<LogName, Head>) {
    if known.len() == heads.len() && known.keys().eq(heads.keys()) {
        known.values_mut().zip(heads.values()).for_each(|(known, head)| *known = *head);
    } else {
        known.clone_from(heads);
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("logs", &self.theirs.len())
            .field("due", &self.due.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::LogId;

    fn log(number: u8) -> LogName {
        LogName { author: NodeKey::from_bytes([number; 32]), log: LogId::from_bytes([0; LogId::LEN]) }
    }

    fn head(sequence: u64) -> Head {
        Head { sequence: Sequence::new(sequence).unwrap(), id: EntryId::from_bytes([0; EntryId::LEN]) }
    }

    fn longer(session: &mut Session, held: &BTreeMap<LogName, Head>) -> Vec<LogName> {
        session.longer(held).map(|(log, _)| log).collect()
    }

    #[test]
    fn of_what_a_peer_shows_only_what_is_longer_than_what_is_held_is_looked_at() {
        let mut session = Session::new(Moment::default()).unwrap();
        let mut held = BTreeMap::from([(log(1), head(5)), (log(2), head(5))]);
        for (shown, sequence) in [(log(1), 5), (log(2), 6), (log(3), 1)] {
            session.shows(shown, head(sequence));
        }
        assert_eq!(longer(&mut session, &held), [log(2), log(3)]);
        held.insert(log(2), head(6));
        assert_eq!(longer(&mut session, &held), [log(3)]);
        session.disbelieve(&log(3));
        assert!(longer(&mut session, &held).is_empty());
        session.shows(log(1), head(6));
        assert_eq!(longer(&mut session, &held), [log(1)], "it has more of a log that was as long as here");
        session.level(&held);
        assert!(longer(&mut session, &held).is_empty());
        assert_eq!(session.theirs(), &held);
    }

    #[test]
    fn who_is_level_holds_what_is_held_here_whatever_it_has_shown_before() {
        let heads: Vec<BTreeMap<LogName, Head>> = vec![
            BTreeMap::new(),
            BTreeMap::from([(log(1), head(1))]),
            BTreeMap::from([(log(1), head(2))]),
            BTreeMap::from([(log(2), head(2))]),
            BTreeMap::from([(log(1), head(2)), (log(2), head(7))]),
        ];
        for before in &heads {
            for after in &heads {
                let mut known = before.clone();
                follow(&mut known, after);
                assert_eq!(&known, after);
            }
        }
    }
}
