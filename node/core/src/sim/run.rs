//! The three phases of a run, and what is checked at its end.

use std::collections::BTreeSet;

use super::disk::Disk;
use super::machine;
use super::network::Place;
use super::region::RegionError;
use super::report::{Problem, Report};
use super::scenario::{HOUR, MINUTE, SECOND, Scenario};
use super::world::World;
use crate::id::EntryId;
use crate::keys::remembered::remembering;
use crate::ledger::book;
use crate::node::Node;
use crate::node::status::missing_attachments;
use crate::registers::{self, Audience};
use crate::state::Storage;

/// Bytes that an idle node may say in an hour for each connection that is opened: two digests and little else.
const QUIET_PER_CONNECTION: u64 = 256;
/// Bytes that each node may say in it besides: what it owes for the last that it received.
const QUIET_PER_NODE: u64 = 16;

/// Runs a scenario with a seed.
pub fn run(scenario: &Scenario, seed: u64) -> Result<Report, RegionError> {
    remembering(|| run_phases(scenario, seed))
}

fn run_phases(scenario: &Scenario, seed: u64) -> Result<Report, RegionError> {
    let mut world = World::new(scenario.clone(), seed)?;
    world.run_until(scenario.hours * HOUR);
    let mut report = Report { seed, before: world.tally.clone(), ..Report::default() };
    let held: Vec<BTreeSet<EntryId>> = world.machines.iter().map(|machine| machine.held.clone()).collect();
    world.heal();
    world.tap.count_rounds();
    let healed = world.now();
    let limit = healed + scenario.limit_hours * HOUR;
    if world.run_until_same(limit) {
        report.converged = Some(world.now() - healed);
        report.healing = world.tally.since(&report.before);
        report.rounds = world.tap.rounds();
        world.count_lacked(&held, &mut report);
        if world.run_until_complete(limit) {
            report.complete = Some(world.now() - healed);
        } else {
            world.problems.insert(Problem::NotConverged("attachments are missing".to_owned()));
        }
        world.check_quiet(&mut report);
        world.check_entries(&mut report);
        world.check_rebuilt();
        world.check_statuses(&mut report);
        world.check_readers(&mut report);
    } else {
        report.healing = world.tally.since(&report.before);
        let why = world.difference();
        world.problems.insert(Problem::NotConverged(why));
    }
    report.problems = world.problems.into_iter().collect();
    Ok(report)
}

impl World {
    /// Runs until all nodes hold the same ledger and the same state; true when they do before `limit`.
    pub fn run_until_same(&mut self, limit: u64) -> bool {
        self.run_while(limit, |world| !world.is_same())
    }

    fn run_until_complete(&mut self, limit: u64) -> bool {
        self.run_while(limit, |world| !world.is_complete())
    }

    fn run_while(&mut self, limit: u64, goes_on: impl Fn(&Self) -> bool) -> bool {
        self.moved = true;
        while self.now() < limit {
            if std::mem::take(&mut self.moved) && !goes_on(self) {
                return true;
            }
            self.run_until(self.now() + SECOND);
        }
        false
    }

    /// Whether all that had to be written is written, and every node holds it.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let written = self.machines.iter().all(|m| m.to_write == 0 && m.writing.is_none() && m.under_way.is_empty());
        let mut ledgers = self.machines.iter().map(|m| m.node.as_ref().map(Node::ledger_hash));
        let Some(Some(first)) = ledgers.next() else { return false };
        let same = written && ledgers.all(|ledger| ledger == Some(first));
        let root = |place: Place| registers::root(&self.machines[place].disk, &Audience::Public).ok();
        same && self.is_same_sealed()
            && self.agree_on_rules()
            && (1..self.machines.len()).all(|place| root(place) == root(0))
    }

    /// Whether every node holds the attachments of every entry that was acknowledged, and misses none.
    fn is_complete(&self) -> bool {
        let kept = self.acknowledged.keys().filter(|id| !self.excused.contains(id));
        let attachments: Vec<_> = kept.filter_map(|id| self.weights.get(id)).flat_map(|w| &w.attachments).collect();
        self.machines.iter().all(|machine| {
            missing_attachments(&machine.disk, 1).is_ok_and(|missing| missing.is_empty())
                && attachments.iter().all(|hash| machine.disk.holds_attachment(hash))
        })
    }

    /// How the nodes differ, for people.
    fn difference(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for (place, machine) in self.machines.iter().enumerate() {
            let Some(node) = &machine.node else {
                let _ = write!(text, "\n    {place}: down");
                continue;
            };
            let heads = node.ledger().heads();
            let entries: u64 = heads.values().map(|head| head.sequence.get()).sum();
            let lag = node.lag(machine.clock.shows(self.now()));
            let _ = write!(
                text,
                "\n    {place}: {} revision {} rules {} state {} ledger {} of {} logs, {entries} entries, {} ahead, {} forks, behind by {}, to write {}, writes {:?}, under way {}, neighbours {:?}",
                node.key().short(),
                node.rules().charter().revision,
                hex::encode(&node.rules().digest()[..4]),
                registers::root(&machine.disk, &Audience::Public)
                    .map(|root| hex::encode(&root[..4]))
                    .unwrap_or_default(),
                hex::encode(&node.ledger_hash()[..4]),
                heads.len(),
                node.ledger().ahead().count(),
                node.ledger().fork_positions().count(),
                lag.entries,
                machine.to_write,
                machine.writing,
                machine.under_way.len(),
                self.network.neighbours(place),
            );
        }
        text
    }

    /// What each node lacked at the heal of what it holds now; its own later entries it did not lack.
    fn count_lacked(&self, held: &[BTreeSet<EntryId>], report: &mut Report) {
        for (place, machine) in self.machines.iter().enumerate() {
            for id in machine.held.difference(&held[place]) {
                if self.acknowledged.get(id) == Some(&place) {
                    continue;
                }
                let Some(weight) = self.weights.get(id) else { continue };
                report.lacked += 1;
                report.lacked_bytes += weight.bytes;
                report.lacked_small += weight.small;
            }
        }
    }

    /// After all is said, next to nothing is said.
    fn check_quiet(&mut self, report: &mut Report) {
        let minutes = self.scenario.quiet_minutes;
        // Digests of the last news are still on their way.
        self.run_until(self.now() + MINUTE);
        let before = self.tally.clone();
        self.run_until(self.now() + minutes * MINUTE);
        report.quiet = self.tally.since(&before);
        let bytes = report.quiet.sync_bytes() + report.quiet.gossip.bytes;
        let nodes = self.machines.len() as u64;
        if bytes > QUIET_PER_CONNECTION * report.quiet.connections + QUIET_PER_NODE * nodes {
            self.problems.insert(Problem::Restless { bytes });
        }
    }

    /// No acknowledged entry is missing on any node, except those that a lying disk has lost.
    fn check_entries(&mut self, report: &mut Report) {
        report.acknowledged = self.acknowledged.len() as u64;
        let mut lost = Vec::new();
        for (place, machine) in self.machines.iter().enumerate() {
            let Some(node) = &machine.node else { continue };
            report.entries = node.ledger().heads().values().map(|head| head.sequence.get()).sum();
            for entry in self.acknowledged.keys().filter(|id| !self.excused.contains(id)) {
                let found = book::place_of(&machine.disk, entry).ok().flatten();
                let counts = found.is_some_and(|(log, sequence)| node.ledger().sequence(&log) >= sequence.get());
                if !counts {
                    lost.push(Problem::Lost { entry: *entry, place });
                }
            }
        }
        self.problems.extend(lost);
    }

    /// An index that is made again from the ledger is the same.
    fn check_rebuilt(&mut self) {
        let place = usize::try_from(self.seed).unwrap_or_default() % self.machines.len();
        let machine = &self.machines[place];
        let mut disk = machine.disk.clone();
        disk.lose_index();
        let identity = (machine.secret.clone(), machine.sealing.clone());
        let again = machine::load(&mut disk, &self.rules, identity, [0; 32]);
        let roots = |disk: &Disk| -> Option<Vec<[u8; 32]>> {
            let audiences = registers::audiences(disk).ok()?;
            audiences.iter().map(|audience| registers::root(disk, audience).ok()).collect()
        };
        let ledger = machine.node.as_ref().map(Node::ledger_hash);
        let same = again.is_ok_and(|node| Some(node.ledger_hash()) == ledger);
        if !same || roots(&disk) != roots(&machine.disk) {
            self.problems.insert(Problem::Rebuilt { place });
        }
    }
}
