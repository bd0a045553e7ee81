//! `entries.json`: single entries, judged alone.

mod changed;
mod encoding;
mod points;
mod valid;
mod wrong;

use palabre_proto::{Message, v1};
use serde::Serialize;

use super::cast::{Cast, hash};
use super::shapes::{Case, File, SaidHeader, hex};

#[derive(Serialize)]
struct EntriesFile {
    about: &'static str,
    network: String,
    vectors: Vec<EntryVector>,
}

#[derive(Serialize)]
struct EntryVector {
    #[serde(flatten)]
    case: Case,
    entry: String,
    #[serde(flatten)]
    said: Option<Said>,
}

/// What a reader must find in a valid entry.
#[derive(Serialize)]
struct Said {
    id: String,
    header: SaidHeader,
}

/// The vectors collected so far.
struct Book<'a> {
    cast: &'a Cast,
    vectors: Vec<EntryVector>,
}

impl Book<'_> {
    /// A valid entry: `header` are its exact bytes, which say what `said` says.
    fn valid(&mut self, name: &str, why: &str, said: &v1::Header, header: &[u8], payload: Option<&[u8]>) {
        let entry = self.cast.entry("CI", header, payload).encode_to_vec();
        self.valid_entry(name, why, said, header, &entry);
    }

    /// A valid entry whose envelope is written by hand.
    fn valid_entry(&mut self, name: &str, why: &str, said: &v1::Header, header: &[u8], entry: &[u8]) {
        let said = Said { id: hex(&hash(header)), header: SaidHeader::of(said) };
        self.vectors.push(EntryVector { case: Case::new("valid", name, why), entry: hex(entry), said: Some(said) });
    }

    /// An entry that is refused though its signature is right.
    fn refused(&mut self, word: &'static str, name: &str, why: &str, header: &[u8], payload: Option<&[u8]>) {
        let entry = self.cast.entry("CI", header, payload);
        self.refused_entry(word, name, why, &entry.encode_to_vec());
    }

    /// An entry that is refused with this signature.
    fn refused_signature(&mut self, word: &'static str, name: &str, why: &str, header: &[u8], signature: &[u8]) {
        let entry = v1::Entry { header: header.to_vec(), signature: signature.to_vec(), payload: None };
        self.refused_entry(word, name, why, &entry.encode_to_vec());
    }

    /// An entry that is refused, byte for byte.
    fn refused_entry(&mut self, word: &'static str, name: &str, why: &str, entry: &[u8]) {
        self.vectors.push(EntryVector { case: Case::new(word, name, why), entry: hex(entry), said: None });
    }
}

pub(super) fn file(cast: &Cast) -> File {
    let mut book = Book { cast, vectors: Vec::new() };
    valid::add(&mut book);
    encoding::add_valid(&mut book);
    points::add_valid(&mut book);
    changed::add(&mut book);
    wrong::add(&mut book);
    encoding::add_refused(&mut book);
    points::add_refused(&mut book);
    let about = "Each `entry` is a message Entry, to be judged alone. proto/README.md says how.";
    File::of("entries.json", &EntriesFile { about, network: hex(cast.network.as_bytes()), vectors: book.vectors })
}
