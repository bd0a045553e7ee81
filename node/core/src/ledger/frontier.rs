//! The frontier: the last entry of every log without a gap (`docs/design.md` §3, §7).

use std::collections::BTreeMap;

use crate::id::{ContentHash, EntryId, LogId, LogName, NodeKey, Sequence};

/// The last entry of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its place in the log.
    pub sequence: Sequence,
    /// Its id.
    pub id: EntryId,
}

/// What is held: heads of all logs; a forked log counts as (last common entry, proof).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    /// The last entry without a gap of each log, below its fork where it has one.
    pub heads: BTreeMap<LogName, Head>,
    /// The hash of the fork proof of each forked log.
    pub forks: BTreeMap<LogName, ContentHash>,
}

impl Frontier {
    /// One hash that is equal on every node that holds the same: `ledger` in `status --json`.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash(&self.heads, self.forks.iter())
    }

    /// Entries that `other` shows and this frontier lacks, as a count.
    #[must_use]
    pub fn missing_from(&self, other: &Self) -> u64 {
        other
            .heads
            .iter()
            .filter(|(log, _)| !self.forks.contains_key(log))
            .map(|(log, head)| head.sequence.get().saturating_sub(self.sequence(log)))
            .fold(0, u64::saturating_add)
    }

    /// The last sequence held of `log`; 0 without any.
    #[must_use]
    pub fn sequence(&self, log: &LogName) -> u64 {
        self.heads.get(log).map_or(0, |head| head.sequence.get())
    }
}

/// See [`Frontier::hash`]. Taken at each change: over bytes in one piece, which are hashed many blocks at a time.
pub(super) fn hash<'a>(
    heads: &BTreeMap<LogName, Head>,
    forks: impl Iterator<Item = (&'a LogName, &'a ContentHash)>,
) -> [u8; 32] {
    // A letter, the name of a log, a sequence and an id.
    const HEAD: usize = 1 + NodeKey::LEN + LogId::LEN + 8 + EntryId::LEN;
    let mut bytes = Vec::with_capacity(heads.len() * HEAD);
    for (log, head) in heads {
        bytes.push(b'h');
        bytes.extend_from_slice(log.author.as_bytes());
        bytes.extend_from_slice(log.log.as_bytes());
        bytes.extend_from_slice(&head.sequence.get().to_be_bytes());
        bytes.extend_from_slice(head.id.as_bytes());
    }
    for (log, proof) in forks {
        bytes.push(b'f');
        bytes.extend_from_slice(log.author.as_bytes());
        bytes.extend_from_slice(log.log.as_bytes());
        bytes.extend_from_slice(proof.as_bytes());
    }
    *blake3::Hasher::new_derive_key("palabre/frontier/1").update(&bytes).finalize().as_bytes()
}
