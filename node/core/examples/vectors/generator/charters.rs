//! `charters.json`: genesis charters as files, with the signatures under them.

mod breaches;
mod malformed;
mod signatures;
mod valid;

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, KEYHOLDERS, charter_file, hash};
use super::shapes::{Case, File, hex};

#[derive(Serialize)]
struct ChartersFile {
    about: &'static str,
    vectors: Vec<CharterVector>,
}

#[derive(Serialize)]
struct CharterVector {
    #[serde(flatten)]
    case: Case,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaches: Vec<&'static str>,
    file: String,
    #[serde(flatten)]
    said: Option<Said>,
}

/// What a reader must find in a valid genesis.
#[derive(Serialize)]
struct Said {
    network: String,
    names: SaidNames,
    threshold: u32,
    signers: Vec<&'static str>,
}

#[derive(Serialize)]
struct SaidNames {
    fr: String,
    en: String,
    pt: String,
}

/// The vectors collected so far.
struct Book {
    vectors: Vec<CharterVector>,
}

impl Book {
    /// A valid genesis that all keyholders have signed.
    fn valid(&mut self, name: &str, why: &str, charter: &v1::Charter) {
        self.valid_bytes(name, why, charter, &charter.encode_to_vec());
    }

    /// The same, from exact bytes that say what `charter` says.
    fn valid_bytes(&mut self, name: &str, why: &str, charter: &v1::Charter, bytes: &[u8]) {
        self.valid_file(name, why, charter, bytes, &charter_file(bytes, &KEYHOLDERS), &KEYHOLDERS);
    }

    /// A valid genesis as a file, and whose signatures under it count.
    fn valid_file(
        &mut self,
        name: &str,
        why: &str,
        charter: &v1::Charter,
        bytes: &[u8],
        file: &[u8],
        signers: &[&'static str],
    ) {
        let names = charter.name.clone().unwrap_or_default();
        let mut signers = signers.to_vec();
        signers.sort_unstable();
        let said = Said {
            network: hex(&hash(bytes)),
            names: SaidNames { fr: names.fr, en: names.en, pt: names.pt },
            threshold: charter.threshold,
            signers,
        };
        let case = Case::new("valid", name, why);
        self.vectors.push(CharterVector { case, breaches: Vec::new(), file: hex(file), said: Some(said) });
    }

    /// A charter that is refused though all keyholders have signed it.
    fn refused(&mut self, word: &'static str, name: &str, why: &str, charter: &v1::Charter) {
        self.refused_bytes(word, name, why, &charter.encode_to_vec());
    }

    fn refused_bytes(&mut self, word: &'static str, name: &str, why: &str, charter: &[u8]) {
        self.refused_file(word, name, why, &charter_file(charter, &KEYHOLDERS));
    }

    fn refused_file(&mut self, word: &'static str, name: &str, why: &str, file: &[u8]) {
        let case = Case::new(word, name, why);
        self.vectors.push(CharterVector { case, breaches: Vec::new(), file: hex(file), said: None });
    }

    /// A charter that breaks these invariants.
    fn breach(&mut self, breaches: &[&'static str], name: &str, why: &str, charter: &v1::Charter) {
        self.breach_file(breaches, name, why, &charter_file(&charter.encode_to_vec(), &KEYHOLDERS));
    }

    fn breach_file(&mut self, breaches: &[&'static str], name: &str, why: &str, file: &[u8]) {
        let mut breaches = breaches.to_vec();
        breaches.sort_unstable();
        let case = Case::new("invariants", name, why);
        self.vectors.push(CharterVector { case, breaches, file: hex(file), said: None });
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { vectors: Vec::new() };
    valid::add(&mut book, cast);
    malformed::add(&mut book);
    breaches::add(&mut book);
    signatures::add(&mut book);
    let about =
        "Each `file` is a message CharterFile, with which a network is to be founded. proto/README.md says how.";
    File::of("charters.json", &ChartersFile { about, vectors: book.vectors })
}
