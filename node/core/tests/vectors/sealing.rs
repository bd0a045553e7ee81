//! `seal.json`: keys of audiences, sealed payloads, grants.

use palabre_core::id::{LogName, Sequence};
use palabre_core::seal::file::{FileKey, SealedFile};
use palabre_core::seal::grant::{Grant, GrantError};
use palabre_core::seal::payload::{self, PayloadError};
use palabre_core::seal::stream::{Opener, StreamError};
use palabre_core::seal::{AudienceKey, SealingSecret, Slot};
use palabre_proto::{Message, v1};
use serde_json::{Value, json};
use x_wing::{Decapsulate, DecapsulationKey};

use crate::vector::{bytes, file, judge_all, text};

#[test]
fn everything_sealed_gets_its_verdict() {
    let file = file("seal.json");
    judge_all(&file["vectors"], (17, 47), |vector| match text(&vector["kind"]) {
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
        "payload" => {
            let audience = text(&vector["readers"]).parse().unwrap();
            let (key, sealed) = (audience_key(vector), bytes(&vector["sealed"]));
            match payload::open(&key, Some(&audience), &slot(vector), &sealed) {
                Ok(plain) => said(vector, &[("plain", hex::encode(&*plain).into())]),
                Err(error) => of_payload(&error).to_owned(),
            }
        }
        "file" => file_of(vector),
        _ => grant(vector),
    });
}

fn file_of(vector: &Value) -> String {
    let file = SealedFile {
        key: FileKey::from_bytes(&bytes(&vector["file"]["key"]).try_into().unwrap()),
        hash: bytes(&vector["file"]["hash"]).as_slice().try_into().unwrap(),
        size: text(&vector["file"]["size"]).parse().unwrap(),
    };
    let (mut opener, mut plain) = (Opener::new(file), Vec::new());
    let sealed = bytes(&vector["sealed"]);
    match opener.update(&sealed, &mut plain).and_then(|()| opener.finish(&mut plain)) {
        Ok(()) => "valid".to_owned(),
        Err(StreamError::Chunk) => "chunk".to_owned(),
        Err(StreamError::OtherFile) => "other-file".to_owned(),
        Err(StreamError::TooLong) => panic!("nothing is sealed here"),
    }
}

fn grant(vector: &Value) -> String {
    let secret = SealingSecret::from_seed(&bytes(&vector["secret"]).try_into().unwrap()).unwrap();
    let Ok(message) = v1::KeyGrant::decode(bytes(&vector["grant"]).as_slice()) else { return "encoding".to_owned() };
    match Grant::parse(message).and_then(|grant| grant.open(&secret, &slot(vector))) {
        Ok(Some(granted)) => {
            let (audience, answers) = (granted.audience.to_string(), granted.answers.map(|id| id.to_string()));
            let found = [
                ("id", json!(granted.key.id())),
                ("audience", audience.into()),
                ("recipients", json!(granted.recipients)),
                ("answers", answers.unwrap_or_default().into()),
            ];
            said(vector, &found)
        }
        Ok(None) => "not-for-this-node".to_owned(),
        Err(error) => of_grant(&error).to_owned(),
    }
}

fn audience_key(vector: &Value) -> AudienceKey {
    AudienceKey::from_bytes(&bytes(&vector["key"]).try_into().unwrap())
}

fn slot(vector: &Value) -> Slot {
    let slot = &vector["slot"];
    let field = |name: &str| bytes(&slot[name]);
    Slot {
        network: field("network").as_slice().try_into().unwrap(),
        log: LogName {
            author: field("author").as_slice().try_into().unwrap(),
            log: field("log").as_slice().try_into().unwrap(),
        },
        sequence: Sequence::new(text(&slot["sequence"]).parse().unwrap()).unwrap(),
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
        GrantError::Id(_) => "field-length",
        GrantError::Recipients => "recipients",
        GrantError::Audience(_) => "audience",
        GrantError::Key(_) => panic!("nothing is wrapped here"),
    }
}
