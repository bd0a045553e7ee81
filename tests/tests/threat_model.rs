//! `docs/threat-model.md` names tests: each of them exists, and no line is without one or a reason.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

/// The text of every Rust file below `dir`, built ones left out.
fn sources(dir: &Path, text: &mut String) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, text);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_line_is_held_by_a_test_that_exists_or_is_accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut code = String::new();
    for dir in ["node", "tests", "fuzz"] {
        sources(&root.join(dir), &mut code);
    }
    let model = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let mut lines = 0;
    for line in
        model.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---") && !line.contains("held by"))
    {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, happens, tests] = cells[..] else { panic!("three cells: {line}") };
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() || happens.starts_with("accepted"), "neither held nor accepted: {line}");
        for test in named {
            assert!(code.contains(&format!("fn {test}(")), "no such test: {test}");
        }
        lines += 1;
    }
    assert!(lines > 25, "{lines} lines");
}
