//! What lies at or below a checkpoint stands whatever forks, and a node that held the losing branch fetches the one that
//! stands (`docs/design.md` §3, §4).

use palabre_proto::v1;

use super::acts::{publish, revise};
use super::region::Region;
use crate::charter::{Charter, Ends};
use crate::fixtures::Network;
use crate::fixtures::charters::{cutoff, revision_after};
use crate::id::{LogName, Sequence};
use crate::ledger::{Entry, Head};
use crate::node::{Event, Ticket};
use crate::registers::{Status, VoidReason};

const NODES: usize = 9;
/// Whose node key is stolen.
const ROBBED: &str = "GH";
const HOLDERS: [&str; 5] = ["CI", "SN", "GH", "CV", "BRRC"];

/// The log of a node whose key a thief has, who forks it from its first entry on.
struct Theft {
    network: Network,
    rightful: Vec<Entry>,
    forged: Vec<Entry>,
}

/// What happens in the region, in some order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Most nodes hold the rightful branch, the last two the forged one.
    Write,
    /// A revision is adopted whose checkpoint names the rightful branch.
    Check,
    /// The nodes see each other.
    Connect,
}

impl Theft {
    fn of(rightful: usize, forged: usize) -> Self {
        let network = Network::new(NODES, 1);
        let branch = |title: &str, length: usize| {
            let mut author = network.author(ROBBED, 1);
            let first = publish(&mut author, title);
            let mut branch = vec![first.clone()];
            while branch.len() < length {
                let last = branch[branch.len() - 1].clone();
                branch.push(revise(&mut author, &first, &[&last], &format!("{title} {}", branch.len())));
            }
            branch
        };
        let (rightful, forged) = (branch("rapport", rightful), branch("faux", forged));
        Self { network, rightful, forged }
    }

    /// The branches have their first entry in common.
    fn parted(rightful: usize, forged: usize) -> Self {
        let network = Network::new(NODES, 1);
        let mut trunk = network.author(ROBBED, 1);
        let first = publish(&mut trunk, "rapport");
        let branch = |title: &str, length: usize| {
            let mut author = trunk.clone();
            let rest = (1..length).map(|number| publish(&mut author, &format!("{title} {number}")));
            std::iter::once(first.clone()).chain(rest).collect()
        };
        let (rightful, forged) = (branch("rapport", rightful), branch("faux", forged));
        Self { network, rightful, forged }
    }

    fn log(&self) -> LogName {
        self.rightful[0].header().log_name()
    }

    /// The next revision, which names one of these entries.
    fn checkpoint(&self, before: &Charter, entry: &Entry) -> Charter {
        let head = Head { sequence: entry.header().sequence, id: entry.id() };
        let ends = Ends::of([(self.log(), head)].into());
        revision_after(before, |message| message.checkpoint = ends.to_messages())
    }

    fn adopt(&self, region: &mut Region, place: usize, revision: &Charter) {
        let file = self.network.signed(revision, &HOLDERS);
        let rules = v1::Rules {
            charters: vec![revision.bytes().to_vec()],
            signatures: file.signatures.iter().map(crate::charter::CharterSignature::to_message).collect(),
            mandates: Vec::new(),
        };
        region.benches[place].handle(Event::HandIn { ticket: Ticket(1), rules: Box::new(rules) });
        assert_eq!(region.benches[place].node.rules().charter().hash(), revision.hash());
    }

    /// Plays these steps; the checkpoint names the rightful entry of this number.
    fn play(&self, steps: &[Step], named: usize) -> Region {
        let mut region = Region::of(&self.network);
        let revision = self.checkpoint(&self.network.genesis.charter, &self.rightful[named - 1]);
        for step in steps {
            match step {
                Step::Write => {
                    for place in 0..NODES {
                        let branch = if place < NODES - 2 { &self.rightful } else { &self.forged };
                        for entry in branch {
                            region.show(place, entry);
                        }
                    }
                }
                Step::Check => self.adopt(&mut region, 0, &revision),
                Step::Connect => region.connect(),
            }
            region.pass(60);
        }
        let same = region.wait_until_same(1_200);
        let told = |bench: &super::Bench| {
            let ledger = bench.node.ledger();
            (ledger.sequence(&self.log()), ledger.forked_from(&self.log()), ledger.awaited().collect::<Vec<_>>())
        };
        assert!(
            same,
            "the nodes do not hold the same: {steps:?}: {:?}",
            region.benches.iter().map(told).collect::<Vec<_>>()
        );
        region
    }

    /// The state of a node that holds so many of the rightful entries and has never seen another.
    fn state_of(&self, count: usize) -> [u8; 32] {
        let mut region = Region::of(&self.network);
        self.rightful[..count].iter().for_each(|entry| region.show(0, entry));
        region.states()[0]
    }
}

fn orders() -> Vec<Vec<Step>> {
    use Step::{Check, Connect, Write};
    vec![
        vec![Write, Check, Connect],
        vec![Check, Write, Connect],
        vec![Write, Connect, Check],
        vec![Check, Connect, Write],
    ]
}

#[test]
fn a_thief_forks_entry_1_and_what_stood_before_the_checkpoint_stands() {
    let theft = Theft::of(6, 3);
    for steps in orders() {
        let region = theft.play(&steps, 4);
        let expected = theft.state_of(4);
        for (place, bench) in region.benches.iter().enumerate() {
            assert_eq!(bench.node.ledger().sequence(&theft.log()), 4, "node {place}, {steps:?}");
            assert!(bench.node.ledger().forked_from(&theft.log()).is_some());
        }
        assert!(region.states().iter().all(|state| *state == expected), "{steps:?}");
    }
}

#[test]
fn a_losing_branch_that_goes_beyond_the_checkpoint_is_put_aside() {
    let theft = Theft::of(3, 8);
    let region = theft.play(&[Step::Write, Step::Check, Step::Connect], 2);
    assert!(region.states().iter().all(|state| *state == theft.state_of(2)));
}

#[test]
fn an_index_that_is_made_again_tells_the_same() {
    let theft = Theft::of(6, 3);
    for steps in orders() {
        let mut region = theft.play(&steps, 4);
        let (before, expected) = (region.benches[0].node.ledger_hash(), theft.state_of(4));
        for bench in &mut region.benches {
            bench.rebuild();
            assert_eq!(bench.node.ledger_hash(), before, "{steps:?}");
        }
        assert!(region.states().iter().all(|state| *state == expected), "{steps:?}");
    }
}

#[test]
fn a_later_checkpoint_brings_more_of_the_branch_into_effect() {
    let theft = Theft::of(6, 3);
    let mut region = theft.play(&[Step::Write, Step::Check, Step::Connect], 2);
    let later = theft.checkpoint(region.benches[0].node.rules().charter(), &theft.rightful[4]);
    let clone = later.clone();
    theft.adopt(&mut region, 0, &clone);
    assert!(region.wait_until_same(1_200));
    region.pass(600);
    assert!(region.wait_until_same(1_200));
    assert!(region.states().iter().all(|state| *state == theft.state_of(5)));
}

/// A list names the forged branch: what the rightful one holds is not on its chain. Once the fork is known neither has effect,
/// so nothing stands in the named place any more.
#[test]
fn what_a_list_cut_because_of_another_branch_is_judged_anew_when_that_branch_freezes() {
    let theft = Theft::parted(4, 4);
    let (network, log) = (&theft.network, theft.log());
    let end = Head { sequence: theft.forged[2].header().sequence, id: theft.forged[2].id() };
    let mandate = network.seat(ROBBED).mandate.unverified().hash;
    let suspended = revision_after(&network.genesis.charter, |message| {
        message.administrations.iter_mut().filter(|a| a.code == ROBBED).for_each(|a| a.suspended = true);
        message.cutoffs = vec![cutoff(ROBBED, Some(mandate), Ends::of([(log, end)].into()))];
    });
    let status = |region: &Region, entry: &Entry| {
        crate::registers::status(&region.benches[0].storage, &entry.id()).unwrap().map(|(_, status)| status)
    };
    let mut region = Region::of(network);
    theft.adopt(&mut region, 0, &suspended);
    theft.rightful.iter().for_each(|entry| region.show(0, entry));
    assert_eq!(status(&region, &theft.rightful[0]), Some(Status::Void(VoidReason::Suspended)));
    theft.forged[1..].iter().for_each(|entry| region.show(0, entry));
    assert_eq!(region.benches[0].node.ledger().forked_from(&log), Sequence::new(2));
    assert_eq!(status(&region, &theft.rightful[0]), Some(Status::InForce));
}
