//! `palabre demo`: a whole network on one machine. What is published anywhere is everywhere; whoever is killed, the
//! others go on; nothing is left behind.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use palabre_tests::api::ApiError;
use palabre_tests::cli::text;
use palabre_tests::node::all_hold;
use palabre_tests::process::runs;
use palabre_tests::{Cli, Demo, Node, binary, content, demo, eventually};
use rustix::process::Signal;

/// The largest content of a document (`docs/design.md` §7).
const LARGEST: usize = 16 * 1024 * 1024;

#[test]
fn it_is_described_in_demo_json_and_its_samples_are_everywhere() {
    let demo = Demo::start(5);
    let description = demo.description();
    let nodes = description["nodes"].as_array().unwrap();
    let codes: Vec<String> = nodes.iter().map(|node| text(&node["administration"])).collect();
    assert_eq!(codes, ["CI", "SN", "GH", "CV", "BRRC"]);
    for node in nodes {
        let home = PathBuf::from(text(&node["home"]));
        assert!(home.starts_with(demo.dir()) && home.join("node.toml").is_file(), "{node}");
        assert_eq!(text(&node["node"]).len(), 64, "{node}");
        assert!(text(&node["api"]).starts_with("http://127.0.0.1:"), "{node}");
        let suffix = |address: &str| address.rsplit_once("/p2p/").is_some_and(|(_, id)| !id.is_empty());
        let listen = node["listen"].as_array().unwrap();
        assert!(listen.iter().all(|address| suffix(address.as_str().unwrap())), "{node}");
        assert!(listen.iter().any(|address| address.as_str().unwrap().contains("/tcp/")), "{node}");
        assert!(listen.iter().any(|address| address.as_str().unwrap().contains("/quic-v1")), "{node}");
        assert!(runs(u32::try_from(node["pid"].as_u64().unwrap()).unwrap()), "{node}");
    }
    for node in &demo.nodes {
        let status = node.status();
        assert_eq!(status["node"], node.key.as_str());
        assert_eq!(status["revision"], 1);
        assert_eq!(status["peers"].as_array().unwrap().len(), 4, "it knows every other: {status}");
    }
    let charter = demo.nodes[0].cli().json(&["charter", "show"]).ok().value();
    assert_eq!((&charter["threshold"], &charter["presidency"]), (&4.into(), &"CI".into()));
    assert_eq!(charter["keyholders"].as_array().unwrap().len(), 5);
    demo.nodes[4].cli().json(&["charter", "check"]).ok();

    demo.level();
    let listed = |node: &Node| node.api().json("documents").unwrap()["documents"].as_array().unwrap().clone();
    let samples = listed(&demo.nodes[0]);
    let langs: BTreeSet<String> = samples.iter().map(|document| text(&document["lang"])).collect();
    assert_eq!(langs.into_iter().collect::<Vec<_>>(), ["en", "fr", "pt"]);
    let authors: BTreeSet<String> = samples.iter().map(|document| text(&document["administration"])).collect();
    assert!(authors.len() > 1, "not one administration alone shares: {authors:?}");
    for sample in &samples {
        let id = text(&sample["id"]);
        let content = eventually("a sample is held", || demo.nodes[0].api().content(&id));
        all_hold(&demo.nodes, &id, &content);
    }
    let said = demo::output(&demo.dir());
    for node in &demo.nodes {
        assert!(said.contains(&node.administration) && said.contains(node.api().base().as_str().trim_end_matches('/')));
    }
}

#[test]
fn what_is_published_on_any_node_is_on_all_byte_for_byte() {
    let demo = Demo::start(5);
    let mut published = Vec::new();
    for (number, (name, bytes)) in content::oddities().into_iter().enumerate() {
        let file = demo.dir().join(name);
        fs::write(&file, &bytes).unwrap();
        let author = &demo.nodes[number % demo.nodes.len()];
        let words = ["document", "publish", file.to_str().unwrap(), "--title", name, "--lang", "fr"];
        published.push((author.cli().json(&words).ok().id(), bytes));
    }
    let largest = content::noise("largest", LARGEST);
    published.push((demo.nodes[3].api().publish("Largest", &largest).unwrap(), largest.clone()));
    for (file, bytes) in samples() {
        let number = bytes.len() % demo.nodes.len();
        let words = ["document", "publish", file.to_str().unwrap(), "--title", "Sample", "--lang", "en"];
        published.push((demo.nodes[number].cli().json(&words).ok().id(), bytes));
    }
    for (id, bytes) in &published {
        all_hold(&demo.nodes, id, bytes);
    }
    demo.level();
    too_large(&demo, &[largest, vec![0]].concat());
}

/// One byte too many is refused with words, by the command and by the API, and leaves nothing.
fn too_large(demo: &Demo, bytes: &[u8]) {
    let before = demo.level();
    let file = demo.dir().join("too-large.bin");
    fs::write(&file, bytes).unwrap();
    let words = ["document", "publish", file.to_str().unwrap(), "--title", "Too large", "--lang", "fr"];
    let error = demo.nodes[1].cli().json(&words).ends_with(2).error();
    assert_eq!(error["code"], "too-large");
    let refused = demo.nodes[1].api().publish("Too large", bytes);
    let Err(ApiError::Refused { status, body }) = refused else { panic!("{refused:?}") };
    assert_eq!((status.as_u16(), &body["error"]["code"]), (413, &"too-large".into()));
    assert_eq!(demo.level(), before);
}

/// Sample documents beside the project, where there are any: files of real kinds, some of them broken.
fn samples() -> Vec<(PathBuf, Vec<u8>)> {
    let named = std::env::var_os("PALABRE_SAMPLES").map(PathBuf::from);
    let above = || binary::project().ancestors().skip(1).take(2).map(|dir| dir.join("shared/samples/documents"));
    let Some(folder) = named.or_else(|| above().find(|folder| folder.is_dir())) else {
        println!("skipped: sample documents (PALABRE_SAMPLES names no folder of them)");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST as u64));
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn whoever_is_killed_the_others_go_on_and_it_catches_up() {
    let mut demo = Demo::start(5);
    let mut published = Vec::new();
    // The leader first, then another, then both at once: three that remain are enough.
    for gone in [&["CI"][..], &["BRRC"], &["CI", "GH"]] {
        for code in gone {
            demo.node(code).kill();
        }
        let (down, up): (Vec<&Node>, Vec<&Node>) =
            demo.nodes.iter().partition(|node| gone.contains(&node.administration.as_str()));
        assert_eq!(down.len(), gone.len());
        for author in &up {
            let bytes = content::text(&format!("{} without {gone:?}", author.administration));
            let id = author.api().publish("Without them", &bytes).unwrap();
            all_hold(up.iter().copied(), &id, &bytes);
            published.push((id, bytes));
        }
        for code in gone {
            let node = demo.node(code);
            node.cli().json(&["status"]).ends_with(3).error();
            node.start();
        }
        demo.level();
        for (id, bytes) in &published {
            all_hold(&demo.nodes, id, bytes);
        }
    }
    // A killed child is reported, and not by silence alone.
    let said = demo::output(&demo.dir());
    assert!(said.contains("CI") && said.contains("--home"), "{said}");
}

#[test]
fn nothing_outlives_it_however_it_ends_and_its_folder_can_be_used_again() {
    let mut demo = Demo::start(3);
    let bytes = content::text("before the end");
    let id = demo.nodes[1].api().publish("Before the end", &bytes).unwrap();
    all_hold(&demo.nodes, &id, &bytes);
    let before = demo.level();
    let keys: Vec<String> = demo.nodes.iter().map(|node| node.key.clone()).collect();

    demo.end(Signal::KILL);
    assert!(demo.dir().join("CI").is_dir() || demo.dir().join("demo.json").is_file(), "a folder that was named stays");

    // The same nodes again, with what they had; nothing is published twice.
    demo.restart(3);
    assert_eq!(demo.nodes.iter().map(|node| node.key.clone()).collect::<Vec<_>>(), keys);
    all_hold(&demo.nodes, &id, &bytes);
    let after = demo.level();
    assert_eq!(after.1, before.1, "the state is the same; the ledger may have gained the opening of new logs");

    assert!(demo.end(Signal::TERM).success());
}

#[test]
fn ports_that_are_busy_are_left_alone() {
    let mut demo = Demo::start(2);
    assert!(demo.end(Signal::INT).success());
    let busy: Vec<TcpListener> =
        (0..3).map(|number| TcpListener::bind(("127.0.0.1", demo.port() + number)).unwrap()).collect();

    // Its homes remember ports that are taken meanwhile.
    demo.restart(2);
    let apis: BTreeSet<u16> = demo.nodes.iter().map(|node| node.api().base().port().unwrap()).collect();
    assert_eq!(apis.len(), 2);
    for listener in &busy {
        assert!(!apis.contains(&listener.local_addr().unwrap().port()), "{apis:?}");
    }
    demo.level();
}

#[test]
fn it_has_two_to_twenty_four_nodes() {
    for nodes in ["0", "1", "25", "cinq"] {
        Cli::without_home().json(&["demo", "--nodes", nodes]).ends_with(2).error();
    }
}

#[test]
fn what_is_in_the_place_of_a_home_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("CI"), "not yours").unwrap();
    let words = ["demo", "--nodes", "2", "--dir", dir.path().to_str().unwrap()];
    let answer = Cli::without_home().json(&words);
    assert!(answer.code.is_some_and(|code| code != 0), "{answer:?}");
    answer.error();
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["CI"]);
    assert_eq!(fs::read(dir.path().join("CI")).unwrap(), b"not yours");
}
