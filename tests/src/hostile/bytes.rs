//! Bytes that make no frame, or too much of one.

use std::io::Write as _;
use std::time::Duration;

use futures::AsyncWriteExt as _;
use palabre_core::id::{LogId, NodeKey};
use palabre_core::sync::codec::{FRAME_MAX, Packer};
use palabre_proto::v1::{self, sync_frame::Body};

use super::attack::Foe;
use super::frames::range;
use super::line::{Line, Over, Sync, length};
use super::member::random;

/// Time between two wants of a thousand ranges: what they cost the node is below what a peer may cost.
const SELDOM: Duration = Duration::from_millis(250);

pub(super) async fn garbage(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    loop {
        let noise: [u8; 200] = random();
        sync.packet(&noise).await?;
        foe.tally.add("packets", 1);
    }
}

pub(super) async fn oversized(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let mut packet = length(FRAME_MAX + 1);
    packet.resize(FRAME_MAX + 4, 0);
    loop {
        sync.raw(&packet).await?;
        foe.tally.add("packets", 1);
    }
}

/// The stream ends within a packet.
pub(super) async fn half(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let mut packet = length(FRAME_MAX);
    packet.resize(FRAME_MAX / 2, 0);
    sync.raw(&packet).await?;
    foe.tally.add("packets", 1);
    Ok(())
}

/// As small as a packet can be that unpacks to 64 MiB, within the window that both sides agreed on.
pub(super) async fn bomb(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let mut packer = zstd::stream::Encoder::new(Vec::new(), 3).expect("zstd");
    packer.window_log(19).expect("a window");
    packer.write_all(&vec![0; 64 * 1024 * 1024]).expect("memory");
    let bomb = packer.finish().expect("zstd");
    assert!(bomb.len() < FRAME_MAX, "{} bytes are no bomb", bomb.len());
    loop {
        sync.packet(&bomb).await?;
        foe.tally.add("packets", 1);
    }
}

/// Frames as large as may be, from some dozen bytes each. From the second one on all packets of the stream are the same:
/// they are packed once, so that they come as fast as the line takes them.
pub(super) async fn inflated(foe: &Foe, sync: &mut Sync) -> Result<(), Over> {
    let forks = vec![vec![0; FRAME_MAX - 64]];
    let body = Body::Frontier(v1::Frontier { forks, ..v1::Frontier::default() });
    sync.send(body.clone()).await?;
    let packet = sync.pack(body)?;
    loop {
        sync.packet(&packet).await?;
        foe.tally.add("packets", 1);
        sync.ignore()?;
    }
}

/// Wants what is not there, no more often than it may, and reads none of the answers.
pub(super) async fn never_reads(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let mut stream = line.stream().await?;
    let mut packer = Packer::new().expect("a compressor");
    foe.tally.add("sessions", 1);
    while !line.is_closed() {
        let ranges = (0..1_000).map(|_| range(NodeKey::from_bytes(random()), LogId::from_bytes(random()), 1, 1));
        let want = packer.pack(Body::Want(v1::Want { ranges: ranges.collect() })).expect("a frame");
        let framed = [length(want.len()), want].concat();
        tokio::select! {
            written = stream.write_all(&framed) => written.map_err(|_| Over)?,
            () = line.until_closed() => return Ok(()),
        }
        stream.flush().await.map_err(|_| Over)?;
        foe.tally.add("wants", 1);
        tokio::time::sleep(SELDOM).await;
    }
    Ok(())
}
