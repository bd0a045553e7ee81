//! What the command line promises to people and to scripts: exit codes, languages, errors that help.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use palabre_tests::{Cli, Network};

#[test]
fn exit_codes_say_what_kind_of_failure_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = Cli::of(&dir.path().join("nowhere"));
    assert_eq!(nowhere.json(&["frobnicate"]).ends_with(2).error()["code"], "usage-command");
    assert_eq!(nowhere.json(&["status", "--frobnicate"]).ends_with(2).error()["code"], "usage-unknown");
    assert_eq!(nowhere.json(&["document", "publish"]).ends_with(2).error()["code"], "usage-missing");
    assert_eq!(nowhere.json(&["demo", "--nodes", "many"]).ends_with(2).error()["code"], "usage-value");
    assert_eq!(nowhere.json(&["status"]).ends_with(6).error()["code"], "no-home");
    assert_eq!(nowhere.json(&["run"]).ends_with(6).error()["code"], "no-home");
    assert_eq!(nowhere.json(&["charter", "show", "/nonexistent"]).ends_with(6).error()["code"], "read");

    let mut network = Network::found(&["CI", "SN"]);
    let node = &mut network.nodes[0];
    let error = node.cli().json(&["document", "list"]).ends_with(3).error();
    assert_eq!(error["code"], "not-running");
    assert!(error["next"].as_str().unwrap().contains("run"), "{error}");

    node.start();
    let unknown = "00000000";
    assert_eq!(node.cli().json(&["document", "show", unknown]).ends_with(6).error()["code"], "object-unknown");
    assert_eq!(node.cli().json(&["document", "get", unknown]).ends_with(2).error()["code"], "json-output");
    assert_eq!(node.cli().json(&["document", "show", "xyz"]).ends_with(2).error()["code"], "object-prefix");
    assert_eq!(node.cli().json(&["peer", "why", "ZZ"]).ends_with(6).error()["code"], "node-unknown");
    let missing = node.cli().json(&["document", "publish", "/nonexistent", "--title", "T", "--lang", "fr"]);
    assert_eq!(missing.ends_with(6).error()["code"], "read");
    let nobody = ["document", "publish", "/etc/hostname", "--title", "T", "--lang", "fr", "--audience", "regions"];
    assert_eq!(node.cli().json(&nobody).ends_with(2).error()["code"], "audience");
}

#[test]
fn people_are_spoken_to_in_their_language_and_in_french_by_default() {
    let dir = tempfile::tempdir().unwrap();
    let cli = Cli::of(&dir.path().join("nowhere"));
    let said = |cli: &Cli, options: &[&str]| cli.run(&[options, &["status"]].concat()).ends_with(6).err;
    let (fr, en, pt) = (said(&cli, &[]), said(&cli, &["--lang", "en"]), said(&cli, &["--lang", "pt"]));
    assert!(fr.contains("n'est pas") && en.contains("is not the home") && pt.contains("não"), "{fr}{en}{pt}");

    assert_eq!(said(&cli.clone().with("LANG", "pt_PT.UTF-8"), &[]), pt);
    assert_eq!(said(&cli.clone().with("LANG", "en_GB.UTF-8"), &[]), en);
    assert_eq!(said(&cli.clone().with("LANG", "ha_NG.UTF-8"), &[]), fr, "French where the house does not speak it");
    assert_eq!(said(&cli.clone().with("LANG", "en_GB.UTF-8"), &["--lang", "pt"]), pt, "what is asked for comes first");
    assert_eq!(cli.json(&["--lang", "de", "status"]).ends_with(2).error()["code"], "lang");

    for (lang, word) in [("fr", "Utilisation"), ("en", "Usage"), ("pt", "Utilização")] {
        let help = cli.run(&["--lang", lang, "--help"]).ok().out;
        assert!(help.contains(word), "{help}");
        for command in ["init", "run", "demo", "status", "peer", "document", "charter", "mandate", "log", "store"] {
            assert!(help.contains(command), "{lang}: no {command} in\n{help}");
        }
    }
}

#[test]
fn an_error_says_what_why_and_what_next() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let cli = Cli::of(&home);
    cli.run(&["init", "--administration", "CI"]).ok();

    let said = cli.run(&["--lang", "en", "document", "list"]).ends_with(3).err;
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() >= 3 && lines[1].starts_with("  ") && lines[2].starts_with("  "), "{said}");
    assert!(said.contains("run") && said.contains(home.to_str().unwrap()), "{said}");
    // In JSON it is English whatever the reader speaks, on the standard error; the standard output stays empty.
    let answer = cli.json(&["--lang", "pt", "document", "list"]).ends_with(3);
    assert_eq!((answer.error()["code"].as_str().unwrap(), answer.out.as_str()), ("not-running", ""));
    assert!(answer.error()["what"].as_str().unwrap().contains("does not answer"));
}

#[test]
fn a_secret_that_others_could_read_stops_the_start() {
    let network = Network::found(&["CI", "SN"]);
    let node = &network.nodes[0];
    for name in ["keys/node.key", "token"] {
        let secret = node.home().join(name);
        assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
        let error = node.cli().json(&["run"]).ends_with(5).error();
        assert_eq!(error["code"], "secret-open");
        assert!(error["next"].as_str().unwrap().contains("chmod 600"), "{error}");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let settings = node.home().join("node.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("mtered = true\n{text}")).unwrap();
    let error = node.cli().json(&["run"]).ends_with(2).error();
    assert!(
        error["what"].as_str().unwrap().contains('1') && error["why"].as_str().unwrap().contains("mtered"),
        "{error}"
    );
}

#[test]
fn status_peers_and_logs_have_the_fields_that_scripts_rely_on() {
    let network = Network::run(&["CI", "SN"]);
    let (ci, sn) = (&network.nodes[0], &network.nodes[1]);
    let id = sn.api().publish("Note", b"note").unwrap();
    network.level();

    let status = ci.cli().json(&["status"]).ok().value();
    assert_eq!((&status["administration"], &status["revision"]), (&"CI".into(), &1.into()));
    for name in ["node", "network", "ledger"] {
        assert_eq!(status[name].as_str().map(str::len), Some(64), "{name}");
    }
    assert_eq!(status["state"]["public"].as_str().map(str::len), Some(64));
    assert_eq!((&status["lag"]["entries"], &status["lag"]["seconds"]), (&0.into(), &0.into()));
    let peer = &status["peers"][0];
    assert_eq!((&peer["node"], &peer["administration"]), (&sn.key.as_str().into(), &"SN".into()));
    assert_eq!((&peer["state"], &peer["missing"]), (&"connected".into(), &0.into()));
    assert_eq!(ci.cli().json(&["peer", "list"]).ok().value()["peers"][0]["state"], "connected");

    let why = ci.cli().json(&["peer", "why", "SN"]).ok().value();
    assert_eq!((&why["reason"], &why["node"]), (&"connected".into(), &sn.key.as_str().into()));
    let stranger = ci.cli().json(&["peer", "why", &"ab".repeat(32)]).ok().value();
    assert_eq!(stranger["reason"], "not-mandated");

    let logs = ci.cli().json(&["log", "show", "SN"]).ok().value();
    let entries = logs["logs"][0]["entries"].as_array().unwrap();
    let entry = entries.iter().find(|entry| entry["id"] == id.as_str()).expect("the entry");
    assert_eq!((&entry["act"], &entry["effect"]), (&"document-publish".into(), &"in-force".into()));
    for words in [&["status"][..], &["peer", "list"], &["peer", "why", "SN"], &["log", "show", "SN"]] {
        assert!(!ci.cli().run(words).ok().out.trim().is_empty(), "{words:?}");
    }
}
