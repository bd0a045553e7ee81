//! Small attachments that come along with their entries.

use palabre_proto::v1::{self, sync_frame::Body};

use super::{Bench, acts};
use crate::acts::documents::DocumentAct;
use crate::acts::{Act, Kind};
use crate::id::ContentHash;
use crate::node::event::{Effect, Event};
use crate::node::status::missing_attachments;

const TEXT: &str = "a document";

/// SN shows an entry with a small attachment, and delivers both, as it was asked to.
fn delivered() -> (Bench, ContentHash) {
    let mut bench = Bench::of(2);
    bench.connect("SN");
    let attachments = acts::content(TEXT);
    let hash = attachments[0].hash;
    let act = Act::opening(Kind::Document(DocumentAct::Publish(acts::version(TEXT)))).unwrap();
    let entry = bench.network.author("SN", 1).write(act.encode(), 0, attachments);
    let log = entry.header().log_name();
    let (author, log) = (log.author.as_bytes().to_vec(), log.log.as_bytes().to_vec());
    let head = v1::Head { author: author.clone(), log: log.clone(), sequence: 1, id: entry.id().as_bytes().to_vec() };
    bench.send("SN", Body::Frontier(v1::Frontier { heads: vec![head], ..v1::Frontier::default() }));
    let delivered = v1::DeliveredEntry {
        author,
        log,
        header: entry.header_bytes().to_vec(),
        signature: entry.signature().0.to_vec(),
        payload: entry.payload().unwrap().to_vec(),
        attachments: vec![TEXT.as_bytes().to_vec()],
        ..v1::DeliveredEntry::default()
    };
    bench.send("SN", Body::Delivery(v1::Delivery { entries: vec![delivered], missing: Vec::new() }));
    assert!(bench.faults().is_empty(), "{:?}", bench.faults());
    assert_eq!(bench.node.ledger().heads().len(), 1, "the entry does not wait for its file");
    (bench, hash)
}

fn kept(bench: &Bench) -> Vec<ContentHash> {
    bench.seen.iter().filter_map(|e| if let Effect::Keep { hash, .. } = e { Some(*hash) } else { None }).collect()
}

fn asked(bench: &Bench) -> usize {
    bench.seen.iter().filter(|effect| matches!(effect, Effect::Fetch { .. })).count()
}

#[test]
fn what_came_along_is_kept_and_nobody_is_asked_for_it() {
    let (mut bench, hash) = delivered();
    assert_eq!(kept(&bench), [hash]);
    bench.wait(10_000);
    assert_eq!(asked(&bench), 0, "it is on its way to the disk");
    assert_eq!(missing_attachments(&bench.storage, 9).unwrap().len(), 1, "after a crash it would be missing");
    bench.storage.attachments.insert(hash, TEXT.as_bytes().to_vec());
    bench.handle(Event::Fetched { hash });
    assert!(missing_attachments(&bench.storage, 9).unwrap().is_empty());
}

#[test]
fn what_the_disk_did_not_take_is_fetched_once_it_may_take_it_again() {
    let (mut bench, hash) = delivered();
    bench.handle(Event::NotKept { hash });
    assert_eq!(asked(&bench), 0, "not while the disk may still take nothing");
    for failures in 1..=40 {
        bench.wait(5_000);
        assert_eq!(asked(&bench), failures, "no peer is to blame, so it is asked again as soon as at first");
        bench.handle(Event::NotKept { hash });
    }
}
