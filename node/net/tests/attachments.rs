//! Attachments: whole, refused, cut, and never faster than they are taken.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::{Node, QUIC, TCP, pair};
use palabre_core::id::ContentHash;
use palabre_net::{DisconnectReason, Event, FetchError, MAX_CHUNK, Responder};
use std::time::Duration;
use tokio::sync::mpsc;

const HASH: ContentHash = ContentHash::from_bytes([3; 32]);

/// The next request for an attachment.
async fn asked(node: &mut Node) -> Responder {
    node.wait(|event| match event {
        Event::AttachmentAsked { hash, reply, .. } => {
            assert_eq!(hash, HASH);
            Some(reply)
        }
        _ => None,
    })
    .await
}

async fn collect(mut chunks: mpsc::Receiver<Result<Vec<u8>, FetchError>>) -> (Vec<u8>, Option<FetchError>) {
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.recv().await {
        match chunk {
            Ok(chunk) => whole.extend(chunk),
            Err(error) => return (whole, Some(error)),
        }
    }
    (whole, None)
}

async fn fetch_whole(address: &str) {
    let (one, mut other) = pair(1, 2, address).await;
    let content: Vec<u8> = (0..3 * 1024 * 1024_u32).map(|position| position.to_le_bytes()[1]).collect();
    let chunks = one.handle.fetch(other.key, HASH, content.len() as u64).await;
    let sender = asked(&mut other).await.have(content.len() as u64);
    let sent = content.clone();
    // One chunk is longer than a frame: it is cut.
    let (first, rest) = (MAX_CHUNK + 1000, 100_000);
    tokio::spawn(async move {
        sender.send(sent[..first].to_vec()).await.unwrap();
        for chunk in sent[first..].chunks(rest) {
            sender.send(chunk.to_vec()).await.unwrap();
        }
    });
    let (whole, error) = collect(chunks).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(whole, content);
    let received = one.handle.counters().nodes[&other.key].attachments_in;
    assert_eq!(received, other.handle.counters().nodes[&one.key].attachments_out);
    assert!(received.bytes > content.len() as u64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attachment_comes_whole_over_tcp() {
    fetch_whole(TCP).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attachment_comes_whole_over_quic() {
    fetch_whole(QUIC).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_has_its_name() {
    let (one, mut other) = pair(1, 2, TCP).await;

    let chunks = one.handle.fetch(other.key, HASH, 5).await;
    asked(&mut other).await.not_held();
    assert!(matches!(collect(chunks).await.1, Some(FetchError::NotHeld)));

    let chunks = one.handle.fetch(other.key, HASH, 5).await;
    asked(&mut other).await.busy();
    assert!(matches!(collect(chunks).await.1, Some(FetchError::Busy)));

    let chunks = one.handle.fetch(other.key, HASH, 5).await;
    drop(asked(&mut other).await);
    assert!(matches!(collect(chunks).await.1, Some(FetchError::Busy)));

    let chunks = one.handle.fetch(other.key, HASH, 5).await;
    let _sender = asked(&mut other).await.have(6);
    assert!(matches!(collect(chunks).await.1, Some(FetchError::WrongSize { expected: 5, found: 6 })));

    let chunks = one.handle.fetch(one.key, HASH, 5).await;
    assert!(matches!(collect(chunks).await.1, Some(FetchError::NotConnected)));

    let chunks = one.handle.fetch(other.key, HASH, 0).await;
    let _sender = asked(&mut other).await.have(0);
    assert!(matches!(collect(chunks).await, (whole, None) if whole.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fifth_transfer_of_one_node_hears_busy() {
    let (one, mut other) = pair(1, 2, TCP).await;
    let mut under_way = Vec::new();
    for _ in 0..4 {
        let chunks = one.handle.fetch(other.key, HASH, 5).await;
        under_way.push((chunks, asked(&mut other).await.have(5)));
    }
    let fifth = one.handle.fetch(other.key, HASH, 5).await;
    assert!(matches!(collect(fifth).await.1, Some(FetchError::Busy)));

    // A place that is given back is taken again.
    let (chunks, sender) = under_way.pop().unwrap();
    sender.send(b"whole".to_vec()).await.unwrap();
    assert_eq!(collect(chunks).await.0, b"whole");
    loop {
        let mut again = one.handle.fetch(other.key, HASH, 5).await;
        tokio::select! {
            reply = asked(&mut other) => break drop(reply),
            answer = again.recv() => assert!(matches!(answer, Some(Err(FetchError::Busy)))),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_that_is_cut_says_how_far_it_came() {
    let (mut one, mut other) = pair(1, 2, TCP).await;
    let chunks = one.handle.fetch(other.key, HASH, 10).await;
    let sender = asked(&mut other).await.have(10);
    sender.send(b"half".to_vec()).await.unwrap();
    drop(sender);
    let (part, error) = collect(chunks).await;
    assert_eq!(part, b"half");
    assert!(matches!(error, Some(FetchError::Cut { received: 4, expected: 10 })), "{error:?}");

    let mut chunks = one.handle.fetch(other.key, HASH, 10).await;
    let sender = asked(&mut other).await.have(10);
    sender.send(b"half".to_vec()).await.unwrap();
    assert_eq!(chunks.recv().await.unwrap().unwrap(), b"half");
    other.handle.disconnect(one.key, "enough").await;
    let (_, error) = collect(chunks).await;
    assert!(matches!(error, Some(FetchError::Cut { .. } | FetchError::Lost(_))), "{error:?}");
    assert!(matches!(one.disconnected(other.key).await, DisconnectReason::ClosedByPeer | DisconnectReason::Lost(_)));
    // The sender hears of it too.
    let refused = async { while sender.send(vec![0]).await.is_ok() {} };
    tokio::time::timeout(nodes::PATIENCE, refused).await.expect("the sender was never told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attachment_waits_for_whoever_takes_it() {
    const SIZE: usize = 64 * 1024 * 1024;
    let (one, mut other) = pair(1, 2, TCP).await;
    let chunks = one.handle.fetch(other.key, HASH, SIZE as u64).await;
    let sender = asked(&mut other).await.have(SIZE as u64);
    let mut sent = 0;
    // Nobody takes the chunks: soon none is accepted any more.
    while let Ok(accepted) = tokio::time::timeout(Duration::from_secs(1), sender.send(vec![0; 64 * 1024])).await {
        accepted.unwrap();
        sent += 64 * 1024;
    }
    // Two chunks and a window on each side, and what the machine's sockets hold.
    assert!(sent < SIZE / 4, "{sent} bytes were accepted");
    drop(chunks);
    // Given up: the sender is told.
    let refused = async { while sender.send(vec![0; 64 * 1024]).await.is_ok() {} };
    tokio::time::timeout(nodes::PATIENCE, refused).await.expect("the sender was never told");
}
