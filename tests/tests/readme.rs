//! What the README tells people to type works, in both languages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use palabre_tests::cli::text;
use palabre_tests::ports::Ports;
use palabre_tests::{Cli, Demo, Node, binary, eventually, readme, wait::when};

const PAGES: [&str; 2] = ["README.md", "README.fr.md"];

/// The commands of a page that call `palabre` and mention `mark`, without the program's name.
fn commands(page: &str, mark: impl Fn(&[String]) -> bool) -> Vec<Vec<String>> {
    let all = readme::commands(&binary::project().join(page));
    let ours = all.into_iter().filter(|words| words[0] == "palabre" && mark(words));
    ours.map(|words| words[1..].to_vec()).collect()
}

fn replaced(words: &[String], by: &BTreeMap<&str, String>) -> Vec<String> {
    words.iter().map(|word| by.iter().fold(word.clone(), |word, (old, new)| word.replace(old, new))).collect()
}

/// The pages whose links must lead somewhere.
fn pages_with_links() -> Vec<std::path::PathBuf> {
    let project = binary::project();
    let docs = fs::read_dir(project.join("docs")).unwrap().chain(fs::read_dir(project.join("docs/decisions")).unwrap());
    let docs = docs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let others = ["README.md", "README.fr.md", "CONTRIBUTING.md", "proto/README.md", "fuzz/README.md"];
    others.map(|page| project.join(page)).into_iter().chain(docs).collect()
}

#[test]
fn every_link_to_a_file_of_the_project_leads_to_one() {
    let mut found = 0;
    for page in pages_with_links() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(link).exists(), "{}: {link}", page.display());
            found += 1;
        }
    }
    assert!(found > 20, "only {found} links were found");
}

#[test]
fn cargo_run_finds_the_one_program() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let asked = std::process::Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(binary::project())
        .output()
        .unwrap();
    let told: serde_json::Value = serde_json::from_slice(&asked.stdout).unwrap();
    let defaults = told["workspace_default_members"].as_array().unwrap();
    let packages = told["packages"].as_array().unwrap().iter().filter(|package| defaults.contains(&package["id"]));
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    let programs: Vec<_> = targets.filter(|t| t["kind"][0] == "bin").map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(programs, ["palabre"], "`cargo run` would not know which is meant");
}

#[test]
fn the_first_steps_in_the_demo_work() {
    let demo = Demo::start(2);
    let home = |node: &Node| node.home().to_str().unwrap().to_owned();
    for page in PAGES {
        let mut by = BTreeMap::from([("README", binary::project().join("README").to_str().unwrap().to_owned())]);
        // The words that stand for homes are those of the page's language.
        let steps = commands(page, |words| words.get(1).is_some_and(|word| word == "--home") && words[2].is_ascii());
        let steps: Vec<_> = steps.into_iter().filter(|words| !words[1].contains('~')).collect();
        assert!(steps.len() >= 3, "{page}: {steps:?}");
        let mut placeholders: Vec<&str> = steps.iter().map(|words| words[1].as_str()).collect();
        placeholders.dedup();
        for (number, placeholder) in placeholders.into_iter().enumerate() {
            by.entry(placeholder).or_insert_with(|| home(&demo.nodes[number % 2]));
        }
        for step in &steps {
            Cli::without_home().run(&replaced(step, &by)).ok();
        }
    }
    demo.level();
}

#[test]
fn two_machines_are_set_up_as_the_page_says() {
    for page in PAGES {
        let dir = tempfile::tempdir().unwrap();
        let mut ports = Ports::take();
        let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let (ci, sn) = (ports.free().to_string(), ports.free().to_string());
        let (ci_api, sn_api) = (format!("127.0.0.1:{}", ports.free()), format!("127.0.0.1:{}", ports.free()));
        let mut by = BTreeMap::from([
            ("~/ci", file("ci")),
            ("~/sn", file("sn")),
            ("region.charter", file("region.charter")),
            ("ci.mandate", file("ci.mandate")),
            ("sn.mandate", file("sn.mandate")),
            ("192.0.2.1", "127.0.0.1".to_owned()),
            ("192.0.2.2", "127.0.0.1".to_owned()),
            ("8710", ci),
            ("8711", sn),
            ("127.0.0.1:8701", sn_api.clone()),
        ]);
        let steps = commands(page, |words| words.iter().any(|w| w.contains("~/")) || words[1] == "charter");
        assert!(steps.len() >= 10, "{page}: {steps:?}");
        for step in &steps {
            let mut words = replaced(step, &by);
            if words.last().is_some_and(|word| word == "run") {
                continue;
            }
            if words.contains(&"--administration".to_owned()) && !words.contains(&"--api".to_owned()) {
                // Both machines are this one: the first may not have the usual port of the API either.
                words.extend(["--api".to_owned(), ci_api.clone()]);
            }
            let answer = Cli::without_home().json(&words).ok();
            if words.contains(&"--administration".to_owned()) {
                let (made, is_ci) = (answer.value(), words.contains(&"CI".to_owned()));
                let names = if is_ci { names_of("CI") } else { names_of("SN") };
                by.insert(names[0], text(&made["administration_key"]));
                by.insert(names[1], text(&made["node"]));
                by.insert(names[2], text(&made["administration_key"]));
                by.insert(names[3], text(&made["node"]));
            }
            if let Some(other) = for_the_other(step) {
                Cli::without_home().json(&replaced(&other, &by)).ok();
            }
        }
        runs(Path::new(&by["~/ci"]), Path::new(&by["~/sn"]), [&ci_api, &sn_api]);
    }
}

/// The words of both pages that stand for the key of an administration and for that of its node.
fn names_of(code: &str) -> [&'static str; 4] {
    match code {
        "CI" => ["KEY_OF_CI", "NODE_OF_CI", "CLE_DE_CI", "NOEUD_DE_CI"],
        _ => ["KEY_OF_SN", "NODE_OF_SN", "CLE_DE_SN", "NOEUD_DE_SN"],
    }
}

/// What the page shows for one machine and says of each: taking in charter and mandates.
fn for_the_other(step: &[String]) -> Option<Vec<String>> {
    let takes_in = step.contains(&"--mandate".to_owned()) && step[1] == "~/ci";
    takes_in.then(|| step.iter().map(|word| word.replace("~/ci", "~/sn")).collect())
}

/// Both run and see each other.
fn runs(ci: &Path, sn: &Path, apis: [&str; 2]) {
    let mut nodes = [("CI", ci, apis[0]), ("SN", sn, apis[1])].map(|(code, home, api)| {
        let settings = home.join("node.toml");
        let text = fs::read_to_string(&settings).unwrap();
        fs::write(&settings, text.replace("mdns = true", "mdns = false")).unwrap();
        Node::at(home, code, "", &format!("http://{api}"))
    });
    for node in &mut nodes {
        node.start();
    }
    for node in &nodes {
        eventually("they see each other", || {
            let connected = node.connected().map_err(|error| error.to_string())?;
            when(connected == 1, || format!("{connected} connected"))
        });
    }
}
