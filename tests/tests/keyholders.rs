//! What only keyholders do beside revisions: prove their key yearly, and found anew when too many keys are lost
//! (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use palabre_tests::cli::text;
use palabre_tests::machine::Clock;
use palabre_tests::node::level;
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Cli, Network, Node};
use serde_json::Value;

fn keyholder(node: &Node, code: &str) -> Value {
    let charter = node.api().json("charter").unwrap();
    let holders = charter["keyholders"].as_array().unwrap();
    holders.iter().find(|holder| holder["administration"] == code).unwrap().clone()
}

#[test]
fn a_keyholder_proves_its_key_also_by_a_file_that_another_administration_carries() {
    let network = Network::run(&["CI", "SN", "GH"]);
    let path = |name: &str| network.dir().join(name).to_str().unwrap().to_owned();
    let (ci, sn, gh) = (&network.nodes[0], &network.nodes[1], &network.nodes[2]);
    // The founding charter bears their signatures: that is a proof too.
    let founded = keyholder(ci, "SN");
    assert_eq!(founded["overdue"], false, "{founded}");
    let before = founded["proved"].as_u64().unwrap();
    let proved = sn.cli().json(&["charter", "prove"]).ok().value();
    let at = proved["at"].as_u64().unwrap();
    assert!(at > before, "{proved}");
    // GH's key is on a machine that sees no network; CI's node carries its statement.
    let file = path("GH.proof");
    let signed = gh.offline().json(&["charter", "prove", "-o", &file]).ok().value();
    assert_eq!((&signed["administration"], &signed["id"]), (&"GH".into(), &Value::Null));
    ci.cli().json(&["charter", "prove", &file]).ok();
    for node in &network.nodes {
        eventually(&format!("{} has heard of both", node.administration), || {
            let seen = [keyholder(node, "SN")["proved"].as_u64(), keyholder(node, "GH")["proved"].as_u64()];
            when(seen == [Some(at), signed["at"].as_u64()], || format!("{seen:?}"))
        });
    }
    level(&network.nodes);
    let words = ci.cli().with("LANG", "en").run(&["charter", "show"]).ok().out;
    assert!(words.contains("SN last showed its key on"), "{words}");
    // A statement that another key signed is refused by whoever is to carry it.
    let mut forged = std::fs::read(&file).unwrap();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    std::fs::write(path("forged.proof"), &forged).unwrap();
    let error = ci.cli().json(&["charter", "prove", &path("forged.proof")]).ends_with(5).error();
    assert_eq!(error["code"], "no-right", "{error}");
    std::fs::write(path("nothing.proof"), b"nothing").unwrap();
    let error = ci.cli().json(&["charter", "prove", &path("nothing.proof")]).ends_with(5).error();
    assert_eq!(error["code"], "malformed");
}

#[test]
fn a_key_that_was_not_shown_for_a_year_is_overdue_and_puts_the_threshold_at_risk() {
    let mut network = Network::found(&["CI", "SN", "GH"]);
    let Some(clock) = Clock::under(&mut network.nodes[0], "keys that nobody has shown for a year") else { return };
    clock.shift(400);
    network.start();
    let ci = &network.nodes[0];
    let overdue = |node: &Node| {
        let all = ["CI", "SN", "GH"];
        all.into_iter().filter(|code| keyholder(node, code)["overdue"] == true).collect::<Vec<_>>()
    };
    assert_eq!(overdue(ci), ["CI", "SN", "GH"], "by the clock of CI's node");
    assert_eq!(overdue(&network.nodes[1]), Vec::<&str>::new(), "by the clocks of the others");
    let said = ci.cli().with("LANG", "en").run(&["status"]).out;
    assert!(said.contains("BEWARE: 3 of 3 keyholders have not shown their key for a year"), "{said}");
    let words = ci.cli().with("LANG", "en").run(&["charter", "show"]).ok().out;
    assert!(words.contains("MORE THAN A YEAR AGO"), "{words}");
    // CI shows its key. It dates that itself, and the others take the later of what they have seen.
    clock.over(ci.cli()).json(&["charter", "prove"]).ok();
    eventually("CI has heard of its own proof", || {
        let late = overdue(ci);
        when(late == ["SN", "GH"], || format!("{late:?}"))
    });
    level(&network.nodes);
}

#[test]
fn the_last_resort_is_a_new_network_that_names_the_old_one() {
    let network = Network::run(&["CI", "SN"]);
    let path = |name: &str| network.dir().join(name).to_str().unwrap().to_owned();
    let (genesis, reason) = (path("new.charter"), "The key of SN is lost");
    let old = network.nodes[0].status();
    let made = Cli::of(&network.dir().join("new-SN")).json(&["init", "--administration", "SN"]).ok().value();
    let key = format!("SN={}", text(&made["administration_key"]));
    let ci = network.nodes[0].cli();
    let error = ci.json(&["charter", "refound", "--reason", "", "-o", &genesis]).ends_with(2).error();
    assert_eq!(error["code"], "usage-value");
    let stranger = ["charter", "refound", "--reason", reason, "--keyholders", "CI,XX", "-o", &genesis];
    assert_eq!(ci.json(&stranger).ends_with(6).error()["code"], "propose-stranger");
    let words = ["charter", "refound", "--reason", reason, "--key", &key, "-o", &genesis];
    let founded = ci.json(&words).ok().value();
    assert_eq!((&founded["network"], &founded["threshold"]), (&old["network"], &2.into()), "{founded}");
    assert_ne!(founded["id"], old["network"]);
    ci.json(&["charter", "sign", &genesis]).ok();
    Cli::of(&network.dir().join("new-SN")).json(&["charter", "sign", &genesis]).ok();
    let shown = Cli::without_home().json(&["charter", "show", &genesis]).ok().value();
    assert_eq!((&shown["refounds"]["network"], &shown["refounds"]["reason"]), (&old["network"], &reason.into()));
    assert_eq!(shown["refounds"]["revision"], ci.json(&["charter", "show"]).ok().value()["hash"]);
    Cli::without_home().json(&["charter", "check", &genesis]).ok();
    let words = Cli::without_home().with("LANG", "en").run(&["charter", "show", &genesis]).ok().out;
    assert!(words.contains("FOUNDED ANEW after network"), "{words}");
    // A home of the old network does not change over; a new one starts from it.
    let error = network.nodes[1].offline().json(&["init", "--charter", &genesis]).ends_with(5).error();
    assert_eq!(error["code"], "other-network", "{error}");
    let taken = Cli::of(&network.dir().join("new-SN")).json(&["init", "--charter", &genesis]).ok().value();
    assert_eq!(taken["network"], founded["id"]);
}
