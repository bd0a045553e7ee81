//! How somebody new comes in (`docs/design.md` §4): a member invites, the newcomer applies, people compare a
//! fingerprint by telephone and approve. Nothing here gives a right: only the charter and mandates do.
//!
//! | module | what lives there |
//! |---|---|
//! | [`invitation`] | the text that a member hands over |
//! | [`application`] | what the newcomer hands in, and its fingerprint |
//! | [`refusal`] | why an application is not taken |
//! | [`list`] | the few applications that a node holds |
//! | [`wait`] | what an applicant waits for |
//! | [`door`] | what is said at the door, in frames |

pub mod application;
pub mod door;
pub mod invitation;
pub mod list;
pub mod refusal;
pub mod wait;

pub use application::{Application, ApplicationError, Fingerprint, SignedApplication};
pub use invitation::{Invitation, InvitationError, InvitationText};
pub use list::{Applications, Kept};
pub use refusal::Refusal;
pub use wait::Wait;
