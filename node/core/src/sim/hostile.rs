//! An author who forks a log, until all is healed: one entry for these nodes, another with the same place for those.

use palabre_proto::{Message as _, v1};

use super::gossip::Message;
use super::network::Place;
use super::scenario::MINUTE;
use super::world::{Happening, World};
use crate::id::{LogId, NodeKey};
use crate::ledger::{Audience, Draft, Entry, OwnLog, Priority};

/// Entries that both branches have in common, at most.
const COMMON: u64 = 5;
/// Entries of each branch.
const BRANCH: u64 = 3;

impl World {
    /// Forks a log under the key of the node at `place`. That node runs on, with logs of its own.
    pub(super) fn fork(&mut self, place: Place) {
        let Some(mandate) = self.rules.mandate_of(&self.machines[place].key).map(|mandate| mandate.hash) else {
            return;
        };
        let mut id = [0; LogId::LEN];
        self.dice.fill(&mut id);
        let mut log = OwnLog::open(self.machines[place].key, LogId::from_bytes(id), None);
        self.forged.insert(log.name());
        let mut said = 0_u64;
        let mut write = |world: &Self, log: &mut OwnLog| {
            said += 1;
            let draft = Draft {
                // No act: void on every node, and a log entry like any other.
                payload: said.to_le_bytes().to_vec(),
                place: 0,
                priority: Priority::Routine,
                audience: Audience::Public,
                attachments: Vec::new(),
                charter: world.rules.charter_hash(),
                mandate,
                clock: world.machines[place].clock.shows(world.now()),
            };
            log.write(draft, &world.machines[place].secret, world.rules.network())
        };
        let common: Vec<Entry> = (0..self.dice.below(COMMON + 1)).map(|_| write(self, &mut log)).collect();
        let mut other = log.clone();
        let left: Vec<Entry> = (0..BRANCH).map(|_| write(self, &mut log)).collect();
        let right: Vec<Entry> = (0..BRANCH).map(|_| write(self, &mut other)).collect();
        for to in 0..self.machines.len() {
            let branch = if self.dice.chance(50) { &left } else { &right };
            for entry in common.iter().chain(branch) {
                // In any order, and not all of it everywhere.
                if self.dice.chance(80) {
                    let message = message(entry);
                    let at = self.now() + self.dice.below(10 * MINUTE);
                    self.at(at, Happening::Shown { place: to, message });
                }
            }
        }
    }

    /// A node is shown an entry as if a neighbour had passed it on.
    pub(super) fn shown(&mut self, place: Place, message: Message) {
        if self.healed {
            return;
        }
        let Some(from) = self.network.neighbours(place).first().copied() else { return };
        self.gossip_from(from, place, message);
    }

    /// The logs that a node holds as forked, with the places from which they have no effect.
    #[must_use]
    pub fn forked(&self, place: Place) -> Vec<(NodeKey, LogId, u64)> {
        let Some(node) = &self.machines[place].node else { return Vec::new() };
        let logs = node.ledger().fork_positions().map(|(log, ..)| log);
        logs.filter_map(|log| Some((log.author, log.log, node.ledger().forked_from(&log)?.get()))).collect()
    }
}

fn message(entry: &Entry) -> Message {
    v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) }.encode_to_vec().into()
}
