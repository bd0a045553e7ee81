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

pub mod audience;
pub mod grant;
pub mod key;
pub mod padding;
pub mod payload;
pub mod suite;

pub use self::audience::SealedAudience;
pub use self::grant::Granted;
pub use self::key::AudienceKey;
pub use self::suite::{SealingKey, SealingSecret};

use crate::id::{EntryId, LogName, NetworkId, Sequence};

/// The one place in all ledgers where a payload stands. What is sealed for it opens nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The network.
    pub network: NetworkId,
    /// The author and the log.
    pub log: LogName,
    /// The sequence in that log.
    pub sequence: Sequence,
    /// The entry before it; in the first of a log, what that names.
    pub previous: Option<EntryId>,
}

impl Place {
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

#[cfg(test)]
mod tests;
