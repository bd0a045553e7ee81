//! Who does not read gets no more: neither a slow consumer here nor a slow peer there makes memory grow.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::foreign::Foreign;
use nodes::{Node, QUIC, TCP, lower_and_higher, pair};
use palabre_net::{DisconnectReason, MAX_PACKET, SYNC_PROTOCOL, SendError};
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// Sends until the node is given up; gives the packets that were taken.
async fn flood(sender: &mut Node, receiver: palabre_core::id::NodeKey) -> u64 {
    let mut taken = 0;
    loop {
        match sender.handle.send(receiver, vec![0; MAX_PACKET]) {
            Ok(()) => taken += 1,
            Err(SendError::NotReading { queued }) => {
                assert!(queued as u64 > 4 * MIB);
                break;
            }
            Err(other) => panic!("{other}"),
        }
        // As fast as the connection takes them, so that what is counted is the peer's, not the queue's.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let reason = sender.disconnected(receiver).await;
    assert!(matches!(reason, DisconnectReason::NotReading { .. }), "{reason}");
    assert_eq!(sender.handle.send(receiver, vec![0]), Err(SendError::NotConnected));
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_never_reads_is_disconnected() {
    let (foreigner, number) = lower_and_higher(1, 2);
    let mut node = Node::start(number, TCP).await;
    let foreign = Foreign::new(foreigner);
    let key = foreign.key;
    node.admit(&[key]).await;
    let mut foreign = foreign.connect(node.address.clone()).await;
    let mut stream = foreign.open(SYNC_PROTOCOL).await.unwrap();
    futures::AsyncWriteExt::write_all(&mut stream, &[1, 1]).await.unwrap();
    futures::AsyncWriteExt::flush(&mut stream).await.unwrap();
    assert_eq!(node.packet(key).await, [1]);
    flood(&mut node, key).await;
}

async fn a_consumer_that_is_slow(address: &str) {
    let (mut one, mut other) = pair(1, 2, address).await;
    // `other` reads no event from here on.
    let taken = flood(&mut one, other.key).await;
    let arrived = other.handle.counters().nodes[&one.key].sync_in;
    // The channel of events is full of packets, one more waits for it, and nothing more was read.
    assert!((60..=66).contains(&arrived.messages), "{arrived:?}");
    // What left here is there, in windows and in the queue: nowhere else.
    let written = one.handle.counters().nodes[&other.key].sync_out.bytes;
    assert!(written < arrived.bytes + 4 * MIB, "{written} written, {arrived:?} arrived");
    assert!(taken < 66 + 16 + 16, "{taken} packets were taken");

    // When it reads again it finds what arrived, then the end.
    for _ in 0..arrived.messages {
        assert_eq!(other.packet(one.key).await.len(), MAX_PACKET);
    }
    other.disconnected(one.key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_consumer_stops_reading_from_tcp() {
    a_consumer_that_is_slow(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_consumer_stops_reading_from_quic() {
    a_consumer_that_is_slow(QUIC).await;
}
