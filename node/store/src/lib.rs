//! What a Palabre node keeps on disk (`docs/design.md` §8).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on fails"))]

mod disk;
pub mod segments;

pub use segments::Segments;
