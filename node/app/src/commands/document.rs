//! `palabre document`: what administrations share.

mod get;
mod list;
mod publish;
mod show;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use palabre_web::text;
use palabre_web::views::Created;

use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::Failure;

pub(crate) use publish::media_type;

/// `palabre document …`
#[derive(Debug, Subcommand)]
pub(crate) enum Document {
    /// Publishes a document.
    Publish(publish::Publish),
    /// Adds a version to a document.
    Revise(publish::Revise),
    /// Withdraws a document.
    Withdraw {
        /// The document.
        #[arg(value_name = "ID")]
        id: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Lists the documents.
    List,
    /// Shows a document and its versions.
    Show {
        /// The document.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Fetches the content of a document.
    Get {
        /// The document.
        #[arg(value_name = "ID")]
        id: String,
        /// This version, not the one that stands.
        #[arg(long, value_name = "ID")]
        version: Option<String>,
        /// Where to write it; else to the standard output.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

impl Document {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let client = Client::of(home, speech.lang())?;
        match self {
            Self::Publish(publish) => publish.run(&client, speech),
            Self::Revise(revise) => revise.run(&client, speech),
            Self::Withdraw { id, reason } => withdraw(&client, speech, &id, &reason),
            Self::List => list::run(&client, speech),
            Self::Show { id } => show::run(&client, speech, &id),
            Self::Get { id, version, output } => get::run(&client, speech, &id, version.as_deref(), output.as_deref()),
        }
    }
}

fn withdraw(client: &Client, speech: Speech, id: &str, reason: &str) -> Result<(), Failure> {
    let body = serde_json::json!({ "reason": reason }).to_string().into_bytes();
    let path = ["documents", id, "withdrawal"];
    let answer = block_on(client.post::<Created>(&path, &[], "application/json", body))?;
    speech.relay(&answer, |_, speech| speech.say(&text!("document-withdrawn")));
    Ok(())
}
