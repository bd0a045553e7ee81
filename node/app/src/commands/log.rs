//! `palabre log show`: the logs of a node, newest entries first.

use std::path::Path;

use clap::{Args, Subcommand};
use palabre_core::id::{LogId, Sequence};
use palabre_web::catalogue::Text;
use palabre_web::node::LogQuery;
use palabre_web::text;
use palabre_web::views::{Effect, LogList, LogView, void_words};

use crate::cli::{Speech, Table, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

/// `palabre log …`
#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Shows the logs of a node.
    Show(Show),
}

/// `palabre log show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A node's key or its first digits, or an administration.
    #[arg(value_name = "NODE")]
    node: String,
    /// Only this log.
    #[arg(long, value_name = "LOG")]
    log: Option<LogId>,
    /// Only entries before this sequence.
    #[arg(long, value_name = "NUMBER", value_parser = sequence)]
    before: Option<Sequence>,
    /// At most so many of each log.
    #[arg(long, value_name = "NUMBER", default_value_t = LogQuery::LIMIT_DEFAULT)]
    limit: usize,
}

fn sequence(text: &str) -> Result<Sequence, String> {
    text.parse().ok().and_then(Sequence::new).ok_or_else(|| "sequences count from 1".to_owned())
}

impl Log {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let Self::Show(show) = self;
        let client = Client::of(home, speech.lang())?;
        let mut query = vec![("limit", show.limit.to_string())];
        query.extend(show.log.map(|log| ("log", log.to_string())));
        query.extend(show.before.map(|sequence| ("before", sequence.to_string())));
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = block_on(client.get::<LogList>(&["logs", &show.node], &query))?;
        speech.relay(&answer, say);
        Ok(())
    }
}

fn say(list: &LogList, speech: Speech) {
    let administration = list.administration.as_ref().map(ToString::to_string).unwrap_or_default();
    speech.say(&text!("log-node", administration = administration, node = list.node.to_string()));
    if list.logs.is_empty() {
        speech.say(&text!("log-none"));
    }
    for log in &list.logs {
        Speech::print("");
        speech.say(&text!("log-head", log = log.log.to_string(), sequence = log.sequence));
        if let Some(sequence) = log.forked_from {
            speech.say(&text!("log-forked", sequence = sequence));
        }
        speech.show(&table(log, speech));
    }
}

fn table(log: &LogView, speech: Speech) -> Table {
    let mut table = Table::new([
        text!("col-sequence"),
        text!("col-id"),
        text!("col-clock"),
        text!("col-act"),
        text!("col-size"),
        text!("col-effect"),
    ]);
    for entry in &log.entries {
        table.row([
            entry.sequence.to_string(),
            entry.id.short(),
            units::moment(entry.clock),
            entry.act.clone().unwrap_or_default(),
            units::size(entry.size, speech.lang()),
            effect_words(entry.effect, entry.reason.as_deref(), speech),
        ]);
    }
    table
}

/// What an act does, and why it does not.
pub(super) fn effect_words(effect: Effect, reason: Option<&str>, speech: Speech) -> String {
    let effect: Text = match effect {
        Effect::InForce => text!("effect-in-force"),
        Effect::Void => text!("effect-void"),
        Effect::Waiting => text!("effect-waiting"),
        Effect::Forked => text!("effect-forked"),
        Effect::Sealed => text!("effect-sealed"),
    };
    let effect = effect.in_lang(speech.lang());
    match reason {
        None => effect,
        Some(reason) => format!("{effect} ({})", void_words(reason).words(speech.lang())),
    }
}
