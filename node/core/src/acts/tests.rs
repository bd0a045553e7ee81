use super::documents::Version;
use super::*;
use crate::fixtures::Network;
use crate::ledger::Attachment;
use crate::ledger::entry::content_hash;
use crate::registers::VoidReason;

fn version(content: u32) -> Version {
    Version {
        title: "Guide du transit".parse().unwrap(),
        language: "fr".parse().unwrap(),
        content,
        file_name: "guide.pdf".parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
    }
}

fn header(payload: &[u8]) -> Header {
    let content = Attachment { hash: content_hash(b"content"), size: 7 };
    Network::new(1, 1).author("CI", 1).write(payload.to_vec(), 0, vec![content]).header().clone()
}

fn parse(payload: &[u8]) -> Result<Act, ActError> {
    Act::parse(payload, &header(payload))
}

fn id(byte: u8) -> EntryId {
    EntryId::from_bytes([byte; 32])
}

fn on(object: &[u8], after: &[&[u8]]) -> Vec<u8> {
    let after = after.iter().map(|id| id.to_vec()).collect();
    let kind = Some(DocumentAct::Withdraw(None).to_wire());
    v1::Act { object: object.to_vec(), after, files: Vec::new(), kind }.encode_to_vec()
}

#[test]
fn an_act_reads_as_it_was_written() {
    let reason = "Remplacé par la version régionale".parse().unwrap();
    let publish = Act::opening(Kind::Document(DocumentAct::Publish(version(0)))).unwrap();
    let (revise, _) = Act::on(id(1), &[(id(1), 0)], Kind::Document(DocumentAct::Revise(version(0)))).unwrap();
    let withdraw = Kind::Document(DocumentAct::Withdraw(Some(reason)));
    let (withdraw, _) = Act::on(id(1), &[(id(2), 1), (id(3), 1)], withdraw).unwrap();
    for act in [publish, revise, withdraw] {
        assert_eq!(parse(&act.encode()).unwrap(), act);
    }
}

#[test]
fn the_next_act_stands_after_the_heads() {
    let kind = || Kind::Document(DocumentAct::Withdraw(None));
    let (act, place) = Act::on(id(1), &[(id(2), 4), (id(3), 7), (id(4), 6)], kind()).unwrap();
    assert_eq!((act.envelope().after(), place), (&[id(3), id(4), id(2)][..], 8));
    let many: Vec<_> = (0..100).map(|n| (id(n), u64::from(n))).collect();
    let (act, place) = Act::on(id(1), &many, kind()).unwrap();
    assert_eq!((act.envelope().after().len(), act.envelope().after()[0], place), (AFTER_MAX, id(99), 100));
    let refused = Act::on(id(1), &[], kind());
    assert!(matches!(refused, Err(ActError::Envelope(EnvelopeError::AfterMissing))));
    assert!(matches!(Act::opening(kind()), Err(ActError::Opening)));
}

#[test]
fn an_envelope_is_bounded() {
    let ids: Vec<[u8; 32]> = (0..=64).map(|n| [n; 32]).collect();
    let after: Vec<&[u8]> = ids.iter().map(<[u8; 32]>::as_slice).collect();
    let envelope = |object: &[u8], after: &[&[u8]]| Envelope::parse(&on(object, after));
    assert!(envelope(&ids[0], &after[..64]).is_ok());
    assert_eq!(envelope(&ids[0], &after), Err(EnvelopeError::TooManyAfter(65)));
    assert_eq!(envelope(&ids[0], &[after[1], after[1]]), Err(EnvelopeError::AfterTwice(id(1))));
    assert_eq!(envelope(&ids[0], &[]), Err(EnvelopeError::AfterMissing));
    assert_eq!(envelope(&[], &after[..1]), Err(EnvelopeError::AfterOpening));
    assert!(matches!(envelope(&ids[0][..31], &after[..1]), Err(EnvelopeError::Name(_))));
    assert!(matches!(envelope(&ids[0], &[&[1; 33]]), Err(EnvelopeError::Name(_))));
    assert!(matches!(Envelope::parse(&[0xff]), Err(EnvelopeError::Encoding(_))));
}

#[test]
fn what_is_no_act_is_void_with_its_reason() {
    let opening = |kind| v1::Act { kind, ..v1::Act::default() }.encode_to_vec();
    let document = |act| opening(Some(Wire::Document(v1::DocumentAct { act })));
    let publish = |version| document(Some(v1::document_act::Act::Publish(v1::DocumentPublish { version })));
    let good = version(0).to_message();
    let reason = |payload: &[u8]| VoidReason::from(parse(payload).unwrap_err());
    assert!(parse(&publish(Some(good.clone()))).is_ok());
    assert_eq!(reason(&[0xff]), VoidReason::NoAct);
    assert_eq!(reason(&opening(None)), VoidReason::UnknownKind);
    assert_eq!(reason(&document(None)), VoidReason::UnknownKind);
    // A kind of a later version: field 99, one byte.
    assert_eq!(reason(&[0x9a, 0x06, 0x01, 0x00]), VoidReason::UnknownKind);
    // The document is said to be a message of one byte, which is none: the envelope reads all the same.
    assert_eq!(reason(&[0x82, 0x01, 0x01, 0xff]), VoidReason::Malformed);
    // A withdrawal that opens.
    assert_eq!(reason(&on(&[], &[])), VoidReason::Malformed);
    for broken in [
        None,
        Some(v1::DocumentVersion { content: 1, ..good.clone() }),
        Some(v1::DocumentVersion { title: String::new(), ..good.clone() }),
        Some(v1::DocumentVersion { title: "x".repeat(301), ..good.clone() }),
        Some(v1::DocumentVersion { language: "french".to_owned(), ..good.clone() }),
        Some(v1::DocumentVersion { file_name: "../guide.pdf".to_owned(), ..good.clone() }),
        Some(v1::DocumentVersion { media_type: "pdf".to_owned(), ..good }),
    ] {
        assert_eq!(reason(&publish(broken.clone())), VoidReason::Malformed, "{broken:?}");
    }
}
