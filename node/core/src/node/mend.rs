//! Damaged parts of the segments: what was in them is named, fetched again from peers, and forgotten once it is there.

use super::Node;
use crate::id::{LogName, Sequence};
use crate::ledger::{Mended, book};
use crate::state::{StateError, Storage};

/// Entries of a log looked at in one step.
const STEP: usize = 512;

impl Node {
    /// The entries that the index knows in a damaged part: they are wanted again.
    pub fn lost_in<S: Storage>(&self, storage: &S, part: Mended) -> Result<Vec<(LogName, Sequence)>, StateError> {
        let mut lost = Vec::new();
        for log in self.ledger.heads().keys() {
            let mut from = Sequence::FIRST;
            loop {
                let step = book::locate_from(storage, log, from, STEP)?;
                let within = step.iter().filter(|(_, located)| {
                    located.position.segment == part.position.segment
                        && located.position.offset >= part.position.offset
                        && located.position.offset - part.position.offset < part.length.max(1)
                });
                lost.extend(within.map(|(sequence, _)| (*log, *sequence)));
                match step.last() {
                    Some((furthest, _)) if step.len() == STEP => from = furthest.next(),
                    _ => break,
                }
            }
        }
        Ok(lost)
    }

    /// Whether nothing is missing here any more that a damaged part may have held: the index names nothing in it, no log
    /// has a gap, and a neighbour holds exactly the same.
    pub fn is_mended<S: Storage>(&self, storage: &S, part: Mended) -> Result<bool, StateError> {
        let level = self.digest.is_some_and(|mine| self.sessions.values().any(|s| s.their_digest == Some(mine)));
        Ok(level && self.ledger.ahead().next().is_none() && self.lost_in(storage, part)?.is_empty())
    }
}
