//! The region at its size: many nodes, each of which writes, most of which are killed at once.
//!
//! Eight nodes in every run, 24 in `scripts/test --long demo-24`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::thread;

use palabre_tests::node::{all_hold, level};
use palabre_tests::{Demo, content};

fn nodes() -> usize {
    std::env::var("PALABRE_NODES").ok().and_then(|nodes| nodes.parse().ok()).unwrap_or(8)
}

#[test]
fn most_of_them_are_killed_and_all_hold_everything_in_the_end() {
    let mut demo = Demo::start(nodes());
    let mut published = Vec::new();

    // All speak at once.
    thread::scope(|scope| {
        let speaking: Vec<_> = demo.nodes.iter().map(|node| scope.spawn(|| speak(node, "at once"))).collect();
        published.extend(speaking.into_iter().map(|one| one.join().unwrap()));
    });
    for (id, bytes) in &published {
        all_hold(&demo.nodes, id, bytes);
    }
    demo.level();

    // Of three nodes two go, the leader among them; who stays goes on.
    for node in demo.nodes.iter_mut().enumerate().filter(|(number, _)| number % 3 < 2).map(|(_, node)| node) {
        node.kill();
    }
    let staying: Vec<_> = demo.nodes.iter().skip(2).step_by(3).collect();
    for node in &staying {
        published.push(speak(node, "without most"));
    }
    for (id, bytes) in &published {
        all_hold(staying.iter().copied(), id, bytes);
    }

    for node in demo.nodes.iter_mut().enumerate().filter(|(number, _)| number % 3 < 2).map(|(_, node)| node) {
        node.launch();
    }
    for node in &mut demo.nodes {
        node.wait_ready();
    }
    level(&demo.nodes);
    for (id, bytes) in &published {
        all_hold(&demo.nodes, id, bytes);
    }
}

/// Publishes something on this node; its id and content.
fn speak(node: &palabre_tests::Node, when: &str) -> (String, Vec<u8>) {
    let bytes = content::text(&format!("{} {when}", node.administration));
    (node.api().publish(when, &bytes).unwrap(), bytes)
}
