//! The region governs itself while everything goes wrong: revisions, mandates, thefts and disputes, each carried in
//! pieces to a few nodes, whenever; in the end all nodes must agree on what is in force, and on what is void and why.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{Message as _, v1};

use super::council::{Heads, Nodes, Signer};
use super::network::Place;
use super::report::{Problem, Report};
use super::scenario::{MINUTE, SECOND};
use super::world::{Happening, World};
use super::writing;
use crate::acts::{Act, DocumentAct, Kind};
use crate::charter::proposal::Changes;
use crate::charter::{Ends, Mandate, NodeCutoff};
use crate::id::{CharterHash, Code, ContentHash, EntryId, LogId};
use crate::keys::Secret;
use crate::ledger::{Attachment, Audience, Draft, Entry, Head, OwnLog, Priority};
use crate::node::Node;
use crate::registers::{self, Status};

/// Longest time for which a piece is under way to a node, in minutes.
const CARRIED: u64 = 60;
/// Nodes to which each piece is carried, at most.
const CARRIED_TO: u64 = 3;
/// Entries that a node which is no machine writes before its key is stolen, and the thief after it.
const WRITTEN: usize = 3;
/// Bytes of a content that nobody fetches: more than is fetched whole.
const NEVER_FETCHED: u64 = 17 << 20;

/// Something that people do with their keys, rightly or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Two other assessors.
    Rotate,
    /// An administration loses its rights, until all is healed or another revision restores it.
    Suspend,
    /// All who are suspended have their rights again.
    Restore,
    /// Somebody has an administration's key, mandates a node of its own and writes; the region gives another key.
    Theft,
    /// Two proposals of one number, of which one is adopted.
    Rivals,
    /// Two revisions of one number are adopted by those who sign both; the others settle it.
    Double,
    /// Two mandates of one number; a revision names one.
    Mandates,
    /// A further node writes; its key is stolen, its administration revokes it, and the thief writes on.
    Revocation,
}

impl World {
    pub(super) fn govern(&mut self, deed: Deed) {
        match deed {
            Deed::Rotate => {
                let changes = self.council.rotation();
                self.adopt(&changes);
            }
            Deed::Suspend => {
                let fits = |charter: &crate::charter::Charter, code: &Code| {
                    !charter.keyholders.contains(code) && charter.administration(code).is_some_and(|a| !a.suspended)
                };
                if let Some(code) = self.council.somebody(fits) {
                    self.adopt(&Changes { suspend: [code].into(), ..Changes::default() });
                }
            }
            Deed::Restore => self.restore(),
            Deed::Theft => self.theft(),
            Deed::Rivals => self.rivals(),
            Deed::Double => self.double(),
            Deed::Mandates => self.two_mandates(),
            Deed::Revocation => self.revocation(),
        }
    }

    /// What a node chosen by chance holds of logs.
    fn some_heads(&mut self) -> Heads {
        let place = self.dice.index(self.machines.len());
        self.machines[place].node.as_ref().map(|node| node.ledger().heads().clone()).unwrap_or_default()
    }

    fn adopt(&mut self, changes: &Changes) {
        let heads = self.some_heads();
        let Some(charter) = self.council.proposal(&heads, changes, |_| {}) else { return };
        let all = self.council.keyholders();
        let pieces = self.council.sign(&charter, &all);
        self.carry(pieces);
    }

    fn restore(&mut self) {
        let restore: BTreeSet<Code> = self.council.suspended();
        if !restore.is_empty() {
            self.adopt(&Changes { restore, ..Changes::default() });
        }
    }

    /// Pieces reach some nodes at some time.
    fn carry(&mut self, pieces: Vec<v1::Rules>) {
        for piece in pieces {
            for _ in 0..=self.dice.below(CARRIED_TO - 1) {
                let place = self.dice.index(self.machines.len());
                let after = self.dice.below(CARRIED * MINUTE);
                self.after(after, Happening::Carried { place, rules: Box::new(piece.clone()) });
            }
        }
    }

    fn rivals(&mut self) {
        let (one, other) = (self.council.rotation(), self.council.reviewed());
        let heads = self.some_heads();
        let Some(fails) = self.council.proposal(&heads, &other, |_| {}) else { return };
        let all = self.council.keyholders();
        let pieces = self.council.sign(&fails, &all[..all.len() / 2]);
        self.carry(pieces);
        self.adopt(&one);
    }

    fn double(&mut self) {
        let (one, other) = (self.council.rotation(), self.council.reviewed());
        let heads = self.some_heads();
        let one = self.council.proposal(&heads, &one, |_| {});
        let other = self.council.proposal(&heads, &other, |_| {});
        let (Some(one), Some(other)) = (one, other) else { return };
        let settles = [one.hash(), other.hash()].map(|hash| hash.as_bytes().to_vec()).to_vec();
        let changes = self.council.reviewed();
        let Some(settled) = self.council.proposal(&heads, &changes, |message| message.settles = settles) else {
            return;
        };
        let all = self.council.keyholders();
        let threshold = self.council.rules.charter().threshold as usize;
        let mut pieces = self.council.sign(&one, &all[..threshold]);
        pieces.extend(self.council.sign(&other, &all[all.len() - threshold..]));
        let faithful = [&all[..all.len() - threshold], &all[threshold..]].concat();
        pieces.extend(self.council.sign(&settled, &faithful));
        self.carry(pieces);
    }

    fn two_mandates(&mut self) {
        let Some(code) = self.council.somebody(|_, _| true) else { return };
        let keys = [self.council.new_key(), self.council.new_key()];
        let signed = keys.map(|key| self.council.mandate(&code, Nodes::With(key.node_key()), Signer::Owner));
        let [Some((_, one)), Some((named, other))] = signed else { return };
        self.council.know(&one);
        self.council.know(&other);
        let heads = self.some_heads();
        let changes = self.council.reviewed();
        let head = v1::MandateHead {
            administration: code.to_string(),
            number: named.number,
            hash: named.hash.as_bytes().to_vec(),
        };
        let charter = self.council.proposal(&heads, &changes, |message| {
            message.mandate_checkpoint.retain(|one| one.administration != code.as_str());
            message.mandate_checkpoint.push(head);
        });
        let mut pieces = vec![one, other];
        if let Some(charter) = charter {
            let all = self.council.keyholders();
            pieces.extend(self.council.sign(&charter, &all));
        }
        self.carry(pieces);
    }

    fn theft(&mut self) {
        let Some(code) = self.council.somebody(|_, _| true) else { return };
        let Some(stolen) = self.council.key_of(&code) else { return };
        let thief = self.council.new_key();
        let by = Signer::Thief(Box::new(stolen));
        let Some((mandate, piece)) = self.council.mandate(&code, Nodes::With(thief.node_key()), by) else { return };
        let mut log = Writer::of(self, thief, &mandate);
        self.carry(vec![piece]);
        let key = self.council.new_key();
        let keys = BTreeMap::from([(code.clone(), key.administration_key())]);
        let heads = self.some_heads();
        let Some(charter) = self.council.proposal(&heads, &Changes { keys, ..Changes::default() }, |_| {}) else {
            return;
        };
        let mut holders = self.council.keyholders();
        holders.retain(|holder| *holder != code);
        let pieces = self.council.sign(&charter, &holders);
        self.carry(pieces);
        self.council.re_keyed(&code, key);
        for _ in 0..WRITTEN {
            let entry = log.write(self);
            self.must_be_void.insert(entry.id());
            self.pass_about(&entry);
        }
    }

    fn revocation(&mut self) {
        let Some(code) = self.council.somebody(|_, _| true) else { return };
        let node = self.council.new_key();
        let with = self.council.mandate(&code, Nodes::With(node.node_key()), Signer::Owner);
        let Some((mandate, piece)) = with else { return };
        self.council.know(&piece);
        if self.council.rules.mandate_in_force(&code).is_none_or(|in_force| in_force.hash != mandate.hash) {
            return;
        }
        let mut log = Writer::of(self, node.clone(), &mandate);
        let mut back_dated = Writer::of(self, node.clone(), &mandate);
        let honest: Vec<Entry> = (0..WRITTEN).map(|_| log.write(self)).collect();
        let Some(last) = honest.last() else { return };
        let end = Head { sequence: last.header().sequence, id: last.id() };
        let logs = Ends::of([(last.header().log_name(), end)].into());
        let without = Nodes::Without(NodeCutoff { node: node.node_key(), logs });
        let Some((_, revoked)) = self.council.mandate(&code, without, Signer::Owner) else { return };
        self.council.know(&revoked);
        self.carry(vec![piece, revoked]);
        let stolen: Vec<Entry> =
            (0..2 * WRITTEN).map(|n| if n % 2 == 0 { log.write(self) } else { back_dated.write(self) }).collect();
        self.must_be_void.extend(stolen.iter().map(Entry::id));
        honest.iter().chain(&stolen).for_each(|entry| self.pass_about(entry));
    }

    /// An entry comes to some nodes, as if a neighbour had passed it on.
    fn pass_about(&mut self, entry: &Entry) {
        let message: std::rc::Rc<[u8]> =
            v1::Gossip { body: Some(v1::gossip::Body::Entry(entry.to_message())) }.encode_to_vec().into();
        for place in 0..self.machines.len() {
            if self.dice.chance(60) {
                let after = self.dice.below(2 * CARRIED * MINUTE);
                self.after(after, Happening::Shown { place, message: message.clone() });
            }
        }
    }

    /// A piece has been carried to a node; one that does not run gets it later, and so does one that cannot keep it now:
    /// whoever brings it hears so and comes again.
    pub(super) fn carried(&mut self, place: Place, rules: Box<v1::Rules>) {
        if self.machines[place].node.is_none() {
            self.after(MINUTE, Happening::Carried { place, rules });
            return;
        }
        self.tickets += 1;
        let ticket = crate::node::Ticket(self.tickets);
        self.machines[place].handing.insert(ticket, rules.clone());
        self.feed(place, crate::node::Event::HandIn { ticket, rules });
    }

    /// All that was ever signed is carried to a keyholder's node, who is suspended gets its rights back. (A node that others do
    /// not let in would keep it to itself: the simulator has no doors at which to show it. So it is one that all let in.)
    pub(super) fn heal_charter(&mut self) {
        self.restore();
        let rules = &self.council.rules;
        let of_keyholder = |place: &Place| {
            let code = rules.administration_of(&self.machines[*place].key);
            code.is_some_and(|code| rules.charter().keyholders.contains(code))
        };
        let let_in = |place: &Place| {
            let mut nodes = self.machines.iter().filter_map(|machine| machine.node.as_ref());
            nodes.all(|node| node.rules().admits(&self.machines[*place].key))
        };
        let of_keyholders: Vec<Place> = (0..self.machines.len()).filter(of_keyholder).collect();
        let let_in: Vec<Place> = of_keyholders.iter().copied().filter(let_in).collect();
        let places = if let_in.is_empty() { of_keyholders } else { let_in };
        let Some(place) = self.dice.pick(&places).copied() else { return };
        for (number, piece) in self.council.signed.clone().into_iter().enumerate() {
            self.after(30 * SECOND + number as u64, Happening::Carried { place, rules: Box::new(piece) });
        }
    }

    /// Whether all nodes hold the same revisions, signatures and mandates, and what was signed is among them.
    pub(super) fn agree_on_rules(&self) -> bool {
        let mut digests = self.machines.iter().map(|m| m.node.as_ref().map(|node| node.rules().digest()));
        let Some(Some(first)) = digests.next() else { return false };
        let charter = |node: &Node| node.rules().charter_hash() == self.council.rules.charter_hash();
        digests.all(|digest| digest == Some(first)) && self.machines[0].node.as_ref().is_some_and(charter)
    }

    /// What is in force, what is void and why is the same everywhere; what thieves wrote has effect nowhere.
    pub(super) fn check_statuses(&mut self, report: &mut Report) {
        report.revision = self.machines[0].node.as_ref().map_or(0, |node| node.rules().charter().revision);
        let status = |place: Place, id: &EntryId| {
            registers::status(&self.machines[place].disk, id).ok().flatten().map(|(_, status)| status)
        };
        let mut found = BTreeSet::new();
        let all: BTreeSet<EntryId> = self.machines.iter().flat_map(|machine| machine.disk.entries()).collect();
        for entry in all {
            let first = status(0, &entry);
            if let Some(reason) = first.and_then(Status::reason) {
                *report.void.entry(reason.code()).or_default() += 1;
            }
            report.stolen += u64::from(first.is_some() && self.must_be_void.contains(&entry));
            let sealed = self.weights.get(&entry).is_some_and(|weight| weight.sealed);
            for place in 1..self.machines.len() {
                // Who cannot read an entry does not judge it.
                let unread = sealed && (first.is_none() || status(place, &entry).is_none());
                if status(place, &entry) != first && !unread {
                    found.insert(Problem::Disagree {
                        entry,
                        place,
                        says: word(status(place, &entry)),
                        other: word(first),
                    });
                }
            }
            if first == Some(Status::InForce) && self.must_be_void.contains(&entry) {
                found.insert(Problem::Stolen { entry });
            }
        }
        self.problems.extend(found);
    }
}

fn word(status: Option<Status>) -> &'static str {
    status.map_or("unknown", |status| status.reason().map_or(status.code(), registers::VoidReason::code))
}

/// Writes a log under the key of a node that is no machine.
struct Writer {
    node: Secret,
    log: OwnLog,
    mandate: crate::id::MandateHash,
    charter: CharterHash,
}

impl Writer {
    /// Under a mandate and the revision that is in force now.
    fn of(world: &mut World, node: Secret, mandate: &Mandate) -> Self {
        let mut id = [0; LogId::LEN];
        world.dice.fill(&mut id);
        let log = OwnLog::open(node.node_key(), LogId::from_bytes(id), None);
        Self { node, log, mandate: mandate.hash, charter: world.council.rules.charter_hash() }
    }

    /// Publishes a document.
    fn write(&mut self, world: &mut World) -> Entry {
        let version = writing::version(&world.scenario.writing, &mut world.dice);
        let act = version.ok().and_then(|version| Act::opening(Kind::Document(DocumentAct::Publish(version))).ok());
        let attachment = Attachment { hash: ContentHash::from_bytes(world.dice.seed()), size: NEVER_FETCHED };
        let draft = Draft {
            payload: act.map(|act| act.encode()).unwrap_or_default(),
            place: 0,
            priority: Priority::Routine,
            audience: Audience::Public,
            attachments: vec![attachment],
            charter: self.charter,
            mandate: self.mandate,
            clock: super::region::WRITTEN.plus(world.now()),
        };
        self.log.write(draft, &self.node, world.rules.network())
    }
}
