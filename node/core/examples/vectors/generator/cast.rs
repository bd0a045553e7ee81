//! Who acts in the vectors: keys drawn from names, one charter, mandates. Their secrets are public: worth nothing
//! outside the tests.

use palabre_core::id::NetworkId;
use palabre_core::keys::{Purpose, Secret};
use palabre_proto::{Message, v1};

/// 1 October 2025, 12:00 UTC: when everything in the vectors is said to be written.
pub(crate) const NOON: u64 = 1_759_320_000_000;

/// The administrations, in the charter's order. NGO has no key yet, and LAB one that is no point.
const ADMINISTRATIONS: [(&str, v1::administration::Kind); 9] = {
    use v1::administration::Kind::{Member, Partner, RegionalOffice};
    [
        ("CI", Member),
        ("SN", Member),
        ("GH", Member),
        ("CV", Member),
        ("TG", Member),
        ("BRRC", RegionalOffice),
        ("WCO", Partner),
        ("NGO", Partner),
        ("LAB", Partner),
    ]
};
/// Whose keys count.
pub(crate) const KEYHOLDERS: [&str; 5] = ["CI", "SN", "GH", "CV", "BRRC"];
/// Who sits in every commission.
const SEATS: [&str; 4] = ["CI", "SN", "GH", "CV"];

/// An encoding with y = 2, which belongs to no point of the curve.
pub(crate) const NO_POINT: [u8; 32] = {
    let mut y = [0; 32];
    y[0] = 2;
    y
};

/// One network, founded and mandated.
pub(crate) struct Cast {
    /// Exact bytes of its genesis charter.
    pub(crate) charter: Vec<u8>,
    /// What they found.
    pub(crate) network: NetworkId,
}

impl Cast {
    pub(crate) fn assemble() -> Self {
        let charter = genesis().encode_to_vec();
        let network = founded(&charter);
        Self { charter, network }
    }

    /// The charter with four of five signatures: as many as its threshold.
    pub(crate) fn charter_file(&self) -> Vec<u8> {
        charter_file(&self.charter, &KEYHOLDERS[..4])
    }

    /// What the administration with this code says that its nodes are.
    pub(crate) fn mandate(&self, code: &str) -> v1::Mandate {
        v1::Mandate {
            administration: code.to_owned(),
            number: 1,
            previous: Vec::new(),
            charter: self.network.as_bytes().to_vec(),
            written: NOON,
            nodes: vec![v1::MandatedNode {
                key: node(code).node_key().as_bytes().to_vec(),
                label: format!("{code} 1"),
                addresses: vec!["/dns4/palabre.example/tcp/4001".to_owned()],
                sealing: Vec::new(),
                delivers: true,
            }],
            cutoffs: Vec::new(),
        }
    }

    /// The hash of that mandate.
    pub(crate) fn mandate_hash(&self, code: &str) -> Vec<u8> {
        hash(&self.mandate(code).encode_to_vec())
    }

    /// The first entry of a log of `code`'s node, which publishes a document.
    pub(crate) fn header(&self, code: &str) -> v1::Header {
        self.header_of(code, [1; 8], &publishing(0))
    }

    /// The first entry of a log with this payload.
    pub(crate) fn header_of(&self, code: &str, log: [u8; 8], payload: &[u8]) -> v1::Header {
        v1::Header {
            author: node(code).node_key().as_bytes().to_vec(),
            log: log.to_vec(),
            sequence: 1,
            previous: Vec::new(),
            clock: NOON,
            place: 0,
            charter: self.network.as_bytes().to_vec(),
            mandate: self.mandate_hash(code),
            priority: v1::Priority::Routine as i32,
            tag: Vec::new(),
            payload_hash: hash(payload),
            payload_size: u32::try_from(payload.len()).unwrap_or(u32::MAX),
            attachments: vec![v1::AttachmentRef { hash: hash(b"content"), size: 7 }],
        }
    }

    /// The signature of `code`'s node over a header.
    pub(crate) fn sign(&self, code: &str, header: &[u8]) -> Vec<u8> {
        node(code).sign(Purpose::Entry, &self.network, header).0.to_vec()
    }

    /// A whole entry by `code`'s node.
    pub(crate) fn entry(&self, code: &str, header: &[u8], payload: Option<&[u8]>) -> v1::Entry {
        v1::Entry { header: header.to_vec(), signature: self.sign(code, header), payload: payload.map(<[u8]>::to_vec) }
    }
}

/// The act of publishing a document; `number` makes it another one.
pub(crate) fn publishing(number: u32) -> Vec<u8> {
    let publish = v1::DocumentPublish { version: Some(version(number)) };
    act(Vec::new(), Vec::new(), v1::document_act::Act::Publish(publish))
}

/// The act of revising the document that the entry `object` opened, in knowledge of the acts in `after`.
pub(crate) fn revising(number: u32, object: Vec<u8>, after: Vec<Vec<u8>>) -> Vec<u8> {
    let revise = v1::DocumentRevise { version: Some(version(number)) };
    act(object, after, v1::document_act::Act::Revise(revise))
}

fn act(object: Vec<u8>, after: Vec<Vec<u8>>, act: v1::document_act::Act) -> Vec<u8> {
    let kind = v1::act::Kind::Document(v1::DocumentAct { act: Some(act) });
    v1::Act { object, after, files: Vec::new(), kind: Some(kind) }.encode_to_vec()
}

fn version(number: u32) -> v1::DocumentVersion {
    v1::DocumentVersion {
        title: format!("Note {number}"),
        language: "fr".to_owned(),
        content: 0,
        file_name: "note.txt".to_owned(),
        media_type: "text/plain".to_owned(),
    }
}

/// BLAKE3.
pub(crate) fn hash(bytes: &[u8]) -> Vec<u8> {
    blake3::hash(bytes).as_bytes().to_vec()
}

fn secret(role: &str, code: &str) -> Secret {
    Secret::from_seed(blake3::hash(format!("palabre test vectors: {role} {code}").as_bytes()).as_bytes())
}

/// The node of an administration.
pub(crate) fn node(code: &str) -> Secret {
    secret("node", code)
}

/// The administration itself.
pub(crate) fn administration(code: &str) -> Secret {
    secret("administration", code)
}

/// The network that these bytes found.
pub(crate) fn founded(charter: &[u8]) -> NetworkId {
    NetworkId::from_bytes(*blake3::hash(charter).as_bytes())
}

/// A charter and the signatures of these administrations under it.
pub(crate) fn charter_file(charter: &[u8], signers: &[&str]) -> Vec<u8> {
    let signatures = signers.iter().map(|code| charter_signature(charter, code)).collect();
    v1::CharterFile { charter: charter.to_vec(), signatures }.encode_to_vec()
}

/// The signature of an administration under the charter that founds its network.
pub(crate) fn charter_signature(charter: &[u8], code: &str) -> v1::Signature {
    revision_signature(charter, code, &founded(charter))
}

/// The signature of an administration under a charter of this network.
pub(crate) fn revision_signature(charter: &[u8], code: &str, network: &NetworkId) -> v1::Signature {
    let secret = administration(code);
    v1::Signature {
        subject: hash(charter),
        key: secret.administration_key().as_bytes().to_vec(),
        signature: secret.sign(Purpose::Charter, network, charter).0.to_vec(),
    }
}

/// A mandate and the signature of `signer` under it.
pub(crate) fn signed_mandate(mandate: &[u8], signer: &Secret, network: &NetworkId) -> v1::SignedMandate {
    v1::SignedMandate {
        mandate: mandate.to_vec(),
        signature: signer.sign(Purpose::Mandate, network, mandate).0.to_vec(),
    }
}

/// A genesis that keeps every invariant.
pub(crate) fn genesis() -> v1::Charter {
    v1::Charter {
        revision: 1,
        name: Some(names("Réseau d'essai", "Test network", "Rede de teste")),
        written: NOON,
        review_by: "2030-06-30".to_owned(),
        administrations: ADMINISTRATIONS.iter().map(|(code, kind)| participant(code, *kind)).collect(),
        offices: vec![
            office(v1::office::Kind::Presidency, "CI"),
            office(v1::office::Kind::Secretariat, "CI"),
            office(v1::office::Kind::Assessor, "SN"),
            office(v1::office::Kind::Assessor, "CV"),
            office(v1::office::Kind::VicePresidency, "GH"),
        ],
        commissions: vec![
            commission("governance", "SN"),
            commission("solutions", "GH"),
            commission("collaboration", "CV"),
        ],
        keyholders: texts(&KEYHOLDERS),
        threshold: 4,
        allowance: Some(v1::Allowance { entries: 20_000, bytes: 268_435_456, urgent: 200 }),
        ..v1::Charter::default()
    }
}

/// An office and its holder.
pub(crate) fn office(kind: v1::office::Kind, code: &str) -> v1::Office {
    v1::Office { kind: kind as i32, administration: code.to_owned() }
}

/// A commission with everybody in it.
pub(crate) fn commission(id: &str, host: &str) -> v1::Commission {
    v1::Commission { id: id.to_owned(), names: Some(names(id, id, id)), host: host.to_owned(), members: texts(&SEATS) }
}

/// An administration with its key. TG is suspended.
pub(crate) fn participant(code: &str, kind: v1::administration::Kind) -> v1::Administration {
    let key = match code {
        "NGO" => Vec::new(),
        "LAB" => NO_POINT.to_vec(),
        code => administration(code).administration_key().as_bytes().to_vec(),
    };
    v1::Administration {
        code: code.to_owned(),
        kind: kind as i32,
        names: Some(names(code, code, code)),
        languages: texts(&["fr"]),
        key,
        capital: "Capitale".to_owned(),
        latitude: 5_345,
        longitude: -4_024,
        suspended: code == "TG",
    }
}

fn names(fr: &str, en: &str, pt: &str) -> v1::Names {
    v1::Names { fr: fr.to_owned(), en: en.to_owned(), pt: pt.to_owned() }
}

/// Owned texts.
pub(crate) fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
