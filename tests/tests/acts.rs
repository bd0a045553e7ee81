//! What has become of an act, and upholding: who holds the right today brings a void act into effect, and all nodes agree
//! (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use palabre_tests::ceremony::all_judge;
use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, level};
use palabre_tests::{Network, Node, content};
use serde_json::Value;

fn act(node: &Node, id: &str) -> Value {
    node.cli().json(&["act", "show", id]).ok().value()
}

#[test]
fn an_act_of_a_revoked_node_is_void_everywhere_until_its_administration_upholds_it() {
    let mut network = Network::run(&["CI", "SN", "CV"]);
    let before = content::text("before the revocation");
    let first = network.nodes[1].api().publish("Before the revocation", &before).unwrap();
    all_hold(&network.nodes, &first, &before);
    let mut second = network.further_node(1, "SN2");
    second.start();
    all_hold([&second], &first, &before);

    // CI and SN's second node do not hear what SN's first node writes last; CV, which sits in no office, does.
    network.nodes[0].kill();
    second.kill();
    let after = content::text("after the revocation");
    let late = network.nodes[1].api().publish("After the revocation", &after).unwrap();
    all_hold(&network.nodes[1..], &late, &after);
    network.nodes[1].kill();
    network.nodes[2].kill();
    second.start();
    second.cli().json(&["mandate", "revoke", &network.nodes[1].key]).ok();
    network.nodes.remove(1);
    network.nodes[0].start();
    network.nodes[1].start();
    network.nodes.push(second);

    all_judge(&network.nodes, &late, "void", Some("revoked"));
    all_judge(&network.nodes, &first, "in-force", None);
    let (ci, cv, sn) = (&network.nodes[0], &network.nodes[1], &network.nodes[2]);
    let error = cv.cli().json(&["act", "uphold", &late]).ends_with(5).error();
    assert_eq!(error["code"], "no-right", "a publication is upheld by who published or by the secretariat");
    let error = ci.cli().json(&["act", "uphold", &first]).ends_with(5).error();
    assert_eq!(error["code"], "not-void", "{error}");
    let error = ci.cli().json(&["act", "uphold", "00000000"]).ends_with(6).error();
    assert_eq!(error["code"], "object-unknown");
    let upheld = sn.cli().json(&["act", "uphold", &late[..12]]).ok().id();
    all_judge(&network.nodes, &upheld, "in-force", None);
    upheld_everywhere(&network.nodes, &late, &upheld);
    all_hold(&network.nodes, &late, &after);
    level(&network.nodes);
    let error = sn.cli().json(&["act", "uphold", &late]).ends_with(5).error();
    assert_eq!(error["code"], "not-void", "once is enough");
    let words = cv.cli().with("LANG", "en").run(&["act", "show", &late]).ok().out;
    assert!(words.contains("void (its author is revoked") && words.contains("Upheld by SN"), "{words}");

    // It goes on as a document of SN, and stays so after a restart of all.
    let listed = |node: &Node| node.cli().json(&["document", "show", &late]).ok().value();
    assert_eq!(listed(cv)["administration"], "SN");
    for node in &mut network.nodes {
        node.kill();
    }
    network.start();
    upheld_everywhere(&network.nodes, &late, &upheld);
    level(&network.nodes);
}

/// The void act stays what it is, and every node says who upholds it.
fn upheld_everywhere(nodes: &[Node], void: &str, by: &str) {
    for node in nodes {
        let shown = act(node, void);
        assert_eq!((&shown["effect"], &shown["upheld"]["administration"]), (&"void".into(), &"SN".into()), "{shown}");
        assert_eq!(text(&shown["upheld"]["id"]), by);
        assert_eq!(text(&act(node, by)["upholds"]), void);
    }
}
