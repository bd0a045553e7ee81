//! Fork proofs: two different headers by one author with one log and sequence (`docs/design.md` §3).

use palabre_proto::v1;
use thiserror::Error;

use super::entry::{Entry, EntryError, RawEntry};
use crate::id::{ContentHash, EntryId, LogName, NetworkId, Sequence};

/// Why bytes prove no fork.
#[derive(Debug, Error)]
pub enum ForkError {
    /// One of the two headers is missing.
    #[error("a fork proof has two headers")]
    Missing,
    /// One of the two headers is not authentic.
    #[error("a header of the fork proof is not authentic")]
    Entry(#[from] EntryError),
    /// The headers are of different places, or the same header.
    #[error("the two headers are not two entries with one author, log and sequence")]
    NoConflict,
    /// Not in the order that makes one proof of two headers.
    #[error("the headers of a fork proof stand in the order of their ids")]
    Order,
}

/// A verified fork proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForkProof {
    low: Entry,
    high: Entry,
}

impl ForkProof {
    /// The proof that two authentic entries make, if they do.
    pub fn new(one: &Entry, other: &Entry) -> Result<Self, ForkError> {
        let place = |e: &Entry| (e.header().log_name(), e.header().sequence);
        if place(one) != place(other) || one.id() == other.id() {
            return Err(ForkError::NoConflict);
        }
        let bare = |e: &Entry| Entry { payload: None, ..e.clone() };
        let (low, high) = if one.id() < other.id() { (one, other) } else { (other, one) };
        Ok(Self { low: bare(low), high: bare(high) })
    }

    /// Parses and verifies a proof that came from elsewhere.
    pub fn verify(message: v1::ForkProof, network: &NetworkId) -> Result<Self, ForkError> {
        let raw = |h: v1::SignedHeader| RawEntry { header: h.header, signature: h.signature, payload: None };
        let low = raw(message.low.ok_or(ForkError::Missing)?).verify(network)?;
        let high = raw(message.high.ok_or(ForkError::Missing)?).verify(network)?;
        if low.id() > high.id() {
            return Err(ForkError::Order);
        }
        Self::new(&low, &high)
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::ForkProof {
        v1::ForkProof { low: Some(self.low.signed_header()), high: Some(self.high.signed_header()) }
    }

    /// BLAKE3 of the two ids, lower first: names it in a frontier. Signatures stay out of it: an author can sign one
    /// header many times over, and nodes that saw different signatures would never agree.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        let (low, high) = self.ids();
        super::entry::content_hash(&[*low.as_bytes(), *high.as_bytes()].concat())
    }

    /// Bytes of both headers and signatures.
    #[must_use]
    pub fn size(&self) -> usize {
        self.low.size() + self.high.size()
    }

    /// The forked log.
    #[must_use]
    pub const fn log(&self) -> LogName {
        self.low.header().log_name()
    }

    /// The first sequence that has no effect any more.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        self.low.header().sequence
    }

    /// The ids of the two entries, lower first.
    #[must_use]
    pub const fn ids(&self) -> (EntryId, EntryId) {
        (self.low.id(), self.high.id())
    }

    /// Whether the two branches parted before this sequence: then a lower proof exists somewhere.
    #[must_use]
    pub fn parted_before(&self) -> bool {
        self.sequence() > Sequence::FIRST && self.low.header().previous != self.high.header().previous
    }

    /// Of two proofs about one log the one that every node keeps: lowest sequence, then lowest header ids.
    #[must_use]
    pub fn stands_before(&self, other: &Self) -> bool {
        (self.sequence(), self.ids()) < (other.sequence(), other.ids())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use curve25519_dalek::{EdwardsPoint, Scalar, scalar::clamp_integer};
    use sha2::{Digest, Sha512};

    use super::*;
    use crate::id::{CharterHash, LogId, MandateHash};
    use crate::keys::{Purpose, Secret, signed_input};
    use crate::ledger::{Audience, Draft, OwnLog, Priority};
    use crate::time::Millis;

    const NETWORK: NetworkId = NetworkId::from_bytes([7; 32]);
    const SEED: [u8; 32] = [1; 32];

    fn first_entry(payload: &[u8]) -> Entry {
        let secret = Secret::from_seed(&SEED);
        let draft = Draft {
            payload: payload.to_vec(),
            place: 0,
            priority: Priority::Routine,
            audience: Audience::Public,
            attachments: Vec::new(),
            charter: CharterHash::from_bytes([2; 32]),
            mandate: MandateHash::from_bytes([3; 32]),
            clock: Millis(1),
        };
        OwnLog::open(secret.node_key(), LogId::from_bytes([4; 8]), None).write(draft, &secret, &NETWORK)
    }

    /// What an author can do that does not derive its nonce from the message (RFC 8032 §5.1.6 does).
    fn signed_otherwise(entry: &Entry) -> RawEntry {
        let hash = Sha512::digest(SEED);
        let mut half = [0; 32];
        half.copy_from_slice(&hash[..32]);
        let secret = Scalar::from_bytes_mod_order(clamp_integer(half));
        let nonce = Scalar::from(77_u64);
        let commitment = EdwardsPoint::mul_base(&nonce).compress();
        let input = signed_input(Purpose::Entry, &NETWORK, entry.header_bytes());
        let key = entry.header().author;
        let challenge =
            Scalar::hash_from_bytes::<Sha512>(&[commitment.as_bytes(), key.as_bytes(), &input[..]].concat());
        let response = nonce + challenge * secret;
        RawEntry {
            header: entry.header_bytes().to_vec(),
            signature: [*commitment.as_bytes(), response.to_bytes()].concat(),
            payload: None,
        }
    }

    #[test]
    fn a_fork_has_one_hash_whatever_signatures_prove_it() {
        let (one, other) = (first_entry(b"one"), first_entry(b"other"));
        let again = signed_otherwise(&one).verify(&NETWORK).unwrap();
        assert_ne!(one.signature(), again.signature());
        let (proof, same) = (ForkProof::new(&one, &other).unwrap(), ForkProof::new(&other, &again).unwrap());
        assert_ne!(proof.to_message(), same.to_message());
        assert_eq!(proof.hash(), same.hash());
        assert!(!proof.stands_before(&same) && !same.stands_before(&proof));
    }

    #[test]
    fn a_proof_with_its_headers_in_the_other_order_is_refused() {
        let proof = ForkProof::new(&first_entry(b"one"), &first_entry(b"other")).unwrap();
        let message = proof.to_message();
        assert!(ForkProof::verify(message.clone(), &NETWORK).is_ok());
        let turned = v1::ForkProof { low: message.high, high: message.low };
        assert!(matches!(ForkProof::verify(turned, &NETWORK), Err(ForkError::Order)));
    }

    #[test]
    fn one_header_with_two_signatures_is_no_fork() {
        let one = first_entry(b"one");
        let again = signed_otherwise(&one).verify(&NETWORK).unwrap();
        assert!(matches!(ForkProof::new(&one, &again), Err(ForkError::NoConflict)));
    }
}
