//! Documents: who may publish, revise and withdraw them, and what stands (`docs/design.md` §6).
//!
//! * Members and the regional office publish. The administration that published, and the holder of the secretariat
//!   for the group, revise and withdraw.
//! * A version is **current** when no version in force has it among the acts that its author knew. So concurrent
//!   revisions stand side by side until a further one names both.
//! * A withdrawal ends what its author knew, and what others wrote without knowing of it is kept: a revision is void
//!   only when a withdrawal in force is among the acts that its author knew. Versions and withdrawal then stand side
//!   by side, and the document shows as withdrawn.
//!
//! | suffix | value |
//! |---|---|
//! | `v` id | `FoldedVersion`: a version in force |
//! | `c` id | nothing: that version is current |
//! | `w` id | `FoldedWithdrawal`: a withdrawal in force |

use std::collections::BTreeSet;

use palabre_proto::{Message, v1};

use super::Register;
use super::audience::Audience;
use super::cause::Cause;
use super::fold::RegisterRules;
use super::keys;
use super::pairs::{self, Origin, Pairs};
use super::void::{Refusal, VoidReason};
use crate::acts::documents::{self as acts, DocumentAct};
use crate::acts::fields::{FileName, Language, MediaType, Reason, Title};
use crate::charter::{AdministrationKind, OfficeKind};
use crate::id::{Code, ContentHash, EntryId, NodeKey};
use crate::ledger::{Attachment, Header};
use crate::state::{State, StateError};
use crate::time::Millis;

const VERSION: u8 = b'v';
const CURRENT: u8 = b'c';
const WITHDRAWAL: u8 = b'w';

impl RegisterRules for DocumentAct {
    fn may(&self, object: &Pairs, cause: &Cause<'_>) -> Result<(), Refusal> {
        match self {
            Self::Publish(_) => match cause.actor.kind {
                AdministrationKind::Member | AdministrationKind::RegionalOffice => Ok(()),
                AdministrationKind::Partner => Err(VoidReason::NotAllowed.into()),
            },
            Self::Revise(_) | Self::Withdraw(_) => {
                let publisher = object.opened()?.ok_or(VoidReason::OpenerVoid)?.administration;
                if publisher != cause.actor.administration && !cause.holds(OfficeKind::Secretariat) {
                    return Err(VoidReason::NotAllowed.into());
                }
                let known = nearest(object, cause)?;
                let withdrawn = known.iter().any(|id| object.has(&pairs::suffix(WITHDRAWAL, id)));
                if withdrawn { Err(VoidReason::Withdrawn.into()) } else { Ok(()) }
            }
        }
    }

    fn apply(&self, object: &mut Pairs, cause: &Cause<'_>, id: EntryId, header: &Header) -> Result<(), Refusal> {
        let origin = Origin::of(&cause.actor.administration, header);
        match self {
            Self::Publish(version) | Self::Revise(version) => {
                for replaced in nearest(object, cause)? {
                    object.remove(&pairs::suffix(CURRENT, &replaced));
                }
                object.put(pairs::suffix(VERSION, &id), folded_version(version, &origin, header).encode_to_vec());
                object.put(pairs::suffix(CURRENT, &id), Vec::new());
            }
            Self::Withdraw(reason) => {
                let reason = reason.as_ref().map(Reason::to_string).unwrap_or_default();
                let folded = v1::FoldedWithdrawal { entry: Some(origin.to_message()), reason };
                object.put(pairs::suffix(WITHDRAWAL, &id), folded.encode_to_vec());
            }
        }
        Ok(())
    }
}

/// The nearest versions and withdrawals in force that the author knew. Before a version in force there is no
/// withdrawal, and what it replaces it has replaced: nothing further back is needed.
fn nearest(object: &Pairs, cause: &Cause<'_>) -> Result<BTreeSet<EntryId>, Refusal> {
    cause.past.nearest(&|id| object.has(&pairs::suffix(VERSION, id)) || object.has(&pairs::suffix(WITHDRAWAL, id)))
}

fn folded_version(version: &acts::Version, origin: &Origin, header: &Header) -> v1::FoldedVersion {
    // Parsing the act has checked that the attachment is there.
    let content = header.attachments.get(version.content as usize);
    v1::FoldedVersion {
        entry: Some(origin.to_message()),
        title: version.title.to_string(),
        language: version.language.to_string(),
        content: content.map(|attachment| attachment.hash.as_bytes().to_vec()).unwrap_or_default(),
        size: content.map_or(0, |attachment| attachment.size),
        file_name: version.file_name.to_string(),
        media_type: version.media_type.to_string(),
    }
}

/// A document as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The id of the entry that published it.
    pub id: EntryId,
    /// The administration that published it.
    pub administration: Code,
    /// The node that signed.
    pub author: NodeKey,
    /// Who can read it.
    pub audience: Audience,
    /// When it was published, by that node's clock.
    pub opened: Millis,
    /// Its versions in force, in the order of folding: the first is the one published.
    pub versions: Vec<Version>,
    /// Its withdrawals in force, in the order of folding; several when they were concurrent.
    pub withdrawals: Vec<Withdrawal>,
    /// Whether acts on it wait for others that have not arrived.
    pub incomplete: bool,
}

/// A version in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The id of its entry.
    pub id: EntryId,
    /// Who wrote it, when and where.
    pub origin: Origin,
    /// Whether it stands: no version in force was written in knowledge of it.
    pub current: bool,
    /// Its title.
    pub title: Title,
    /// The language of its content.
    pub language: Language,
    /// Its content.
    pub content: Attachment,
    /// The name of its file.
    pub file_name: FileName,
    /// What the content is.
    pub media_type: MediaType,
}

/// A withdrawal in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The id of its entry.
    pub id: EntryId,
    /// Who withdrew it, when and where.
    pub origin: Origin,
    /// Why.
    pub reason: Option<Reason>,
}

/// Where a list goes on: after the document opened at this time with this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When it was opened.
    pub opened: Millis,
    /// Its id.
    pub id: EntryId,
}

impl Document {
    /// The versions that stand: several while concurrent revisions wait for somebody to merge them.
    pub fn current(&self) -> impl Iterator<Item = &Version> {
        self.versions.iter().filter(|version| version.current)
    }

    /// Whether it has been withdrawn.
    #[must_use]
    pub fn withdrawn(&self) -> bool {
        !self.withdrawals.is_empty()
    }

    /// Where a list goes on after this document.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor { opened: self.opened, id: self.id }
    }
}

/// The document with this id; nothing when no act in force has opened one.
pub fn get(state: &impl State, id: &EntryId) -> Result<Option<Document>, StateError> {
    let object = Pairs::load(state, id)?;
    let Some(opened) = object.opened()?.filter(|opened| opened.register == Register::Documents) else {
        return Ok(None);
    };
    let Some(summary) = keys::summary(state, id)? else { return Ok(None) };
    let mut versions = Vec::new();
    for (id, value) in object.ids(VERSION) {
        let current = object.has(&pairs::suffix(CURRENT, &id));
        versions.push(object.decode(value, |message| Version::parse(id, current, message))?);
    }
    let mut withdrawals = Vec::new();
    for (id, value) in object.ids(WITHDRAWAL) {
        withdrawals.push(object.decode(value, |message| Withdrawal::parse(id, message))?);
    }
    versions.sort_by_key(|version| version.origin.order());
    withdrawals.sort_by_key(|withdrawal| withdrawal.origin.order());
    Ok(Some(Document {
        id: *id,
        administration: opened.administration,
        author: opened.author,
        audience: summary.audience,
        opened: opened.clock,
        versions,
        withdrawals,
        incomplete: summary.waiting > 0,
    }))
}

/// At most `limit` documents, the newest first by the clocks of those who published them.
pub fn list(state: &impl State, after: Option<&Cursor>, limit: usize) -> Result<Vec<Document>, StateError> {
    let after = after.map(|cursor| keys::listing_key(Register::Documents, cursor.opened, &cursor.id));
    let pairs = state.scan(&keys::listing_prefix(Register::Documents), after.as_deref(), limit)?;
    let mut documents = Vec::with_capacity(pairs.len());
    for (key, _) in pairs {
        documents.extend(get(state, &keys::object_of_listing_key(&key)?)?);
    }
    Ok(documents)
}

impl Version {
    fn parse(id: EntryId, current: bool, message: &v1::FoldedVersion) -> Option<Self> {
        Some(Self {
            id,
            origin: Origin::parse(message.entry.as_ref())?,
            current,
            title: message.title.parse().ok()?,
            language: message.language.parse().ok()?,
            content: Attachment { hash: ContentHash::try_from(message.content.as_slice()).ok()?, size: message.size },
            file_name: message.file_name.parse().ok()?,
            media_type: message.media_type.parse().ok()?,
        })
    }
}

impl Withdrawal {
    fn parse(id: EntryId, message: &v1::FoldedWithdrawal) -> Option<Self> {
        let reason = if message.reason.is_empty() { None } else { Some(message.reason.parse().ok()?) };
        Some(Self { id, origin: Origin::parse(message.entry.as_ref())?, reason })
    }
}
