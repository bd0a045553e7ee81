//! Who is not of the network: bytes that mean nothing, connections that say nothing. The node minds neither.
//!
//! What a stranger that speaks libp2p may see is tested where the gate is (`node/net/tests`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::thread;

use palabre_tests::cli::text;
use palabre_tests::node::all_hold;
use palabre_tests::{Network, Node, PATIENCE, content};

/// Connections of each kind.
const MANY: usize = 40;

/// The address and port of the node's listener of this kind.
fn listener(node: &Node, kind: &str) -> SocketAddr {
    let status = node.status();
    let listen = status["listen"].as_array().unwrap().iter().map(text).find(|address| address.contains(kind)).unwrap();
    let parts: Vec<&str> = listen.split('/').collect();
    format!("{}:{}", parts[2], parts[4]).parse().unwrap()
}

/// A stranger on TCP: says this, then reads to the end. The node ends it.
fn is_shown_out(address: SocketAddr, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // The node may hang up while it is still being spoken to.
    drop(stream.write_all(bytes));
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) => assert!(error.kind() == std::io::ErrorKind::ConnectionReset, "{error}"),
    }
    assert!(said.len() < 4096, "{} bytes for somebody who proved nothing", said.len());
}

#[test]
fn garbage_and_silence_change_nothing_for_those_who_belong() {
    let network = Network::run(&["CI", "SN"]);
    let before = network.level();
    let (tcp, quic) = (listener(&network.nodes[0], "/tcp/"), listener(&network.nodes[0], "/quic-v1"));

    // Some say nothing at all and stay: half-open as far as the node can tell.
    let silent: Vec<TcpStream> = (0..MANY).map(|_| TcpStream::connect(tcp).unwrap()).collect();
    thread::scope(|scope| {
        for number in 0..MANY {
            scope.spawn(move || {
                let noise = content::noise(&number.to_string(), 1 << (number % 18));
                is_shown_out(tcp, &noise);
                is_shown_out(tcp, b"GET / HTTP/1.1\r\nHost: palabre\r\n\r\n");
            });
        }
        scope.spawn(move || {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            for number in 0..10 * MANY {
                socket.send_to(&content::noise(&number.to_string(), 1200), quic).unwrap();
            }
        });
    });
    network.connected();
    let bytes = content::text("while strangers knock");
    let id = network.nodes[0].api().publish("While strangers knock", &bytes).unwrap();
    all_hold(&network.nodes, &id, &bytes);
    assert_ne!(network.level(), before);
    drop(silent);
}

#[test]
fn the_api_opens_to_nobody_without_the_token() {
    let network = Network::run(&["CI", "SN"]);
    let api = network.nodes[0].api();
    let wrong = [String::new(), "0".repeat(64), network_token(&network.nodes[1])];
    for token in wrong {
        let stranger = api.clone().with_token(&token);
        for path in ["/api/v1/status", "/api/v1/documents", "/metrics", "/api/v1/charter", "/nowhere"] {
            let refused = stranger.get(path).expect_err(path);
            assert!(refused.to_string().starts_with("401"), "{path}: {refused}");
        }
        stranger.publish("Nobody's", b"nothing").expect_err("no token, no document");
        stranger.get("/health").expect("whether it lives is no secret on this machine");
    }
    // A web page that had its name point to this machine would send its own name.
    let mut stream = TcpStream::connect(format!("127.0.0.1:{}", api.base().port().unwrap())).unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

fn network_token(node: &Node) -> String {
    std::fs::read_to_string(node.home().join("token")).unwrap().trim().to_owned()
}
