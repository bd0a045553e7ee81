//! How the files of vectors are read.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// The folder of the vectors.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../proto/vectors")
}

/// A file of vectors.
pub(crate) fn file(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(folder().join(name)).unwrap()).unwrap()
}

/// The items of a list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// A text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Bytes: hexadecimal, in which `(00*512)` stands for 512 bytes of zero.
pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut pieces = text(value).split(['(', ')']);
    while let Some(plain) = pieces.next() {
        bytes.extend(hex::decode(plain).unwrap());
        if let Some((byte, times)) = pieces.next().map(|run| run.split_once('*').unwrap()) {
            bytes.extend(hex::decode(byte).unwrap().repeat(times.parse().unwrap()));
        }
    }
    bytes
}

/// Judges all vectors of a list and compares. `expected` are the numbers of valid and of other vectors that there
/// must be, so that none is lost.
pub(crate) fn judge_all(vectors: &Value, expected: (usize, usize), judge: impl Fn(&Value) -> String) {
    let mut counts = (0, 0);
    let mut wrong = Vec::new();
    for vector in list(vectors) {
        let (verdict, found) = (text(&vector["verdict"]), judge(vector));
        let valid = matches!(verdict, "valid" | "in-place" | "acts");
        *(if valid { &mut counts.0 } else { &mut counts.1 }) += 1;
        if verdict != found {
            wrong.push(format!("{}: {found}, not {verdict} ({})", vector["name"], vector["why"]));
        }
    }
    assert!(wrong.is_empty(), "judged differently:\n{}", wrong.join("\n"));
    assert_eq!(counts, expected, "vectors that are valid, and others");
}
