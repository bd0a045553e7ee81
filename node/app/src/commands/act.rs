//! `palabre act`: what has become of an act, and to uphold one that is void (`docs/design.md` §4).

use std::path::Path;

use clap::Subcommand;
use palabre_web::text;
use palabre_web::views::{ActView, Created};

use super::log::effect_words;
use crate::cli::{Speech, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

/// `palabre act …`
#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Shows an act: in force, void and why, upheld by whom.
    Show {
        /// The act.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Upholds a void act.
    Uphold {
        /// The act.
        #[arg(value_name = "ID")]
        id: String,
    },
}

impl Act {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let client = Client::of(home, speech.lang())?;
        match self {
            Self::Show { id } => show(&client, &id, speech),
            Self::Uphold { id } => uphold(&client, &id, speech),
        }
    }
}

fn show(client: &Client, id: &str, speech: Speech) -> Result<(), Failure> {
    let answer = block_on(client.get::<ActView>(&["acts", id], &[]))?;
    speech.relay(&answer, say);
    Ok(())
}

fn uphold(client: &Client, id: &str, speech: Speech) -> Result<(), Failure> {
    let answer = block_on(client.post::<Created>(&["acts", id, "upholding"], &[], "application/json", Vec::new()))?;
    speech.relay(&answer, |made, speech| speech.say(&text!("act-upheld-now", id = made.id.to_string())));
    Ok(())
}

fn say(act: &ActView, speech: Speech) {
    speech.say(&text!("act-head", id = act.id.to_string(), act = act.act.clone().unwrap_or_default()));
    if let Some(object) = act.object {
        speech.say(&text!("act-object", id = object.to_string()));
    }
    let administration = act.administration.as_ref().map(ToString::to_string).unwrap_or_default();
    let (node, at) = (act.node.short(), units::moment(act.clock));
    speech.say(&text!("act-by", administration = administration, node = node, at = at));
    speech.say(&text!("act-log", log = act.log.to_string(), sequence = act.sequence));
    speech.say(&text!("act-effect", effect = effect_words(act.effect, act.reason.as_deref(), speech)));
    if let Some(upheld) = &act.upheld {
        let (administration, id) = (upheld.administration.to_string(), upheld.id.to_string());
        speech.say(&text!("act-upheld", administration = administration, id = id));
    }
    if let Some(upholds) = act.upholds {
        speech.say(&text!("act-upholds", id = upholds.to_string()));
    }
}
