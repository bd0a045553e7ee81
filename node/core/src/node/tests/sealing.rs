//! Who reads what: keys are drawn, granted, given to newcomers and replaced, between nodes that are wired to each other.

use palabre_proto::{Message as _, v1};

use super::region::Region;
use crate::charter::RawMandate;
use crate::fixtures::{Network, Options, PARTNER};
use crate::node::{Effect, Event, Ticket, WriteError};
use crate::registers::{self, Audience, VoidReason};
use crate::seal::suite::SUITE;
use crate::seal::{AudienceKey, SealedAudience, SealingSecret};

/// Seconds in which each of a few nodes has had its turn to grant.
const TURNS: u64 = 400;

/// CI (which leads), SN, GH, CV, the regional office, and a partner: all with sealing keys.
fn network() -> Network {
    Network::with(5, 1, Options { partner: true, seals: true, ..Options::default() })
}

fn sealed(word: &str) -> Audience {
    Audience::Sealed(word.parse().unwrap())
}

impl Region {
    fn place(&self, code: &str) -> usize {
        self.benches.iter().position(|bench| bench.node.key() == bench.key(code)).unwrap()
    }

    fn publish_for(&mut self, code: &str, number: u64, word: &str) {
        let place = self.place(code);
        self.benches[place].publish_for(number, sealed(word));
        assert!(self.wait_until_same(TURNS), "what {code} publishes for {word} reaches all");
    }

    /// The titles that a node reads, in the order of the alphabet.
    fn reads(&self, code: &str) -> Vec<String> {
        let bench = &self.benches[self.place(code)];
        let all = registers::documents::list(&bench.storage, bench.node.ring(), None, 100).unwrap();
        let mut titles: Vec<String> = all.iter().map(|document| document.versions[0].title.to_string()).collect();
        titles.sort();
        titles
    }

    fn refusal(&mut self, code: &str) -> Option<String> {
        let place = self.place(code);
        let refusal = |effect: Effect| if let Effect::Refused { reason, .. } = effect { Some(reason) } else { None };
        std::mem::take(&mut self.benches[place].seen).into_iter().find_map(refusal).map(|reason| reason.to_string())
    }

    /// A mandate of this administration that lists the same node with another sealing key, or with none; all take it.
    fn re_seal(&mut self, code: &str, secret: Option<&SealingSecret>) {
        let network = self.benches[0].network.clone();
        let seat = network.seat(code);
        let mut message = v1::Mandate::decode(seat.mandate.to_message().mandate.as_slice()).unwrap();
        message.number = 2;
        message.previous = seat.mandate.unverified().hash.as_bytes().to_vec();
        let listed = secret.map(|secret| v1::SealingKey { suite: SUITE.to_owned(), key: secret.public().to_bytes() });
        message.nodes[0].sealing = listed.into_iter().collect();
        let mandate = RawMandate::sign(&message, &seat.administration, network.id());
        let rules = Box::new(v1::Rules { mandates: vec![mandate], ..v1::Rules::default() });
        for bench in &mut self.benches {
            bench.handle(Event::HandIn { ticket: Ticket(1_000), rules: rules.clone() });
        }
    }
}

#[test]
fn who_is_in_an_audience_reads_and_nobody_else() {
    let mut region = Region::of(&network());
    region.connect();
    region.publish_for("CI", 1, "region");
    region.publish_for("SN", 2, "secretariat");
    region.publish_for("GH", 3, "members:GH,SN");
    region.publish_for("CV", 4, "region");
    let all = |numbers: &[u64]| numbers.iter().map(|n| format!("document {n}")).collect::<Vec<_>>();
    // CI leads, SN and GH are its assessors, the regional office sits in the secretariat as well.
    for (code, numbers) in
        [("CI", &[1, 2, 4][..]), ("SN", &[1, 2, 3, 4]), ("GH", &[1, 2, 3, 4]), ("CV", &[1, 4]), ("BRRC", &[1, 2, 4])]
    {
        assert_eq!(region.reads(code), all(numbers), "{code}");
    }
    assert_eq!(region.reads(PARTNER), all(&[]));
    let roots = |region: &Region, audience: &Audience| -> Vec<[u8; 32]> {
        region.benches.iter().map(|bench| registers::root(&bench.storage, audience).unwrap()).collect()
    };
    let of_region = roots(&region, &sealed("region"));
    assert!(of_region[..5].iter().all(|root| *root == of_region[0]) && of_region[5] != of_region[0]);
    // Nobody had to draw a second key of the region, and what is kept elsewhere tells nothing.
    let partner = &region.benches[region.place(PARTNER)];
    assert_eq!(partner.node.ring().closed(), 3);
    let titled = |record: &Vec<u8>| record.windows(8).any(|window| window == b"document");
    assert!(!partner.storage.records.iter().any(titled));
}

#[test]
fn a_node_made_anew_from_its_records_reads_the_same() {
    let mut region = Region::of(&network());
    region.connect();
    region.publish_for("CI", 1, "region");
    region.publish_for("SN", 2, "members:GH,SN");
    let place = region.place("GH");
    let before = (region.reads("GH"), registers::root(&region.benches[place].storage, &sealed("region")).unwrap());
    region.benches[place].rebuild();
    let after = (region.reads("GH"), registers::root(&region.benches[place].storage, &sealed("region")).unwrap());
    assert_eq!((after, before.0.len()), (before, 2));
}

#[test]
fn two_keys_of_a_partition_serve_side_by_side_and_the_lower_one_is_used_from_then_on() {
    let mut region = Region::of(&network());
    for (number, code) in [(1, "CI"), (2, "SN")] {
        let place = region.place(code);
        region.benches[place].publish_for(number, sealed("region"));
    }
    region.connect();
    assert!(region.wait_until_same(TURNS));
    assert_eq!(region.reads("GH"), ["document 1", "document 2"]);
    let (ring, audience) = (region.benches[2].node.ring(), SealedAudience::Region);
    let mut ids: Vec<_> = ring.keys_of(&audience).map(AudienceKey::id).collect();
    assert_eq!(ids.len(), 2);
    ids.sort();
    let readers = region.benches[2].node.rules().readers(&audience);
    assert_eq!(ring.current(&audience, &readers).unwrap().id(), ids[0]);
    region.publish_for("GH", 3, "region");
    assert_eq!(region.benches[0].node.ring().keys_of(&audience).count(), 2, "no further key was drawn");
    assert_eq!(region.reads("CV"), ["document 1", "document 2", "document 3"]);
}

#[test]
fn who_has_another_sealing_key_is_given_the_history_and_what_it_had_serves_no_more() {
    let mut region = Region::of(&network());
    region.connect();
    region.publish_for("CI", 1, "region");
    region.publish_for("CI", 2, "members:CI,SN");
    let place = region.place("SN");
    // SN's node lost its sealing key: a new one, in a new mandate; the node itself starts with that alone.
    let secret = SealingSecret::from_seed(&[77; 32]).unwrap();
    let seat = region.benches[place].network.seats.iter_mut().find(|seat| seat.code.as_str() == "SN").unwrap();
    seat.sealing = secret.clone();
    region.re_seal("SN", Some(&secret));
    region.benches[place].rebuild();
    region.connect();
    assert_eq!(region.reads("SN"), Vec::<String>::new());
    region.pass(TURNS);
    assert_eq!(region.reads("SN"), ["document 1"], "history of the region, none of what two seal among themselves");
    region.publish_for("GH", 3, "region");
    region.publish_for("CI", 4, "members:CI,SN");
    assert_eq!(region.reads("SN"), ["document 1", "document 3", "document 4"]);
    let ring = region.benches[0].node.ring();
    assert_eq!(ring.keys_of(&SealedAudience::Region).count(), 2, "the key that the lost one opened is used no more");
}

#[test]
fn who_loses_its_place_reads_nothing_of_what_follows() {
    let mut region = Region::of(&network());
    region.connect();
    region.publish_for("CI", 1, "region");
    region.re_seal("GH", None);
    region.publish_for("CI", 2, "region");
    assert_eq!(region.reads("CV"), ["document 1", "document 2"]);
    assert_eq!(region.reads("GH"), ["document 1"]);
    let place = region.place("GH");
    region.benches[place].publish_for(3, sealed("region"));
    assert_eq!(region.refusal("GH"), Some(WriteError::NoSealingKey.to_string()));
}

#[test]
fn who_is_not_in_an_audience_writes_nothing_there() {
    let mut region = Region::of(&network());
    let place = region.place("CV");
    region.benches[place].publish_for(1, sealed("members:GH,SN"));
    assert_eq!(region.refusal("CV"), Some(WriteError::NotAllowed(VoidReason::Outside).to_string()));
    let place = region.place(PARTNER);
    region.benches[place].publish_for(2, sealed("region"));
    assert_eq!(region.refusal(PARTNER), Some(WriteError::NotAllowed(VoidReason::Outside).to_string()));
}

#[test]
fn a_request_is_answered_by_one_of_those_who_hold_the_keys() {
    let mut region = Region::of(&network());
    region.connect();
    region.publish_for("CI", 1, "region");
    let place = region.place("SN");
    let grants = |region: &Region| {
        let is_grant = |record: &&Vec<u8>| record.len() > 1_200;
        region.benches[0].storage.records.iter().filter(is_grant).count()
    };
    let before = grants(&region);
    let now = region.benches[place].now;
    let mut out = Vec::new();
    region.benches[place].node.request_keys(now, &mut out).unwrap();
    region.benches[place].carry_out(out);
    region.pass(TURNS);
    assert!(region.wait_until_same(TURNS));
    assert_eq!(grants(&region), before + 1);
    region.pass(TURNS);
    assert_eq!(grants(&region), before + 1, "nobody answers again");
}
