//! `entries.json`: single entries, judged alone.

use palabre_core::id::NetworkId;
use palabre_core::ledger::{Entry, Header, Priority, RawEntry};
use palabre_proto::{Message, v1};
use serde_json::{Value, json};

use crate::vector::{bytes, file, judge_all, text};
use crate::words;

#[test]
fn every_entry_gets_its_verdict() {
    let file = file("entries.json");
    let network = text(&file["network"]).parse().unwrap();
    judge_all(&file["vectors"], (39, 140), |vector| match verify(&bytes(&vector["entry"]), &network) {
        Ok(entry) => {
            assert_eq!(vector["id"], entry.id().to_string(), "{}", vector["name"]);
            assert_eq!(vector["header"], said(entry.header()), "{}", vector["name"]);
            "valid".to_owned()
        }
        Err(word) => word.to_owned(),
    });
}

/// An authentic entry, or the word for what is wrong with it.
pub(crate) fn verify(entry: &[u8], network: &NetworkId) -> Result<Entry, &'static str> {
    let message = v1::Entry::decode(entry).map_err(|_| "encoding")?;
    RawEntry::from(message).verify(network).map_err(|error| words::entry(&error))
}

fn said(header: &Header) -> Value {
    let attachments: Vec<_> =
        header.attachments.iter().map(|a| json!({ "hash": a.hash, "size": a.size.to_string() })).collect();
    json!({
        "author": header.author,
        "log": header.log,
        "sequence": header.sequence.to_string(),
        "previous": header.previous.map(|id| id.to_string()).unwrap_or_default(),
        "clock": header.clock.0.to_string(),
        "place": header.place.to_string(),
        "charter": header.charter,
        "mandate": header.mandate,
        "priority": match header.priority { Priority::Routine => "routine", Priority::Urgent => "urgent" },
        "tag": hex::encode(header.audience.tag()),
        "payload_hash": header.payload_hash,
        "payload_size": header.payload_size,
        "attachments": attachments,
    })
}
