//! What a Palabre node keeps on disk (`docs/design.md` §8).
//!
//! | module | what lives there |
//! |---|---|
//! | [`home`], [`secrets`] | the folder of a node, its lock, its keys |
//! | [`segments`] | the ledger: append-only files, the truth of the node |
//! | [`index`] | state folded from the segments, in sled and in tables; it can be made again at any time |
//! | [`attachments`] | files named by their hash |
//! | [`archive`] | the file of an archive |
//! | [`opening`], [`replay`], [`ahead`] | how these are opened after whatever happened |
//! | [`store`] | all of them in one value, as the rules see it |
//!
//! Nothing here knows what a record means. The crate must be built with unwinding panics: sled's are caught.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on fails"))]

pub mod ahead;
pub mod archive;
pub mod attachments;
mod disk;
pub mod home;
pub mod index;
pub mod opening;
mod own_head;
pub mod replay;
pub mod secrets;
pub mod segments;
mod stop;
pub mod store;

pub use attachments::Attachments;
pub use disk::{Trouble, trouble_behind};
pub use home::{Home, LockedHome};
pub use index::Index;
pub use opening::Opening;
pub use segments::Segments;
pub use store::{Settings, Store};
