//! What is left out comes back byte for byte, and what cannot be restored is an error, never a panic.

use palabre_proto::{Message, v1};
use proptest::prelude::*;

use super::*;
use crate::fixtures::{Author, Network};
use crate::keys::{Purpose, SignatureBytes};
use crate::ledger::{Attachment, RawEntry};

fn nothing_held(_: &LogName, _: Sequence) -> Option<EntryId> {
    None
}

/// Sends entries through both ends and gives what comes out, with the bytes that it took.
fn through(entries: &[Entry]) -> (Vec<RawEntry>, usize) {
    let (mut elider, mut restorer) = (Elider::default(), Restorer::default());
    let mut cost = 0;
    let came = entries
        .iter()
        .map(|entry| {
            let delivered = elider.elide(entry, None, Vec::new());
            cost += delivered.encoded_len();
            restorer.restore(delivered, nothing_held).unwrap().entry
        })
        .collect();
    (came, cost)
}

fn raw(entry: &Entry) -> RawEntry {
    entry.to_message().into()
}

/// An entry of a newer version: its header has a field that this one does not know.
fn with_unknown_field(author: &mut Author) -> Entry {
    let known = author.write(b"newer".to_vec(), 0, Vec::new());
    let header = [known.header_bytes(), &[0xf8, 0x07, 42]].concat();
    let SignatureBytes(signature) = author.secret.sign(Purpose::Entry, &author.network, &header);
    let raw = RawEntry { header, signature: signature.to_vec(), payload: known.payload().map(<[u8]>::to_vec) };
    raw.verify(&author.network).unwrap()
}

proptest! {
    #[test]
    fn entries_of_several_logs_come_back_byte_for_byte(
        steps in prop::collection::vec((0_usize..3, 0_usize..400, 0_u64..9, 0_usize..3), 1..40)
    ) {
        let network = Network::new(3, 1);
        let mut authors = [network.author("CI", 1), network.author("SN", 2), network.author("CI", 3)];
        let entries: Vec<Entry> = steps
            .into_iter()
            .map(|(who, length, place, attachments)| {
                let file = Attachment { hash: content_hash(&[7]), size: length as u64 };
                authors[who].write(vec![b'x'; length], place, vec![file; attachments])
            })
            .collect();
        let (restored, _) = through(&entries);
        prop_assert_eq!(restored, entries.iter().map(raw).collect::<Vec<_>>());
    }

    #[test]
    fn whatever_is_delivered_is_restored_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(delivered) = v1::DeliveredEntry::decode(bytes.as_slice()) {
            // Either is fine; a panic is not.
            let _ = Restorer::default().restore(delivered, nothing_held);
        }
    }
}

#[test]
fn a_header_that_would_be_rebuilt_otherwise_is_sent_whole() {
    let network = Network::new(2, 1);
    let mut author = network.author("CI", 1);
    let entry = with_unknown_field(&mut author);
    let delivered = Elider::default().elide(&entry, None, Vec::new());
    assert_eq!(delivered.header, entry.header_bytes());
    let restored = Restorer::default().restore(delivered, nothing_held).unwrap();
    assert_eq!(restored.entry, raw(&entry));
}

#[test]
fn an_entry_behind_the_first_of_its_log_costs_its_text_its_signature_and_little_more() {
    let network = Network::new(2, 1);
    let mut author = network.author("CI", 1);
    let entries: Vec<Entry> = (0..100).map(|_| author.write(vec![b'x'; 300], 0, Vec::new())).collect();
    let (_, bytes) = through(&entries);
    let needed = 100 * (300 + 64);
    assert!(bytes - needed <= 100 * 16 + 150, "{} bytes beside texts and signatures", bytes - needed);
}

#[test]
fn a_small_file_that_goes_along_is_named_by_its_content() {
    let network = Network::new(2, 1);
    let mut author = network.author("CI", 1);
    let (small, large) = (b"a small file".to_vec(), b"fetched later".to_vec());
    let named = |content: &[u8]| Attachment { hash: content_hash(content), size: content.len() as u64 };
    let entry = author.write(vec![1], 0, vec![named(&small), named(&large)]);
    let delivered = Elider::default().elide(&entry, None, vec![small.clone(), Vec::new()]);
    let sent = &delivered.elided.as_ref().unwrap().attachments;
    assert!(sent[0].hash.is_empty() && sent[1].hash.len() == 32);
    let restored = Restorer::default().restore(delivered, nothing_held).unwrap();
    assert_eq!((restored.entry, restored.attachments), (raw(&entry), vec![small, Vec::new()]));
}

#[test]
fn the_entry_before_the_first_on_a_connection_is_not_named_to_whoever_holds_it() {
    let network = Network::new(2, 1);
    let mut author = network.author("CI", 1);
    let (first, second) = (author.write(vec![1], 0, Vec::new()), author.write(vec![2], 0, Vec::new()));
    let delivered = Elider::default().elide(&second, Some((Sequence::FIRST, first.id())), Vec::new());
    assert!(delivered.elided.as_ref().unwrap().previous.is_empty());
    let restored = Restorer::default().restore(delivered.clone(), |_, _| Some(first.id())).unwrap();
    assert_eq!(restored.entry, raw(&second));
    let error = Restorer::default().restore(delivered, nothing_held).unwrap_err();
    assert!(matches!(error, RestoreError::Unknown("previous")), "{error}");
}

#[test]
fn what_leaves_out_what_was_never_said_is_refused() {
    let network = Network::new(2, 1);
    let mut author = network.author("CI", 1);
    let entries = [author.write(vec![1], 0, Vec::new()), author.write(vec![2], 0, Vec::new())];
    let mut elider = Elider::default();
    let _ = elider.elide(&entries[0], None, Vec::new());
    // The second alone: its log was named with the first.
    let second = elider.elide(&entries[1], None, Vec::new());
    let error = Restorer::default().restore(second, nothing_held).unwrap_err();
    assert!(matches!(error, RestoreError::UnknownLog(0)), "{error}");
}

#[test]
fn an_entry_of_a_forked_log_names_the_one_before_it_when_another_was_sent_in_its_place() {
    let network = Network::new(3, 1);
    let mut one = network.author("CI", 1);
    let mut other = one.clone();
    let shown = one.write(b"held by the receiver".to_vec(), 0, Vec::new());
    let branch = other.write(b"of the other branch".to_vec(), 0, Vec::new());
    let next = one.write(b"after the first".to_vec(), 0, Vec::new());
    let (mut elider, mut restorer) = (Elider::default(), Restorer::default());
    let known = Some((shown.header().sequence, shown.id()));
    for entry in [&branch, &next] {
        let delivered = elider.elide(entry, known, Vec::new());
        let rebuilt = restorer.restore(delivered, |_, _| Some(shown.id())).unwrap().entry;
        assert_eq!(rebuilt, raw(entry));
    }
}
