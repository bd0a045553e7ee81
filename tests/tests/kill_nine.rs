//! Nothing acknowledged is lost: a node is killed again and again while it is being written to.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use palabre_tests::api::ApiError;
use palabre_tests::cli::text;
use palabre_tests::{Api, Network, Node, content, eventually, wait::when};

/// Threads that write at once.
const WRITERS: usize = 4;
/// Acknowledged entries after which a round kills: different in each, so that the cut falls anywhere.
const ACKNOWLEDGED: usize = 7;

/// Rounds: a few in every run, 50 in `scripts/test --long kill-50`.
fn rounds() -> usize {
    std::env::var("PALABRE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(5)
}

/// What the API has acknowledged: id and content.
type Acknowledged = Mutex<Vec<(String, Vec<u8>)>>;

/// Writes until the node does not answer any more.
fn write(api: &Api, name: &str, acknowledged: &Acknowledged, round: &AtomicUsize, over: &AtomicBool) {
    for number in 0.. {
        // Small ones and some that take several writes to disk: the cut must be able to fall into a file, too.
        let seed = format!("{name}-{number}");
        let bytes = if number % 5 == 4 { content::noise(&seed, 200_000) } else { content::text(&seed) };
        match api.publish(&seed, &bytes) {
            Ok(id) => {
                acknowledged.lock().unwrap().push((id, bytes));
                round.fetch_add(1, Ordering::SeqCst);
            }
            Err(ApiError::Unreached(_)) => return,
            Err(refused) => panic!("{seed}: {refused}"),
        }
        if over.load(Ordering::SeqCst) {
            return;
        }
    }
}

/// One round: several threads write, the node is killed in the middle of it.
fn kill_while_writing(node: &mut Node, round: usize, acknowledged: &Acknowledged) {
    let (count, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let api = node.api().clone();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (api, count, over) = (&api, &count, &over);
            scope.spawn(move || write(api, &format!("{round}-{writer}"), acknowledged, count, over));
        }
        let enough = ACKNOWLEDGED + 5 * (round % 4);
        eventually("entries are acknowledged", || {
            let count = count.load(Ordering::SeqCst);
            when(count >= enough, || format!("{count} of {enough}"))
        });
        node.kill();
        over.store(true, Ordering::SeqCst);
    });
}

/// Waits until `node` lists every acknowledged document as complete; then each from the `since`th on has the very bytes
/// that were sent.
fn holds_all(node: &Node, acknowledged: &Acknowledged, since: usize) {
    let acknowledged = acknowledged.lock().unwrap();
    let what = format!("{} lists all {} documents", node.administration, acknowledged.len());
    eventually(&what, || {
        let list = node.api().json("documents").map_err(|error| error.to_string())?;
        let documents = list["documents"].as_array().cloned().unwrap_or_default();
        let whole: HashSet<String> =
            documents.iter().filter(|d| d["complete"] == true).map(|d| text(&d["id"])).collect();
        let missing = acknowledged.iter().filter(|(id, _)| !whole.contains(id)).count();
        when(missing == 0, || format!("{missing} missing"))
    });
    for (id, bytes) in &acknowledged[since..] {
        assert!(node.api().content(id).unwrap() == *bytes, "{}: other bytes in {id}", node.administration);
    }
}

#[test]
fn every_acknowledged_entry_is_there_after_each_kill_and_reaches_the_others() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let acknowledged = Acknowledged::default();
    let rounds = rounds();
    for round in 0..rounds {
        // Each in turn, the leader's too.
        let victim = round % network.nodes.len();
        let before = acknowledged.lock().unwrap().len();
        kill_while_writing(&mut network.nodes[victim], round, &acknowledged);
        network.nodes[victim].start();
        // Every entry in each round; the bytes of the earlier rounds' once more at the end.
        holds_all(&network.nodes[victim], &acknowledged, before);
    }
    network.connected();
    network.level();
    for node in &network.nodes {
        holds_all(node, &acknowledged, 0);
        let metrics = node.api().metrics().unwrap();
        assert!(metrics.get("palabre_forks") == 0.0, "{}: a log has forked", node.administration);
        node.cli().json(&["store", "verify"]).ok();
    }
    println!("{rounds} kills, {} acknowledged documents, none lost", acknowledged.lock().unwrap().len());
}
