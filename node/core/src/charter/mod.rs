//! The charter, the mandates, and who may do what (`docs/design.md` §4).
//!
//! [`revision::Charter`] is one parsed revision, [`invariants`] are its rules, [`signature`] counts the keyholders,
//! [`mandate`] lists the nodes of an administration, and [`rules::Rules`] is the set of all that a node holds of them.

pub mod file;
pub mod invariants;
pub mod mandate;
pub mod revision;
pub mod rules;
pub mod signature;
pub mod template;

pub use file::{CharterFile, CharterFileError};
pub use invariants::Breach;
pub use mandate::{Mandate, MandateError, MandatedNode, RawMandate};
pub use revision::{
    Administration, AdministrationKind, Charter, CharterError, Commission, CommissionId, Names, Office, OfficeKind,
};
pub use rules::{Rules, RulesError, Standing};
pub use signature::{CharterSignature, SignatureFormError};
