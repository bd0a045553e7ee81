//! What has a name in the attachments is whole; nothing half is ever left.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::{self, Read};

use palabre_core::id::ContentHash;
use palabre_store::Attachments;
use palabre_store::attachments::{AttachmentError, SMALL_MAX, Verified};

fn hash(content: &[u8]) -> ContentHash {
    ContentHash::from_bytes(blake3::hash(content).into())
}

fn open() -> (tempfile::TempDir, Attachments) {
    let dir = tempfile::tempdir().unwrap();
    let attachments = Attachments::open(dir.path(), 0).unwrap();
    (dir, attachments)
}

fn incoming(dir: &tempfile::TempDir) -> usize {
    fs::read_dir(dir.path().join("incoming")).unwrap().count()
}

fn content(attachments: &Attachments, hash: &ContentHash) -> Option<Vec<u8>> {
    attachments.open_file(hash).unwrap().map(|mut file| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

#[test]
fn what_is_received_whole_is_held() {
    let (dir, attachments) = open();
    let text = b"tariff ".repeat(50_000);
    let name = hash(&text);
    let mut writer = attachments.writer(name, text.len() as u64).unwrap();
    for part in text.chunks(10_000) {
        assert!(!attachments.has(&name));
        writer.write(part).unwrap();
    }
    assert_eq!(writer.received(), text.len() as u64);
    writer.finish().unwrap();
    assert!(attachments.has(&name));
    assert_eq!(attachments.size(&name), Some(text.len() as u64));
    assert_eq!(content(&attachments, &name), Some(text));
    assert_eq!((attachments.list().unwrap(), incoming(&dir)), (vec![name], 0));
    assert_eq!(attachments.verify(&name).unwrap(), Verified::Whole);
    attachments.remove(&name).unwrap();
    assert_eq!(attachments.verify(&name).unwrap(), Verified::Missing);
}

#[test]
fn other_content_and_other_lengths_are_refused_and_leave_nothing() {
    let (dir, attachments) = open();
    let name = hash(b"expected");

    let mut other = attachments.writer(name, 8).unwrap();
    other.write(b"exqected").unwrap();
    let error = other.finish().unwrap_err();
    assert!(matches!(error, AttachmentError::OtherContent { expected, .. } if expected == name), "{error}");

    let mut long = attachments.writer(name, 8).unwrap();
    assert!(matches!(long.write(b"expected and more"), Err(AttachmentError::TooLong { limit: 8 })));
    drop(long);

    let mut short = attachments.writer(name, 8).unwrap();
    short.write(b"expect").unwrap();
    assert!(matches!(short.finish(), Err(AttachmentError::TooShort { size: 8, received: 6 })));

    let dropped = attachments.writer(name, 8).unwrap();
    assert_eq!(incoming(&dir), 1);
    drop(dropped);
    assert_eq!((attachments.has(&name), incoming(&dir)), (false, 0));
}

#[test]
fn what_a_killed_process_was_receiving_is_removed_at_the_next_start() {
    let (dir, attachments) = open();
    let mut writer = attachments.writer(hash(b"expected"), 8).unwrap();
    writer.write(b"exp").unwrap();
    std::mem::forget(writer);
    assert_eq!(incoming(&dir), 1);
    Attachments::open(dir.path(), 0).unwrap();
    assert_eq!(incoming(&dir), 0);
}

#[test]
fn two_may_receive_the_same_at_once() {
    let (_dir, attachments) = open();
    let name = hash(b"expected");
    let mut both = [attachments.writer(name, 8).unwrap(), attachments.clone().writer(name, 8).unwrap()];
    for part in [&b"exp"[..], b"ected"] {
        for writer in &mut both {
            writer.write(part).unwrap();
        }
    }
    for writer in both {
        writer.finish().unwrap();
        assert_eq!(content(&attachments, &name).unwrap(), b"expected");
    }
}

#[test]
fn an_import_is_named_by_its_content() {
    let (dir, attachments) = open();
    let text = b"a document".repeat(1000);
    let imported = attachments.import(&mut text.as_slice(), text.len() as u64).unwrap();
    assert_eq!(imported, (hash(&text), text.len() as u64));
    assert_eq!(content(&attachments, &imported.0), Some(text.clone()));
    let limit = text.len() as u64 - 1;
    assert!(matches!(attachments.import(&mut text.as_slice(), limit), Err(AttachmentError::TooLong { .. })));
    assert_eq!(attachments.import(&mut io::empty(), 0).unwrap(), (hash(b""), 0));
    assert_eq!(incoming(&dir), 0);
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("unplugged"))
        }
    }
    let (dir, attachments) = open();
    let mut source = b"begins well".chain(Failing);
    assert!(matches!(attachments.import(&mut source, 1000), Err(AttachmentError::Source(_))));
    assert_eq!((attachments.list().unwrap().len(), incoming(&dir)), (0, 0));
}

#[test]
fn a_damaged_file_counts_as_missing_and_can_come_again() {
    let (_dir, attachments) = open();
    let (name, _) = attachments.import(&mut &b"expected"[..], 100).unwrap();
    fs::write(attachments.path(&name), b"exqected").unwrap();
    let Verified::SetAside(kept) = attachments.verify(&name).unwrap() else { panic!("not noticed") };
    assert_eq!(fs::read(kept).unwrap(), b"exqected");
    assert!(!attachments.has(&name));
    assert_eq!((attachments.list().unwrap(), content(&attachments, &name)), (vec![], None));

    let mut again = attachments.writer(name, 8).unwrap();
    again.write(b"expected").unwrap();
    again.finish().unwrap();
    assert_eq!(attachments.read_small(&name).unwrap().unwrap(), b"expected");
    fs::write(attachments.path(&name), b"").unwrap();
    assert_eq!(attachments.read_small(&name).unwrap(), None);
    assert!(!attachments.has(&name));
}

#[test]
fn what_arrives_whole_replaces_what_is_damaged() {
    let (_dir, attachments) = open();
    let (name, _) = attachments.import(&mut &b"expected"[..], 100).unwrap();
    fs::write(attachments.path(&name), b"exqected").unwrap();
    let mut again = attachments.writer(name, 8).unwrap();
    again.write(b"expected").unwrap();
    again.finish().unwrap();
    assert_eq!(attachments.verify(&name).unwrap(), Verified::Whole);
}

#[test]
fn small_ones_are_read_in_one_piece_and_others_are_not() {
    let (_dir, attachments) = open();
    let most = vec![7; usize::try_from(SMALL_MAX).unwrap()];
    let (small, _) = attachments.import(&mut most.as_slice(), SMALL_MAX).unwrap();
    let (large, _) = attachments.import(&mut [most.as_slice(), b"x"].concat().as_slice(), SMALL_MAX + 1).unwrap();
    assert_eq!(attachments.read_small(&small).unwrap(), Some(most));
    assert_eq!(attachments.read_small(&large).unwrap(), None);
    assert_eq!(attachments.read_small(&hash(b"not held")).unwrap(), None);
}

#[test]
fn a_disk_without_room_is_said_before_anything_is_received() {
    let dir = tempfile::tempdir().unwrap();
    let attachments = Attachments::open(dir.path(), u64::MAX).unwrap();
    assert!(matches!(attachments.writer(hash(b"expected"), 8), Err(AttachmentError::Full { size: 8 })));
    assert!(matches!(attachments.import(&mut &b"expected"[..], 100), Err(AttachmentError::Full { .. })));
    assert_eq!((attachments.list().unwrap().len(), incoming(&dir)), (0, 0));
}
