//! Carries bytes between the engine and the network. Decides nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use palabre_core::id::NodeKey;
use palabre_core::node::{Effect, Event, MessageId, Misuse, Verdict};
use palabre_net::{DisconnectReason, Event as NetEvent, Handle, MessageRef, Multiaddr, Refusal, Topic};
use palabre_store::Attachments;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};
use tracing::{debug, info, warn};

use super::bearer::Bearer;
use super::door::Door;
use super::engine::Job;
use super::files;
use super::refusals::Refusals;

/// Time between two ticks of the rules: their shortest period is two seconds.
const TICK: Duration = Duration::from_secs(1);
/// Gossip messages whose verdict is owed; older ones are answered by nobody any more.
const OWED_MAX: usize = 8_192;

/// Addresses on which the node listens now.
pub(super) type Listening = Arc<Mutex<Vec<Multiaddr>>>;

/// The other ends of open connections.
pub(super) type Links = Arc<Mutex<BTreeMap<NodeKey, String>>>;

/// The task between engine and network.
pub(super) struct Wire {
    net: Handle,
    jobs: mpsc::Sender<Job>,
    attachments: Attachments,
    door: Arc<Door>,
    bearer: Bearer,
    listening: Listening,
    links: Links,
    owed: HashMap<MessageId, MessageRef>,
    messages: u64,
    refusals: Refusals,
}

impl Wire {
    pub(super) fn new(net: Handle, jobs: mpsc::Sender<Job>, attachments: Attachments, door: Arc<Door>) -> Self {
        Self {
            bearer: Bearer::new(jobs.clone()),
            net,
            jobs,
            attachments,
            door,
            listening: Listening::default(),
            links: Links::default(),
            owed: HashMap::new(),
            messages: 0,
            refusals: Refusals::default(),
        }
    }

    /// The own addresses and the ends of connections that it hears of, for whoever asks.
    pub(super) fn heard(&self) -> (Listening, Links) {
        (Arc::clone(&self.listening), Arc::clone(&self.links))
    }

    /// Runs until the network side or the engine ends.
    pub(super) async fn run(
        mut self,
        mut events: mpsc::Receiver<NetEvent>,
        mut effects: mpsc::UnboundedReceiver<Effect>,
    ) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let job = tokio::select! {
                // Effects first: they empty queues, events fill them.
                biased;
                effect = effects.recv() => match effect {
                    Some(effect) => { self.carry_out(effect).await; None }
                    None => return,
                },
                event = events.recv() => match event {
                    Some(event) => self.translate(event),
                    None => return,
                },
                _ = ticks.tick() => Some(Event::Tick),
            };
            if let Some(event) = job
                && self.jobs.send(Job::Event(event)).await.is_err()
            {
                return;
            }
        }
    }

    async fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Admit(nodes) => self.net.admit(nodes.into_iter().collect()).await,
            Effect::Dial { peer, addresses } => {
                let addresses: Vec<Multiaddr> = addresses.iter().filter_map(|a| a.parse().ok()).collect();
                self.bearer.dials(peer, &addresses);
                self.net.dial(peer, addresses).await;
            }
            Effect::Disconnect { peer, reason } => {
                info!(%peer, %reason, "a connection is closed");
                self.net.disconnect(peer, reason.to_string()).await;
            }
            Effect::Send { peer, packet } => {
                if let Err(error) = self.net.send(peer, packet) {
                    debug!(%peer, %error, "a packet was not sent");
                }
            }
            Effect::Gossip(bytes) => self.net.gossip(Topic::Entries, bytes).await,
            Effect::Verdict { message, verdict } => {
                if let Some(reference) = self.owed.remove(&message) {
                    self.net.verdict(reference, in_net(verdict)).await;
                }
            }
            Effect::Fetch { peer, hash, size } => {
                let chunks = self.net.fetch(peer, hash, size).await;
                files::receive(peer, hash, size, chunks, self.attachments.clone(), self.jobs.clone());
            }
            // The engine keeps these for itself.
            Effect::Verify(_)
            | Effect::Append(_)
            | Effect::Keep { .. }
            | Effect::Written { .. }
            | Effect::HandedIn { .. }
            | Effect::Refused { .. }
            | Effect::Report(_) => {}
        }
    }

    fn translate(&mut self, event: NetEvent) -> Option<Event> {
        match event {
            NetEvent::Listening(address) => self.listens(address),
            NetEvent::NotListening(address) => self.listeners().retain(|known| *known != address),
            NetEvent::Connected { node, address, dialed } => {
                info!(peer = %node, %address, dialed, "connected");
                self.links.lock().unwrap_or_else(PoisonError::into_inner).insert(node, address.to_string());
                return Some(Event::Connected { peer: node });
            }
            NetEvent::Disconnected { node, reason } => {
                info!(peer = %node, %reason, "disconnected");
                self.links.lock().unwrap_or_else(PoisonError::into_inner).remove(&node);
                return Some(match misuse(&reason) {
                    Some(how) => Event::Misused { peer: node, how },
                    None => Event::Disconnected { peer: node },
                });
            }
            NetEvent::Flood { node } => return Some(Event::Misused { peer: node, how: Misuse::Flood }),
            NetEvent::TooManyStreams { node } => return Some(Event::Misused { peer: node, how: Misuse::Streams }),
            NetEvent::Packet { node, bytes } => return Some(Event::Packet { peer: node, packet: bytes }),
            NetEvent::Gossip { from, topic: Topic::Entries, message, bytes } => {
                return Some(Event::Gossip { from, message: self.owe(message), bytes });
            }
            NetEvent::Gossip { topic: Topic::Witness, .. } => {}
            NetEvent::AttachmentAsked { node, hash, reply } => {
                files::serve(node, hash, reply, self.attachments.clone(), self.jobs.clone());
            }
            NetEvent::Knocked { frame, reply } => {
                let door = Arc::clone(&self.door);
                tokio::spawn(async move {
                    let (frames, valid) = door.answer(&frame).await;
                    reply.answer(frames, valid);
                });
            }
            NetEvent::DialFailed { node, reason } => {
                debug!(peer = %node, %reason, "could not be reached");
                self.bearer.failed(node, &reason);
                return Some(Event::DialFailed { peer: node, why: reason.to_string() });
            }
            NetEvent::Refused { node, address, reason } => self.refused(node, &address, reason),
            NetEvent::Found { node, addresses } => {
                let addresses = addresses.iter().map(ToString::to_string).collect();
                return Some(Event::Found { peer: node, addresses });
            }
            NetEvent::Identified { node, agent, observed, .. } => debug!(peer = %node, agent, %observed, "identified"),
        }
        None
    }

    fn refused(&mut self, node: NodeKey, address: &Multiaddr, reason: Refusal) {
        let said = self.refusals.refused(node, Instant::now());
        if said.unnamed > 0 {
            warn!(connections = said.unnamed, "more connections were refused than are named here");
        }
        if said.named {
            warn!(%node, %address, %reason, "a connection was refused");
        }
    }

    fn listens(&self, address: Multiaddr) {
        info!(%address, "listening");
        self.listeners().push(address);
    }

    fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Multiaddr>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn owe(&mut self, reference: MessageRef) -> MessageId {
        self.messages += 1;
        let message = MessageId(self.messages);
        self.owed.insert(message, reference);
        if self.owed.len() > OWED_MAX {
            let oldest = self.messages.saturating_sub(OWED_MAX as u64);
            self.owed.retain(|message, _| message.0 > oldest);
        }
        message
    }
}

/// What a peer did wrong, when that is why it was disconnected.
const fn misuse(reason: &DisconnectReason) -> Option<Misuse> {
    match reason {
        DisconnectReason::PacketTooLong { .. } | DisconnectReason::BadLength => Some(Misuse::Packet),
        DisconnectReason::NotReading { .. } => Some(Misuse::NotReading),
        _ => None,
    }
}

const fn in_net(verdict: Verdict) -> palabre_net::Verdict {
    match verdict {
        Verdict::Accept => palabre_net::Verdict::Accept,
        Verdict::Ignore => palabre_net::Verdict::Ignore,
        Verdict::Reject => palabre_net::Verdict::Reject,
    }
}
