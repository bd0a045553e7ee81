//! Acts on documents: publish, revise, withdraw. What they change is in [`crate::registers::documents`].

use palabre_proto::v1;
use palabre_proto::v1::act::Kind as Wire;
use palabre_proto::v1::document_act::Act;

use super::fields::{FileName, Language, MediaType, Reason, Title};
use super::{ActError, KindError, ObjectAct, Register};
use crate::ledger::Header;

/// An act on a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentAct {
    /// Opens a document with its first version.
    Publish(Version),
    /// Adds a version, which replaces those that stand before it.
    Revise(Version),
    /// Ends the document.
    Withdraw(Option<Reason>),
}

/// A version of a document as its author describes it. The content is an attachment of the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its title.
    pub title: Title,
    /// The language of its content.
    pub language: Language,
    /// Which attachment of the header is its content, from 0.
    pub content: u32,
    /// The name that the file had, and gets when it is saved.
    pub file_name: FileName,
    /// What the content is.
    pub media_type: MediaType,
}

impl DocumentAct {
    /// Parses the message; `header` says how many attachments there are.
    pub(super) fn parse(message: v1::DocumentAct, header: &Header) -> Result<Self, ActError> {
        Ok(match message.act.ok_or(ActError::UnknownKind)? {
            Act::Publish(publish) => Self::Publish(version(publish.version, header)?),
            Act::Revise(revise) => Self::Revise(version(revise.version, header)?),
            Act::Withdraw(v1::DocumentWithdraw { reason }) if reason.is_empty() => Self::Withdraw(None),
            Act::Withdraw(v1::DocumentWithdraw { reason }) => {
                Self::Withdraw(Some(reason.try_into().map_err(KindError::Field)?))
            }
        })
    }
}

impl ObjectAct for DocumentAct {
    fn to_wire(&self) -> Wire {
        let act = match self {
            Self::Publish(version) => Act::Publish(v1::DocumentPublish { version: Some(version.to_message()) }),
            Self::Revise(version) => Act::Revise(v1::DocumentRevise { version: Some(version.to_message()) }),
            Self::Withdraw(reason) => Act::Withdraw(v1::DocumentWithdraw {
                reason: reason.as_ref().map(Reason::to_string).unwrap_or_default(),
            }),
        };
        Wire::Document(v1::DocumentAct { act: Some(act) })
    }

    fn register(&self) -> Option<Register> {
        Some(Register::Documents)
    }

    fn opens(&self) -> bool {
        matches!(self, Self::Publish(_))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Publish(_) => "document-publish",
            Self::Revise(_) => "document-revise",
            Self::Withdraw(_) => "document-withdraw",
        }
    }
}

impl Version {
    pub(super) fn to_message(&self) -> v1::DocumentVersion {
        v1::DocumentVersion {
            title: self.title.to_string(),
            language: self.language.to_string(),
            content: self.content,
            file_name: self.file_name.to_string(),
            media_type: self.media_type.to_string(),
        }
    }
}

fn version(message: Option<v1::DocumentVersion>, header: &Header) -> Result<Version, KindError> {
    let message = message.ok_or(KindError::Missing("version"))?;
    if message.content as usize >= header.attachments.len() {
        return Err(KindError::Attachment { named: message.content, attachments: header.attachments.len() });
    }
    Ok(Version {
        title: message.title.try_into()?,
        language: message.language.try_into()?,
        content: message.content,
        file_name: message.file_name.try_into()?,
        media_type: message.media_type.try_into()?,
    })
}
