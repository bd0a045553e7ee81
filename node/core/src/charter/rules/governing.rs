//! Which revision and which mandate govern an entry: rotations, revocations, theft, and what arrives late.

use std::collections::BTreeMap;

use super::*;
use crate::charter::{Ends, NodeCutoff};
use crate::fixtures::charters::{cutoff, re_key, revision_after, rotate};
use crate::fixtures::{Author, Network};
use crate::keys::Secret;
use crate::ledger::{Entry, Head};

const HOLDERS: [&str; 7] = ["CI", "SN", "GH", "CV", "BRRC", "BF", "BJ"];

/// A region of nine, and a log of SN with some entries.
struct Story {
    network: Network,
    rules: Rules,
    author: Author,
    written: Vec<Entry>,
}

impl Story {
    fn begin(entries: usize) -> Self {
        let network = Network::new(9, 1);
        let (rules, author) = (network.rules.clone(), network.author("SN", 1));
        let mut story = Self { network, rules, author, written: Vec::new() };
        story.write(entries);
        story
    }

    fn write(&mut self, entries: usize) {
        for _ in 0..entries {
            self.written.push(self.author.write(b"act".to_vec(), 0, Vec::new()));
        }
    }

    /// Adopts a revision with this change.
    fn adopt(&mut self, change: impl FnOnce(&mut v1::Charter)) -> Charter {
        let next = revision_after(self.rules.charter(), change);
        self.rules.join(self.network.signed(&next, &HOLDERS)).unwrap();
        assert_eq!(self.rules.charter().hash(), next.hash());
        next
    }

    /// The list that ends the log at one of its entries.
    fn ends_at(&self, number: usize) -> Ends {
        let entry = &self.written[number - 1];
        Ends::of([(self.author.log.name(), Head { sequence: entry.header().sequence, id: entry.id() })].into())
    }

    fn mandate_of_sn(&self) -> Mandate {
        self.network.seat("SN").mandate.unverified().clone()
    }

    /// SN's next mandate, which lists these nodes and cuts its present one at `ends`, or not.
    fn revoke(&mut self, node: &Secret, ends: Option<Ends>) -> RawMandate {
        let seat = self.network.seat("SN");
        let cutoffs: Vec<_> = ends.map(|logs| NodeCutoff { node: seat.node.node_key(), logs }).into_iter().collect();
        seat.mandate_after(&self.mandate_of_sn(), self.rules.charter(), &[node], &cutoffs, &self.network)
    }

    fn standing_of(&self, entry: &Entry) -> Standing<'_> {
        let ids: BTreeMap<_, _> = self.written.iter().map(|e| (e.header().sequence, e.id())).collect();
        let log = self.author.log.name();
        self.rules.standing(entry.header(), &|of, at| Ok(ids.get(&at).filter(|_| *of == log).copied())).unwrap()
    }

    fn standing(&self, number: usize) -> Standing<'_> {
        self.standing_of(&self.written[number - 1])
    }

    /// The revision that governs an entry which counts.
    fn governed_by(&self, number: usize) -> u64 {
        match self.standing(number) {
            Standing::Acts { charter, .. } => charter.revision,
            other => panic!("entry {number} does not count: {other:?}"),
        }
    }
}

#[test]
fn what_an_old_assessor_wrote_before_the_cut_is_judged_by_the_old_revision_and_what_comes_later_by_the_new() {
    let mut story = Story::begin(4);
    let (ends, mandate) = (story.ends_at(2), story.mandate_of_sn().hash);
    story.adopt(|message| {
        rotate(message, "SN", "CD");
        message.cutoffs = vec![cutoff("SN", Some(mandate), ends)];
    });
    assert_eq!([1, 2, 3, 4].map(|number| story.governed_by(number)), [1, 1, 2, 2]);
}

#[test]
fn a_further_log_that_the_list_omits_is_cut_at_zero() {
    let mut story = Story::begin(1);
    let (ends, mandate) = (story.ends_at(1), story.mandate_of_sn().hash);
    story.adopt(|message| {
        rotate(message, "SN", "CD");
        message.cutoffs = vec![cutoff("SN", Some(mandate), ends)];
    });
    let back_dated = story.network.author("SN", 2).write(b"act".to_vec(), 0, Vec::new());
    assert!(matches!(story.standing_of(&back_dated), Standing::Acts { charter, .. } if charter.revision == 2));
    assert_eq!(story.governed_by(1), 1);
}

#[test]
fn a_suspended_administration_keeps_what_it_wrote_before() {
    let mut story = Story::begin(3);
    let (ends, mandate) = (story.ends_at(2), story.mandate_of_sn().hash);
    story.adopt(|message| {
        message.administrations.iter_mut().filter(|a| a.code == "SN").for_each(|a| a.suspended = true);
        message.cutoffs = vec![cutoff("SN", Some(mandate), ends)];
    });
    assert_eq!(story.governed_by(2), 1);
    assert_eq!(story.standing(3), Standing::Suspended);
    assert!(!story.rules.admits(&story.author.secret.node_key()));
    assert!(story.rules.knows(&story.author.secret.node_key()), "its entries are still taken");
}

#[test]
fn a_revoked_node_keeps_what_it_wrote_before_and_nothing_after() {
    let mut story = Story::begin(3);
    let other = Secret::from_seed(&[40; 32]);
    let ends = story.ends_at(2);
    let next = story.revoke(&other, Some(ends));
    assert!(story.rules.add_mandate(next).unwrap());
    assert_eq!(story.governed_by(2), 1);
    assert_eq!(story.standing(3), Standing::Revoked);
    assert!(story.rules.admits(&other.node_key()) && !story.rules.admits(&story.author.secret.node_key()));
}

#[test]
fn a_mandate_that_drops_a_node_without_a_list_does_not_count() {
    let mut story = Story::begin(1);
    let other = Secret::from_seed(&[40; 32]);
    let next = story.revoke(&other, None);
    assert!(story.rules.add_mandate(next).unwrap(), "it is kept, as what it is");
    assert!(story.rules.admits(&story.author.secret.node_key()) && !story.rules.admits(&other.node_key()));
}

#[test]
fn what_stands_at_a_checkpoint_stands_though_the_administration_revokes_its_node_at_zero() {
    let mut story = Story::begin(4);
    let checkpoint = story.ends_at(3).to_messages();
    story.adopt(|message| message.checkpoint = checkpoint);
    let next = story.revoke(&Secret::from_seed(&[40; 32]), Some(Ends::default()));
    story.rules.add_mandate(next).unwrap();
    assert_eq!([1, 2, 3].map(|number| story.governed_by(number)), [1, 1, 1]);
    assert_eq!(story.standing(4), Standing::Revoked);
}

#[test]
fn a_thief_of_the_administration_key_is_refused_whenever_its_mandate_comes() {
    for mandate_comes_first in [true, false] {
        let mut story = Story::begin(3);
        let thief = Secret::from_seed(&[50; 32]);
        let (ends, last) = (story.ends_at(3), story.mandate_of_sn().hash);
        // Kept back until after the re-key, in one of the two worlds.
        let own = story.author.secret.clone();
        let seat = story.network.seat("SN");
        let stolen =
            seat.mandate_after(&story.mandate_of_sn(), story.rules.charter(), &[&own, &thief], &[], &story.network);
        if mandate_comes_first {
            story.rules.add_mandate(stolen.clone()).unwrap();
            assert!(story.rules.admits(&thief.node_key()));
        }
        let key = Secret::from_seed(&[60; 32]);
        let charter = story.adopt(|message| {
            re_key(message, "SN", &key);
            message.cutoffs = vec![cutoff("SN", Some(last), ends)];
        });
        if !mandate_comes_first {
            story.rules.add_mandate(stolen.clone()).unwrap();
        }
        assert!(!story.rules.admits(&thief.node_key()) && story.rules.admits(&own.node_key()));
        let mut seat = story.network.seat("SN").clone();
        seat.administration = key;
        let rightful = seat.mandate_after(&story.mandate_of_sn(), &charter, &[&own], &[], &story.network);
        assert!(story.rules.add_mandate(rightful.clone()).unwrap());
        assert_eq!(story.rules.mandate_of(&own.node_key()).unwrap().hash, rightful.unverified().hash);
        // The thief's node writes under the stolen mandate and dates it back.
        let mut writer = story.network.author("SN", 9);
        (writer.secret, writer.mandate) = (thief.clone(), stolen.unverified().hash);
        writer.log = crate::ledger::OwnLog::open(thief.node_key(), crate::id::LogId::from_bytes([9; 8]), None);
        let forged = writer.write(b"act".to_vec(), 0, Vec::new());
        assert_eq!(story.standing_of(&forged), Standing::NotMandated);
        assert_eq!(story.governed_by(3), 1, "what was written before the theft counts");
    }
}

#[test]
fn of_two_mandates_of_one_number_the_one_before_governs_until_a_charter_names_one() {
    let mut story = Story::begin(1);
    let (one, other) = (Secret::from_seed(&[70; 32]), Secret::from_seed(&[71; 32]));
    let ends = story.ends_at(1);
    let rivals = [&one, &other].map(|node| story.revoke(node, Some(ends.clone())));
    for rival in &rivals {
        story.rules.add_mandate(rival.clone()).unwrap();
    }
    assert_eq!(story.rules.disputed_mandates().count(), 2);
    assert!(story.rules.admits(&story.author.secret.node_key()), "the one before governs");
    story.write(1);
    assert_eq!(story.standing(2), Standing::CutInDispute, "with the cutoffs of both");
    let named = rivals[1].unverified();
    let head =
        v1::MandateHead { administration: "SN".to_owned(), number: named.number, hash: named.hash.as_bytes().to_vec() };
    story.adopt(|message| message.mandate_checkpoint = vec![head]);
    assert_eq!(story.rules.disputed_mandates().count(), 0);
    assert!(story.rules.admits(&other.node_key()) && !story.rules.admits(&one.node_key()));
    assert_eq!(story.standing(2), Standing::Revoked);
}

#[test]
fn what_a_disputed_revision_cuts_has_no_effect_until_the_dispute_is_settled() {
    let mut story = Story::begin(2);
    let (ends, mandate) = (story.ends_at(1), story.mandate_of_sn().hash);
    let genesis = story.rules.charter().clone();
    let rotated = revision_after(&genesis, |message| {
        rotate(message, "SN", "CD");
        message.cutoffs = vec![cutoff("SN", Some(mandate), ends)];
    });
    let rival = revision_after(&genesis, |message| "2030-01-01".clone_into(&mut message.review_by));
    for revision in [&rotated, &rival] {
        story.rules.join(story.network.signed(revision, &HOLDERS[..5])).unwrap();
    }
    assert_eq!(story.rules.charter().revision, 1);
    assert_eq!((story.governed_by(1), story.standing(2)), (1, Standing::CutInDispute));
}

#[test]
fn what_cites_a_revision_that_is_not_adopted_waits() {
    let mut story = Story::begin(0);
    let next = revision_after(story.rules.charter(), |message| "2030-01-01".clone_into(&mut message.review_by));
    story.author.charter = next.hash();
    story.write(1);
    assert_eq!(story.standing(1), Standing::Unknown);
    story.rules.join(story.network.signed(&next, &HOLDERS[..4])).unwrap();
    assert_eq!(story.standing(1), Standing::Unknown, "one signature short");
    story.rules.join(story.network.signed(&next, &HOLDERS[4..])).unwrap();
    assert_eq!(story.governed_by(1), 2);
}

#[test]
fn a_thief_who_signs_the_rightful_mandate_with_the_old_key_does_not_keep_it_out() {
    let mut story = Story::begin(1);
    let (ends, last) = (story.ends_at(1), story.mandate_of_sn().hash);
    let key = Secret::from_seed(&[60; 32]);
    let charter = story.adopt(|message| {
        re_key(message, "SN", &key);
        message.cutoffs = vec![cutoff("SN", Some(last), ends)];
    });
    let other = Secret::from_seed(&[40; 32]);
    let own = story.author.secret.clone();
    let thief = story.network.seat("SN").clone();
    let mut rightful = thief.clone();
    rightful.administration = key;
    let sign = |seat: &crate::fixtures::Seat| {
        seat.mandate_after(&story.mandate_of_sn(), &charter, &[&own, &other], &[], &story.network)
    };
    let (stolen, valid) = (sign(&thief), sign(&rightful));
    assert_eq!(stolen.unverified().hash, valid.unverified().hash);
    assert!(story.rules.add_mandate(stolen).unwrap());
    assert!(!story.rules.admits(&other.node_key()));
    assert!(story.rules.add_mandate(valid).unwrap());
    assert!(story.rules.admits(&other.node_key()));
}
