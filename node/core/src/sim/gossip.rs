//! A model of gossipsub: every node passes a message on once, to a few neighbours, after its verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use palabre_proto::{Message as _, v1};

use super::network::Place;
use crate::node::MessageId;

/// Bytes that gossipsub adds to a message: its topic (`palabre/<64 hexadecimal digits>/entries`) and the fields around.
pub(super) const ENVELOPE: u64 = 90;

/// A message on its way.
pub(super) type Message = Rc<[u8]>;

/// What one node remembers of messages. Gone with every start.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    seen: BTreeSet<[u8; 32]>,
    owed: BTreeMap<MessageId, (Message, Place)>,
    next: u64,
}

impl Memory {
    /// Notes a message; true when it was not seen before.
    pub(super) fn notes(&mut self, message: &Message) -> bool {
        self.seen.insert(*blake3::hash(message).as_bytes())
    }

    /// The name under which the node will give its verdict.
    pub(super) fn owe(&mut self, message: Message, from: Place) -> MessageId {
        let id = MessageId(self.next);
        self.next += 1;
        self.owed.insert(id, (message, from));
        id
    }

    /// The message on which a verdict came, and who sent it.
    pub(super) fn settle(&mut self, id: MessageId) -> Option<(Message, Place)> {
        self.owed.remove(&id)
    }
}

/// Of the neighbours those that a message goes to: the first `mesh` in an order that differs from node to node.
#[must_use]
pub(super) fn mesh(at: Place, mut neighbours: Vec<Place>, mesh: usize) -> Vec<Place> {
    neighbours.sort_by_key(|neighbour| {
        let (low, high) = if at < *neighbour { (at, *neighbour) } else { (*neighbour, at) };
        *blake3::hash(format!("{low} {high}").as_bytes()).as_bytes()
    });
    neighbours.truncate(mesh);
    neighbours
}

/// Whether a message carries a whole entry.
#[must_use]
pub(super) fn is_entry(message: &Message) -> bool {
    matches!(v1::Gossip::decode(&message[..]), Ok(v1::Gossip { body: Some(v1::gossip::Body::Entry(_)) }))
}
