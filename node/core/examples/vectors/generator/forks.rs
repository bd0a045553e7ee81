//! `forks.json`: fork proofs, and which of several about one log stands.

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, hash};
use super::shapes::{Case, File, hex};
use super::wire;

#[derive(Serialize)]
struct ForksFile {
    about: &'static str,
    network: String,
    vectors: Vec<ForkVector>,
}

#[derive(Serialize)]
struct ForkVector {
    #[serde(flatten)]
    case: Case,
    proof: String,
    #[serde(flatten)]
    said: Option<Said>,
}

/// What a reader must find in a valid proof.
#[derive(Serialize)]
struct Said {
    author: String,
    log: String,
    sequence: String,
    low: String,
    high: String,
    hash: String,
}

/// A header that a node signed.
#[derive(Clone)]
struct Branch {
    said: v1::Header,
    bytes: Vec<u8>,
    signature: Vec<u8>,
}

impl Branch {
    fn of(cast: &Cast, code: &str, said: v1::Header) -> Self {
        let bytes = said.encode_to_vec();
        Self::written(cast, code, said, bytes)
    }

    fn written(cast: &Cast, code: &str, said: v1::Header, bytes: Vec<u8>) -> Self {
        let signature = cast.sign(code, &bytes);
        Self { said, bytes, signature }
    }

    fn id(&self) -> Vec<u8> {
        hash(&self.bytes)
    }

    fn signed(&self) -> v1::SignedHeader {
        v1::SignedHeader { header: self.bytes.clone(), signature: self.signature.clone() }
    }

    fn forged(&self) -> v1::SignedHeader {
        let mut signed = self.signed();
        signed.signature[40] ^= 1;
        signed
    }
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    vectors: Vec<ForkVector>,
}

impl Book<'_> {
    /// A valid proof, of any two branches.
    fn valid(&mut self, name: &str, why: &str, one: &Branch, other: &Branch) {
        let (low, high) = in_order(one, other);
        let proof = v1::ForkProof { low: Some(low.signed()), high: Some(high.signed()) };
        self.valid_proof(name, why, (low, high), &proof.encode_to_vec());
    }

    fn valid_proof(&mut self, name: &str, why: &str, (low, high): (&Branch, &Branch), proof: &[u8]) {
        let said = Said {
            author: hex(&low.said.author),
            log: hex(&low.said.log),
            sequence: low.said.sequence.to_string(),
            low: hex(&low.id()),
            high: hex(&high.id()),
            hash: hex(&hash(&[low.id(), high.id()].concat())),
        };
        self.vectors.push(ForkVector { case: Case::new("valid", name, why), proof: hex(proof), said: Some(said) });
    }

    fn refused(
        &mut self,
        word: &'static str,
        name: &str,
        why: &str,
        low: Option<v1::SignedHeader>,
        high: Option<v1::SignedHeader>,
    ) {
        self.refused_bytes(word, name, why, &v1::ForkProof { low, high }.encode_to_vec());
    }

    fn refused_bytes(&mut self, word: &'static str, name: &str, why: &str, proof: &[u8]) {
        self.vectors.push(ForkVector { case: Case::new(word, name, why), proof: hex(proof), said: None });
    }

    /// Two headers that make no fork, in the order of their ids.
    fn no_conflict(&mut self, name: &str, why: &str, one: &Branch, other: &Branch) {
        let (low, high) = in_order(one, other);
        self.refused("no-conflict", name, why, Some(low.signed()), Some(high.signed()));
    }
}

fn in_order<'a>(one: &'a Branch, other: &'a Branch) -> (&'a Branch, &'a Branch) {
    if one.id() < other.id() { (one, other) } else { (other, one) }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { cast, vectors: Vec::new() };
    let first = cast.header("CI");
    let one = Branch::of(cast, "CI", first.clone());
    let other = Branch::of(cast, "CI", v1::Header { clock: first.clock + 5, ..first });
    let (low, high) = in_order(&one, &other);
    valid(&mut book, low, high);
    no_conflicts(&mut book, &one);
    malformed(&mut book, low, high);
    let about = "Each `proof` is a message ForkProof. proto/README.md says how it is judged.";
    File::of("forks.json", &ForksFile { about, network: hex(cast.network.as_bytes()), vectors: book.vectors })
}

fn valid(book: &mut Book<'_>, low: &Branch, high: &Branch) {
    let cast = book.cast;
    book.valid("first", "two first entries of one log", low, high);
    let at_five = |previous: u8, clock| {
        let said = v1::Header { sequence: 5, previous: vec![previous; 32], clock, ..low.said.clone() };
        Branch::of(cast, "CI", said)
    };
    book.valid("later", "two entries 5 after the same entry 4", &at_five(1, 1), &at_five(1, 2));
    let why = "two entries 5 after different entries 4: a proof, though a lower one exists somewhere";
    book.valid("parted-before", why, &at_five(1, 1), &at_five(2, 1));
    let unknown = [low.bytes.clone(), wire::number(100, 1)].concat();
    let same_said = Branch::written(cast, "CI", low.said.clone(), unknown);
    let why = "the same fields and an unknown one: another header, so a fork";
    book.valid("unknown-field", why, low, &same_said);
    let split = [
        wire::bytes(1, &wire::bytes(1, &low.bytes)),
        wire::bytes(2, &high.signed().encode_to_vec()),
        wire::bytes(1, &wire::bytes(2, &low.signature)),
    ];
    let why =
        "a message that stands twice is merged: `low` has its header from the first, its signature from the second";
    book.valid_proof("low-in-two-parts", why, (low, high), &split.concat());
    let unknown = [split.concat(), wire::bytes(3, b"?")].concat();
    let why = "an unknown field of the proof is no part of it";
    book.valid_proof("proof-unknown-field", why, (low, high), &unknown);
}

fn no_conflicts(book: &mut Book<'_>, one: &Branch) {
    let cast = book.cast;
    let with = |code: &str, said: v1::Header| Branch::of(cast, code, said);
    book.no_conflict("same-header", "one header twice", one, one);
    let log = with("CI", v1::Header { log: vec![2; 8], ..one.said.clone() });
    book.no_conflict("other-log", "first entries of two logs of one author", one, &log);
    let second = with("CI", v1::Header { sequence: 2, previous: one.id(), ..one.said.clone() });
    book.no_conflict("other-sequence", "entries 1 and 2 of one log", one, &second);
    let stranger = with("SN", cast.header("SN"));
    book.no_conflict("other-author", "first entries of two authors' logs, whose eight bytes are equal", one, &stranger);
}

fn malformed(book: &mut Book<'_>, low: &Branch, high: &Branch) {
    let (l, h) = (|| Some(low.signed()), || Some(high.signed()));
    book.refused("order", "turned", "the higher id stands first", h(), l());
    book.refused("missing", "low-missing", "one header", None, h());
    book.refused("missing", "high-missing", "one header", l(), None);
    book.refused("missing", "empty", "no header", None, None);
    book.refused("signature", "low-forged", "the lower header is not authentic", Some(low.forged()), h());
    book.refused("signature", "high-forged", "the higher header is not authentic", l(), Some(high.forged()));
    let why = "`low` is judged in whole before `high` is looked at";
    book.refused("signature", "low-forged-high-missing", why, Some(low.forged()), None);
    let empty = Some(v1::SignedHeader::default());
    book.refused("sequence-zero", "low-empty", "a `low` of 0 bytes is there, and is no header", empty, h());
    let short = Some(v1::SignedHeader { header: high.bytes.clone(), signature: vec![1; 63] });
    book.refused("signature-length", "high-signature-63", "a signature of 63 bytes", l(), short);
    let proof = v1::ForkProof { low: l(), high: h() }.encode_to_vec();
    book.refused_bytes("encoding", "cut", "the proof ends early", &proof[..proof.len() - 1]);
    let number = [proof.clone(), wire::number(1, 1)].concat();
    book.refused_bytes("encoding", "low-number", "`low` as a number", &number);
    let tail = [proof, vec![0x80]].concat();
    book.refused_bytes("encoding", "tail", "a byte too many that begins nothing", &tail);
}
