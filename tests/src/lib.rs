//! What the tests that cross the rooms of the house stand on: real nodes, as processes on real sockets.
//!
//! | module | what lives there |
//! |---|---|
//! | [`binary`] | the program under test |
//! | [`cli`] | one command, run to its end: exit code, words, JSON |
//! | [`node`] | one node: its home, and its process while it runs |
//! | [`api`] | its HTTP API and its figures |
//! | [`network`] | several nodes, founded by hand with files as the README says |
//! | [`ceremony`] | what keyholders do together; keys and mandates in the wrong hands |
//! | [`demo`] | `palabre demo`, and that nothing of it is left behind |
//! | [`hostile`] | a member gone bad, a stranger at the door: programs that keep to no rule |
//! | [`ledger`] | the segments of a stopped node, frame by frame, and how to damage them |
//! | [`power`] | what a power cut may leave of a disk |
//! | [`machine`] | the machine under a node, made to fail |
//! | [`shim`] | what the C library is made to do wrong |
//! | [`wait`] | waiting for what must come, never for a fixed time |
//! | [`readme`] | the commands that a README shows |
//! | [`ports`], [`process`], [`content`] | free ports, signals, contents that look like nothing else |
//!
//! Nothing here measures time. A wait is ten times and more what is typical, and ends as soon as what it waits for is there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "a test that cannot go on fails: here a panic is the way to say so"
)]

pub mod api;
pub mod binary;
pub mod ceremony;
pub mod cli;
pub mod content;
pub mod demo;
pub mod hostile;
pub mod ledger;
pub mod machine;
pub mod network;
pub mod node;
pub mod ports;
pub mod power;
pub mod process;
pub mod readme;
pub mod shim;
pub mod wait;

pub use api::Api;
pub use cli::{Answer, Cli};
pub use demo::Demo;
pub use network::Network;
pub use node::Node;
pub use wait::{PATIENCE, eventually};
