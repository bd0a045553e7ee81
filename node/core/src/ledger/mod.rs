//! The ledger: all logs together (`docs/design.md` §3).
//!
//! [`entry::RawEntry`] comes from bytes and [`entry::Entry`] only from its `verify`: an unverified thing cannot reach
//! a register. [`book::Ledger`] judges where a verified entry belongs, `branch` which branch of a forked log stands;
//! [`own::OwnLog`] writes the node's own.

pub mod book;
mod branch;
pub mod entry;
pub mod fork;
pub mod frontier;
pub mod header;
mod index;
pub mod own;
pub mod record;
mod verifier;

pub use book::{Ledger, Verdict};
pub use entry::{Entry, EntryError, RawEntry};
pub use fork::ForkProof;
pub use frontier::{Frontier, Head};
pub use header::{Attachment, Audience, Header, HeaderError, Priority};
pub use own::{Draft, OwnLog};
pub use record::{Mended, Record, RecordError};
pub use verifier::verify_all;
