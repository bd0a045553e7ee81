//! Acts on documents that the tests let authors write.

use crate::acts::documents::{DocumentAct, Version};
use crate::acts::{Act, Kind};
use crate::fixtures::Author;
use crate::ledger::entry::content_hash;
use crate::ledger::{Attachment, Entry};

pub(super) fn version(title: &str) -> Version {
    Version {
        title: title.parse().unwrap(),
        language: "fr".parse().unwrap(),
        content: 0,
        file_name: "document.pdf".parse().unwrap(),
        media_type: "application/pdf".parse().unwrap(),
    }
}

pub(super) fn content(title: &str) -> Vec<Attachment> {
    vec![Attachment { hash: content_hash(title.as_bytes()), size: title.len() as u64 }]
}

pub(super) fn publish(author: &mut Author, title: &str) -> Entry {
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version(title)))).unwrap();
    author.write(act.encode(), 0, content(title))
}

pub(super) fn revise(author: &mut Author, opener: &Entry, after: &[&Entry], title: &str) -> Entry {
    let heads: Vec<_> = after.iter().map(|entry| (entry.id(), entry.header().place)).collect();
    let (act, place) = Act::on(opener.id(), &heads, Kind::Document(DocumentAct::Revise(version(title)))).unwrap();
    author.write(act.encode(), place, content(title))
}
