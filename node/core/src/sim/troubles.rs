//! What will go wrong, drawn from the seed before anything happens.

use super::dice::Dice;
use super::governing::Deed;
use super::network::Place;
use super::scenario::{HOUR, MINUTE, SECOND, Scenario, Span};

/// Longest time for which an index lags behind its ledger when power fails, in milliseconds.
const INDEX_LAG: u64 = 30 * SECOND;

/// Something that goes wrong, or is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The nodes fall apart in groups.
    Part {
        /// Which partition.
        number: u64,
        /// The group of each node.
        groups: Vec<u64>,
    },
    /// A partition ends.
    Join {
        /// Which.
        number: u64,
    },
    /// An index becomes durable as it is; what follows is lost with the next crash.
    Commit {
        /// Whose.
        place: Place,
    },
    /// A machine stops.
    Stop {
        /// Which.
        place: Place,
        /// How.
        stop: Stop,
        /// For how long, in milliseconds.
        down: u64,
    },
    /// A disk takes nothing.
    Full {
        /// Whose.
        place: Place,
        /// For how long, in milliseconds.
        down: u64,
    },
    /// A clock shows something else.
    Jump {
        /// Whose.
        place: Place,
    },
    /// Somebody forks a log of this node's author.
    Fork {
        /// Whose.
        place: Place,
    },
    /// Somebody signs something.
    Govern(Deed),
}

/// How a machine stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Clean; with or without its index.
    Clean {
        /// Whether the index is lost.
        index_lost: bool,
    },
    /// Power fails; with or without its index.
    Crash {
        /// Whether the index is lost.
        index_lost: bool,
    },
    /// Power fails and the disk had lied: so many records are lost.
    LostTail {
        /// How many.
        records: usize,
    },
}

/// All troubles with their times, in no order.
#[must_use]
pub(super) fn plan(scenario: &Scenario, seed: u64) -> Vec<(u64, Trouble)> {
    let mut plan = Plan { scenario, dice: Dice::new(seed, "troubles"), all: Vec::new() };
    plan.partitions();
    plan.machines();
    plan.governance();
    plan.all
}

struct Plan<'a> {
    scenario: &'a Scenario,
    dice: Dice,
    all: Vec<(u64, Trouble)>,
}

impl Plan<'_> {
    fn partitions(&mut self) {
        let links = &self.scenario.links;
        let end = self.scenario.hours * HOUR;
        for number in 1..=links.partitions {
            let groups = 2 + self.dice.below(2);
            let groups = (0..self.scenario.nodes).map(|_| self.dice.below(groups)).collect();
            let length = self.dice.within(links.partition_minutes) * MINUTE;
            if number == links.partitions {
                self.all.push((end.saturating_sub(length), Trouble::Part { number, groups }));
                continue;
            }
            let begin = self.dice.below(end.saturating_sub(length).max(1));
            self.all.push((begin, Trouble::Part { number, groups }));
            self.all.push((begin + length, Trouble::Join { number }));
        }
        if self.scenario.machines.dark > 0 {
            // The last nodes are alone, each by itself.
            let lit = self.scenario.nodes - self.scenario.machines.dark;
            let groups = (0..self.scenario.nodes).map(|place| place.saturating_sub(lit.saturating_sub(1)) as u64);
            self.all.push((0, Trouble::Part { number: 0, groups: groups.collect() }));
        }
    }

    fn machines(&mut self) {
        let machines = self.scenario.machines.clone();
        for _ in 0..machines.restarts {
            let stop = Stop::Clean { index_lost: self.dice.chance(machines.lost_index_percent) };
            self.stop(stop);
        }
        for _ in 0..machines.crashes {
            let stop = Stop::Crash { index_lost: self.dice.chance(machines.lost_index_percent) };
            self.stop(stop);
        }
        for _ in 0..machines.lost_tails {
            let records = 1 + self.dice.index(40);
            self.stop(Stop::LostTail { records });
        }
        for _ in 0..machines.full_disks {
            let (at, place, down) = (self.time(), self.place(), self.down());
            self.all.push((at, Trouble::Full { place, down }));
        }
        for _ in 0..machines.clock_jumps {
            let (at, place) = (self.time(), self.place());
            self.all.push((at, Trouble::Jump { place }));
        }
        for _ in 0..self.scenario.hostile.forks {
            let (at, place) = (self.time(), self.place());
            self.all.push((at, Trouble::Fork { place }));
        }
    }

    fn governance(&mut self) {
        let governance = &self.scenario.governance;
        let deeds = [
            (Deed::Rotate, governance.rotations),
            (Deed::Suspend, governance.suspensions),
            (Deed::Restore, governance.suspensions),
            (Deed::Theft, governance.thefts),
            (Deed::Rivals, governance.rivals),
            (Deed::Double, governance.double_signings),
            (Deed::Mandates, governance.rival_mandates),
            (Deed::Revocation, governance.revocations),
        ];
        for (deed, count) in deeds {
            for _ in 0..count {
                let at = self.time();
                self.all.push((at, Trouble::Govern(deed)));
            }
        }
    }

    fn stop(&mut self, stop: Stop) {
        let (at, place, down) = (self.time(), self.place(), self.down());
        let lag = self.dice.below(INDEX_LAG);
        self.all.push((at.saturating_sub(lag), Trouble::Commit { place }));
        self.all.push((at, Trouble::Stop { place, stop, down }));
    }

    fn time(&mut self) -> u64 {
        self.dice.within(Span { least: MINUTE, most: self.scenario.hours * HOUR })
    }

    fn place(&mut self) -> Place {
        self.dice.index(self.scenario.nodes)
    }

    fn down(&mut self) -> u64 {
        self.dice.within(self.scenario.machines.down_minutes) * MINUTE + self.dice.below(MINUTE)
    }
}
