//! Refused connections in the log: who storms the door is named there, and does not fill it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use palabre_core::id::NodeKey;

/// A node that is refused again and again is named once in so long.
const WINDOW: Duration = Duration::from_mins(1);
/// Most nodes that are named in a window: strangers have ever new keys.
const NAMED_MAX: usize = 8;

/// What is said of a refused connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Whether this one is named.
    pub named: bool,
    /// How many of the last window were not named.
    pub unnamed: u64,
}

/// Who was named lately.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    since: Option<Instant>,
    named: BTreeSet<NodeKey>,
    unnamed: u64,
}

impl Refusals {
    /// A connection of this node was refused.
    pub(super) fn refused(&mut self, node: NodeKey, now: Instant) -> Refused {
        let mut unnamed = 0;
        if self.since.is_none_or(|since| now.duration_since(since) >= WINDOW) {
            unnamed = std::mem::take(&mut self.unnamed);
            self.named.clear();
            self.since = Some(now);
        }
        let named = self.named.len() < NAMED_MAX && self.named.insert(node);
        self.unnamed += u64::from(!named);
        Refused { named, unnamed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_is_a_few_lines_a_minute() {
        let mut refusals = Refusals::default();
        let begun = Instant::now();
        let peer = NodeKey::from_bytes([7; 32]);
        let named = |refusals: &mut Refusals, now| (0..100).filter(|_| refusals.refused(peer, now).named).count();
        assert_eq!(named(&mut refusals, begun), 1);
        for stranger in 100..200 {
            refusals.refused(NodeKey::from_bytes([stranger; 32]), begun);
        }
        assert_eq!(refusals.named.len(), NAMED_MAX);
        let said = refusals.refused(peer, begun + WINDOW);
        assert_eq!(said, Refused { named: true, unnamed: 200 - NAMED_MAX as u64 });
        assert!(refusals.refused(NodeKey::from_bytes([8; 32]), begun + WINDOW).named);
    }
}
