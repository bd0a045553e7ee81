//! Stolen keys: of an administration, of a node (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use palabre_tests::ceremony::{Hand, adopt, all_judge, as_rules, mandate_of, reaches, write_mandate};
use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, level};
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Cli, Network, Node, content};

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

/// A new key for SN, drawn on a machine of its own; what the charter calls it.
fn new_key(dir: &Path) -> String {
    let made = Cli::of(&dir.join("SN-key")).json(&["init", "--administration", "SN"]).ok().value();
    format!("SN={}", text(&made["administration_key"]))
}

/// SN puts its new key where its node is.
fn take_new_key(dir: &Path, node: &Node) {
    let key = "keys/administration.key";
    fs::copy(dir.join("SN-key").join(key), node.home().join(key)).unwrap();
}

/// Nobody lets this node in, and each says why.
fn is_refused_by(node: &Node, stranger: &str) {
    let why = node.cli().json(&["peer", "why", stranger]).ok().value();
    assert_eq!((&why["reason"], &why["connected_to"]), (&"not-mandated".into(), &serde_json::Value::Null), "{why}");
}

#[test]
fn a_mandate_that_a_thief_keeps_back_until_after_the_new_key_does_not_count() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let dir = network.dir().to_owned();
    let before = content::text("before the theft");
    let id = network.nodes[1].api().publish("Before the theft", &before).unwrap();
    all_hold(&network.nodes, &id, &before);
    // CI's second node goes away: it will not hear of the new key.
    let mut away = network.further_node(0, "CI2");
    away.start();
    all_hold([&away], &id, &before);
    away.kill();
    // The thief of SN's key makes a mandate for a node of its own, and waits.
    let mut thief = network.unmandated("thief", "SN");
    let stolen = Hand::in_home(network.nodes[1].home()).mandate(&[&network.nodes[1].key, &thief.key], &[]);
    let chain = path(&dir, "old.chain");
    network.nodes[0].cli().json(&["charter", "show", "--output", &chain]).ok();
    adopt(&dir, "key.charter", &["--key", &new_key(&dir)], &[&network.nodes[0], &network.nodes[2]]);
    reaches(&network.nodes, 2);

    // Under the founding charter the mandate is good: the thief's node starts.
    let file = path(&dir, "stolen.mandate");
    write_mandate(&stolen, file.as_ref());
    let made = thief.cli().json(&["init", "--charter", &chain, "--mandate", &file]).ok().value();
    assert_eq!(made["mandated"], true, "{made}");
    // Whoever was away believes it, and takes what it writes.
    for node in &mut network.nodes {
        node.kill();
    }
    away.start();
    thief.start();
    all_hold([&thief], &id, &before);
    let forged = thief.api().publish("By the thief", b"forged").unwrap();
    all_hold([&away], &forged, b"forged");
    all_judge([&away], &forged, "in-force", None);

    // The network knows better, and so does who was away as soon as it hears of it.
    for node in &mut network.nodes {
        node.start();
    }
    network.nodes.push(away);
    reaches(&network.nodes, 2);
    let handed = network.nodes[2].api().hand_in(as_rules(&stolen)).unwrap();
    assert_eq!(handed["refused"], serde_json::json!([]), "it is kept, as what it is: {handed}");
    all_judge(&network.nodes, &forged, "void", Some("not-mandated"));
    for node in &network.nodes {
        assert_eq!(mandate_of(node, "SN"), (1, vec![network.nodes[1].key.clone()]));
        is_refused_by(node, &thief.key);
    }
    rightful_mandate_counts(&network.nodes, &dir, &thief.key);
    all_judge(&network.nodes, &id, "in-force", None);
    all_judge(&network.nodes, &forged, "void", Some("not-mandated"));
    level(&network.nodes);
}

/// SN mandates on its new key. That mandate has the number of the stolen one, and counts.
fn rightful_mandate_counts(nodes: &[Node], dir: &Path, thief: &str) {
    let sn = &nodes[1];
    take_new_key(dir, sn);
    let reserve = "22".repeat(32);
    let added = sn.cli().json(&["mandate", "add", &reserve]).ok().value();
    assert_eq!((&added["number"], &added["handed_in"]), (&2.into(), &true.into()), "{added}");
    for node in nodes {
        eventually("the rightful mandate is in force", || {
            let (number, listed) = mandate_of(node, "SN");
            let stands = number == 2 && listed.contains(&reserve) && !listed.iter().any(|key| key == thief);
            when(stands, || format!("{listed:?}"))
        });
        assert_eq!(node.status()["disputed_mandates"], serde_json::json!([]));
    }
}

#[test]
fn two_nodes_that_were_cut_off_learn_by_file_of_a_stolen_node_and_refuse_the_thief() {
    let mut network = Network::run(&["CI", "SN", "GH", "CV"]);
    let dir = network.dir().to_owned();
    let before = content::text("before the theft");
    let id = network.nodes[1].api().publish("Before the theft", &before).unwrap();
    all_hold(&network.nodes, &id, &before);
    // GH and CV are cut off. SN's machine is stolen; a second one revokes it.
    network.nodes[2].kill();
    network.nodes[3].kill();
    let mut second = network.further_node(1, "SN2");
    second.start();
    all_hold([&second], &id, &before);
    let mut stolen = network.nodes.remove(1);
    stolen.kill();
    second.cli().json(&["mandate", "revoke", &stolen.key]).ok();
    let chain = path(&dir, "revoked.chain");
    second.cli().json(&["charter", "show", "--output", &chain]).ok();
    network.nodes[0].kill();
    second.kill();

    // The file comes to GH and CV; the thief comes to them as well.
    for node in &mut network.nodes[1..] {
        node.cli().json(&["init", "--charter", &chain]).ok();
        node.start();
    }
    stolen.start();
    let forged = stolen.api().publish("By the thief", b"forged").unwrap();
    eventually("the thief has knocked in vain", || {
        let peers = stolen.api().json("peers").map_err(|error| error.to_string())?;
        let tried = peers["peers"].as_array().cloned().unwrap_or_default();
        let tried: Vec<String> =
            tried.iter().map(|peer| format!("{} {}", peer["administration"], peer["state"])).collect();
        let why = stolen.cli().json(&["peer", "why", "GH"]).ok().value();
        when(why["failures"].as_u64() > Some(0) || why["last_error"].is_string(), || format!("{tried:?} {why}"))
    });
    for node in &network.nodes[1..] {
        is_refused_by(node, &stolen.key);
        node.cli().json(&["act", "show", &forged]).ends_with(6).error();
    }
    stolen.kill();

    // SN also gets a new key, by the region's threshold and without its old one, and its history is there.
    network.nodes[0].start();
    second.start();
    let signers: Vec<&Node> = network.nodes.iter().collect();
    adopt(&dir, "key.charter", &["--key", &new_key(&dir)], &signers);
    network.nodes.push(second);
    reaches(&network.nodes, 2);
    let sn = &network.nodes[3];
    take_new_key(&dir, sn);
    let reserve = "33".repeat(32);
    sn.cli().json(&["mandate", "add", &reserve]).ok();
    for node in &network.nodes {
        eventually("SN's new key counts", || {
            let (_, listed) = mandate_of(node, "SN");
            when(listed == [sn.key.clone(), reserve.clone()], || format!("{listed:?}"))
        });
    }
    let after = content::text("on the new key");
    let late = sn.api().publish("On the new key", &after).unwrap();
    all_hold(&network.nodes, &late, &after);
    all_judge(&network.nodes, &id, "in-force", None);
    level(&network.nodes);
}

#[test]
fn what_a_thief_mandated_openly_goes_with_the_mandate_that_the_region_names_as_the_last() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let dir = network.dir().to_owned();
    let before = content::text("before the theft");
    let id = network.nodes[1].api().publish("Before the theft", &before).unwrap();
    all_hold(&network.nodes, &id, &before);
    let shown = network.nodes[0].cli().json(&["mandate", "show"]).ok().value();
    let mandates = shown["mandates"].as_array().unwrap();
    let rightful = text(&mandates.iter().find(|mandate| mandate["administration"] == "SN").unwrap()["id"]);
    // Whoever has SN's key mandates what it likes, and that node acts for SN.
    let mut thief = network.further_node(1, "thief");
    thief.start();
    let stolen = thief.api().publish("By the thief", b"stolen").unwrap();
    let nodes = &network.nodes;
    all_judge(nodes, &stolen, "in-force", None);
    let key = new_key(&dir);
    let last = format!("SN={}", rightful[..12].to_uppercase());
    let propose = |changes: &[&str]| {
        let file = path(&dir, "none.charter");
        nodes[0].cli().json(&[&["charter", "propose", "-o", &file], changes].concat())
    };
    propose(&["--key", &key, "--last-mandate", "SN=00000000"]).ends_with(6).error();
    propose(&["--key", &key, "--last-mandate", &last[..8]]).ends_with(6).error();
    propose(&["--review-by", "2031-01-01", "--last-mandate", &last]).ends_with(2).error();

    adopt(&dir, "key.charter", &["--key", &key, "--last-mandate", &last], &[&nodes[0], &nodes[2]]);
    reaches(nodes, 2);
    all_judge(nodes, &stolen, "void", Some("not-mandated"));
    all_judge(nodes, &id, "in-force", None);
    for node in nodes {
        assert_eq!(mandate_of(node, "SN"), (1, vec![nodes[1].key.clone()]));
        is_refused_by(node, &thief.key);
    }
    thief.kill();
    take_new_key(&dir, &nodes[1]);
    let reserve = "44".repeat(32);
    let added = nodes[1].cli().json(&["mandate", "add", &reserve]).ok().value();
    assert_eq!((&added["number"], &added["handed_in"]), (&2.into(), &true.into()), "{added}");
    let late = nodes[1].api().publish("On the new key", b"rightful").unwrap();
    all_hold(nodes, &late, b"rightful");
    all_judge(nodes, &late, "in-force", None);
    level(nodes);
}
