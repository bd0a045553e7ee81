//! `palabre mandate show`: what mandates say, and whether their signatures are valid.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::{CharterFile, RawMandate};
use palabre_core::id::{CharterHash, Code, MandateHash, NodeKey};
use palabre_core::time::Millis;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::{Speech, Table};
use crate::failure::Failure;
use crate::home::{self, founding};

/// `palabre mandate show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A mandate file; else the mandates of the home.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The charter file against which the signature is checked; else the home's, where there is one.
    #[arg(long, value_name = "FILE")]
    charter: Option<PathBuf>,
}

#[derive(Serialize)]
struct Shown {
    mandates: Vec<MandateView>,
}

#[derive(Serialize)]
struct MandateView {
    id: MandateHash,
    administration: Code,
    number: u64,
    charter: CharterHash,
    written: Millis,
    nodes: Vec<NodeView>,
    /// None when there is no charter to check it against.
    valid: Option<bool>,
}

#[derive(Serialize)]
struct NodeView {
    node: NodeKey,
    label: String,
    addresses: Vec<String>,
}

impl Show {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let own = || home::peek(home).and_then(|home| founding::own_charter(&home)).ok();
        let charter = self.charter.or_else(own).map(|file| founding::read_charter(&file)).transpose()?;
        let files = match self.file {
            Some(file) => vec![file],
            None => founding::mandate_files(&home::peek(home)?)?,
        };
        let mandates = files.iter().map(|file| founding::read_mandate(file).map(|raw| view(&raw, charter.as_ref())));
        let shown = Shown { mandates: mandates.collect::<Result<_, _>>()? };
        speech.answer(&shown, |speech| say(&shown, speech));
        match shown.mandates.iter().find(|mandate| mandate.valid == Some(false)) {
            None => Ok(()),
            Some(mandate) => {
                let administration = mandate.administration.to_string();
                Err(Failure::new(Kind::Refused, text!("err-mandate-invalid", administration = administration)))
            }
        }
    }
}

fn view(raw: &RawMandate, charter: Option<&CharterFile>) -> MandateView {
    let said = raw.unverified();
    let judge = charter.and_then(|file| file.charter.founds().map(|network| (&file.charter, network)));
    MandateView {
        id: said.hash,
        administration: said.administration.clone(),
        number: said.number,
        charter: said.charter,
        written: said.written,
        nodes: said
            .nodes
            .iter()
            .map(|node| NodeView { node: node.key, label: node.label.clone(), addresses: node.addresses.clone() })
            .collect(),
        valid: judge.map(|(charter, network)| raw.verify(charter, &network).is_ok()),
    }
}

fn say(shown: &Shown, speech: Speech) {
    if shown.mandates.is_empty() {
        return speech.say(&text!("mandate-none"));
    }
    let mut table = Table::new([
        text!("col-administration"),
        text!("col-number"),
        text!("col-node"),
        text!("col-label"),
        text!("col-addresses"),
        text!("col-signature"),
    ]);
    for mandate in &shown.mandates {
        let valid = match mandate.valid {
            Some(true) => text!("signature-valid"),
            Some(false) => text!("signature-invalid"),
            None => text!("signature-unchecked"),
        };
        for node in &mandate.nodes {
            table.row([
                mandate.administration.to_string(),
                mandate.number.to_string(),
                node.node.to_string(),
                node.label.clone(),
                node.addresses.join(" "),
                valid.in_lang(speech.lang()),
            ]);
        }
    }
    speech.show(&table);
}
