//! `logs.json`: what becomes of entries and fork proofs that a node takes in one by one.

mod forked;
mod whole;

use std::collections::BTreeMap;

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, hash, publishing};
use super::shapes::{File, SaidHead, hex};

#[derive(Serialize)]
struct LogsFile {
    about: &'static str,
    network: String,
    vectors: Vec<LogVector>,
}

#[derive(Serialize)]
struct LogVector {
    name: String,
    why: String,
    steps: Vec<Step>,
    frontier: SaidFrontier,
}

/// What comes, and what becomes of it.
#[derive(Serialize)]
struct Step {
    #[serde(flatten)]
    what: What,
    verdict: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum What {
    Entry(String),
    Fork(String),
}

#[derive(Serialize)]
struct SaidFrontier {
    hash: String,
    heads: Vec<SaidHead>,
    forks: Vec<SaidFork>,
}

#[derive(Serialize)]
struct SaidFork {
    author: String,
    log: String,
    proof: String,
}

/// A header that somebody signed.
#[derive(Clone)]
struct Written {
    code: &'static str,
    said: v1::Header,
}

impl Written {
    /// The first entry of a log whose id is eight times `log`.
    fn first(cast: &Cast, code: &'static str, log: u8) -> Self {
        Self { code, said: cast.header_of(code, [log; 8], &publishing(1)) }
    }

    /// The entry after this one.
    fn next(&self) -> Self {
        self.like_next(0)
    }

    /// Another entry in the same place as [`Written::next`]: its clock differs.
    fn like_next(&self, clock: u64) -> Self {
        let sequence = self.said.sequence + 1;
        let said = v1::Header { sequence, previous: self.id(), clock: self.said.clock + clock, ..self.said.clone() };
        Self { code: self.code, said }
    }

    /// Another entry in the same place as this one.
    fn other(&self, clock: u64) -> Self {
        Self { code: self.code, said: v1::Header { clock: self.said.clock + clock, ..self.said.clone() } }
    }

    fn bytes(&self) -> Vec<u8> {
        self.said.encode_to_vec()
    }

    fn id(&self) -> Vec<u8> {
        hash(&self.bytes())
    }

    fn log(&self) -> (Vec<u8>, Vec<u8>) {
        (self.said.author.clone(), self.said.log.clone())
    }

    fn signed(&self, cast: &Cast) -> v1::SignedHeader {
        v1::SignedHeader { header: self.bytes(), signature: cast.sign(self.code, &self.bytes()) }
    }
}

/// The two in the order of a proof: the lower id first.
fn in_order<'a>(one: &'a Written, other: &'a Written) -> (&'a Written, &'a Written) {
    if one.id() < other.id() { (one, other) } else { (other, one) }
}

/// The proof that two entries make.
fn proof(cast: &Cast, one: &Written, other: &Written) -> v1::ForkProof {
    let (low, high) = in_order(one, other);
    v1::ForkProof { low: Some(low.signed(cast)), high: Some(high.signed(cast)) }
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    vectors: Vec<LogVector>,
}

/// The steps of one vector.
struct Script<'a> {
    cast: &'a Cast,
    steps: Vec<Step>,
}

impl Script<'_> {
    fn entry(&mut self, verdict: &'static str, entry: &Written) -> &mut Self {
        let entry = self.cast.entry(entry.code, &entry.bytes(), None);
        self.raw_entry(verdict, &entry)
    }

    fn raw_entry(&mut self, verdict: &'static str, entry: &v1::Entry) -> &mut Self {
        self.steps.push(Step { what: What::Entry(hex(&entry.encode_to_vec())), verdict });
        self
    }

    fn fork(&mut self, verdict: &'static str, proof: &v1::ForkProof) -> &mut Self {
        self.steps.push(Step { what: What::Fork(hex(&proof.encode_to_vec())), verdict });
        self
    }
}

impl Book<'_> {
    /// A vector that ends with these heads and the proofs of these pairs.
    fn add(
        &mut self,
        (name, why): (&str, &str),
        play: impl FnOnce(&mut Script<'_>),
        heads: &[&Written],
        forks: &[(&Written, &Written)],
    ) {
        let mut script = Script { cast: self.cast, steps: Vec::new() };
        play(&mut script);
        let frontier = frontier(heads, forks);
        self.vectors.push(LogVector { name: name.to_owned(), why: why.to_owned(), steps: script.steps, frontier });
    }
}

/// The frontier as the page defines it, hashed here by hand.
fn frontier(heads: &[&Written], forks: &[(&Written, &Written)]) -> SaidFrontier {
    let heads: BTreeMap<_, _> = heads.iter().map(|head| (head.log(), head)).collect();
    let forks: BTreeMap<_, _> = forks.iter().map(|(one, other)| (one.log(), in_order(one, other))).collect();
    let mut hasher = blake3::Hasher::new_derive_key("palabre/frontier/1");
    for ((author, log), head) in &heads {
        hasher.update(&[b"h", &author[..], log, &head.said.sequence.to_be_bytes(), &head.id()].concat());
    }
    let named = |(low, high): &(&Written, &Written)| hash(&[low.id(), high.id()].concat());
    for ((author, log), pair) in &forks {
        hasher.update(&[b"f", &author[..], log, &named(pair)].concat());
    }
    SaidFrontier {
        hash: hex(hasher.finalize().as_bytes()),
        heads: heads.values().map(|head| SaidHead::of(&head.said, &head.bytes())).collect(),
        forks: forks
            .iter()
            .map(|((author, log), pair)| SaidFork { author: hex(author), log: hex(log), proof: hex(&named(pair)) })
            .collect(),
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { cast, vectors: Vec::new() };
    whole::add(&mut book);
    forked::add(&mut book);
    let about = "Each `entry` (a message Entry) and each `fork` (a message ForkProof) comes to a node that began with \
                 nothing, one after the other; `frontier` is what it holds at the end. proto/README.md says how.";
    File::of("logs.json", &LogsFile { about, network: hex(cast.network.as_bytes()), vectors: book.vectors })
}
