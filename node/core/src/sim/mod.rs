//! The simulator: many real nodes in virtual time, everything that goes wrong drawn from a seed
//! (`docs/design.md` §2).
//!
//! It drives the same [`crate::node::Node`] as the daemon does. The same scenario and seed give the same run on every
//! machine, so that whatever fails once fails again.
//!
//! | file | idea |
//! |---|---|
//! | [`scenario`] | what is simulated, read from TOML |
//! | [`region`] | charter, mandates and keys |
//! | [`dice`] | randomness |
//! | `world` | virtual time: what happens next, and to whom |
//! | `machine`, `disk` | one node with its clock and what it keeps |
//! | `network`, `wires`, `gossip` | what lies between the machines and what travels there |
//! | `troubles`, `mishaps`, `hostile` | what goes wrong |
//! | `writing`, `sealing` | what the nodes write, and who reads it |
//! | `council`, `governing` | what is signed with the keys of administrations, rightly or not, and how it reaches the nodes |
//! | [`shrink`] | from a run that failed to the smallest that fails likewise |
//! | `run`, [`tap`], [`report`] | the phases of a run, what is counted, what it has shown |

mod council;
pub mod dice;
mod disk;
mod gossip;
mod governing;
mod hostile;
mod machine;
mod mishaps;
mod network;
pub mod region;
pub mod report;
mod run;
pub mod scenario;
mod sealing;
pub mod shrink;
pub mod tap;
mod troubles;
mod wires;
mod world;
mod writing;

pub use network::{ConnectionId, Place};
pub use report::{Problem, Report};
pub use run::run;
pub use scenario::{Scenario, ScenarioError};
pub use world::World;
