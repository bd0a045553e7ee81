//! The charter that no one owns, between real nodes: its keyholders change it by files and by whatever node runs, and
//! each administration changes the list of its own nodes (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use palabre_proto::{Message, v1};
use palabre_tests::ceremony::reaches;
use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, level};
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Cli, Network, Node, content};
use serde_json::Value;

/// The leader, its two assessors, another member, the regional office: four of five must sign.
const FIVE: [&str; 5] = ["CI", "SN", "GH", "CV", "BRRC"];

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

fn charter(node: &Node) -> Value {
    node.cli().json(&["charter", "show"]).ok().value()
}

fn sign(node: &Node, file: &str) -> Value {
    node.cli().json(&["charter", "sign", file]).ok().value()
}

#[test]
fn the_others_rotate_the_assessors_while_the_leader_is_dead() {
    let mut network = Network::run(&FIVE);
    let dir = network.dir().to_owned();
    let file = path(&dir, "two.charter");
    let before = content::text("before the rotation");
    let id = network.nodes[1].api().publish("Before the rotation", &before).unwrap();
    all_hold(&network.nodes, &id, &before);
    let mut leader = network.nodes.remove(0);
    leader.kill();
    // SN, GH, CV, BRRC are left.
    let proposal = path(&dir, "of-SN.charter");
    let nodes = &network.nodes;
    let made = nodes[0].cli().json(&["charter", "propose", "--assessors", "CV,GH", "-o", &proposal]).ok().value();
    assert_eq!((&made["revision"], &made["changes"][0]["office"]), (&2.into(), &"assessor".into()), "{made}");
    assert_eq!(charter(&nodes[0])["proposals"], Value::Array(Vec::new()), "nobody has signed it yet");
    three_sign(nodes, &proposal, &file);
    reaches(nodes, 1);
    stays_a_proposal(nodes);
    // The last one signs on a machine that never saw a network: file in, file out, and whoever has a node hands it in.
    let last = nodes[3].offline().json(&["charter", "sign", &file]).ok().value();
    assert_eq!((&last["lacking"], &last["handed_in"]), (&0.into(), &false.into()), "{last}");
    let adopted = sign(&nodes[1], &file);
    assert_eq!((&adopted["already"], &adopted["handed_in"]), (&true.into(), &true.into()), "{adopted}");
    reaches(nodes, 2);
    assert_eq!(charter(&nodes[1])["assessors"], serde_json::json!(["CV", "GH"]));
    leader_returns(&mut leader, &network.nodes);
    // Restarts keep it, and who held which office stays known.
    network.nodes[0].kill();
    network.nodes[0].start();
    reaches(&network.nodes[..1], 2);
    let then = network.nodes[0].cli().json(&["charter", "show", "--at", "1"]).ok().value();
    assert_eq!(then["assessors"], serde_json::json!(["SN", "GH"]));
    network.nodes[0].cli().json(&["charter", "show", "--at", "2001-01-01"]).ends_with(6).error();
    let after = content::text("after the rotation");
    let id = network.nodes[2].api().publish("After the rotation", &after).unwrap();
    network.nodes.push(leader);
    all_hold(&network.nodes, &id, &after);
    level(&network.nodes);
}

/// SN, GH and CV sign; SN on the file of the proposal, which it shows in words first, the others on a copy of it.
fn three_sign(nodes: &[Node], proposal: &str, copy: &str) {
    let words = nodes[0].cli().with("LANG", "en").run(&["charter", "sign", proposal]).ok().out;
    assert!(words.contains("Assessors: CV, GH (until now: SN, GH)"), "{words}");
    assert!(words.contains("SN: one log counts"), "{words}");
    assert_eq!(sign(&nodes[0], proposal)["already"], true, "signing twice says so");
    fs::copy(proposal, copy).unwrap();
    sign(&nodes[1], copy);
    let third = sign(&nodes[2], copy);
    assert_eq!((&third["lacking"], &third["handed_in"]), (&1.into(), &true.into()), "{third}");
}

/// One signature short: every node shows who is missing, and nothing has changed.
fn stays_a_proposal(nodes: &[Node]) {
    for node in nodes {
        let missing = eventually(&format!("{} has the proposal", node.administration), || {
            let proposals = charter(node)["proposals"].clone();
            when(proposals[0]["own"]["signed"].as_array().map(Vec::len) == Some(3), || proposals.to_string())?;
            Ok::<_, String>(proposals[0]["own"]["missing"].clone())
        });
        assert_eq!(missing, serde_json::json!(["CI", "BRRC"]));
        assert_eq!(charter(node)["assessors"], serde_json::json!(["SN", "GH"]));
    }
}

fn leader_returns(leader: &mut Node, others: &[Node]) {
    leader.start();
    reaches(std::slice::from_ref(leader), 2);
    let shown = charter(leader);
    assert_eq!((&shown["presidency"], &shown["assessors"]), (&"CI".into(), &serde_json::json!(["CV", "GH"])));
    let history = |node: &Node| node.cli().json(&["charter", "history"]).ok().value();
    let own = history(leader);
    assert_eq!(own["revisions"][1]["signed"], serde_json::json!(["BRRC", "CV", "GH", "SN"]));
    assert_eq!(own, history(&others[0]));
}

#[test]
fn what_cannot_be_adopted_is_refused_each_with_its_own_error() {
    let network = Network::run(&["CI", "SN", "GH"]);
    let other = Network::run(&["CI", "SN"]);
    let (dir, cli) = (network.dir().to_owned(), network.nodes[0].cli());
    let refused = |file: &str, code: &str| {
        let error = cli.json(&["charter", "sign", file]).ends_with(5).error();
        assert_eq!(error["code"], code, "{error}");
        assert_eq!(cli.json(&["charter", "check", file]).ends_with(5).error()["code"], code);
    };
    let foreign = path(&dir, "foreign.charter");
    other.nodes[0].cli().json(&["charter", "propose", "--review-by", "2031-01-01", "-o", &foreign]).ok();
    refused(&foreign, "revision-foreign");

    let good = path(&dir, "good.charter");
    cli.json(&["charter", "propose", "--review-by", "2031-01-01", "-o", &good]).ok();
    let changed = |name: &str, change: &dyn Fn(&mut v1::Charter)| {
        let mut file = v1::CharterFile::decode(fs::read(&good).unwrap().as_slice()).unwrap();
        let mut charter = v1::Charter::decode(file.charter.as_slice()).unwrap();
        change(&mut charter);
        file.charter = charter.encode_to_vec();
        let changed = path(&dir, name);
        fs::write(&changed, file.encode_to_vec()).unwrap();
        changed
    };
    let hash = |file: &str| {
        let file = v1::CharterFile::decode(fs::read(file).unwrap().as_slice()).unwrap();
        blake3::hash(&file.charter).as_bytes().to_vec()
    };
    refused(&changed("jump.charter", &|charter| charter.revision = 3), "succession");
    let after_good = hash(&good);
    let ahead = changed("ahead.charter", &|charter| {
        charter.revision = 3;
        charter.previous.clone_from(&after_good);
    });
    refused(&ahead, "revision-ahead");
    refused(&changed("no-host.charter", &|charter| charter.commissions[0].host.clear()), "malformed");
    let outside = changed("outside.charter", &|charter| {
        let host = charter.commissions[0].host.clone();
        charter.commissions[0].members.retain(|code| *code != host);
    });
    refused(&outside, "invariants");
    let uncut = changed("uncut.charter", &|charter| charter.administrations[1].suspended = true);
    refused(&uncut, "succession");
    proposals_that_make_no_charter(&network.nodes[0], &dir);
    assert_eq!(network.nodes[0].status()["revision"], 1);
}

fn proposals_that_make_no_charter(node: &Node, dir: &Path) {
    let host = text(&charter(node)["commissions"][0]["host"]);
    let commission = text(&charter(node)["commissions"][0]["id"]);
    let leaves = format!("{commission}={host}");
    for (words, exit, code) in [
        (["--leave", &leaves], 5, "propose-invariants"),
        (["--assessors", "SN,XX"], 6, "propose-stranger"),
        (["--host", "finance=SN"], 6, "propose-commission"),
        (["--restore", "SN"], 2, "propose-nothing"),
        (["--seat", "SN"], 2, "usage-value"),
    ] {
        let file = path(dir, "none.charter");
        let words = [&["charter", "propose", "-o", &file], &words[..]].concat();
        let error = node.cli().json(&words).ends_with(exit).error();
        assert_eq!(error["code"], code, "{error}");
        assert!(!Path::new(&file).exists());
    }
    let file = path(dir, "offline.charter");
    let elsewhere = Cli::of(&dir.join("nowhere"));
    elsewhere.json(&["charter", "propose", "--review-by", "2031-01-01", "-o", &file]).ends_with(6).error();
}

#[test]
fn an_administration_mandates_a_second_node_and_revokes_its_first_alone() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let dir = network.dir().to_owned();
    let first = network.nodes[1].key.clone();
    let before = content::text("before the revocation");
    let id = network.nodes[1].api().publish("Before the revocation", &before).unwrap();
    all_hold(&network.nodes, &id, &before);

    let second = Cli::of(&dir.join("SN2")).json(&["init"]).ok().value();
    let key = text(&second["node"]);
    let added = network.nodes[1].cli().json(&["mandate", "add", &key, "--label", "reserve"]).ok().value();
    assert_eq!((&added["number"], &added["handed_in"]), (&2.into(), &true.into()));
    network.nodes[1].cli().json(&["mandate", "add", &key]).ends_with(5).error();
    eventually("all admit both nodes of SN", || {
        let peers = network.nodes[0].api().json("peers").map_err(|error| error.to_string())?;
        when(peers.to_string().contains(&key), || peers.to_string())
    });
    network.nodes[1].cli().json(&["mandate", "revoke", "00000000"]).ends_with(6).error();
    let revoked = network.nodes[1].cli().json(&["mandate", "revoke", &first[..16]]).ok().value();
    assert_eq!((&revoked["number"], &revoked["node"]), (&3.into(), &first.as_str().into()));
    assert_eq!(revoked["logs"].as_array().map(Vec::len), Some(1), "{revoked}");
    in_force_everywhere(&mut network, &first, &key);
    all_hold([&network.nodes[0], &network.nodes[2]], &id, &before);
}

/// Nobody connects to the node that is revoked, it cannot write, also after a restart, and all name mandate 3.
fn in_force_everywhere(network: &mut Network, first: &str, second: &str) {
    for at in [0, 2] {
        eventually("the revoked node is shown out", || {
            let peers = network.nodes[at].api().json("peers").map_err(|error| error.to_string())?;
            let connected = |peer: &Value| peer["node"] == first && peer["state"] == "connected";
            let list = peers["peers"].as_array().cloned().unwrap_or_default();
            when(!list.iter().any(connected), || peers.to_string())
        });
        let shown = network.nodes[at].cli().json(&["mandate", "show"]).ok().value();
        let in_force = shown["mandates"]
            .as_array()
            .unwrap()
            .iter()
            .find(|mandate| mandate["administration"] == "SN" && mandate["in_force"] == true);
        let in_force = in_force.expect("one of SN's is");
        assert_eq!((&in_force["number"], &in_force["nodes"][0]["node"]), (&3.into(), &second.into()));
        assert_eq!(in_force["nodes"].as_array().map(Vec::len), Some(1));
    }
    network.nodes[1].api().publish("After the revocation", b"late").expect_err("it is revoked");
    network.nodes[0].kill();
    network.nodes[0].start();
    let peers = network.nodes[0].api().json("peers").unwrap();
    assert!(peers.to_string().contains(second), "{peers}");
}
