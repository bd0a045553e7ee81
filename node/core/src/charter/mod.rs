//! The charter, the mandates, and who may do what (`docs/design.md` §4).
//!
//! | module | what lives there |
//! |---|---|
//! | [`revision`], [`invariants`] | one parsed revision, and its rules |
//! | [`succession`] | what a revision may change of the one before |
//! | [`signature`] | keyholders' detached signatures |
//! | [`revisions`] | the set of all of these: which revisions are adopted, and which govern |
//! | [`mandate`], [`mandates`] | an administration's list of its nodes; the chains of all administrations |
//! | [`cutoff`] | which entries still count of those from whom something is taken away |
//! | [`rules`] | all that a node holds of them, and what follows for an entry |
//! | [`newcomer`] | who is to be admitted |
//! | [`proposal`], [`difference`] | the next revision from short changes; what a revision changes |
//! | `counted` | the checkpoint of a new revision, and its lists of what still counts |
//! | [`settlement`], [`refounding`] | the revision that ends a dispute; the genesis that goes on from an old network |
//! | [`file`], [`chain`], [`template`] | a charter as a file, all revisions as one, and the region's data |

pub mod chain;
mod counted;
pub mod cutoff;
pub mod difference;
pub mod file;
pub mod invariants;
pub mod mandate;
pub mod mandates;
pub mod newcomer;
pub mod proposal;
pub mod refounding;
pub mod revision;
pub mod revisions;
pub mod rules;
pub mod settlement;
pub mod signature;
pub mod succession;
pub mod template;

pub use chain::{Chain, ChainError};
pub use cutoff::{Cutoff, Ends, NodeCutoff, Spot};
pub use file::{CharterFile, CharterFileError};
pub use invariants::Breach;
pub use mandate::{Mandate, MandateError, MandatedNode, RawMandate};
pub use newcomer::Newcomer;
pub use revision::{
    Administration, AdministrationKind, Charter, CharterError, Commission, Names, Office, OfficeKind, Refounding,
};
pub use revisions::{Joined, Jury, RevisionError, Revisions};
pub use rules::{Readers, Rules, RulesError, Standing};
pub use signature::{CharterSignature, SignatureFormError};
pub use succession::{Loss, SuccessionBreach};
