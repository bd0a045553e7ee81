//! `mandates.json`: mandates under one charter, and the standing of an entry's author.

use palabre_core::charter::{CharterFile, Mandate, RawMandate, Rules, Standing};
use palabre_core::id::NetworkId;
use serde_json::{Value, json};

use crate::entries;
use crate::vector::{bytes, file, judge_all, list};
use crate::words;

#[test]
fn every_mandate_gets_its_verdict() {
    let file = file("mandates.json");
    let rules = rules(&file["charter"]);
    judge_all(&file["vectors"], (12, 35), |vector| match verify(&bytes(&vector["mandate"]), &rules) {
        Ok(mandate) => {
            for (field, said) in said(&mandate).as_object().unwrap() {
                assert_eq!(&vector[field], said, "{} {field}", vector["name"]);
            }
            "valid".to_owned()
        }
        Err(word) => word.to_owned(),
    });
}

#[test]
fn every_author_gets_its_standing() {
    let file = file("mandates.json");
    judge_all(&file["standings"], (3, 8), |vector| {
        let rules = mandated(rules(&file["charter"]), &vector["mandates"]);
        let entry = entries::verify(&bytes(&vector["entry"]), rules.network()).unwrap();
        // Nothing has taken effect yet, and no cutoff asks for it.
        let standing = rules.standing(entry.header(), &|_, _| Ok(None)).unwrap();
        if let Standing::Acts { administration, .. } = &standing {
            assert_eq!(vector["administration"], administration.to_string(), "{}", vector["name"]);
        }
        words::standing(&standing).to_owned()
    });
}

/// The rules that a charter file founds.
pub(crate) fn rules(charter: &Value) -> Rules {
    Rules::found(CharterFile::decode(&bytes(charter)).unwrap()).unwrap()
}

/// The rules with these mandates as well.
pub(crate) fn mandated(mut rules: Rules, mandates: &Value) -> Rules {
    for mandate in list(mandates) {
        rules.add_mandate(RawMandate::decode(&bytes(mandate)).unwrap()).unwrap();
    }
    rules
}

fn verify(mandate: &[u8], rules: &Rules) -> Result<Mandate, &'static str> {
    let network: &NetworkId = rules.network();
    let raw = RawMandate::decode(mandate).map_err(|error| words::mandate(&error))?;
    raw.verify(rules.charter(), network).cloned().map_err(|error| words::mandate(&error))
}

fn said(mandate: &Mandate) -> Value {
    let nodes: Vec<_> = mandate
        .nodes
        .iter()
        .map(|n| json!({ "key": n.key, "label": n.label, "addresses": n.addresses, "delivers": n.delivers }))
        .collect();
    json!({
        "hash": mandate.hash,
        "administration": mandate.administration,
        "number": mandate.number.to_string(),
        "previous": mandate.previous.map(|hash| hash.to_string()).unwrap_or_default(),
        "charter": mandate.charter,
        "nodes": nodes,
    })
}
