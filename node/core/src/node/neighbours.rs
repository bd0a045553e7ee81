//! Whom to be connected to: four to six of the admitted nodes, not all (`docs/design.md` §7).
//!
//! The first neighbour is the next reachable node on the ring of keys: so the reachable nodes always form one whole.
//! The others are drawn by a hash that differs from node to node. Failures back off, for ever.

use std::collections::{BTreeMap, BTreeSet};

use super::Link;
use super::event::{Effect, Fault};
use super::status::AddressSource;
use crate::charter::Rules;
use crate::id::NodeKey;
use crate::time::Moment;

/// Connections that a node opens by itself.
const LOW: usize = 4;
/// Connections beyond which a node closes some.
const HIGH: usize = 6;
/// The same on a metered link.
const METERED: usize = 2;
/// Most addresses that are remembered of what the local network says of a node: IPv4 and IPv6 of some interfaces.
const FOUND_MAX: usize = 16;
/// First pause after a failure, in milliseconds.
const PAUSE_FIRST: u64 = 1_000;
/// Longest pause after failures: a peer that comes back is found within minutes.
const PAUSE_LAST: u64 = 5 * 60_000;
/// Milliseconds after which a dial that nobody answered for counts as failed.
const DIAL_PATIENCE: u64 = 90_000;
/// Milliseconds after which a dial that nobody has answered holds no place any more: a machine that lost its power answers
/// nothing, and others must not wait for it.
const PROMISING: u64 = 10_000;
/// Milliseconds between further connections that are opened to mix the region.
const ROTATE: u64 = 10 * 60_000;
/// Milliseconds that a surplus connection lives at least: long enough to be of use to a newcomer.
const SURPLUS: u64 = 60_000;

/// Milliseconds for which a node is not dialled that had more connections than it keeps: it would close this one too.
const FULL: u64 = 6 * 60 * 60_000;
/// The same for the next on the ring, who keeps this one unless somebody between the two is its neighbour: without it
/// three nodes that know each other and take all others for full would stay alone.
const FULL_ON_RING: u64 = 60_000;
/// Connections with which a node does without those that are full.
const IN_TOUCH: usize = 2;

/// What is remembered of a node.
#[derive(Clone, Debug, Default)]
pub(super) struct Acquaintance {
    connected: Option<Moment>,
    dialing: Option<Moment>,
    failures: u32,
    not_before: Moment,
    /// Whether it said on this connection that it has more than it keeps.
    full: bool,
    /// Until when it is dialled only in need, since it had more connections than it keeps.
    full_until: Moment,
    found: Vec<String>,
    attempted: Option<Moment>,
    /// The last fault, and until when the node is left alone for it.
    pause: Option<(Moment, String)>,
    /// What else people should know about it.
    note: Option<String>,
    /// Why it could last not be reached, for `peer why`.
    pub(super) unreached: Option<String>,
}

/// Who is connected and who may be dialled next.
#[derive(Debug)]
pub(super) struct Neighbours {
    own: NodeKey,
    link: Link,
    configured: BTreeMap<NodeKey, Vec<String>>,
    admitted: Vec<NodeKey>,
    known: BTreeMap<NodeKey, Acquaintance>,
    salt: u64,
    rotated: Moment,
    /// When the next plan may come to something, unless anything happens before.
    due: Moment,
}

impl Neighbours {
    pub(super) fn new(own: NodeKey, link: Link, configured: BTreeMap<NodeKey, Vec<String>>, salt: u64) -> Self {
        let (admitted, known) = (Vec::new(), BTreeMap::new());
        Self { own, link, configured, admitted, known, salt, rotated: Moment::default(), due: Moment::default() }
    }

    /// Something has happened that the next plan must know of.
    fn stir(&mut self) {
        self.due = Moment::default();
    }

    /// These nodes may connect.
    pub(super) fn admit(&mut self, keys: Vec<NodeKey>) {
        self.admitted = keys;
        self.stir();
    }

    pub(super) fn begin(&mut self, now: Moment) {
        self.rotated = now;
        self.stir();
    }

    pub(super) fn connected(&mut self, peer: NodeKey, now: Moment) {
        self.stir();
        let known = self.known.entry(peer).or_default();
        known.connected = Some(now);
        known.dialing = None;
        known.failures = 0;
        known.unreached = None;
    }

    /// A short pause follows: a connection that closes at once must not be opened again at once.
    pub(super) fn disconnected(&mut self, peer: &NodeKey, now: Moment) {
        self.stir();
        let Some(known) = self.known.get_mut(peer) else { return };
        if known.connected.take().is_none() {
            return;
        }
        let full = std::mem::take(&mut known.full);
        if full {
            known.full_until = now.plus(FULL);
        }
        known.not_before = known.not_before.max(now.plus(if full { FULL_ON_RING } else { PAUSE_FIRST }));
        let left = self.known.values().filter(|known| known.connected.is_some()).count();
        if !full && !self.has_enough(left) {
            // Whom this node has lost, others may have lost too, and have room again.
            self.known.values_mut().for_each(|known| known.full_until = Moment::default());
        }
    }

    /// A connected peer says whether it has more connections than it keeps.
    pub(super) fn says_full(&mut self, peer: &NodeKey, full: bool) {
        if let Some(known) = self.known.get_mut(peer).filter(|known| known.connected.is_some()) {
            known.full = full;
        }
    }

    /// Whether there are more connections than are kept.
    pub(super) fn is_full(&self) -> bool {
        self.known.values().filter(|known| known.connected.is_some()).count() > self.bounds().1
    }

    pub(super) fn failed(&mut self, peer: &NodeKey, why: Option<String>, now: Moment) {
        self.stir();
        let salt = self.salt;
        let known = self.known.entry(*peer).or_default();
        known.dialing = None;
        known.failures = known.failures.saturating_add(1);
        known.not_before = known.not_before.max(now.plus(backoff(PAUSE_FIRST, PAUSE_LAST, known.failures, peer, salt)));
        known.unreached = why.or_else(|| known.unreached.take());
    }

    /// The peer did something wrong: it is left alone until then.
    pub(super) fn paused(&mut self, peer: NodeKey, fault: String, until: Moment) {
        self.stir();
        let known = self.known.entry(peer).or_default();
        known.not_before = until;
        known.pause = Some((until, fault));
    }

    /// Something about a node that people should know, without a pause.
    pub(super) fn note(&mut self, node: NodeKey, what: String) {
        self.known.entry(node).or_default().note = Some(what);
    }

    /// Differs from node to node.
    pub(super) const fn salt(&self) -> u64 {
        self.salt
    }

    /// Addresses of an admitted node were found nearby: it may be dialled at once.
    pub(super) fn found(&mut self, peer: NodeKey, mut addresses: Vec<String>) {
        self.stir();
        addresses.truncate(FOUND_MAX);
        let known = self.known.entry(peer).or_default();
        known.found = addresses;
        known.not_before = Moment::default();
    }

    /// What is remembered of a node.
    pub(super) fn acquaintance(&self, peer: &NodeKey) -> Option<&Acquaintance> {
        self.known.get(peer)
    }

    /// Opens what is lacking and closes what is too much. Nothing is looked at while neither anything has happened nor
    /// time alone makes a difference.
    pub(super) fn plan(&mut self, rules: &Rules, now: Moment, out: &mut Vec<Effect>) {
        if now < self.due {
            return;
        }
        self.give_up(now);
        let connected: BTreeSet<NodeKey> = self.with(|k| k.connected.is_some());
        let (low, high) = self.bounds();
        let rotate = now.since(self.rotated) >= ROTATE && connected.len() < high;
        if rotate {
            self.rotated = now;
            self.salt = self.salt.wrapping_add(1);
        }
        let mut done = true;
        for peer in self.choose(low + usize::from(rotate), now) {
            done &= self.dial(peer, rules, now, out);
        }
        done &= self.trim(&connected, high, now, out);
        self.due = if done { self.next_turn(now) } else { now };
    }

    /// When time alone next makes a difference to the plan.
    fn next_turn(&self, now: Moment) -> Moment {
        let turns = |known: &Acquaintance| {
            let [promised, late] = [PROMISING, DIAL_PATIENCE].map(|patience| known.dialing.map(|at| at.plus(patience)));
            let surplus = known.connected.map(|since| since.plus(SURPLUS));
            [Some(known.not_before), Some(known.full_until), promised, late, surplus]
        };
        let all = self.known.values().flat_map(turns).flatten().chain([self.rotated.plus(ROTATE)]);
        // A rotation that is overdue waits for room, and so for a connection to be closed.
        all.filter(|turn| *turn > now).min().unwrap_or(now.plus(ROTATE))
    }

    /// Whom to dial: the next on the ring, when no nearer one is a neighbour, and others until there are `wanted`.
    fn choose(&self, wanted: usize, now: Moment) -> Vec<NodeKey> {
        let busy = self.with(|k| k.connected.is_some() || k.dialing.is_some());
        let promising = self.with(|k| k.connected.is_some() || k.dialing.is_some_and(|at| now.since(at) < PROMISING));
        let nearest = self.on_ring(promising.iter().copied());
        let in_touch = promising.len() >= IN_TOUCH;
        let is_full = |key: &NodeKey| self.known.get(key).is_some_and(|known| known.full_until > now);
        let is_ready = |key: &&NodeKey| !busy.contains(key) && self.is_ready(key, now);
        let mut ready: Vec<NodeKey> = self.admitted.iter().filter(is_ready).copied().collect();
        let next = self
            .on_ring(ready.iter().copied())
            .filter(|next| nearest.is_none_or(|there| self.ring(next) < self.ring(&there)));
        let lacking = wanted.saturating_sub(promising.len() + usize::from(next.is_some()));
        if lacking == 0 {
            return next.into_iter().collect();
        }
        ready.retain(|key| Some(*key) != next && !(in_touch && is_full(key)));
        ready.sort_by_cached_key(|key| self.draw(key));
        next.into_iter().chain(ready.into_iter().take(lacking)).collect()
    }

    /// False when there is nothing to dial, and another may be chosen in its place.
    fn dial(&mut self, peer: NodeKey, rules: &Rules, now: Moment, out: &mut Vec<Effect>) -> bool {
        let addresses: Vec<String> = self.addresses(&peer, rules).into_iter().map(|(address, _)| address).collect();
        let known = self.known.entry(peer).or_default();
        if addresses.is_empty() {
            // Nothing to dial: it may dial here.
            known.not_before = now.plus(PAUSE_LAST);
            return false;
        }
        known.dialing = Some(now);
        known.attempted = Some(now);
        out.push(Effect::Dial { peer, addresses });
        true
    }

    /// Where a node is looked for: the operator's word first, then what was found nearby, then its mandate.
    pub(super) fn addresses(&self, peer: &NodeKey, rules: &Rules) -> Vec<(String, AddressSource)> {
        let configured = self.configured.get(peer).into_iter().flatten();
        let found = self.known.get(peer).into_iter().flat_map(|known| &known.found);
        let mandated = rules.mandate_of(peer).into_iter().flat_map(|m| &m.nodes).filter(|n| n.key == *peer);
        let mandated = mandated.flat_map(|node| &node.addresses);
        let mut addresses: Vec<(String, AddressSource)> = Vec::new();
        for (address, source) in configured
            .map(|a| (a, AddressSource::Configuration))
            .chain(found.map(|a| (a, AddressSource::LocalNetwork)))
            .chain(mandated.map(|a| (a, AddressSource::Mandate)))
        {
            if !addresses.iter().any(|(known, _)| known == address) {
                addresses.push((address.clone(), source));
            }
        }
        addresses
    }

    const fn bounds(&self) -> (usize, usize) {
        if self.link.metered { (METERED, METERED) } else { (LOW, HIGH) }
    }

    /// Whether so many connections are as many as the node opens by itself.
    pub(super) const fn has_enough(&self, connections: usize) -> bool {
        connections >= self.bounds().0
    }

    /// Closes surplus connections, never those to the neighbours on the ring. False when it closes any: it asks for it
    /// until they are closed.
    fn trim(&self, connected: &BTreeSet<NodeKey>, high: usize, now: Moment, out: &mut Vec<Effect>) -> bool {
        let surplus = connected.len().saturating_sub(high);
        if surplus == 0 {
            return true;
        }
        let kept = [self.on_ring(connected.iter().copied()), self.before_on_ring(connected)];
        let mut old: Vec<NodeKey> = connected
            .iter()
            .filter(|k| !kept.contains(&Some(**k)))
            .filter(|k| self.known.get(k).and_then(|a| a.connected).is_some_and(|since| now.since(since) >= SURPLUS))
            .copied()
            .collect();
        old.sort_by_cached_key(|k| std::cmp::Reverse(self.draw(k)));
        let done = old.is_empty();
        out.extend(old.into_iter().take(surplus).map(|peer| Effect::Disconnect { peer, reason: Fault::Surplus }));
        done
    }

    fn give_up(&mut self, now: Moment) {
        let late: Vec<NodeKey> =
            self.with(|k| k.dialing.is_some_and(|since| now.since(since) >= DIAL_PATIENCE)).into_iter().collect();
        for peer in late {
            self.failed(&peer, None, now);
        }
    }

    fn with(&self, keep: impl Fn(&Acquaintance) -> bool) -> BTreeSet<NodeKey> {
        self.known.iter().filter(|(_, known)| keep(known)).map(|(key, _)| *key).collect()
    }

    fn is_ready(&self, peer: &NodeKey, now: Moment) -> bool {
        self.known.get(peer).is_none_or(|k| k.not_before <= now)
    }

    /// How far `key` lies after the own one on the ring of keys.
    fn ring(&self, key: &NodeKey) -> (bool, NodeKey) {
        (*key < self.own, *key)
    }

    fn on_ring(&self, keys: impl Iterator<Item = NodeKey>) -> Option<NodeKey> {
        keys.min_by_key(|key| self.ring(key))
    }

    fn before_on_ring(&self, keys: &BTreeSet<NodeKey>) -> Option<NodeKey> {
        keys.iter().copied().max_by_key(|key| self.ring(key))
    }

    /// A number for each other node that differs from node to node and from rotation to rotation.
    fn draw(&self, peer: &NodeKey) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.own.as_bytes()).update(peer.as_bytes()).update(&self.salt.to_le_bytes());
        *hasher.finalize().as_bytes()
    }
}

impl Acquaintance {
    /// Until when the node is left alone.
    pub(super) const fn not_before(&self) -> Moment {
        self.not_before
    }

    /// Whether it is left alone now for something that it did wrong.
    pub(super) fn is_paused(&self, now: Moment) -> bool {
        self.not_before > now && self.pause.as_ref().is_some_and(|(until, _)| *until > now)
    }

    /// What is held against it, for `peer why`: why it is left alone now, else what is known of it.
    pub(super) fn fault(&self, now: Moment) -> Option<&String> {
        let pause = self.pause.as_ref().map(|(_, fault)| fault);
        if self.is_paused(now) { pause } else { self.note.as_ref().or(pause) }
    }

    /// Since when it is connected.
    pub(super) const fn connected(&self) -> Option<Moment> {
        self.connected
    }

    /// When it was last dialled.
    pub(super) const fn attempted(&self) -> Option<Moment> {
        self.attempted
    }

    /// Whether a dial is under way.
    pub(super) const fn is_dialing(&self) -> bool {
        self.dialing.is_some()
    }

    /// How many times in a row it could not be reached.
    pub(super) const fn failures(&self) -> u32 {
        self.failures
    }
}

/// Doubling pauses, each longer by up to a quarter: nodes that lost power together do not come back in step.
pub(super) fn backoff(first: u64, last: u64, failures: u32, peer: &NodeKey, salt: u64) -> u64 {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(last);
    let spread =
        u64::from(peer.as_bytes()[0]).wrapping_mul(31).wrapping_add(salt).wrapping_add(u64::from(failures)) % 256;
    doubled + doubled * spread / 1024
}

#[cfg(test)]
mod tests;
