//! An entry that took effect, as the fold reads it: from an entry at hand, or from its record.

use palabre_proto::{Message, v1};

use super::audience::Audience;
use super::keys::{self, Filed, Order};
use crate::acts::{Envelope, EnvelopeError};
use crate::id::{EntryId, LogName};
use crate::ledger::entry::{content_hash, id_of};
use crate::ledger::{Entry, Header, book};
use crate::state::{StateError, Storage};

/// An act of an object, whatever may become of it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: EntryId,
    pub(super) header: Header,
    pub(super) payload: Vec<u8>,
    pub(super) envelope: Result<Envelope, EnvelopeError>,
}

impl Candidate {
    /// The act in an entry; none without a payload, or when the entry cannot be read here.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        Self::new(entry.id(), entry.header().clone(), entry.payload()?.to_vec())
    }

    /// Reads a filed act; nothing when its record is damaged. The record's signature was verified before the act was
    /// filed under its id: that the bytes have this id and this payload hash proves that they are the same.
    pub(super) fn read(storage: &impl Storage, act: &Filed) -> Result<Option<Self>, StateError> {
        let (log, sequence) = (LogName { author: act.order.author, log: act.order.log }, act.order.sequence);
        let Some(located) = book::locate(storage, &log, sequence)? else { return Ok(None) };
        let Some(bytes) = storage.record(located.position)? else { return Ok(None) };
        Ok(Self::parse(&bytes, act.id))
    }

    /// Reads an act by its id; nothing when it is not filed or its record is damaged.
    pub(super) fn read_known(storage: &impl Storage, id: &EntryId) -> Result<Option<Self>, StateError> {
        let Some(known) = keys::known(storage, id)? else { return Ok(None) };
        Self::read(storage, &Filed { id: *id, order: known.order })
    }

    fn parse(record: &[u8], id: EntryId) -> Option<Self> {
        let Some(v1::record::Kind::Entry(entry)) = v1::Record::decode(record).ok()?.kind else { return None };
        let payload = entry.payload?;
        let header = Header::parse(&entry.header).ok()?;
        let same = id_of(&entry.header) == id && content_hash(&payload) == header.payload_hash;
        same.then(|| Self::new(id, header, payload)).flatten()
    }

    fn new(id: EntryId, header: Header, payload: Vec<u8>) -> Option<Self> {
        Audience::of(&header)?;
        let envelope = Envelope::parse(&payload);
        Some(Self { id, header, payload, envelope })
    }

    /// The object that it is about; itself when it has no envelope, so that it stands alone.
    pub(super) fn object(&self) -> EntryId {
        self.envelope.as_ref().map_or(self.id, |envelope| envelope.object(self.id))
    }

    pub(super) const fn order(&self) -> Order {
        Order::of(&self.header)
    }

    pub(super) const fn filed(&self) -> Filed {
        Filed { id: self.id, order: self.order() }
    }
}

/// The acts that a held act names as being before it; nothing when its record is damaged.
pub(super) fn after_of(storage: &impl Storage, id: &EntryId) -> Result<Option<Vec<EntryId>>, StateError> {
    let envelope = Candidate::read_known(storage, id)?.and_then(|candidate| candidate.envelope.ok());
    Ok(envelope.map(|envelope| envelope.after().to_vec()))
}
