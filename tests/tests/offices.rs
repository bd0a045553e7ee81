//! Who holds an office, who held it, and what that is worth: stories over real processes (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use palabre_core::charter::{Ends, NodeCutoff};
use palabre_tests::ceremony::{Hand, adopt, all_judge, as_rules, mandate_of, reaches};
use palabre_tests::cli::text;
use palabre_tests::machine::Clock;
use palabre_tests::node::{all_hold, level};
use palabre_tests::{Demo, Network, Node, content};

fn path(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

/// When the revision in force was written.
fn written_at(node: &Node) -> u64 {
    node.cli().json(&["charter", "show"]).ok().value()["written"].as_u64().unwrap()
}

#[test]
fn an_assessor_of_old_mandates_a_new_node_which_dates_an_act_back() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let dir = network.dir().to_owned();
    let guide = content::text("the guide");
    let id = network.nodes[2].api().publish("Guide", &guide).unwrap();
    all_hold(&network.nodes, &id, &guide);
    let note = path(&dir, "note.md");
    fs::write(&note, b"revised").unwrap();
    // SN is an assessor: it sits in the secretariat, and revises for the group.
    let first = network.nodes[1].cli().json(&["document", "revise", &id, &note, "--title", "By SN"]).ok().id();
    all_judge(&network.nodes, &first, "in-force", None);
    // While it is away the two others replace it.
    network.nodes[1].kill();
    adopt(&dir, "two.charter", &["--assessors", "CV,GH"], &[&network.nodes[0], &network.nodes[2]]);
    let adopted_at = written_at(&network.nodes[0]);
    network.nodes[0].kill();
    network.nodes[2].kill();

    // Alone, and at revision 1, SN mandates a new node. Its clock shows yesterday when it does once more what SN may not
    // do any longer.
    network.nodes[1].start();
    let mut new = network.further_node(1, "SN2");
    let Some(clock) = Clock::under(&mut new, "an act that is dated back") else { return };
    clock.shift(-1);
    new.start();
    all_hold([&new], &id, b"revised");
    let late = new.cli().json(&["document", "revise", &id, &note, "--title", "Late"]).ok().id();
    all_judge([&new], &late, "in-force", None);
    let said = new.api().json(&format!("acts/{late}")).unwrap();
    assert!(said["clock"].as_u64().unwrap() < adopted_at, "it says that it is older than the revision: {said}");
    network.nodes[0].start();
    network.nodes[2].start();
    network.nodes.push(new);
    reaches(&network.nodes, 2);
    all_judge(&network.nodes, &late, "void", Some("not-allowed"));
    all_judge(&network.nodes, &first, "in-force", None);
    level(&network.nodes);
    let listed = network.nodes[2].cli().json(&["document", "show", &id]).ok().value();
    assert_eq!(listed["title"], "By SN", "what it did while it held the office stands");
    // Who holds it now may make that its own.
    let upheld = network.nodes[0].cli().json(&["act", "uphold", &late]).ok().id();
    all_judge(&network.nodes, &upheld, "in-force", None);
    level(&network.nodes);
}

#[test]
fn both_assessors_are_rotated_while_the_leader_is_dead_and_two_nodes_are_away() {
    // The first seven hold keys, five of them must sign.
    let mut demo = Demo::start(8);
    let dir = demo.dir();
    let paper = content::text("a paper of CV");
    let id = demo.node("CV").api().publish("A paper", &paper).unwrap();
    all_hold(&demo.nodes, &id, &paper);
    let note = path(&dir, "note.md");
    fs::write(&note, b"revised").unwrap();
    let revise = |node: &Node, title: &str| node.cli().json(&["document", "revise", &id, &note, "--title", title]);
    let first = revise(demo.node("SN"), "By SN").ok().id();
    all_judge(&demo.nodes, &first, "in-force", None);

    // The leader is dead. SN, an assessor, and the eighth node are away.
    let eighth = demo.nodes[7].administration.clone();
    let absent = ["CI", "SN", eighth.as_str()];
    for code in absent {
        demo.node(code).kill();
    }
    let (away, present): (Vec<Node>, Vec<Node>) =
        std::mem::take(&mut demo.nodes).into_iter().partition(|node| absent.contains(&node.administration.as_str()));
    let successors = [&present[1], &present[3]].map(|node| node.administration.clone());
    assert_eq!(successors[0], "CV", "GH, CV, BRRC and two more are left");
    let signers: Vec<&Node> = present.iter().collect();
    adopt(&dir, "two.charter", &["--assessors", &successors.join(",")], &signers);
    reaches(&present, 2);
    let gh = &present[0];
    assert_eq!(gh.administration, "GH");
    let refused = revise(gh, "By GH, too late").ends_with(5).error();
    assert_eq!(refused["code"], "no-right", "it has heard of its successor: {refused}");

    // Those who are there go, those who were away come back, still at revision 1.
    demo.nodes = present.into_iter().chain(away).collect();
    for node in &mut demo.nodes[..5] {
        node.kill();
    }
    for node in &mut demo.nodes[6..] {
        node.start();
    }
    let late = revise(demo.node("SN"), "By SN, too late").ok().id();
    all_judge(&demo.nodes[6..], &late, "in-force", None);
    for node in &mut demo.nodes[..6] {
        node.start();
    }
    reaches(&demo.nodes, 2);
    all_judge(&demo.nodes, &late, "void", Some("not-allowed"));
    all_judge(&demo.nodes, &first, "in-force", None);
    for node in &demo.nodes {
        let shown = node.cli().json(&["charter", "show"]).ok().value();
        let assessors: Vec<String> = shown["assessors"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(assessors, successors, "{shown}");
    }
    revise(demo.node("CV"), "By its successor").ok();
    level(&demo.nodes);
    let words = demo.node("GH").cli().with("LANG", "en").run(&["act", "show", &late]).ok().out;
    assert!(words.contains("void (its administration has no right to this act"), "{words}");
}

#[test]
fn the_leader_revokes_its_own_node_at_zero_and_what_it_decided_before_the_checkpoint_stands() {
    let network = Network::run(&["CI", "SN", "GH"]);
    let (nodes, dir) = (&network.nodes, network.dir());
    let decided = content::text("decided");
    let id = nodes[0].api().publish("Decided", &decided).unwrap();
    all_hold(nodes, &id, &decided);
    // Any revision carries a checkpoint of what its signers hold.
    adopt(dir, "dated.charter", &["--review-by", "2031-01-01"], &[&nodes[1], &nodes[2]]);
    reaches(nodes, 2);
    let after = content::text("after the checkpoint");
    let later = nodes[0].api().publish("After the checkpoint", &after).unwrap();
    all_hold(nodes, &later, &after);

    let hand = Hand::in_home(nodes[0].home());
    let zero = NodeCutoff { node: nodes[0].key.parse().unwrap(), logs: Ends::default() };
    let other = "11".repeat(32);
    let mandate = hand.mandate(&[&other], &[zero]);
    let handed = nodes[0].api().hand_in(as_rules(&mandate)).unwrap();
    assert_eq!(handed["refused"], serde_json::json!([]), "{handed}");
    for node in &nodes[1..] {
        palabre_tests::eventually("the mandate has come", || {
            let (number, listed) = mandate_of(node, "CI");
            if number == 2 && listed == [other.as_str()] { Ok(()) } else { Err(format!("{number}: {listed:?}")) }
        });
    }
    all_judge(&nodes[1..], &id, "in-force", None);
    all_judge(&nodes[1..], &later, "void", Some("revoked"));
    level(&nodes[1..]);
}

#[test]
fn a_signature_counts_that_travelled_in_an_entry_which_the_revision_itself_cuts() {
    let network = Network::run(&["CI", "SN", "GH", "CV"]);
    let (nodes, dir) = (&network.nodes, network.dir());
    // Three of four must sign that SN is suspended. Two have.
    let proposal = adopt(dir, "suspended.charter", &["--suspend", "SN"], &[&nodes[0], &nodes[2]]);
    reaches(nodes, 1);
    // SN signs at home, and publishes the file: in an entry after those that the revision lets count.
    let own = dir.join("own.charter").to_str().unwrap().to_owned();
    fs::copy(&proposal, &own).unwrap();
    let signed = nodes[1].offline().json(&["charter", "sign", &own]).ok().value();
    assert_eq!((&signed["lacking"], &signed["handed_in"]), (&0.into(), &false.into()), "{signed}");
    let file = fs::read(&own).unwrap();
    let entry = nodes[1].api().publish("Our signature", &file).unwrap();
    all_hold(nodes, &entry, &file);
    reaches(nodes, 1);
    let fetched = dir.join("fetched.charter").to_str().unwrap().to_owned();
    nodes[2].cli().json(&["document", "get", &entry, "-o", &fetched]).ok();
    let handed = nodes[2].cli().json(&["charter", "sign", &fetched]).ok().value();
    assert_eq!((&handed["already"], &handed["lacking"]), (&true.into(), &0.into()), "{handed}");
    let others = [&nodes[0], &nodes[2], &nodes[3]];
    reaches(others, 2);
    all_judge(others, &entry, "void", Some("suspended"));
    for node in others {
        let history = node.cli().json(&["charter", "history"]).ok().value();
        assert_eq!(history["revisions"][1]["signed"], serde_json::json!(["CI", "GH", "SN"]), "{history}");
    }
}

#[test]
fn without_the_leader_and_the_regional_office_the_others_go_on_and_do_not_act_for_it() {
    let mut demo = Demo::start(7);
    let dir = demo.dir();
    demo.node("CI").kill();
    demo.node("BRRC").kill();
    let left: Vec<_> =
        demo.nodes.iter().filter(|node| !["CI", "BRRC"].contains(&node.administration.as_str())).collect();
    adopt(&dir, "five.charter", &["--assessors", "CV,GH"], &left);
    reaches(left.iter().copied(), 2);
    for node in &left {
        let shown = node.cli().json(&["charter", "show"]).ok().value();
        assert_eq!(shown["assessors"], serde_json::json!(["CV", "GH"]), "{shown}");
    }
    // Only its publisher and the secretariat, which CI leads, change a document of another.
    let text = content::text("of GH");
    let id = left[1].api().publish("Of GH", &text).unwrap();
    all_hold(left.iter().copied(), &id, &text);
    let note = path(&dir, "note.md");
    fs::write(&note, b"changed").unwrap();
    let error = left[0].cli().json(&["document", "revise", &id, &note]).ends_with(5).error();
    assert_eq!(error["code"], "no-right", "{error}");
    assert!(error["why"].as_str().unwrap().contains("no right to this act"), "{error}");
}
