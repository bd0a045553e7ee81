//! One simulated machine: a disk, a clock that may be wrong, and the real node that runs on them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use palabre_proto::v1;

use super::disk::Disk;
use super::gossip::Memory;
use super::region::WRITTEN;
use super::sealing;
use crate::charter::Rules;
use crate::id::{EntryId, NodeKey};
use crate::keys::Secret;
use crate::ledger::Record;
use crate::node::{Effect, Event, Facts, Identity, Link, Node, Ticket};
use crate::seal::{SealedAudience, SealingSecret};
use crate::state::{Position, StateError};
use crate::time::Millis;

/// Milliseconds from 1 January 2026 to 1 January 2099.
const TO_2099: i64 = 2_303_683_200_000;

/// What a clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// Virtual time and an error, in milliseconds.
    Off(i64),
    /// Reset to 1970, as without a battery.
    At1970,
    /// Set to 2099 by somebody.
    At2099,
}

impl Clock {
    /// What it shows after so many milliseconds of virtual time.
    #[must_use]
    pub(super) fn shows(self, time: u64) -> Millis {
        let now = WRITTEN.0.saturating_add(time);
        Millis(match self {
            Self::Off(error) => now.saturating_add_signed(error),
            Self::At1970 => time,
            Self::At2099 => now.saturating_add_signed(TO_2099),
        })
    }
}

/// Records on their way to the disk.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    /// Counts the appends of a machine.
    pub(super) number: u64,
    /// What is being written.
    pub(super) records: Vec<Record>,
}

/// A machine.
pub(super) struct Machine {
    /// The node's secret.
    pub(super) secret: Secret,
    /// The node's key.
    pub(super) key: NodeKey,
    /// What opens what is sealed for it.
    pub(super) sealing: Vec<SealingSecret>,
    /// What it keeps.
    pub(super) disk: Disk,
    /// The running node; none while the machine is down.
    pub(super) node: Option<Node>,
    /// How many times it has started: what belongs to an earlier run is void.
    pub(super) starts: u64,
    /// What its clock shows.
    pub(super) clock: Clock,
    /// Who may connect.
    pub(super) admits: BTreeSet<NodeKey>,
    /// Rules that somebody has handed in and that are not acknowledged yet.
    pub(super) handing: BTreeMap<Ticket, Box<v1::Rules>>,
    /// What is being written to disk, the oldest first.
    pub(super) under_way: VecDeque<UnderWay>,
    /// When the last of it will be durable.
    pub(super) durable_at: u64,
    /// Appends so far.
    pub(super) appends: u64,
    /// What gossip remembers.
    pub(super) memory: Memory,
    /// Whether the disk takes nothing.
    pub(super) full: bool,
    /// What the next start will be told.
    pub(super) facts: Facts,
    /// Entries that it still has to write.
    pub(super) to_write: u64,
    /// The write that waits for its answer.
    pub(super) writing: Option<Ticket>,
    /// Whom it is sealed for.
    pub(super) writing_for: Option<SealedAudience>,
    /// The entries on its disk.
    pub(super) held: BTreeSet<EntryId>,
}

impl Machine {
    /// A machine that was never started.
    #[must_use]
    pub(super) fn new(secret: Secret, seals: bool, to_write: u64) -> Self {
        let key = secret.node_key();
        Self {
            key,
            sealing: sealing::secret(&key).filter(|_| seals).into_iter().collect(),
            secret,
            disk: Disk::default(),
            node: None,
            starts: 0,
            clock: Clock::Off(0),
            admits: BTreeSet::new(),
            handing: BTreeMap::new(),
            under_way: VecDeque::new(),
            durable_at: 0,
            appends: 0,
            memory: Memory::default(),
            full: false,
            facts: Facts::default(),
            to_write,
            writing: None,
            writing_for: None,
            held: BTreeSet::new(),
        }
    }

    /// Starts the node on what the disk holds. Returns what it wants done at once.
    pub(super) fn start(&mut self, rules: &Rules, seed: [u8; 32], time: u64) -> Result<Vec<Effect>, StateError> {
        let mut node = load(&mut self.disk, rules, (self.secret.clone(), self.sealing.clone()), seed)?;
        let effects = node.begin(&self.disk, self.facts, self.clock.shows(time))?;
        self.node = Some(node);
        self.starts += 1;
        self.held = self.disk.entries().collect();
        Ok(effects)
    }

    /// Lets the node handle an event.
    pub(super) fn handle(&mut self, event: Event, time: u64) -> Result<Vec<Effect>, StateError> {
        let now = self.clock.shows(time);
        match &mut self.node {
            Some(node) => node.handle(&mut self.disk, event, now),
            None => Ok(Vec::new()),
        }
    }

    /// The node stops at once. Of what was on its way to the disk the first `survived` records got there.
    pub(super) fn cut_power(&mut self, survived: usize) {
        let records = std::mem::take(&mut self.under_way).into_iter().flat_map(|append| append.records);
        self.disk.cut(records, survived);
        self.stop();
    }

    /// The node stops in peace: the index is whole.
    pub(super) fn shut_down(&mut self) {
        self.under_way.clear();
        self.disk.commit();
        self.stop();
    }

    fn stop(&mut self) {
        self.node = None;
        self.disk.forget();
        self.memory = Memory::default();
        self.durable_at = 0;
    }
}

/// A node whose index counts all that is on disk.
pub(super) fn load(
    disk: &mut Disk,
    rules: &Rules,
    (secret, sealing): (Secret, Vec<SealingSecret>),
    seed: [u8; 32],
) -> Result<Node, StateError> {
    let identity = Identity { secret, sealing, seed, link: Link { metered: false }, peers: BTreeMap::new() };
    let mut node = Node::load(disk, rules.clone(), identity)?;
    // What does not verify was never appended: the simulated disk has no bad sectors.
    let verified = |(position, bytes): (Position, Vec<u8>)| {
        Record::verify(&bytes, rules.network()).ok().map(|record| (record, position))
    };
    let tail: Vec<(Record, Position)> = disk.unfolded().into_iter().filter_map(verified).collect();
    let others = tail.iter().filter(|(record, _)| !matches!(record, Record::Entry(_)));
    node.load_rules(disk, others.map(|(record, _)| record.clone()).collect())?;
    for (record, position) in &tail {
        node.replay(disk, record, *position)?;
    }
    node.replayed(disk)?;
    disk.fold_all();
    Ok(node)
}
