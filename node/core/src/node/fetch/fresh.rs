//! The attachments of entries that came lately: each author's by themselves, so that who names thousands that nobody has
//! holds up no others.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use super::Missing;
use crate::id::NodeKey;

/// Attachments of one author that are remembered here. Older ones are found in the index, by and by.
const OF_AUTHOR_MAX: usize = 256;
/// What is missing, by author.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    of: BTreeMap<NodeKey, VecDeque<Missing>>,
    /// Whose turn was the last.
    turn: Option<NodeKey>,
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

    /// The next one, the authors in turn. It is forgotten here: who cannot be asked for it yet is found in the index.
    pub(super) fn next(&mut self) -> Option<Missing> {
        let after = self.turn.map_or(Bound::Unbounded, Bound::Excluded);
        let author = *self.of.range((after, Bound::Unbounded)).next().or_else(|| self.of.first_key_value())?.0;
        self.turn = Some(author);
        let of_author = self.of.get_mut(&author)?;
        let next = of_author.pop_front();
        if of_author.is_empty() {
            self.of.remove(&author);
        }
        next
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
        let taken: Vec<Missing> = std::iter::from_fn(|| fresh.next()).collect();
        assert!(taken[..2].iter().any(|missing| missing.author == NodeKey::from_bytes([2; 32])));
        assert_eq!(taken.len(), OF_AUTHOR_MAX + 1);
        assert!(fresh.of.is_empty());
    }
}
