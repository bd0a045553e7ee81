//! Gossip: messages pass a node only when it accepts them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::{Node, TCP, eventually};
use palabre_net::{Event, MAX_GOSSIP, Topic, Verdict};
use std::time::Duration;

/// Three nodes in a line: what goes from the first to the last passes the middle.
async fn line() -> [Node; 3] {
    let mut first = Node::start(1, TCP).await;
    let mut middle = Node::start(2, TCP).await;
    let mut last = Node::start(3, TCP).await;
    first.admit(&[middle.key]).await;
    middle.admit(&[first.key, last.key]).await;
    last.admit(&[middle.key]).await;
    first.dial(&middle).await;
    first.connected(middle.key).await;
    middle.connected(first.key).await;
    last.dial(&middle).await;
    last.connected(middle.key).await;
    middle.connected(last.key).await;
    let mut nodes = [first, middle, last];
    warm_up(&mut nodes).await;
    nodes
}

/// Publishes until a message has gone all the way: the mesh stands.
async fn warm_up([first, middle, last]: &mut [Node; 3]) {
    let publisher = first.handle.clone();
    let publishing = tokio::spawn(async move {
        for number in 0_u32.. {
            publisher.gossip(Topic::Witness, number.to_be_bytes().to_vec()).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let accept_everything = async {
        loop {
            if let Event::Gossip { message, .. } = middle.next().await {
                middle.handle.verdict(message, Verdict::Accept).await;
            }
        }
    };
    let arrived = last.wait(|event| matches!(event, Event::Gossip { .. }).then_some(()));
    tokio::select! {
        () = accept_everything => {},
        () = arrived => {},
    }
    publishing.abort();
}

/// The next message about entries.
async fn entry(node: &mut Node) -> (palabre_core::id::NodeKey, palabre_net::MessageRef, Vec<u8>) {
    node.wait(|event| match event {
        Event::Gossip { topic: Topic::Entries, from, message, bytes } => Some((from, message, bytes)),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_goes_on_only_when_it_is_accepted() {
    let [first, mut middle, mut last] = line().await;
    for (text, verdict) in [("rejected", Verdict::Reject), ("ignored", Verdict::Ignore), ("accepted", Verdict::Accept)]
    {
        first.handle.gossip(Topic::Entries, text.into()).await;
        let (from, message, bytes) = entry(&mut middle).await;
        assert_eq!((from, bytes), (first.key, text.into()));
        middle.handle.verdict(message, verdict).await;
    }
    // Messages keep their order on the way: had an earlier one been passed on, it would come first.
    let (from, _, bytes) = entry(&mut last).await;
    assert_eq!((from, bytes), (middle.key, "accepted".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_twice_is_delivered_once() {
    let [first, mut middle, last] = line().await;
    let before = middle.handle.counters().gossip;
    first.handle.gossip(Topic::Entries, b"the same".to_vec()).await;
    last.handle.gossip(Topic::Entries, b"the same".to_vec()).await;
    let gossip = || middle.handle.counters().gossip;
    eventually(|| gossip().received.messages >= before.received.messages + 2).await;
    let (_, _, bytes) = entry(&mut middle).await;
    assert_eq!(bytes, b"the same");
    let entries = |counters: palabre_net::GossipCounters| counters.delivered.bytes - before.delivered.bytes;
    // Witness messages of the warm-up have four bytes, late ones may be among them.
    assert_eq!(entries(middle.handle.counters().gossip) % 4, b"the same".len() as u64 % 4);
    while let Ok(event) = middle.events.try_recv() {
        assert!(!matches!(event, Event::Gossip { topic: Topic::Entries, .. }), "delivered twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_long_for_gossip_is_left_to_sync() {
    let [first, mut middle, _last] = line().await;
    let published = first.handle.counters().gossip.published.messages;
    first.handle.gossip(Topic::Entries, vec![1; MAX_GOSSIP + 1]).await;
    first.handle.gossip(Topic::Entries, vec![2; MAX_GOSSIP]).await;
    let (_, _, bytes) = entry(&mut middle).await;
    assert_eq!(bytes, vec![2; MAX_GOSSIP]);
    assert_eq!(first.handle.counters().gossip.published.messages, published + 1);
}
