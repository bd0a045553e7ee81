//! What the rest of the node asks for, done.

use super::{Asked, Chunks, Command, Task};
use crate::attachment::FetchError;
use crate::event::DisconnectReason;
use crate::streams::ATTACHMENT_PROTOCOL;
use crate::{gossip, identity};
use palabre_core::id::{ContentHash, NodeKey};
use std::collections::BTreeSet;

impl Task {
    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Admit(nodes) => self.admit(&nodes),
            Command::Dial { node, addresses } => self.dial(node, addresses),
            Command::Disconnect { node, why } => self.drop_node(node, DisconnectReason::Asked(why)),
            Command::Gossip { topic, bytes } => {
                let gossipsub = &mut self.swarm.behaviour_mut().gate.members().gossipsub.inner;
                gossip::publish(gossipsub, &self.topics, topic, bytes, &self.meters);
            }
            Command::Verdict { message, verdict } => {
                gossip::judge(&mut self.swarm.behaviour_mut().gate.members().gossipsub.inner, &message, verdict);
            }
            Command::Fetch { node, hash, size, chunks } => self.fetch(node, hash, size, chunks),
            // Handled where commands are received.
            Command::Shutdown(_) => {}
        }
    }

    fn admit(&mut self, nodes: &BTreeSet<NodeKey>) {
        for node in self.connections.nodes() {
            if !nodes.contains(&node) {
                self.drop_node(node, DisconnectReason::NoLongerAdmitted);
            }
        }
        self.swarm.behaviour_mut().gate.admit(nodes.iter().map(|node| identity::peer_id(*node)).collect());
        self.meters.retain(|node| nodes.contains(node));
        self.served_by_node.retain(|node, _| nodes.contains(node));
    }

    fn fetch(&mut self, node: NodeKey, hash: ContentHash, size: u64, chunks: Chunks) {
        let Some(connection) = self.connections.up(node).map(|connection| connection.id) else {
            // The channel is new and has room.
            let _ = chunks.try_send(Err(FetchError::NotConnected));
            return;
        };
        self.ask(identity::peer_id(node), ATTACHMENT_PROTOCOL, Asked::Fetch { node, connection, hash, size, chunks });
    }
}
