//! Whom to ask for an attachment, and when again.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ContentHash, NodeKey};
use crate::node::conduct::Share;
use crate::time::Moment;

/// Fetches at once: one per peer keeps each link busy, a few in all bound the memory.
const AT_ONCE: usize = 4;
/// Milliseconds that an asked peer has to begin; then another is asked as well. A peer that died behind a connection that
/// still looks alive must not hold up what others have; a slow one may still deliver.
const UNANSWERED: u64 = 5_000;
/// Milliseconds after which peers that did not have an attachment are asked again, first and doubling: a neighbour that
/// is nearer to the author often has it a moment later.
const RETRY_FIRST: u64 = 500;
/// The longest: what nobody near has costs a question to each neighbour every ten minutes.
const RETRY_LAST: u64 = 10 * 60_000;
/// Attachments of which it is remembered who did not have them. Beyond it the one that waits longest is forgotten, and
/// asked for anew.
const SEARCHES_MAX: usize = 1_024;

/// Questions in vain for attachments of one author, in thousandths: a millisecond makes room for 50, so 50 in a second; and
/// 500 at once. An author may name attachments that nobody has, by the hundred thousand; each question costs two nodes a
/// stream.
const IN_VAIN_PER_MS: u64 = 50;
/// See [`IN_VAIN_PER_MS`].
const IN_VAIN_MAX: u64 = 500_000;
/// One of them.
const IN_VAIN: u64 = 1_000;

/// Fetches under way, and those that came to nothing so far.
#[derive(Debug, Default)]
pub(super) struct Asking {
    under_way: BTreeMap<(ContentHash, NodeKey), Asked>,
    searches: BTreeMap<ContentHash, Search>,
    in_vain: BTreeMap<NodeKey, Share>,
}

/// A peer that was asked.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// Who named the attachment.
    author: NodeKey,
    since: Moment,
    /// Whether it has begun to send.
    begun: bool,
    /// Whether it has said since that it holds the attachment: then a refusal that was under way is not its last word.
    holds: bool,
}

impl Asked {
    const fn is_late(&self, now: Moment) -> bool {
        !self.begun && now.since(self.since) >= UNANSWERED
    }
}

/// Who did not have an attachment.
#[derive(Debug, Default)]
struct Search {
    tried: BTreeSet<NodeKey>,
    /// How many times everybody was asked in vain.
    rounds: u32,
    /// When everybody may be asked again.
    again: Option<Moment>,
}

impl Asking {
    /// Somebody new is there: everybody may be asked again.
    pub(super) fn retry(&mut self) {
        self.searches.clear();
    }

    /// Whether as many fetches go on as may.
    pub(super) fn is_full(&self, now: Moment) -> bool {
        self.under_way.values().filter(|asked| !asked.is_late(now)).count() >= AT_ONCE
    }

    /// Whether too many questions for what an author named came to nothing lately.
    pub(super) fn is_vain(&self, author: &NodeKey, now: Moment) -> bool {
        self.in_vain.get(author).is_some_and(|in_vain| in_vain.spent(now, IN_VAIN_PER_MS) >= IN_VAIN_MAX)
    }

    /// Whether anybody may be asked for an attachment now: nobody is expected to answer, and no pause goes on.
    pub(super) fn may_begin(&self, hash: &ContentHash, now: Moment) -> bool {
        let pauses = self.searches.get(hash).and_then(|search| search.again).is_some_and(|again| now < again);
        !pauses && self.asked(hash).all(|(_, asked)| asked.is_late(now))
    }

    /// When time alone next lets somebody be asked for something that was looked for before.
    pub(super) fn next_turn(&self, now: Moment) -> Moment {
        let pauses = self.searches.values().filter_map(|search| search.again);
        let late = self.under_way.values().map(|asked| asked.since.plus(UNANSWERED));
        pauses.chain(late).filter(|turn| *turn > now).min().unwrap_or(now.plus(RETRY_LAST))
    }

    /// Whom of `peers`, best first, to ask now for an attachment that `author` named.
    pub(super) fn choose(
        &mut self,
        hash: &ContentHash,
        author: &NodeKey,
        peers: &[NodeKey],
        now: Moment,
    ) -> Option<NodeKey> {
        if !self.may_begin(hash, now) {
            return None;
        }
        let late: Vec<NodeKey> = self.asked(hash).map(|(peer, _)| peer).collect();
        if let Some(search) = self.searches.get_mut(hash) {
            if search.again.take().is_some() {
                search.tried.clear();
            }
            search.tried.extend(late);
        }
        let tried = self.searches.get(hash).map(|search| &search.tried);
        let free = |peer: &&NodeKey| tried.is_none_or(|tried| !tried.contains(peer)) && !self.is_busy(peer);
        if let Some(peer) = peers.iter().find(free).copied() {
            let asked = Asked { author: *author, since: now, begun: false, holds: false };
            self.under_way.insert((*hash, peer), asked);
            return Some(peer);
        }
        if let Some(search) = self.searches.get_mut(hash) {
            search.again = Some(now.plus(RETRY_FIRST.saturating_mul(1 << search.rounds.min(16)).min(RETRY_LAST)));
            search.rounds += 1;
        }
        None
    }

    /// A peer has begun to send.
    pub(super) fn began(&mut self, hash: ContentHash, peer: NodeKey) {
        if let Some(asked) = self.under_way.get_mut(&(hash, peer)) {
            asked.begun = true;
        }
    }

    /// A peer did not deliver.
    pub(super) fn failed(&mut self, hash: ContentHash, peer: NodeKey, now: Moment) {
        if let Some(asked) = self.under_way.remove(&(hash, peer)) {
            if asked.holds {
                return;
            }
            self.in_vain.entry(asked.author).or_default().add(IN_VAIN, now, IN_VAIN_PER_MS);
        }
        if !self.searches.contains_key(&hash) && self.searches.len() >= SEARCHES_MAX {
            let longest = self.searches.iter().max_by_key(|(_, search)| search.again).map(|(hash, _)| *hash);
            longest.and_then(|hash| self.searches.remove(&hash));
        }
        self.searches.entry(hash).or_default().tried.insert(peer);
    }

    /// A peer that did not have it has it now: it may be asked again, and at once.
    pub(super) fn holds_now(&mut self, hash: &ContentHash, peer: &NodeKey) {
        if let Some(asked) = self.under_way.get_mut(&(*hash, *peer)) {
            asked.holds = true;
        } else if let Some(search) = self.searches.get_mut(hash)
            && search.tried.remove(peer)
        {
            search.again = None;
        }
    }

    /// The attachment is held.
    pub(super) fn settled(&mut self, hash: &ContentHash) {
        self.under_way.retain(|(other, _), _| other != hash);
        self.searches.remove(hash);
    }

    /// The peer is gone: what it was asked for comes to nothing.
    pub(super) fn gone(&mut self, peer: &NodeKey) {
        self.under_way.retain(|(_, busy), _| busy != peer);
    }

    fn asked(&self, hash: &ContentHash) -> impl Iterator<Item = (NodeKey, &Asked)> {
        let all = (*hash, NodeKey::from_bytes([0; 32]))..=(*hash, NodeKey::from_bytes([0xff; 32]));
        self.under_way.range(all).map(|((_, peer), asked)| (*peer, asked))
    }

    /// Whether a peer is asked for something.
    pub(super) fn is_busy(&self, peer: &NodeKey) -> bool {
        self.under_way.keys().any(|(_, busy)| busy == peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: ContentHash = ContentHash::from_bytes([7; 32]);
    const AUTHOR: NodeKey = NodeKey::from_bytes([1; 32]);
    const OTHER: NodeKey = NodeKey::from_bytes([2; 32]);
    const PEERS: [NodeKey; 2] = [AUTHOR, OTHER];

    fn at(millis: u64) -> Moment {
        Moment::default().plus(millis)
    }

    #[test]
    fn one_peer_is_asked_at_a_time_and_the_next_when_it_has_nothing() {
        let mut asking = Asking::default();
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(0)), Some(AUTHOR));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(1)), None);
        asking.failed(HASH, AUTHOR, at(1));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(2)), Some(OTHER));
        asking.settled(&HASH);
        assert!(asking.under_way.is_empty() && asking.searches.is_empty());
    }

    #[test]
    fn who_does_not_begin_holds_nobody_up_and_who_has_begun_is_waited_for() {
        let mut asking = Asking::default();
        asking.choose(&HASH, &AUTHOR, &PEERS, at(0));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(UNANSWERED)), Some(OTHER));
        asking.began(HASH, OTHER);
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(100 * UNANSWERED)), None);
        // It breaks off; the first one may still deliver, and is not asked twice.
        asking.failed(HASH, OTHER, at(100 * UNANSWERED));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(100 * UNANSWERED)), None);
    }

    #[test]
    fn those_who_had_nothing_are_asked_again_after_a_pause_that_doubles() {
        let mut asking = Asking::default();
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..12 {
            for peer in PEERS {
                assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now)), Some(peer));
                asking.failed(HASH, peer, at(now));
            }
            assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now)), None);
            let pause = asking.searches[&HASH].again.map_or(0, |again| again.since(at(now)));
            assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now + pause - 1)), None);
            now += pause;
            pauses.push(pause);
        }
        assert_eq!(pauses[..3], [500, 1_000, 2_000]);
        assert_eq!(pauses[11], RETRY_LAST);
        // Somebody new may have it: nobody waits for the pause.
        for peer in PEERS {
            assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now)), Some(peer));
            asking.failed(HASH, peer, at(now));
        }
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now)), None);
        asking.retry();
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(now)), Some(AUTHOR));
    }

    #[test]
    fn nobody_may_be_asked_before_a_pause_ends_or_an_answer_is_late() {
        let mut asking = Asking::default();
        asking.choose(&HASH, &AUTHOR, &PEERS, at(0));
        assert!(!asking.may_begin(&HASH, at(1)));
        assert_eq!(asking.next_turn(at(1)), at(UNANSWERED));
        assert!(asking.may_begin(&HASH, at(UNANSWERED)));
        asking.failed(HASH, AUTHOR, at(1));
        assert!(asking.may_begin(&HASH, at(1)));
        asking.choose(&HASH, &AUTHOR, &[AUTHOR], at(1));
        assert_eq!(asking.next_turn(at(1)), at(1 + RETRY_FIRST));
        assert!(!asking.may_begin(&HASH, at(RETRY_FIRST)) && asking.may_begin(&HASH, at(1 + RETRY_FIRST)));
    }

    #[test]
    fn who_has_it_by_now_is_asked_at_once() {
        let mut asking = Asking::default();
        for peer in PEERS {
            assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(0)), Some(peer));
            asking.failed(HASH, peer, at(0));
        }
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(1)), None);
        asking.holds_now(&HASH, &OTHER);
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(2)), Some(OTHER));
        // It may say so before its refusal arrives: it is asked again all the same.
        asking.holds_now(&HASH, &OTHER);
        asking.failed(HASH, OTHER, at(2));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(3)), Some(OTHER));
        asking.failed(HASH, OTHER, at(2));
        assert_eq!(asking.choose(&HASH, &AUTHOR, &PEERS, at(4)), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut asking = Asking::default();
        for number in 0..2 * SEARCHES_MAX as u64 {
            let hash = ContentHash::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes());
            asking.failed(hash, AUTHOR, at(number));
            asking.choose(&hash, &AUTHOR, &[AUTHOR], at(number));
        }
        assert_eq!(asking.searches.len(), SEARCHES_MAX);
    }
}
