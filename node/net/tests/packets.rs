//! Packets between two nodes: both ways, in order, of all sizes, and what happens to those that break the rules.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use nodes::foreign::Foreign;
use nodes::{Node, QUIC, TCP, eventually, lower_and_higher, pair};
use palabre_net::{DisconnectReason, Event, MAX_PACKET, SYNC_PROTOCOL, SendError};

async fn exchange(address: &str) {
    let (mut one, mut other) = pair(1, 2, address).await;
    let longest = vec![7; MAX_PACKET];
    for packet in [b"a".to_vec(), longest.clone(), b"b".to_vec()] {
        one.handle.send(other.key, packet.clone()).unwrap();
        other.handle.send(one.key, packet).unwrap();
    }
    for expected in [b"a".to_vec(), longest, b"b".to_vec()] {
        assert_eq!(one.packet(other.key).await, expected);
        assert_eq!(other.packet(one.key).await, expected);
    }

    let counters = one.handle.counters();
    let with_other = counters.nodes[&other.key];
    // One byte of length for a packet of one byte, three for the longest.
    assert_eq!(with_other.sync_in.bytes, MAX_PACKET as u64 + 3 + 2 * 2);
    assert_eq!(with_other.sync_in, with_other.sync_out);
    assert_eq!(with_other.sync_in.messages, 3);
    assert!(counters.wire_in > with_other.sync_in.bytes && counters.wire_out > with_other.sync_out.bytes);
    assert_eq!((counters.connections, counters.strangers), (1, 0));

    one.handle.shutdown().await;
    assert!(matches!(other.disconnected(one.key).await, DisconnectReason::ClosedByPeer | DisconnectReason::Lost(_)));
    assert_eq!(other.handle.send(one.key, vec![1]), Err(SendError::NotConnected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_exchange_packets_over_tcp() {
    exchange(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_exchange_packets_over_quic() {
    exchange(QUIC).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn admitted_nodes_tell_each_other_where_they_are() {
    let mut home = Node::start(1, TCP).await;
    let mut metered = Node::start_on(2, QUIC, true).await;
    home.admit(&[metered.key]).await;
    metered.admit(&[home.key]).await;
    metered.dial(&home).await;
    let (address, dialed) = metered
        .wait(|event| match event {
            Event::Connected { node, address, dialed } if node == home.key => Some((address, dialed)),
            _ => None,
        })
        .await;
    assert_eq!((address, dialed), (home.address.clone(), true));
    let (agent, addresses) = home
        .wait(|event| match event {
            Event::Identified { node, agent, addresses, .. } if node == metered.key => Some((agent, addresses)),
            _ => None,
        })
        .await;
    assert_eq!((agent.as_str(), addresses), ("palabre/test", vec![metered.address.clone()]));
}

/// What arrived before an end is delivered before the end, however late it is taken.
async fn last_words(address: &str, packets: u8) {
    let (one, mut other) = pair(1, 2, address).await;
    for number in 0..packets {
        one.handle.send(other.key, vec![number; 1000]).unwrap();
    }
    eventually(|| one.handle.counters().nodes[&other.key].sync_out.messages == u64::from(packets)).await;
    // As many as there is room for while nobody takes any.
    let room = u64::from(packets.min(60));
    eventually(|| other.handle.counters().nodes[&one.key].sync_in.messages >= room).await;
    one.handle.shutdown().await;
    for number in 0..packets {
        assert_eq!(other.packet(one.key).await, vec![number; 1000]);
    }
    other.disconnected(one.key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_words_are_heard_over_tcp() {
    // More than there is room for: the rest is on its way when the end comes, and TCP brings it.
    last_words(TCP, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_words_are_heard_over_quic() {
    // Of what is still on its way QUIC promises nothing once an end has closed.
    last_words(QUIC, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packets_that_are_none_are_not_sent() {
    let (one, mut other) = pair(1, 2, TCP).await;
    let length = MAX_PACKET + 1;
    assert_eq!(one.handle.send(other.key, vec![0; length]), Err(SendError::TooLong { length }));
    assert_eq!(one.handle.send(other.key, Vec::new()), Err(SendError::Empty));
    assert_eq!(one.handle.send(one.key, vec![1]), Err(SendError::NotConnected));
    one.handle.send(other.key, b"still here".to_vec()).unwrap();
    assert_eq!(other.packet(one.key).await, b"still here");
}

/// A foreign but admitted peer sends `bytes` on its sync stream; gives the reason for which it is disconnected.
async fn reason_after(bytes: &[u8]) -> DisconnectReason {
    // The lower key opens the stream: the foreigner.
    let (foreigner, number) = lower_and_higher(1, 2);
    let mut node = Node::start(number, TCP).await;
    let foreign = Foreign::new(foreigner);
    let key = foreign.key;
    node.admit(&[key]).await;
    let mut foreign = foreign.connect(node.address.clone()).await;
    let mut stream = foreign.open(SYNC_PROTOCOL).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream.flush().await.unwrap();
    let reason = node.disconnected(key).await;
    // The connection goes with the stream.
    eventually(|| node.handle.counters().connections == 0).await;
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    reason
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_packet_beyond_the_limit_ends_the_connection() {
    // 262,145 as a varint.
    let reason = reason_after(&[0x81, 0x80, 0x10]).await;
    assert!(matches!(reason, DisconnectReason::PacketTooLong { length } if length == MAX_PACKET + 1), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_length_ends_the_connection() {
    for bytes in [&[0x00][..], &[0x85, 0x00], &[0xff, 0xff, 0xff, 0xff, 0x7f]] {
        let reason = reason_after(bytes).await;
        assert!(matches!(reason, DisconnectReason::BadLength), "{reason}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_higher_key_waits_for_the_lower_to_open_the_stream() {
    let (number, foreigner) = lower_and_higher(1, 2);
    let mut node = Node::start(number, TCP).await;
    let foreign = Foreign::new(foreigner);
    let key = foreign.key;
    node.admit(&[key]).await;
    let mut incoming = foreign.swarm.behaviour().streams.new_control().accept(SYNC_PROTOCOL).unwrap();
    let mut foreign = foreign.connect(node.address.clone()).await;
    let (_, mut stream) = incoming.next().await.unwrap();
    node.connected(key).await;
    node.handle.send(key, b"hello".to_vec()).unwrap();
    let mut received = [0; 6];
    stream.read_exact(&mut received).await.unwrap();
    assert_eq!(&received, b"\x05hello");

    // One that it opens itself is none.
    let mut own = foreign.open(SYNC_PROTOCOL).await.unwrap();
    // It may be reset before this is written, or after.
    let _ = own.write_all(&[1, 1]).await;
    let _ = own.flush().await;
    assert!(matches!(own.read(&mut received).await, Ok(0) | Err(_)));
    stream.write_all(b"\x03hey").await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(node.packet(key).await, b"hey");
}
