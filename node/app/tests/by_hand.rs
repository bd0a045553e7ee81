//! Two machines, by hand and by files: the walk-through of the manual, and what happens when a step is missing.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

mod palabre;

use std::fs;

use palabre::{Node, found, palabre, text, until};

#[test]
fn two_nodes_founded_by_files_share_a_document_byte_for_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    let (mut one, mut other) = (Node::init(dir.path(), "CI"), Node::init(dir.path(), "SN"));
    found(dir.path(), &[("CI", &one), ("SN", &other)]);
    one.run();
    other.run();
    let file = dir.path().join("rapport d'été.bin");
    let content: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    fs::write(&file, &content).expect("a file");
    let publish = ["document", "publish", text(&file), "--title", "Rapport d'été", "--lang", "fr"];
    let id = one.ask_json(&publish).json()["id"].as_str().expect("an id").to_owned();
    until("the document is complete on the other node", || {
        let list = other.ask_json(&["document", "list"]).json();
        list["documents"].as_array().expect("a list").iter().any(|d| d["id"] == *id && d["complete"] == true)
    });
    let got = dir.path().join("got");
    assert_eq!(other.ask(&["document", "get", &id[..8], "-o", text(&got)]).code, 0);
    assert_eq!(fs::read(&got).expect("the file"), content);
    let shown = other.ask_json(&["document", "show", &id[..8]]).json();
    assert_eq!(shown["title"], "Rapport d'été");
    assert_eq!(shown["versions"][0]["file_name"], "rapport d'été.bin");
    let (a, b) = (one.ask_json(&["status"]).json(), other.ask_json(&["status"]).json());
    assert_eq!((&a["ledger"], &a["state"]), (&b["ledger"], &b["state"]));
    assert_eq!(one.stop(), Some(0));
    assert_eq!(one.ask_json(&["status"]).error(3)["code"], "not-running");
    // The document, sealed to the region, and before it the grant of the key.
    assert_eq!(one.ask_json(&["store", "verify"]).json()["entries"], 2);
    assert_eq!(one.ask_json(&["store", "rebuild"]).code, 0);
    assert_eq!(other.ask_json(&["store", "rebuild"]).error(1)["code"], "home-locked");
    assert_eq!(other.stop(), Some(0));
}

#[test]
fn a_ceremony_goes_step_by_step_and_signing_twice_is_no_error() {
    let dir = tempfile::tempdir().expect("a folder");
    let (one, other) = (Node::init(dir.path(), "CI"), Node::init(dir.path(), "SN"));
    let file = dir.path().join("genesis.charter");
    let keys = [format!("CI={}", one.administration_key), format!("SN={}", other.administration_key)];
    let found = ["--json", "charter", "found", "--key", &keys[0], "--key", &keys[1], "-o", text(&file)];
    let refused = palabre(found).error(5);
    assert!(refused["why"].as_str().expect("words").contains("BRRC is a keyholder and has no key"), "{refused}");
    assert!(!file.exists());
    let network = palabre(found.into_iter().chain(["--keyholders", "CI,SN"])).json()["id"].clone();
    assert_eq!(palabre(found.into_iter().chain(["--keyholders", "CI,SN"])).error(1)["code"], "exists");
    assert_eq!(palabre(["--json", "charter", "check", text(&file)]).code, 5);
    for (node, already, signed) in [(&one, false, 1), (&one, true, 1), (&other, false, 2)] {
        let done = node.ask_json(&["charter", "sign", text(&file)]).json();
        assert_eq!((&done["already"], &done["network"]), (&already.into(), &network));
        assert_eq!(done["signed"].as_array().map(Vec::len), Some(signed));
    }
    let checked = palabre(["--json", "charter", "check", text(&file)]).json();
    assert_eq!((&checked["valid"], &checked["signed"]), (&true.into(), &serde_json::json!(["CI", "SN"])));
    let shown = palabre(["--json", "charter", "show", text(&file)]).json();
    assert_eq!(shown["presidency"], "CI");
    assert_eq!(shown["keyholders"][1], serde_json::json!({ "administration": "SN", "signed": true }));
    assert_eq!((&shown["threshold"], &shown["review_by"]), (&2.into(), &"2028-12-31".into()));
}

#[test]
fn what_is_not_signed_or_not_ours_is_refused_with_exit_code_5() {
    let dir = tempfile::tempdir().expect("a folder");
    let (one, other) = (Node::init(dir.path(), "CI"), Node::init(dir.path(), "SN"));
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (third, fourth) = (Node::init(elsewhere.path(), "CI"), Node::init(elsewhere.path(), "SN"));
    found(dir.path(), &[("CI", &one), ("SN", &other)]);
    found(elsewhere.path(), &[("CI", &third), ("SN", &fourth)]);
    let (charter, mandate) = (elsewhere.path().join("genesis.charter"), elsewhere.path().join("SN.mandate"));
    assert_eq!(one.ask_json(&["init", "--charter", text(&charter)]).error(5)["code"], "other-network");
    assert_eq!(one.ask_json(&["init", "--mandate", text(&mandate)]).error(5)["code"], "mandate-signature");
    assert_eq!(third.ask_json(&["mandate", "show", text(&mandate)]).json()["mandates"][0]["valid"], true);
    assert_eq!(one.ask_json(&["mandate", "show", text(&mandate)]).error(5)["code"], "mandate-invalid");
    let mut bytes = fs::read(&charter).expect("a charter");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = elsewhere.path().join("changed.charter");
    fs::write(&changed, bytes).expect("a file");
    assert_eq!(palabre(["charter", "check", text(&changed)]).code, 5);
    let key = third.home.join("keys/node.key");
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o640)).expect("permissions");
    assert_eq!(third.ask_json(&["run"]).error(5)["code"], "secret-open");
}

#[test]
fn a_node_without_charter_or_mandate_does_not_start() {
    let dir = tempfile::tempdir().expect("a folder");
    let node = Node::init(dir.path(), "CI");
    assert_eq!(node.ask_json(&["run"]).error(6)["code"], "no-charter");
    let (one, other) = (Node::init(dir.path(), "SN"), Node::init(dir.path(), "GH"));
    let template = fs::read_to_string("../../config/charter.toml").expect("the template");
    assert!(template.contains("[[administration]]"));
    let leader = format!("CI={}", node.administration_key);
    let keys = [format!("SN={}", one.administration_key), format!("GH={}", other.administration_key)];
    let file = dir.path().join("genesis.charter");
    let found = ["charter", "found", "--key", &leader, "--key", &keys[0], "--key", &keys[1], "--keyholders", "CI"];
    assert_eq!(palabre(found.into_iter().chain(["-o", text(&file)])).code, 0);
    assert_eq!(node.ask(&["charter", "sign", text(&file)]).code, 0);
    assert_eq!(one.ask_json(&["charter", "sign", text(&file)]).error(5)["code"], "no-keyholder");
    assert_eq!(node.ask_json(&["init", "--charter", text(&file)]).json()["mandated"], false);
    assert_eq!(node.ask_json(&["run"]).error(5)["code"], "not-mandated");
}

#[test]
fn errors_speak_the_readers_language_and_json_is_english() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().join("none");
    let said = |arguments: &[&str]| palabre([&["--home", text(&home)], arguments].concat());
    for (lang, words) in [
        ("fr", "n'est pas le dossier d'un nœud"),
        ("en", "is not the home of a node"),
        ("pt", "não é a pasta de um nó"),
    ] {
        let error = said(&["--lang", lang, "status"]);
        assert_eq!(error.code, 6);
        assert!(error.err.contains(words) && error.err.lines().count() == 3, "{error:?}");
    }
    assert!(said(&["status"]).err.contains("n'est pas le dossier"), "French is the default");
    assert!(
        said(&["--lang", "pt", "--json", "status"]).error(6)["what"]
            .as_str()
            .is_some_and(|w| w.contains("is not the home"))
    );
    let help = palabre(["--lang", "pt", "document", "publish", "--help"]);
    assert!(help.code == 0 && help.out.starts_with("Publicar um ficheiro") && help.out.contains("Utilização:"));
    assert_eq!(palabre(["--lang", "de", "status"]).code, 2);
}

#[test]
fn init_keeps_keys_and_token_and_their_files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("a folder");
    let node = Node::init(dir.path(), "CI");
    let files = ["token", "keys/node.key", "keys/administration.key"];
    let before = files.map(|file| fs::read(node.home.join(file)).expect("a secret"));
    let again = node.ask_json(&["init", "--administration", "CI"]).json();
    assert_eq!(again["node"], *node.key);
    assert_eq!(files.map(|file| fs::read(node.home.join(file)).expect("a secret")), before);
    for file in files {
        let mode = fs::metadata(node.home.join(file)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    fs::write(node.home.join("node.toml"), "mdns = true\nmetred = true\n").expect("settings");
    let error = node.ask_json(&["status"]).error(2);
    assert!(error["what"].as_str().is_some_and(|what| what.contains("line 2")), "{error}");
    assert!(error["why"].as_str().is_some_and(|why| why.contains("metred")), "{error}");
}
