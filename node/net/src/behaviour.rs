//! What a node speaks, and with whom.

use crate::config::{Config, StartError};
use crate::counters::Meters;
use crate::flood::Watch;
use crate::gate::Gate;
use crate::gossip::{self, Gossipsub, Topics};
use crate::streams::Streams;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::PublicKey;
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{PeerId, identify, mdns, ping};
use std::sync::Arc;
use std::time::Duration;

/// Connections whose encryption is being set up, each way. Few: each costs memory before anybody has proved anything.
const PENDING: u32 = 32;

/// Connections of all nodes together: the region has some two dozen administrations with up to two nodes each.
const ESTABLISHED: u32 = 96;

/// Connections of one node: the one that is used, the one that replaces it, and two that are dying.
const ESTABLISHED_PER_PEER: u32 = 4;

/// A ping every five minutes keeps most NAT mappings of TCP and finds a dead peer in time; a shorter interval costs
/// bytes on every idle link.
const PING_INTERVAL: Duration = Duration::from_mins(5);

/// How long an answer may take behind a full queue on a 64 kbit/s line.
const PING_TIMEOUT: Duration = Duration::from_mins(2);

/// Identify runs when a connection opens. Its periodic repetition would be bytes for nothing.
const IDENTIFY_INTERVAL: Duration = Duration::from_hours(24);

/// The family of protocols, as identify names it.
const PROTOCOL_VERSION: &str = "palabre/1";

/// Everything that a node speaks.
#[derive(NetworkBehaviour)]
pub(crate) struct NodeBehaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
    pub(crate) gate: Gate<Members, Strangers>,
}

/// What admitted nodes get.
#[derive(NetworkBehaviour)]
pub(crate) struct Members {
    identify: identify::Behaviour,
    pub(crate) gossipsub: Watch<Gossipsub>,
    pub(crate) streams: Streams,
}

/// What anybody gets: our key, agent and protocols, and the address that they come from; and to say one thing at the door. The gate tells it none of our
/// addresses, and it would hide them.
#[derive(NetworkBehaviour)]
pub(crate) struct Strangers {
    identify: identify::Behaviour,
    pub(crate) streams: Streams,
}

impl NodeBehaviour {
    pub(crate) fn new(
        config: &Config,
        key: &PublicKey,
        topics: &Topics,
        meters: &Arc<Meters>,
    ) -> Result<Self, StartError> {
        let limits = ConnectionLimits::default()
            .with_max_pending_incoming(Some(PENDING))
            .with_max_pending_outgoing(Some(PENDING))
            .with_max_established(Some(ESTABLISHED))
            .with_max_established_per_peer(Some(ESTABLISHED_PER_PEER));
        let identify = identify::Config::new(PROTOCOL_VERSION.to_owned(), key.clone())
            .with_agent_version(config.agent.clone())
            .with_interval(IDENTIFY_INTERVAL)
            .with_cache_size(0);
        let members = Members {
            identify: identify::Behaviour::new(identify.clone()),
            gossipsub: Watch::new(gossip::build(topics, config.metered, meters)?, gossip::FLOOD),
            streams: Streams::for_members(),
        };
        let strangers = Strangers {
            identify: identify::Behaviour::new(identify.with_hide_listen_addrs(true)),
            streams: Streams::for_strangers(),
        };
        Ok(Self {
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::new(ping::Config::new().with_interval(PING_INTERVAL).with_timeout(PING_TIMEOUT)),
            mdns: if config.mdns { multicast(key.to_peer_id()) } else { None }.into(),
            gate: Gate::new(members, strangers),
        })
    }
}

/// Multicast DNS, where the machine has it: a node without it is still a node.
fn multicast(local: PeerId) -> Option<mdns::tokio::Behaviour> {
    mdns::tokio::Behaviour::new(mdns::Config::default(), local)
        .inspect_err(
            |error| tracing::warn!(%error, "no multicast DNS on this machine: nodes nearby are not found by it"),
        )
        .ok()
}
