//! Ports that nobody else takes.

use std::net::TcpListener;
use std::process;

/// Ports in a block: a demo of 24 nodes has room for three ports each.
const BLOCK: u16 = 100;
/// First port of the first block. The ports below are those of services.
const FIRST: u16 = 10_000;
/// End of the blocks: Linux hands out the ports from 32768 on to whoever connects.
const END: u16 = 32_700;

/// A block of ports for one test, its own until it is dropped.
///
/// Its first port is listened on as long as the block lives. So no two tests share a block, not even those of different
/// processes.
#[derive(Debug)]
pub struct Ports {
    first: u16,
    next: u16,
    _guard: TcpListener,
}

impl Ports {
    /// Takes a free block.
    pub fn take() -> Self {
        let blocks = (END - FIRST) / BLOCK;
        // Processes begin at different places, so that they seldom try the same.
        let start = u16::try_from(process::id() % u32::from(blocks)).expect("below the number of blocks");
        let guarded = (0..blocks).find_map(|step| {
            let first = FIRST + (start + step) % blocks * BLOCK;
            TcpListener::bind(("127.0.0.1", first)).ok().map(|guard| (first, guard))
        });
        let (first, guard) = guarded.expect("some block of ports is free");
        Self { first, next: first, _guard: guard }
    }

    /// The next free port of the block, free for TCP and for UDP.
    pub fn free(&mut self) -> u16 {
        while self.next + 1 < self.first + BLOCK {
            self.next += 1;
            let tcp = TcpListener::bind(("127.0.0.1", self.next));
            let udp = std::net::UdpSocket::bind(("127.0.0.1", self.next));
            if tcp.is_ok() && udp.is_ok() {
                return self.next;
            }
        }
        panic!("no port is left in the block that begins at {}", self.first);
    }

    /// The port after the guarded one: where a demo may begin.
    pub fn start(&self) -> u16 {
        self.first + 1
    }
}
