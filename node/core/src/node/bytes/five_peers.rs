//! A node whose five neighbours all hold what it lacks.

use palabre_proto::v1::sync_frame::Body;

use super::region::Region;
use crate::sync::Unpacker;

/// Entries that it lacks.
const ENTRIES: u64 = 1_000;

#[test]
fn each_entry_comes_once() {
    for authors in [1, 4] {
        let mut region = Region::new(6);
        // The first writes; the others have their own logs there.
        for number in 0..ENTRIES {
            region.publish(usize::try_from(number).unwrap() % authors, number);
        }
        for author in 1..authors {
            region.connect(0, author);
            region.run(|_| {});
        }
        region.copy_to(1..5);
        let mut unpackers: Vec<Unpacker> = (0..5).map(|_| Unpacker::new().unwrap()).collect();
        let mut received = 0;
        for peer in 0..5 {
            region.connect(peer, 5);
        }
        region.run(|packet| {
            if packet.to == 5
                && let Body::Delivery(delivery) = unpackers[packet.from].unpack(&packet.bytes).unwrap()
            {
                received += delivery.entries.len() as u64;
            }
        });
        assert!(region.same(0, 5), "the newcomer has not got everything");
        assert!(received * 100 <= ENTRIES * 105, "{received} copies of {ENTRIES} entries by {authors} authors");
    }
}
