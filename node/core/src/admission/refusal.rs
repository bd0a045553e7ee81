//! Why an application is not taken, or what was shown does not count: the same words on both sides of the door.

use palabre_proto::v1::answer::Verdict;
use thiserror::Error;

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It cannot be read, or a field says what it may not.
    #[error("what came is malformed")]
    Malformed,
    /// For another network.
    #[error("the invitation is for another network")]
    OtherNetwork,
    /// A signature is not valid: the text was changed, or a key is not the applicant's.
    #[error("a signature is not valid")]
    Signature,
    /// Its node is not one of a member or of the regional office, or not any more.
    #[error("who invites may not invite")]
    NotEntitled,
    /// Too late.
    #[error("the invitation has expired")]
    Expired,
    /// Not the code that was signed for.
    #[error("the code does not belong to the invitation")]
    WrongCode,
    /// Another node has applied with it.
    #[error("another node has used the code")]
    UsedCode,
    /// The charter gives the administration another key than the application.
    #[error("the charter gives this administration another key")]
    OtherKey,
    /// The charter gives the administration no key, and neither does the application.
    #[error("this administration has no key in the charter, and the application brings none")]
    NoKey,
    /// As many as are held.
    #[error("the list of applications is full")]
    Full,
    /// Not now.
    #[error("the node cannot take it now")]
    Busy,
}

/// Each refusal with its number on the wire.
const ON_THE_WIRE: [(Refusal, Verdict); 11] = [
    (Refusal::Malformed, Verdict::Malformed),
    (Refusal::OtherNetwork, Verdict::OtherNetwork),
    (Refusal::Signature, Verdict::Signature),
    (Refusal::NotEntitled, Verdict::NotEntitled),
    (Refusal::Expired, Verdict::Expired),
    (Refusal::WrongCode, Verdict::WrongCode),
    (Refusal::UsedCode, Verdict::UsedCode),
    (Refusal::OtherKey, Verdict::OtherKey),
    (Refusal::NoKey, Verdict::NoKey),
    (Refusal::Full, Verdict::Full),
    (Refusal::Busy, Verdict::Busy),
];

impl Refusal {
    /// As it travels.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        let found = ON_THE_WIRE.iter().find(|(refusal, _)| *refusal == self);
        found.map_or(Verdict::Malformed, |(_, verdict)| *verdict)
    }

    /// What a verdict says; one that this version does not know is a refusal too.
    #[must_use]
    pub fn of(verdict: i32) -> Option<Self> {
        if verdict == Verdict::Kept as i32 {
            return None;
        }
        let found = ON_THE_WIRE.iter().find(|(_, known)| *known as i32 == verdict);
        Some(found.map_or(Self::Malformed, |(refusal, _)| *refusal))
    }

    /// Whether it may be otherwise in a while.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        matches!(self, Self::Busy | Self::Full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_travels() {
        for (refusal, _) in ON_THE_WIRE {
            assert_eq!(Refusal::of(refusal.verdict() as i32), Some(refusal));
        }
        assert_eq!(Refusal::of(Verdict::Kept as i32), None);
        assert_eq!(Refusal::of(99), Some(Refusal::Malformed));
    }
}
