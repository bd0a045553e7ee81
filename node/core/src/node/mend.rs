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

    /// Whether nothing is missing here any more that a damaged part may have held and a neighbour has: the index names
    /// nothing in it, and a neighbour holds exactly the same. Where a log has a gap all of them must. Such a gap stays when
    /// a batch of the node's own was torn before it was durable: what is lost of it nobody has ever seen.
    pub fn is_mended<S: Storage>(&self, storage: &S, part: Mended) -> Result<bool, StateError> {
        let Some(mine) = self.digest else { return Ok(false) };
        let mut level = self.sessions.values().map(|session| session.their_digest == Some(mine));
        let has_gap = self.ledger.ahead().next().is_some();
        let level = if has_gap { level.len() > 0 && level.all(|level| level) } else { level.any(|level| level) };
        Ok(level && self.lost_in(storage, part)?.is_empty())
    }
}
