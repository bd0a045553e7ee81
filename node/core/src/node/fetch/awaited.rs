//! Who waits for an attachment that is on its way here too: it is told as soon as it is held, so that a file runs through
//! the region without a pause at each node.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ContentHash, NodeKey};

/// Attachments of which it is remembered who asked in vain. Whoever asked for others asks again by itself.
const AWAITED_MAX: usize = 1_024;

/// Who asked in vain, by attachment.
#[derive(Debug, Default)]
pub(super) struct Awaited(BTreeMap<ContentHash, BTreeSet<NodeKey>>);

impl Awaited {
    /// A peer asked for it.
    pub(super) fn by(&mut self, peer: NodeKey, hash: ContentHash) {
        if self.0.len() < AWAITED_MAX || self.0.contains_key(&hash) {
            self.0.entry(hash).or_default().insert(peer);
        }
    }

    /// It is held: those who asked for it.
    pub(super) fn settled(&mut self, hash: &ContentHash) -> BTreeSet<NodeKey> {
        self.0.remove(hash).unwrap_or_default()
    }

    /// The peer is gone: it asks again when it comes back.
    pub(super) fn gone(&mut self, peer: &NodeKey) {
        self.0.retain(|_, peers| {
            peers.remove(peer);
            !peers.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeKey = NodeKey::from_bytes([1; 32]);

    fn hash(number: usize) -> ContentHash {
        ContentHash::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes())
    }

    #[test]
    fn who_asked_is_told_once_unless_it_has_gone() {
        let mut awaited = Awaited::default();
        awaited.by(PEER, hash(1));
        awaited.by(PEER, hash(1));
        assert_eq!(awaited.settled(&hash(1)), BTreeSet::from([PEER]));
        assert_eq!(awaited.settled(&hash(1)), BTreeSet::new());
        awaited.by(PEER, hash(2));
        awaited.gone(&PEER);
        assert!(awaited.settled(&hash(2)).is_empty() && awaited.0.is_empty());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut awaited = Awaited::default();
        (0..2 * AWAITED_MAX).for_each(|number| awaited.by(PEER, hash(number)));
        assert_eq!(awaited.0.len(), AWAITED_MAX);
    }
}
