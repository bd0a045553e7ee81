//! A member gone bad, as a real process: it has a node's key and the charter of its network, and keeps to none of the
//! rules. And a stranger, who has no key that counts.
//!
//! | module | what lives there |
//! |---|---|
//! | [`member`] | who it is: key, network, charter and mandate; entries in its own or another's name |
//! | [`line`] | plain libp2p to one node: the sync stream, gossip, streams without end |
//! | [`attack`] | the attacks by name |
//! | `bytes`, `frames`, `entries`, `doors` | what each of them does |
//! | [`tally`] | what it did, counted, so that a test can see that the attack took place |
//! | [`assault`] | the other side of it: a test starts an attack and measures what it costs |

pub mod assault;
pub mod attack;
mod bytes;
mod doors;
mod entries;
mod frames;
pub mod line;
pub mod member;
pub mod tally;

pub use assault::{Assault, Cost};
pub use attack::{Answer, Attack};
pub use tally::Tally;
