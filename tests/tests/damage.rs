//! What a tired disk does: the index lost or garbled, bytes of the ledger cut, flipped, zeroed. The node names it,
//! makes again what can be made again, fetches the rest from the others, and loses nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use palabre_tests::ledger::{self, Frame};
use palabre_tests::node::all_hold;
use palabre_tests::{Network, Node, content, eventually, wait::when};

/// Documents published before anything is damaged, by each node in turn.
const DOCUMENTS: usize = 24;

/// A network of three that holds [`DOCUMENTS`], and each document's id and content.
fn network() -> (Network, Vec<(String, Vec<u8>)>) {
    let network = Network::run(&["CI", "SN", "GH"]);
    let mut documents = Vec::new();
    for number in 0..DOCUMENTS {
        let bytes = content::text(&format!("note {number}"));
        let author = &network.nodes[number % 3];
        documents.push((author.api().publish(&format!("Note {number}"), &bytes).unwrap(), bytes));
    }
    network.level();
    (network, documents)
}

fn hold_all(nodes: &[Node], documents: &[(String, Vec<u8>)]) {
    for (id, bytes) in documents {
        all_hold(nodes, id, bytes);
    }
}

/// Every file below a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect();
    files.sort();
    files
}

/// Something that may happen to an index.
type Mishap = fn(&Path);

fn remove(index: &Path) {
    fs::remove_dir_all(index).unwrap();
}

fn flip_bytes(index: &Path) {
    for file in files(index) {
        let length = fs::metadata(&file).unwrap().len();
        let open = OpenOptions::new().read(true).write(true).open(&file).unwrap();
        for number in 0..64.min(length) {
            let at = u64::from(content::noise(&format!("{number}"), 1)[0]) * length / 256;
            let mut byte = [0];
            open.read_exact_at(&mut byte, at).unwrap();
            open.write_all_at(&[!byte[0]], at).unwrap();
        }
    }
}

fn halve(index: &Path) {
    for file in files(index) {
        let length = fs::metadata(&file).unwrap().len();
        OpenOptions::new().write(true).open(&file).unwrap().set_len(length / 2).unwrap();
    }
}

fn overwrite(index: &Path) {
    for file in files(index) {
        let length = usize::try_from(fs::metadata(&file).unwrap().len()).unwrap();
        fs::write(&file, content::noise("index", length)).unwrap();
    }
}

fn replace_by_a_file(index: &Path) {
    remove(index);
    fs::write(index, "no folder").unwrap();
}

/// A way to stop.
type Stop = fn(&mut Node);

#[test]
fn an_index_that_is_lost_or_garbled_is_made_again_from_the_ledger() {
    let (mut network, documents) = network();
    // The others are away: what is made again is made from this node's own ledger.
    network.nodes[1].stop();
    network.nodes[2].stop();
    let (_, state) = network.nodes[0].hashes().unwrap();
    let mishaps: [(&str, Mishap); 5] = [
        ("removed", remove),
        ("bytes flipped", flip_bytes),
        ("cut to half", halve),
        ("overwritten", overwrite),
        ("replaced by a file", replace_by_a_file),
    ];
    let stops: [(&str, Stop); 2] = [("stopped", Node::stop), ("killed", Node::kill)];
    for (how, stop) in stops {
        for (what, mishap) in mishaps {
            let node = &mut network.nodes[0];
            stop(node);
            mishap(&node.home().join("index"));
            node.start();
            assert_eq!(node.hashes().unwrap().1, state, "{how}, the index {what}");
        }
    }
    let written = network.nodes[0].api().publish("Afterwards", b"afterwards").unwrap();
    network.nodes[1].start();
    network.nodes[2].start();
    network.level();
    all_hold(&network.nodes, &written, b"afterwards");
    hold_all(&network.nodes, &documents);
    no_fork(&network);
}

#[test]
fn store_rebuild_gives_the_same_state() {
    let (mut network, documents) = network();
    let before = network.level();
    let node = &mut network.nodes[0];
    node.cli().json(&["store", "rebuild"]).ends_with(1).error();
    node.stop();
    node.cli().json(&["store", "rebuild"]).ok();
    node.start();
    assert_eq!(node.hashes().unwrap().1, before.1);
    network.level();
    hold_all(&network.nodes, &documents);
}

/// Something that may happen to a frame of the ledger.
type Damage = fn(&Frame);

#[test]
fn damaged_entries_are_named_and_fetched_again_from_the_others() {
    let (mut network, documents) = network();
    let (_, state) = network.level();
    let node = &mut network.nodes[0];
    node.cli().json(&["store", "verify"]).ok();
    node.stop();
    let entries = ledger::entries(node.home());
    // Of each kind one, own entries as well as those of others, and a whole frame between any two: damage that touches
    // is one place.
    let mut from = 0;
    let mut next = |own: bool| {
        let of = |frame: &Frame| (frame.entry.as_ref().unwrap().author == node.key) == own;
        let index = (from..entries.len()).find(|index| of(&entries[*index])).expect("enough entries of both");
        from = index + 2;
        &entries[index]
    };
    let damages: [(&Frame, Damage, bool); 5] = [
        (next(false), Frame::flip, true),
        (next(false), Frame::zero, false),
        (next(true), Frame::flip, true),
        (next(false), Frame::garble_length, true),
        (next(true), Frame::zero, false),
    ];
    for (frame, damage, _) in damages {
        damage(frame);
    }
    let found = node.cli().json(&["store", "verify"]).ends_with(1).value();
    assert_eq!(found["entries"], entries.len() - damages.len(), "{found}");
    assert_eq!(found["damaged"].as_array().unwrap().len(), damages.len(), "{found}");
    for (frame, _, named) in damages {
        assert!(frame.is_reported(&found["damaged"], named), "{frame:?} in {found}");
    }

    node.start();
    mended(&network.nodes[0]);
    let found = network.nodes[0].cli().json(&["store", "verify"]).ok().value();
    assert_eq!(found["entries"], entries.len(), "each is recorded once more, whole: {found}");
    assert_eq!(network.level().1, state);
    hold_all(&network.nodes, &documents);

    // What was fetched stays after another start, and the node can still write.
    network.nodes[0].kill();
    network.nodes[0].start();
    assert_eq!(network.level().1, state);
    let id = network.nodes[0].api().publish("Afterwards", b"afterwards").unwrap();
    all_hold(&network.nodes, &id, b"afterwards");
    network.level();
    no_fork(&network);
}

#[test]
fn a_ledger_that_was_cut_is_completed_by_the_others() {
    let (mut network, documents) = network();
    for thirds in [2, 1, 0] {
        let (_, state) = network.level();
        let node = &mut network.nodes[0];
        node.stop();
        let entries = ledger::entries(node.home());
        match thirds {
            // Not even a piece of the files is left.
            0 => ledger::segments(node.home()).iter().for_each(|file| fs::remove_file(file).unwrap()),
            _ => entries[entries.len() * thirds / 3].cut(),
        }
        node.start();
        assert_eq!(network.level().1, state, "{thirds} thirds were left");
        hold_all(&network.nodes, &documents);

        let id = network.nodes[0].api().publish("Afterwards", b"afterwards").unwrap();
        all_hold(&network.nodes, &id, b"afterwards");
        mended(&network.nodes[0]);
        no_fork(&network);
    }
}

#[test]
fn damage_anywhere_is_mended() {
    let (mut network, documents) = network();
    let rounds = std::env::var("PALABRE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(2);
    let seed = std::env::var("PALABRE_SEED").unwrap_or_else(|_| std::process::id().to_string());
    println!("PALABRE_SEED={seed}, {rounds} rounds");
    for round in 0..rounds {
        let (_, state) = network.level();
        let dice = content::noise(&format!("{seed}/{round}"), 16);
        let node = &mut network.nodes[usize::from(dice[0]) % 3];
        if dice[1].is_multiple_of(2) {
            node.stop();
        } else {
            node.kill();
        }
        let frames = ledger::frames(node.home());
        let dice_of_damage = dice[2..].chunks(2).take(1 + usize::from(dice[1] / 64));
        let mut damages: Vec<(usize, usize)> =
            dice_of_damage.map(|die| (usize::from(die[1]) % 4, usize::from(die[0]) * frames.len() / 256)).collect();
        // Cuts come last: there is nothing to damage behind one.
        damages.sort_unstable();
        for (kind, frame) in damages {
            [Frame::flip, Frame::zero, Frame::garble_length, Frame::cut][kind](&frames[frame]);
        }
        node.start();
        mended(node);
        assert_eq!(network.level().1, state, "PALABRE_SEED={seed}, round {round}");
    }
    hold_all(&network.nodes, &documents);
    no_fork(&network);
}

/// Waits until the node says that nothing of its ledger is damaged any more.
fn mended(node: &Node) {
    eventually(&format!("the ledger of {} is mended", node.administration), || {
        let answer = node.cli().json(&["store", "verify"]);
        when(answer.code == Some(0), || format!("{}{}", answer.out, answer.err))
    });
}

/// No log of the network has forked: whoever lost a part of its own log has begun another.
fn no_fork(network: &Network) {
    for node in &network.nodes {
        let forks = node.api().metrics().unwrap().get("palabre_forks");
        assert!(forks == 0.0, "{}: {forks} logs have forked", node.administration);
    }
}
