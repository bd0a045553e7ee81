//! Frames, the attachment protocol and addresses, as `palabre-net` reads them.

use std::sync::LazyLock;

use palabre_net::{MAX_PACKET, Multiaddr, address_of, fixtures, node_in};
use tokio::runtime::{Builder, Runtime};

use crate::region::{CONTENT, HOSTILE, REGION};

/// Runs the readers, whose patience is the runtime's clock.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime without threads"));

/// The frames of a stream are the bytes of the stream: written again, they are what was read.
pub fn net_frames(data: &[u8]) {
    RUNTIME.block_on(async {
        let (frames, taken) = fixtures::frames(data).await;
        assert!(frames.iter().all(|frame| (1..=MAX_PACKET).contains(&frame.len())), "a frame of an impossible length");
        let written = fixtures::framed(&frames).await.expect("what was read as frames can be written");
        assert_eq!(written, data[..taken], "a frame has two encodings");
    });
}

/// Who asks for an attachment gets as many bytes as it wants or an error; who is asked answers a question in full or
/// not at all.
pub fn attachment(data: &[u8]) {
    let (question, answer) = data.split_at(data.len().min(32));
    RUNTIME.block_on(async {
        if let Ok(content) = fixtures::fetched(answer, CONTENT.len() as u64).await {
            assert_eq!(content.len(), CONTENT.len());
        }
        let said = fixtures::served(question, CONTENT).await;
        assert_eq!(said.is_empty(), question.len() < 32, "half a question is answered");
        if !said.is_empty() {
            let got = fixtures::fetched(&said, CONTENT.len() as u64).await;
            assert_eq!(got.expect("what is served is fetched"), CONTENT);
        }
    });
}

/// An address from a mandate or from the local network names a node or none. One that names a node keeps that name,
/// whatever node is put behind it, and is put there once.
pub fn address(data: &[u8]) {
    let Ok(address) = std::str::from_utf8(data).unwrap_or_default().parse::<Multiaddr>() else { return };
    let named = node_in(&address);
    let key = REGION.network.seat(HOSTILE).node.node_key();
    let with = address_of(key, address);
    assert!(named.is_none() || node_in(&with) == named, "an address changed its node");
    assert_eq!(address_of(key, with.clone()), with);
}

pub(super) fn framed() -> Vec<Vec<u8>> {
    let lengths: [&[usize]; 3] = [&[1, 127, 128], &[16_383, 16_384], &[300, 1, 1]];
    let frames = |lengths: &[usize]| lengths.iter().map(|length| vec![0x81; *length]).collect::<Vec<_>>();
    lengths.iter().filter_map(|lengths| RUNTIME.block_on(fixtures::framed(&frames(lengths)))).collect()
}

pub(super) fn answers() -> Vec<Vec<u8>> {
    let question = [7; 32];
    let have = RUNTIME.block_on(fixtures::served(&question, CONTENT));
    let in_parts = {
        let parts: Vec<_> = CONTENT.chunks(5).map(<[u8]>::to_vec).collect();
        let framed = RUNTIME.block_on(fixtures::framed(&parts)).expect("short frames");
        [&have[..9], &framed].concat()
    };
    [have, in_parts, vec![1], vec![2], Vec::new()].map(|answer| [&question[..], &answer].concat()).to_vec()
}

pub(super) fn addresses() -> Vec<Vec<u8>> {
    let key = REGION.network.seat(HOSTILE).node.node_key();
    let plain = ["/ip4/192.0.2.7/tcp/8700", "/ip6/2001:db8::1/udp/8700/quic-v1", "/dns4/noeud.example.org/tcp/443"];
    let named = plain.iter().filter_map(|text| text.parse().ok()).map(|plain| address_of(key, plain).to_string());
    let relayed = named.clone().map(|text| format!("{text}/p2p-circuit"));
    named.chain(relayed).chain(plain.map(str::to_owned)).map(String::into_bytes).collect()
}
