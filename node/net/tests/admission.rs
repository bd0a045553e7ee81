//! What a stranger says at the door is heard once and answered, and nothing else of it is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod nodes;

use nodes::foreign::Foreign;
use nodes::{Node, QUIC, TCP};
use palabre_net::{ADMISSION_PROTOCOL, Event, KnockError, Multiaddr, address_of, knock};
use zeroize::Zeroizing;

fn seed(number: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([number; 32])
}

/// Knocks at a node that answers with `frames`.
async fn heard(address: &str, frames: Vec<Vec<u8>>) -> (Vec<u8>, Result<Vec<Vec<u8>>, KnockError>) {
    let mut node = Node::start(1, address).await;
    let door = address_of(node.key, node.address.clone());
    let knocking = tokio::spawn(knock(seed(7), door, b"who is there".to_vec()));
    let (said, reply) = node
        .wait(|event| match event {
            Event::Knocked { frame, reply } => Some((frame, reply)),
            _ => None,
        })
        .await;
    reply.answer(frames, true);
    // The node goes on while the answer is on its way.
    let serving = async {
        loop {
            node.next().await;
        }
    };
    tokio::select! {
        answer = knocking => (said, answer.unwrap()),
        () = serving => unreachable!(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_says_one_thing_and_hears_the_answer_whole() {
    for address in [TCP, QUIC] {
        let frames = vec![vec![1; 200_000], vec![2], vec![3; 262_144]];
        let (said, answer) = heard(address, frames.clone()).await;
        assert_eq!(said, b"who is there");
        assert!(answer.unwrap() == frames, "over {address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_taken_for_the_node_and_an_address_must_name_it() {
    let node = Node::start(1, TCP).await;
    let (_, other) = nodes::identity(2);
    let wrong = knock(seed(7), address_of(other, node.address.clone()), vec![1]).await;
    assert!(matches!(wrong, Err(KnockError::WrongKey)), "{wrong:?}");
    let nobody = knock(seed(7), node.address.clone(), vec![1]).await;
    assert!(matches!(nobody, Err(KnockError::NoNode(_))), "{nobody:?}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone: Multiaddr = format!("/ip4/127.0.0.1/tcp/{}", closed.local_addr().unwrap().port()).parse().unwrap();
    drop(closed);
    let gone = knock(seed(7), address_of(node.key, gone), vec![1]).await;
    assert!(matches!(gone, Err(KnockError::Unreachable(_))), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_says_one_thing_only() {
    let mut node = Node::start(1, TCP).await;
    let mut stranger = Foreign::new(2).connect(node.address.clone()).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = stranger.open(ADMISSION_PROTOCOL).await.expect("a stranger may knock");
        // What is not listened to is closed at once: then nothing can be said.
        let _ = futures::AsyncWriteExt::write_all(&mut stream, &[1, 42]).await;
        let _ = futures::AsyncWriteExt::flush(&mut stream).await;
        streams.push(stream);
    }
    let mut knocks = 0;
    // It is shown out after four seconds: all that it ever said has come by then.
    loop {
        tokio::select! {
            event = node.events.recv() => knocks += usize::from(matches!(event, Some(Event::Knocked { .. }))),
            () = nodes::eventually(|| node.handle.counters().refused == 1 && node.handle.counters().strangers == 0) => break,
        }
    }
    assert_eq!(knocks, 1);
}
