//! From a run that failed to the smallest that fails likewise: fewer nodes, less trouble, less time, until nothing more
//! can be left out. The dice of a smaller world fall otherwise, so each is tried with some seeds.

use super::scenario::{Scenario, Span};

/// Seeds that a smaller world is tried with before what was left out counts as needed.
const SEEDS: u64 = 6;

/// A scenario that fails, and the seed with which it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// What is simulated.
    pub scenario: Scenario,
    /// The dice.
    pub seed: u64,
}

/// Makes a failing run smaller as long as it `fails`, and tries at most `tries` runs for it.
pub fn shrink(failing: Failing, tries: u64, mut fails: impl FnMut(&Scenario, u64) -> bool) -> Failing {
    let mut smallest = failing;
    let mut left = tries;
    'again: loop {
        for scenario in smaller(&smallest.scenario) {
            for seed in (0..SEEDS).map(|more| smallest.seed.wrapping_add(more)) {
                if left == 0 {
                    return smallest;
                }
                left -= 1;
                if fails(&scenario, seed) {
                    smallest = Failing { scenario, seed };
                    continue 'again;
                }
            }
        }
        return smallest;
    }
}

/// The scenarios that are one step smaller, those first that leave out most. The time that the nodes are given to become
/// equal stays: with less of it anything fails.
fn smaller(scenario: &Scenario) -> Vec<Scenario> {
    let numbers: [fn(&mut Scenario) -> &mut u64; 22] = [
        |s| &mut s.machines.crashes,
        |s| &mut s.machines.restarts,
        |s| &mut s.machines.lost_tails,
        |s| &mut s.machines.full_disks,
        |s| &mut s.machines.clock_jumps,
        |s| &mut s.machines.clock_error_seconds,
        |s| &mut s.machines.lost_index_percent,
        |s| &mut s.hostile.forks,
        |s| &mut s.governance.rotations,
        |s| &mut s.governance.suspensions,
        |s| &mut s.governance.thefts,
        |s| &mut s.governance.rivals,
        |s| &mut s.governance.double_signings,
        |s| &mut s.governance.rival_mandates,
        |s| &mut s.governance.revocations,
        |s| &mut s.links.partitions,
        |s| &mut s.links.gossip_loss_percent,
        |s| &mut s.writing.entries,
        |s| &mut s.writing.changes_percent,
        |s| &mut s.writing.urgent_percent,
        |s| &mut s.hours,
        |s| &mut s.quiet_minutes,
    ];
    let spans: [fn(&mut Scenario) -> &mut Span; 3] =
        [|s| &mut s.writing.content_bytes, |s| &mut s.writing.title_chars, |s| &mut s.links.latency_ms];
    let counts: [fn(&mut Scenario) -> &mut usize; 2] = [|s| &mut s.nodes, |s| &mut s.machines.dark];

    let mut all = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Scenario)| {
        let mut less = scenario.clone();
        change(&mut less);
        if less != *scenario && less.check().is_ok() && !all.contains(&less) {
            all.push(less);
        }
    };
    for to in [|_| 0, |n| n / 2, |n: u64| n.saturating_sub(1)] {
        for count in counts {
            offer(&|s| *count(s) = usize::try_from(to(*count(s) as u64)).unwrap_or_default());
        }
        for number in numbers {
            offer(&|s| *number(s) = to(*number(s)));
        }
    }
    // Cuts are the more, the smaller the number; 0 is never.
    offer(&|s| s.links.cut_minutes = 0);
    for span in spans {
        offer(&|s| span(s).most = span(s).least);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: &str = include_str!("../../scenarios/everything.toml");

    #[test]
    fn what_is_not_needed_is_left_out() {
        let scenario = Scenario::parse(EVERYTHING).unwrap();
        let needed = |s: &Scenario, _| s.nodes >= 3 && s.machines.crashes >= 2 && s.links.partitions >= 1;
        let shrunk = shrink(Failing { scenario, seed: 7 }, 10_000, needed).scenario;
        assert_eq!((shrunk.nodes, shrunk.machines.crashes, shrunk.links.partitions), (3, 2, 1));
        assert_eq!((shrunk.writing.entries, shrunk.machines.restarts, shrunk.hostile.forks), (0, 0, 0));
        assert_eq!((shrunk.hours, shrunk.links.cut_minutes), (1, 0));
    }

    #[test]
    fn a_small_world_is_tried_with_other_dice() {
        let scenario = Scenario::parse(EVERYTHING).unwrap();
        let shrunk = shrink(Failing { scenario, seed: 1 }, 10_000, |s, seed| s.nodes == 23 || seed == 3);
        assert_eq!((shrunk.scenario.nodes, shrunk.seed), (2, 3));
    }

    #[test]
    fn it_ends_when_its_tries_are_used_up() {
        let scenario = Scenario::parse(EVERYTHING).unwrap();
        let mut runs = 0;
        let failing = Failing { scenario: scenario.clone(), seed: 1 };
        let shrunk = shrink(failing.clone(), 5, |_, _| {
            runs += 1;
            false
        });
        assert_eq!((runs, shrunk), (5, failing));
    }

    #[test]
    fn a_scenario_is_read_as_it_was_written() {
        let scenario = Scenario::parse(EVERYTHING).unwrap();
        assert_eq!(Scenario::parse(&scenario.to_toml().unwrap()).unwrap(), scenario);
    }
}
