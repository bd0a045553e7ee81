//! Judges every test vector of `proto/vectors/`: each must get the verdict that stands beside it, and what is valid
//! must say what stands there. `proto/README.md` defines the verdicts; a reader in another language judges the same
//! files (`tests/foreign/`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod charters;
mod entries;
mod forks;
mod frozen;
#[path = "../../examples/vectors/generator/mod.rs"]
mod generator;
mod governance;
mod invitations;
mod logs;
mod mandates;
mod places;
mod sealing;
mod traps;
mod vector;
mod words;
