//! Entries as one peer delivers them to another: without what the receiver can compute.

use palabre_core::id::{EntryId, LogName, Sequence};
use palabre_core::ledger::Header;
use palabre_core::sync::elide::{Elider, Restorer};
use palabre_proto::{Message, v1};

use crate::chunks;
use crate::region::{REGION, sign_header};

/// What is restored is a well-formed header; what proves authentic is delivered again as it came.
pub fn delivered(data: &[u8]) {
    let (mut restorer, mut elider, mut other) = (Restorer::default(), Elider::default(), Restorer::default());
    for chunk in chunks::split(data) {
        let Ok(message) = v1::DeliveredEntry::decode(chunk) else { continue };
        let Ok(mut came) = restorer.restore(message, held) else { continue };
        Header::parse(&came.entry.header).expect("what is restored is a header");
        sign_header(&came.entry.header, &mut came.entry.signature);
        let Ok(entry) = came.entry.verify(REGION.network.id()) else { continue };
        if elider.is_full() {
            return;
        }
        let again = elider.elide(&entry, None, Vec::new());
        let again = other.restore(again, |_, _| None).expect("what was elided is restored");
        assert_eq!(again.entry.verify(REGION.network.id()).expect("still authentic"), entry);
    }
}

fn held(log: &LogName, sequence: Sequence) -> Option<EntryId> {
    let at_place = |entry: &&_| place(entry) == (*log, sequence);
    REGION.held.iter().find(at_place).map(palabre_core::ledger::Entry::id)
}

fn place(entry: &palabre_core::ledger::Entry) -> (LogName, Sequence) {
    (entry.header().log_name(), entry.header().sequence)
}

/// All entries, elided, and the same whole and unsigned.
pub(super) fn deliveries() -> Vec<Vec<u8>> {
    let all = || REGION.held.iter().chain(&REGION.news);
    let mut elider = Elider::default();
    let lean: Vec<_> = all().map(|entry| elider.elide(entry, None, Vec::new()).encode_to_vec()).collect();
    let whole: Vec<_> = all().map(|entry| whole(entry).encode_to_vec()).collect();
    vec![chunks::join(lean), chunks::join(whole)]
}

/// An entry whose header travels whole and unsigned: the hostile member signs it, whatever becomes of it.
pub(super) fn whole(entry: &palabre_core::ledger::Entry) -> v1::DeliveredEntry {
    let log = entry.header().log_name();
    v1::DeliveredEntry {
        author: log.author.as_bytes().to_vec(),
        log: log.log.as_bytes().to_vec(),
        header: entry.header_bytes().to_vec(),
        payload: entry.payload().unwrap_or_default().to_vec(),
        ..v1::DeliveredEntry::default()
    }
}
