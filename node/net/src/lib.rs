//! Palabre on libp2p: bytes become [`Event`]s, commands become bytes (`docs/design.md` §7).
//!
//! [`start`] spawns one task that owns the swarm and gives a [`Handle`] and the stream of events. This crate knows
//! nothing of content: a packet, a gossip message, an attachment are bytes here; whom to dial, whom to admit, what is
//! valid is decided by `palabre-core`.
//!
//! How to read it, from the outside in:
//!
//! | file | one idea |
//! |---|---|
//! | `config`, `handle`, `event` | what the rest of the house sees |
//! | `task` | the one task: commands, the swarm's events, what they change |
//! | `connections` | which of several connections to one node is kept |
//! | `sync_stream`, `attachment`, `frame` | what travels on our two stream protocols |
//! | `admission` | what a stranger says at the door, from both sides |
//! | `gossip` | gossipsub's settings, topics and verdicts |
//! | `gate`, `behaviour`, `streams` | who gets which protocols |
//! | `flood` | who floods gossip is disconnected |
//! | `transport`, `muxer`, `identity` | sockets, encryption, keys |
//! | `pace` | so many at once, then so many in a second |
//! | `counters` | bytes, counted |
//! | `fixtures` | for tests of other crates: what these protocols make of given bytes |

mod admission;
mod attachment;
mod behaviour;
mod config;
mod connections;
mod counters;
mod event;
#[cfg(feature = "fixtures")]
pub mod fixtures;
mod flood;
mod frame;
mod gate;
mod gossip;
mod handle;
mod identity;
mod muxer;
mod pace;
mod streams;
mod sync_stream;
mod task;
mod transport;

pub use admission::{KnockError, Porter, knock};
pub use attachment::{ChunkSender, FetchError, MAX_CHUNK, RequesterGone, Responder};
pub use config::{Config, StartError};
pub use counters::{Counters, GossipCounters, NodeCounters, Volume};
pub use event::{DialFailure, DisconnectReason, Event, FailedAddress, Refusal};
pub use frame::MAX_FRAME as MAX_PACKET;
pub use gossip::{MAX_GOSSIP, MessageRef, Topic, Verdict};
pub use handle::{Handle, SendError, start};
pub use identity::{address_of, node_in};
pub use libp2p::Multiaddr;
pub use streams::{ADMISSION_PROTOCOL, ATTACHMENT_PROTOCOL, SYNC_PROTOCOL};
