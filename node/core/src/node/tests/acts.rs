//! Acts on documents that the tests let authors write.

use crate::acts::documents::DocumentAct;
use crate::acts::{Act, Kind};
use crate::fixtures::Author;
pub(super) use crate::fixtures::documents::{content, version};
use crate::ledger::Entry;

pub(super) fn publish(author: &mut Author, title: &str) -> Entry {
    let act = Act::opening(Kind::Document(DocumentAct::Publish(version(title)))).unwrap();
    author.write(act.encode(), 0, content(title))
}

pub(super) fn revise(author: &mut Author, opener: &Entry, after: &[&Entry], title: &str) -> Entry {
    let heads: Vec<_> = after.iter().map(|entry| (entry.id(), entry.header().place)).collect();
    let (act, place) = Act::on(opener.id(), &heads, Kind::Document(DocumentAct::Revise(version(title)))).unwrap();
    author.write(act.encode(), place, content(title))
}
