//! Closing: one connection, those that came to nothing, everything.

use super::Task;
use crate::event::{DialFailure, DisconnectReason};
use crate::identity;
use futures::StreamExt;
use libp2p::swarm::ConnectionId;
use palabre_core::id::NodeKey;
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long the node waits for its connections to say goodbye when it stops.
const GOODBYE: Duration = Duration::from_secs(3);

impl Task {
    /// Closes a connection that is no longer listed.
    pub(super) fn close(&mut self, connection: ConnectionId) {
        // False when it is closed already.
        let _ = self.swarm.close_connection(connection);
    }

    /// Closes a connection whose sync stream did not come about.
    pub(super) fn close_unused(&mut self, connection: ConnectionId, reason: DialFailure) {
        if let Some((node, _)) = self.connections.remove(connection) {
            self.close(connection);
            self.without_session(node, reason);
        }
    }

    /// Closes a connection, with its session if it carries one.
    pub(super) fn drop_connection(&mut self, connection: ConnectionId, reason: DisconnectReason) {
        let Some((node, _)) = self.connections.remove(connection) else { return };
        if let Some(running) = self.sessions.get(&node).filter(|running| running.connection == connection) {
            running.link.stop(reason);
        }
        self.close(connection);
        self.without_session(node, DialFailure::NoSyncStream);
    }

    /// Ends the session of a node, if it has one, closes its connections and gives up its dial.
    pub(super) fn drop_node(&mut self, node: NodeKey, reason: DisconnectReason) {
        if let Some(running) = self.sessions.get(&node) {
            running.link.stop(reason);
        }
        self.connections.remove_all(node);
        // An error means that it was not connected.
        let _ = self.swarm.disconnect_peer_id(identity::peer_id(node));
        self.give_up_dial(node);
    }

    /// Closes connections on which the other node should have opened a sync stream long ago.
    pub(super) fn close_overdue(&mut self) {
        for connection in self.connections.overdue(Instant::now()) {
            self.close_unused(connection, DialFailure::NoSyncStream);
        }
    }

    /// Ends all sessions and closes all connections.
    pub(super) async fn close_everything(&mut self) {
        for running in self.sessions.values() {
            running.link.stop(DisconnectReason::Stopping);
        }
        let peers: Vec<_> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            // An error means that it has closed meanwhile.
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let all_closed = async {
            while self.swarm.network_info().num_peers() > 0 {
                self.swarm.select_next_some().await;
            }
        };
        if timeout(GOODBYE, all_closed).await.is_err() {
            tracing::debug!("some peers did not answer the goodbye");
        }
    }
}
