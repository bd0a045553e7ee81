//! Sealing (`docs/design.md` §5): who is not in an audience sees ciphertext, its padded size, its author and when.
//!
//! | module | what lives there |
//! |---|---|
//! | [`audience`] | the audiences that are sealed, by their words |
//! | [`key`] | the key of an audience, and what is derived from it |
//! | [`suite`] | a node's sealing key; HPKE that wraps an audience key for it |
//! | [`grant`] | the wraps of one audience key, published for all who may read |
//! | [`payload`] | one payload, compressed, padded and sealed |
//! | [`padding`] | what a size may say |
//! | [`file`], [`stream`] | what opens a sealed attachment; its content, chunk by chunk |
//! | [`ring`] | the keys that a node holds, and which of them serves |

pub mod audience;
pub mod file;
pub mod grant;
pub mod key;
pub mod padding;
pub mod payload;
pub mod ring;
pub mod stream;
pub mod suite;

pub use self::audience::SealedAudience;
pub use self::grant::Granted;
pub use self::key::AudienceKey;
pub use self::ring::Ring;
pub use self::suite::{SealingKey, SealingSecret};

use self::key::KEY_LEN;
use crate::id::{EntryId, LogName, NetworkId, Sequence};
use crate::ledger::Header;

/// Where a payload stands, of all ledgers: what is sealed for one slot opens in no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The network.
    pub network: NetworkId,
    /// The author and the log.
    pub log: LogName,
    /// The sequence in that log.
    pub sequence: Sequence,
    /// The entry before it; in the first of a log, what that names.
    pub previous: Option<EntryId>,
}

impl Slot {
    /// Where the entry with this header stands.
    #[must_use]
    pub const fn of(network: NetworkId, header: &Header) -> Self {
        Self { network, log: header.log_name(), sequence: header.sequence, previous: header.previous }
    }

    /// network id ‖ author ‖ log ‖ sequence as 8 bytes, big-endian ‖ previous, 32 zeros when there is none.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let previous = self.previous.map_or([0; EntryId::LEN], |id| *id.as_bytes());
        [
            &self.network.as_bytes()[..],
            self.log.author.as_bytes(),
            self.log.log.as_bytes(),
            &self.sequence.get().to_be_bytes(),
            &previous,
        ]
        .concat()
    }
}

/// The first half of a hash: a name that nobody can make twice, in half the bytes.
fn first_half(bytes: &[u8; KEY_LEN]) -> [u8; KEY_LEN / 2] {
    let mut half = [0; KEY_LEN / 2];
    half.copy_from_slice(&bytes[..KEY_LEN / 2]);
    half
}

#[cfg(test)]
mod tests;
