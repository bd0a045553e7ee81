//! What a member sends to a real node: packets, frames, gossip. An empty message stands for time that passes.

use palabre_core::charter::CharterSignature;
use palabre_core::id::LogName;
use palabre_core::ledger::Entry;
use palabre_core::sync::codec::Unpacker;
use palabre_proto::v1::sync_frame::Body;
use palabre_proto::{Message, v1};

use super::sync::whole;
use crate::chunks;
use crate::region::{HONEST, HOSTILE, REGION, sign_fork, sign_header, sign_mandate};
use crate::subject::Subject;

/// Most messages of one input: what a node does with more of them it does with these.
const MESSAGES_MAX: usize = 48;

/// Packets, as they come from the wire.
pub fn sync_packet(data: &[u8]) {
    let mut subject = Subject::honest();
    subject.connect();
    for packet in chunks::split(data).into_iter().take(MESSAGES_MAX) {
        subject.packet(packet);
    }
    subject.check();
}

/// Frames that are packed as they must be, so that what they say is reached; unsigned entries in them are signed.
pub fn sync_frame(data: &[u8]) {
    let mut subject = Subject::honest();
    subject.connect();
    for chunk in chunks::split(data).into_iter().take(MESSAGES_MAX) {
        match v1::SyncFrame::decode(chunk).map(|frame| frame.body) {
            Ok(Some(body)) => subject.frame(sign(body)),
            Ok(None) => drop(subject.pause()),
            Err(_) => {}
        }
    }
    subject.check();
}

/// Gossip messages; unsigned entries in them are signed.
pub fn gossip(data: &[u8]) {
    let mut subject = Subject::honest();
    subject.connect();
    for chunk in chunks::split(data).into_iter().take(MESSAGES_MAX) {
        if chunk.is_empty() {
            subject.pause();
            continue;
        }
        match v1::Gossip::decode(chunk) {
            Ok(v1::Gossip { body: Some(v1::gossip::Body::Entry(mut entry)) }) => {
                sign_header(&entry.header, &mut entry.signature);
                subject.gossip(&v1::Gossip { body: Some(v1::gossip::Body::Entry(entry)) }.encode_to_vec());
            }
            _ => subject.gossip(chunk),
        }
    }
    subject.check();
}

fn sign(mut body: Body) -> Body {
    match &mut body {
        Body::Delivery(delivery) => {
            for entry in delivery.entries.iter_mut().filter(|entry| entry.elided.is_none()) {
                sign_header(&entry.header, &mut entry.signature);
            }
        }
        Body::Forks(forks) => forks.proofs.iter_mut().for_each(sign_fork),
        Body::Rules(rules) => rules.mandates.iter_mut().for_each(sign_mandate),
        _ => {}
    }
    body
}

/// What the hostile node says to the honest one when it is not hostile yet: packets of a whole exchange.
fn exchange() -> Vec<Vec<u8>> {
    let all = [&REGION.held[..], &REGION.news].concat();
    let (mut honest, mut hostile) = (Subject::honest(), Subject::of(HOSTILE, HONEST, &all));
    let (mut to_honest, mut to_hostile) = (hostile.connect(), honest.connect());
    let mut said = Vec::new();
    for _ in 0..MESSAGES_MAX {
        let answers: Vec<_> = to_honest.iter().flat_map(|packet| honest.packet(packet)).collect();
        let more: Vec<_> = to_hostile.iter().flat_map(|packet| hostile.packet(packet)).collect();
        said.append(&mut to_honest);
        (to_honest, to_hostile) = (more, answers);
    }
    said
}

pub(super) fn packets() -> Vec<Vec<u8>> {
    let said = exchange();
    // Each message alone, too: packed as the first of a connection.
    let alone =
        frames().into_iter().flat_map(|seed| chunks::split(&seed).into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>());
    let packed = alone.filter_map(|frame| {
        let body = v1::SyncFrame::decode(frame.as_slice()).ok()?.body?;
        let packet = palabre_core::sync::codec::Packer::new().ok()?.pack(body).ok()?;
        Some(chunks::join([packet]))
    });
    std::iter::once(chunks::join(said)).chain(packed).collect()
}

fn plain(body: Body) -> Vec<u8> {
    v1::SyncFrame { body: Some(body) }.encode_to_vec()
}

pub(super) fn frames() -> Vec<Vec<u8>> {
    let mut unpacker = Unpacker::new().expect("zstd starts");
    let said = exchange().into_iter().filter_map(|packet| unpacker.unpack(&packet).ok()).map(plain);
    let logs: Vec<LogName> = REGION.held.iter().chain(&REGION.news).map(|entry| entry.header().log_name()).collect();
    let ranges = |to| logs.iter().map(move |log| range(log, 1, to)).collect::<Vec<_>>();
    let frontier = plain(Body::Frontier(frontier()));
    let delivery = |entries: &[Entry], missing| {
        let entries = entries.iter().enumerate();
        // Each names its log anew: an index beyond those that are named is a fault of its own.
        let entries = entries.map(|(i, e)| v1::DeliveredEntry { log_index: u32::try_from(i).unwrap_or(0), ..whole(e) });
        plain(Body::Delivery(v1::Delivery { entries: entries.collect(), missing }))
    };
    let genesis = &REGION.network.genesis;
    let rules = v1::Rules {
        charters: vec![genesis.charter.bytes().to_vec()],
        signatures: genesis.signatures.iter().map(CharterSignature::to_message).collect(),
        mandates: REGION
            .network
            .rules
            .signed_mandates()
            .into_iter()
            .map(|m| v1::SignedMandate { signature: Vec::new(), ..m })
            .collect(),
    };
    let digest =
        v1::Digest { rules: vec![1; 16], frontier: vec![2; 16], witnesses: Vec::new(), anew: true, full: true };
    let want = plain(Body::Want(v1::Want { ranges: ranges(3) }));
    let credit = plain(Body::Credit(v1::Credit { bytes: 100_000 }));
    let forks = plain(Body::Forks(v1::Forks { proofs: vec![REGION.fork.to_message()] }));
    let tick = Vec::new();
    vec![
        chunks::join(said),
        chunks::join([
            plain(Body::Digest(digest)),
            frontier.clone(),
            delivery(&REGION.news, Vec::new()),
            forks.clone(),
        ]),
        chunks::join([
            frontier.clone(),
            delivery(&REGION.news[..1], ranges(9)),
            tick.clone(),
            delivery(&[], ranges(1)),
        ]),
        chunks::join([frontier.clone(), delivery(&reversed(), Vec::new()), want.clone(), tick.clone(), credit.clone()]),
        chunks::join([want, credit, plain(Body::Promise(v1::Promise { entries: 3, bytes: 900 }))]),
        chunks::join([plain(Body::Rules(rules)), forks, frontier, tick]),
    ]
}

fn reversed() -> Vec<Entry> {
    REGION.news.iter().rev().cloned().collect()
}

/// A frontier that shows all news, in order and ahead.
fn frontier() -> v1::Frontier {
    let heads = REGION.news.iter().map(|entry| {
        let v1::Ahead { author, log, sequence, id } = announcement(entry);
        v1::Head { author, log, sequence, id }
    });
    v1::Frontier {
        heads: heads.collect(),
        ahead: REGION.news.iter().map(announcement).collect(),
        forks: vec![REGION.fork.hash().as_bytes().to_vec()],
        asks: true,
    }
}

fn announcement(entry: &Entry) -> v1::Ahead {
    let log = entry.header().log_name();
    v1::Ahead {
        author: log.author.as_bytes().to_vec(),
        log: log.log.as_bytes().to_vec(),
        sequence: entry.header().sequence.get(),
        id: entry.id().as_bytes().to_vec(),
    }
}

fn range(log: &LogName, from: u64, to: u64) -> v1::Range {
    v1::Range { author: log.author.as_bytes().to_vec(), log: log.log.as_bytes().to_vec(), from, to }
}

pub(super) fn gossips() -> Vec<Vec<u8>> {
    let message = |body| v1::Gossip { body: Some(body) }.encode_to_vec();
    let whole = |entry: &Entry| message(v1::gossip::Body::Entry(entry.to_message()));
    let announced = |entry: &Entry| message(v1::gossip::Body::Announcement(announcement(entry)));
    let unsigned =
        |entry: &Entry| message(v1::gossip::Body::Entry(v1::Entry { signature: Vec::new(), ..entry.to_message() }));
    let news = &REGION.news;
    vec![
        chunks::join(news.iter().map(whole)),
        chunks::join(news.iter().map(announced).chain(news.iter().map(unsigned)).chain([Vec::new()])),
        chunks::join(REGION.held.iter().flat_map(|entry| [announced(entry), whole(entry)])),
        chunks::join(reversed().iter().map(unsigned)),
    ]
}
