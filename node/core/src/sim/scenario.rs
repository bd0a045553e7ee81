//! What is simulated: how many nodes, what they write, what their links and machines suffer. Read from TOML.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Milliseconds in a second, a minute, an hour.
pub const SECOND: u64 = 1_000;
/// See [`SECOND`].
pub const MINUTE: u64 = 60 * SECOND;
/// See [`SECOND`].
pub const HOUR: u64 = 60 * MINUTE;

/// Most nodes: the region's 24 administrations with some nodes each.
pub const NODES_MAX: usize = 500;

/// Why a text is no scenario.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// Not the TOML of a scenario.
    #[error("the scenario cannot be read")]
    Toml(#[from] toml::de::Error),
    /// It cannot be written as TOML.
    #[error("the scenario cannot be written")]
    Written(#[from] toml::ser::Error),
    /// A number that makes no sense.
    #[error("the scenario's {field} must be {must}")]
    Value {
        /// Which.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
}

/// A span of whole numbers, both ends included; `[20, 400]` in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "[u64; 2]", into = "[u64; 2]")]
pub struct Span {
    /// The least.
    pub least: u64,
    /// The most.
    pub most: u64,
}

impl TryFrom<[u64; 2]> for Span {
    type Error = &'static str;

    fn try_from([least, most]: [u64; 2]) -> Result<Self, Self::Error> {
        if least <= most { Ok(Self { least, most }) } else { Err("a span is [least, most]") }
    }
}

impl From<Span> for [u64; 2] {
    fn from(span: Span) -> Self {
        [span.least, span.most]
    }
}

/// A scenario: three phases, first troubles while the nodes write, then everything healed until all hold the same,
/// then quiet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, for people.
    pub about: String,
    /// Nodes.
    pub nodes: usize,
    /// Milliseconds between two ticks of a node.
    pub tick_ms: u64,
    /// Hours of trouble before everything is healed.
    pub hours: u64,
    /// Hours after that within which all must hold the same.
    pub limit_hours: u64,
    /// Minutes after that in which nothing should be said any more.
    pub quiet_minutes: u64,
    /// What the nodes write.
    pub writing: Writing,
    /// What lies between them.
    pub links: Links,
    /// What their machines suffer.
    pub machines: Machines,
    /// What somebody does against the rules.
    #[serde(default)]
    pub hostile: Hostile,
    /// What is signed meanwhile.
    #[serde(default)]
    pub governance: Governance,
}

/// What the nodes write in the hours of trouble.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Writing {
    /// Entries of each node.
    pub entries: u64,
    /// Of a hundred acts, how many revise or withdraw a document; the others publish.
    pub changes_percent: u64,
    /// Of a hundred entries, how many are urgent.
    pub urgent_percent: u64,
    /// Of a hundred documents that are published, how many are sealed. With any, nodes have sealing keys.
    #[serde(default)]
    pub sealed_percent: u64,
    /// Characters of a title.
    pub title_chars: Span,
    /// Bytes of a document's content.
    pub content_bytes: Span,
}

/// Connections and what they suffer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// One way, drawn for each pair of nodes.
    pub latency_ms: Span,
    /// Each way, drawn for each pair of nodes.
    pub kbit_per_second: Span,
    /// Neighbours to which a node passes a gossip message on.
    pub mesh: usize,
    /// Of a hundred gossip messages on a connection, how many are lost.
    pub gossip_loss_percent: u64,
    /// A connection is cut after a random time of at most twice this many minutes; 0 for never.
    pub cut_minutes: u64,
    /// Times at which the nodes fall apart in two or three groups. The last lasts until everything is healed.
    pub partitions: u64,
    /// How long each of the others lasts.
    pub partition_minutes: Span,
}

/// Machines and what they suffer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Machines {
    /// Milliseconds until what was written is durable.
    pub sync_ms: Span,
    /// Power cuts: what was not durable is lost, and what the index has not committed.
    pub crashes: u64,
    /// Clean stops and starts.
    pub restarts: u64,
    /// Of a hundred crashes and restarts, how many also lose the index.
    pub lost_index_percent: u64,
    /// Crashes with a disk that lied: entries that were acknowledged are gone, and the start knows.
    pub lost_tails: u64,
    /// Times at which a disk takes nothing for a while.
    pub full_disks: u64,
    /// How long a machine is down, or its disk full.
    pub down_minutes: Span,
    /// A node's clock is wrong by at most this, either way.
    pub clock_error_seconds: u64,
    /// Times at which a clock jumps: to another error, to 1970 or to 2099.
    pub clock_jumps: u64,
    /// Nodes that are out of reach for the whole of the troubles.
    pub dark: usize,
}

/// What somebody does against the rules. Nobody, unless it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hostile {
    /// Logs that are forked by an author who shows one branch here, the other there.
    pub forks: u64,
}

/// What is signed with the keys of administrations in the hours of trouble. Nothing, unless it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// Administrations that run the nodes, counted round and round; 0 for one node each.
    pub administrations: usize,
    /// Revisions that rotate the assessors.
    pub rotations: u64,
    /// Suspensions, and as many revisions that restore whoever is suspended.
    pub suspensions: u64,
    /// Keys of administrations that are stolen and replaced.
    pub thefts: u64,
    /// Proposals of one number of which one is adopted.
    pub rivals: u64,
    /// Revisions of one number that are both adopted, and settled.
    pub double_signings: u64,
    /// Mandates of one number, until a revision names one.
    pub rival_mandates: u64,
    /// Nodes that are added, stolen and revoked.
    pub revocations: u64,
}

impl Scenario {
    /// Parses and checks a scenario.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// The scenario as it is read.
    pub fn to_toml(&self) -> Result<String, ScenarioError> {
        Ok(toml::to_string(self)?)
    }

    /// Whether its numbers make sense together.
    pub fn check(&self) -> Result<(), ScenarioError> {
        let rules = [
            ("nodes", "2 to 500", (2..=NODES_MAX).contains(&self.nodes)),
            ("tick_ms", "at least 100", self.tick_ms >= 100),
            ("hours", "at least 1", self.hours >= 1),
            ("limit_hours", "at least 1", self.limit_hours >= 1),
            ("writing.title_chars", "within 1 and 300", is_within(self.writing.title_chars, 1, 300)),
            ("writing.content_bytes", "within 1 and 16 MiB", is_within(self.writing.content_bytes, 1, 16 << 20)),
            ("links.latency_ms", "within 1 and 60000", is_within(self.links.latency_ms, 1, 60_000)),
            ("links.kbit_per_second", "at least 1", self.links.kbit_per_second.least >= 1),
            ("links.mesh", "at least 1", self.links.mesh >= 1),
            ("links.gossip_loss_percent", "at most 100", self.links.gossip_loss_percent <= 100),
            ("machines.dark", "fewer than the nodes", self.machines.dark < self.nodes),
        ];
        let broken = rules.into_iter().find(|(.., holds)| !holds);
        broken.map_or(Ok(()), |(field, must, _)| Err(ScenarioError::Value { field, must }))
    }
}

const fn is_within(span: Span, least: u64, most: u64) -> bool {
    least <= span.least && span.most <= most
}
