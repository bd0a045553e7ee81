//! `palabre status`: how the running node is.

use std::path::Path;

use palabre_web::catalogue::{Lang, Text};
use palabre_web::text;
use palabre_web::views::{Concern, PeerState, StatusView};

use super::peer;
use crate::cli::{Speech, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

/// Shows it.
pub(crate) fn run(home: &Path, speech: Speech) -> Result<(), Failure> {
    let client = Client::of(home, speech.lang())?;
    let answer = block_on(client.get::<StatusView>(&["status"], &[]))?;
    speech.relay(&answer, say);
    Ok(())
}

fn say(status: &StatusView, speech: Speech) {
    if !status.disputed.is_empty() {
        speech.say(&text!("charter-dispute", count = status.disputed.len()));
        speech.say(&text!("charter-dispute-next"));
    }
    for administration in &status.disputed_mandates {
        speech.say(&text!("status-mandate-dispute", administration = administration.to_string()));
    }
    let administration = status.administration.as_ref().map(ToString::to_string).unwrap_or_default();
    speech.say(&text!("status-node", administration = administration, node = status.node.to_string()));
    speech.say(&text!("status-network", network = status.network.to_string(), revision = status.revision));
    for address in &status.listen {
        speech.say(&text!("status-listen", address = address.clone()));
    }
    speech.say(&text!("status-ledger", hash = status.ledger.to_string()));
    for (audience, hash) in &status.state {
        speech.say(&text!("status-state", audience = audience.0.clone(), hash = hash.to_string()));
    }
    speech.say(&if status.lag.entries == 0 {
        text!("status-level")
    } else {
        let since = units::duration(status.lag.seconds, speech.lang());
        text!("status-behind", entries = status.lag.entries, since = since)
    });
    if let Some(obstacle) = status.obstacle {
        speech.say(&text!("status-paused", obstacle = obstacle.text()));
    }
    for concern in &status.concerns {
        speech.say(&worry(*concern, speech.lang()));
    }
    let connected = status.peers.iter().filter(|peer| peer.state == PeerState::Connected).count();
    speech.say(&text!("status-peers", connected = connected, all = status.peers.len()));
    if !status.peers.is_empty() {
        Speech::print("");
        speech.show(&peer::table(&status.peers, speech.lang()));
    }
}

fn worry(concern: Concern, lang: Lang) -> Text {
    match concern {
        Concern::Keyholders { overdue, keyholders, at_risk: false, .. } => {
            text!("status-keyholders", overdue = overdue, keyholders = keyholders)
        }
        Concern::Keyholders { overdue, keyholders, threshold, .. } => {
            text!("status-keyholders-risk", overdue = overdue, keyholders = keyholders, threshold = threshold)
        }
        Concern::EndedAbruptly => text!("status-ended-abruptly"),
        Concern::Descriptors { used, limit, ago } => {
            text!("status-descriptors", used = used, limit = limit, ago = units::duration(ago, lang))
        }
        Concern::Memory { used, limit, ago } => {
            let (used, limit) = (units::size(used, lang), units::size(limit, lang));
            text!("status-memory", used = used, limit = limit, ago = units::duration(ago, lang))
        }
    }
}
