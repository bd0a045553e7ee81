//! Headers, entries, records, fork proofs, acts.

use palabre_core::acts::{Act, Envelope};
use palabre_core::ledger::{Entry, ForkProof, Header, RawEntry, Record};
use palabre_proto::{Message, v1};

use crate::region::{REGION, sign_fork, sign_header};
use crate::vectors;

/// A header that parses says the same when it is encoded and parsed again.
pub fn header(data: &[u8]) {
    if let Ok(header) = Header::parse(data) {
        let again = Header::parse(&header.encode()).expect("what was a header stays one");
        assert_eq!(again, header);
    }
}

/// An entry that is authentic keeps its exact bytes, and its payload is some act or none.
pub fn entry(data: &[u8]) {
    let Ok(mut message) = v1::Entry::decode(data) else { return };
    sign_header(&message.header, &mut message.signature);
    let raw = RawEntry::from(message);
    for network in REGION.networks() {
        let Ok(entry) = raw.clone().verify(&network) else { continue };
        assert_eq!(entry.header_bytes(), raw.header);
        assert_eq!(entry.signature().0.as_slice(), raw.signature);
        assert_eq!(entry.payload(), raw.payload.as_deref());
        assert_eq!(RawEntry::from(entry.to_message()).verify(&network).expect("still authentic"), entry);
        if let Some(payload) = entry.payload() {
            act_of(payload, entry.header());
        }
    }
}

/// A record that counts is written as bytes that are the same record.
pub fn record(data: &[u8]) {
    for network in REGION.networks() {
        if let Ok(record) = Record::verify(data, &network) {
            let bytes = record.encode();
            let again = Record::verify(&bytes, &network).expect("what was a record stays one");
            assert_eq!(again, record);
            assert_eq!(again.encode(), bytes);
        }
    }
}

/// A fork proof that counts names a place once, has one hash and does not stand before itself.
pub fn fork_proof(data: &[u8]) {
    let Ok(mut message) = v1::ForkProof::decode(data) else { return };
    sign_fork(&mut message);
    for network in REGION.networks() {
        let Ok(proof) = ForkProof::verify(message.clone(), &network) else { continue };
        let again = ForkProof::verify(proof.to_message(), &network).expect("what was a proof stays one");
        assert_eq!((again.hash(), again.log(), again.ids()), (proof.hash(), proof.log(), proof.ids()));
        assert!(proof.ids().0 < proof.ids().1 && !proof.stands_before(&again));
    }
}

/// An act that parses says the same when it is encoded and parsed again.
pub fn act(data: &[u8]) {
    act_of(data, REGION.held[0].header());
}

fn act_of(payload: &[u8], header: &Header) {
    let envelope = Envelope::parse(payload);
    if let Ok(act) = Act::parse(payload, header) {
        assert_eq!(envelope.as_ref(), Ok(act.envelope()), "an act has the envelope that everybody reads");
        let again = Act::parse(&act.encode(), header).expect("what was an act stays one");
        assert_eq!(again, act);
    }
}

fn all() -> impl Iterator<Item = &'static Entry> + Clone {
    REGION.held.iter().chain(&REGION.news)
}

pub(super) fn headers() -> Vec<Vec<u8>> {
    all().map(|entry| entry.header_bytes().to_vec()).collect()
}

pub(super) fn acts() -> Vec<Vec<u8>> {
    all().filter_map(|entry| entry.payload().map(<[u8]>::to_vec)).collect()
}

pub(super) fn entries() -> Vec<Vec<u8>> {
    let signed = all().map(Entry::to_message);
    let unsigned = signed.clone().map(|message| v1::Entry { signature: Vec::new(), ..message });
    let mut seeds: Vec<_> = signed.chain(unsigned).map(|message| message.encode_to_vec()).collect();
    seeds.extend(vectors::bytes_of("entries.json", "entry"));
    seeds
}

pub(super) fn records() -> Vec<Vec<u8>> {
    use v1::record::Kind;
    let mut seeds: Vec<_> = all().map(|entry| Record::Entry(Box::new(entry.clone())).encode()).collect();
    let genesis = &REGION.network.genesis;
    seeds.push(Record::Fork(Box::new(REGION.fork.clone())).encode());
    seeds.push(Record::Charter(genesis.charter.bytes().to_vec()).encode());
    seeds.extend(genesis.signatures.iter().map(|signature| Record::Signature(signature.clone()).encode()));
    seeds.extend(REGION.network.seats.iter().map(|seat| Record::Mandate(seat.mandate.clone()).encode()));
    let mended = v1::Mended { segment: 1, offset: 70_000, length: 300 };
    seeds.push(v1::Record { kind: Some(Kind::Mended(mended)) }.encode_to_vec());
    seeds
}

pub(super) fn fork_proofs() -> Vec<Vec<u8>> {
    let mut unsigned = REGION.fork.to_message();
    for header in [&mut unsigned.low, &mut unsigned.high].into_iter().flatten() {
        header.signature.clear();
    }
    let mut seeds = vec![REGION.fork.to_message().encode_to_vec(), unsigned.encode_to_vec()];
    seeds.extend(vectors::bytes_of("forks.json", "proof"));
    seeds
}
