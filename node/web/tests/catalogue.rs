//! The catalogue is whole: the three languages say the same things, and the sources say nothing that they lack.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// The variables of each message and of each of its attributes (`key` and `key.attribute`).
type Messages = BTreeMap<String, BTreeSet<String>>;

fn messages(lang: &str) -> Messages {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("catalogue/{lang}.ftl"));
    let source = fs::read_to_string(path).expect("the catalogue is there");
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{lang}: {errors:?}"));
    let mut messages = Messages::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let name = message.id.name;
        let value = message.value.unwrap_or_else(|| panic!("{lang}: {name} has no text"));
        assert!(messages.insert(name.clone(), variables(&value)).is_none(), "{lang}: {name} stands twice");
        for attribute in message.attributes {
            messages.insert(format!("{name}.{}", attribute.id.name), variables(&attribute.value));
        }
    }
    messages
}

fn variables(pattern: &Pattern<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            // A literal holds spaces that would be dropped at the beginning of a line.
            Expression::Inline(InlineExpression::StringLiteral { .. }) => {}
            Expression::Inline(inline) => drop(found.insert(variable(inline))),
            Expression::Select { selector, variants } => {
                found.insert(variable(selector));
                found.extend(variants.iter().flat_map(|variant| variables(&variant.value)));
            }
        }
    }
    found
}

fn variable(inline: &InlineExpression<String>) -> String {
    match inline {
        InlineExpression::VariableReference { id } => id.name.clone(),
        other => panic!("the catalogue uses only variables, not {other:?}"),
    }
}

#[test]
fn the_three_languages_have_the_same_messages_with_the_same_variables() {
    let french = messages("fr");
    assert!(french.len() > 300, "{}", french.len());
    for lang in ["en", "pt"] {
        let other = messages(lang);
        for key in french.keys().chain(other.keys()) {
            assert_eq!(french.get(key), other.get(key), "fr and {lang} differ in {key}");
        }
    }
}

#[test]
fn every_error_says_what_why_and_what_next() {
    let messages = messages("fr");
    for key in messages.keys().filter(|key| key.starts_with("err-") && !key.contains('.')) {
        for part in ["why", "next"] {
            assert!(messages.contains_key(&format!("{key}.{part}")), "{key} does not say {part}");
        }
    }
}

/// A message as a source names it, with the names of its arguments.
#[derive(Debug)]
struct Said {
    file: PathBuf,
    key: String,
    arguments: BTreeSet<String>,
}

fn sources() -> Vec<PathBuf> {
    let node = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above");
    let mut dirs = vec![node.join("web/src"), node.join("app/src")];
    let mut files = Vec::new();
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).expect("sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// Every `text!("key", name = …)` of a file.
fn said_in(file: &Path) -> Vec<Said> {
    let source = fs::read_to_string(file).expect("a source");
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let calls = code.match_indices("text!(").map(|(at, found)| &code[at + found.len()..]);
    calls.filter_map(|rest| said(file, rest)).collect()
}

fn said(file: &Path, rest: &str) -> Option<Said> {
    let (key, rest) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
    let mut depth = 1;
    let mut in_string = false;
    let mut arguments = vec![String::new()];
    for (index, character) in rest.char_indices() {
        match character {
            '"' if !rest[..index].ends_with('\\') => in_string = !in_string,
            _ if in_string => continue,
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 1 => arguments.push(String::new()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && character != ',' {
            arguments.last_mut()?.push(character);
        }
    }
    let names = arguments.iter().filter_map(|argument| argument.split_once('=')).map(|(name, _)| name.trim());
    Some(Said { file: file.to_owned(), key: key.to_owned(), arguments: names.map(str::to_owned).collect() })
}

fn all_said() -> Vec<Said> {
    let said: Vec<Said> = sources().iter().flat_map(|file| said_in(file)).collect();
    assert!(said.len() > 150, "{} messages found in the sources", said.len());
    said
}

#[test]
fn every_message_that_the_sources_name_exists_with_its_arguments() {
    let messages = messages("fr");
    for said in all_said() {
        let own = messages.get(&said.key).unwrap_or_else(|| panic!("no such message: {said:?}"));
        let attributes = messages
            .range(format!("{}.", said.key)..)
            .take_while(|(key, _)| key.split_once('.').is_some_and(|(name, _)| name == said.key));
        let wanted: BTreeSet<String> = attributes.flat_map(|(_, names)| names).chain(own).cloned().collect();
        assert_eq!(said.arguments, wanted, "the arguments of {} in {}", said.key, said.file.display());
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let said: BTreeSet<String> = all_said().into_iter().map(|said| said.key).collect();
    // Help is looked up by the names of commands and values; a test beside the command line holds it whole.
    let by_name = |key: &str| key == "cmd" || key.starts_with("cmd-") || key.starts_with("value-");
    for key in messages("fr").keys().filter(|key| !key.contains('.') && !by_name(key)) {
        assert!(said.contains(key), "no source says {key}");
    }
}
