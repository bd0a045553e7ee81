//! Kinds of objects.

use palabre_proto::v1;

/// Kinds of objects, with their numbers in `registers.proto`. How each is folded is in the module of
/// [`crate::registers`] of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Register {
    /// Documents.
    Documents = v1::Register::Documents as u8,
    /// Proofs of keyholders' keys.
    Proofs = v1::Register::Proofs as u8,
    /// Grants of audience keys, and requests for them.
    Keys = v1::Register::Keys as u8,
}

impl Register {
    const ALL: [Self; 3] = [Self::Documents, Self::Proofs, Self::Keys];

    /// Its name: `documents`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Proofs => "proofs",
            Self::Keys => "keys",
        }
    }

    pub(crate) const fn number(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|register| i32::from(register.number()) == number)
    }
}
