//! Faults that are not crashes: a disk that is full, read-only, slow, or fails once; a folder that goes away; a clock that
//! is set; descriptors and memory that are used up. The node says what is the matter, loses nothing, and goes on once it is
//! mended (`docs/design.md` §8). What a test cannot have here (no right to mount, no C compiler) it names and skips.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::net::TcpStream;
use std::thread;

use palabre_tests::api::ApiError;
use palabre_tests::machine::{Clock, FaultyDisk, SmallDisk};
use palabre_tests::node::{Conditions, all_hold};
use palabre_tests::{Api, Network, Node, content, eventually, process, wait::when};
use serde_json::Value;

/// Documents that are published and must stay.
#[derive(Default)]
struct Published(Vec<(String, Vec<u8>)>);

impl Published {
    fn publish(&mut self, node: &Node, title: &str) {
        let bytes = content::text(title);
        let id = node.api().publish(title, &bytes).unwrap_or_else(|error| panic!("{title}: {error}"));
        self.0.push((id, bytes));
    }

    fn all_hold(&self, nodes: &[Node]) {
        for (id, bytes) in &self.0 {
            all_hold(nodes, id, bytes);
        }
    }
}

/// Waits until `status`, `/health` and the log say that this keeps the node from writing, and a write is refused with
/// words. A node that ends meanwhile is started again, as its service does.
fn paused(node: &mut Node, obstacle: &str) {
    eventually(&format!("{} refuses a write", node.administration), || {
        node.start_again_if_ended();
        match node.api().publish("Refused", b"refused") {
            Err(ApiError::Refused { status, .. }) if status == 503 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    eventually(&format!("{} says that it is paused", node.administration), || {
        node.start_again_if_ended();
        match node.api().get("/health") {
            Err(ApiError::Refused { status, body }) => {
                when(status == 503 && body["health"] == "paused" && body["obstacle"] == obstacle, || body.to_string())
            }
            other => Err(format!("{other:?}")),
        }
    });
    let log = fs::read_to_string(node.log_file()).unwrap();
    let said = ["writing pauses", "an upload was not kept", "the node cannot start yet"];
    assert!(said.iter().any(|words| log.contains(words)), "{log}");
    eventually(&format!("{} has a status", node.administration), || {
        node.start_again_if_ended();
        let answer = node.cli().json(&["status"]);
        // It reads meanwhile; or a folder of its home is missing for commands too; or it waits with its whole start.
        let said = match answer.code {
            Some(0) => answer.value()["writing"] == "paused" && answer.value()["obstacle"] == obstacle,
            Some(1) => answer.error()["code"] == "home-folder",
            code => code == Some(8) && answer.error()["code"] == "waiting",
        };
        when(said, || format!("{answer:?}"))
    });
    let words = WORDS.iter().find(|(of, _)| *of == obstacle).unwrap().1;
    for (lang, words) in ["fr", "en", "pt"].into_iter().zip(words) {
        let answer = node.cli().with("LANG", lang).run(&["status"]);
        let said = format!("{}{}", answer.out, answer.err);
        assert!(said.contains(words), "{lang}: {said}");
    }
}

/// Waits until `status` tells of this, to programs and, with this word, to people.
fn concerned(node: &Node, concern: &str, word: &str) {
    eventually(&format!("the status tells of {concern}"), || {
        let status = node.api().json("status").map_err(|error| error.to_string())?;
        let concerns = status["concerns"].as_array().cloned().unwrap_or_default();
        when(concerns.iter().any(|one| one["concern"] == concern), || status.to_string())
    });
    let said = node.cli().with("LANG", "fr").run(&["status"]);
    assert!(said.out.contains(word), "{said:?}");
}

/// What a person reads of each obstacle, in fr, en, pt.
const WORDS: [(&str, [&str; 3]); 4] = [
    ("disk-full", ["le disque est plein", "the disk is full", "o disco está cheio"]),
    ("read-only", ["accessible qu'en lecture", "can only be read", "só pode ser lida"]),
    ("folder-missing", ["Il a été supprimé", "It was removed", "Foi removida"]),
    ("disk-failing", ["le disque signale des erreurs", "the disk reports errors", "o disco comunica erros"]),
];

/// Waits until the node takes writes again, by itself: at most its service starts it.
fn writes_again(node: &mut Node) {
    eventually(&format!("{} goes on", node.administration), || {
        node.start_again_if_ended();
        let status = node.api().status().map_err(|error| error.to_string())?;
        when(status["writing"] == "ok" && status["obstacle"] == Value::Null, || status.to_string())
    });
}

/// Publishes, also when the node ends on the way and is started again. What was not acknowledged does not count.
fn publish_again(node: &mut Node, published: &mut Published, title: &str) {
    eventually(&format!("{} writes", node.administration), || {
        node.start_again_if_ended();
        let bytes = content::text(title);
        let id = node.api().publish(title, &bytes).map_err(|error| error.to_string())?;
        published.0.push((id, bytes));
        Ok::<_, String>(())
    });
}

/// All hold everything, now and after a start, and no log has forked.
fn whole(network: &mut Network, published: &mut Published, title: &str) {
    for node in &network.nodes {
        published.publish(node, &format!("{title}, then {}", node.administration));
    }
    network.level();
    published.all_hold(&network.nodes);
    network.nodes[0].stop();
    network.nodes[0].start();
    network.connected();
    network.level();
    published.all_hold(&network.nodes);
    for node in &network.nodes {
        assert!(node.api().metrics().unwrap().get("palabre_forks") == 0.0, "{}: a log has forked", node.administration);
    }
}

#[test]
fn a_full_disk_pauses_writing_until_there_is_room() {
    let mut network = Network::found(&["CI", "SN"]);
    let Some(disk) = SmallDisk::under(network.nodes[0].home(), "64m", "a full disk") else { return };
    network.start();
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    disk.fill();
    paused(&mut network.nodes[0], "disk-full");
    for number in 0..10 {
        published.publish(&network.nodes[1], &format!("While the other's disk is full {number}"));
    }
    // Also when it is started while the disk is full.
    network.nodes[0].kill();
    network.nodes[0].launch();
    paused(&mut network.nodes[0], "disk-full");
    disk.make_room();
    writes_again(&mut network.nodes[0]);
    publish_again(&mut network.nodes[0], &mut published, "There is room again");
    network.level();
    whole(&mut network, &mut published, "Room again");
}

#[test]
fn a_read_only_disk_pauses_writing_until_it_is_mounted_anew() {
    let mut network = Network::found(&["CI", "SN"]);
    let Some(disk) = FaultyDisk::under(&mut network, "/CI/", "a read-only disk") else { return };
    network.start();
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    disk.set("read-only");
    paused(&mut network.nodes[0], "read-only");
    for number in 0..10 {
        published.publish(&network.nodes[1], &format!("While the other's disk is read-only {number}"));
    }
    // Also when it is started on it.
    network.nodes[0].kill();
    network.nodes[0].launch();
    paused(&mut network.nodes[0], "read-only");
    disk.mend();
    writes_again(&mut network.nodes[0]);
    publish_again(&mut network.nodes[0], &mut published, "It can be written again");
    network.level();
    whole(&mut network, &mut published, "Writable again");
}

#[test]
fn many_writers_share_a_slow_sync() {
    const WRITERS: u64 = 30;
    const EACH: u64 = 4;
    let mut network = Network::found(&["CI", "SN"]);
    let Some(disk) = FaultyDisk::under(&mut network, "/CI/ledger/", "a slow disk") else { return };
    network.start();
    disk.set("slow 500");
    let before = disk.syncs();
    let api: &Api = network.nodes[0].api();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                for number in 0..EACH {
                    let title = format!("{writer}-{number}");
                    api.publish(&title, &content::text(&title)).unwrap_or_else(|error| panic!("{title}: {error}"));
                }
            });
        }
    });
    let syncs = disk.syncs() - before;
    assert!(syncs * 3 <= WRITERS * EACH, "{syncs} syncs for {} entries", WRITERS * EACH);
    disk.mend();
    network.level();
    whole(&mut network, &mut Published::default(), "Fast again");
}

#[test]
fn a_sync_that_fails_once_ends_the_process_and_the_next_start_is_whole() {
    let mut network = Network::found(&["CI", "SN"]);
    let Some(disk) = FaultyDisk::under(&mut network, "/CI/ledger/", "a failing sync") else { return };
    network.start();
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    disk.set("sync-once");
    let unanswered = network.nodes[0].api().publish("Not acknowledged", b"not acknowledged");
    assert!(unanswered.is_err(), "{unanswered:?} was acknowledged");
    assert_eq!(network.nodes[0].wait_for_end(), Some(1), "{}", network.nodes[0].log_tail());
    let log = network.nodes[0].log_tail();
    assert!(log.contains("the disk did not confirm a write"), "{log}");
    network.nodes[0].start();
    network.connected();
    whole(&mut network, &mut published, "Started again");
}

#[test]
fn a_ledger_that_goes_away_pauses_writing_until_it_is_back() {
    let mut network = Network::run(&["CI", "SN"]);
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    let ledger = network.nodes[0].home().join("ledger");
    let elsewhere = network.nodes[0].home().join("elsewhere");
    fs::rename(&ledger, &elsewhere).unwrap();
    paused(&mut network.nodes[0], "folder-missing");
    published.publish(&network.nodes[1], "While the other's ledger is away");
    fs::rename(&elsewhere, &ledger).unwrap();
    writes_again(&mut network.nodes[0]);
    network.level();
    whole(&mut network, &mut published, "Back again");
}

#[test]
fn a_clock_that_is_set_to_1970_to_2099_and_back_stalls_nothing() {
    // Seconds since 1970: its second day, and the first of 2099.
    const YEAR_1970: u64 = 86_400;
    const YEAR_2099: u64 = 4_070_908_800;
    let mut network = Network::found(&["CI", "SN"]);
    let Some(clock) = Clock::under(&mut network.nodes[0], "a clock that is set") else { return };
    network.start();
    let mut published = Published::default();
    for shows in [Some(YEAR_2099), Some(YEAR_1970), Some(YEAR_2099), None, Some(YEAR_1970), None] {
        match shows {
            Some(shows) => clock.set(shows),
            None => clock.mend(),
        }
        let what = format!("The clock shows {shows:?}");
        // Connections open, are lost and are opened again: none of the pauses on the way lasts for ever.
        for node in &network.nodes {
            published.publish(node, &format!("{what}, {}", node.administration));
        }
        network.level();
        network.nodes[1].kill();
        eventually("the loss is noticed", || {
            let connected = network.nodes[0].connected().map_err(|error| error.to_string())?;
            when(connected == 0, || format!("{connected} connected"))
        });
        network.nodes[1].start();
        network.connected();
        for node in &network.nodes {
            published.publish(node, &format!("{what}, connected again, {}", node.administration));
        }
        network.level();
    }
    // It starts under a wrong clock as well.
    clock.set(YEAR_1970);
    whole(&mut network, &mut published, "Started in 1970");
}

#[test]
fn descriptors_that_are_used_up_are_waited_for() {
    const LIMIT: usize = 96;
    let mut network = Network::found(&["CI", "SN"]);
    let limited = format!("ulimit -n {LIMIT}; exec \"$0\" \"$@\"");
    let before = ["sh", "-c", &limited].map(str::to_owned).to_vec();
    network.nodes[0].under(Conditions { before, ..Conditions::default() });
    network.start();
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    let address = network.nodes[0].api().base().socket_addrs(|| None).unwrap()[0];
    let held: Vec<TcpStream> = (0..2 * LIMIT).map_while(|_| TcpStream::connect(address).ok()).collect();
    assert!(held.len() >= LIMIT, "{} connections", held.len());
    for number in 0..10 {
        published.publish(&network.nodes[1], &format!("While the other has no descriptors {number}"));
    }
    eventually("the shortage is said in the log", || {
        let log = network.nodes[0].log_tail();
        when(log.contains("nearly all of what the process may have is in use"), || log)
    });
    drop(held);
    concerned(&network.nodes[0], "descriptors", "LimitNOFILE");
    writes_again(&mut network.nodes[0]);
    network.connected();
    network.level();
    whole(&mut network, &mut published, "Descriptors again");
}

#[test]
fn a_node_without_memory_ends_and_the_next_start_is_whole() {
    let mut network = Network::found(&["CI", "SN"]);
    network.start();
    let mut published = Published::default();
    for number in 0..20 {
        published.publish(&network.nodes[0], &format!("Before {number}"));
    }
    network.level();
    network.nodes[0].stop();
    // Less than it needs: whether it starts and ends later, or does not start, it may lose nothing.
    for kilobytes in [60_000, 120_000, 250_000, 400_000] {
        let limited = format!("ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
        let before = ["sh", "-c", &limited].map(str::to_owned).to_vec();
        network.nodes[0].under(Conditions { before, ..Conditions::default() });
        network.nodes[0].launch();
        let answered = network.nodes[0].answers_or_ends();
        if answered {
            let written = network.nodes[0].api().publish("In a narrow place", &content::noise("narrow", 3_000_000));
            if let Ok(id) = written {
                published.0.push((id, content::noise("narrow", 3_000_000)));
            }
            network.nodes[0].kill();
        }
    }
    network.nodes[0].under(Conditions::default());
    network.nodes[0].start();
    network.connected();
    network.level();
    whole(&mut network, &mut published, "Memory again");
}

#[test]
fn memory_that_runs_short_is_said_before_it_is_gone() {
    let mut network = Network::run(&["CI", "SN"]);
    let mut published = Published::default();
    published.publish(&network.nodes[0], "Before");
    process::limit_address_space(network.nodes[0].pid(), Some(95));
    concerned(&network.nodes[0], "memory", "mémoire");
    published.publish(&network.nodes[0], "With little memory");
    process::limit_address_space(network.nodes[0].pid(), None);
    eventually("the end of the shortage is said in the log", || {
        let log = network.nodes[0].log_tail();
        when(log.contains("there is enough again"), || log)
    });
    network.level();
    whole(&mut network, &mut published, "Memory enough");
}
