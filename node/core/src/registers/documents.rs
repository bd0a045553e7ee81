//! Documents: who may publish, revise and withdraw them, and what stands (`docs/design.md` §6).
//!
//! * Members and the regional office publish. The administration that published revises and withdraws, and so does who
//!   sits in the secretariat, for the group: the leader, the assessors, the regional office.
//! * What one published who had no right to it, its administration upholds, or who sits in the secretariat.
//! * A version is **current** when no version in force has it among the acts that its author knew. So concurrent
//!   revisions stand side by side until a further one names both.
//! * A withdrawal ends what its author knew, and what others wrote without knowing of it is kept: a revision is void
//!   only when a withdrawal in force is among the acts that its author knew. Versions and withdrawal then stand side
//!   by side, and the document shows as withdrawn.
//!
//! | suffix | value |
//! |---|---|
//! | `v` id | `FoldedAct`: a version in force |
//! | `c` id | nothing: that version is current |
//! | `w` id | `FoldedAct`: a withdrawal in force |
//!
//! What a version or withdrawal says is not repeated: it is read from its entry, or from the void one that this upholds.

use std::collections::BTreeSet;

use palabre_proto::{Message, v1};

use super::Register;
use super::audience::Audience;
use super::cause::Cause;
use super::deed::{self, Said};
use super::fold::RegisterRules;
use super::keys;
use super::pairs::{self, Origin, Pairs};
use super::void::{Refusal, VoidReason};
use crate::acts::documents::{self as acts, DocumentAct};
use crate::acts::fields::{FileName, Language, MediaType, Reason, Title};
use crate::charter::AdministrationKind;
use crate::id::{Code, ContentHash, EntryId, NodeKey};
use crate::ledger::{Attachment, Header};
use crate::seal::Ring;
use crate::seal::file::SealedFile;
use crate::state::{StateError, Storage};
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
                if publisher != cause.actor.administration && !cause.in_secretariat() {
                    return Err(VoidReason::NotAllowed.into());
                }
                let known = nearest(object, cause)?;
                let withdrawn = known.iter().any(|id| object.has(&pairs::suffix(WITHDRAWAL, id)));
                if withdrawn { Err(VoidReason::Withdrawn.into()) } else { Ok(()) }
            }
        }
    }

    fn may_uphold(&self, object: &Pairs, cause: &Cause<'_>, author: &Code) -> Result<(), Refusal> {
        let own = cause.actor.administration == *author || cause.in_secretariat();
        if matches!(self, Self::Publish(_)) && !own {
            return Err(VoidReason::NotAllowed.into());
        }
        self.may(object, cause)
    }

    fn apply(&self, object: &mut Pairs, cause: &Cause<'_>, id: EntryId) -> Result<(), Refusal> {
        let folded = v1::FoldedAct { administration: cause.actor.administration.to_string() }.encode_to_vec();
        match self {
            Self::Publish(_) | Self::Revise(_) => {
                for replaced in nearest(object, cause)? {
                    object.remove(&pairs::suffix(CURRENT, &replaced));
                }
                object.put(pairs::suffix(VERSION, &id), folded);
                object.put(pairs::suffix(CURRENT, &id), Vec::new());
            }
            Self::Withdraw(_) => object.put(pairs::suffix(WITHDRAWAL, &id), folded),
        }
        Ok(())
    }
}

/// The nearest versions and withdrawals in force that the author knew. Before a version in force there is no
/// withdrawal, and what it replaces it has replaced: nothing further back is needed.
fn nearest(object: &Pairs, cause: &Cause<'_>) -> Result<BTreeSet<EntryId>, Refusal> {
    cause.past.nearest(&|id| object.has(&pairs::suffix(VERSION, id)) || object.has(&pairs::suffix(WITHDRAWAL, id)))
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
    /// Whether acts on it wait for others that have not arrived, or are missing here because their records are damaged.
    pub incomplete: bool,
}

/// A version in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The id of its entry.
    pub id: EntryId,
    /// Who wrote it, when and where; of a void version that is upheld, who upholds it.
    pub origin: Origin,
    /// The void version that it upholds.
    pub upholds: Option<EntryId>,
    /// Whether it stands: no version in force was written in knowledge of it.
    pub current: bool,
    /// Its title.
    pub title: Title,
    /// The language of its content.
    pub language: Language,
    /// Its content: the attachment of the entry, sealed when the document is.
    pub content: Attachment,
    /// What opens it, when it is sealed.
    pub sealed: Option<SealedFile>,
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
pub fn get(storage: &impl Storage, ring: &Ring, id: &EntryId) -> Result<Option<Document>, StateError> {
    let object = Pairs::load(storage, id)?;
    let Some(opened) = object.opened()?.filter(|opened| opened.register == Register::Documents) else {
        return Ok(None);
    };
    let Some(summary) = keys::summary(storage, id)? else { return Ok(None) };
    let (mut versions, mut withdrawals, mut unread) = (Vec::new(), Vec::new(), 0);
    for (id, value) in object.ids(VERSION).chain(object.ids(WITHDRAWAL)) {
        let administration = object.decode(value, |folded: &v1::FoldedAct| folded.administration.parse().ok())?;
        let Some(Said { header, by, upholds, act, files }) = deed::said(storage, ring, &id)? else {
            unread += 1;
            continue;
        };
        let origin = Origin::of(&administration, &header);
        match act {
            DocumentAct::Publish(act) | DocumentAct::Revise(act) => {
                let current = object.has(&pairs::suffix(CURRENT, &id));
                let version = Version::of(id, origin, current, (act, &by, &files));
                versions.extend(version.map(|version| Version { upholds, ..version }));
            }
            DocumentAct::Withdraw(reason) => withdrawals.push(Withdrawal { id, origin, reason }),
        }
    }
    versions.sort_by_key(|version| version.origin.order());
    withdrawals.sort_by_key(|withdrawal| withdrawal.origin.order());
    Ok(Some(Document {
        id: *id,
        administration: opened.administration,
        author: opened.author,
        audience: summary.audience.unwrap_or_default(),
        opened: opened.clock,
        versions,
        withdrawals,
        incomplete: summary.waiting + unread > 0,
    }))
}

/// At most `limit` documents, the newest first by the clocks of those who published them.
pub fn list(
    storage: &impl Storage,
    ring: &Ring,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Document>, StateError> {
    let after = after.map(|cursor| keys::listing_key(Register::Documents, cursor.opened, &cursor.id));
    let pairs = storage.scan(&keys::listing_prefix(Register::Documents), after.as_deref(), limit)?;
    let mut documents = Vec::with_capacity(pairs.len());
    for (key, _) in pairs {
        documents.extend(get(storage, ring, &keys::listed(storage, &key)?)?);
    }
    Ok(documents)
}

impl Version {
    /// The file that it is: BLAKE3 and bytes, also when what is stored of it is sealed.
    #[must_use]
    pub fn file(&self) -> (ContentHash, u64) {
        self.sealed.as_ref().map_or((self.content.hash, self.content.size), |file| (file.hash, file.size))
    }

    /// Nothing when the header does not have the attachment, which parsing the act has excluded.
    fn of(
        id: EntryId,
        origin: Origin,
        current: bool,
        (said, by, files): (acts::Version, &Header, &[SealedFile]),
    ) -> Option<Self> {
        let acts::Version { title, language, content, file_name, media_type } = said;
        let sealed = files.get(content as usize).cloned();
        let content = *by.attachments.get(content as usize)?;
        Some(Self { id, origin, upholds: None, current, title, language, content, sealed, file_name, media_type })
    }
}
