//! `seal.json`: keys of audiences, sealed payloads, grants.

use palabre_core::id::{LogName, Sequence};
use palabre_core::seal::grant::{Grant, GrantError};
use palabre_core::seal::payload::{self, PayloadError};
use palabre_core::seal::{AudienceKey, Place, SealingSecret};
use palabre_proto::{Message, v1};
use serde_json::{Value, json};
use x_wing::{Decapsulate, DecapsulationKey};

use crate::vector::{bytes, file, judge_all, text};

#[test]
fn everything_sealed_gets_its_verdict() {
    let file = file("seal.json");
    judge_all(&file["vectors"], (13, 35), |vector| match text(&vector["kind"]) {
        "key" => {
            let (key, author) = (audience_key(vector), bytes(&vector["of"]).as_slice().try_into().unwrap());
            said(vector, &[("id", json!(key.id())), ("tag", json!(key.tag(&author)))])
        }
        "kem" => {
            let secret: [u8; 32] = bytes(&vector["secret"]).try_into().unwrap();
            let encapsulated = bytes(&vector["encapsulated"]).as_slice().try_into().unwrap();
            let shared = DecapsulationKey::from(secret).decapsulate(&encapsulated);
            said(vector, &[("shared", hex::encode(shared).into())])
        }
        "payload" => match payload::open(&audience_key(vector), &place(vector), &bytes(&vector["sealed"])) {
            Ok(plain) => said(vector, &[("plain", hex::encode(&*plain).into())]),
            Err(error) => of_payload(&error).to_owned(),
        },
        _ => grant(vector),
    });
}

fn grant(vector: &Value) -> String {
    let secret = SealingSecret::from_seed(&bytes(&vector["secret"]).try_into().unwrap()).unwrap();
    let Ok(message) = v1::KeyGrant::decode(bytes(&vector["grant"]).as_slice()) else { return "encoding".to_owned() };
    match Grant::parse(message).and_then(|grant| grant.open(&secret, &place(vector))) {
        Ok(Some(granted)) => {
            let audience = granted.audience.to_string();
            said(
                vector,
                &[("id", json!(granted.key.id())), ("audience", audience.into()), ("nodes", json!(granted.nodes))],
            )
        }
        Ok(None) => "not-for-this-node".to_owned(),
        Err(error) => of_grant(&error).to_owned(),
    }
}

fn audience_key(vector: &Value) -> AudienceKey {
    AudienceKey::from_bytes(&bytes(&vector["key"]).try_into().unwrap())
}

fn place(vector: &Value) -> Place {
    let place = &vector["place"];
    let field = |name: &str| bytes(&place[name]);
    Place {
        network: field("network").as_slice().try_into().unwrap(),
        log: LogName {
            author: field("author").as_slice().try_into().unwrap(),
            log: field("log").as_slice().try_into().unwrap(),
        },
        sequence: Sequence::new(text(&place["sequence"]).parse().unwrap()).unwrap(),
        previous: Some(field("previous")).filter(|id| !id.is_empty()).map(|id| id.as_slice().try_into().unwrap()),
    }
}

fn said(vector: &Value, found: &[(&str, Value)]) -> String {
    for (field, value) in found {
        assert_eq!(&vector[*field], value, "{}", vector["name"]);
    }
    "valid".to_owned()
}

fn of_payload(error: &PayloadError) -> &'static str {
    match error {
        PayloadError::Key => "key",
        PayloadError::Packing | PayloadError::Zstd(_) => "packing",
        PayloadError::TooLong(_) => panic!("nothing is sealed here"),
    }
}

fn of_grant(error: &GrantError) -> &'static str {
    match error {
        GrantError::Suite(_) => "suite",
        GrantError::Wraps(_) => "wraps",
        GrantError::Length => "length",
        GrantError::Order => "order",
        GrantError::Commitment => "commitment",
        GrantError::About(error) => of_payload(error),
        GrantError::Encoding(_) => "encoding",
        GrantError::Node(_) => "field-length",
        GrantError::Nodes => "nodes",
        GrantError::Audience(_) => "audience",
        GrantError::Key(_) => panic!("nothing is wrapped here"),
    }
}
