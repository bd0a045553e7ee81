//! `charters.json`: genesis charters as files, with the signatures under them.

use std::collections::BTreeSet;

use palabre_core::charter::{CharterFile, Rules, RulesError, signature};
use serde_json::{Value, json};

use crate::vector::{bytes, file, judge_all};
use crate::words;

#[test]
fn every_charter_gets_its_verdict() {
    judge_all(&file("charters.json")["vectors"], (19, 101), |vector| {
        let charter = match CharterFile::decode(&bytes(&vector["file"])) {
            Ok(charter) => charter,
            Err(error) => return words::charter_file(&error).to_owned(),
        };
        match Rules::found(charter) {
            Ok(rules) => {
                check(vector, &rules);
                "valid".to_owned()
            }
            Err(error) => {
                if let RulesError::Invariants(breaches) = &error {
                    let words: BTreeSet<_> = breaches.iter().map(words::breach).collect();
                    assert_eq!(vector["breaches"], json!(words), "{}", vector["name"]);
                }
                words::rules(&error).to_owned()
            }
        }
    });
}

/// That a valid genesis says what the vector says.
fn check(vector: &Value, rules: &Rules) {
    let charter = rules.charter();
    let signatures: Vec<_> = rules.signatures().cloned().collect();
    let signers = signature::signers(charter, charter, &signatures, rules.network());
    assert_eq!(vector["network"], rules.network().to_string(), "{}", vector["name"]);
    assert_eq!(vector["names"], json!(charter.name), "{}", vector["name"]);
    assert_eq!(vector["threshold"], charter.threshold, "{}", vector["name"]);
    assert_eq!(vector["signers"], json!(signers), "{}", vector["name"]);
}
