//! Frames that are well formed and meant to cost.

use palabre_core::id::{LogId, NodeKey};
use palabre_core::ledger::ForkProof;
use palabre_proto::v1::{self, sync_frame::Body};

use super::attack::Foe;
use super::line::{Over, Sync};
use super::member::random;

fn digest(anew: bool) -> Body {
    Body::Digest(v1::Digest {
        rules: random::<16>().to_vec(),
        frontier: random::<16>().to_vec(),
        anew,
        ..v1::Digest::default()
    })
}

fn head(author: NodeKey, log: LogId, sequence: u64) -> v1::Head {
    v1::Head { author: author.as_bytes().to_vec(), log: log.as_bytes().to_vec(), sequence, id: random::<32>().to_vec() }
}

pub(super) fn range(author: NodeKey, log: LogId, from: u64, to: u64) -> v1::Range {
    v1::Range { author: author.as_bytes().to_vec(), log: log.as_bytes().to_vec(), from, to }
}

pub(super) async fn frames(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    loop {
        sync.send(Body::Promise(v1::Promise { entries: u64::MAX, bytes: u64::MAX })).await?;
        sync.send(Body::Credit(v1::Credit { bytes: u64::MAX })).await?;
        sync.send(Body::Delivery(v1::Delivery::default())).await?;
        sync.send(digest(false)).await?;
        foe.tally.add("frames", 4);
        sync.ignore()?;
    }
}

/// "I hold nothing: tell me everything", without end.
pub(super) async fn empty_frontier(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    loop {
        sync.send(digest(true)).await?;
        sync.send(Body::Frontier(v1::Frontier { asks: true, ..v1::Frontier::default() })).await?;
        foe.tally.add("frames", 2);
        sync.ignore()?;
    }
}

/// Logs of every author that is known, none of which exists, and all as long as can be.
pub(super) async fn huge_frontier(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let authors = [foe.member.key(), foe.target.key, NodeKey::from_bytes(random())];
    loop {
        let author = |number: usize| authors[number % authors.len()];
        let log = || LogId::from_bytes(random());
        let heads = (0..1_000).map(|n| head(author(n), log(), if n % 2 == 0 { u64::MAX } else { 1 << 40 })).collect();
        let ahead = (0..200).map(|n| {
            let v1::Head { author, log, sequence, id } = head(author(n), log(), u64::MAX);
            v1::Ahead { author, log, sequence, id }
        });
        let forks = (0..500).map(|_| random::<32>().to_vec()).collect();
        sync.send(Body::Frontier(v1::Frontier { heads, ahead: ahead.collect(), forks, asks: false })).await?;
        foe.tally.add("heads", 1_000);
        sync.ignore()?;
    }
}

pub(super) async fn rules(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let mandates: Vec<_> = foe.member.mandates.iter().map(palabre_core::charter::RawMandate::to_message).collect();
    loop {
        let rules = v1::Rules {
            charters: vec![foe.member.charter_bytes.clone()],
            mandates: mandates.iter().cycle().take(200).cloned().collect(),
            ..v1::Rules::default()
        };
        sync.send(Body::Rules(rules)).await?;
        foe.tally.add("frames", 1);
        sync.ignore()?;
    }
}

/// Each proof stands before the one before it: of a place further down in one log.
pub(super) async fn forks(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let proofs = foe.shared.proofs(|| {
        let mut pen = foe.member.pen(foe.member.key());
        let fork = |_| {
            let mut other = pen.clone();
            ForkProof::new(&pen.write(b"one"), &other.write(b"two")).expect("a fork").to_message()
        };
        let mut proofs: Vec<_> = (0..2_000).map(fork).collect();
        proofs.reverse();
        proofs
    });
    loop {
        for some in proofs.chunks(20) {
            sync.send(Body::Forks(v1::Forks { proofs: some.to_vec() })).await?;
            foe.tally.add("proofs", some.len() as u64);
            sync.ignore()?;
        }
    }
}

/// Takes the whole ledger again and again: wants whatever is shown, credits it, and forgets it.
pub(super) async fn greedy(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let mut heads = Vec::new();
    sync.send(digest(true)).await?;
    loop {
        match sync.next().await? {
            Body::Frontier(frontier) => {
                heads.extend(frontier.heads);
                want_all(foe, sync, &heads).await?;
            }
            Body::Delivery(delivery) => {
                foe.tally.add("entries", delivery.entries.len() as u64);
                sync.send(Body::Credit(v1::Credit { bytes: u64::MAX })).await?;
                want_all(foe, sync, &heads).await?;
            }
            _ => {}
        }
    }
}

async fn want_all(foe: &Foe, sync: &mut Sync, heads: &[v1::Head]) -> Result<(), Over> {
    let ranges = heads.iter().take(30).map(|head| v1::Range {
        author: head.author.clone(),
        log: head.log.clone(),
        from: 1,
        to: head.sequence.min(200),
    });
    foe.tally.add("wants", 1);
    sync.send(Body::Want(v1::Want { ranges: ranges.collect() })).await
}

pub(super) async fn absent(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    loop {
        let log = || LogId::from_bytes(random());
        let ranges = (0..1_000).map(|_| range(foe.target.key, log(), 1, 8)).collect();
        sync.send(Body::Want(v1::Want { ranges })).await?;
        foe.tally.add("wants", 1);
        sync.ignore()?;
    }
}

/// Whatever log the node shows of its own, the attacker has more of it, until it is asked for.
pub(super) async fn own_logs(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    sync.send(digest(true)).await?;
    loop {
        match sync.next().await? {
            Body::Frontier(frontier) => {
                let heads = longer(frontier.heads, foe.target.key);
                foe.tally.add("heads", heads.len() as u64);
                sync.send(Body::Frontier(v1::Frontier { heads, asks: true, ..v1::Frontier::default() })).await?;
            }
            Body::Want(want) => {
                let none = v1::Delivery { entries: Vec::new(), missing: want.ranges };
                sync.send(Body::Delivery(none)).await?;
            }
            _ => {}
        }
    }
}

/// Those heads of one author, each a thousand entries further on.
fn longer(heads: Vec<v1::Head>, author: NodeKey) -> Vec<v1::Head> {
    let own = heads.into_iter().filter(|head| head.author == author.as_bytes());
    own.map(|head| v1::Head { sequence: head.sequence + 1_000, id: random::<32>().to_vec(), ..head }).collect()
}
