//! Any order of arrival, by any steps, gives the same; and what is in force is what the rules say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use palabre_proto::{Message, v1};
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::acts::Envelope;
use crate::charter::{AdministrationKind, Standing};
use crate::registers::{heads, refold_all, settle};
use crate::state::{StateError, scan_all};

/// Nothing here is sealed.
pub(super) static RING: LazyLock<Ring> = LazyLock::new(|| Ring::new(*NETWORK.id(), Vec::new()));

pub(super) static NETWORK: LazyLock<Network> =
    LazyLock::new(|| Network::with(5, 1, Options { partner: true, suspended: &["CV"], ..Options::default() }));

/// What the rules say of an entry; under a single revision and mandate no cutoff asks for others.
fn standing(entry: &Entry) -> Result<Standing<'static>, StateError> {
    NETWORK.rules.standing(entry.header(), &|_, _| Ok(None))
}

/// One act to write: most are what an honest author writes, some are not.
#[derive(Clone, Debug)]
struct Step {
    author: usize,
    what: u8,
    object: Index,
    after: Vec<Index>,
    /// Whether `after` may be entries of any object.
    astray: bool,
    beyond: i64,
}

fn step() -> impl Strategy<Value = Step> {
    let after = prop::collection::vec(any::<Index>(), 1..4);
    let astray = prop::bool::weighted(0.1);
    let beyond = prop_oneof![16 => Just(0), 1 => Just(-1), 1 => Just(1)];
    (0..12_usize, 0..32_u8, any::<Index>(), after, astray, beyond)
        .prop_map(|(author, what, object, after, astray, beyond)| Step { author, what, object, after, astray, beyond })
}

/// Writes the entries of a script. What has no place is not built on, except by those who go astray.
fn write(script: &[Step]) -> Vec<Entry> {
    let codes = ["CI", "SN", "CI", "SN", "CI", "SN", "CI", "CI", "BRRC", "CV", PARTNER];
    let mut authors: Vec<Author> = codes.iter().zip(1..).map(|(code, log)| NETWORK.author(code, log)).collect();
    authors.push(stranger(&NETWORK));
    let mut written: Vec<Entry> = Vec::new();
    let mut placed: BTreeMap<EntryId, Vec<Entry>> = BTreeMap::new();
    for step in script {
        let author = &mut authors[step.author];
        let entry = match step.what {
            0 => author.write(vec![0xff], 0, Vec::new()),
            1..4 => publish(author, "un"),
            _ if placed.is_empty() => publish(author, "un"),
            _ => {
                let known = placed.values().nth(step.object.index(placed.len())).unwrap().clone();
                let named = if step.astray { &written } else { &known };
                let after: BTreeMap<EntryId, &Entry> =
                    step.after.iter().map(|index| &named[index.index(named.len())]).map(|e| (e.id(), e)).collect();
                let entry = build_on(author, step, &known[0], &after.into_values().collect::<Vec<_>>());
                if !step.astray && step.beyond == 0 {
                    placed.get_mut(&known[0].id()).unwrap().push(entry.clone());
                }
                written.push(entry);
                continue;
            }
        };
        if step.what != 0 {
            placed.insert(entry.id(), vec![entry.clone()]);
        }
        written.push(entry);
    }
    written
}

fn build_on(author: &mut Author, step: &Step, opener: &Entry, after: &[&Entry]) -> Entry {
    match step.what {
        4 => later_kind(author, opener, after),
        5..9 => on(author, opener, after, DocumentAct::Withdraw(None), step.beyond),
        _ => on(author, opener, after, DocumentAct::Revise(version("suite")), step.beyond),
    }
}

/// An act of a kind that this version does not know.
fn later_kind(author: &mut Author, opener: &Entry, after: &[&Entry]) -> Entry {
    let place = after.iter().map(|entry| entry.header().place + 1).max().unwrap_or_default();
    let after = after.iter().map(|entry| entry.id().as_bytes().to_vec()).collect();
    let envelope = v1::ActEnvelope { object: opener.id().as_bytes().to_vec(), after };
    author.write(envelope.encode_to_vec(), place, Vec::new())
}

/// A storage that holds the records of all entries.
pub(super) fn recorded(entries: &[Entry]) -> MapStorage {
    let mut storage = MapStorage::default();
    for entry in entries {
        let position = storage.append(entry);
        book::note(&mut storage, entry, position).unwrap();
    }
    storage
}

pub(super) fn admit(storage: &mut MapStorage, rules: &Rules, entries: &[Entry]) {
    registers::admit(storage, reader(rules, &RING), &entries.iter().collect::<Vec<_>>()).unwrap();
}

/// All that the registers keep, except the notes of what is awaited, which may outlive their use.
pub(super) fn kept(storage: &mut MapStorage) -> Vec<(Vec<u8>, Vec<u8>)> {
    while !settle(storage, 8).unwrap() {}
    [b"o", b"x", b"r", b"k", b"t"].iter().flat_map(|letter| scan_all(storage, *letter).unwrap()).collect()
}

/// What the rules say, written another way than the fold: by what each act names, without an order.
struct Oracle<'a> {
    held: BTreeMap<EntryId, &'a Entry>,
}

impl Oracle<'_> {
    fn envelope(&self, id: &EntryId) -> Option<Envelope> {
        Envelope::parse(self.held.get(id)?.payload()?).ok()
    }

    /// Whether the act has its place and all before it is held.
    fn placed(&self, id: &EntryId) -> bool {
        let Some(envelope) = self.envelope(id) else { return false };
        let object = envelope.object(*id);
        let before = envelope.after();
        let same = |id: &EntryId| self.envelope(id).is_some_and(|other| other.object(*id) == object);
        let place = before.iter().filter_map(|id| Some(self.held.get(id)?.header().place + 1)).max().unwrap_or(0);
        before.iter().all(|id| same(id) && self.placed(id)) && self.held[id].header().place == place
    }

    fn past(&self, id: &EntryId) -> BTreeSet<EntryId> {
        let after = self.envelope(id).map(|envelope| envelope.after().to_vec()).unwrap_or_default();
        after.iter().flat_map(|id| self.past(id)).chain(after.iter().copied()).collect()
    }

    fn act(&self, id: &EntryId) -> Option<DocumentAct> {
        let entry = self.held.get(id)?;
        match Act::parse(entry.payload()?, entry.header()).ok()?.into_kind() {
            Kind::Document(act) => Some(act),
            _ => None,
        }
    }

    fn in_force(&self, id: &EntryId) -> bool {
        let Ok(Standing::Acts { administration, kind, .. }) = standing(self.held[id]) else {
            return false;
        };
        let Some(act) = self.act(id).filter(|_| self.placed(id)) else { return false };
        if matches!(act, DocumentAct::Publish(_)) {
            return kind != AdministrationKind::Partner;
        }
        let past = self.past(id);
        let opener = past.iter().find(|id| self.envelope(id) == Some(Envelope::Opens)).unwrap();
        let publisher = standing(self.held[opener]);
        let own = matches!(publisher, Ok(Standing::Acts { administration: a, .. }) if a == administration);
        let withdrawn =
            past.iter().any(|id| matches!(self.act(id), Some(DocumentAct::Withdraw(_))) && self.in_force(id));
        self.in_force(opener) && (own || ["CI", "SN", "GH", "BRRC"].contains(&administration.as_str())) && !withdrawn
    }
}

#[test]
fn the_scripts_hold_enough_of_everything() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    for _ in 0..200 {
        let script = prop::collection::vec(step(), 40).new_tree(&mut runner).unwrap().current();
        let entries = write(&script);
        let mut storage = recorded(&entries);
        let arrived: Vec<Entry> = entries.into_iter().enumerate().filter(|(n, _)| n % 9 != 8).map(|(_, e)| e).collect();
        admit(&mut storage, &NETWORK.rules, &arrived);
        for entry in &arrived {
            *counts.entry(registers::status(&storage, &entry.id()).unwrap().unwrap().1).or_default() += 1;
        }
    }
    let void = |reason| counts.get(&Status::Void(reason)).copied().unwrap_or_default();
    for reason in [
        VoidReason::NoAct,
        VoidReason::UnknownKind,
        VoidReason::WrongPlace,
        VoidReason::ForeignAfter,
        VoidReason::BrokenAfter,
        VoidReason::NotMandated,
        VoidReason::Suspended,
        VoidReason::NotAllowed,
        VoidReason::OpenerVoid,
        VoidReason::Withdrawn,
    ] {
        assert!(void(reason) >= 20, "{reason:?}: {counts:?}");
    }
    assert!(counts[&Status::InForce] >= 1800 && counts[&Status::Waiting] >= 200, "{counts:?}");
}

/// A script, an order of its entries, and how many of them arrive in it.
pub(super) fn arrivals<S: Clone + std::fmt::Debug>(
    scripts: impl Strategy<Value = Vec<S>>,
) -> impl Strategy<Value = (Vec<S>, Vec<usize>, usize)> {
    scripts.prop_flat_map(|script| {
        let all: Vec<usize> = (0..script.len()).collect();
        let held = 0..=script.len();
        (Just(script), Just(all).prop_shuffle(), held)
    })
}

/// What has arrived, some at once in its order, gives the same as in the order in which it was written, and as all folded
/// anew. Gives the state.
pub(super) fn arrive_alike(
    entries: &[Entry],
    arrived: &[Entry],
    rules: &Rules,
    size: usize,
) -> Result<MapStorage, TestCaseError> {
    let mut one = recorded(entries);
    for step in arrived.chunks(size) {
        admit(&mut one, rules, step);
    }
    // As written, so that most is folded on what is stored.
    let mut two = recorded(entries);
    for entry in entries.iter().filter(|entry| arrived.contains(entry)) {
        admit(&mut two, rules, std::slice::from_ref(entry));
    }
    prop_assert_eq!(kept(&mut one), kept(&mut two));
    refold_all(&mut two, reader(rules, &RING)).unwrap();
    prop_assert_eq!(kept(&mut one), kept(&mut two));
    Ok(one)
}

proptest! {
    #[test]
    fn any_order_of_arrival_in_any_steps_gives_the_same(
        (script, order, held) in arrivals(prop::collection::vec(step(), 1..40)),
        size in 1..6_usize,
    ) {
        let entries = write(&script);
        let arrived: Vec<Entry> = order[..held].iter().map(|index| entries[*index].clone()).collect();
        let one = arrive_alike(&entries, &arrived, &NETWORK.rules, size)?;
        prop_assert_eq!(
            registers::root(&one, &Audience::Public).unwrap(),
            order::root_by_hand(&one)
        );
    }

    #[test]
    fn what_is_taken_out_leaves_no_trace(
        script in prop::collection::vec(step(), 1..40),
        lost in prop::collection::vec(any::<bool>(), 40),
        early in any::<Index>(),
    ) {
        let entries = write(&script);
        let is_lost = |index: &usize| lost[*index];
        let mut one = recorded(&entries);
        let early = early.index(entries.len() + 1);
        admit(&mut one, &NETWORK.rules, &entries[..early]);
        let ids: Vec<EntryId> = (0..entries.len()).filter(is_lost).map(|index| entries[index].id()).collect();
        registers::withdraw(&mut one, reader(&NETWORK.rules, &RING), &ids).unwrap();
        for index in (early..entries.len()).filter(|index| !is_lost(index)) {
            admit(&mut one, &NETWORK.rules, &entries[index..=index]);
        }
        let mut two = recorded(&entries);
        for index in (0..entries.len()).filter(|index| !is_lost(index)).rev() {
            admit(&mut two, &NETWORK.rules, &entries[index..=index]);
        }
        prop_assert_eq!(kept(&mut one), kept(&mut two));
    }

    #[test]
    fn rules_that_come_late_give_the_same(script in prop::collection::vec(step(), 1..40), after in any::<Index>()) {
        let entries = write(&script);
        let mut one = recorded(&entries);
        let early = after.index(entries.len() + 1);
        admit(&mut one, &NETWORK.rules_without(&["SN"]), &entries[..early]);
        refold_all(&mut one, reader(&NETWORK.rules, &RING)).unwrap();
        admit(&mut one, &NETWORK.rules, &entries[early..]);
        let mut two = recorded(&entries);
        admit(&mut two, &NETWORK.rules, &entries);
        prop_assert_eq!(kept(&mut one), kept(&mut two));
    }

    #[test]
    fn what_is_in_force_is_what_the_rules_say(
        script in prop::collection::vec(step(), 1..16),
        missing in prop::collection::vec(prop::bool::weighted(0.05), 16),
    ) {
        let entries: Vec<Entry> = write(&script).into_iter().zip(missing).filter(|(_, out)| !out).map(|(e, _)| e).collect();
        let mut storage = recorded(&entries);
        admit(&mut storage, &NETWORK.rules, &entries);
        let oracle = Oracle { held: entries.iter().map(|entry| (entry.id(), entry)).collect() };
        let in_force: BTreeSet<EntryId> = oracle.held.keys().filter(|id| oracle.in_force(id)).copied().collect();
        for id in oracle.held.keys() {
            let (_, status) = registers::status(&storage, id).unwrap().unwrap();
            prop_assert_eq!(status == Status::InForce, in_force.contains(id), "{:?}", status);
        }
        let is_version = |id: &EntryId| !matches!(oracle.act(id), Some(DocumentAct::Withdraw(_)));
        let versions: BTreeSet<EntryId> = in_force.iter().copied().filter(is_version).collect();
        let known = |ids: &BTreeSet<EntryId>| ids.iter().flat_map(|id| oracle.past(id)).collect::<BTreeSet<_>>();
        let (replaced, built_on) = (known(&versions), known(&in_force));
        let mut current = BTreeSet::new();
        let mut ends = BTreeSet::new();
        for document in registers::documents::list(&storage, &RING, None, 100).unwrap() {
            current.extend(document.current().map(|version| version.id));
            ends.extend(heads(&storage, &document.id).unwrap().into_iter().map(|(id, _)| id));
        }
        prop_assert_eq!(current, versions.difference(&replaced).copied().collect::<BTreeSet<_>>());
        prop_assert_eq!(ends, in_force.difference(&built_on).copied().collect::<BTreeSet<_>>());
    }
}
