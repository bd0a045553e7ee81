//! Sealing from end to end: what opens, for whom, where, and what does not.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use palabre_proto::{Message, v1};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng, TryCryptoRng, TryRng};

use super::grant::{Grant, GrantError, WRAPS_MAX};
use super::payload::{self, OVERHEAD, PayloadError};
use super::*;
use crate::id::{LogId, NodeKey, SealingId};
use crate::ledger::header::PAYLOAD_MAX;

fn random(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn node(number: u8) -> NodeKey {
    NodeKey::from_bytes([number; 32])
}

fn slot() -> Slot {
    Slot {
        network: NetworkId::from_bytes([1; 32]),
        log: LogName { author: node(2), log: LogId::from_bytes([3; 8]) },
        sequence: Sequence::new(4).unwrap(),
        previous: Some(EntryId::from_bytes([5; 32])),
    }
}

fn audience(word: &str) -> SealedAudience {
    word.parse().unwrap()
}

fn sealed(key: &AudienceKey, plain: &[u8], random: &mut ChaCha20Rng) -> Result<Vec<u8>, PayloadError> {
    payload::seal(key, Some(&SealedAudience::Region), &slot(), plain, random)
}

fn opened(key: &AudienceKey, slot: &Slot, bytes: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, PayloadError> {
    payload::open(key, Some(&SealedAudience::Region), slot, bytes)
}

/// Every slot that differs from [`slot`] in one respect.
fn elsewhere() -> Vec<Slot> {
    let here = slot();
    let log = |author, log| LogName { author, log };
    vec![
        Slot { network: NetworkId::from_bytes([9; 32]), ..here },
        Slot { log: log(node(9), here.log.log), ..here },
        Slot { log: log(here.log.author, LogId::from_bytes([9; 8])), ..here },
        Slot { sequence: here.sequence.next(), ..here },
        Slot { previous: None, ..here },
    ]
}

/// A generator that gives out these bytes and no others.
struct Script(Vec<u8>);

impl TryRng for Script {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("whole pieces are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("whole pieces are drawn")
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        into.copy_from_slice(&self.0[..into.len()]);
        self.0.drain(..into.len());
        Ok(())
    }
}

impl TryCryptoRng for Script {}

#[test]
fn the_published_vectors_of_x_wing_come_out() {
    use x_wing::{Decapsulate, DecapsulationKey};
    let text = include_str!("../../../../proto/published/xwing.json");
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let bytes = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
        let seed: [u8; 32] = bytes("secret").try_into().unwrap();
        let secret = SealingSecret::from_seed(&seed).unwrap();
        assert_eq!(secret.public().to_bytes(), bytes("public"));
        let key = SealingKey::from_bytes(&bytes("public")).unwrap();
        let wrapped = key.wrap(b"a key", b"info", &mut Script(bytes("randomness"))).unwrap();
        assert_eq!(wrapped.encapsulated, bytes("encapsulated"));
        assert_eq!(secret.unwrap(&wrapped, b"info").unwrap().as_slice(), b"a key");
        assert!(secret.unwrap(&wrapped, b"other").is_none());
        let shared = DecapsulationKey::from(seed).decapsulate(&bytes("encapsulated").as_slice().try_into().unwrap());
        assert_eq!(shared.as_slice(), bytes("shared"));
    }
}

#[test]
fn an_audience_key_is_never_shown() {
    let key = AudienceKey::from_bytes(&[7; 32]);
    assert_eq!(format!("{key:?}"), format!("AudienceKey({})", key.id().short()));
    let secret = SealingSecret::from_seed(&[7; 32]).unwrap();
    assert_eq!(format!("{secret:?}"), "SealingSecret");
    assert_ne!(key.tag(&node(1)), key.tag(&node(2)), "two authors cannot be linked");
    assert_ne!(key.tag(&node(1)).as_bytes(), key.id().as_bytes());
}

fn plain() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..3_000), prop::collection::vec(0..4_u8, 0..20_000)]
}

proptest! {
    #[test]
    fn a_payload_opens_with_its_key_at_its_place_unchanged(plain in plain(), seed: u64, at: prop::sample::Index, flip in 1..=255_u8) {
        let mut random = random(seed);
        let (key, other) = (AudienceKey::draw(&mut random), AudienceKey::draw(&mut random));
        let mut sealed = sealed(&key, &plain, &mut random).unwrap();
        prop_assert!(sealed.len() <= OVERHEAD + plain.len() + (plain.len() + 5) * 12 / 100);
        prop_assert_eq!(&*opened(&key, &slot(), &sealed).unwrap(), &plain);
        prop_assert!(opened(&other, &slot(), &sealed).is_err());
        for there in elsewhere() {
            prop_assert!(opened(&key, &there, &sealed).is_err());
        }
        for another in [None, Some(&audience("secretariat"))] {
            prop_assert!(payload::open(&key, another, &slot(), &sealed).is_err());
        }
        let at = at.index(sealed.len());
        sealed[at] ^= flip;
        prop_assert!(opened(&key, &slot(), &sealed).is_err());
        prop_assert!(opened(&key, &slot(), &sealed[..at]).is_err());
    }
}

#[test]
fn sealing_the_same_again_looks_like_something_else() {
    let (key, mut random) = (AudienceKey::from_bytes(&[7; 32]), random(1));
    let mut again = || sealed(&key, b"the same", &mut random).unwrap();
    assert_ne!(again(), again());
}

#[test]
fn what_does_not_fit_is_refused_and_what_compresses_fits() {
    let (key, mut random) = (AudienceKey::from_bytes(&[7; 32]), random(1));
    let mut noise = vec![0; PAYLOAD_MAX];
    random.fill_bytes(&mut noise);
    let refused = sealed(&key, &noise, &mut random);
    assert!(matches!(refused, Err(PayloadError::TooLong(_))), "{refused:?}");
    let refused = sealed(&key, &vec![0; PAYLOAD_MAX + 1], &mut random);
    assert!(matches!(refused, Err(PayloadError::TooLong(_))), "{refused:?}");
    let fits = sealed(&key, &vec![0; PAYLOAD_MAX], &mut random).unwrap();
    assert_eq!(opened(&key, &slot(), &fits).unwrap().len(), PAYLOAD_MAX);
}

/// Secrets of nodes, and a key that the first `granted` of them are granted.
struct Circle {
    secrets: BTreeMap<SealingId, SealingSecret>,
    granted: Granted,
    grant: Grant,
}

impl Circle {
    fn new(nodes: u8, granted: usize) -> Self {
        let mut random = random(u64::from(nodes));
        let secrets = (1..=nodes).map(|n| SealingSecret::from_seed(&[n; 32]).unwrap());
        let secrets: BTreeMap<SealingId, SealingSecret> = secrets.map(|s| (s.public().id(), s)).collect();
        let keys = public_keys(&secrets);
        let granted = Granted {
            key: AudienceKey::draw(&mut random),
            audience: audience("members:CI,SN"),
            recipients: secrets.keys().take(granted).copied().collect(),
            answers: (granted < usize::from(nodes)).then(|| EntryId::from_bytes([6; 32])),
        };
        let grant = Grant::seal(&granted, &keys, &slot(), &mut random).unwrap();
        Self { secrets, granted, grant }
    }
}

fn public_keys(secrets: &BTreeMap<SealingId, SealingSecret>) -> BTreeMap<SealingId, SealingKey> {
    secrets.iter().map(|(id, secret)| (*id, secret.public())).collect()
}

#[test]
fn every_node_that_is_granted_opens_and_no_other() {
    let circle = Circle::new(25, 23);
    let grant = Grant::parse(circle.grant.to_message()).unwrap();
    assert_eq!(grant, circle.grant);
    for (id, secret) in &circle.secrets {
        let expected = circle.granted.recipients.contains(id).then(|| circle.granted.clone());
        assert_eq!(grant.open(secret, &slot()).unwrap(), expected);
        for there in elsewhere() {
            assert_eq!(grant.open(secret, &there).unwrap(), None);
        }
    }
    let by_key = grant.open_with(circle.granted.key.clone(), &slot()).unwrap();
    assert_eq!(by_key, circle.granted);
}

#[test]
fn a_grant_names_nobody_and_no_audience() {
    let circle = Circle::new(3, 3);
    let bytes = circle.grant.to_message().encode_to_vec();
    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for (id, secret) in &circle.secrets {
        assert!(!holds(&id.as_bytes()[..8]) && !holds(&secret.public().to_bytes()[..8]));
    }
    let key = &circle.granted.key;
    assert!(!holds(b"members:") && !holds(&key.id().as_bytes()[..8]) && !holds(&key.as_bytes()[..8]));
}

#[test]
fn the_largest_grant_fits_into_a_payload() {
    let circle = Circle::new(u8::try_from(WRAPS_MAX).unwrap(), WRAPS_MAX);
    assert!(
        circle.grant.to_message().encoded_len() < PAYLOAD_MAX - 1024,
        "{}",
        circle.grant.to_message().encoded_len()
    );
}

#[test]
fn what_is_wrong_with_a_grant_is_refused_each_with_its_own_error() {
    let circle = Circle::new(3, 3);
    let good = circle.grant.to_message();
    let first = circle.secrets.values().next().unwrap();
    let parsed = |change: &dyn Fn(&mut v1::KeyGrant)| {
        let mut message = good.clone();
        change(&mut message);
        Grant::parse(message)
    };
    let opened = |change: &dyn Fn(&mut v1::KeyGrant)| parsed(change).unwrap().open(first, &slot());
    assert!(matches!(parsed(&|m| m.suite.push('2')), Err(GrantError::Suite(_))));
    assert!(matches!(parsed(&|m| m.wraps.clear()), Err(GrantError::Wraps(0))));
    assert!(matches!(parsed(&|m| m.wraps[0].encapsulated.truncate(9)), Err(GrantError::Length)));
    assert!(matches!(parsed(&|m| m.wraps[0].sealed.push(0)), Err(GrantError::Length)));
    assert!(matches!(parsed(&|m| m.commitment.truncate(9)), Err(GrantError::Length)));
    assert!(matches!(parsed(&|m| m.wraps.swap(0, 1)), Err(GrantError::Order)));
    assert!(matches!(parsed(&|m| m.wraps[1] = m.wraps[0].clone()), Err(GrantError::Order)));
    assert!(matches!(opened(&|m| m.commitment[0] ^= 1), Err(GrantError::Commitment)));
    assert!(matches!(opened(&|m| m.about[0] ^= 1), Err(GrantError::About(PayloadError::Key))));
    // One wrap less than the keys that it speaks of: somebody was left out on the way.
    let without = |n: usize| opened(&move |m: &mut v1::KeyGrant| drop(m.wraps.remove(n)));
    let errors = (0..3).filter(|n| matches!(without(*n), Err(GrantError::Recipients))).count();
    assert_eq!(errors, 2, "and once the wrap of this node is the one that is gone");
    let nobody = Granted { recipients: BTreeSet::new(), ..circle.granted.clone() };
    let refused = Grant::seal(&nobody, &BTreeMap::new(), &slot(), &mut random(1));
    assert!(matches!(refused, Err(GrantError::Wraps(0))));
    let refused = Grant::seal(&circle.granted, &BTreeMap::new(), &slot(), &mut random(1));
    assert!(matches!(refused, Err(GrantError::Recipients)), "a node without a sealing key is granted nothing");
}

#[test]
fn two_keys_under_one_grant_are_refused() {
    // The author wraps another key for the second node: that is not the one to which the grant commits.
    let circle = Circle::new(2, 2);
    let other = Granted { key: AudienceKey::from_bytes(&[9; 32]), ..circle.granted.clone() };
    let keys = public_keys(&circle.secrets);
    let other = Grant::seal(&other, &keys, &slot(), &mut random(9)).unwrap().to_message();
    let mut message = circle.grant.to_message();
    message.wraps = other.wraps;
    let grant = Grant::parse(message).unwrap();
    for secret in circle.secrets.values() {
        assert!(matches!(grant.open(secret, &slot()), Err(GrantError::Commitment)));
    }
}

#[test]
fn audiences_have_one_word_each() {
    for word in ["region", "secretariat", "commission/solutions", "members:CI,SN", "members:BRRC,CI,GH"] {
        let audience: SealedAudience = word.parse().unwrap();
        assert_eq!((audience.to_string().as_str(), audience.has_history()), (word, !word.starts_with("members")));
    }
    for word in [
        "",
        "public",
        "regions",
        "commission/",
        "members:",
        "members:CI",
        "members:SN,CI",
        "members:CI,CI",
        "members:ci,sn",
    ] {
        word.parse::<SealedAudience>().expect_err(word);
    }
}
