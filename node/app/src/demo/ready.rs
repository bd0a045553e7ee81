//! When the network is whole: every node answers, sees the others, and holds the same.

use std::collections::BTreeSet;
use std::time::Duration;

use palabre_core::id::NodeKey;
use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::{DocumentList, PeerState, StatusView};
use tokio::time::{Instant, sleep};

use super::DemoNode;
use crate::client::Client;
use crate::failure::Failure;

/// How long the network may take: ten times what 24 nodes take on two cores.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A node and the way to its API.
pub(super) struct Seen {
    pub(super) node: DemoNode,
    pub(super) client: Client,
}

/// The way to every node.
pub(super) fn clients(nodes: &[DemoNode], lang: Lang) -> Result<Vec<Seen>, Failure> {
    let seen = |node: &DemoNode| Ok(Seen { node: node.clone(), client: Client::of(&node.home, lang)? });
    nodes.iter().map(seen).collect()
}

/// Waits until every node answers.
pub(super) async fn answer(clients: &[Seen]) -> Result<(), Failure> {
    patiently(async || {
        for seen in clients {
            match seen.client.get::<StatusView>(&["status"], &[]).await {
                Err(failure) if failure.kind() == Kind::NotRunning => return Ok(None),
                answered => drop(answered?),
            }
        }
        Ok(Some(()))
    })
    .await
}

/// Waits until every node sees the others, and all hold the same entries and `documents` whole documents. Answers with
/// where each listens.
pub(super) async fn level(clients: &[Seen], documents: usize) -> Result<Vec<Vec<String>>, Failure> {
    let all: BTreeSet<NodeKey> = clients.iter().map(|seen| seen.node.node).collect();
    patiently(async || {
        let mut statuses = Vec::new();
        for seen in clients {
            let status = seen.client.get::<StatusView>(&["status"], &[]).await?.view;
            if !sees_others(&status, &all) || !holds(seen, documents).await? {
                return Ok(None);
            }
            statuses.push(status);
        }
        let same = statuses.windows(2).all(|pair| pair[0].ledger == pair[1].ledger);
        Ok(same.then(|| statuses.into_iter().map(|status| status.listen).collect()))
    })
    .await
}

/// Whether a node knows all the others and is connected to the network. It is not connected to each: a node keeps a
/// few connections (`docs/design.md` §7).
fn sees_others(status: &StatusView, all: &BTreeSet<NodeKey>) -> bool {
    let mut known: BTreeSet<NodeKey> = status.peers.iter().map(|peer| peer.node).collect();
    known.insert(status.node);
    let connected = status.peers.iter().any(|peer| peer.state == PeerState::Connected);
    all.is_subset(&known) && connected
}

async fn holds(seen: &Seen, documents: usize) -> Result<bool, Failure> {
    let list = seen.client.get::<DocumentList>(&["documents"], &[]).await?.view;
    let whole = list.documents.iter().filter(|document| document.complete).count();
    Ok(whole >= documents && whole == list.documents.len())
}

/// Looks until there is something, or until patience ends.
async fn patiently<T>(look: impl AsyncFn() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        if Instant::now() >= until {
            return Err(Failure::new(Kind::Network, text!("err-demo-patience", seconds = PATIENCE.as_secs())));
        }
        sleep(LOOK).await;
    }
}
