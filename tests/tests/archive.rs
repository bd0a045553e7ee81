//! The ledger in one file: made beside a running node, checked where there is neither a node nor a home, and refused
//! when anything in it was changed, left out or put in (`docs/archive.md`).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use palabre_proto::{Message, v1};
use palabre_tests::cli::text;
use palabre_tests::node::{all_hold, level};
use palabre_tests::wait::{eventually, when};
use palabre_tests::{Cli, Network, Node, content};
use serde_json::Value;

fn export(node: &Node, file: &Path) -> Value {
    let file = file.to_str().unwrap();
    node.cli().json(&["archive", "export", "--all", "-o", file]).ok().value()
}

fn verify(file: &Path) -> Value {
    Cli::without_home().json(&["verify", file.to_str().unwrap()]).ok().value()
}

/// What is said of an archive that does not count; it ends with code 5.
fn refused(file: &Path, bytes: &[u8]) -> String {
    fs::write(file, bytes).unwrap();
    Cli::without_home().json(&["verify", file.to_str().unwrap()]).ends_with(5).error().to_string()
}

/// A network of three in which each has published, and SN has since replaced its first node.
fn lived_in() -> Network {
    let mut network = Network::run(&["CI", "SN", "GH"]);
    for node in &network.nodes {
        let content = content::text(&node.administration);
        let id = node.api().publish(&format!("By {}", node.administration), &content).unwrap();
        all_hold(&network.nodes, &id, &content);
    }
    level(&network.nodes);
    let second = Cli::of(&network.dir().join("SN2")).json(&["init"]).ok().value();
    let first = network.nodes[1].key.clone();
    network.nodes[1].cli().json(&["mandate", "add", &text(&second["node"])]).ok();
    network.nodes[1].cli().json(&["mandate", "revoke", &first[..16]]).ok();
    for node in [&network.nodes[0], &network.nodes[2]] {
        eventually("SN's third mandate is held", || {
            let shown = node.cli().json(&["mandate", "show"]).ok().value();
            when(shown["mandates"].to_string().contains("\"number\":3"), || shown.to_string())
        });
    }
    network.nodes[1].kill();
    network
}

#[test]
fn an_archive_says_on_any_machine_what_the_node_holds() {
    let network = lived_in();
    let file = network.dir().join("all.archive");
    let made = export(&network.nodes[0], &file);
    let status = network.nodes[0].status();
    assert_eq!((&made["ledger"], &made["damaged"]), (&status["ledger"], &0.into()), "{made}");
    network.nodes[0].cli().json(&["archive", "export", "--all", "-o", file.to_str().unwrap()]).ends_with(1).error();

    let found = verify(&file);
    assert_eq!((&found["ledger"], &found["state"]), (&status["ledger"], &status["state"]), "{found}");
    assert_eq!((&found["network"], &found["node"]), (&status["network"], &status["node"]));
    assert_eq!((&found["administration"], &found["revision"]), (&"CI".into(), &1.into()));
    for code in ["CI", "SN", "GH"] {
        let share = &found["administrations"][code];
        let counts = ["entries", "in_force", "void", "waiting", "sealed"].map(|count| share[count].as_u64().unwrap());
        assert_eq!(counts, [1, 1, 0, 0, 0], "what SN wrote before its node went still counts: {found}");
    }
    let network_id = text(&status["network"]);
    let words = Cli::without_home().run(&["--lang", "en", "verify", file.to_str().unwrap(), "--network", &network_id]);
    let words = words.ok().out;
    assert!(words.contains("3 entries, each signature valid") && words.contains("of CI"), "{words}");
    let other = ["verify", file.to_str().unwrap(), "--network", &"ab".repeat(32)];
    Cli::without_home().json(&other).ends_with(5).error();

    // The same content, sealed by another, at another time, also while its node does not run.
    let mut network = network;
    network.nodes[2].stop();
    let by_gh = network.dir().join("by-gh.archive");
    export(&network.nodes[2], &by_gh);
    let by_gh = verify(&by_gh);
    assert_eq!((&by_gh["ledger"], &by_gh["administration"]), (&found["ledger"], &"GH".into()));
}

#[test]
fn what_was_changed_left_out_or_put_in_is_refused() {
    let network = lived_in();
    let file = network.dir().join("all.archive");
    export(&network.nodes[0], &file);
    let bytes = fs::read(&file).unwrap();
    let copy = network.dir().join("copy.archive");
    assert!(refused(&copy, b"no archive at all").contains("does not begin as one"));
    let frames = frames(&bytes);
    let (seal, body) = frames.split_last().unwrap();

    let mut garbled = bytes.clone();
    garbled[bytes.len() / 2] ^= 1;
    assert!(refused(&copy, &garbled).contains("damaged at byte"));
    assert!(refused(&copy, &bytes[..bytes.len() - 1]).contains("damaged at byte"));
    let unsealed = &bytes[..bytes.len() - seal.len()];
    assert!(refused(&copy, unsealed).contains("has no seal"));
    let without = |left_out: usize| -> Vec<u8> {
        let kept = frames.iter().enumerate().filter(|(at, _)| *at != left_out);
        MAGIC.iter().copied().chain(kept.flat_map(|(_, frame)| frame.iter().copied())).collect()
    };
    assert!(refused(&copy, &without(body.len() - 1)).contains("number of records differs"), "the last record");
    assert!(refused(&copy, &without(0)).contains("does not begin with the charter"));
    let twice = [&bytes[..], body[0]].concat();
    assert!(refused(&copy, &twice).contains("follows the seal"));
    let swapped = [MAGIC, &body[..body.len() - 2].concat(), body[body.len() - 1], body[body.len() - 2], seal].concat();
    assert!(refused(&copy, &swapped).contains("hash of the file differs"));
    fs::write(&copy, &bytes).unwrap();
    verify(&copy);
}

#[test]
fn an_entry_that_nobody_signed_is_refused_whoever_seals_it() {
    let network = lived_in();
    let file = network.dir().join("all.archive");
    export(&network.nodes[0], &file);
    let bytes = fs::read(&file).unwrap();
    let frames = frames(&bytes);
    let (seal, body) = frames.split_last().unwrap();
    let at = body.iter().position(|frame| entry_in(frame).is_some()).unwrap();
    let mut entry = entry_in(body[at]).unwrap();
    entry.payload = Some(b"another text under the same signature".to_vec());
    let forged = frame_of(entry);
    let copy = network.dir().join("copy.archive");
    let with_forged = [MAGIC, &body[..at].concat(), &forged, &body[at + 1..].concat(), seal].concat();
    assert!(refused(&copy, &with_forged).contains("not authentic: 1 of its records"));
}

/// The entry in a frame, when there is one.
fn entry_in(frame: &[u8]) -> Option<v1::Entry> {
    let Some(v1::archive_part::Part::Record(record)) = v1::ArchivePart::decode(&frame[8..]).unwrap().part else {
        return None;
    };
    match v1::Record::decode(record.as_slice()).unwrap().kind {
        Some(v1::record::Kind::Entry(entry)) => Some(entry),
        _ => None,
    }
}

fn frame_of(entry: v1::Entry) -> Vec<u8> {
    let record = v1::Record { kind: Some(v1::record::Kind::Entry(entry)) }.encode_to_vec();
    let part = v1::ArchivePart { part: Some(v1::archive_part::Part::Record(record)) }.encode_to_vec();
    let length = u32::try_from(part.len()).unwrap().to_le_bytes();
    let sum = crc32c::crc32c_append(crc32c::crc32c(&length), &part);
    [&length[..], &sum.to_le_bytes(), &part].concat()
}

const MAGIC: &[u8] = b"palabre archive 1\n";

/// The frames behind the first line: length, checksum, part.
fn frames(bytes: &[u8]) -> Vec<&[u8]> {
    let mut rest = bytes.strip_prefix(MAGIC).unwrap();
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let (frame, behind) = rest.split_at(8 + length);
        frames.push(frame);
        rest = behind;
    }
    frames
}
