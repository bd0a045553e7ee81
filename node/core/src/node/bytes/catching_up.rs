//! Two thousand entries of 600 bytes of text over one link, beside what `zstd -19` makes of the text in one piece.

use std::collections::BTreeMap;

use palabre_proto::v1::sync_frame::Body;

use super::region::Region;
use crate::sync::Unpacker;

/// Entries that the newcomer lacks.
const ENTRIES: u64 = 2_000;
/// Bytes of a signature, which nothing can compress.
const SIGNATURE: u64 = 64;

pub(super) fn kind(body: &Body) -> &'static str {
    match body {
        Body::Digest(_) => "digest",
        Body::Frontier(_) => "frontier",
        Body::Rules(_) => "rules",
        Body::Want(_) => "want",
        Body::Promise(_) => "promise",
        Body::Delivery(_) => "delivery",
        Body::Credit(_) => "credit",
        Body::Forks(_) => "forks",
        Body::Held(_) => "held",
    }
}

/// Bytes on the wire by frame, both ways, and the text that they brought.
fn catch_up(authors: usize) -> (BTreeMap<&'static str, u64>, String) {
    // The first node holds everything, the second comes; the others only wrote, long ago.
    let mut region = Region::new(2 + authors.max(2));
    let mut text = String::new();
    for number in 0..ENTRIES {
        let author = usize::try_from(number).unwrap() % authors;
        text += &region.publish(if authors == 1 { 0 } else { 2 + author }, number);
    }
    for author in 2..region.peers.len() {
        region.connect(0, author);
        region.run(|_| {});
        region.disconnect(0, author);
    }
    let mut unpackers = [Unpacker::new().unwrap(), Unpacker::new().unwrap()];
    let mut said = BTreeMap::new();
    region.connect(0, 1);
    region.run(|packet| {
        if packet.from < 2 && packet.to < 2 {
            let body = unpackers[packet.from].unpack(&packet.bytes).unwrap();
            *said.entry(kind(&body)).or_default() += packet.bytes.len() as u64 + 3;
        }
    });
    assert!(region.same(0, 1), "the newcomer has not got everything");
    (said, text)
}

fn assert_is_near_the_limit(authors: usize) {
    let (said, text) = catch_up(authors);
    let limit = zstd::encode_all(text.as_bytes(), 19).unwrap().len() as u64 + ENTRIES * SIGNATURE;
    let sum: u64 = said.values().sum();
    println!("{authors} authors: {sum} bytes beside {limit}: {} %; {said:?}", sum * 100 / limit);
    assert!(sum * 10 <= limit * 12, "{sum} bytes, more than 1.2 times {limit}: {said:?}");
}

#[test]
fn a_log_of_one_author() {
    assert_is_near_the_limit(1);
}

#[test]
fn logs_of_twelve_authors() {
    assert_is_near_the_limit(12);
}
