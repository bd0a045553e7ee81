//! Nodes for tests: real ones on sockets of this machine, and foreign ones made of plain libp2p.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod foreign;
pub(crate) mod half_dead;

use palabre_core::id::{NetworkId, NodeKey};
use palabre_net::{Config, Event, Handle, Multiaddr, start};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::mpsc;
use zeroize::Zeroizing;

/// Ten times and more what anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Any free port over TCP.
pub(crate) const TCP: &str = "/ip4/127.0.0.1/tcp/0";

/// Any free port over QUIC.
pub(crate) const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

/// A node under test.
pub(crate) struct Node {
    pub(crate) key: NodeKey,
    pub(crate) handle: Handle,
    pub(crate) address: Multiaddr,
    pub(crate) events: mpsc::Receiver<Event>,
}

/// The secret and the key of the test's node number `number`.
pub(crate) fn identity(number: u8) -> (Zeroizing<[u8; 32]>, NodeKey) {
    let seed = [number; 32];
    let keypair = libp2p::identity::Keypair::ed25519_from_bytes(seed).unwrap();
    let key = keypair.public().try_into_ed25519().unwrap().to_bytes();
    (Zeroizing::new(seed), NodeKey::from_bytes(key))
}

/// Two numbers whose keys are in this order: the lower key chooses connections.
pub(crate) fn lower_and_higher(one: u8, other: u8) -> (u8, u8) {
    if identity(one).1 < identity(other).1 { (one, other) } else { (other, one) }
}

impl Node {
    /// Starts node `number`, which listens at `address` and admits nobody.
    pub(crate) async fn start(number: u8, address: &str) -> Self {
        Self::start_on(number, address, false).await
    }

    /// The same, on a line whose bytes may cost money.
    pub(crate) async fn start_on(number: u8, address: &str, metered: bool) -> Self {
        let (seed, key) = identity(number);
        let (handle, events) = start(Config {
            seed,
            network: NetworkId::from_bytes([9; 32]),
            listen: vec![address.parse().unwrap()],
            mdns: false,
            metered,
            agent: "palabre/test".to_owned(),
        })
        .unwrap();
        let mut node = Self { key, handle, address: Multiaddr::empty(), events };
        node.address = node
            .wait(|event| match event {
                Event::Listening(address) => Some(address),
                _ => None,
            })
            .await;
        node
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Event {
        tokio::time::timeout(PATIENCE, self.events.recv()).await.expect("no event came").expect("the node ended")
    }

    /// The first event that `pick` wants; those before it are dropped.
    pub(crate) async fn wait<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(self.next().await) {
                return found;
            }
        }
    }

    /// Admits `others` alone.
    pub(crate) async fn admit(&self, others: &[NodeKey]) {
        self.handle.admit(others.iter().copied().collect::<BTreeSet<_>>()).await;
    }

    /// Dials another test node where it listens.
    pub(crate) async fn dial(&self, other: &Node) {
        self.handle.dial(other.key, vec![other.address.clone()]).await;
    }

    /// Waits until the sync stream with `other` is up.
    pub(crate) async fn connected(&mut self, other: NodeKey) {
        self.wait(|event| match event {
            Event::Connected { node, .. } if node == other => Some(()),
            Event::DialFailed { node, reason } if node == other => panic!("dial failed: {reason}"),
            _ => None,
        })
        .await;
    }

    /// Waits until the sync stream with `other` is down.
    pub(crate) async fn disconnected(&mut self, other: NodeKey) -> palabre_net::DisconnectReason {
        self.wait(|event| match event {
            Event::Disconnected { node, reason } if node == other => Some(reason),
            _ => None,
        })
        .await
    }

    /// The next packet of `other`.
    pub(crate) async fn packet(&mut self, other: NodeKey) -> Vec<u8> {
        self.wait(|event| match event {
            Event::Packet { node, bytes } if node == other => Some(bytes),
            Event::Disconnected { node, reason } if node == other => panic!("disconnected: {reason}"),
            _ => None,
        })
        .await
    }
}

/// Two nodes that admit each other and are connected.
pub(crate) async fn pair(one: u8, other: u8, address: &str) -> (Node, Node) {
    let mut one = Node::start(one, address).await;
    let mut other = Node::start(other, address).await;
    one.admit(&[other.key]).await;
    other.admit(&[one.key]).await;
    one.dial(&other).await;
    one.connected(other.key).await;
    other.connected(one.key).await;
    (one, other)
}

/// Waits until `condition` holds.
pub(crate) async fn eventually(mut condition: impl FnMut() -> bool) {
    let waited = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("it never came about");
}
