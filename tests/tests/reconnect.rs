//! A reconnection with nothing new costs next to nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use palabre_tests::{Network, Node, content, eventually, wait::when};

/// Bytes of sync that a reconnection with nothing new may cost, both ways together: at 64 kbit/s an eighth of a second.
const LIMIT: f64 = 1024.0;

/// Bytes of sync that a node has exchanged since its process started.
fn sync_bytes(node: &Node) -> f64 {
    node.api().metrics().unwrap().sync_bytes()
}

/// Waits until nothing moves any more: the same count in several looks while all hold the same.
fn settle(network: &Network) {
    network.level();
    let (mut last, mut same) = (Vec::new(), 0);
    eventually("sync comes to rest", || {
        let now: Vec<u64> = network.nodes.iter().map(|node| sync_bytes(node).to_bits()).collect();
        same = if now == last { same + 1 } else { 0 };
        last = now;
        // The digest is sent again at most every 2 s after a change: 60 looks of 50 ms are longer.
        when(same > 60, || format!("{same} looks without a byte"))
    });
}

#[test]
fn a_reconnection_with_nothing_new_costs_less_than_a_kibibyte_of_sync() {
    let mut network = Network::run(&["CI", "SN"]);
    for number in 0..20 {
        let author = &network.nodes[number % 2];
        author.api().publish("Note", &content::text(&number.to_string())).unwrap();
    }
    settle(&network);

    for round in ["killed", "stopped"] {
        let before = sync_bytes(&network.nodes[0]);
        let hashes = network.level();
        if round == "killed" {
            network.nodes[1].kill();
        } else {
            network.nodes[1].stop();
        }
        eventually("the other one notices", || {
            let connected = network.nodes[0].connected().map_err(|error| error.to_string())?;
            when(connected == 0, || format!("{connected} connected"))
        });
        network.nodes[1].start();
        network.connected();
        settle(&network);
        assert_eq!(network.level(), hashes, "a start in itself writes nothing");

        let stayed = sync_bytes(&network.nodes[0]) - before;
        let came_back = sync_bytes(&network.nodes[1]);
        println!("{round}: {stayed} bytes of sync on the node that stayed, {came_back} on the one that came back");
        assert!(stayed > 0.0 && stayed <= LIMIT, "{round}: {stayed} bytes");
        assert!(came_back > 0.0 && came_back <= LIMIT, "{round}: {came_back} bytes");
    }
}
