//! `palabre mandate revoke`: takes a node off the list, with the key in this home. What it wrote until now, as far as
//! the running node holds it, still counts; everything after is void.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::{Ends, Mandate, NodeCutoff};
use palabre_core::id::{Code, LogName, MandateHash, NodeKey, Sequence};
use palabre_core::ledger::Head;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::LogList;
use serde::Serialize;

use super::succession::{self, administration_of};
use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::Failure;
use crate::home::{self, keys};
use crate::rules;

/// `palabre mandate revoke`
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// The key of the node, or its first digits.
    #[arg(value_name = "NODE")]
    node: String,
    /// Where to write the mandate too.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Revoked {
    id: MandateHash,
    file: Option<PathBuf>,
    administration: Code,
    number: u64,
    node: NodeKey,
    /// The last entry that counts of each of its logs.
    logs: Vec<EndView>,
}

#[derive(Serialize)]
struct EndView {
    log: String,
    sequence: u64,
}

impl Revoke {
    pub(super) fn run(self, place: &Path, speech: Speech) -> Result<(), Failure> {
        let secret = keys::administration(&home::peek(place)?)?;
        let (rules, client) = rules::running(place, speech)?;
        let administration = administration_of(rules.charter(), &secret)?;
        let node = listed(rules.mandate_in_force(&administration), &self.node)?;
        let ends = ends(&client, node)?;
        let logs = ends.iter().map(|(log, head)| EndView { log: log.log.to_string(), sequence: head.sequence.get() });
        let logs: Vec<EndView> = logs.collect();
        let mut message = succession::next(&rules, &administration)?;
        message.nodes.retain(|listed| listed.key != node.as_bytes());
        message.cutoffs = vec![NodeCutoff { node, logs: ends }.to_message()];
        let mandate = succession::sign(message, rules.charter(), &secret, rules.network())?;
        succession::write(&mandate, self.output.as_deref())?;
        rules::hand_in(&client, &succession::as_rules(&mandate))?;
        let (id, number) = (mandate.unverified().hash, mandate.unverified().number);
        let done = Revoked { id, file: self.output, administration, number, node, logs };
        speech.answer(&done, |speech| say(&done, speech));
        Ok(())
    }
}

/// The one listed node that a name means.
fn listed(mandate: Option<&Mandate>, name: &str) -> Result<NodeKey, Failure> {
    let digits = name.to_ascii_lowercase();
    let nodes = mandate.into_iter().flat_map(|mandate| &mandate.nodes).map(|node| node.key);
    // Eight digits as everywhere: fewer are a slip, and a slip must not revoke a node.
    let mut meant = nodes.filter(|key| digits.len() >= 8 && key.to_string().starts_with(&digits));
    match (meant.next(), meant.next()) {
        (Some(key), None) => Ok(key),
        _ => Err(Failure::new(Kind::NotFound, text!("err-mandate-unlisted", node = name))),
    }
}

/// The last entry that the running node holds of each log of a node.
fn ends(client: &Client, node: NodeKey) -> Result<Ends, Failure> {
    let list = block_on(client.get::<LogList>(&["logs", &node.to_string()], &[("limit", "0")]))?.view;
    let end = |log: palabre_web::views::LogView| {
        let head = Head { sequence: Sequence::new(log.sequence)?, id: log.head? };
        Some((LogName { author: node, log: log.log }, head))
    };
    Ok(Ends::of(list.logs.into_iter().filter_map(end).collect()))
}

fn say(done: &Revoked, speech: Speech) {
    let (administration, node) = (done.administration.to_string(), done.node.to_string());
    speech.say(&text!("mandate-revoked", node = node, administration = administration.clone()));
    for end in &done.logs {
        speech.say(&text!("mandate-end", log = end.log.clone(), sequence = end.sequence));
    }
    speech.say(&text!("mandate-handed-in", administration = administration, number = done.number));
}
