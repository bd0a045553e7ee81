//! Gossipsub for some two dozen nodes on slow lines: a small mesh, unsigned envelopes (what they carry is signed), and
//! nothing passed on before the node has judged it.

use crate::config::StartError;
use crate::counters::Meters;
use crate::pace::Rate;
use libp2p::PeerId;
use libp2p::gossipsub::{
    self, Behaviour, ConfigBuilder, DataTransform, IdentTopic, Message, MessageAcceptance, MessageAuthenticity,
    MessageId, RawMessage, TopicHash, ValidationMode, WhitelistSubscriptionFilter,
};
use palabre_core::id::NetworkId;
use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Longest message; gossip carries entries of 512 bytes, announcements and witnesses. Longer ones are not published.
pub const MAX_GOSSIP: usize = 63 * 1024;

/// Longest envelope: a message of [`MAX_GOSSIP`] with its topic.
const MAX_ENVELOPE: usize = 64 * 1024;

/// Neighbours that a message is passed on to: 4, so that losing some does not matter; fewer than 2 are topped up, more
/// than 8 thinned out. Each one more costs a copy of every message.
const MESH: (usize, usize, usize) = (2, 4, 8);

/// Neighbours outside the mesh that are told what there is: none. Sync's digest says the same to every neighbour within
/// seconds, in 40 bytes; an offer takes some 110, at three heartbeats.
const OFFERS: usize = 0;

/// The heartbeat mends the mesh; an idle one sends nothing.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// The same where bytes cost money.
const HEARTBEAT_METERED: Duration = Duration::from_secs(10);

/// How long a message is kept to be passed on: a verdict may come this late (a busy disk, a stopped machine).
const KEPT: Duration = Duration::from_mins(1);

/// How long a message is known to have been seen. Copies come by slow paths and by offers up to [`KEPT`] later.
const REMEMBERED: Duration = Duration::from_mins(5);

/// Messages that wait for one neighbour; what does not fit is dropped, sync will bring it.
const QUEUE: usize = 64;

/// How long a message may wait for a slow line before it is dropped.
const WAIT: Duration = Duration::from_secs(30);

/// A neighbour is told "do not send me this one" only for messages that cost more than telling it.
const DONT_WANT: usize = 8 * 1024;

/// Messages of gossipsub from one connection, control messages and duplicates included. An author may announce the whole
/// allowance of a day in a minute.
pub(crate) const FLOOD: Rate = Rate { burst: 40_000, per_second: 400 };

/// What gossip is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// Entries and announcements of entries.
    Entries,
    /// Witnesses.
    Witness,
}

/// What the node thinks of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Pass it on.
    Accept,
    /// Drop it; nobody is to blame.
    Ignore,
    /// Drop it; whoever sent it should have known better.
    Reject,
}

/// Names a received message, to give a verdict on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageRef {
    id: MessageId,
    from: PeerId,
}

/// The topics of one network.
pub(crate) struct Topics {
    entries: IdentTopic,
    witness: IdentTopic,
}

impl Topics {
    pub(crate) fn new(network: NetworkId) -> Self {
        Self {
            entries: IdentTopic::new(format!("palabre/{network}/entries")),
            witness: IdentTopic::new(format!("palabre/{network}/witness")),
        }
    }

    fn of(&self, topic: Topic) -> &IdentTopic {
        match topic {
            Topic::Entries => &self.entries,
            Topic::Witness => &self.witness,
        }
    }

    fn named(&self, hash: &TopicHash) -> Option<Topic> {
        [Topic::Entries, Topic::Witness].into_iter().find(|topic| self.of(*topic).hash() == *hash)
    }
}

/// A message that waits for a verdict.
pub(crate) struct Received {
    pub(crate) from: PeerId,
    pub(crate) topic: Topic,
    pub(crate) message: MessageRef,
    pub(crate) bytes: Vec<u8>,
}

/// Gossipsub with our settings.
pub(crate) type Gossipsub = Behaviour<Counting, WhitelistSubscriptionFilter>;

/// Sets gossipsub up and subscribes to both topics.
pub(crate) fn build(topics: &Topics, metered: bool, meters: &Arc<Meters>) -> Result<Gossipsub, StartError> {
    let heartbeat = if metered { HEARTBEAT_METERED } else { HEARTBEAT };
    let history = usize::try_from(KEPT.as_secs().div_ceil(heartbeat.as_secs())).unwrap_or(1);
    let (low, target, high) = MESH;
    let config = ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(content_id)
        .mesh_n_low(low)
        .mesh_n(target)
        .mesh_n_high(high)
        .mesh_outbound_min(1)
        .gossip_lazy(OFFERS)
        .gossip_factor(0.0)
        .flood_publish(false)
        .heartbeat_interval(heartbeat)
        .heartbeat_initial_delay(heartbeat)
        .history_length(history)
        .duplicate_cache_time(REMEMBERED)
        .max_transmit_size(MAX_ENVELOPE)
        .connection_handler_queue_len(QUEUE)
        .publish_queue_duration(WAIT)
        .forward_queue_duration(WAIT)
        .idontwant_message_size_threshold(DONT_WANT)
        .build()
        .map_err(|_| StartError::Gossip("its settings contradict each other"))?;
    let ours = HashSet::from([topics.entries.hash(), topics.witness.hash()]);
    let mut gossipsub = Behaviour::new_with_subscription_filter_and_transform(
        MessageAuthenticity::Anonymous,
        config,
        WhitelistSubscriptionFilter(ours),
        Counting(Arc::clone(meters)),
    )
    .map_err(StartError::Gossip)?;
    for topic in [&topics.entries, &topics.witness] {
        gossipsub.subscribe(topic).map_err(|_| StartError::Gossip("a topic cannot be subscribed to"))?;
    }
    Ok(gossipsub)
}

/// Names a message by its content: two nodes that publish the same bytes publish one message. Sixteen bytes, since
/// they travel in every offer; who makes two messages collide only suppresses its own.
fn content_id(message: &Message) -> MessageId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(message.topic.as_str().as_bytes()).update(&[0]).update(&message.data);
    MessageId::new(&hasher.finalize().as_bytes()[..16])
}

/// Publishes; a message that finds no taker is no error, sync brings it.
pub(crate) fn publish(gossipsub: &mut Gossipsub, topics: &Topics, topic: Topic, bytes: Vec<u8>, meters: &Meters) {
    let length = bytes.len();
    if length > MAX_GOSSIP {
        tracing::debug!(?topic, length, "a message is too long for gossip: left to sync");
        return;
    }
    match gossipsub.publish(topics.of(topic).hash(), bytes) {
        Ok(_) => meters.gossip_published.add(length),
        Err(error) => tracing::debug!(?topic, length, %error, "nothing published: left to sync"),
    }
}

/// Passes a message on, or does not.
pub(crate) fn judge(gossipsub: &mut Gossipsub, message: &MessageRef, verdict: Verdict) {
    let acceptance = match verdict {
        Verdict::Accept => MessageAcceptance::Accept,
        Verdict::Ignore => MessageAcceptance::Ignore,
        Verdict::Reject => MessageAcceptance::Reject,
    };
    gossipsub.report_message_validation_result(&message.id, &message.from, acceptance);
}

/// The message in an event of gossipsub, if it is one of ours.
pub(crate) fn received(topics: &Topics, event: gossipsub::Event) -> Option<Received> {
    match event {
        gossipsub::Event::Message { propagation_source: from, message_id: id, message } => {
            let topic = topics.named(&message.topic)?;
            Some(Received { from, topic, message: MessageRef { id, from }, bytes: message.data })
        }
        gossipsub::Event::SlowPeer { peer_id, failed_messages } => {
            tracing::debug!(%peer_id, ?failed_messages, "gossip dropped for a slow peer");
            None
        }
        other => {
            tracing::trace!(?other, "gossip");
            None
        }
    }
}

/// Leaves messages as they are and counts those that arrive, duplicates included.
pub(crate) struct Counting(Arc<Meters>);

impl DataTransform for Counting {
    fn inbound_transform(&self, raw: RawMessage) -> Result<Message, io::Error> {
        self.0.gossip_received.add(raw.data.len());
        Ok(Message { source: raw.source, data: raw.data, sequence_number: raw.sequence_number, topic: raw.topic })
    }

    fn outbound_transform(&self, _: &TopicHash, data: Vec<u8>) -> Result<Vec<u8>, io::Error> {
        Ok(data)
    }
}
