//! What a simulation has shown.

use std::collections::BTreeMap;
use std::fmt;

use super::scenario::SECOND;
use super::tap::Tally;
use crate::id::EntryId;

/// Problems of one run that are shown: one cause often has hundreds of consequences.
const PROBLEMS_SHOWN: usize = 4;

/// Something that must not happen; causes stand before what they lead to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A node could not read its index.
    Index {
        /// Which.
        place: usize,
        /// Why.
        why: String,
    },
    /// An honest node called another one faulty.
    Fault {
        /// Which did.
        place: usize,
        /// What it said.
        fault: String,
    },
    /// An honest node forked a log of its own.
    Forked {
        /// Which noticed.
        place: usize,
        /// Which log.
        log: String,
    },
    /// After so many hours the nodes do not hold the same, or wait for something.
    NotConverged(String),
    /// An entry that was acknowledged is missing somewhere.
    Lost {
        /// Which.
        entry: EntryId,
        /// On which node.
        place: usize,
    },
    /// Who is in an audience cannot read what was sealed for it.
    Closed {
        /// Which.
        entry: EntryId,
        /// On which node.
        place: usize,
        /// For whom.
        audience: String,
    },
    /// Who never was in an audience reads what was sealed for it.
    Leaked {
        /// Which.
        entry: EntryId,
        /// On which node.
        place: usize,
        /// For whom.
        audience: String,
    },
    /// Two nodes judge an entry differently.
    Disagree {
        /// Which.
        entry: EntryId,
        /// Which node.
        place: usize,
        /// What it says.
        says: &'static str,
        /// What node 0 says.
        other: &'static str,
    },
    /// What was written with a stolen key has effect.
    Stolen {
        /// Which.
        entry: EntryId,
    },
    /// An index made again from the ledger differs from the one that grew.
    Rebuilt {
        /// On which node.
        place: usize,
    },
    /// The nodes hold the same and do not stop talking.
    Restless {
        /// Bytes in the quiet minutes.
        bytes: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConverged(why) => write!(f, "the nodes do not hold the same: {why}"),
            Self::Lost { entry, place } => write!(f, "node {place} lacks {entry}, which was acknowledged"),
            Self::Closed { entry, place, audience } => {
                write!(f, "node {place} cannot read {entry}, which is for {audience}")
            }
            Self::Leaked { entry, place, audience } => write!(f, "node {place} reads {entry}, which is for {audience}"),
            Self::Disagree { entry, place, says, other } => {
                write!(f, "node {place} says that {entry} is {says}, node 0 that it is {other}")
            }
            Self::Stolen { entry } => write!(f, "{entry} was written with a stolen key and is in force"),
            Self::Fault { place, fault } => write!(f, "node {place} calls an honest node faulty: {fault}"),
            Self::Forked { place, log } => write!(f, "node {place} has seen a fork of an honest log: {log}"),
            Self::Index { place, why } => write!(f, "node {place} cannot read its index: {why}"),
            Self::Rebuilt { place } => write!(f, "node {place}: the index made again differs"),
            Self::Restless { bytes } => write!(f, "{bytes} bytes were said after all was said"),
        }
    }
}

/// What one run has shown.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Entries that all hold in the end.
    pub entries: u64,
    /// Writes that were acknowledged.
    pub acknowledged: u64,
    /// Virtual milliseconds from the heal until all held the same ledger and state.
    pub converged: Option<u64>,
    /// The same until they also held every attachment.
    pub complete: Option<u64>,
    /// The most frontiers that one connection carried one way from the heal until then.
    pub rounds: u64,
    /// What all nodes sent in the hours of trouble.
    pub before: Tally,
    /// What all nodes sent from the heal until they held the same.
    pub healing: Tally,
    /// What all nodes sent in the quiet minutes after that.
    pub quiet: Tally,
    /// Entries that the nodes lacked at the heal, summed over the nodes.
    pub lacked: u64,
    /// Bytes of their headers, signatures and payloads.
    pub lacked_bytes: u64,
    /// Bytes of the small attachments that travel with them.
    pub lacked_small: u64,
    /// Number of the charter revision in force in the end.
    pub revision: u64,
    /// Acts that are void in the end, by the reason.
    pub void: BTreeMap<&'static str, u64>,
    /// Entries that were sealed and acknowledged.
    pub sealed: u64,
    /// Entries written with stolen keys that all hold in the end.
    pub stolen: u64,
    /// What must not happen and did.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Bytes of sync and gossip from the heal until all held the same, for each hundred bytes of entries that they lacked.
    /// The small attachments that sync carries count among what was said, not among what was lacked.
    #[must_use]
    pub fn percent(&self) -> u64 {
        let said = self.healing.sync_bytes() + self.healing.gossip.bytes;
        (said * 100).checked_div(self.lacked_bytes).unwrap_or_default()
    }

    /// Entries received for each hundred that were lacked.
    #[must_use]
    pub fn copies_percent(&self) -> u64 {
        (self.healing.entries * 100).checked_div(self.lacked).unwrap_or_default()
    }

    /// Whether nothing happened that must not.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |millis: Option<u64>| millis.map_or_else(|| "never".to_owned(), |m| (m / SECOND).to_string());
        write!(
            f,
            "seed {:>6}: {:>5} entries, same after {:>5} s, complete after {:>5} s, {:>2} rounds, \
             lacked {:>5} entries of {:>8} B and {:>8} B attached, sync {:>8} B, gossip {:>7} B, {:>3} %, copies {:>3} %, quiet {:>6} B",
            self.seed,
            self.entries,
            seconds(self.converged),
            seconds(self.complete),
            self.rounds,
            self.lacked,
            self.lacked_bytes,
            self.lacked_small,
            self.healing.sync_bytes(),
            self.healing.gossip.bytes,
            self.percent(),
            self.copies_percent(),
            self.quiet.sync_bytes() + self.quiet.gossip.bytes,
        )?;
        if self.revision > 1 {
            write!(f, ", revision {}, {} stolen, void {:?}", self.revision, self.stolen, self.void)?;
        }
        if self.sealed > 0 {
            write!(f, ", {} sealed", self.sealed)?;
        }
        for problem in self.problems.iter().take(PROBLEMS_SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        match self.problems.len().saturating_sub(PROBLEMS_SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}
