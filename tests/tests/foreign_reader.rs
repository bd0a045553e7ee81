//! A reader in another language, written from `proto/README.md` and the `.proto` files alone, judges every test vector
//! as `palabre-core` does (`docs/design.md` §3). It is JavaScript and runs on Node.js; without it nothing is shown here,
//! and the test says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

const FILES: [&str; 9] = [
    "charters.json",
    "entries.json",
    "forks.json",
    "governance.json",
    "invitations.json",
    "logs.json",
    "mandates.json",
    "places.json",
    "seal.json",
];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn reader() -> PathBuf {
    here().join("foreign")
}

fn vectors() -> PathBuf {
    here().join("../proto/vectors")
}

/// Whether the reader can run; installs its two libraries where they are missing.
fn is_ready() -> bool {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = INSTALLING.lock().unwrap();
    if !is_installed("node") {
        eprintln!("skipped: node is not installed");
        return false;
    }
    if reader().join("node_modules").is_dir() {
        return true;
    }
    if !is_installed("npm") {
        eprintln!("skipped: npm is not installed, and the reader's libraries are not there");
        return false;
    }
    let output = Command::new("npm").arg("ci").current_dir(reader()).output().unwrap();
    assert!(output.status.success(), "npm ci in {} failed:\n{}", reader().display(), text(&output.stderr));
    true
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn read(vectors: &Path) -> Output {
    Command::new("node").arg(reader().join("reader.mjs")).arg(vectors).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_reader_written_from_the_page_judges_every_vector_alike() {
    if !is_ready() {
        return;
    }
    let output = read(&vectors());
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    let line = |name: &&str| format!("{name}: {} judged alike, 0 differently", count(&vectors().join(name)));
    let expected: Vec<_> = FILES.iter().map(line).collect();
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    eprint!("{said}");
}

/// How many vectors a file has.
fn count(path: &Path) -> usize {
    let file: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    ["vectors", "standings"].iter().filter_map(|list| file[list].as_array()).map(Vec::len).sum()
}

#[test]
fn a_verdict_that_the_reader_does_not_share_is_noticed() {
    if !is_ready() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in FILES {
        fs::copy(vectors().join(name), folder.path().join(name)).unwrap();
    }
    let path = folder.path().join("entries.json");
    let mut file: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let vectors = file["vectors"].as_array_mut().unwrap();
    let refused = vectors.iter_mut().find(|vector| vector["name"] == "s-plus-l").unwrap();
    refused["verdict"] = "valid".into();
    let valid = vectors.iter_mut().find(|vector| vector["name"] == "first").unwrap();
    valid["id"] = "00".repeat(32).into();
    fs::write(&path, file.to_string()).unwrap();
    misjudge_a_chain(&folder.path().join("governance.json"));
    let output = read(folder.path());
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.matches("judged alike, 2 differently\n").count(), 2, "{said}");
    assert!(said.contains("  s-plus-l ") && said.contains("  first "), "{said}");
    assert!(said.contains("  old-key ") && said.contains("  suspension "), "{said}");
}

/// Says that an old keyholder's key still counts, and that a suspended administration may act.
fn misjudge_a_chain(path: &Path) {
    let mut file: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for vector in file["vectors"].as_array_mut().unwrap() {
        match vector["name"].as_str().unwrap() {
            "old-key" => vector["revision"] = "3".into(),
            "suspension" => vector["standings"][1]["verdict"] = "acts".into(),
            _ => {}
        }
    }
    fs::write(path, file.to_string()).unwrap();
}
