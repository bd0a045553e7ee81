//! Virtual time: what happens next, and to whom.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use palabre_proto::v1;

use super::council::Council;
use super::dice::Dice;
use super::gossip::Message;
use super::machine::{Clock, Machine, UnderWay};
use super::network::{ConnectionId, Network, Place};
use super::region::{Region, RegionError};
use super::report::Problem;
use super::scenario::{HOUR, MINUTE, Scenario, Span};
use super::tap::{Tally, Tap};
use super::troubles::{self, Trouble};
use super::writing;
use crate::charter::Rules;
use crate::id::{ContentHash, EntryId, LogName, NodeKey};
use crate::ledger::{Audience, Entry, Record};
use crate::node::{Effect, Event, Notice, Ticket};
use crate::seal::SealedAudience;

/// Within this time after the beginning all machines have been switched on.
const SWITCHED_ON: u64 = MINUTE;

/// Something that will happen.
pub(super) enum Happening {
    /// A machine is switched on.
    Start { place: Place },
    /// A node's clock ticks.
    Tick { place: Place, start: u64 },
    /// What was written is durable, or refused.
    Synced { place: Place, start: u64, number: u64 },
    /// A small attachment that came with its entry is on disk, or refused.
    Kept { place: Place, start: u64, hash: ContentHash },
    /// Somebody sits down to write.
    Write { place: Place },
    /// A dial comes to its end.
    Dialled { from: Place, to: Place, start: u64 },
    /// A dial comes to nothing.
    Unreached { from: Place, to: Place, start: u64 },
    /// A connection is cut.
    Cut { connection: ConnectionId },
    /// An end notices that its connection is closed.
    Noticed { connection: ConnectionId, place: Place },
    /// A packet arrives.
    Packet { connection: ConnectionId, to: Place, packet: Vec<u8> },
    /// A gossip message arrives.
    Gossip { connection: ConnectionId, to: Place, message: Message },
    /// A peer that was asked for an attachment begins to send it.
    FetchBegan { place: Place, start: u64, from: Place, hash: ContentHash, connection: Option<ConnectionId> },
    /// An attachment has arrived, or not.
    Fetched { place: Place, start: u64, from: Place, hash: ContentHash, connection: Option<ConnectionId> },
    /// Something goes wrong.
    Trouble(Trouble),
    /// A disk takes what is written again.
    Mended { place: Place },
    /// A hostile author shows an entry to a node.
    Shown { place: Place, message: Message },
    /// Somebody hands in at a node what was signed elsewhere.
    Carried { place: Place, rules: Box<v1::Rules> },
}

/// Something with its time. What happens at one time happens in the order in which it was planned.
struct Next {
    time: u64,
    number: u64,
    happening: Box<Happening>,
}

impl Ord for Next {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, self.number).cmp(&(other.time, other.number))
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Next {}

/// What an entry weighs.
pub(super) struct Weight {
    /// Whether not everybody can read it.
    pub(super) sealed: bool,
    /// Bytes of header, signature and payload.
    pub(super) bytes: u64,
    /// Bytes of the small attachments that travel with it.
    pub(super) small: u64,
    /// Its attachments.
    pub(super) attachments: Vec<ContentHash>,
}

impl Weight {
    fn of(entry: &Entry) -> Self {
        let attachments = &entry.header().attachments;
        Self {
            sealed: entry.header().audience != Audience::Public,
            bytes: entry.size() as u64,
            small: attachments.iter().map(|a| a.size).filter(|size| *size <= writing::SMALL).sum(),
            attachments: attachments.iter().map(|a| a.hash).collect(),
        }
    }
}

/// Everything that is simulated.
pub struct World {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    pub(super) rules: Rules,
    /// What administrations sign.
    pub(super) council: Council,
    /// Entries that were written with stolen keys.
    pub(super) must_be_void: BTreeSet<EntryId>,
    pub(super) machines: Vec<Machine>,
    pub(super) network: Network,
    pub(super) tap: Tap,
    pub(super) tally: Tally,
    pub(super) dice: Dice,
    pub(super) healed: bool,
    pub(super) problems: BTreeSet<Problem>,
    /// Entries that were acknowledged, and by whom.
    pub(super) acknowledged: BTreeMap<EntryId, Place>,
    /// Those of them that were sealed, and for whom.
    pub(super) sealed: BTreeMap<EntryId, SealedAudience>,
    /// Entries that a lying disk has lost before anybody else had them, perhaps.
    pub(super) excused: BTreeSet<EntryId>,
    /// Logs that somebody forked on purpose.
    pub(super) forged: BTreeSet<LogName>,
    /// What each entry weighs.
    pub(super) weights: BTreeMap<EntryId, Weight>,
    /// Whether anything but time has passed since this was last asked.
    pub(super) moved: bool,
    places: BTreeMap<NodeKey, Place>,
    now: u64,
    queue: BinaryHeap<Reverse<Next>>,
    counter: u64,
    pub(super) tickets: u64,
}

impl World {
    /// A world at the beginning of its time.
    pub fn new(scenario: Scenario, seed: u64) -> Result<Self, RegionError> {
        let seals = scenario.writing.sealed_percent > 0;
        let region = Region::new(scenario.nodes, scenario.governance.administrations, seals, seed)?;
        let entries = scenario.writing.entries;
        let machine = |secret| Machine::new(secret, seals, entries);
        let machines: Vec<Machine> = region.secrets.into_iter().map(machine).collect();
        let mut world = Self {
            council: Council::new(region.rules.clone(), seals, seed),
            must_be_void: BTreeSet::new(),
            rules: region.rules,
            places: machines.iter().enumerate().map(|(place, machine)| (machine.key, place)).collect(),
            machines,
            network: Network::new(scenario.links.clone(), seed),
            tap: Tap::default(),
            tally: Tally::default(),
            dice: Dice::new(seed, "world"),
            healed: false,
            problems: BTreeSet::new(),
            acknowledged: BTreeMap::new(),
            sealed: BTreeMap::new(),
            excused: BTreeSet::new(),
            forged: BTreeSet::new(),
            weights: BTreeMap::new(),
            moved: true,
            now: 0,
            queue: BinaryHeap::new(),
            counter: 0,
            tickets: 0,
            scenario,
            seed,
        };
        world.set_up();
        Ok(world)
    }

    fn set_up(&mut self) {
        let mut clocks = Dice::new(self.seed, "clocks");
        let mut desks = Dice::new(self.seed, "desks");
        let hours = Span { least: SWITCHED_ON, most: self.scenario.hours * HOUR - MINUTE };
        for place in 0..self.machines.len() {
            self.machines[place].clock = self.wrong_clock(&mut clocks);
            let at = clocks.below(SWITCHED_ON);
            self.at(at, Happening::Start { place });
            for _ in 0..self.scenario.writing.entries {
                self.at(desks.within(hours), Happening::Write { place });
            }
        }
        for (time, trouble) in troubles::plan(&self.scenario, self.seed) {
            self.at(time, Happening::Trouble(trouble));
        }
    }

    pub(super) fn wrong_clock(&self, dice: &mut Dice) -> Clock {
        let most = self.scenario.machines.clock_error_seconds * 1_000;
        let error = i64::try_from(dice.below(2 * most + 1)).unwrap_or_default();
        Clock::Off(error - i64::try_from(most).unwrap_or_default())
    }

    /// Virtual milliseconds since the beginning.
    #[must_use]
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// What all nodes have sent so far.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The connections that carry something.
    #[must_use]
    pub fn connections(&self) -> Vec<ConnectionId> {
        self.network.all_alive().map(|(id, _)| id).collect()
    }

    pub(super) fn at(&mut self, time: u64, happening: Happening) {
        self.counter += 1;
        let (time, number) = (time.max(self.now), self.counter);
        self.queue.push(Reverse(Next { time, number, happening: Box::new(happening) }));
    }

    pub(super) fn after(&mut self, millis: u64, happening: Happening) {
        self.at(self.now + millis, happening);
    }

    /// Lets everything happen that happens until then.
    pub fn run_until(&mut self, time: u64) {
        while self.queue.peek().is_some_and(|Reverse(next)| next.time <= time) {
            let Some(Reverse(next)) = self.queue.pop() else { break };
            self.now = next.time;
            self.happen(*next.happening);
        }
        self.now = self.now.max(time);
    }

    fn happen(&mut self, happening: Happening) {
        self.moved |= !matches!(happening, Happening::Tick { .. });
        match happening {
            Happening::Start { place } => self.start(place),
            Happening::Tick { place, start } => self.tick(place, start),
            Happening::Synced { place, start, number } => self.synced(place, start, number),
            Happening::Kept { place, start, hash } => self.kept(place, start, hash),
            Happening::Write { place } => self.write(place),
            Happening::Dialled { from, to, start } => self.dialled(from, to, start),
            Happening::Unreached { from, to, start } => self.unreached(from, to, start),
            Happening::Cut { connection } => self.cut_by_chance(connection),
            Happening::Noticed { connection, place } => self.noticed(connection, place),
            Happening::Packet { connection, to, packet } => self.packet(connection, to, packet),
            Happening::Gossip { connection, to, message } => self.gossip_arrives(connection, to, message),
            Happening::FetchBegan { place, start, from, hash, connection } => {
                self.fetch_began(place, start, from, hash, connection);
            }
            Happening::Fetched { place, start, from, hash, connection } => {
                self.fetched(place, start, from, hash, connection);
            }
            Happening::Trouble(trouble) => self.trouble(trouble),
            Happening::Mended { place } => self.machines[place].full = false,
            Happening::Shown { place, message } => self.shown(place, message),
            Happening::Carried { place, rules } => self.carried(place, rules),
        }
    }

    pub(super) fn place_of(&self, key: &NodeKey) -> Option<Place> {
        self.places.get(key).copied()
    }

    pub(super) fn is_running(&self, place: Place, start: u64) -> bool {
        let machine = &self.machines[place];
        machine.node.is_some() && machine.starts == start
    }

    fn tick(&mut self, place: Place, start: u64) {
        if !self.is_running(place, start) {
            return;
        }
        self.feed(place, Event::Tick);
        // Up to a tenth early or late: nodes do not run in step.
        let tick = self.scenario.tick_ms;
        let next = tick - tick / 10 + self.dice.below(tick / 5 + 1);
        self.after(next, Happening::Tick { place, start });
    }

    /// Lets a node handle an event, and does what it wants done.
    pub(super) fn feed(&mut self, place: Place, event: Event) {
        match self.machines[place].handle(event, self.now) {
            Ok(effects) => self.carry_out(place, effects),
            Err(error) => {
                self.problems.insert(Problem::Index { place, why: error.to_string() });
            }
        }
    }

    pub(super) fn carry_out(&mut self, place: Place, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Admit(keys) => self.machines[place].admits = keys.into_iter().collect(),
                Effect::Dial { peer, .. } => self.dial(place, &peer),
                Effect::Disconnect { peer, .. } => self.hang_up(place, &peer),
                Effect::Send { peer, packet } => self.send(place, &peer, packet),
                Effect::Gossip(bytes) => self.publish(place, &bytes.into()),
                Effect::Verdict { message, verdict } => self.judged(place, message, verdict),
                Effect::Append(records) => self.append(place, records),
                Effect::Written { ticket, id } => self.written(place, ticket, id),
                Effect::Refused { ticket, .. } => self.refused(place, ticket),
                Effect::Fetch { peer, hash, size } => self.fetch(place, &peer, hash, size),
                Effect::Keep { hash, content } => self.keep(place, hash, content),
                Effect::Report(notice) => self.noted(place, notice),
                Effect::HandedIn { ticket, .. } => drop(self.machines[place].handing.remove(&ticket)),
                // Its nodes verify themselves.
                Effect::Verify(_) => {}
            }
        }
    }

    fn noted(&mut self, place: Place, notice: Notice) {
        match notice {
            Notice::Paused { fault, .. } => {
                self.problems.insert(Problem::Fault { place, fault });
            }
            Notice::OwnEntriesUnknown { .. } => self.machines[place].facts.tail_doubtful = true,
            Notice::Fork { log, .. } if !self.forged.contains(&log) => {
                self.problems.insert(Problem::Forked { place, log: format!("{log:?}") });
            }
            _ => {}
        }
    }

    fn append(&mut self, place: Place, records: Vec<Record>) {
        let took = self.dice.within(self.scenario.machines.sync_ms);
        let machine = &mut self.machines[place];
        machine.appends += 1;
        let (number, start) = (machine.appends, machine.starts);
        machine.under_way.push_back(UnderWay { number, records });
        machine.durable_at = machine.durable_at.max(self.now) + took;
        let at = machine.durable_at;
        self.at(at, Happening::Synced { place, start, number });
    }

    /// Files are written beside the ledger.
    fn keep(&mut self, place: Place, hash: ContentHash, content: Vec<u8>) {
        let took = self.dice.within(self.scenario.machines.sync_ms);
        let machine = &mut self.machines[place];
        machine.disk.receive(hash, content);
        let start = machine.starts;
        self.after(took, Happening::Kept { place, start, hash });
    }

    fn kept(&mut self, place: Place, start: u64, hash: ContentHash) {
        if self.is_running(place, start) {
            let machine = &mut self.machines[place];
            let refused = machine.full;
            machine.disk.arrived(hash, refused);
            self.feed(place, if refused { Event::NotKept { hash } } else { Event::Fetched { hash } });
        }
    }

    fn synced(&mut self, place: Place, start: u64, number: u64) {
        if !self.is_running(place, start) {
            return;
        }
        let machine = &mut self.machines[place];
        if machine.under_way.front().is_none_or(|append| append.number != number) {
            // Refused together with an earlier one.
            return;
        }
        if machine.full {
            machine.under_way.clear();
            self.feed(place, Event::AppendRefused);
            return;
        }
        let Some(append) = machine.under_way.pop_front() else { return };
        for record in &append.records {
            if let Record::Entry(entry) = record {
                machine.held.insert(entry.id());
                self.weights.entry(entry.id()).or_insert_with(|| Weight::of(entry));
            }
        }
        let appended = machine.disk.append(append.records);
        self.feed(place, Event::Appended(appended));
        self.machines[place].disk.fold_all();
    }

    fn write(&mut self, place: Place) {
        let machine = &mut self.machines[place];
        if machine.node.is_none() || machine.writing.is_some() {
            self.write_later(place);
            return;
        }
        let Some(node) = &machine.node else { return };
        // Where offices stand still, what a node knows of them is what the world began with.
        let rules = if self.scenario.writing.sealed_percent > 0 { node.rules() } else { &self.rules };
        let may_change = |document: &crate::registers::documents::Document| {
            let own = rules.administration_of(&machine.key);
            own.is_some_and(|own| *own == document.administration || rules.charter().in_secretariat(own))
        };
        let own = rules.administration_of(&machine.key);
        let author = writing::Author { rules, own, ring: node.ring(), disk: &machine.disk };
        let intention = writing::intend(&self.scenario.writing, &author, may_change, &mut self.dice);
        match intention {
            Ok(Some(intention)) => {
                if let Some((hash, content)) = intention.content {
                    machine.disk.keep(hash, content);
                }
                self.tickets += 1;
                let ticket = Ticket(self.tickets);
                machine.writing = Some(ticket);
                machine.writing_for = intention.sealed_for;
                self.feed(place, Event::Write { ticket, write: intention.write });
            }
            Ok(None) => self.write_later(place),
            Err(error) => {
                self.problems.insert(Problem::Index { place, why: error.to_string() });
            }
        }
    }

    pub(super) fn write_later(&mut self, place: Place) {
        let later = MINUTE + self.dice.below(MINUTE);
        self.after(later, Happening::Write { place });
    }

    fn written(&mut self, place: Place, ticket: Ticket, id: EntryId) {
        let machine = &mut self.machines[place];
        // As the daemon keeps its doubt: on the disk, until something of the new log is durable.
        machine.facts.tail_doubtful = false;
        if machine.writing == Some(ticket) {
            machine.writing = None;
            self.sealed.extend(machine.writing_for.take().map(|audience| (id, audience)));
            machine.to_write = machine.to_write.saturating_sub(1);
        }
        self.acknowledged.insert(id, place);
    }

    fn refused(&mut self, place: Place, ticket: Ticket) {
        if self.machines[place].writing == Some(ticket) {
            self.machines[place].writing = None;
            self.machines[place].writing_for = None;
            self.write_later(place);
        }
        if let Some(rules) = self.machines[place].handing.remove(&ticket) {
            self.after(MINUTE, Happening::Carried { place, rules });
        }
    }
}
