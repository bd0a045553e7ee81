//! Double signing gives two revisions of one number the threshold: all nodes say so, the last undisputed one governs, and
//! those who did not sign both settle it (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;

use palabre_proto::{Message, v1};
use palabre_tests::cli::text;
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Network, Node};
use serde_json::Value;

/// Those whose nodes run, then two who sign at home; four of five must sign.
const FIVE: [&str; 5] = ["CV", "BRRC", "GH", "CI", "SN"];

/// What a charter file holds, as anybody may hand it to a node.
fn rules_in(file: &str) -> Vec<u8> {
    let v1::CharterFile { charter, signatures } = v1::CharterFile::decode(fs::read(file).unwrap().as_slice()).unwrap();
    v1::Rules { charters: vec![charter], signatures, mandates: Vec::new() }.encode_to_vec()
}

fn all_say(nodes: &[Node], revision: u64, disputed: usize) {
    for node in nodes {
        eventually(&format!("{} is at revision {revision} with {disputed} in dispute", node.administration), || {
            let status = node.api().status().map_err(|error| error.to_string())?;
            let said = (status["revision"].as_u64(), status["disputed"].as_array().map(Vec::len));
            when(said == (Some(revision), Some(disputed)), || format!("{said:?}"))
        });
    }
}

/// Three keyholders sign both of two revisions, in good faith, on machines that hear of nothing.
fn two_adopted(network: &Network) -> [String; 2] {
    let path = |name: &str| network.dir().join(name).to_str().unwrap().to_owned();
    let files = [path("dated.charter"), path("rotated.charter")];
    let nodes = &network.nodes;
    nodes[0].cli().json(&["charter", "propose", "--review-by", "2031-01-01", "-o", &files[0]]).ok();
    nodes[1].cli().json(&["charter", "propose", "--assessors", "CV,GH", "-o", &files[1]]).ok();
    for (file, last) in files.iter().zip([0, 1]) {
        for signer in [2, 3, 4, last] {
            nodes[signer].offline().json(&["charter", "sign", file]).ok();
        }
    }
    for (file, node) in files.iter().zip(nodes) {
        node.api().hand_in(rules_in(file)).unwrap();
    }
    files
}

#[test]
fn a_dispute_is_said_on_every_node_and_settled_by_those_who_did_not_sign_both() {
    let mut network = Network::found(&FIVE);
    network.start_some(3);
    let two = two_adopted(&network);
    all_say(&network.nodes[..3], 1, 2);
    let settlement = network.dir().join("settlement.charter").to_str().unwrap().to_owned();
    for node in &network.nodes[..3] {
        let words = node.cli().with("LANG", "en").run(&["status"]).ok().out;
        assert!(words.starts_with("*** DISPUTE: 2 adopted revisions"), "{words}");
        let shown = node.cli().json(&["charter", "show"]).ok().value();
        assert_eq!(shown["disputed"].as_array().map(Vec::len), Some(2), "{shown}");
        assert_eq!(shown["assessors"], serde_json::json!(["SN", "GH"]), "the last undisputed one governs");
    }
    let (cv, brrc, gh) = (&network.nodes[0], &network.nodes[1], &network.nodes[2]);
    let error = cv.cli().json(&["charter", "propose", "--review-by", "2032-01-01", "-o", "none"]).ends_with(5).error();
    assert_eq!(error["code"], "dispute");

    // The rotation is kept; its hash is typed in capital digits.
    let kept = hash(&two[1]).to_ascii_uppercase();
    let error = cv.cli().json(&["charter", "settle", "00000000", "-o", &settlement]).ends_with(6).error();
    assert_eq!(error["code"], "not-disputed");
    let made = cv.cli().json(&["charter", "settle", &kept[..12], "-o", &settlement]).ok().value();
    assert_eq!((&made["revision"], &made["threshold"]), (&2.into(), &2.into()), "{made}");
    assert_eq!(made["counts"], serde_json::json!(["BRRC", "CV"]));
    assert_eq!(made["twice"], serde_json::json!(["CI", "GH", "SN"]));
    let error = gh.cli().json(&["charter", "sign", &settlement]).ends_with(5).error();
    assert_eq!(error["code"], "signed-both", "{error}");
    let signed = cv.cli().json(&["charter", "sign", &settlement]).ok().value();
    assert_eq!((&signed["lacking"], &signed["handed_in"]), (&1.into(), &true.into()), "{signed}");
    let id = text(&made["id"]).to_ascii_uppercase();
    let proposed = eventually("BRRC holds the settlement", || {
        let proposals = brrc.cli().json(&["charter", "show"]).ok().value()["proposals"].clone();
        when(proposals.as_array().map(Vec::len) == Some(1), || proposals.to_string())?;
        Ok::<_, String>(proposals[0].clone())
    });
    assert_eq!(proposed["own"]["missing"], serde_json::json!(["BRRC"]), "{proposed}");
    let adopted = brrc.cli().json(&["charter", "sign", &id[..16]]).ok().value();
    assert_eq!(adopted["lacking"], 0, "{adopted}");
    all_say(&network.nodes[..3], 2, 0);

    // Who was away agrees, and the line goes on after the settlement.
    network.nodes[3].start();
    all_say(&network.nodes[..4], 2, 0);
    let history = |node: &Node| -> Value { node.cli().json(&["charter", "history"]).ok().value() };
    assert_eq!(history(&network.nodes[3]), history(&network.nodes[0]));
    assert_eq!(history(&network.nodes[3])["revisions"][1]["hash"], made["id"]);
    let shown = network.nodes[3].cli().json(&["charter", "show"]).ok().value();
    assert_eq!(shown["assessors"], serde_json::json!(["CV", "GH"]));
    let error = network.nodes[0].cli().json(&["charter", "settle", &kept, "-o", "none"]).ends_with(5).error();
    assert_eq!(error["code"], "no-dispute");
    let next = network.dir().join("next.charter").to_str().unwrap().to_owned();
    network.nodes[0].cli().json(&["charter", "propose", "--review-by", "2033-01-01", "-o", &next]).ok();
}

fn hash(file: &str) -> String {
    let file = v1::CharterFile::decode(fs::read(file).unwrap().as_slice()).unwrap();
    blake3::hash(&file.charter).to_hex().to_string()
}
