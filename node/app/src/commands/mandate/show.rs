//! `palabre mandate show`: what mandates say, and whether their signatures are valid.

use std::path::{Path, PathBuf};

use clap::Args;
use palabre_core::charter::{CharterFile, RawMandate, Rules};
use palabre_core::id::{CharterHash, Code, MandateHash, NodeKey};
use palabre_core::time::Millis;
use palabre_proto::v1;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::{Speech, Table};
use crate::failure::{Failure, internal};
use crate::home::{self, founding};
use crate::rules;

/// `palabre mandate show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A mandate file; else the mandates that the node holds, or those of the home when it does not run.
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
    /// None when nobody who knows all mandates was asked.
    in_force: Option<bool>,
}

#[derive(Serialize)]
struct NodeView {
    node: NodeKey,
    label: String,
    addresses: Vec<String>,
}

impl Show {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        if self.file.is_none() && self.charter.is_none() {
            match rules::running(home, speech) {
                Ok((rules, _)) => {
                    let shown = held(&rules)?;
                    speech.answer(&shown, |speech| say(&shown, speech));
                    return Ok(());
                }
                Err(failure) if failure.kind() == Kind::NotRunning => {}
                Err(failure) => return Err(failure),
            }
        }
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

/// The mandates that the running node holds, and which of them are in force.
fn held(rules: &Rules) -> Result<Shown, Failure> {
    let network = rules.network();
    let view = |message: v1::SignedMandate| {
        let raw = RawMandate::parse(message).map_err(|error| internal(&error))?;
        let said = raw.unverified();
        let in_force = rules.mandate_in_force(&said.administration).is_some_and(|other| other.hash == said.hash);
        let mut adopted = rules.revisions().line();
        let valid = Some(adopted.any(|charter| raw.verify(charter, network).is_ok()));
        Ok(MandateView { valid, in_force: Some(in_force), ..view(&raw, None) })
    };
    let mandates = rules.signed_mandates().into_iter().map(view).collect::<Result<_, Failure>>()?;
    Ok(Shown { mandates })
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
        in_force: None,
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
        text!("col-state"),
    ]);
    for mandate in &shown.mandates {
        let valid = match mandate.valid {
            Some(true) => text!("signature-valid"),
            Some(false) => text!("signature-invalid"),
            None => text!("signature-unchecked"),
        };
        let state = match mandate.in_force {
            Some(true) => text!("mandate-in-force"),
            Some(false) => text!("mandate-not-in-force"),
            None => text!("mandate-unknown"),
        };
        for node in &mandate.nodes {
            table.row([
                mandate.administration.to_string(),
                mandate.number.to_string(),
                node.node.to_string(),
                node.label.clone(),
                node.addresses.join(" "),
                valid.in_lang(speech.lang()),
                state.in_lang(speech.lang()),
            ]);
        }
    }
    speech.show(&table);
}
