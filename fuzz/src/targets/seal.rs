//! Grants of audience keys, and sealed payloads.

use palabre_core::id::{EntryId, LogId, LogName, NetworkId, NodeKey, Sequence};
use palabre_core::seal::grant::{Grant, WRAPS_MAX};
use palabre_core::seal::{AudienceKey, SealedAudience, SealingSecret, Slot, payload};
use palabre_proto::{Message, v1};

use crate::vectors;

/// Where everything in the vectors stands.
fn slot() -> Slot {
    Slot {
        network: NetworkId::from_bytes([1; 32]),
        log: LogName { author: NodeKey::from_bytes([2; 32]), log: LogId::from_bytes([3; 8]) },
        sequence: Sequence::new(258).expect("not 0"),
        previous: Some(EntryId::from_bytes([5; 32])),
    }
}

/// A grant that parses is its message; what it gives to one of the nodes of the vectors is one key, for as many
/// recipients as it has wraps.
pub fn grant(data: &[u8]) {
    let Ok(message) = v1::KeyGrant::decode(data) else { return };
    let wraps = message.wraps.len();
    let Ok(grant) = Grant::parse(message.clone()) else { return };
    assert!(wraps <= WRAPS_MAX);
    assert_eq!(grant.to_message(), message);
    let secret = SealingSecret::from_seed(&[21; 32]).expect("a secret is 32 bytes");
    if let Ok(Some(granted)) = grant.open(&secret, &slot()) {
        assert_eq!(granted.recipients.len(), wraps);
        let again = grant.open_with(granted.key.clone(), &slot()).expect("what one opens every reader opens");
        assert_eq!(again, granted);
    }
}

/// Whatever comes in slot of a sealed payload is an error, or the one thing that was sealed there.
pub fn sealed(data: &[u8]) {
    let key = AudienceKey::from_bytes(&[0x4b; 32]);
    if let Ok(plain) = payload::open(&key, Some(&SealedAudience::Region), &slot(), data) {
        let known = vectors::bytes_of("seal.json", "plain");
        assert!(known.contains(&plain), "chance has sealed something");
    }
}

pub(super) fn grants() -> Vec<Vec<u8>> {
    vectors::bytes_of("seal.json", "grant")
}

pub(super) fn payloads() -> Vec<Vec<u8>> {
    vectors::bytes_of("seal.json", "sealed")
}
