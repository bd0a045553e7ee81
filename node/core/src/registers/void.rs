//! What becomes of an act: its status, and the reasons for which it is void.

use thiserror::Error;

use crate::acts::ActError;
use crate::state::StateError;

/// Why an act has no effect. It is kept and shown with this reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum VoidReason {
    /// The payload is no act: it has no envelope.
    #[error("it is no act")]
    NoAct,
    /// A field of the act is malformed.
    #[error("the act is malformed")]
    Malformed,
    /// This version does not know the kind of act.
    #[error("the kind of act is unknown to this version of the program")]
    UnknownKind,
    /// Its place is not 1 + the greatest place among its `after`.
    #[error("its place is not the one after the acts that it names")]
    WrongPlace,
    /// It names, as being before it, an entry that is no act on its object.
    #[error("it names as being before it an entry of another object")]
    ForeignAfter,
    /// It names, as being before it, an entry that is no act or an act out of place.
    #[error("it names as being before it an entry that is no act or is out of place")]
    BrokenAfter,
    /// The mandate that it cites does not list its author.
    #[error("its author is not a node of the mandate that it cites")]
    NotMandated,
    /// The mandate that governs it does not list its author any more.
    #[error("its author had been revoked before")]
    Revoked,
    /// A disputed revision or mandate cuts it off.
    #[error("it comes after a cut by a revision or a mandate that is disputed")]
    CutInDispute,
    /// The administration is suspended.
    #[error("its administration is suspended")]
    Suspended,
    /// The administration has no right to this act.
    #[error("its administration has no right to this act")]
    NotAllowed,
    /// The act that opened the object is void.
    #[error("the act that opened the object is void")]
    OpenerVoid,
    /// It is an act for another kind of object.
    #[error("the object is of another kind than the act is for")]
    OtherKind,
    /// The author knew that the object had been withdrawn.
    #[error("the object had been withdrawn before, to its author's knowledge")]
    Withdrawn,
    /// What it says is not signed by the key that the charter gives.
    #[error("what it says is not signed by the key that the charter gives the administration")]
    OtherKey,
    /// What it upholds is in force, or upheld already.
    #[error("the act that it upholds is in force, or upheld already")]
    NotVoid,
    /// It is for other readers than its object is, or this kind of act has.
    #[error("it is for other readers than its object, or than acts of its kind")]
    OtherAudience,
    /// Its administration is not in the audience that it writes to.
    #[error("its administration is not in the audience that it writes to")]
    Outside,
    /// It upholds an act that upholds another.
    #[error("it upholds an act that itself upholds another: that other one is to be named")]
    NotUpholdable,
}

impl From<ActError> for VoidReason {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Envelope(_) => Self::NoAct,
            ActError::UnknownKind => Self::UnknownKind,
            ActError::Encoding(_)
            | ActError::Opening
            | ActError::Proof(_)
            | ActError::Grant(_)
            | ActError::File(_)
            | ActError::Files
            | ActError::Upheld
            | ActError::Kind(_) => Self::Malformed,
        }
    }
}

impl VoidReason {
    const ALL: [Self; 19] = [
        Self::NoAct,
        Self::Malformed,
        Self::UnknownKind,
        Self::WrongPlace,
        Self::ForeignAfter,
        Self::BrokenAfter,
        Self::NotMandated,
        Self::Revoked,
        Self::CutInDispute,
        Self::Suspended,
        Self::NotAllowed,
        Self::OpenerVoid,
        Self::OtherKind,
        Self::Withdrawn,
        Self::OtherKey,
        Self::NotVoid,
        Self::NotUpholdable,
        Self::OtherAudience,
        Self::Outside,
    ];

    /// A stable word for JSON and translation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAct => "no-act",
            Self::Malformed => "malformed",
            Self::UnknownKind => "unknown-kind",
            Self::WrongPlace => "wrong-place",
            Self::ForeignAfter => "foreign-after",
            Self::BrokenAfter => "broken-after",
            Self::NotMandated => "not-mandated",
            Self::Revoked => "revoked",
            Self::CutInDispute => "cut-in-dispute",
            Self::Suspended => "suspended",
            Self::NotAllowed => "not-allowed",
            Self::OpenerVoid => "opener-void",
            Self::OtherKind => "other-kind",
            Self::Withdrawn => "withdrawn",
            Self::OtherKey => "other-key",
            Self::NotVoid => "not-void",
            Self::NotUpholdable => "not-upholdable",
            Self::OtherAudience => "other-audience",
            Self::Outside => "outside",
        }
    }

    /// Whether the act has no place among the acts of its object, so that none can build on it. That follows from its
    /// bytes and those that it names, whatever the charter says: an honest author never names it.
    #[must_use]
    pub const fn is_broken(self) -> bool {
        matches!(self, Self::NoAct | Self::WrongPlace | Self::ForeignAfter | Self::BrokenAfter | Self::OtherAudience)
    }
}

/// What has become of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It waits for an act that it builds on, or for the charter revision or mandate that it cites.
    Waiting,
    /// It counts.
    InForce,
    /// It is authentic and has no effect where it stands. Unless the reason [`VoidReason::is_broken`], it keeps its place among the
    /// acts of its object: later ones may build on it, and a change of charter may bring it into force.
    Void(VoidReason),
}

impl Status {
    /// A stable word for JSON and translation: `waiting`, `in-force`, `void`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::InForce => "in-force",
            Self::Void(_) => "void",
        }
    }

    /// Why it has no effect.
    #[must_use]
    pub const fn reason(self) -> Option<VoidReason> {
        match self {
            Self::Void(reason) => Some(reason),
            Self::Waiting | Self::InForce => None,
        }
    }

    /// Its stored form: a letter, and the reason's word.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let (letter, reason) = match self {
            Self::Waiting => (b'w', None),
            Self::InForce => (b'f', None),
            Self::Void(reason) => (b'v', Some(reason)),
        };
        [&[letter], reason.map_or("", VoidReason::code).as_bytes()].concat()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (letter, word) = bytes.split_first()?;
        let reason = || VoidReason::ALL.into_iter().find(|reason| reason.code().as_bytes() == word);
        match letter {
            b'w' => Some(Self::Waiting),
            b'f' => Some(Self::InForce),
            b'v' => reason().map(Self::Void),
            _ => None,
        }
    }
}

/// Why an act cannot take effect now.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It would be void.
    #[error(transparent)]
    Void(#[from] VoidReason),
    /// It would wait.
    #[error("what the act builds on, or the charter revision or mandate that it cites, has not arrived here")]
    Waits,
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_read_back_as_it_was_stored() {
        let void = VoidReason::ALL.into_iter().map(Status::Void);
        for status in void.chain([Status::Waiting, Status::InForce]) {
            assert_eq!(Status::from_bytes(&status.to_bytes()), Some(status));
        }
        assert_eq!(Status::from_bytes(b"vunheard-of"), None);
        assert_eq!(Status::from_bytes(b""), None);
    }
}
