//! Entries that are false, too many, or not what they seem.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use palabre_core::id::ContentHash;
use palabre_core::ledger::header::ATTACHMENTS_MAX;
use palabre_core::ledger::{Attachment, Entry};
use palabre_core::sync::elide::Elider;
use palabre_core::time::Millis;
use palabre_proto::Message as _;
use palabre_proto::v1::{self, sync_frame::Body};

use super::attack::Foe;
use super::line::{Line, Over, Sync};
use super::member::{Pen, random};

/// Entries in one delivery.
const DELIVERED: usize = 128;

/// What is told to several nodes: whatever they take of it, they can come to hold the same.
#[derive(Default)]
pub struct Shared {
    logs: Mutex<Option<Vec<Vec<Entry>>>>,
    /// One log that grows.
    grows: Mutex<Option<(Pen, Vec<Entry>)>>,
    proofs: Mutex<Option<Vec<v1::ForkProof>>>,
}

impl Shared {
    fn logs(&self, written: impl FnOnce() -> Vec<Vec<Entry>>) -> Vec<Vec<Entry>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(written).clone()
    }

    /// The same fork proofs for all.
    pub(super) fn proofs(&self, forged: impl FnOnce() -> Vec<v1::ForkProof>) -> Vec<v1::ForkProof> {
        self.proofs.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(forged).clone()
    }

    /// The entry at a place of the log that grows.
    fn nth(&self, sequence: u64, pen: impl FnOnce() -> Pen) -> Entry {
        let mut grows = self.grows.lock().unwrap_or_else(PoisonError::into_inner);
        let (pen, entries) = grows.get_or_insert_with(|| (pen(), Vec::new()));
        let place = usize::try_from(sequence - 1).unwrap_or(0);
        while entries.len() <= place {
            entries.push(pen.write(b"0"));
        }
        entries[place].clone()
    }
}

/// Shows these logs, and delivers what is wanted of them.
async fn offer(foe: &Foe, sync: &mut Sync, logs: &[Vec<Entry>]) -> Result<(), Over> {
    let by_name: BTreeMap<_, _> =
        logs.iter().filter_map(|log| Some((log.first()?.header().log_name(), log.as_slice()))).collect();
    let heads = logs.iter().filter_map(|log| log.last()).map(shown).collect();
    sync.send(Body::Frontier(v1::Frontier { heads, ..v1::Frontier::default() })).await?;
    let mut elider = Elider::default();
    loop {
        let Body::Want(want) = sync.next().await? else { continue };
        let mut wanted = Vec::new();
        for range in &want.ranges {
            let log = by_name
                .iter()
                .find(|(name, _)| name.author.as_bytes() == &range.author[..] && name.log.as_bytes() == &range.log[..]);
            let Some((_, log)) = log else { continue };
            let (from, to) =
                (usize::try_from(range.from - 1).unwrap_or(0), usize::try_from(range.to).unwrap_or(usize::MAX));
            wanted.extend_from_slice(&log[from.min(log.len())..to.min(log.len())]);
        }
        for some in wanted.chunks(DELIVERED) {
            let entries = some.iter().map(|entry| elider.elide(entry, None, Vec::new())).collect();
            sync.send(Body::Delivery(v1::Delivery { entries, ..v1::Delivery::default() })).await?;
            foe.tally.add("entries", some.len() as u64);
        }
    }
}

fn shown(entry: &Entry) -> v1::Head {
    let header = entry.header();
    v1::Head {
        author: header.author.as_bytes().to_vec(),
        log: header.log.as_bytes().to_vec(),
        sequence: header.sequence.get(),
        id: entry.id().as_bytes().to_vec(),
    }
}

fn written(mut pen: Pen, entries: usize) -> Vec<Entry> {
    (0..entries).map(|number| pen.write(&number.to_le_bytes()[..2])).collect()
}

/// In the name of the very node that is attacked, signed with the attacker's own key.
pub(super) async fn forged(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    offer(foe, sync, &[written(foe.member.pen(foe.target.key), 100)]).await
}

pub(super) async fn forged_gossip(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let mut sync = line.sync().await?;
    let mut pen = foe.member.pen(foe.target.key);
    while !line.is_closed() {
        let entry = pen.write(b"forged").to_message();
        line.gossip(v1::Gossip { body: Some(v1::gossip::Body::Entry(entry)) }.encode_to_vec()).await?;
        foe.tally.add("messages", 1);
        sync.ignore()?;
    }
    Ok(())
}

pub(super) async fn announcements(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let mut sync = line.sync().await?;
    while !line.is_closed() {
        for _ in 0..20 {
            let ahead = v1::Ahead {
                author: foe.member.key().as_bytes().to_vec(),
                log: random::<8>().to_vec(),
                sequence: 1 + u64::from(random::<1>()[0]),
                id: random::<32>().to_vec(),
            };
            line.gossip(v1::Gossip { body: Some(v1::gossip::Body::Announcement(ahead)) }.encode_to_vec()).await?;
        }
        foe.tally.add("messages", 20);
        tokio::time::sleep(Duration::from_millis(1)).await;
        sync.ignore()?;
    }
    Ok(())
}

/// Authentic, of its own logs: one begins in 1970, one where time ends.
pub(super) async fn back_dated(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let dated = |clock| {
        let mut pen = foe.member.pen(foe.member.key());
        pen.clock = Millis(clock);
        written(pen, 20)
    };
    offer(foe, sync, &foe.shared.logs(|| vec![dated(0), dated(u64::MAX - 100)])).await
}

pub(super) async fn fork(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let branches = foe.shared.logs(|| {
        let mut pen = foe.member.pen(foe.member.key());
        let common: Vec<Entry> = (0..10).map(|_| pen.write(b"common")).collect();
        let branch = |word: &[u8]| {
            let mut pen = pen.clone();
            let rest: Vec<Entry> = (0..10).map(|_| pen.write(word)).collect();
            [common.clone(), rest].concat()
        };
        vec![branch(b"one"), branch(b"two")]
    });
    offer(foe, sync, &branches[foe.number % 2..][..1]).await
}

/// One log of a million; written as far as it is asked for.
pub(super) async fn million(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let nth = |sequence| foe.shared.nth(sequence, || foe.member.pen(foe.member.key()));
    let first = v1::Head { sequence: 1_000_000, ..shown(&nth(1)) };
    sync.send(Body::Frontier(v1::Frontier { heads: vec![first], ..v1::Frontier::default() })).await?;
    let mut elider = Elider::default();
    loop {
        let Body::Want(want) = sync.next().await? else { continue };
        for range in &want.ranges {
            for some in (range.from..=range.to).collect::<Vec<_>>().chunks(DELIVERED) {
                let entries = some.iter().map(|sequence| elider.elide(&nth(*sequence), None, Vec::new())).collect();
                sync.send(Body::Delivery(v1::Delivery { entries, ..v1::Delivery::default() })).await?;
                foe.tally.add("entries", some.len() as u64);
            }
        }
    }
}

/// Authentic headers without end, and never what they name.
pub(super) async fn headers(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let nth = |sequence| foe.shared.nth(sequence, || foe.member.pen(foe.member.key()));
    let last = v1::Head { sequence: 1_000_000, ..shown(&nth(1)) };
    sync.send(Body::Frontier(v1::Frontier { heads: vec![last], ..v1::Frontier::default() })).await?;
    let mut elider = Elider::default();
    for sequence in 1.. {
        let entry = nth(sequence);
        let bare = v1::DeliveredEntry {
            header: entry.header_bytes().to_vec(),
            elided: None,
            payload: Vec::new(),
            ..elider.elide(&entry, None, Vec::new())
        };
        sync.send(Body::Delivery(v1::Delivery { entries: vec![bare], ..v1::Delivery::default() })).await?;
        foe.tally.add("headers", 1);
        sync.ignore()?;
    }
    Ok(())
}

/// Each entry opens a log of its own.
pub(super) async fn many_logs(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let logs = || (0..2_000).map(|_| written(foe.member.pen(foe.member.key()), 1)).collect();
    offer(foe, sync, &foe.shared.logs(logs)).await
}

/// Each entry names as many attachments as it may.
pub(super) async fn attachments(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let logs = || {
        let mut pen = foe.member.pen(foe.member.key());
        let named = || Attachment { hash: ContentHash::from_bytes(random()), size: 5_000 };
        let all = || (0..ATTACHMENTS_MAX).map(|_| named()).collect();
        vec![(0..500).map(|_| pen.write_with(b"attached", all())).collect()]
    };
    offer(foe, sync, &foe.shared.logs(logs)).await
}
