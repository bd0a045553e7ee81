//! `governance.json`: whole chains of revisions, signatures and mandates, and what governs by them.

use std::collections::{BTreeMap, BTreeSet};

use palabre_core::charter::{CharterFile, RawMandate, RevisionError, Rules, Standing};
use palabre_core::id::{EntryId, LogName, Sequence};
use serde_json::{Value, json};

use crate::entries;
use crate::mandates;
use crate::vector::{bytes, file, list, text};
use crate::words;

/// Vectors that there must be, so that none is lost; `docs/design.md` §4 has about so many rules.
const VECTORS: usize = 150;

#[test]
fn every_chain_ends_as_it_must() {
    let file = file("governance.json");
    let genesis = mandates::rules(&file["genesis"]);
    for vector in list(&file["vectors"]) {
        let name = &vector["name"];
        let mut rules = genesis.clone();
        for (place, step) in list(&vector["steps"]).iter().enumerate() {
            let found = take(&mut rules, step);
            assert_eq!(step["verdict"], found, "{name}, step {place}");
        }
        assert_eq!(vector["revision"], rules.charter().revision.to_string(), "{name}");
        assert_eq!(vector["governs"], json!(rules.charter_hash()), "{name}");
        let disputed: BTreeSet<_> = rules.revisions().disputed().map(|charter| charter.hash().to_string()).collect();
        assert_eq!(vector["disputed"], json!(disputed), "{name}");
        assert_eq!(vector["mandates"], json!(in_force(&rules)), "{name}");
        standings(vector, &rules);
    }
    assert_eq!(list(&file["vectors"]).len(), VECTORS);
}

/// What becomes of a revision or a mandate that comes.
fn take(rules: &mut Rules, step: &Value) -> &'static str {
    if step["charter"].is_string() { take_charter(rules, step) } else { take_mandate(rules, &step["mandate"]) }
}

fn take_charter(rules: &mut Rules, step: &Value) -> &'static str {
    let charter = match CharterFile::decode(&bytes(&step["charter"])) {
        Ok(charter) => charter,
        Err(error) => return words::charter_file(&error),
    };
    match rules.join(charter) {
        Ok(joined) if joined.is_anything() => "joins",
        Ok(_) => "held",
        Err(error) => {
            let breaches: BTreeSet<_> = match &error {
                RevisionError::Invariants(breaches) => breaches.iter().map(words::breach).collect(),
                RevisionError::Succession(breaches) => breaches.iter().map(words::succession).collect(),
                _ => BTreeSet::new(),
            };
            if !breaches.is_empty() {
                assert_eq!(step["breaches"], json!(breaches));
            }
            words::revision(&error)
        }
    }
}

fn take_mandate(rules: &mut Rules, mandate: &Value) -> &'static str {
    let outcome = RawMandate::decode(&bytes(mandate)).and_then(|raw| rules.add_mandate(raw));
    match outcome {
        Ok(true) => "joins",
        Ok(false) => "held",
        Err(error) => words::mandate(&error),
    }
}

/// The mandate in force of each administration that has one.
fn in_force(rules: &Rules) -> BTreeMap<String, String> {
    let codes: BTreeSet<_> = rules.mandates().map(|mandate| mandate.administration.clone()).collect();
    let named =
        codes.iter().filter_map(|code| Some((code.to_string(), rules.mandate_in_force(code)?.hash.to_string())));
    named.collect()
}

fn standings(vector: &Value, rules: &Rules) {
    let entry = |bytes_of: &Value| entries::verify(&bytes(bytes_of), rules.network()).unwrap();
    let effective: BTreeMap<(LogName, Sequence), EntryId> = vector["effective"]
        .as_array()
        .into_iter()
        .flatten()
        .map(entry)
        .map(|entry| ((entry.header().log_name(), entry.header().sequence), entry.id()))
        .collect();
    let id_at = |log: &LogName, sequence| Ok(effective.get(&(*log, sequence)).copied());
    for (place, asked) in vector["standings"].as_array().into_iter().flatten().enumerate() {
        let entry = entry(&asked["entry"]);
        let standing = rules.standing(entry.header(), &id_at).unwrap();
        assert_eq!(text(&asked["verdict"]), words::standing(&standing), "{}, entry {place}", vector["name"]);
        if let Standing::Acts { administration, charter, .. } = standing {
            assert_eq!(asked["administration"], json!(administration), "{}, entry {place}", vector["name"]);
            assert_eq!(asked["by"], json!(charter.hash()), "{}, entry {place}", vector["name"]);
        }
    }
}
