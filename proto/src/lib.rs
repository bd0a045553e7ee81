//! The wire and disk formats of Palabre, generated from the `.proto` files beside this crate.
//!
//! Nothing here judges: `palabre-core` parses and verifies. `README.md` in this folder tells a stranger
//! how to implement the format; `vectors/` checks such an implementation.

#[allow(missing_docs, clippy::pedantic)]
/// Format version 1 (`docs/design.md` §3).
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/palabre.v1.rs"));
}

pub use prost::{DecodeError, Message};
