//! No wasted byte (`docs/design.md` §7): what the receiver can compute of an entry is not sent. It rebuilds the exact
//! header, and the signature proves it. The sender rebuilds first: where bytes would differ it sends them whole.

use std::collections::BTreeMap;

use palabre_proto::v1;
use thiserror::Error;

use crate::id::{CharterHash, EntryId, IdError, LogId, LogName, MandateHash, NodeKey, Sequence};
use crate::ledger::entry::{content_hash, id_of};
use crate::ledger::header::{self, Attachment, Audience, Header, HeaderError};
use crate::ledger::{Entry, RawEntry};
use crate::time::Millis;

/// Most logs that one direction of a connection numbers. A region of 30 administrations has some hundreds in ten years;
/// beyond it the connection is opened anew.
const LOGS_MAX: usize = 4096;

/// Why a delivered entry cannot be restored.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// It belongs to a log that was not named on this connection.
    #[error("the entry belongs to log number {0}, which was not named")]
    UnknownLog(u32),
    /// More logs than [`LOGS_MAX`].
    #[error("more than {LOGS_MAX} logs on one connection")]
    TooManyLogs,
    /// A name in it is malformed.
    #[error("a name in the entry is malformed")]
    Name(#[from] IdError),
    /// What it says makes no header.
    #[error("what was sent makes no header")]
    Header(#[from] HeaderError),
    /// It leaves out what was never said.
    #[error("the entry leaves out its {0}, which is not known here")]
    Unknown(&'static str),
}

/// What both ends remember of the entry sent last in a log.
#[derive(Clone, Copy, Debug)]
struct Last {
    sequence: Sequence,
    id: EntryId,
    clock: Millis,
    charter: CharterHash,
    mandate: MandateHash,
}

impl Last {
    const fn of(header: &Header, id: EntryId) -> Self {
        Self { sequence: header.sequence, id, clock: header.clock, charter: header.charter, mandate: header.mandate }
    }
}

/// The sending end.
#[derive(Debug, Default)]
pub struct Elider {
    numbers: BTreeMap<LogName, u32>,
    last: BTreeMap<LogName, Last>,
}

impl Elider {
    /// The entry without what the receiver can compute. `known` is the receiver's head of that log, as far as it is
    /// known; `attachments` are the contents of the small ones.
    pub fn elide(
        &mut self,
        entry: &Entry,
        known: Option<(Sequence, EntryId)>,
        attachments: Vec<Vec<u8>>,
    ) -> v1::DeliveredEntry {
        let header = entry.header();
        let log = header.log_name();
        let last = self.last.insert(log, Last::of(header, entry.id()));
        let follows = last.is_some_and(|last| last.sequence.next() == header.sequence);
        let mut delivered = v1::DeliveredEntry {
            sequence: if follows { 0 } else { header.sequence.get() },
            signature: entry.signature().0.to_vec(),
            payload: entry.payload().unwrap_or_default().to_vec(),
            attachments,
            ..v1::DeliveredEntry::default()
        };
        self.name_log(log, &mut delivered);
        if header.encode() == entry.header_bytes() {
            delivered.elided = Some(elided(header, last, known, &delivered.attachments));
        } else {
            delivered.header = entry.header_bytes().to_vec();
        }
        delivered
    }

    fn name_log(&mut self, log: LogName, delivered: &mut v1::DeliveredEntry) {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        delivered.log_index = *self.numbers.entry(log).or_insert(next);
        if delivered.log_index == next {
            delivered.author = log.author.as_bytes().to_vec();
            delivered.log = log.log.as_bytes().to_vec();
        }
    }

    /// Whether a further log can be named on this connection.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.numbers.len() >= LOGS_MAX
    }
}

fn elided(
    header: &Header,
    last: Option<Last>,
    known: Option<(Sequence, EntryId)>,
    contents: &[Vec<u8>],
) -> v1::ElidedHeader {
    let before =
        |(sequence, id): (Sequence, EntryId)| sequence.next() == header.sequence && header.previous == Some(id);
    // The receiver takes what came last on this connection, if that stands before this entry: on a forked log it may be
    // another one than the head that the receiver has shown.
    let computable = match last.filter(|last| last.sequence.next() == header.sequence) {
        Some(last) => before((last.sequence, last.id)),
        None => known.is_some_and(before),
    };
    let clock = header.clock.0.wrapping_sub(last.map_or(0, |last| last.clock.0));
    let unless = |same: bool, bytes: &[u8]| if same { Vec::new() } else { bytes.to_vec() };
    v1::ElidedHeader {
        previous: header.previous.map(|id| unless(computable, id.as_bytes())).unwrap_or_default(),
        clock: clock.cast_signed(),
        place: header.place,
        charter: unless(last.is_some_and(|last| last.charter == header.charter), header.charter.as_bytes()),
        mandate: unless(last.is_some_and(|last| last.mandate == header.mandate), header.mandate.as_bytes()),
        priority: header.priority.to_wire(),
        tag: header.audience.tag(),
        attachments: header.attachments.iter().enumerate().map(|(i, a)| unless_sent(a, contents.get(i))).collect(),
    }
}

/// An attachment whose content goes along is named by it.
fn unless_sent(attachment: &Attachment, content: Option<&Vec<u8>>) -> v1::AttachmentRef {
    if content.is_some_and(|content| !content.is_empty()) {
        v1::AttachmentRef::default()
    } else {
        attachment.to_message()
    }
}

/// The attachment that a message names, or whose content came along.
fn named(message: &v1::AttachmentRef, content: Option<&Vec<u8>>) -> v1::AttachmentRef {
    match content {
        Some(content) if message.hash.is_empty() && !content.is_empty() => {
            Attachment { hash: content_hash(content), size: content.len() as u64 }.to_message()
        }
        _ => message.clone(),
    }
}

/// An entry as it was before the other side left things out. Not verified yet.
#[derive(Debug)]
pub struct Restored {
    /// The entry.
    pub entry: RawEntry,
    /// The contents of its small attachments, in the order of the header; empty where the sender had none.
    pub attachments: Vec<Vec<u8>>,
}

/// The receiving end.
#[derive(Debug, Default)]
pub struct Restorer {
    logs: Vec<LogName>,
    last: BTreeMap<LogName, Last>,
}

impl Restorer {
    /// Rebuilds an entry. `held` answers with the id of an entry that is held here, for the first of a log on this
    /// connection.
    pub fn restore(
        &mut self,
        mut delivered: v1::DeliveredEntry,
        held: impl FnOnce(&LogName, Sequence) -> Option<EntryId>,
    ) -> Result<Restored, RestoreError> {
        let log = self.log(&delivered)?;
        let last = self.last.get(&log).copied();
        let bytes = match delivered.elided.take() {
            Some(elided) => {
                let sequence = match Sequence::new(delivered.sequence) {
                    Some(sequence) => sequence,
                    None => last.ok_or(RestoreError::Unknown("sequence"))?.sequence.next(),
                };
                header_of(log, sequence, &elided, last, held, &delivered)?.encode()
            }
            None => std::mem::take(&mut delivered.header),
        };
        let header = Header::parse(&bytes)?;
        self.last.insert(log, Last::of(&header, id_of(&bytes)));
        let entry = RawEntry { header: bytes, signature: delivered.signature, payload: Some(delivered.payload) };
        Ok(Restored { entry, attachments: delivered.attachments })
    }

    fn log(&mut self, delivered: &v1::DeliveredEntry) -> Result<LogName, RestoreError> {
        let number = delivered.log_index as usize;
        if number == self.logs.len() && !delivered.author.is_empty() {
            if number >= LOGS_MAX {
                return Err(RestoreError::TooManyLogs);
            }
            let author = NodeKey::try_from(delivered.author.as_slice())?;
            self.logs.push(LogName { author, log: LogId::try_from(delivered.log.as_slice())? });
        }
        self.logs.get(number).copied().ok_or(RestoreError::UnknownLog(delivered.log_index))
    }
}

fn header_of(
    log: LogName,
    sequence: Sequence,
    elided: &v1::ElidedHeader,
    last: Option<Last>,
    held: impl FnOnce(&LogName, Sequence) -> Option<EntryId>,
    delivered: &v1::DeliveredEntry,
) -> Result<Header, RestoreError> {
    let payload = &delivered.payload;
    let contents = &delivered.attachments;
    let attachments: Vec<_> = elided.attachments.iter().enumerate().map(|(i, a)| named(a, contents.get(i))).collect();
    let before = Sequence::new(sequence.get() - 1);
    let previous = match (elided.previous.as_slice(), before) {
        ([], None) => None,
        ([], Some(before)) => {
            let sent = last.filter(|last| last.sequence == before).map(|last| last.id);
            Some(sent.or_else(|| held(&log, before)).ok_or(RestoreError::Unknown("previous"))?)
        }
        (bytes, _) => Some(EntryId::try_from(bytes)?),
    };
    let charter = match elided.charter.as_slice() {
        [] => last.ok_or(RestoreError::Unknown("charter"))?.charter,
        bytes => CharterHash::try_from(bytes)?,
    };
    let mandate = match elided.mandate.as_slice() {
        [] => last.ok_or(RestoreError::Unknown("mandate"))?.mandate,
        bytes => MandateHash::try_from(bytes)?,
    };
    Ok(Header {
        author: log.author,
        log: log.log,
        sequence,
        previous,
        clock: Millis(last.map_or(0, |last| last.clock.0).wrapping_add_signed(elided.clock)),
        place: elided.place,
        charter,
        mandate,
        priority: header::priority(elided.priority)?,
        audience: match elided.tag.as_slice() {
            [] => Audience::Public,
            tag => Audience::Sealed(tag.try_into()?),
        },
        payload_hash: content_hash(payload),
        payload_size: u32::try_from(payload.len()).unwrap_or(u32::MAX),
        attachments: header::attachments(&attachments)?,
    })
}

#[cfg(test)]
mod tests;
