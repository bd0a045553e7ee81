//! Node keys and libp2p's peer ids: two spellings of one Ed25519 public key.

use libp2p::identity::{Keypair, ed25519};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use palabre_core::id::NodeKey;
use zeroize::Zeroizing;

/// What stands before the 32 key bytes in the peer id of an Ed25519 key: an identity multihash (0x00) of 36 bytes
/// (0x24), which are the protobuf `{ type: Ed25519, data: 32 bytes }` (libp2p specs, peer-ids).
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The libp2p key pair of the node whose Ed25519 secret is `seed`, and its name.
#[expect(clippy::expect_used, reason = "every 32 bytes are the seed of an Ed25519 key")]
pub(crate) fn keypair(seed: &Zeroizing<[u8; 32]>) -> (Keypair, NodeKey) {
    // The copy is wiped by the callee.
    let mut seed = **seed;
    let keypair = ed25519::Keypair::from(ed25519::SecretKey::try_from_bytes(&mut seed).expect("32 bytes"));
    let node = NodeKey::from_bytes(keypair.public().to_bytes());
    (keypair.into(), node)
}

/// The peer id of `node`. Total: bytes that are no point of the curve give a peer id that nobody can prove.
#[expect(clippy::expect_used, reason = "38 bytes with this prefix are always a well-formed identity multihash")]
pub(crate) fn peer_id(node: NodeKey) -> PeerId {
    let mut bytes = [0; PREFIX.len() + NodeKey::LEN];
    bytes[..PREFIX.len()].copy_from_slice(&PREFIX);
    bytes[PREFIX.len()..].copy_from_slice(node.as_bytes());
    PeerId::from_bytes(&bytes).expect("an identity multihash of 36 bytes")
}

/// The node whose peer id this is; `None` for a key of another kind than Ed25519.
pub(crate) fn node_key(peer: &PeerId) -> Option<NodeKey> {
    let bytes = peer.to_bytes();
    NodeKey::try_from(bytes.strip_prefix(&PREFIX)?).ok()
}

/// `address` with `/p2p/<peer id of node>` at its end, as people copy it. An address that already names a peer keeps
/// that name.
#[must_use]
pub fn address_of(node: NodeKey, address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        return address;
    }
    address.with(Protocol::P2p(peer_id(node)))
}

/// `address` without `/p2p/…` at its end, as it was before a dial named the peer in it.
pub(crate) fn without_node(mut address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        address.pop();
    }
    address
}

/// The node that `address` names in its last part, if it does.
#[must_use]
pub fn node_in(address: &Multiaddr) -> Option<NodeKey> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => node_key(&peer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_key_and_its_peer_id_name_each_other() {
        let (keypair, node) = keypair(&Zeroizing::new([7; 32]));
        let peer = keypair.public().to_peer_id();
        assert_eq!(node_key(&peer), Some(node));
        assert_eq!(peer_id(node), peer);
    }

    #[test]
    fn a_peer_id_of_another_kind_is_no_node() {
        assert_eq!(node_key(&PeerId::random()), None);
    }

    #[test]
    fn an_address_names_its_node_once() {
        let (_, node) = keypair(&Zeroizing::new([7; 32]));
        let plain: Multiaddr = "/ip4/127.0.0.1/tcp/4001".parse().unwrap();
        let full = address_of(node, plain.clone());
        assert_eq!(node_in(&plain), None);
        assert_eq!(node_in(&full), Some(node));
        assert_eq!(address_of(node, full.clone()), full);
        assert_eq!(without_node(full), plain);
        assert_eq!(without_node(plain.clone()), plain);
    }
}
