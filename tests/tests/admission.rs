//! Somebody new comes in, between real nodes: invited by one text, admitted by people who compared words, and it then
//! starts by itself and holds everything (`docs/design.md` §4).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use palabre_core::admission::InvitationText;
use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, level};
use palabre_tests::ports::Ports;
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Cli, Network, Node, content};
use serde_json::Value;

/// A machine on which nothing is yet but the program.
struct Machine {
    home: PathBuf,
    api: String,
    tcp: String,
}

impl Machine {
    fn new(dir: &Path, name: &str, ports: &mut Ports) -> Self {
        let (api, tcp) = (format!("127.0.0.1:{}", ports.free()), format!("/ip4/127.0.0.1/tcp/{}", ports.free()));
        Self { home: dir.join(name), api, tcp }
    }

    fn cli(&self) -> Cli {
        Cli::of(&self.home)
    }

    /// The words of `palabre join` that say where this machine is.
    fn join<'a>(&'a self, invitation: &'a str, who: &[&'a str]) -> Vec<&'a str> {
        let place = ["--api", &self.api, "--listen", &self.tcp, "--address", &self.tcp, "--contact", "Afi, +228 22 00"];
        [&["join", invitation], who, &place].concat()
    }

    /// The node in its home, to be run.
    fn node(&self, administration: &str, joined: &Value) -> Node {
        // Tests run beside each other: nodes must not look around on the local network.
        let settings = self.home.join("node.toml");
        let before = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, before.replace("mdns = true", "mdns = false")).unwrap();
        Node::at(&self.home, administration, &text(&joined["node"]), &format!("http://{}", self.api))
    }
}

fn invite(node: &Node) -> String {
    text(&node.cli().json(&["invite"]).ok().value()["invitation"])
}

/// The list of a node, once it has an application.
fn application(node: &Node) -> Value {
    let list = node.cli().json(&["application", "list"]).ok().value();
    assert_eq!(list["applications"].as_array().map(Vec::len), Some(1), "{list}");
    list["applications"][0].clone()
}

fn approve(node: &Node, id: &str, words: &str) -> Value {
    node.cli().json(&["application", "approve", &id[..12], "--words", words]).ok().value()
}

fn is_waiting(node: &Node) {
    eventually("the new node waits", || {
        let log = fs::read_to_string(node.log_file()).unwrap_or_default();
        when(log.contains("not admitted yet"), || log)
    });
    let error = node.cli().json(&["status"]).ends_with(8).error();
    assert_eq!(error["code"], "not-admitted", "{error}");
}

#[test]
fn a_new_administration_joins_by_one_text_and_starts_by_itself() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let mut ports = Ports::take();
    let before = content::text("before the admission");
    let id = network.nodes[0].api().publish("Before the admission", &before).unwrap();
    all_hold(&network.nodes, &id, &before);

    let machine = Machine::new(network.dir(), "OMD", &mut ports);
    let invitation = invite(&network.nodes[0]);
    let who = ["--administration", "OMD", "--new", "--partner", "--name", "Organisation mondiale des douanes"];
    let joined = machine.cli().json(&machine.join(&invitation, &who)).ok().value();
    assert_eq!(joined["waits"]["for"], "proposal", "{joined}");
    assert!(joined["doors"].as_array().unwrap().iter().all(|door| door["taken"] == true), "{joined}");
    let mut new = machine.node("OMD", &joined);
    new.launch();
    is_waiting(&new);

    let (ci, sn) = (&network.nodes[0], &network.nodes[1]);
    let seen = application(ci);
    assert_eq!((&seen["words"], &seen["contact"]), (&joined["words"], &"Afi, +228 22 00".into()));
    let id_of = text(&seen["id"]);
    let other =
        ci.cli().json(&["application", "approve", &id_of, "--words", "abandon ability able about above absent"]);
    assert_eq!(other.ends_with(5).error()["code"], "other-words");
    let proposed = approve(ci, &id_of, &text(&joined["words"]["fr"]));
    assert_eq!((&proposed["did"], &proposed["lacking"]), (&"signed".into(), &1.into()), "{proposed}");
    assert_eq!(proposed["changes"][0]["change"], "admitted");

    // The applicant sees by itself who is missing.
    let waits = eventually("the applicant hears of the proposal", || {
        let waits = machine.cli().json(&["join"]).ok().value()["waits"].clone();
        when(waits["for"] == "signatures", || waits.to_string())?;
        Ok::<_, String>(waits)
    });
    assert_eq!((&waits["signed"], &waits["threshold"]), (&serde_json::json!(["CI"]), &2.into()));
    assert_eq!(waits["missing"], serde_json::json!(["GH", "SN"]));
    // The invitation named all three doors: SN's node has the application too, and signs the same proposal.
    eventually("SN holds the proposal", || {
        let proposals = sn.cli().json(&["charter", "show"]).ok().value()["proposals"].clone();
        when(proposals.as_array().map(Vec::len) == Some(1), || proposals.to_string())
    });
    let adopted = approve(sn, &id_of, &text(&joined["words"]["en"]));
    assert_eq!((&adopted["lacking"], &adopted["revision"]), (&0.into(), &2.into()), "{adopted}");

    new.wait_ready();
    network.nodes.push(new);
    all_hold(&network.nodes, &id, &before);
    level(&network.nodes);
    stays_a_member(&mut network);
}

/// It is there after a restart of all, writes, and what it wrote goes round; nobody uses its invitation again.
fn stays_a_member(network: &mut Network) {
    let last = network.nodes.len() - 1;
    network.nodes[last].kill();
    network.nodes[last].start();
    let after = content::text("by who has joined");
    let refused = network.nodes[last].api().publish("By who has joined", &after);
    refused.expect_err("a partner publishes no document of the group");
    let id = network.nodes[1].api().publish("After the admission", &after).unwrap();
    all_hold(&network.nodes, &id, &after);
    let error = network.nodes[last].cli().json(&["invite"]).ends_with(5).error();
    assert_eq!(error["code"], "may-not-invite");
    level(&network.nodes);
}

#[test]
fn a_person_is_asked_five_questions_and_an_approver_for_the_words() {
    let mut network = Network::run(&["CI", "SN"]);
    let mut ports = Ports::take();
    let machine = Machine::new(network.dir(), "TG", &mut ports);
    let invitation = invite(&network.nodes[0]);
    let place = ["join", &invitation, "--api", &machine.api, "--listen", &machine.tcp];
    // Who says nothing is told what was asked, and how to say it without being asked.
    let silent = machine.cli().with("LANG", "en").run(&place).ends_with(2);
    assert!(silent.err.contains("--administration"), "{}", silent.err);
    assert!(!machine.home.join("keys").exists(), "nothing is made before all is said");
    // What cannot be is asked again.
    let typed = ["To go", "tg", "perhaps", "y", "Togo", "Afi, +228 22 00", ""];
    let asked = machine.cli().with("LANG", "en").answering(&typed).run(&place).ok();
    assert_eq!(asked.err.matches('?').count(), 7, "five questions, two of them twice: {}", asked.err);
    let mut new = machine.node("TG", &machine.cli().json(&["join"]).ok().value());
    new.launch();
    is_waiting(&new);

    // As docs/admission.md goes on: list, show, approve, which asks for what was heard on the telephone.
    let said = |node: &Node, words: &[&str]| node.cli().with("LANG", "en").run(words).ok().out;
    let seen = application(&network.nodes[0]);
    let (id, heard) = (text(&seen["id"]), text(&seen["words"]["en"]));
    assert!(asked.out.contains(&heard), "{}", asked.out);
    assert!(said(&network.nodes[0], &["application", "list"]).contains("TG"));
    assert!(said(&network.nodes[0], &["application", "show", &id[..12]]).contains("Afi, +228 22 00"));
    let approve = ["application", "approve", &id[..12]];
    network.nodes[0].cli().answering(&["abandon ability"]).run(&approve).ends_with(5);
    network.nodes[0].cli().answering(&[&heard]).run(&approve).ok();
    let proposal = eventually("SN holds the proposal", || {
        let proposals = network.nodes[1].cli().json(&["charter", "show"]).ok().value()["proposals"].clone();
        proposals[0]["hash"].as_str().map(str::to_owned).ok_or_else(|| proposals.to_string())
    });
    network.nodes[1].cli().run(&["charter", "sign", &proposal]).ok();
    new.wait_ready();
    network.nodes.push(new);
    level(&network.nodes);
}

#[test]
fn a_second_node_needs_its_administration_alone() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let mut ports = Ports::take();
    let machine = Machine::new(network.dir(), "SN2", &mut ports);
    let invitation = invite(&network.nodes[1]);
    let joined = machine.cli().json(&machine.join(&invitation, &["--administration", "SN", "--listed"])).ok().value();
    assert_eq!((&joined["waits"]["for"], &joined["administration_key"]), (&"mandate".into(), &Value::Null));
    let mut new = machine.node("SN", &joined);
    new.launch();
    is_waiting(&new);
    let (id, words) = (text(&joined["id"]), text(&joined["words"]["pt"]));
    let other = network.nodes[0].cli().json(&["application", "approve", &id, "--words", &words]).ends_with(5).error();
    assert_eq!(other["code"], "not-its-key", "{other}");
    assert_eq!(approve(&network.nodes[1], &id, &words)["did"], "mandated");
    new.wait_ready();
    let content = content::text("by the second node");
    let published = new.api().publish("By the second node", &content).unwrap();
    network.nodes.push(new);
    all_hold(&network.nodes, &published, &content);
    level(&network.nodes);
}

#[test]
fn a_node_that_nobody_here_has_heard_of_is_let_in_on_showing_why() {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    let mut ports = Ports::take();
    let dir = network.dir().to_owned();
    let content = content::text("before GH was away");
    let id = network.nodes[0].api().publish("Before GH was away", &content).unwrap();
    all_hold(&network.nodes, &id, &content);
    network.nodes[2].kill();
    // While GH is away, SN mandates a second node; then only GH and that node are there.
    let machine = Machine::new(&dir, "SN2", &mut ports);
    let made = machine.cli().json(&["init", "--api", &machine.api, "--listen", &machine.tcp]).ok().value();
    network.nodes[1].cli().json(&["mandate", "add", &text(&made["node"]), "--address", &machine.tcp]).ok();
    let chain = dir.join("region.chain").to_str().unwrap().to_owned();
    network.nodes[1].cli().json(&["charter", "show", "--output", &chain]).ok();
    assert_eq!(machine.cli().json(&["init", "--charter", &chain]).ok().value()["mandated"], true);
    network.nodes[0].kill();
    network.nodes[1].kill();
    network.nodes[2].start();
    let mut new = machine.node("SN", &made);
    new.start();
    all_hold([&new], &id, &content);
    let log = fs::read_to_string(network.nodes[2].log_file()).unwrap();
    assert!(log.contains("a stranger has shown rules that count"), "{log}");
}

#[test]
fn an_application_travels_as_a_file_and_a_node_starts_from_a_chain_in_a_file() {
    let mut network = Network::run(&["CI", "SN"]);
    let mut ports = Ports::take();
    let dir = network.dir().to_owned();
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    admitted_by_hand(&network.nodes[0], &path("OMD.charter"));
    let machine = Machine::new(&dir, "TG", &mut ports);
    let (application, chain) = (path("TG.application"), path("region.chain"));
    let invitation = invite(&network.nodes[0]);
    let who = ["--administration", "TG", "--new", "--name", "Togo", "-o", &application];
    let joined = machine.cli().json(&machine.join(&invitation, &who)).ok().value();
    assert_eq!((&joined["waits"], joined["doors"].as_array().map(Vec::len)), (&Value::Null, Some(0)));
    let list = network.nodes[0].cli().json(&["application", "list"]).ok().value();
    assert_eq!(list["applications"], serde_json::json!([]));
    let shown = network.nodes[0].cli().json(&["application", "show", &application]).ok().value();
    assert_eq!(
        (&shown["words"], &shown["listed"]),
        (&joined["words"], &true.into()),
        "the charter lists TG without a key"
    );
    let words = text(&joined["words"]["fr"]);
    for (at, lacking) in [(0, 1), (1, 0)] {
        if at == 1 {
            eventually("SN holds the proposal", || {
                let proposals = network.nodes[1].cli().json(&["charter", "show"]).ok().value()["proposals"].clone();
                when(proposals.as_array().map(Vec::len) == Some(1), || proposals.to_string())
            });
        }
        let done =
            network.nodes[at].cli().json(&["application", "approve", &application, "--words", &words]).ok().value();
        assert_eq!(done["lacking"], lacking, "{done}");
    }
    // By file alone: all revisions in one, the first mandate signed on the new machine.
    network.nodes[1].cli().json(&["charter", "show", "--output", &chain]).ok();
    let taken = machine.cli().json(&["init", "--charter", &chain]).ok().value();
    assert_eq!((&taken["network"], &taken["mandated"]), (&joined["network"], &false.into()));
    let mandate = path("TG.mandate");
    let node = text(&joined["node"]);
    machine.cli().json(&["mandate", "add", &node, "--address", &machine.tcp, "-o", &mandate]).ok();
    let taken = machine.cli().json(&["init", "--mandate", &mandate]).ok().value();
    assert_eq!(taken["mandated"], true, "{taken}");
    let mut new = machine.node("TG", &joined);
    new.start();
    assert_eq!(new.status()["revision"], 2, "it starts from revision 2 with nobody's help");
    network.nodes.push(new);
}

/// The same revision by short options, for a keyholder who has the key and not the application.
fn admitted_by_hand(node: &Node, file: &str) {
    let admit = |code: &str| format!("{code}={}", "07".repeat(32));
    let name = ["--name", "OMD=Organisation mondiale des douanes", "--name", "OMD:en=World Customs Organization"];
    let admitted = admit("OMD");
    let words = [&["charter", "propose", "--admit", &admitted, "--partners", "OMD", "-o", file], &name[..]].concat();
    let said = node.cli().with("LANG", "en").run(&words).ok().out;
    assert!(said.contains("OMD enters the charter: World Customs Organization (partner), key 0707"), "{said}");
    let listed = node.cli().json(&["charter", "propose", "--admit", &admit("SN"), "-o", "none"]).ends_with(5).error();
    assert_eq!(listed["code"], "propose-listed");
}

#[test]
fn what_is_wrong_with_an_invitation_is_refused_each_with_its_own_error() {
    let network = Network::run(&["CI", "SN"]);
    let mut ports = Ports::take();
    let (dir, ci) = (network.dir().to_owned(), &network.nodes[0]);
    let who = ["--administration", "SN", "--listed"];
    let refused = |name: &str, invitation: &str, exit: i32, code: &str, ports: &mut Ports| {
        let machine = Machine::new(&dir, name, ports);
        let error = machine.cli().json(&machine.join(invitation, &who)).ends_with(exit).error();
        assert_eq!(error["code"], code, "{error}");
        error
    };
    let good = invite(ci);
    refused("cut", &good[..good.len() - 9], 2, "invitation", &mut ports);
    refused("nonsense", "hello", 2, "invitation", &mut ports);
    let forged = |change: &dyn Fn(&mut palabre_proto::v1::InvitationText)| {
        let mut message = good.parse::<InvitationText>().unwrap().to_message();
        change(&mut message);
        InvitationText::parse(message).unwrap().to_string()
    };
    refused("tampered", &forged(&|text| text.signature[9] ^= 1), 5, "invitation-changed", &mut ports);
    let wrong_code = forged(&|text| text.code[0] ^= 1);
    refused("code", &wrong_code, 5, "invitation-code", &mut ports);
    expired(ci, &dir, &mut ports);
    used(&good, &dir, &mut ports);
    other_network(&dir, &mut ports);
    nobody_home(&dir, &mut ports);
}

/// Signed by CI's node with a date of the past, as a clock that goes wrong would.
fn expired(ci: &Node, dir: &Path, ports: &mut Ports) {
    use palabre_core::id::InvitationCode;
    use palabre_core::keys::Secret;
    use palabre_core::time::Millis;
    let seed = fs::read(ci.home().join("keys/node.key")).unwrap();
    let seed: [u8; 32] = match seed.len() {
        32 => seed.try_into().unwrap(),
        _ => hex::decode(String::from_utf8(seed).unwrap().trim()).unwrap().try_into().unwrap(),
    };
    let network = text(&ci.cli().json(&["charter", "show"]).ok().value()["network"]).parse().unwrap();
    let addresses = vec![text(&ci.status()["listen"][0])];
    let code = InvitationCode::from_bytes([5; 16]);
    let late = InvitationText::sign(network, addresses, Millis(1_000), code, &Secret::from_seed(&seed)).unwrap();
    let machine = Machine::new(dir, "late", ports);
    let words = machine.join("", &["--administration", "SN", "--listed"]);
    let late = late.to_string();
    let words: Vec<&str> = words.into_iter().map(|word| if word.is_empty() { late.as_str() } else { word }).collect();
    assert_eq!(machine.cli().json(&words).ends_with(5).error()["code"], "invitation-expired");
}

/// The first machine uses the code; a second one hears so at the door.
fn used(invitation: &str, dir: &Path, ports: &mut Ports) {
    let (first, second) = (Machine::new(dir, "first", ports), Machine::new(dir, "second", ports));
    let who = ["--administration", "SN", "--listed"];
    first.cli().json(&first.join(invitation, &who)).ok();
    first.cli().json(&first.join(invitation, &who)).ok();
    let error = second.cli().json(&second.join(invitation, &who)).ends_with(5).error();
    assert_eq!(error["code"], "application-refused");
    assert!(text(&error["why"]).contains("another node has used"), "{error}");
}

/// An invitation into another network, for a home of this one; and one that names the doors of this network.
fn other_network(dir: &Path, ports: &mut Ports) {
    let other = Network::run(&["CI", "SN"]);
    let theirs = invite(&other.nodes[0]);
    let home = Machine { home: dir.join("first"), ..Machine::new(dir, "first", ports) };
    let who = ["--administration", "SN", "--listed"];
    let error = home.cli().json(&home.join(&theirs, &who)).ends_with(5).error();
    assert_eq!(error["code"], "home-other-network", "{error}");
}

/// Nobody answers: nothing is lost, and the application can be handed in later.
fn nobody_home(dir: &Path, ports: &mut Ports) {
    let mut gone = Network::run(&["CI", "SN"]);
    let invitation = invite(&gone.nodes[0]);
    for node in &mut gone.nodes {
        node.kill();
    }
    let machine = Machine::new(dir, "early", ports);
    let who = ["--administration", "SN", "--listed"];
    assert_eq!(machine.cli().json(&machine.join(&invitation, &who)).ends_with(4).error()["code"], "no-door");
    gone.nodes[0].start();
    let joined = machine.cli().json(&["join"]).ok().value();
    let taken: Vec<bool> = joined["doors"].as_array().unwrap().iter().map(|door| door["taken"] == true).collect();
    assert_eq!(taken, [true, false]);
}
