//! Every decoder of Palabre that sees bytes from a peer or from a file, as functions of bytes. Each panics when a
//! property that must hold for any bytes does not hold, and never because the bytes are bad.
//!
//! | module | what lives there |
//! |---|---|
//! | [`targets`] | the functions, and real bytes to begin with |
//! | `subject` | a real node, with the properties that hold whatever comes to it |
//! | `region` | the region, the entries and the hostile member of these targets |
//! | `chunks` | several messages in one input |
//! | `vectors` | the test vectors of `proto/vectors` as bytes |
//! | [`mutator`] | small changes to real bytes, for the run with the stable compiler |
//!
//! `README.md` in this folder says how they run.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "these functions report a violated property by a panic; nothing else makes them panic"
)]

mod chunks;
pub mod mutator;
mod region;
mod subject;
pub mod targets;
mod vectors;

pub use targets::{TARGETS, Target};
