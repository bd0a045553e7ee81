//! Who holds the right today upholds a void act: what it says takes effect there, the same in any order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use palabre_proto::{Message, v1};
use proptest::prelude::*;
use proptest::sample::Index;

use super::properties::{NETWORK, RING, admit, arrivals, arrive_alike, kept, recorded};
use super::*;
use crate::acts::{AFTER_MAX, ActError, UpholdAct};
use crate::charter::{Ends, NodeCutoff};
use crate::keys::Secret;
use crate::registers::{Refusal, check, heads, upholding};

/// An act that upholds `upheld` after these and after it.
fn uphold(author: &mut Author, opener: &Entry, after: &[&Entry], upheld: &Entry) -> Entry {
    let known: BTreeMap<EntryId, u64> =
        after.iter().chain([&upheld]).map(|entry| (entry.id(), entry.header().place)).collect();
    let known: Vec<(EntryId, u64)> = known.into_iter().collect();
    let (act, place) = Act::on(opener.id(), &known, Kind::Uphold(UpholdAct { act: upheld.id() })).unwrap();
    author.write(act.encode(), place, Vec::new())
}

#[test]
fn what_a_stranger_published_in_its_name_its_administration_upholds_and_nobody_else_but_the_secretariat() {
    for (upholder, may) in [("SN", true), ("CI", true), ("GH", true), ("BRRC", true), ("CV", false)] {
        let mut node = Node::new();
        let void = publish(&mut stranger(&node.network), "étranger");
        node.admit(&[&void]);
        assert_eq!(node.void(&void), Some(VoidReason::NotMandated));
        let mut author = node.author(upholder);
        let upheld = uphold(&mut author, &void, &[], &void);
        node.admit(&[&upheld]);
        assert_eq!(node.void(&void), Some(VoidReason::NotMandated), "it stays what it is");
        let by = upholding(&node.storage, &void.id()).unwrap();
        if !may {
            assert_eq!((node.void(&upheld), by, node.document(&void)), (Some(VoidReason::NotAllowed), None, None));
            continue;
        }
        let by = by.unwrap();
        assert_eq!((node.status(&upheld), by.act), (Some(Status::InForce), upheld.id()));
        assert_eq!(by.administration.as_str(), upholder);
        let document = node.document(&void).unwrap();
        assert_eq!((document.administration.as_str(), document.opened), (upholder, upheld.header().clock));
        let [version] = &document.versions[..] else { panic!("{document:?}") };
        assert_eq!((version.id, version.upholds, version.title.as_str()), (upheld.id(), Some(void.id()), "étranger"));
        assert_eq!((version.content, version.current), (content("étranger")[0], true));
        assert_eq!(heads(&node.storage, &void.id()).unwrap(), [(upheld.id(), 1)]);
        // It goes on as any document.
        let next = revise(&mut author, &void, &[&upheld], "suite");
        node.admit(&[&next]);
        assert_eq!(node.current(&void), ["suite"]);
    }
}

#[test]
fn a_version_that_is_upheld_replaces_what_its_upholder_knew() {
    let mut node = Node::new();
    let (mut sn, mut cv) = (node.author("SN"), node.author("CV"));
    let opener = publish(&mut sn, "première");
    let void = revise(&mut cv, &opener, &[&opener], "de CV");
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    node.admit(&[&opener, &void, &second]);
    assert_eq!((node.void(&void), node.current(&opener)), (Some(VoidReason::NotAllowed), vec!["deuxième".to_owned()]));
    let upheld = uphold(&mut sn, &opener, &[&second], &void);
    node.admit(&[&upheld]);
    assert_eq!(node.current(&opener), ["de CV"]);
    let [.., version] = &node.document(&opener).unwrap().versions[..] else { panic!("versions") };
    assert_eq!((version.origin.administration.as_str(), version.origin.place), ("SN", 2));
}

#[test]
fn a_revoked_node_s_act_is_upheld_by_the_administration_that_revoked_it() {
    let mut node = Node::new();
    let mut author = node.author("SN");
    let before = publish(&mut author, "avant");
    let after = publish(&mut author, "après");
    let seat = node.network.seat("SN").clone();
    let other = Secret::from_seed(&[40; 32]);
    let logs = Ends::of(
        [(author.log.name(), crate::ledger::Head { sequence: before.header().sequence, id: before.id() })].into(),
    );
    let cut = NodeCutoff { node: seat.node.node_key(), logs };
    let mandate = seat.mandate_after(seat.mandate.unverified(), node.rules.charter(), &[&other], &[cut], &node.network);
    assert!(node.rules.add_mandate(mandate.clone()).unwrap());
    node.admit(&[&before, &after]);
    assert_eq!((node.status(&before), node.void(&after)), (Some(Status::InForce), Some(VoidReason::Revoked)));
    let mut rightful = node.author("SN");
    (rightful.secret, rightful.mandate) = (other.clone(), mandate.unverified().hash);
    rightful.log = crate::ledger::OwnLog::open(other.node_key(), crate::id::LogId::from_bytes([2; 8]), None);
    // The revoked node cannot do it itself.
    let own = uphold(&mut author, &after, &[], &after);
    node.admit(&[&own]);
    assert_eq!((node.void(&own), node.document(&after)), (Some(VoidReason::Revoked), None));
    let upheld = uphold(&mut rightful, &after, &[], &after);
    node.admit(&[&upheld]);
    assert_eq!(node.current(&after), ["après"]);
}

#[test]
fn what_is_in_force_or_upheld_or_an_upholding_cannot_be_upheld() {
    let mut node = Node::new();
    let (mut sn, mut ci) = (node.author("SN"), node.author("CI"));
    let opener = publish(&mut sn, "première");
    let void = publish(&mut stranger(&node.network), "étranger");
    let first = uphold(&mut sn, &void, &[], &void);
    let second = uphold(&mut ci, &void, &[&first], &void);
    let of_second = uphold(&mut ci, &void, &[&second], &second);
    let of_in_force = uphold(&mut sn, &opener, &[], &opener);
    node.admit(&[&opener, &void, &first, &second, &of_second, &of_in_force]);
    assert_eq!(node.void(&second), Some(VoidReason::NotVoid));
    assert_eq!(node.void(&of_second), Some(VoidReason::NotUpholdable));
    assert_eq!(node.void(&of_in_force), Some(VoidReason::NotVoid));
    // The first loses its effect: then the second has it.
    node.withdraw(&[&first]);
    assert_eq!(node.status(&second), Some(Status::Waiting), "it names the first");
    let alone = uphold(&mut ci, &void, &[], &void);
    node.admit(&[&alone]);
    assert_eq!(node.status(&alone), Some(Status::InForce));
}

#[test]
fn what_makes_no_act_is_upheld_by_nobody() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let unknown = of_unknown_kind(&mut sn, &opener);
    let displaced = on(&mut sn, &opener, &[&opener], DocumentAct::Revise(version("loin")), 3);
    let of_unknown = uphold(&mut sn, &opener, &[], &unknown);
    let of_displaced = uphold(&mut sn, &opener, &[], &displaced);
    node.admit(&[&opener, &unknown, &displaced, &of_unknown, &of_displaced]);
    assert_eq!(node.void(&of_unknown), Some(VoidReason::UnknownKind));
    assert_eq!(node.void(&of_displaced), Some(VoidReason::BrokenAfter));
    // It names what it upholds and not as being before it.
    let kind = v1::act::Kind::Uphold(v1::UpholdAct { act: unknown.id().as_bytes().to_vec() });
    let (object, after) = (opener.id().as_bytes().to_vec(), vec![opener.id().as_bytes().to_vec()]);
    let apart = sn.write(v1::Act { object, after, files: Vec::new(), kind: Some(kind) }.encode_to_vec(), 1, Vec::new());
    node.admit(&[&apart]);
    assert_eq!(node.void(&apart), Some(VoidReason::Malformed));
}

#[test]
fn it_is_refused_before_anything_is_signed() {
    let mut node = Node::new();
    let void = publish(&mut stranger(&node.network), "étranger");
    node.admit(&[&void]);
    let kind = Kind::Uphold(UpholdAct { act: void.id() });
    let named = registers::before(&node.storage, &void.id(), &kind).unwrap();
    let (act, _) = Act::on(void.id(), &named, kind).unwrap();
    let judged = |code| {
        let key = node.network.seat(code).node.node_key();
        check(&node.storage, reader(&node.rules, &node.ring), &key, (&act, &Audience::Public))
    };
    assert!(matches!(judged("SN"), Ok(1)));
    assert!(matches!(judged("CV"), Err(Refusal::Void(VoidReason::NotAllowed))));
}

#[test]
fn of_many_heads_the_one_that_is_upheld_is_named() {
    let id = |byte| EntryId::from_bytes([byte; 32]);
    let many: Vec<_> = (0..100).map(|n| (id(n), u64::from(n))).collect();
    let (act, place) = Act::on(id(1), &many, Kind::Uphold(UpholdAct { act: id(3) })).unwrap();
    assert_eq!((act.envelope().after().len(), place), (AFTER_MAX, 100));
    assert!(act.envelope().after().contains(&id(3)));
    let refused = Act::on(id(1), &many[..3], Kind::Uphold(UpholdAct { act: id(3) }));
    assert!(matches!(refused, Err(ActError::Upheld)));
}

/// One act of a script on documents that some publish without a right to it.
#[derive(Clone, Debug)]
struct Step {
    author: usize,
    what: u8,
    object: Index,
    after: Vec<Index>,
}

fn step() -> impl Strategy<Value = Step> {
    let after = prop::collection::vec(any::<Index>(), 1..3);
    (0..8_usize, 0..16_u8, any::<Index>(), after).prop_map(|(author, what, object, after)| Step {
        author,
        what,
        object,
        after,
    })
}

fn write(script: &[Step]) -> Vec<Entry> {
    let codes = ["CI", "SN", "GH", "CI", "SN", "CV", PARTNER];
    let mut authors: Vec<Author> = codes.iter().zip(1..).map(|(code, log)| NETWORK.author(code, log)).collect();
    authors.push(stranger(&NETWORK));
    let mut objects: Vec<Vec<Entry>> = Vec::new();
    let mut written = Vec::new();
    for step in script {
        let author = &mut authors[step.author];
        if step.what < 3 || objects.is_empty() {
            let entry = publish(author, "un");
            objects.push(vec![entry.clone()]);
            written.push(entry);
            continue;
        }
        let at = step.object.index(objects.len());
        let known = &objects[at];
        let after: BTreeMap<EntryId, &Entry> =
            step.after.iter().map(|index| &known[index.index(known.len())]).map(|entry| (entry.id(), entry)).collect();
        let after: Vec<&Entry> = after.into_values().collect();
        let entry = match step.what {
            3..11 => uphold(author, &known[0], &after, after[0]),
            11 => withdraw(author, &known[0], &after),
            _ => revise(author, &known[0], &after, "suite"),
        };
        objects[at].push(entry.clone());
        written.push(entry);
    }
    written
}

/// How often each status came, and how many void acts were upheld.
fn counted(runs: usize) -> (BTreeMap<Status, usize>, usize) {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut counts, mut upheld) = (BTreeMap::new(), BTreeSet::new());
    for run in 0..runs {
        let entries = write(&prop::collection::vec(step(), 30).new_tree(&mut runner).unwrap().current());
        let mut storage = recorded(&entries);
        admit(&mut storage, &NETWORK.rules, &entries);
        for entry in &entries {
            *counts.entry(registers::status(&storage, &entry.id()).unwrap().unwrap().1).or_default() += 1;
            if upholding(&storage, &entry.id()).unwrap().is_some() {
                upheld.insert((run, entry.id()));
            }
        }
    }
    (counts, upheld.len())
}

#[test]
fn the_scripts_uphold_enough() {
    let (counts, upheld) = counted(200);
    let void = |reason| counts.get(&Status::Void(reason)).copied().unwrap_or_default();
    for reason in [VoidReason::NotVoid, VoidReason::NotUpholdable, VoidReason::NotAllowed, VoidReason::OpenerVoid] {
        assert!(void(reason) >= 50, "{reason:?}: {counts:?}");
    }
    assert!(upheld >= 150 && counts[&Status::InForce] >= 500, "{upheld}: {counts:?}");
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_same(
        (script, order, held) in arrivals(prop::collection::vec(step(), 1..30)),
        size in 1..6_usize,
        lost in prop::collection::vec(prop::bool::weighted(0.1), 30),
    ) {
        let entries = write(&script);
        let arrived: Vec<Entry> = order[..held].iter().map(|index| entries[*index].clone()).collect();
        let mut one = arrive_alike(&entries, &arrived, &NETWORK.rules, size)?;
        // What is taken out leaves no trace.
        let ids: Vec<EntryId> = arrived.iter().zip(&lost).filter(|(_, lost)| **lost).map(|(entry, _)| entry.id()).collect();
        registers::withdraw(&mut one, reader(&NETWORK.rules, &RING), &ids).unwrap();
        let left: Vec<Entry> = arrived.into_iter().filter(|entry| !ids.contains(&entry.id())).collect();
        let mut three = recorded(&entries);
        admit(&mut three, &NETWORK.rules, &left);
        prop_assert_eq!(kept(&mut one), kept(&mut three));
    }

    #[test]
    fn an_act_is_upheld_once_by_one_in_force_and_stays_void(script in prop::collection::vec(step(), 1..30)) {
        let entries = write(&script);
        let mut storage = recorded(&entries);
        admit(&mut storage, &NETWORK.rules, &entries);
        let status = |id: &EntryId| registers::status(&storage, id).unwrap().unwrap().1;
        let mut upholders = BTreeSet::new();
        for entry in &entries {
            let Some(by) = upholding(&storage, &entry.id()).unwrap() else { continue };
            prop_assert!(matches!(status(&entry.id()), Status::Void(_)));
            prop_assert_eq!(status(&by.act), Status::InForce);
            prop_assert!(upholders.insert(by.act));
        }
        let upholds = |entry: &&Entry| Act::parse(entry.payload().unwrap(), entry.header()).unwrap().kind().upholds().is_some();
        let in_force: BTreeSet<EntryId> =
            entries.iter().filter(upholds).map(Entry::id).filter(|id| status(id) == Status::InForce).collect();
        prop_assert_eq!(upholders, in_force);
    }
}
