//! A node that is not let in, although its own rules say that it may: the other may not have heard yet. It shows at the
//! door what makes it a member (`docs/design.md` §4).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use palabre_core::admission::door::{self, Answer, Knock, Wants};
use palabre_core::id::NodeKey;
use palabre_net::{DialFailure, Multiaddr, address_of};
use palabre_proto::v1;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, info};
use zeroize::Zeroizing;

use super::engine::Job;

/// Time between two showings at one door: rules that did not count once will not a minute later.
const AGAIN: Duration = Duration::from_mins(30);

/// What was dialled, and where something was shown.
pub(super) struct Bearer {
    jobs: mpsc::Sender<Job>,
    /// Of nodes that are being dialled: their addresses.
    dialled: BTreeMap<NodeKey, Vec<Multiaddr>>,
    shown: BTreeMap<NodeKey, Instant>,
}

impl Bearer {
    pub(super) const fn new(jobs: mpsc::Sender<Job>) -> Self {
        Self { jobs, dialled: BTreeMap::new(), shown: BTreeMap::new() }
    }

    /// A node is dialled.
    pub(super) fn dials(&mut self, peer: NodeKey, addresses: &[Multiaddr]) {
        self.dialled.insert(peer, addresses.to_vec());
    }

    /// A dial came to its end: where the other did not let this node in, it is shown why it may.
    pub(super) fn failed(&mut self, peer: NodeKey, reason: &DialFailure) {
        let Some(addresses) = self.dialled.remove(&peer) else { return };
        let not_let_in = matches!(reason, DialFailure::NotAdmittedThere | DialFailure::NoSyncStream);
        if !not_let_in || self.shown.get(&peer).is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        self.shown.retain(|_, at| at.elapsed() < AGAIN);
        self.shown.insert(peer, Instant::now());
        tokio::spawn(show(self.jobs.clone(), peer, addresses));
    }
}

async fn show(jobs: mpsc::Sender<Job>, peer: NodeKey, addresses: Vec<Multiaddr>) {
    let (answer, seen) = oneshot::channel();
    let look = Job::Look(Box::new(move |node, _| drop(answer.send(door::proof(node.rules(), &node.key())))));
    if jobs.send(look).await.is_err() {
        return;
    }
    let Ok(Some(rules)) = seen.await else { return };
    for address in addresses {
        match knock(&address_of(peer, address), rules.clone()).await {
            Some(true) => return info!(%peer, "a node that did not know this one has been shown why it may come in"),
            Some(false) => return debug!(%peer, "what was shown does not count there"),
            None => {}
        }
    }
}

/// Whether what is shown counts there; none when nobody answers.
async fn knock(address: &Multiaddr, rules: v1::Rules) -> Option<bool> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).ok()?;
    let knock = Knock { wants: Wants::Shown(Box::new(rules)), known: Vec::new() };
    let frames = palabre_net::knock(seed, address.clone(), knock.encode()).await.ok()?;
    Some(Answer::decode(&frames).ok()?.refusal.is_none())
}
