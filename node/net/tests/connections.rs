//! One connection to a node: when both dial at once, when a node comes back, when it starts and stops.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::half_dead::Proxy;
use nodes::{Node, QUIC, TCP, eventually, identity, lower_and_higher, pair};
use palabre_core::id::NetworkId;
use palabre_net::{Config, DialFailure, DisconnectReason, Event, MAX_PACKET, StartError, start};
use std::time::Duration;

/// Takes what has happened so far and says whether the node is connected after it, as its events tell.
fn follow(node: &mut Node, mut connected: bool) -> bool {
    while let Ok(event) = node.events.try_recv() {
        match event {
            Event::Connected { .. } => {
                assert!(!connected, "connected twice");
                connected = true;
            }
            Event::Disconnected { .. } => {
                assert!(connected, "disconnected twice");
                connected = false;
            }
            Event::DialFailed { reason, .. } => panic!("{reason}"),
            _ => {}
        }
    }
    connected
}

async fn both_dial_at_once(address: &str) {
    for round in 0..10 {
        let mut one = Node::start(10 + 2 * round, address).await;
        let mut other = Node::start(11 + 2 * round, address).await;
        one.admit(&[other.key]).await;
        other.admit(&[one.key]).await;
        tokio::join!(one.dial(&other), other.dial(&one));

        let (mut here, mut there) = (false, false);
        eventually(|| {
            here = follow(&mut one, here);
            there = follow(&mut other, there);
            let open = |node: &Node| node.handle.counters().connections;
            here && there && open(&one) == 1 && open(&other) == 1
        })
        .await;
        // Both kept the same one: it carries packets.
        one.handle.send(other.key, vec![1]).unwrap();
        other.handle.send(one.key, vec![2]).unwrap();
        assert_eq!(other.packet(one.key).await, [1]);
        assert_eq!(one.packet(other.key).await, [2]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_dial_each_other_at_once_keep_one_tcp_connection() {
    both_dial_at_once(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_dial_each_other_at_once_keep_one_quic_connection() {
    both_dial_at_once(QUIC).await;
}

/// `traveller` connects by a path that dies without a word and comes back by another; `home` notices nothing of the
/// first and must still take the second.
async fn comes_back(traveller: u8, home: u8) {
    let mut traveller = Node::start(traveller, TCP).await;
    let mut home = Node::start(home, TCP).await;
    traveller.admit(&[home.key]).await;
    home.admit(&[traveller.key]).await;
    let proxy = Proxy::to(&home.address);
    traveller.handle.dial(home.key, vec![proxy.address.clone()]).await;
    traveller.connected(home.key).await;
    home.connected(traveller.key).await;

    proxy.freeze();
    traveller.handle.disconnect(home.key, "no answer").await;
    let reason = traveller.disconnected(home.key).await;
    assert!(matches!(&reason, DisconnectReason::Asked(why) if why == "no answer"), "{reason}");
    traveller.dial(&home).await;
    traveller.connected(home.key).await;
    assert!(matches!(home.disconnected(traveller.key).await, DisconnectReason::Replaced));
    home.connected(traveller.key).await;

    home.handle.send(traveller.key, b"welcome back".to_vec()).unwrap();
    assert_eq!(traveller.packet(home.key).await, b"welcome back");
    // The dead connections do not hang on, although nobody answers their goodbye.
    eventually(|| traveller.handle.counters().connections == 1 && home.handle.counters().connections == 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_comes_back_replaces_its_dead_connection() {
    let (low, high) = lower_and_higher(1, 2);
    tokio::join!(comes_back(low, high), comes_back(high, low));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_connection_full_of_unsent_bytes_is_closed_all_the_same() {
    let mut one = Node::start(1, TCP).await;
    let mut other = Node::start(2, TCP).await;
    one.admit(&[other.key]).await;
    other.admit(&[one.key]).await;
    let proxy = Proxy::to(&other.address);
    one.handle.dial(other.key, vec![proxy.address.clone()]).await;
    one.connected(other.key).await;
    other.connected(one.key).await;
    proxy.freeze();
    while one.handle.send(other.key, vec![0; MAX_PACKET]).is_ok() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    one.disconnected(other.key).await;
    eventually(|| one.handle.counters().connections == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_dialed_again_as_soon_as_it_is_disconnected() {
    let (mut one, mut other) = pair(1, 2, TCP).await;
    for _ in 0..20 {
        // Connected: nothing happens.
        other.dial(&one).await;
        one.handle.disconnect(other.key, "again").await;
        one.disconnected(other.key).await;
        other.disconnected(one.key).await;
        other.dial(&one).await;
        other.connected(one.key).await;
        one.connected(other.key).await;
    }
    assert_eq!(other.handle.counters().connections, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dial_that_is_given_up_says_so() {
    let mut one = Node::start(1, TCP).await;
    let (_, absent) = identity(3);
    one.admit(&[absent]).await;
    // It accepts TCP and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", silent.local_addr().unwrap().port()).parse().unwrap();
    one.handle.dial(absent, vec![address]).await;
    one.handle.disconnect(absent, "enough").await;
    let reason = one.wait(|event| if let Event::DialFailed { reason, .. } = event { Some(reason) } else { None }).await;
    assert!(matches!(reason, DialFailure::GivenUp), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_says_goodbye_and_ends_its_events() {
    let (mut one, mut other) = pair(1, 2, TCP).await;
    one.handle.shutdown().await;
    assert!(matches!(one.disconnected(other.key).await, DisconnectReason::Stopping));
    other.disconnected(one.key).await;
    let rest = async { while one.events.recv().await.is_some() {} };
    tokio::time::timeout(nodes::PATIENCE, rest).await.expect("the events never ended");
    // Commands after the end do nothing, and return.
    one.handle.shutdown().await;
    one.dial(&other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_handles_are_gone_stops() {
    let (one, mut other) = pair(1, 2, TCP).await;
    let Node { handle, events, key, .. } = one;
    drop(handle);
    other.disconnected(key).await;
    drop(events);
}

fn config(listen: &str) -> Config {
    Config {
        seed: identity(1).0,
        network: NetworkId::from_bytes([9; 32]),
        listen: vec![listen.parse().unwrap()],
        mdns: false,
        metered: true,
        agent: "palabre/test".to_owned(),
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", taken.local_addr().unwrap().port());
    match start(config(&address)) {
        Err(error @ StartError::Listen { .. }) => assert!(error.to_string().contains(&address)),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it listens on an address that is taken"),
    }
}

#[test]
fn outside_a_runtime_nothing_starts() {
    assert!(matches!(start(config(TCP)), Err(StartError::NoRuntime(_))));
}
