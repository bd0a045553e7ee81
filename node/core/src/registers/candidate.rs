//! An entry that took effect, as the fold reads it: from an entry at hand, or from its record.

use palabre_proto::{Message, v1};

use super::audience::Audience;
use super::keys::{self, Filed, Order};
use crate::acts::{Envelope, EnvelopeError};
use crate::id::{EntryId, LogName};
use crate::ledger::entry::{content_hash, id_of};
use crate::ledger::{self, Entry, Header, book};
use crate::seal::Ring;
use crate::state::{StateError, Storage};

/// An act of an object, whatever may become of it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) id: EntryId,
    pub(super) header: Header,
    /// Who can read it.
    pub(super) audience: Audience,
    /// What it says, opened.
    pub(super) payload: Vec<u8>,
    pub(super) envelope: Result<Envelope, EnvelopeError>,
}

impl Candidate {
    /// The act in an entry; none without a payload, or when the node has no key that opens it.
    pub(super) fn of(entry: &Entry, ring: &Ring) -> Option<Self> {
        Self::new(entry.id(), entry.header().clone(), entry.payload()?, ring)
    }

    /// Reads a filed act; nothing when its record is damaged. The record's signature was verified before the act was
    /// filed under its id: that the bytes have this id and this payload hash proves that they are the same.
    pub(super) fn read(storage: &impl Storage, ring: &Ring, act: &Filed) -> Result<Option<Self>, StateError> {
        let (log, sequence) = (LogName { author: act.order.author, log: act.order.log }, act.order.sequence);
        let Some(located) = book::locate(storage, &log, sequence)? else { return Ok(None) };
        let Some(bytes) = storage.record(located.position)? else { return Ok(None) };
        Ok(Self::parse(&bytes, act.id, ring))
    }

    /// Reads an act by its id; nothing when it is not filed or its record is damaged.
    pub(super) fn read_known(storage: &impl Storage, ring: &Ring, id: &EntryId) -> Result<Option<Self>, StateError> {
        let Some(known) = keys::known(storage, id)? else { return Ok(None) };
        Self::read(storage, ring, &Filed { id: *id, order: known.order })
    }

    fn parse(record: &[u8], id: EntryId, ring: &Ring) -> Option<Self> {
        let Some(v1::record::Kind::Entry(entry)) = v1::Record::decode(record).ok()?.kind else { return None };
        let payload = entry.payload?;
        let header = Header::parse(&entry.header).ok()?;
        let same = id_of(&entry.header) == id && content_hash(&payload) == header.payload_hash;
        same.then(|| Self::new(id, header, &payload, ring)).flatten()
    }

    fn new(id: EntryId, header: Header, payload: &[u8], ring: &Ring) -> Option<Self> {
        let (audience, plain) = match header.audience {
            ledger::Audience::Public => (Audience::Public, Some(payload.to_vec())),
            ledger::Audience::Sealed(_) => {
                let unsealed = ring.open(&header, payload)?;
                (Audience::Sealed(unsealed.audience), unsealed.plain)
            }
        };
        let envelope = plain.as_deref().ok_or(EnvelopeError::Sealed).and_then(Envelope::parse);
        Some(Self { id, header, audience, payload: plain.unwrap_or_default(), envelope })
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
pub(super) fn after_of(storage: &impl Storage, ring: &Ring, id: &EntryId) -> Result<Option<Vec<EntryId>>, StateError> {
    let envelope = Candidate::read_known(storage, ring, id)?.and_then(|candidate| candidate.envelope.ok());
    Ok(envelope.map(|envelope| envelope.after().to_vec()))
}
