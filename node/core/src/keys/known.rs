//! Keys that sign often: multiples of them are computed once, which takes most of the time off each verification.
//!
//! What is accepted is exactly what [`verify`](super::verify) accepts. A strict verification wants S below L, neither the
//! key nor R of small order, and R to be the encoding of S·B − k·A. It computes that sum by doubling its way through the
//! bits of both numbers; with tables of multiples of B and of −A no doubling is left. Of several sums the encodings are
//! computed together, with one division for all of them; each is compared by itself.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

use super::multiples::Multiples;
use super::{Purpose, SignatureBytes, SignatureError, is_canonical, remembered, signed_input, verify};
use crate::id::{NetworkId, NodeKey};

/// Verifications by a key before its table is made: making it costs about as much as ten.
const OFTEN: u32 = 32;

/// Keys whose tables are kept: 16 MiB, 128 KiB each. A region has some fifty nodes.
const TABLES_MAX: usize = 128;

/// Multiples of a key: 51 additions for each verification. With digits of 6 bits 43, and tables of 215 KiB.
type OfKey = Multiples<5>;

/// Multiples of the base point, made once: 32 additions, 640 KiB.
static OF_BASE: LazyLock<Multiples<8>> = LazyLock::new(|| Multiples::of(ED25519_BASEPOINT_POINT));

/// Verifies signatures, faster by keys that it was told of. Clones share what was computed.
#[derive(Clone, Debug, Default)]
pub struct KnownKeys {
    keys: BTreeMap<NodeKey, Arc<KnownKey>>,
}

#[derive(Default)]
struct KnownKey {
    uses: AtomicU32,
    /// Multiples of the negated key; nothing inside when it is no key that can sign.
    table: OnceLock<Option<OfKey>>,
}

impl KnownKeys {
    /// Takes these keys to be those that sign often, in the place of others; the first [`TABLES_MAX`] of them.
    pub fn replace(&mut self, keys: impl IntoIterator<Item = NodeKey>) {
        let keep = |key: NodeKey| (key, self.keys.get(&key).cloned().unwrap_or_default());
        self.keys = keys.into_iter().take(TABLES_MAX).map(keep).collect();
    }

    /// Verifies each strictly, with the answer of [`verify`](super::verify) to it, in their order.
    #[must_use]
    pub fn verify_each(
        &self,
        purpose: Purpose,
        network: &NetworkId,
        signed: &[Signed<'_>],
    ) -> Vec<Result<(), SignatureError>> {
        let mut answers = vec![Err(SignatureError::Invalid); signed.len()];
        let (mut sums, mut places) = (Vec::with_capacity(signed.len()), Vec::with_capacity(signed.len()));
        for (place, Signed { key, bytes, signature }) in signed.iter().enumerate() {
            let known = self.keys.get(key).filter(|known| known.signs_often() && !remembered::is_wanted());
            match known.and_then(|known| known.table.get_or_init(|| table(key)).as_ref()) {
                None => answers[place] = verify(key.as_bytes(), purpose, network, bytes, signature),
                Some(table) => {
                    let input = signed_input(purpose, network, bytes);
                    // Those whose S is not below L have no sum, and stay invalid.
                    if let Some(sum) = commitment(key, table, &input, signature) {
                        sums.push(sum);
                        places.push(place);
                    }
                }
            }
        }
        for ((place, sum), encoded) in places.into_iter().zip(&sums).zip(EdwardsPoint::compress_batch_alloc(&sums)) {
            // R must be that encoding, and so canonical, and not of small order.
            if signed[place].signature.0.starts_with(encoded.as_bytes()) && !sum.is_small_order() {
                answers[place] = Ok(());
            }
        }
        answers
    }
}

/// A signature with what it is of.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose.
    pub key: &'a NodeKey,
    /// What is signed, without purpose and network.
    pub bytes: &'a [u8],
    /// The signature.
    pub signature: &'a SignatureBytes,
}

impl FromIterator<NodeKey> for KnownKeys {
    fn from_iter<I: IntoIterator<Item = NodeKey>>(keys: I) -> Self {
        let mut known = Self::default();
        known.replace(keys);
        known
    }
}

impl KnownKey {
    fn signs_often(&self) -> bool {
        self.uses.load(Ordering::Relaxed) >= OFTEN || self.uses.fetch_add(1, Ordering::Relaxed) >= OFTEN
    }
}

/// Multiples of the negated key; nothing when its bytes are not the canonical encoding of a point, or of one of small
/// order.
fn table(key: &NodeKey) -> Option<OfKey> {
    let point = CompressedEdwardsY(*key.as_bytes()).decompress().filter(|_| is_canonical(key.as_bytes()))?;
    (!point.is_small_order()).then(|| Multiples::of(-point))
}

/// S·B − k·A, which R must be; nothing when S is not below L.
fn commitment(key: &NodeKey, table: &OfKey, input: &[u8], signature: &SignatureBytes) -> Option<EdwardsPoint> {
    let (r, s) = signature.0.split_first_chunk::<32>()?;
    let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
    let challenge = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(input);
    Some(table.add(OF_BASE.add(EdwardsPoint::default(), &s), &Scalar::from_hash(challenge)))
}

impl std::fmt::Debug for KnownKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KnownKey({} uses)", self.uses.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::EIGHT_TORSION;
    use proptest::prelude::*;

    use super::*;
    use crate::keys::Secret;

    const NETWORK: NetworkId = NetworkId::from_bytes([7; 32]);

    fn one(keys: &KnownKeys, key: &NodeKey, bytes: &[u8], signature: &SignatureBytes) -> Result<(), SignatureError> {
        keys.verify_each(Purpose::Entry, &NETWORK, &[Signed { key, bytes, signature }])[0]
    }

    /// Verifies with and without a table.
    fn both(key: &NodeKey, bytes: &[u8], signature: &SignatureBytes) -> [Result<(), SignatureError>; 2] {
        let mut keys = KnownKeys::default();
        keys.replace([*key]);
        keys.keys[key].uses.store(OFTEN, Ordering::Relaxed);
        let known = one(&keys, key, bytes, signature);
        [verify(key.as_bytes(), Purpose::Entry, &NETWORK, bytes, signature), known]
    }

    /// A signature that the equation with cofactor accepts: R and A have parts of small order.
    fn with_torsion(seed: u64, of_r: usize, of_a: usize) -> (NodeKey, SignatureBytes) {
        let secret = Scalar::from(seed + 1);
        let nonce = Scalar::from(seed + 77);
        let key = (EdwardsPoint::mul_base(&secret) + EIGHT_TORSION[of_a]).compress();
        let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[of_r]).compress();
        let input = signed_input(Purpose::Entry, &NETWORK, b"header");
        let challenge = Scalar::hash_from_bytes::<Sha512>(&[r.as_bytes(), key.as_bytes(), &input[..]].concat());
        let s = nonce + challenge * secret;
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(r.as_bytes());
        signature[32..].copy_from_slice(s.as_bytes());
        (NodeKey::from_bytes(key.to_bytes()), SignatureBytes(signature))
    }

    #[test]
    fn parts_of_small_order_get_one_answer() {
        let mut accepted = 0;
        for seed in 0..20 {
            for of_r in 0..8 {
                for of_a in 0..8 {
                    let (key, signature) = with_torsion(seed, of_r, of_a);
                    let [plain, known] = both(&key, b"header", &signature);
                    assert_eq!(plain, known, "seed {seed}, R {of_r}, A {of_a}");
                    accepted += usize::from(plain.is_ok());
                }
            }
        }
        assert!((20..20 * 64).contains(&accepted), "some of both: {accepted}");
    }

    #[test]
    fn each_of_several_gets_its_own_answer() {
        let mut signed: Vec<(NodeKey, SignatureBytes)> = (0..64_u8)
            .map(|number| with_torsion(number.into(), usize::from(number % 3), usize::from(number % 2)))
            .collect();
        signed[5].1.0[63] = 0xff;
        signed[9].0 = NodeKey::from_bytes([0xff; 32]);
        signed[12].1.0[..32].copy_from_slice(EIGHT_TORSION[0].compress().as_bytes());
        let mut keys = KnownKeys::default();
        // Some are not known, and are verified plainly among the others.
        keys.replace(signed.iter().map(|(key, _)| *key).enumerate().filter(|(at, _)| at % 5 > 0).map(|(_, key)| key));
        keys.keys.values().for_each(|known| known.uses.store(OFTEN, Ordering::Relaxed));
        let each = signed.iter().map(|(key, signature)| Signed { key, bytes: b"header", signature });
        let answers = keys.verify_each(Purpose::Entry, &NETWORK, &each.clone().collect::<Vec<_>>());
        let plain = |s: Signed<'_>| verify(s.key.as_bytes(), Purpose::Entry, &NETWORK, s.bytes, s.signature).is_ok();
        let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
        assert_eq!(accepted, each.map(plain).collect::<Vec<_>>());
        assert!(accepted.contains(&true) && accepted.contains(&false));
    }

    #[test]
    fn keys_and_commitments_of_small_order_are_refused() {
        for point in EIGHT_TORSION {
            let key = NodeKey::from_bytes(point.compress().to_bytes());
            for r in EIGHT_TORSION {
                let mut signature = [0; 64];
                signature[..32].copy_from_slice(r.compress().as_bytes());
                let [plain, known] = both(&key, b"anything", &SignatureBytes(signature));
                assert!(plain.is_err() && known.is_err());
            }
        }
    }

    #[test]
    fn what_is_no_key_verifies_nothing() {
        for bytes in [[0xff; 32], [2; 32]] {
            let [plain, known] = both(&NodeKey::from_bytes(bytes), b"header", &SignatureBytes([0; 64]));
            assert_eq!((plain, known), (Err(SignatureError::Key), Err(SignatureError::Key)));
        }
    }

    #[test]
    fn a_key_gets_its_table_once_it_signs_often() {
        let secret = Secret::from_seed(&[1; 32]);
        let key = secret.node_key();
        let mut keys = KnownKeys::default();
        keys.replace([key]);
        let signature = secret.sign(Purpose::Entry, &NETWORK, b"header");
        for used in 0..OFTEN + 2 {
            assert_eq!(keys.keys[&key].table.get().is_some(), used > OFTEN);
            assert_eq!(one(&keys, &key, b"header", &signature), Ok(()));
        }
        keys.replace([key]);
        assert!(keys.keys[&key].table.get().is_some(), "a change of the rules keeps it");
    }

    proptest! {
        #[test]
        fn every_signature_gets_the_answer_of_plain_verification(
            seed in any::<[u8; 32]>(), message in prop::collection::vec(any::<u8>(), 0..300),
            harm in prop::option::of((0_usize..64, 1_u8..)), other in any::<bool>(),
        ) {
            let secret = Secret::from_seed(&seed);
            let mut signature = secret.sign(Purpose::Entry, &NETWORK, &message);
            if let Some((at, bits)) = harm {
                signature.0[at] ^= bits;
            }
            let key = if other { Secret::from_seed(&[9; 32]).node_key() } else { secret.node_key() };
            let [plain, known] = both(&key, &message, &signature);
            prop_assert_eq!(plain, known);
            prop_assert_eq!(plain.is_ok(), harm.is_none() && !other);
        }
    }
}
