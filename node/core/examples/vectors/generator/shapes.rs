//! How a vector looks in JSON. Bytes are hexadecimal, numbers of 64 bits are decimal text.

use palabre_proto::v1;
use serde::Serialize;

use super::cast::hash;

/// A file of vectors.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn of(name: &'static str, contents: &impl Serialize) -> Self {
        #[expect(clippy::expect_used, reason = "maps with text as keys, and nothing else, are always JSON")]
        let text = serde_json::to_string_pretty(contents).expect("a vector is JSON");
        Self { name, text: text + "\n" }
    }
}

/// Lower-case hexadecimal. A byte that stands 256 times or more in a row is written once, with its number of times:
/// `0a(00*65536)0b`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const RUN: usize = 256;
    let chunks = bytes.chunk_by(|one, next| one == next);
    chunks
        .map(
            |run| {
                if run.len() < RUN { hex::encode(run) } else { format!("({}*{})", hex::encode(&run[..1]), run.len()) }
            },
        )
        .collect()
}

/// What every vector has: a name, a reason for being there, and what a reader must answer.
#[derive(Serialize)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) why: String,
    pub(crate) verdict: &'static str,
}

impl Case {
    pub(crate) fn new(verdict: &'static str, name: &str, why: &str) -> Self {
        Self { name: name.to_owned(), why: why.to_owned(), verdict }
    }
}

/// What a valid header says.
#[derive(Serialize)]
pub(crate) struct SaidHeader {
    author: String,
    log: String,
    sequence: String,
    previous: String,
    clock: String,
    place: String,
    charter: String,
    mandate: String,
    priority: &'static str,
    tag: String,
    payload_hash: String,
    payload_size: u32,
    attachments: Vec<SaidAttachment>,
}

#[derive(Serialize)]
struct SaidAttachment {
    hash: String,
    size: String,
}

impl SaidHeader {
    pub(crate) fn of(header: &v1::Header) -> Self {
        let attachment = |a: &v1::AttachmentRef| SaidAttachment { hash: hex(&a.hash), size: a.size.to_string() };
        Self {
            author: hex(&header.author),
            log: hex(&header.log),
            sequence: header.sequence.to_string(),
            previous: hex(&header.previous),
            clock: header.clock.to_string(),
            place: header.place.to_string(),
            charter: hex(&header.charter),
            mandate: hex(&header.mandate),
            priority: if header.priority == 1 { "urgent" } else { "routine" },
            tag: hex(&header.tag),
            payload_hash: hex(&header.payload_hash),
            payload_size: header.payload_size,
            attachments: header.attachments.iter().map(attachment).collect(),
        }
    }
}

/// The last entry of a log.
#[derive(Serialize)]
pub(crate) struct SaidHead {
    author: String,
    log: String,
    sequence: String,
    id: String,
}

impl SaidHead {
    /// From a header's exact bytes and what they say.
    pub(crate) fn of(said: &v1::Header, bytes: &[u8]) -> Self {
        Self {
            author: hex(&said.author),
            log: hex(&said.log),
            sequence: said.sequence.to_string(),
            id: hex(&hash(bytes)),
        }
    }
}
