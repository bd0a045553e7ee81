//! Charter files, mandates, the charter template.

use std::path::Path;

use palabre_core::charter::template::Template;
use palabre_core::charter::{Charter, CharterFile, RawMandate, Rules, invariants};
use palabre_core::fixtures::WRITTEN;
use palabre_proto::{Message, v1};

use crate::region::{REGION, sign_mandate};
use crate::vectors;

/// A charter file keeps the exact bytes of its revision; a network can be founded with it only when the revision keeps
/// its invariants.
pub fn charter_file(data: &[u8]) {
    let Ok(file) = CharterFile::decode(data) else { return };
    assert_eq!(CharterFile::decode(&file.encode()).expect("what was a charter file stays one"), file);
    assert_eq!(Charter::parse(file.charter.bytes()).expect("a revision is its bytes"), file.charter);
    let breaches = invariants::check(&file.charter);
    if let Ok(rules) = Rules::found(file.clone()) {
        assert!(breaches.is_empty(), "a network was founded on {breaches:?}");
        assert!(rules.signatures().count() <= file.signatures.len());
        assert_eq!(Some(*rules.network()), file.charter.founds());
    }
}

/// A mandate keeps its exact bytes; one that counts admits the nodes that it lists and nobody else.
pub fn mandate(data: &[u8]) {
    let Ok(mut message) = v1::SignedMandate::decode(data) else { return };
    sign_mandate(&mut message);
    let Ok(mandate) = RawMandate::parse(message.clone()) else { return };
    assert_eq!(mandate.to_message(), message);
    let mut rules = REGION.network.rules.clone();
    let before: Vec<_> = rules.admitted().map(|(node, _)| node.key).collect();
    if rules.add_mandate(mandate.clone()).unwrap_or(false) {
        let listed: Vec<_> = mandate.unverified().nodes.iter().map(|node| node.key).collect();
        let strangers = rules.admitted().filter(|(node, _)| !before.contains(&node.key) && !listed.contains(&node.key));
        assert_eq!(strangers.count(), 0, "a mandate admitted somebody whom it does not list");
        assert!(!rules.add_mandate(mandate).unwrap_or(false), "a mandate is new twice");
    }
}

/// A template that reads makes a charter that is its own bytes, or says why it makes none.
pub fn template(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(template) = Template::parse(text) else { return };
    let listed = |code| template.administrations.iter().any(|participant| participant.code == code);
    let keys = REGION.network.seats.iter().filter(|seat| listed(seat.code.clone()));
    let keys = keys.map(|seat| (seat.code.clone(), seat.administration.administration_key())).collect();
    if let Ok(charter) = template.found(&keys, WRITTEN) {
        assert_eq!(Charter::parse(charter.bytes()).expect("a charter is its bytes"), charter);
        let _ = invariants::check(&charter);
    }
}

pub(super) fn charter_files() -> Vec<Vec<u8>> {
    let mut seeds = vec![REGION.network.genesis.encode()];
    // The longest show what is too long, and cost as much as all the others.
    seeds.extend(vectors::bytes_of("charters.json", "file").into_iter().filter(|file| file.len() < 64 * 1024));
    seeds
}

pub(super) fn mandates() -> Vec<Vec<u8>> {
    let signed = REGION.network.seats.iter().map(|seat| seat.mandate.to_message());
    let unsigned = signed.clone().map(|message| v1::SignedMandate { signature: Vec::new(), ..message });
    let mut seeds: Vec<_> = signed.chain(unsigned).map(|message| message.encode_to_vec()).collect();
    seeds.extend(vectors::bytes_of("mandates.json", "mandate"));
    seeds
}

pub(super) fn templates() -> Vec<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/charter.toml");
    vec![std::fs::read(path).expect("the template is part of the project")]
}
