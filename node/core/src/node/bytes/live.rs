//! One entry, from its announcement until both hold it and both know.

use std::collections::BTreeMap;

use super::catching_up::kind;
use super::region::Region;
use crate::fixtures::prose;
use crate::sync::Unpacker;

/// Bytes of each text.
const LENGTH: usize = 1_024;
/// Entries before the one that is counted: what repeats has been said by then.
const BEFORE: u64 = 20;

#[test]
fn an_announced_entry_costs_little_more_than_its_text() {
    let mut region = Region::new(2);
    region.connect(0, 1);
    let mut unpackers = [Unpacker::new().unwrap(), Unpacker::new().unwrap()];
    let (mut said, mut length) = (BTreeMap::new(), 0);
    for number in 0..=BEFORE {
        said.clear();
        length = region.publish_text(0, number, prose::text(number, LENGTH)).len();
        region.gossip(0, 1);
        region.run(|packet| {
            let body = unpackers[packet.from].unpack(&packet.bytes).unwrap();
            *said.entry(kind(&body)).or_default() += packet.bytes.len() + 2;
        });
        assert!(region.same(0, 1), "the entry has not come");
    }
    let sum: usize = said.values().sum();
    println!("{sum} bytes for {length}, announced in {}: {said:?}", region.gossip.len());
    assert!(sum <= length, "{sum} bytes for a text of {length}: {said:?}");
}
