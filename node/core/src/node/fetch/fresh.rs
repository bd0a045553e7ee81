//! The attachments of entries that came lately: each author's by themselves, so that who names thousands that nobody has
//! holds up no others.

use std::collections::{BTreeMap, VecDeque};

use super::Missing;
use crate::id::NodeKey;

/// Attachments of one author that are remembered here. Older ones are found in the index, by and by.
const OF_AUTHOR_MAX: usize = 256;
/// Attachments of one author that are looked at in one step.
const STEP: usize = 4;

/// What is missing, by author.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    of: BTreeMap<NodeKey, VecDeque<Missing>>,
    /// How many authors were passed in turn.
    turn: usize,
}

impl Fresh {
    /// An entry names it, and it is not held.
    pub(super) fn add(&mut self, missing: Missing) {
        let of_author = self.of.entry(missing.author).or_default();
        if of_author.len() >= OF_AUTHOR_MAX {
            of_author.pop_front();
        }
        of_author.push_back(missing);
    }

    /// Some of each author, the authors in turn. They are forgotten here: who did not get one [adds](Self::add) it again.
    pub(super) fn take(&mut self) -> Vec<Missing> {
        let mut authors: Vec<NodeKey> = self.of.keys().copied().collect();
        if authors.is_empty() {
            return Vec::new();
        }
        self.turn = (self.turn + 1) % authors.len();
        authors.rotate_left(self.turn);
        let mut taken = Vec::new();
        for _ in 0..STEP {
            taken.extend(authors.iter().filter_map(|author| self.of.get_mut(author)?.pop_front()));
        }
        self.of.retain(|_, of_author| !of_author.is_empty());
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ContentHash;

    fn missing(author: u8, number: usize) -> Missing {
        let hash = ContentHash::from_bytes(*blake3::hash(&number.to_be_bytes()).as_bytes());
        Missing { hash, size: 1, author: NodeKey::from_bytes([author; 32]) }
    }

    #[test]
    fn authors_have_their_turns_however_much_one_of_them_names() {
        let mut fresh = Fresh::default();
        (0..10_000).for_each(|number| fresh.add(missing(1, number)));
        fresh.add(missing(2, 0));
        assert_eq!(fresh.of[&NodeKey::from_bytes([1; 32])].len(), OF_AUTHOR_MAX);
        let taken = fresh.take();
        assert!(taken[..2].iter().any(|missing| missing.author == NodeKey::from_bytes([2; 32])));
        assert_eq!(taken.len(), STEP + 1);
        while !fresh.take().is_empty() {}
        assert!(fresh.of.is_empty());
    }
}
