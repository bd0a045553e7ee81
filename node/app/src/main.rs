//! The Palabre node: command line, daemon, demo (`docs/design.md` §9).
//!
//! | module | what lives there |
//! |---|---|
//! | [`cli`] | what is typed, and how answers and errors are said |
//! | [`commands`] | one module for each command or group of commands |
//! | [`client`] | the way to the running node: its HTTP API on loopback |
//! | [`home`] | the home of a node: where it is, its settings, its founding files |
//! | [`rules`] | charter and mandates as far as this machine knows them |
//! | [`applicant`] | a node that is not admitted yet |
//! | [`archive`] | a ledger in one file: made from a home, checked anywhere |
//! | [`file`] | files that people hand to each other |
//! | [`clock`] | what time this machine takes it to be |
//! | [`failure`] | why a command failed |
//! | [`daemon`] | the running node |

mod applicant;
mod archive;
mod cli;
mod client;
mod clock;
mod commands;
mod daemon;
mod demo;
mod failure;
mod file;
mod home;
mod rules;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os().collect())
}
