//! Streams and connections without end.

use std::time::Duration;

use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use libp2p::{Multiaddr, StreamProtocol};
use palabre_core::keys::Secret;
use palabre_net::ATTACHMENT_PROTOCOL;

use super::attack::Foe;
use super::line::{Line, Over, length};
use super::member::random;

/// Gossipsub's own protocol.
const MESHSUB: StreamProtocol = StreamProtocol::new("/meshsub/1.1.0");
/// libp2p's own ping.
const PING: StreamProtocol = StreamProtocol::new("/ipfs/ping/1.0.0");
/// Connections that storm the door at the same time.
const AT_ONCE: usize = 8;

/// A thousand streams on one connection, all kept open.
pub(super) async fn streams(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let _sync = line.sync().await?;
    let mut kept = Vec::new();
    for number in 0..1_000 {
        if line.is_closed() {
            return Ok(());
        }
        let protocol = if number % 2 == 0 { ATTACHMENT_PROTOCOL } else { StreamProtocol::new("/palabre/unknown/1") };
        let opened = tokio::time::timeout(Duration::from_secs(1), line.control.open_stream(line.peer, protocol)).await;
        foe.tally.add("streams", 1);
        if let Ok(Ok(stream)) = opened {
            kept.push(stream);
        }
    }
    line.until_closed().await;
    Ok(())
}

/// Connects, is let in, and connects again.
pub(super) async fn connections(foe: &Foe) {
    let storm = |_| async {
        loop {
            match Line::open(&foe.member.secret, foe.member.network, &foe.target).await {
                Ok(mut line) => {
                    foe.tally.add("connections", 1);
                    drop(line.sync().await);
                }
                Err(Over) => foe.tally.add("refused", 1),
            }
        }
    };
    futures::future::join_all((0..AT_ONCE).map(storm)).await;
}

/// Connects with a new key each time; half of them say nothing at all.
pub(super) async fn strangers(foe: &Foe) {
    let storm = |number: usize| async move {
        loop {
            foe.tally.add("connections", 1);
            if number.is_multiple_of(2) {
                let stranger = Secret::from_seed(&random());
                if let Ok(mut line) = Line::open(&stranger, foe.member.network, &foe.target).await {
                    line.until_closed().await;
                }
            } else {
                knock(&foe.target.address).await;
            }
        }
    };
    futures::future::join_all((0..AT_ONCE).map(storm)).await;
}

/// A TCP connection that is closed at once.
async fn knock(address: &Multiaddr) {
    use libp2p::multiaddr::Protocol;
    let port = address.iter().find_map(|part| if let Protocol::Tcp(port) = part { Some(port) } else { None });
    if let Some(port) = port {
        drop(tokio::net::TcpStream::connect(("127.0.0.1", port)).await);
    }
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// A message that says nothing, as often as the line carries it. Gossipsub knows it after the first time.
pub(super) async fn mesh(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let mut sync = line.sync().await?;
    let mut stream = line.control.open_stream(line.peer, MESHSUB).await.map_err(|_| Over)?;
    let topic = format!("palabre/{}/entries", foe.member.network);
    // RPC { publish: [Message { data, topic }] }, by hand: field 2 of it, and fields 2 and 4 of the message.
    let message = [&[0x12, 0][..], &[0x22, u8::try_from(topic.len()).expect("short")], topic.as_bytes()].concat();
    let rpc = [&[0x12, u8::try_from(message.len()).expect("short")][..], &message].concat();
    let framed = [length(rpc.len()), rpc].concat();
    let many = framed.repeat(100);
    while !line.is_closed() {
        tokio::select! {
            written = stream.write_all(&many) => written.map_err(|_| Over)?,
            () = line.until_closed() => return Ok(()),
        }
        stream.flush().await.map_err(|_| Over)?;
        foe.tally.add("messages", 100);
        sync.ignore()?;
    }
    Ok(())
}

pub(super) async fn pings(foe: &Foe, line: &mut Line) -> Result<(), Over> {
    let mut sync = line.sync().await?;
    let stream = line.control.open_stream(line.peer, PING).await.map_err(|_| Over)?;
    let (mut reader, mut writer) = stream.split();
    let echoed = async {
        let mut echo = [0; 3_200];
        while reader.read_exact(&mut echo).await.is_ok() {
            foe.tally.add("pings", 100);
        }
    };
    let pinging = async {
        while writer.write_all(&[7; 3_200]).await.is_ok() && writer.flush().await.is_ok() && sync.ignore().is_ok() {}
    };
    tokio::select! {
        () = echoed => {}
        () = pinging => {}
        () = line.until_closed() => {}
    }
    Ok(())
}
