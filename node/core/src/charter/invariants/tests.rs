//! Each invariant, broken alone, is named; the region's template breaks none.

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};

use super::*;
use crate::charter::template::Template;
use crate::fixtures::Network;
use crate::keys::Secret;
use crate::time::Millis;

/// The breaches of a good charter after one change.
fn broken_by(change: impl FnOnce(&mut v1::Charter)) -> Vec<String> {
    let genesis = Network::new(6, 1).genesis;
    let mut message = v1::Charter::decode(genesis.charter.bytes()).unwrap();
    change(&mut message);
    check(&Charter::parse(&message.encode_to_vec()).unwrap()).iter().map(ToString::to_string).collect()
}

fn office(kind: v1::office::Kind, code: &str) -> v1::Office {
    v1::Office { kind: kind as i32, administration: code.to_owned() }
}

#[test]
fn a_good_charter_breaks_none() {
    assert_eq!(broken_by(|_| ()), Vec::<String>::new());
}

#[test]
fn each_invariant_is_named_when_it_is_broken() {
    use v1::administration::Kind;
    use v1::office::Kind as Office;
    type Change = fn(&mut v1::Charter);
    let cases: [(&str, Change); 19] = [
        ("no code twice", |c| c.administrations.push(c.administrations[1].clone())),
        ("no key twice", |c| c.administrations[1].key = c.administrations[0].key.clone()),
        ("is not in the charter", |c| c.offices.push(office(Office::VicePresidency, "XX"))),
        ("the leader holds it alone", |c| c.offices.push(office(Office::Presidency, "SN"))),
        ("the leader holds it alone", |c| c.offices.retain(|o| o.kind != Office::Presidency as i32)),
        ("and is no member", |c| c.administrations[0].kind = Kind::Partner as i32),
        ("leads the secretariat", |c| c.offices.retain(|o| o.kind != Office::Secretariat as i32)),
        ("assessors are members other than the leader", |c| c.offices.push(office(Office::Assessor, "CI"))),
        ("assessors are members other than the leader", |c| c.offices.push(office(Office::Assessor, "BRRC"))),
        ("is an assessor twice", |c| c.offices.push(office(Office::Assessor, "SN"))),
        ("has the regional office", |c| {
            for a in &mut c.administrations {
                a.kind = if a.kind == Kind::RegionalOffice as i32 { Kind::Partner as i32 } else { a.kind };
            }
        }),
        ("the leader sits in all commissions", |c| {
            c.commissions[1].host = "SN".to_owned();
            c.commissions[1].members.retain(|m| m != "CI");
        }),
        ("is not among its members", |c| c.commissions[0].host = "BRRC".to_owned()),
        ("seats are of members, one each", |c| c.commissions[0].members.push("CI".to_owned())),
        ("stands twice", |c| c.commissions.push(c.commissions[0].clone())),
        ("is a keyholder and has no key", |c| c.administrations[2].key.clear()),
        ("cannot count as a keyholder", |c| c.keyholders.push("CI".to_owned())),
        ("at least two thirds", |c| c.threshold = 1),
        ("not a date", |c| c.review_by = "2029-02-30".to_owned()),
    ];
    for (quoted, change) in cases {
        let breaches = broken_by(change);
        assert!(breaches.iter().any(|b| b.contains(quoted)), "{quoted}: {breaches:?}");
    }
}

#[test]
fn the_least_threshold_is_two_thirds_rounded_up() {
    let expected = [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4), (7, 5), (23, 16)];
    for (keyholders, threshold) in expected {
        assert_eq!(least_threshold(keyholders), threshold, "of {keyholders}");
    }
}

#[test]
fn the_template_of_the_region_makes_a_charter_that_keeps_every_invariant() {
    let template = Template::parse(include_str!("../../../../../config/charter.toml")).unwrap();
    let key = |number: usize| Secret::from_seed(&[u8::try_from(number).unwrap(); 32]).administration_key();
    let keys: BTreeMap<_, _> =
        template.administrations.iter().enumerate().map(|(i, a)| (a.code.clone(), key(i))).collect();
    let charter = template.found(&keys, Millis(1)).unwrap();
    assert_eq!(check(&charter), []);
    let members = charter.administrations.iter().filter(|a| a.kind == AdministrationKind::Member).count();
    assert_eq!((members, charter.administrations.len()), (23, 24), "23 members and the regional office");
    assert_eq!((charter.threshold, charter.keyholders.len()), (5, 7));
    assert_eq!(charter.commissions.len(), 3);
}
