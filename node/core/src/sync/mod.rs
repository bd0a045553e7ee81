//! What two nodes say to each other on `/palabre/sync/1` (`docs/design.md` §7).
//!
//! [`codec`] turns frames into packets and back by streams of zstd, [`elide`] leaves out of an entry what the other side can compute,
//! [`session`] is one side of one connection. What to say, and to whom, is decided in [`crate::node`].

pub mod codec;
pub mod elide;
pub mod session;
mod stream;

pub use codec::{CodecError, Packer, Unpacker};
pub use elide::{Elider, Restored, Restorer};
pub use session::Session;
