//! What people see of a node: `status` and `peer list`.

use serde::Serialize;

use super::Node;
pub use super::fetch::missing as missing_attachments;
use super::neighbours::Acquaintance;
use crate::id::{Code, NodeKey};
use crate::time::{Millis, Moment};

/// How a node stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeerState {
    /// A connection is open.
    Connected,
    /// A dial is under way.
    Dialing,
    /// Left alone for a while after failures.
    Waiting,
    /// Left alone for a while after a fault.
    Paused,
    /// Known, not needed now.
    Known,
}

/// An admitted node as this one sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Its key.
    pub node: NodeKey,
    /// Whose it is.
    pub administration: Code,
    /// How this node stands to it.
    pub state: PeerState,
    /// Entries that it has shown and that are not held here.
    pub missing: u64,
    /// How many times in a row it could not be reached.
    pub failures: u32,
    /// Milliseconds until it may be dialled.
    pub retry_in: u64,
    /// What it last did wrong.
    pub fault: Option<String>,
    /// Why it could last not be reached.
    pub unreached: Option<String>,
    /// Since when it is connected.
    pub connected: Option<Millis>,
    /// When it was last dialled.
    pub attempted: Option<Millis>,
}

/// Where an address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressSource {
    /// `node.toml`.
    Configuration,
    /// The local network (mDNS).
    LocalNetwork,
    /// Its administration's mandate.
    Mandate,
}

/// How far a node is behind what it has been shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lag {
    /// Entries.
    pub entries: u64,
    /// Seconds since it has been behind.
    pub seconds: u64,
}

impl Node {
    /// Whole entries that came from peers since the start, each copy counted.
    #[must_use]
    pub const fn entries_received(&self) -> u64 {
        self.intake.received()
    }

    /// The other admitted nodes.
    #[must_use]
    pub fn peers(&self, now: Millis) -> Vec<Peer> {
        let others = self.rules.admitted().filter(|(node, _)| node.key != self.key);
        others.map(|(node, administration)| self.peer(node.key, administration.code.clone(), now)).collect()
    }

    fn peer(&self, node: NodeKey, administration: Code, now: Millis) -> Peer {
        let known = self.neighbours.acquaintance(&node);
        let moment = self.steady.moment(now);
        let shown = |then: Moment| Millis(now.0.saturating_sub(moment.since(then)));
        let retry_in = known.map_or(0, |k| k.not_before().since(moment));
        let fault = known.and_then(|k| k.fault(moment).cloned());
        let state = match known {
            _ if self.sessions.contains_key(&node) => PeerState::Connected,
            Some(k) if k.is_dialing() => PeerState::Dialing,
            Some(k) if k.is_paused(moment) => PeerState::Paused,
            Some(_) if retry_in > 0 => PeerState::Waiting,
            _ => PeerState::Known,
        };
        Peer {
            node,
            administration,
            state,
            missing: self.missing_from(&node),
            failures: known.map_or(0, Acquaintance::failures),
            retry_in,
            fault,
            unreached: known.and_then(|k| k.unreached.clone()),
            connected: known.and_then(Acquaintance::connected).map(shown),
            attempted: known.and_then(Acquaintance::attempted).map(shown),
        }
    }

    /// Entries that a connected node has shown and that are not held here.
    fn missing_from(&self, peer: &NodeKey) -> u64 {
        let Some(session) = self.sessions.get(peer) else { return 0 };
        session
            .theirs()
            .iter()
            .map(|(log, head)| {
                let end = self.ledger.forked_from(log).map_or(u64::MAX, |forked| forked.get() - 1);
                head.sequence.get().min(end).saturating_sub(self.ledger.sequence(log))
            })
            // Nobody writes as many, and anybody may say so.
            .fold(0, u64::saturating_add)
    }

    /// Where a node is looked for, in the order in which addresses are tried.
    #[must_use]
    pub fn addresses(&self, node: &NodeKey) -> Vec<(String, AddressSource)> {
        self.neighbours.addresses(node, &self.rules)
    }

    /// Whether the node has the connections that it opens by itself.
    #[must_use]
    pub fn has_enough(&self) -> bool {
        self.neighbours.has_enough(self.sessions.len())
    }

    /// How far the node is behind what its neighbours have shown.
    #[must_use]
    pub fn lag(&self, now: Millis) -> Lag {
        let entries = self.sessions.keys().map(|peer| self.missing_from(peer)).max().unwrap_or(0);
        let moment = self.steady.moment(now);
        let seconds = self.behind_since.filter(|_| entries > 0).map_or(0, |since| moment.since(since) / 1000);
        Lag { entries, seconds }
    }

    /// The hash of what is held: `ledger` in `status --json`.
    #[must_use]
    pub fn ledger_hash(&self) -> [u8; 32] {
        self.ledger.frontier_hash()
    }
}
