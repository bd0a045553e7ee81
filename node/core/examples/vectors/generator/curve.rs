//! Signatures by hand, for what no signer would make: points of small and of mixed order, encodings that are not the
//! canonical ones, an S that is not below L (RFC 8032 §5.1).

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::scalar::clamp_integer;
use curve25519_dalek::{EdwardsPoint, Scalar};
use palabre_core::id::NetworkId;
use palabre_core::keys::{Purpose, Secret, signed_input};
use sha2::{Digest, Sha512};

/// Order of the group's large part, little-endian: 2^252 + 27742317777372353535851937790883648493.
pub(crate) const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// An encoded point.
pub(crate) type Encoded = [u8; 32];

/// SHA-512 over R ‖ A ‖ input, as it falls and reduced modulo L.
pub(crate) struct Challenge {
    raw: [u8; 64],
    pub(crate) reduced: Scalar,
}

impl Challenge {
    pub(crate) fn of(commitment: &Encoded, key: &Encoded, input: &[u8]) -> Self {
        let raw: [u8; 64] = Sha512::digest([commitment, key, input].concat()).into();
        Self { raw, reduced: Scalar::from_bytes_mod_order_wide(&raw) }
    }

    /// What it leaves modulo 8 when it is reduced modulo L first: all that a point of small order notices of it.
    pub(crate) fn reduced_mod_8(&self) -> u8 {
        self.reduced.to_bytes()[0] & 7
    }

    /// The same without the reduction.
    pub(crate) fn raw_mod_8(&self) -> u8 {
        self.raw[0] & 7
    }
}

/// A point of small order: `index` times one of order 8.
pub(crate) fn torsion(index: u8) -> EdwardsPoint {
    EIGHT_TORSION[usize::from(index & 7)]
}

/// A secret scalar and a key that need not belong together.
pub(crate) struct Pair {
    pub(crate) secret: Scalar,
    pub(crate) key: Encoded,
}

impl Pair {
    /// An ordinary pair.
    pub(crate) fn plain(secret: u64) -> Self {
        let secret = Scalar::from(secret);
        Self { secret, key: EdwardsPoint::mul_base(&secret).compress().to_bytes() }
    }

    /// The pair of a secret key (RFC 8032 §5.1.5).
    pub(crate) fn of(secret: &Secret) -> Self {
        let hash = Sha512::digest(*secret.seed());
        let mut half = [0; 32];
        half.copy_from_slice(&hash[..32]);
        let scalar = Scalar::from_bytes_mod_order(clamp_integer(half));
        Self { secret: scalar, key: *secret.node_key().as_bytes() }
    }

    /// A key of mixed order: an ordinary one plus a point of order 8.
    pub(crate) fn mixed(secret: u64) -> Self {
        let secret = Scalar::from(secret);
        Self { secret, key: (EdwardsPoint::mul_base(&secret) + torsion(1)).compress().to_bytes() }
    }

    /// A key without an ordinary part; its secret is 0.
    pub(crate) fn bare(key: Encoded) -> Self {
        Self { secret: Scalar::ZERO, key }
    }
}

/// `nonce` times the base point plus a point of small order.
pub(crate) fn commitment(nonce: u64, torsion_index: u8) -> Encoded {
    (EdwardsPoint::mul_base(&Scalar::from(nonce)) + torsion(torsion_index)).compress().to_bytes()
}

/// R ‖ S with S = nonce + k · secret.
pub(crate) fn signature(commitment: &Encoded, nonce: u64, pair: &Pair, input: &[u8]) -> Vec<u8> {
    let k = Challenge::of(commitment, &pair.key, input).reduced;
    let response = Scalar::from(nonce) + k * pair.secret;
    [*commitment, response.to_bytes()].concat()
}

/// What is signed of a header.
pub(crate) fn input(network: &NetworkId, header: &[u8]) -> Vec<u8> {
    signed_input(Purpose::Entry, network, header)
}

/// The first of 1, 2, 3… that fits. About one in eight does, so that a thousand are more than enough.
pub(crate) fn first_that<T>(fits: impl FnMut(u64) -> Option<T>) -> T {
    let found = (1..1000).find_map(fits);
    #[expect(clippy::expect_used, reason = "nothing here is random: it is found each time or never")]
    found.expect("one of a thousand fits")
}

/// The signature with `times` · L added to its S.
pub(crate) fn with_greater_s(signature: &[u8], times: usize) -> Vec<u8> {
    let mut greater = signature.to_vec();
    for _ in 0..times {
        let mut carry = 0_u16;
        for (byte, l) in greater[32..].iter_mut().zip(L) {
            let sum = u16::from(*byte) + u16::from(l) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
    }
    greater
}

/// `low`, then 0xff up to the last byte, which is `last`: encodings near the prime 2^255 - 19.
pub(crate) fn near_the_prime(low: u8, last: u8) -> Encoded {
    let mut encoded = [0xff; 32];
    encoded[0] = low;
    encoded[31] = last;
    encoded
}

/// `low`, then zeros up to the last byte, which is `last`.
pub(crate) fn near_zero(low: u8, last: u8) -> Encoded {
    let mut encoded = [0; 32];
    encoded[0] = low;
    encoded[31] = last;
    encoded
}
