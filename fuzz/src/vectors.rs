//! The test vectors of `proto/vectors` as bytes: valid objects and invalid ones, each wrong in one way.

use std::path::Path;

use serde_json::Value;

/// Every text under `key` in a file of vectors, as the bytes that it stands for.
pub(crate) fn bytes_of(file: &str, key: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    gather(&read(file), key, &mut found);
    found
}

fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto/vectors").join(file);
    let text = std::fs::read_to_string(path).expect("the vectors are part of the project");
    serde_json::from_str(&text).expect("a file of vectors is JSON")
}

/// Every text under `key`, as it stands.
pub(crate) fn texts_of(file: &str, key: &str) -> Vec<Vec<u8>> {
    let read = read(file);
    let vectors = read["vectors"].as_array().expect("a file of vectors has vectors");
    vectors.iter().filter_map(|vector| vector[key].as_str()).map(|text| text.as_bytes().to_vec()).collect()
}

fn gather(value: &Value, key: &str, found: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name == key => found.push(parse(text)),
                    value => gather(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, key, found)),
        _ => {}
    }
}

/// Hexadecimal, in which `(00*512)` stands for 512 bytes of zero.
fn parse(text: &str) -> Vec<u8> {
    let hex = |digits: &str| hex::decode(digits).expect("vectors are hexadecimal");
    let mut bytes = Vec::new();
    let mut pieces = text.split(['(', ')']);
    while let Some(plain) = pieces.next() {
        bytes.extend(hex(plain));
        if let Some((byte, times)) = pieces.next().and_then(|run| run.split_once('*')) {
            bytes.extend(hex(byte).repeat(times.parse().expect("a run in a vector has a length")));
        }
    }
    bytes
}
