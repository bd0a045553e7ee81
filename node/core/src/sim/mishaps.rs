//! Machines start, stop and lose things; in the end everything is healed.

use super::dice::Dice;
use super::machine::Clock;
use super::network::Place;
use super::report::Problem;
use super::scenario::{MINUTE, SECOND};
use super::troubles::{Stop, Trouble};
use super::world::{Happening, World};

impl World {
    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if self.healed {
            return;
        }
        match trouble {
            Trouble::Part { number, groups } => {
                for connection in self.network.part(number, groups) {
                    self.cut(connection);
                }
            }
            Trouble::Join { number } => self.network.join(number),
            Trouble::Commit { place } => self.machines[place].disk.commit(),
            Trouble::Stop { place, stop, down } => self.stop(place, stop, down),
            Trouble::Full { place, down } => {
                self.machines[place].full = true;
                self.after(down, Happening::Mended { place });
            }
            Trouble::Jump { place } => self.jump(place),
            Trouble::Fork { place } => self.fork(place),
            Trouble::Govern(deed) => self.govern(deed),
        }
    }

    pub(super) fn start(&mut self, place: Place) {
        if self.machines[place].node.is_some() {
            return;
        }
        let seed = self.dice.seed();
        let now = self.now();
        match self.machines[place].start(&self.rules, seed, now) {
            Ok(effects) => self.carry_out(place, effects),
            Err(error) => {
                self.problems.insert(Problem::Index { place, why: error.to_string() });
                return;
            }
        }
        let start = self.machines[place].starts;
        let first = self.dice.below(self.scenario.tick_ms);
        self.after(first, Happening::Tick { place, start });
    }

    fn stop(&mut self, place: Place, stop: Stop, down: u64) {
        if self.machines[place].node.is_none() {
            return;
        }
        for rules in std::mem::take(&mut self.machines[place].handing).into_values() {
            self.after(MINUTE, Happening::Carried { place, rules });
        }
        let machine = &mut self.machines[place];
        match stop {
            Stop::Clean { index_lost } => {
                machine.shut_down();
                if index_lost {
                    machine.disk.lose_index();
                }
            }
            Stop::Crash { index_lost } => {
                let under_way = machine.under_way.iter().map(|append| append.records.len()).sum::<usize>();
                machine.cut_power(self.dice.index(under_way + 1));
                if index_lost {
                    machine.disk.lose_index();
                }
                machine.facts.tail_doubtful |= index_lost;
            }
            Stop::LostTail { records } => {
                machine.cut_power(0);
                let lost = machine.disk.lose_tail(records);
                machine.facts.tail_doubtful = true;
                let own = lost.into_iter().filter(|id| self.acknowledged.get(id) == Some(&place));
                self.excused.extend(own);
            }
        }
        if self.machines[place].writing.take().is_some() {
            self.write_later(place);
        }
        let connections: Vec<_> = self
            .network
            .all_alive()
            .filter(|(_, c)| c.ends.0 == place || c.ends.1 == place)
            .map(|(id, _)| id)
            .collect();
        for connection in connections {
            self.cut(connection);
        }
        self.deafen(place);
        self.after(down, Happening::Start { place });
    }

    /// A machine that stopped notices nothing of its connections any more: they are closed for it.
    fn deafen(&mut self, place: Place) {
        for other in self.network.neighbours(place) {
            if let Some(connection) = self.network.open_at(place, other) {
                self.network.notice(connection, place);
            }
        }
    }

    fn jump(&mut self, place: Place) {
        let mut dice = self.dice.clone();
        self.machines[place].clock = match dice.below(4) {
            0 => Clock::At1970,
            1 => Clock::At2099,
            _ => self.wrong_clock(&mut dice),
        };
        self.dice = dice;
    }

    /// From now on nothing goes wrong any more: all machines run, all reach each other, no gossip is lost.
    pub fn heal(&mut self) {
        self.healed = true;
        self.network.heal();
        self.heal_charter();
        for place in 0..self.machines.len() {
            self.machines[place].full = false;
            if self.machines[place].node.is_none() {
                let boot = Dice::new(self.seed, &format!("boot {place}")).below(10 * SECOND);
                self.after(boot, Happening::Start { place });
            }
        }
    }
}
