//! Who reads what, between real nodes: what some seal among themselves the others keep and pass on, and find nothing in it
//! (`docs/design.md` §5).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, holds, level};
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Network, Node};

/// Bytes of a run that tells something.
const RUN: usize = 8;
const TITLE: &str = "Affaire Zoungrana-Quenum du Littoral";
const NAME: &str = "dossier-kouassi-adjoua.md";

fn document() -> Vec<u8> {
    let lines = (0..400).map(|n| format!("{n} Zoungrana-Quenum du Littoral, Mme Kouassi Adjoua.\n"));
    lines.collect::<String>().into_bytes()
}

fn publish(node: &Node, dir: &Path, audience: &str) -> String {
    let file = dir.join(NAME);
    fs::write(&file, document()).unwrap();
    let words =
        ["document", "publish", file.to_str().unwrap(), "--title", TITLE, "--lang", "fr", "--audience", audience];
    node.cli().json(&words).ok().id()
}

fn lists(node: &Node, id: &str) -> bool {
    let list = node.api().json("documents").unwrap();
    list["documents"].as_array().unwrap().iter().any(|document| document["id"] == *id)
}

/// What must not be found: every run of bytes of the texts, as they are and as UTF-16.
fn traces() -> Vec<Vec<u8>> {
    let texts = [TITLE, NAME, "Zoungrana-Quenum du Littoral", "Kouassi Adjoua"];
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let forms = texts.iter().flat_map(|text| [text.as_bytes().to_vec(), wide(text)]).chain([document()]);
    let mut runs: Vec<Vec<u8>> =
        forms.flat_map(|form| form.windows(RUN).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect();
    runs.sort();
    runs.dedup();
    runs
}

fn finds(bytes: &[u8], runs: &[Vec<u8>]) -> Option<String> {
    let known = |window: &&[u8]| runs.binary_search_by(|run| run.as_slice().cmp(window)).is_ok();
    bytes.windows(RUN).find(known).map(|run| String::from_utf8_lossy(run).into_owned())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn attachments(node: &Node) -> usize {
    files(&node.home().join("attachments")).len()
}

#[test]
fn what_two_seal_among_themselves_the_others_keep_and_find_nothing_in() {
    let mut network = Network::run(&["CI", "SN", "GH", "CV"]);
    let dir = network.dir().to_owned();
    let id = publish(&network.nodes[1], &dir, "members:CI,SN");
    all_hold(&network.nodes[..2], &id, &document());
    level(&network.nodes);
    // The attachment reaches those as well who cannot read it: they carry it for others.
    eventually("all hold the sealed attachment", || {
        let kept: Vec<usize> = network.nodes.iter().map(attachments).collect();
        when(kept.iter().all(|kept| *kept == 1), || format!("{kept:?}"))
    });
    for node in &network.nodes[2..] {
        assert!(!lists(node, &id), "{} lists it", node.administration);
        node.cli().json(&["document", "show", &id]).ends_with(6);
        node.cli().json(&["document", "get", &id, "-o", dir.join("never").to_str().unwrap()]).ends_with(6);
    }
    let shown = network.nodes[0].cli().json(&["document", "show", &id]).ok().value();
    assert_eq!((text(&shown["audience"]), text(&shown["title"])), ("members:CI,SN".to_owned(), TITLE.to_owned()));
    let state = |node: &Node| node.status()["state"].clone();
    assert_eq!(state(&network.nodes[0])["members:CI,SN"], state(&network.nodes[1])["members:CI,SN"]);
    assert_eq!(state(&network.nodes[2]).as_object().unwrap().len(), 1, "public alone");

    // Killed, started again, changed by its author, and ended.
    network.nodes[1].kill();
    network.nodes[1].start();
    holds(&network.nodes[1], &id, &document());
    let second = dir.join("second.md");
    fs::write(&second, b"Clos.").unwrap();
    network.nodes[1].cli().json(&["document", "revise", &id, second.to_str().unwrap()]).ok();
    eventually("the revision reaches the other", || {
        let content = network.nodes[0].api().content(&id).map_err(|error| error.to_string())?;
        when(content == b"Clos.", || format!("{} bytes", content.len()))
    });

    network.connected();
    level(&network.nodes);
    for node in &mut network.nodes {
        node.stop();
    }
    let runs = traces();
    for path in network.nodes[2..].iter().flat_map(|node| files(node.home())) {
        // The records of a ledger lie in its segments as they are; nothing here is compressed but what is sealed.
        assert_eq!(finds(&fs::read(&path).unwrap(), &runs), None, "{}", path.display());
    }
}

#[test]
fn who_is_not_in_an_audience_is_told_so_and_nothing_is_written() {
    let network = Network::run(&["CI", "SN", "GH"]);
    let file = network.dir().join("note.md");
    fs::write(&file, b"Note").unwrap();
    let publish = |audience: &str| {
        let file = file.to_str().unwrap();
        let words = ["document", "publish", file, "--title", "Note", "--lang", "fr", "--audience", audience];
        network.nodes[2].cli().json(&words)
    };
    assert_eq!(publish("members:CI,SN").ends_with(5).error()["code"], "no-right");
    for word in ["members:CI", "members:SN,CI", "regions", "commission/"] {
        assert_eq!(publish(word).ends_with(2).error()["code"], "audience", "{word}");
    }
    assert_eq!(network.nodes[2].api().json("documents").unwrap()["documents"], serde_json::json!([]));
}

#[test]
fn a_further_node_reads_the_history_of_the_region_and_one_without_a_sealing_key_says_what_to_do() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let dir = network.dir().to_owned();
    let region = publish(&network.nodes[0], &dir, "region");
    all_hold(&network.nodes, &region, &document());

    // Mandated by its key alone: it reads what is public.
    let mut further = network.further_node_by_key(1, "SN2");
    further.start();
    let public = network.nodes[0].api().publish("Public", b"Pour tous.").unwrap();
    holds(&further, &public, b"Pour tous.");
    assert!(!lists(&further, &region));
    let note = dir.join("note.md");
    fs::write(&note, b"Note").unwrap();
    // Without a word about the audience it is the region.
    let words = ["document", "publish", note.to_str().unwrap(), "--title", "Note", "--lang", "fr"];
    assert_eq!(further.cli().json(&words).ends_with(5).error()["code"], "no-sealing-key");

    // With what its home says of it, its administration mandates it again; then others give it the keys.
    let card = further.home().join("node.public");
    network.nodes[1].cli().json(&["mandate", "add", card.to_str().unwrap()]).ok();
    holds(&further, &region, &document());
    let own = further.cli().json(&words).ok().id();
    all_hold(&network.nodes, &own, b"Note");
}
