//! `seal.json`: keys of audiences, sealed payloads, grants; and the published vectors of the KEM.

#![allow(clippy::unwrap_used, reason = "what the vectors are made of is written here: it is what it should be")]

use std::collections::BTreeMap;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use palabre_core::id::{ContentHash, EntryId, LogId, LogName, NetworkId, NodeKey, Sequence};
use palabre_core::seal::file::{FileKey, SealedFile};
use palabre_core::seal::grant::Grant;
use palabre_core::seal::stream::{CHUNK, Sealer};
use palabre_core::seal::{AudienceKey, Granted, SealedAudience, SealingSecret, Slot, payload};
use palabre_proto::{Message, v1};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;

use super::shapes::{Case, File, hex};

/// The published vectors, as they were published.
const PUBLISHED: &str = include_str!("../../../../../proto/published/xwing.json");

#[derive(Serialize)]
struct SealFile {
    about: &'static str,
    vectors: Vec<SealVector>,
}

#[derive(Serialize)]
struct SealVector {
    #[serde(flatten)]
    case: Case,
    #[serde(flatten)]
    given: Given,
    #[serde(flatten)]
    said: BTreeMap<&'static str, serde_json::Value>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Given {
    Key { key: String, of: String },
    Kem { secret: String, encapsulated: String },
    Payload { key: String, readers: String, slot: SaidSlot, sealed: String },
    Grant { grant: String, secret: String, slot: SaidSlot },
    File { file: SaidFile, sealed: String },
}

#[derive(Serialize)]
struct SaidFile {
    key: String,
    hash: String,
    size: String,
}

#[derive(Clone, Serialize)]
struct SaidSlot {
    network: String,
    author: String,
    log: String,
    sequence: String,
    previous: String,
}

impl SaidSlot {
    fn of(slot: &Slot) -> Self {
        Self {
            network: hex(slot.network.as_bytes()),
            author: hex(slot.log.author.as_bytes()),
            log: hex(slot.log.log.as_bytes()),
            sequence: slot.sequence.get().to_string(),
            previous: slot.previous.map(|id| hex(id.as_bytes())).unwrap_or_default(),
        }
    }
}

fn node(number: u8) -> NodeKey {
    NodeKey::from_bytes([number; 32])
}

fn secret(number: u8) -> SealingSecret {
    SealingSecret::from_seed(&[number; 32]).unwrap()
}

fn slot() -> Slot {
    Slot {
        network: NetworkId::from_bytes([1; 32]),
        log: LogName { author: node(2), log: LogId::from_bytes([3; 8]) },
        sequence: Sequence::new(258).unwrap(),
        previous: Some(EntryId::from_bytes([5; 32])),
    }
}

/// The first entry of a first log names none before it.
fn first_slot() -> Slot {
    Slot { sequence: Sequence::FIRST, previous: None, ..slot() }
}

/// What is wrong with a grant.
type Change<'a> = &'a dyn Fn(&mut v1::KeyGrant);

/// The vectors collected so far.
struct Book {
    key: AudienceKey,
    random: ChaCha20Rng,
    vectors: Vec<SealVector>,
}

pub(super) fn file() -> File {
    let (key, random) = (AudienceKey::from_bytes(&[0x4b; 32]), ChaCha20Rng::from_seed([6; 32]));
    let mut book = Book { key, random, vectors: Vec::new() };
    book.published();
    book.keys();
    book.payloads();
    book.packings();
    book.grants();
    book.broken_grants();
    book.abouts();
    book.files();
    let about = "Sealing. proto/README.md, section 15, says how each `kind` is judged.";
    File::of("seal.json", &SealFile { about, vectors: book.vectors })
}

impl Book {
    fn push(
        &mut self,
        verdict: &'static str,
        (name, why): (&str, &str),
        given: Given,
        said: &[(&'static str, String)],
    ) {
        let said = said.iter().map(|(field, value)| (*field, value.clone().into())).collect();
        self.vectors.push(SealVector { case: Case::new(verdict, name, why), given, said });
    }

    fn published(&mut self) {
        let file: serde_json::Value = serde_json::from_str(PUBLISHED).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let text = |field: &str| vector[field].as_str().unwrap().to_owned();
            let given = Given::Kem { secret: text("secret"), encapsulated: text("encapsulated") };
            let why = "draft-connolly-cfrg-xwing-kem, spec/test-vectors.json";
            self.push("valid", (&text("name"), why), given, &[("shared", text("shared"))]);
        }
    }

    fn keys(&mut self) {
        for (name, number) in [("key-and-author", 2), ("key-and-other-author", 7)] {
            let given = Given::Key { key: hex(self.key.as_bytes()), of: hex(node(number).as_bytes()) };
            let said = [("id", hex(self.key.id().as_bytes())), ("tag", hex(self.key.tag(&node(number)).as_bytes()))];
            self.push("valid", (name, "one id, and for each author a tag of its own"), given, &said);
        }
    }

    fn payload(
        &mut self,
        verdict: &'static str,
        about: (&str, &str),
        slot: &Slot,
        sealed: &[u8],
        plain: Option<&[u8]>,
    ) {
        let given = Given::Payload {
            key: hex(self.key.as_bytes()),
            readers: SealedAudience::Region.to_string(),
            slot: SaidSlot::of(slot),
            sealed: hex(sealed),
        };
        let said: Vec<_> = plain.map(|plain| ("plain", hex(plain))).into_iter().collect();
        self.push(verdict, about, given, &said);
    }

    fn sealed(&mut self, slot: &Slot, plain: &[u8]) -> Vec<u8> {
        payload::seal(&self.key, Some(&SealedAudience::Region), slot, plain, &mut self.random).unwrap()
    }

    fn payloads(&mut self) {
        let plain = b"Note sur le guichet unique";
        let sealed = self.sealed(&slot(), plain);
        self.payload("valid", ("short", "kept as it is"), &slot(), &sealed, Some(plain));
        let first = self.sealed(&first_slot(), plain);
        self.payload(
            "valid",
            ("first-of-a-log", "32 zeros stand for what is not before"),
            &first_slot(),
            &first,
            Some(plain),
        );
        let nothing = self.sealed(&slot(), b"");
        self.payload("valid", ("nothing", "an empty payload"), &slot(), &nothing, Some(b""));
        let long = b"guichet unique, ".repeat(15);
        let compressed = self.sealed(&slot(), &long);
        self.payload("valid", ("compressed", "zstd makes it smaller"), &slot(), &compressed, Some(&long));
        let elsewhere = Slot { sequence: Sequence::new(259).unwrap(), ..slot() };
        self.payload("key", ("moved", "sealed for the entry before"), &elsewhere, &sealed, None);
        self.payload("key", ("moved-to-the-first", "its key covers the entry before"), &first_slot(), &sealed, None);
        let mut changed = sealed.clone();
        changed[30] ^= 1;
        self.payload("key", ("changed", "one bit of the ciphertext"), &slot(), &changed, None);
        self.payload("key", ("cut", "the last byte is missing"), &slot(), &sealed[..sealed.len() - 1], None);
        self.payload("key", ("too-short", "no room for nonce and tag"), &slot(), &sealed[..39], None);
        let (other, region) = (AudienceKey::from_bytes(&[9; 32]), Some(&SealedAudience::Region));
        let by_other = payload::seal(&other, region, &slot(), plain, &mut self.random).unwrap();
        self.payload("key", ("another-key", "sealed with another audience key"), &slot(), &by_other, None);
        for (name, audience) in [("another-audience", Some(&SealedAudience::Secretariat)), ("no-audience", None)] {
            let sealed = payload::seal(&self.key, audience, &slot(), plain, &mut self.random).unwrap();
            self.payload("key", (name, "sealed with this key, for other readers"), &slot(), &sealed, None);
        }
    }

    /// Sealed rightly, packed wrongly.
    fn packings(&mut self) {
        let cases: [(&str, &str, Vec<u8>); 7] = [
            ("no-prefix", "four bytes", vec![0; 4]),
            ("unknown-packing", "2 is neither as it is nor zstd", vec![2, 0, 0, 0, 1, b'x']),
            ("beyond-the-end", "more than there is", vec![0, 0, 0, 0, 9, b'x']),
            (
                "not-padded",
                "22 bytes are padded to 22; these are 23",
                [&[0, 0, 0, 0, 17][..], &[b'x'; 17], &[0]].concat(),
            ),
            ("padded-too-little", "9 bytes are padded to 10", [&[0, 0, 0, 0, 4][..], b"four"].concat()),
            ("hidden", "the padding is not zero", [&[0, 0, 0, 0, 4][..], b"four", &[1]].concat()),
            ("no-zstd", "said to be compressed and is not", [&[1, 0, 0, 0, 5][..], b"plain"].concat()),
        ];
        for (name, why, packed) in cases {
            let sealed = self.by_hand(&packed);
            self.payload("packing", (name, why), &slot(), &sealed, None);
        }
    }

    /// Seals bytes as they are, with the key that the page prescribes.
    fn by_hand(&self, packed: &[u8]) -> Vec<u8> {
        let mut hasher = blake3::Hasher::new_derive_key("palabre/payload/1");
        hasher.update(self.key.as_bytes()).update(&slot().bytes());
        let cipher = XChaCha20Poly1305::new(&(*hasher.finalize().as_bytes()).into());
        let (nonce, associated) = ([8; 24], [self.key.id().as_bytes(), &b"region"[..]].concat());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: packed, aad: &associated }).unwrap();
        [&nonce[..], &sealed].concat()
    }

    fn granted(&self, audience: &str, secrets: &[u8]) -> Granted {
        let recipients = secrets.iter().map(|number| secret(*number).public().id()).collect();
        let answers = (audience == "secretariat").then(|| EntryId::from_bytes([6; 32]));
        Granted { key: self.key.clone(), audience: audience.parse().unwrap(), recipients, answers }
    }

    fn grant_of(&mut self, granted: &Granted) -> v1::KeyGrant {
        let keys = (20..23).map(|number| secret(number).public()).map(|key| (key.id(), key)).collect();
        Grant::seal(granted, &keys, &slot(), &mut self.random).unwrap().to_message()
    }

    fn grant(
        &mut self,
        verdict: &'static str,
        about: (&str, &str),
        grant: &[u8],
        number: u8,
        granted: Option<&Granted>,
    ) {
        let given = Given::Grant { grant: hex(grant), secret: hex(&[number; 32]), slot: SaidSlot::of(&slot()) };
        self.push(verdict, about, given, &[]);
        let Some((granted, vector)) = granted.zip(self.vectors.last_mut()) else { return };
        let recipients: Vec<String> = granted.recipients.iter().map(|id| hex(id.as_bytes())).collect();
        let answers = granted.answers.map(|id| hex(id.as_bytes())).unwrap_or_default();
        vector.said.insert("id", hex(granted.key.id().as_bytes()).into());
        vector.said.insert("audience", granted.audience.to_string().into());
        vector.said.insert("recipients", recipients.into());
        vector.said.insert("answers", answers.into());
    }

    fn grants(&mut self) {
        for (name, audience) in [
            ("to-the-region", "region"),
            ("to-the-secretariat", "secretariat"),
            ("to-a-commission", "commission/solutions"),
            ("to-members", "members:CI,SN"),
        ] {
            let granted = self.granted(audience, &[20, 21, 22]);
            let grant = self.grant_of(&granted).encode_to_vec();
            self.grant("valid", (name, "the second of three nodes opens it"), &grant, 21, Some(&granted));
            if audience == "region" {
                self.grant("not-for-this-node", ("to-others", "a node that is not among them"), &grant, 23, None);
            }
        }
    }

    fn broken_grants(&mut self) {
        let granted = self.granted("region", &[20, 21]);
        let good = self.grant_of(&granted);
        let other = {
            let key = AudienceKey::from_bytes(&[9; 32]);
            self.grant_of(&Granted { key, ..granted })
        };
        let cases: [(&'static str, &str, &str, Change<'_>); 11] = [
            ("suite", "unknown-suite", "the suite has another name", &|m| m.suite.push('2')),
            ("wraps", "no-wraps", "for nobody", &|m| m.wraps.clear()),
            ("wraps", "too-many-wraps", "49 of them", &|m| m.wraps = vec![m.wraps[0].clone(); 49]),
            ("length", "short-encapsulated-key", "1119 bytes", &|m| m.wraps[0].encapsulated.truncate(1119)),
            ("length", "long-wrap", "49 bytes", &|m| m.wraps[1].sealed.push(0)),
            ("order", "wraps-out-of-order", "the greater one first", &|m| m.wraps.reverse()),
            ("order", "wrap-twice", "the same encapsulated key twice", &|m| m.wraps[1] = m.wraps[0].clone()),
            ("length", "short-commitment", "31 bytes", &|m| m.commitment.truncate(31)),
            ("commitment", "another-commitment", "one bit", &|m| m.commitment[0] ^= 1),
            ("commitment", "two-keys", "the wraps hold another key than the one committed to", &|m| {
                m.wraps.clone_from(&other.wraps);
            }),
            ("key", "changed-about", "what it says was changed", &|m| m.about[40] ^= 1),
        ];
        for (verdict, name, why, change) in cases {
            let mut message = good.clone();
            change(&mut message);
            self.grant(verdict, (name, why), &message.encode_to_vec(), 20, None);
        }
        let mut bytes = good.encode_to_vec();
        bytes.push(0x0a);
        self.grant("encoding", ("cut-grant", "a field without its length"), &bytes, 20, None);
    }

    /// Sealed rightly, and what it says is wrong.
    fn abouts(&mut self) {
        let granted = self.granted("region", &[20, 21]);
        let good = self.grant_of(&granted);
        let listed = |numbers: &[u8]| numbers.iter().map(|n| vec![*n; 16]).collect::<Vec<_>>();
        let with = |audience: &str, recipients, answers| {
            v1::GrantedAudience { audience: audience.to_owned(), recipients, answers }.encode_to_vec()
        };
        let said = |audience: &str, recipients| with(audience, recipients, Vec::new());
        let cases = [
            ("encoding", "about-cut", "no message", vec![0x0a, 9]),
            ("field-length", "about-short-id", "15 bytes", said("region", vec![vec![20; 15], vec![21; 16]])),
            ("field-length", "about-short-answer", "31 bytes", with("region", listed(&[20, 21]), vec![6; 31])),
            ("recipients", "about-one", "two wraps for one sealing key", said("region", listed(&[20]))),
            ("recipients", "about-out-of-order", "the greater one first", said("region", listed(&[21, 20]))),
            ("recipients", "about-twice", "the same sealing key twice", said("region", listed(&[20, 20]))),
            ("audience", "about-public", "public is not sealed", said("public", listed(&[20, 21]))),
            ("audience", "about-one-member", "a member alone", said("members:CI", listed(&[20, 21]))),
            ("audience", "about-members-out-of-order", "SN before CI", said("members:SN,CI", listed(&[20, 21]))),
            ("audience", "about-no-commission", "not an id of a commission", said("commission/A", listed(&[20, 21]))),
        ];
        for (verdict, name, why, about) in cases {
            let about = payload::seal(&self.key, None, &slot(), &about, &mut self.random).unwrap();
            let message = v1::KeyGrant { about, ..good.clone() };
            self.grant(verdict, (name, why), &message.encode_to_vec(), 20, None);
        }
    }

    /// Sealed attachments.
    fn files(&mut self) {
        let key = FileKey::from_bytes(&[0x46; 32]);
        let seal = |plain: &[u8]| {
            let (mut sealer, mut out) = (Sealer::new(key.clone()), Vec::new());
            sealer.update(plain, &mut out).unwrap();
            (sealer.finish(&mut out).unwrap(), out)
        };
        let note = b"Note sur le guichet unique, avec ses annexes".to_vec();
        let long = vec![b'g'; CHUNK + 2_000];
        for (name, why, plain) in [
            ("file", "one chunk, padded by zeros", &note),
            ("empty-file", "a chunk with nothing in it", &Vec::new()),
            ("file-of-a-chunk", "as long as a chunk: it is the last", &vec![b'g'; CHUNK]),
            ("file-of-two-chunks", "the second is short, and padded", &long),
        ] {
            let (file, sealed) = seal(plain);
            self.file("valid", (name, why), &file, &sealed);
        }
        let (file, sealed) = seal(&note);
        let (two, both) = seal(&long);
        let (first, second) = both.split_at(CHUNK + 16);
        let mut changed = sealed.clone();
        changed[3] ^= 1;
        let cases = [
            ("chunk", "file-changed", "one bit of the ciphertext", &file, changed),
            ("chunk", "file-cut", "the last byte is missing", &file, sealed[..sealed.len() - 1].to_vec()),
            ("chunk", "file-without-end", "the last chunk is missing", &two, first.to_vec()),
            ("chunk", "file-without-beginning", "the first chunk is missing", &two, second.to_vec()),
            ("chunk", "file-turned", "the chunks change places", &two, [second, first].concat()),
            ("chunk", "file-of-nothing", "no chunk at all", &file, Vec::new()),
        ];
        for (verdict, name, why, file, sealed) in cases {
            self.file(verdict, (name, why), file, &sealed);
        }
        let other = |hash: [u8; 32], size| SealedFile { key: key.clone(), hash: ContentHash::from_bytes(hash), size };
        let wrong = other([1; 32], file.size);
        self.file("other-file", ("file-other-hash", "another file was meant"), &wrong, &sealed);
        let (hash, size) = (*file.hash.as_bytes(), file.size);
        self.file("other-file", ("file-too-long", "a byte more was meant"), &other(hash, size + 1), &sealed);
        self.file("other-file", ("file-too-short", "what follows is not zeros"), &other(hash, size - 1), &sealed);
    }

    fn file(&mut self, verdict: &'static str, about: (&str, &str), file: &SealedFile, sealed: &[u8]) {
        let (key, hash, size) = (hex(file.key.as_bytes()), hex(file.hash.as_bytes()), file.size.to_string());
        let given = Given::File { file: SaidFile { key, hash, size }, sealed: hex(sealed) };
        self.push(verdict, about, given, &[]);
    }
}
