//! A path between two nodes that can die without a word, as a satellite link or a NAT does.

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Forwards TCP to a node, until it is frozen: then it holds its sockets open and forwards nothing.
pub(crate) struct Proxy {
    pub(crate) address: Multiaddr,
    frozen: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) fn to(address: &Multiaddr) -> Self {
        let port = address.iter().find_map(|part| if let Protocol::Tcp(port) = part { Some(port) } else { None });
        let target = format!("127.0.0.1:{}", port.unwrap());
        let socket = TcpSocket::new_v4().unwrap();
        // Small, so that what is sent to a frozen path soon stays with the sender.
        socket.set_recv_buffer_size(4096).unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let listener = socket.listen(8).unwrap();
        let address = format!("/ip4/127.0.0.1/tcp/{}", listener.local_addr().unwrap().port()).parse().unwrap();
        let frozen = Arc::new(AtomicBool::new(false));
        let dead = Arc::clone(&frozen);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&target).await.unwrap();
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(forward(near_in, far_out, Arc::clone(&dead)));
                tokio::spawn(forward(far_in, near_out, Arc::clone(&dead)));
            }
        });
        Self { address, frozen }
    }

    pub(crate) fn freeze(&self) {
        self.frozen.store(true, Ordering::Relaxed);
    }
}

async fn forward(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    frozen: Arc<AtomicBool>,
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if frozen.load(Ordering::Relaxed) {
            // Neither side hears anything, not even an end.
            std::future::pending::<()>().await;
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    if frozen.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
