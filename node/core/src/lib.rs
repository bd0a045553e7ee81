//! The rules of Palabre (`docs/design.md`): one reads them here without knowing libp2p or sled.
//!
//! Nothing in this crate performs I/O, reads the clock or draws randomness: all three are injected.
//! The whole of a node is [`node::Node`], a state machine whose shape is `handle(event, now) -> effects`;
//! the daemon, the simulator and the tests drive that same function.
//!
//! | module | what lives there |
//! |---|---|
//! | [`id`], [`keys`] | names of things, and signatures |
//! | [`ledger`] | entries, logs, forks, the frontier |
//! | [`charter`] | charter, mandates, who may do what |
//! | [`admission`] | how somebody new comes in: invitation, application, what it waits for |
//! | [`archive`] | what seals a ledger in one file |
//! | [`seal`] | who may read: keys of audiences, grants, sealed payloads |
//! | [`acts`], [`registers`] | the typed content of entries and the state folded from it |
//! | [`sync`] | what two nodes say to each other |
//! | [`node`] | the state machine of one node |
//! | [`state`] | the one small trait through which rules read and write state |

pub mod acts;
pub mod admission;
pub mod archive;
pub mod charter;
#[cfg(any(test, feature = "fixtures"))]
pub mod fixtures;
pub mod id;
pub mod keys;
pub mod ledger;
pub mod node;
pub mod registers;
pub mod seal;
pub mod sim;
pub mod state;
pub mod sync;
pub mod time;
