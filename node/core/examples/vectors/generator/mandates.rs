//! `mandates.json`: mandates under one charter, and what the rules then say of the author of an entry.

mod malformed;
mod standings;
mod valid;

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, administration, hash, signed_mandate};
use super::shapes::{Case, File, hex};

#[derive(Serialize)]
struct MandatesFile {
    about: &'static str,
    charter: String,
    vectors: Vec<MandateVector>,
    standings: Vec<standings::StandingVector>,
}

#[derive(Serialize)]
struct MandateVector {
    #[serde(flatten)]
    case: Case,
    mandate: String,
    #[serde(flatten)]
    said: Option<Said>,
}

/// What a reader must find in a valid mandate.
#[derive(Serialize)]
struct Said {
    hash: String,
    administration: String,
    number: String,
    previous: String,
    charter: String,
    nodes: Vec<SaidNode>,
}

#[derive(Serialize)]
struct SaidNode {
    key: String,
    label: String,
    addresses: Vec<String>,
    delivers: bool,
}

impl Said {
    fn of(mandate: &v1::Mandate, bytes: &[u8]) -> Self {
        let node = |node: &v1::MandatedNode| SaidNode {
            key: hex(&node.key),
            label: node.label.clone(),
            addresses: node.addresses.clone(),
            delivers: node.delivers,
        };
        Self {
            hash: hex(&hash(bytes)),
            administration: mandate.administration.clone(),
            number: mandate.number.to_string(),
            previous: hex(&mandate.previous),
            charter: hex(&mandate.charter),
            nodes: mandate.nodes.iter().map(node).collect(),
        }
    }
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    vectors: Vec<MandateVector>,
}

impl Book<'_> {
    /// A valid mandate.
    fn valid(&mut self, name: &str, why: &str, mandate: &v1::Mandate) {
        self.valid_bytes(name, why, mandate, &mandate.encode_to_vec());
    }

    /// The same, from exact bytes that say what `mandate` says.
    fn valid_bytes(&mut self, name: &str, why: &str, mandate: &v1::Mandate, bytes: &[u8]) {
        let signed = self.signed(&mandate.administration, bytes).encode_to_vec();
        let (case, said) = (Case::new("valid", name, why), Some(Said::of(mandate, bytes)));
        self.vectors.push(MandateVector { case, mandate: hex(&signed), said });
    }

    /// A mandate that CI has signed and that is refused all the same.
    fn refused(&mut self, word: &'static str, name: &str, why: &str, mandate: &v1::Mandate) {
        let signed = self.signed("CI", &mandate.encode_to_vec()).encode_to_vec();
        self.refused_signed(word, name, why, &signed);
    }

    fn refused_signed(&mut self, word: &'static str, name: &str, why: &str, signed: &[u8]) {
        self.vectors.push(MandateVector { case: Case::new(word, name, why), mandate: hex(signed), said: None });
    }

    fn signed(&self, code: &str, mandate: &[u8]) -> v1::SignedMandate {
        signed_mandate(mandate, &administration(code), &self.cast.network)
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { cast, vectors: Vec::new() };
    valid::add(&mut book);
    malformed::add(&mut book);
    let about = "Each `mandate` is a message SignedMandate, to be judged under `charter`, a message CharterFile. In \
                 `standings`, a node holds that charter and `mandates`, and is asked about the author of `entry`, a \
                 message Entry. proto/README.md says how.";
    let (charter, standings) = (hex(&cast.charter_file()), standings::all(cast));
    File::of("mandates.json", &MandatesFile { about, charter, vectors: book.vectors, standings })
}
