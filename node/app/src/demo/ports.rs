//! Free ports for each node. Between the look and the start of a node somebody else may take one: then that node says
//! so and the demo ends.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

use palabre_web::problem::Kind;
use palabre_web::text;

use crate::failure::Failure;

/// The ports of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    /// Of its HTTP API.
    pub(super) api: u16,
    /// For other nodes, TCP and QUIC alike.
    pub(super) peers: u16,
}

/// Ports for `count` nodes, from `first` on: those of the APIs first, those for peers above.
pub(super) fn choose(count: usize, first: u16) -> Result<Vec<Ports>, Failure> {
    let apis: Vec<u16> = (first..=u16::MAX).filter(|port| has_tcp(*port)).take(count).collect();
    let above = apis.last().map_or(first, |last| last.saturating_add(1));
    let peers: Vec<u16> = (above..=u16::MAX).filter(|port| has_both(*port)).take(count).collect();
    if peers.len() < count {
        return Err(Failure::new(Kind::Failure, text!("err-demo-ports", port = first.to_string())));
    }
    Ok(apis.into_iter().zip(peers).map(|(api, peers)| Ports { api, peers }).collect())
}

/// Whether all these ports are free.
pub(super) fn are_free(ports: &[Ports]) -> bool {
    ports.iter().all(|ports| has_tcp(ports.api) && has_both(ports.peers))
}

fn has_tcp(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn has_both(port: u16) -> bool {
    has_tcp(port) && UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let first = taken.local_addr().expect("its address").port();
        let chosen = choose(3, first).expect("enough ports above");
        let mut all: Vec<u16> = chosen.iter().flat_map(|ports| [ports.api, ports.peers]).collect();
        assert!(!all.contains(&first));
        let highest_api = chosen.iter().map(|ports| ports.api).max();
        assert!(chosen.iter().all(|ports| Some(ports.peers) > highest_api));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
