//! Cutoffs and checkpoints: which entries and mandates still count of those from whom something is taken away
//! (`docs/design.md` §4).

use std::collections::BTreeMap;

use palabre_proto::v1;
use thiserror::Error;

use crate::id::{Code, EntryId, IdError, LogId, LogName, MandateHash, NodeKey, Sequence};
use crate::ledger::Head;
use crate::state::StateError;

/// Most logs in one list: 80 bytes each, so that the lists of a whole region fit a charter.
pub const LOGS_MAX: usize = 2_048;

/// Why a list is none.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CutoffError {
    /// A key, hash or code that is malformed.
    #[error(transparent)]
    Name(#[from] IdError),
    /// Sequence 0.
    #[error("sequences count from 1")]
    SequenceZero,
    /// A log stands twice.
    #[error("the log {} of {} stands twice in the list", .0.log, .0.author.short())]
    LogTwice(LogName),
    /// A log of another node than the one that is cut.
    #[error("the log {} is not of the node that is cut, {}", .0.log, .1.short())]
    OtherNode(LogName, NodeKey),
    /// More than [`LOGS_MAX`].
    #[error("{0} logs; at most {LOGS_MAX} are listed")]
    TooMany(usize),
}

/// The last entry that counts of each log: a closed list, what it omits is cut at zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends(BTreeMap<LogName, Head>);

/// Asks which entry of a log has taken effect at a place; nothing when the log does not go so far.
pub type IdAt<'a> = dyn Fn(&LogName, Sequence) -> Result<Option<EntryId>, StateError> + 'a;

/// An entry, as far as a cutoff asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its log.
    pub log: LogName,
    /// Its place there.
    pub sequence: Sequence,
}

impl Ends {
    /// Parses a list.
    pub fn parse(heads: &[v1::Head]) -> Result<Self, CutoffError> {
        if heads.len() > LOGS_MAX {
            return Err(CutoffError::TooMany(heads.len()));
        }
        let mut ends = BTreeMap::new();
        for head in heads {
            let author = NodeKey::try_from(head.author.as_slice())?;
            let log = LogName { author, log: LogId::try_from(head.log.as_slice())? };
            let sequence = Sequence::new(head.sequence).ok_or(CutoffError::SequenceZero)?;
            let end = Head { sequence, id: EntryId::try_from(head.id.as_slice())? };
            if ends.insert(log, end).is_some() {
                return Err(CutoffError::LogTwice(log));
            }
        }
        Ok(Self(ends))
    }

    /// The list of these heads.
    #[must_use]
    pub const fn of(heads: BTreeMap<LogName, Head>) -> Self {
        Self(heads)
    }

    /// The messages that stand for it.
    #[must_use]
    pub fn to_messages(&self) -> Vec<v1::Head> {
        let message = |(log, head): (&LogName, &Head)| v1::Head {
            author: log.author.as_bytes().to_vec(),
            log: log.log.as_bytes().to_vec(),
            sequence: head.sequence.get(),
            id: head.id.as_bytes().to_vec(),
        };
        self.0.iter().map(message).collect()
    }

    /// The last entry listed of a log.
    #[must_use]
    pub fn get(&self, log: &LogName) -> Option<&Head> {
        self.0.get(log)
    }

    /// All that is listed.
    pub fn iter(&self) -> impl Iterator<Item = (&LogName, &Head)> {
        self.0.iter()
    }

    /// Whether an entry comes after the cut: "what the list omits is cut at zero; what is not on the chain of a named
    /// hash is after the cut". An entry that has taken effect is on the chain of the named hash unless another entry
    /// has taken effect in the named one's place.
    pub fn cut(&self, spot: &Spot, id_at: &IdAt<'_>) -> Result<bool, StateError> {
        self.cut_above(spot, None, id_at)
    }

    /// The last entry of a log that is not cut, where nothing at or below `floor` is; none when all are.
    pub(super) fn end_above<'a>(&'a self, log: &LogName, floor: Option<&'a Head>) -> Option<&'a Head> {
        match (self.0.get(log), floor) {
            (Some(listed), Some(floor)) if floor.sequence > listed.sequence => Some(floor),
            (listed, floor) => listed.or(floor),
        }
    }

    /// As [`Ends::cut`], where nothing at or below `floor` is cut.
    pub fn cut_above(&self, spot: &Spot, floor: Option<&Head>, id_at: &IdAt<'_>) -> Result<bool, StateError> {
        let Some(end) = self.end_above(&spot.log, floor) else { return Ok(true) };
        if spot.sequence > end.sequence {
            return Ok(true);
        }
        Ok(id_at(&spot.log, end.sequence)?.is_some_and(|id| id != end.id))
    }
}

/// What a charter revision lets count of one administration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cutoff {
    /// Whose.
    pub administration: Code,
    /// The last of its mandates that counts; none when none does.
    pub mandate: Option<MandateHash>,
    /// The last entry of each log of its nodes.
    pub logs: Ends,
}

impl Cutoff {
    /// Parses the message.
    pub fn parse(message: &v1::Cutoff) -> Result<Self, CutoffError> {
        let mandate = match message.mandate.as_slice() {
            [] => None,
            bytes => Some(MandateHash::try_from(bytes)?),
        };
        Ok(Self { administration: message.administration.parse()?, mandate, logs: Ends::parse(&message.logs)? })
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::Cutoff {
        v1::Cutoff {
            administration: self.administration.to_string(),
            mandate: self.mandate.map(|hash| hash.as_bytes().to_vec()).unwrap_or_default(),
            logs: self.logs.to_messages(),
        }
    }
}

/// What a mandate lets count of a node that it takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCutoff {
    /// Which.
    pub node: NodeKey,
    /// The last entry of each of its logs.
    pub logs: Ends,
}

impl NodeCutoff {
    /// Parses the message.
    pub fn parse(message: &v1::NodeCutoff) -> Result<Self, CutoffError> {
        let node = NodeKey::try_from(message.node.as_slice())?;
        let logs = Ends::parse(&message.logs)?;
        let foreign = logs.iter().map(|(log, _)| *log).find(|log| log.author != node);
        match foreign {
            Some(log) => Err(CutoffError::OtherNode(log, node)),
            None => Ok(Self { node, logs }),
        }
    }

    /// The message that stands for it.
    #[must_use]
    pub fn to_message(&self) -> v1::NodeCutoff {
        v1::NodeCutoff { node: self.node.as_bytes().to_vec(), logs: self.logs.to_messages() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogName = LogName { author: NodeKey::from_bytes([1; 32]), log: LogId::from_bytes([2; 8]) };

    fn head(sequence: u64, id: u8) -> Head {
        Head { sequence: Sequence::new(sequence).unwrap(), id: EntryId::from_bytes([id; 32]) }
    }

    fn spot(sequence: u64) -> Spot {
        Spot { log: LOG, sequence: Sequence::new(sequence).unwrap() }
    }

    /// A log whose entry number n has the id n, n, n…
    #[expect(clippy::unnecessary_wraps, reason = "it stands for a state that may fail to be read")]
    fn honest(_: &LogName, sequence: Sequence) -> Result<Option<EntryId>, StateError> {
        Ok(Some(EntryId::from_bytes([u8::try_from(sequence.get()).unwrap(); 32])))
    }

    #[test]
    fn what_is_listed_counts_up_to_its_end_and_what_is_not_is_cut_at_zero() {
        let ends = Ends::of([(LOG, head(5, 5))].into());
        assert!(!ends.cut(&spot(5), &honest).unwrap());
        assert!(ends.cut(&spot(6), &honest).unwrap());
        assert!(Ends::default().cut(&spot(1), &honest).unwrap());
    }

    #[test]
    fn what_is_not_on_the_chain_of_the_named_entry_is_cut() {
        let ends = Ends::of([(LOG, head(5, 77))].into());
        assert!(ends.cut(&spot(1), &honest).unwrap());
        let short = |_: &LogName, _| Ok(None);
        assert!(!ends.cut(&spot(1), &short).unwrap(), "the log has not come so far");
    }

    #[test]
    fn nothing_at_or_below_a_checkpoint_is_cut() {
        let floor = head(4, 4);
        for ends in [Ends::default(), Ends::of([(LOG, head(2, 2))].into())] {
            assert!(!ends.cut_above(&spot(4), Some(&floor), &honest).unwrap());
            assert!(ends.cut_above(&spot(5), Some(&floor), &honest).unwrap());
        }
        let higher = Ends::of([(LOG, head(9, 9))].into());
        assert!(!higher.cut_above(&spot(9), Some(&floor), &honest).unwrap());
    }

    #[test]
    fn a_list_is_read_as_it_was_written_and_a_log_stands_in_it_once() {
        let ends = Ends::of([(LOG, head(5, 5))].into());
        let messages = ends.to_messages();
        assert_eq!(Ends::parse(&messages), Ok(ends));
        let twice = [messages.clone(), messages].concat();
        assert_eq!(Ends::parse(&twice), Err(CutoffError::LogTwice(LOG)));
        let other = v1::NodeCutoff { node: vec![9; 32], logs: twice[..1].to_vec() };
        assert!(matches!(NodeCutoff::parse(&other), Err(CutoffError::OtherNode(..))));
        let zero = v1::Head { sequence: 0, ..twice[0].clone() };
        assert_eq!(Ends::parse(&[zero]), Err(CutoffError::SequenceZero));
    }
}
