//! What waits, what has no place, what is taken out; and the hash over all.

use super::*;
use crate::registers::{history, objects_with_prefix, refold_all};
use crate::state::{State, scan_all};

#[test]
fn an_act_waits_for_what_it_builds_on_and_so_does_what_builds_on_it() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    let third = revise(&mut sn, &opener, &[&second], "troisième");
    node.admit(&[&second, &third]);
    assert_eq!((node.status(&second), node.status(&third)), (Some(Status::Waiting), Some(Status::Waiting)));
    assert_eq!(node.document(&opener), None);
    let changes = node.admit(&[&opener]);
    assert_eq!(changes.statuses, [&opener, &second, &third].map(|entry| (entry.id(), Status::InForce)).into());
    node.withdraw(&[&second]);
    assert!(node.document(&opener).unwrap().incomplete);
    assert_eq!(node.current(&opener), ["première"]);
    node.admit(&[&second]);
    assert!(!node.document(&opener).unwrap().incomplete);
    assert_eq!(node.current(&opener), ["troisième"]);
}

#[test]
fn an_act_out_of_place_is_void_and_nothing_can_build_on_it() {
    for beyond in [-1, 1, i64::MAX] {
        let mut node = Node::new();
        let mut sn = node.author("SN");
        let opener = publish(&mut sn, "première");
        let displaced = on(&mut sn, &opener, &[&opener], DocumentAct::Revise(version("loin")), beyond);
        let on_it = revise(&mut sn, &opener, &[&displaced], "dessus");
        node.admit(&[&opener, &displaced, &on_it]);
        assert_eq!(node.void(&displaced), Some(VoidReason::WrongPlace));
        assert!(node.void(&on_it).unwrap().is_broken());
        assert_eq!(node.current(&opener), ["première"]);
    }
}

#[test]
fn an_act_that_names_an_entry_of_another_object_is_void_whichever_comes_first() {
    let network = network();
    let (mut sn, mut gh) = (network.author("SN", 1), network.author("GH", 1));
    let (opener, other) = (publish(&mut sn, "un"), publish(&mut gh, "autre"));
    let crossed = revise(&mut sn, &opener, &[&opener, &other], "croisé");
    for order in [[&opener, &other, &crossed], [&opener, &crossed, &other], [&crossed, &other, &opener]] {
        let mut node = Node::new();
        for entry in order {
            node.admit(&[entry]);
        }
        assert_eq!(node.void(&crossed), Some(VoidReason::ForeignAfter));
        node.withdraw(&[&other]);
        assert_eq!(node.status(&crossed), Some(Status::Waiting));
    }
}

#[test]
fn an_act_is_no_object() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    let on_act = revise(&mut sn, &second, &[&second], "sur un acte");
    node.admit(&[&on_act]);
    assert_eq!(node.status(&on_act), Some(Status::Waiting));
    node.admit(&[&opener, &second]);
    assert_eq!(node.void(&on_act), Some(VoidReason::ForeignAfter));
}

#[test]
fn an_unknown_kind_keeps_its_place_and_what_is_no_act_has_none() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let unknown = of_unknown_kind(&mut sn, &opener);
    let known = revise(&mut sn, &opener, &[&unknown], "deuxième");
    let noise = sn.write(b"\xff".to_vec(), 0, Vec::new());
    let on_noise = revise(&mut sn, &noise, &[&noise], "sur du bruit");
    node.admit(&[&opener, &unknown, &known, &noise, &on_noise]);
    assert_eq!(node.void(&unknown), Some(VoidReason::UnknownKind));
    assert_eq!(node.current(&opener), ["deuxième"]);
    assert_eq!(node.void(&noise), Some(VoidReason::NoAct));
    assert_eq!(node.void(&on_noise), Some(VoidReason::BrokenAfter));
    let acts = history(&node.storage, &opener.id(), None, 2).unwrap();
    assert_eq!(acts, [(opener.id(), Status::InForce), (unknown.id(), Status::Void(VoidReason::UnknownKind))]);
    let rest = history(&node.storage, &opener.id(), Some(&unknown.id()), 2).unwrap();
    assert_eq!(rest, [(known.id(), Status::InForce)]);
}

#[test]
fn an_entry_that_cites_a_mandate_not_held_waits_for_it() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let by_ci = revise(&mut node.author("CI"), &opener, &[&opener], "deuxième");
    let whole = std::mem::replace(&mut node.rules, node.network.rules_without(&["SN"]));
    node.admit(&[&opener, &by_ci]);
    assert_eq!((node.status(&opener), node.status(&by_ci)), (Some(Status::Waiting), Some(Status::Waiting)));
    node.rules = whole;
    refold_all(&mut node.storage, reader(&node.rules, &node.ring)).unwrap();
    assert_eq!(node.current(&opener), ["deuxième"]);
    let mut direct = Node::new();
    direct.admit(&[&opener, &by_ci]);
    assert_eq!(node.root(), direct.root());
}

#[test]
fn whoever_is_suspended_or_not_mandated_has_no_effect() {
    let mut node = Node::new();
    let strange = publish(&mut stranger(&node.network), "étranger");
    node.admit(&[&strange]);
    assert_eq!(node.void(&strange), Some(VoidReason::NotMandated));
    let network = Network::with(5, 1, Options { partner: false, suspended: &["GH"], ..Options::default() });
    let mut node = Node {
        ring: Ring::new(*network.id(), Vec::new()),
        rules: network.rules.clone(),
        network,
        storage: MapStorage::default(),
    };
    let suspended = publish(&mut node.author("GH"), "suspendu");
    node.admit(&[&suspended]);
    assert_eq!(node.void(&suspended), Some(VoidReason::Suspended));
}

#[test]
fn what_a_fork_deprives_of_its_effect_is_taken_out() {
    let mut node = Node::new();
    let (mut sn, mut ci) = (node.author("SN"), node.author("CI"));
    let empty = node.root();
    let opener = publish(&mut sn, "première");
    node.admit(&[&opener]);
    let one_document = node.root();
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    let third = revise(&mut ci, &opener, &[&second], "troisième");
    node.admit(&[&second, &third]);
    node.withdraw(&[&second]);
    assert_eq!((node.status(&second), node.status(&third)), (None, Some(Status::Waiting)));
    assert_eq!(node.current(&opener), ["première"]);
    assert!(node.document(&opener).unwrap().incomplete);
    assert_eq!(node.root(), one_document, "what waits is no part of the state");
    node.withdraw(&[&opener]);
    assert_eq!(node.document(&opener), None);
    assert_eq!(node.root(), empty);
    node.admit(&[&opener, &second]);
    assert_eq!(node.current(&opener), ["troisième"]);
}

#[test]
fn an_act_whose_record_is_damaged_waits_until_it_is_fetched_again() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    node.admit(&[&opener, &second]);
    let whole = node.root();
    let damaged = node.storage.records.len() - 1;
    *node.storage.records[damaged].last_mut().unwrap() ^= 1;
    refold_all(&mut node.storage, reader(&node.rules, &node.ring)).unwrap();
    assert_eq!(node.status(&second), Some(Status::Waiting));
    assert_eq!(node.current(&opener), ["première"]);
    node.admit(&[&second]);
    assert_eq!(node.current(&opener), ["deuxième"]);
    assert_eq!(node.root(), whole);
}

#[test]
fn a_sealed_entry_is_in_no_register() {
    use crate::id::AudienceTag;
    use crate::ledger::{Audience, Draft, Priority};
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version("scellé")))).unwrap();
    let draft = Draft {
        payload: act.encode(),
        place: 0,
        priority: Priority::Routine,
        audience: Audience::Sealed(AudienceTag::from_bytes([7; 16])),
        attachments: content("scellé"),
        charter: sn.charter,
        mandate: sn.mandate,
        clock: sn.clock,
    };
    let sealed = sn.log.write(draft, &sn.secret, &sn.network);
    assert_eq!(node.admit(&[&sealed]), Changes::default());
    assert_eq!(node.status(&sealed), None);
}

/// The root as the documentation of `tree` says it, from the pairs alone.
pub(super) fn root_by_hand(state: &impl State) -> [u8; 32] {
    use std::collections::BTreeMap;
    let mut objects: BTreeMap<[u8; 32], blake3::Hasher> = BTreeMap::new();
    // What has no suffix is no pair of the object.
    for (key, value) in scan_all(state, b"r").unwrap().into_iter().filter(|(key, _)| key.len() > 33) {
        let hasher = objects
            .entry(key[1..33].try_into().unwrap())
            .or_insert_with(|| blake3::Hasher::new_derive_key("palabre/state/object/1"));
        for bytes in [&key[33..], &value] {
            hasher.update(&u16::try_from(bytes.len()).unwrap().to_be_bytes()).update(bytes);
        }
    }
    let mut level: BTreeMap<Vec<u8>, blake3::Hasher> = BTreeMap::new();
    for (id, digest) in objects {
        let path = vec![id[0] >> 4, id[0] & 15, id[1] >> 4, id[1] & 15];
        let bucket = level.entry(path).or_insert_with(|| blake3::Hasher::new_derive_key("palabre/state/bucket/1"));
        bucket.update(&id).update(digest.finalize().as_bytes());
    }
    let node = || blake3::Hasher::new_derive_key("palabre/state/node/1");
    for _ in 0..4 {
        let mut above: BTreeMap<Vec<u8>, blake3::Hasher> = BTreeMap::new();
        for (mut path, hasher) in level {
            let half = path.pop().unwrap();
            above.entry(path).or_insert_with(node).update(&[half]).update(hasher.finalize().as_bytes());
        }
        level = above;
    }
    *level.into_values().next().unwrap_or_else(node).finalize().as_bytes()
}

#[test]
fn the_root_is_the_one_that_the_documentation_describes() {
    let mut node = Node::new();
    assert_eq!(node.root(), root_by_hand(&node.storage));
    assert_eq!(hex::encode(node.root()), "bbb9a14009145739038610e76caf0ae91b988cdaf6427d4123c5f4e77e9abdf6");
    let (mut sn, mut ci) = (node.author("SN"), node.author("CI"));
    let openers: Vec<Entry> = (0..300).map(|n| publish(&mut sn, &format!("document {n}"))).collect();
    node.admit(&openers.iter().collect::<Vec<_>>());
    let whole = node.root();
    assert_eq!(whole, root_by_hand(&node.storage));
    registers::settle(&mut node.storage, usize::MAX).unwrap();
    assert_eq!(node.root(), whole);
    for opener in openers.iter().step_by(7) {
        let revision = revise(&mut ci, opener, &[opener], "suite");
        node.admit(&[&revision]);
        assert_eq!(node.root(), root_by_hand(&node.storage));
        if opener.id().as_bytes()[0] % 2 == 0 {
            while !registers::settle(&mut node.storage, 2).unwrap() {}
            assert_eq!(node.root(), root_by_hand(&node.storage));
        }
    }
    assert_ne!(node.root(), whole);
    let ids = objects_with_prefix(&node.storage, &openers[0].id().as_bytes()[..4], 2).unwrap();
    assert_eq!(ids, [openers[0].id()]);
    node.withdraw(&openers.iter().collect::<Vec<_>>());
    assert_eq!(node.root(), root_by_hand(&MapStorage::default()));
}

#[test]
fn an_act_that_comes_last_is_folded_without_reading_the_others() {
    let mut node = Node::new();
    let mut sn = node.author("SN");
    let opener = publish(&mut sn, "première");
    node.admit(&[&opener]);
    // Were the object folded anew, its first act could not be read.
    node.storage.records[0].clear();
    let second = revise(&mut sn, &opener, &[&opener], "deuxième");
    node.admit(&[&second]);
    assert_eq!((node.status(&second), node.current(&opener)), (Some(Status::InForce), vec!["deuxième".to_owned()]));
    assert!(node.document(&opener).unwrap().incomplete, "what the first version says is not known until it is mended");
}
