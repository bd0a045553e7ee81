//! The gate: what a stranger sees, how long it stays, and what admission changes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::foreign::Foreign;
use nodes::{Node, PATIENCE, QUIC, TCP, eventually, pair};
use palabre_net::{ATTACHMENT_PROTOCOL, DialFailure, DisconnectReason, Event, Refusal, SYNC_PROTOCOL};
use std::collections::BTreeSet;
use std::time::Duration;

async fn stranger_sees_little(address: &str) {
    let mut node = Node::start(1, address).await;
    node.admit(&[nodes::identity(9).1]).await;
    let mut stranger = Foreign::new(2);
    let seen = stranger.visit(node.address.clone()).await;

    let info = seen.info.expect("identify answers strangers");
    assert_eq!(info.listen_addrs, [], "no address is shown");
    assert_eq!(info.agent_version, "palabre/test");
    let protocols: BTreeSet<String> = info.protocols.iter().map(ToString::to_string).collect();
    let allowed =
        ["/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/palabre/admission/1"].map(str::to_owned);
    assert_eq!(protocols, BTreeSet::from(allowed));
    assert!(seen.pinged, "ping answers strangers");
    assert_eq!(seen.subscriptions, 0, "gossip does not");
    // Five seconds are the promise of docs/design.md §4, not a measure of this machine.
    assert!(seen.open_for < Duration::from_secs(5), "shown out after {:?}", seen.open_for);

    let refused = node
        .wait(|event| match event {
            Event::Refused { node, reason, .. } => Some((node, reason)),
            Event::Connected { .. } | Event::Identified { .. } => panic!("a stranger came in: {event:?}"),
            _ => None,
        })
        .await;
    assert_eq!(refused, (stranger.key, Refusal::Stranger));
    eventually(|| node.handle.counters().strangers == 0).await;
    assert_eq!(node.handle.counters().refused, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_sees_little_and_is_shown_out_over_tcp() {
    stranger_sees_little(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_sees_little_and_is_shown_out_over_quic() {
    stranger_sees_little(QUIC).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_served_nothing() {
    let node = Node::start(1, TCP).await;
    let mut stranger = Foreign::new(2).connect(node.address.clone()).await;
    let gossip = libp2p::StreamProtocol::new("/meshsub/1.2.0");
    for protocol in [SYNC_PROTOCOL, ATTACHMENT_PROTOCOL, gossip] {
        let answer = stranger.open(protocol.clone()).await;
        assert!(
            matches!(answer, Err(libp2p_stream::OpenStreamError::UnsupportedProtocol(_))),
            "{protocol}: {answer:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_few() {
    let mut node = Node::start(1, TCP).await;
    let mut strangers = tokio::task::JoinSet::new();
    for number in 100..130 {
        let address = node.address.clone();
        // Some are turned away while they connect.
        strangers.spawn(async move { Foreign::new(number).connect(address).await });
    }
    let counters = || node.handle.counters();
    eventually(|| counters().refused == 30).await;
    assert!(counters().strangers <= 8, "{} strangers at once", counters().strangers);
    let mut reported = 0;
    while let Ok(event) = node.events.try_recv() {
        reported += usize::from(matches!(event, Event::Refused { .. }));
    }
    assert!(reported <= 8, "{reported} events");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_no_longer_admitted_is_disconnected() {
    let (mut one, mut other) = pair(1, 2, TCP).await;
    one.admit(&[]).await;
    assert!(matches!(one.disconnected(other.key).await, DisconnectReason::NoLongerAdmitted));
    other.disconnected(one.key).await;
    eventually(|| one.handle.counters().connections == 0).await;
    assert!(one.handle.counters().nodes.is_empty());

    // It does not come in again, and hears why.
    other.dial(&one).await;
    let reason = other
        .wait(|event| match event {
            Event::DialFailed { reason, .. } => Some(reason),
            Event::Connected { .. } => panic!("it came in"),
            _ => None,
        })
        .await;
    assert!(matches!(reason, DialFailure::NotAdmittedThere | DialFailure::NoSyncStream), "{reason}");

    // Admitted again, it does, although its stranger's connection may still be open.
    one.admit(&[other.key]).await;
    other.dial(&one).await;
    other.connected(one.key).await;
    one.connected(other.key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_dials_only_whom_it_admits() {
    let mut one = Node::start(1, TCP).await;
    let other = Node::start(2, TCP).await;
    one.dial(&other).await;
    let failed = one.wait(|event| if let Event::DialFailed { reason, .. } = event { Some(reason) } else { None }).await;
    assert!(matches!(failed, DialFailure::NotAdmitted));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_than_the_expected_one_is_named() {
    let mut one = Node::start(1, TCP).await;
    let impostor = Node::start(2, TCP).await;
    let (_, expected) = nodes::identity(3);
    one.admit(&[expected, impostor.key]).await;
    one.handle.dial(expected, vec![impostor.address.clone()]).await;
    let (node, reason) = one
        .wait(|event| if let Event::DialFailed { node, reason } = event { Some((node, reason)) } else { None })
        .await;
    assert_eq!(node, expected);
    match reason {
        DialFailure::WrongKey { found, address } => {
            assert_eq!((found, address), (Some(impostor.key), impostor.address));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_address_says_why() {
    let mut one = Node::start(1, TCP).await;
    let (_, absent) = nodes::identity(3);
    one.admit(&[absent]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("/ip4/127.0.0.1/tcp/{}", closed.local_addr().unwrap().port()).parse().unwrap();
    drop(closed);
    one.handle.dial(absent, vec![address]).await;
    let reason = one.wait(|event| if let Event::DialFailed { reason, .. } = event { Some(reason) } else { None }).await;
    assert!(matches!(&reason, DialFailure::Unreachable(failed) if failed.len() == 1), "{reason}");
    assert!(reason.to_string().contains("refused"), "{reason}");
    tokio::time::timeout(PATIENCE, one.handle.shutdown()).await.unwrap();
}
