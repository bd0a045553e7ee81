//! `palabre charter found`: a genesis from a template and keys. It signs nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use palabre_core::charter::template::{Template, TemplateError, Threshold};
use palabre_core::charter::{Charter, CharterFile, invariants};
use palabre_core::id::{AdministrationKey, Code, IdError, NetworkId};
use palabre_core::time::Millis;
use palabre_web::breaches;
use palabre_web::problem::Kind;
use palabre_web::text;
use serde::Serialize;

use crate::cli::Speech;
use crate::failure::{Failure, chain};
use crate::file;

/// The region's own template (`config/charter.toml`).
const TEMPLATE: &str = include_str!("../../../../../config/charter.toml");

/// `palabre charter found`
#[derive(Debug, Args)]
pub(crate) struct Found {
    /// The template; else the region's own.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// The key of an administration.
    #[arg(long = "key", value_name = "KEY_OF", required = true)]
    keys: Vec<KeyOf>,
    /// Whose keys count, in place of the template's.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    keyholders: Option<Vec<Code>>,
    /// How many must sign, in place of the template's.
    #[arg(long, value_name = "NUMBER")]
    threshold: Option<u32>,
    /// Where to write it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

/// `CI=hex`: the key of an administration.
#[derive(Clone, Debug)]
pub(super) struct KeyOf(pub(super) Code, pub(super) AdministrationKey);

impl FromStr for KeyOf {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (code, key) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self(code.parse()?, key.parse()?))
    }
}

#[derive(Serialize)]
struct Founded {
    id: Option<NetworkId>,
    file: PathBuf,
    keyholders: Vec<Code>,
    threshold: u32,
}

impl Found {
    pub(super) fn run(self, speech: Speech) -> Result<(), Failure> {
        let template = self.template()?;
        let keys = self.keys.iter().map(|KeyOf(code, key)| (code.clone(), *key)).collect();
        let charter = found(&template, &keys)?;
        let charter = CharterFile { charter, signatures: Vec::new() };
        file::create(&self.output, &charter.encode())?;
        let charter = charter.charter;
        let done = Founded {
            id: charter.founds(),
            file: self.output,
            keyholders: charter.keyholders,
            threshold: charter.threshold,
        };
        let name = done.file.display().to_string();
        speech.answer(&done, |speech| {
            let id = done.id.map(|id| id.to_string()).unwrap_or_default();
            speech.say(&text!("charter-founded", file = name.clone(), id = id));
            let holders = done.keyholders.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
            speech.say(&text!("charter-founded-next", file = name, threshold = done.threshold, keyholders = holders));
        });
        Ok(())
    }

    /// The template with what the command line changes.
    fn template(&self) -> Result<Template, Failure> {
        let mut template = template(self.template.as_deref())?;
        if let Some(keyholders) = &self.keyholders {
            template.keyholders.clone_from(keyholders);
        }
        if let Some(threshold) = self.threshold {
            template.threshold = Threshold::Number(threshold);
        }
        Ok(template)
    }
}

/// The template in `file`, else the region's own.
pub(crate) fn template(file: Option<&Path>) -> Result<Template, Failure> {
    let text = match file {
        None => TEMPLATE.to_owned(),
        Some(path) => fs::read_to_string(path).map_err(|error| Failure::reading(path, &error))?,
    };
    Template::parse(&text).map_err(|error| failure(&error))
}

/// The genesis that a template and keys make, when it keeps every invariant.
pub(crate) fn found(template: &Template, keys: &BTreeMap<Code, AdministrationKey>) -> Result<Charter, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let written = Millis(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    let charter = template.found(keys, written).map_err(|error| failure(&error))?;
    let found = invariants::check(&charter);
    if found.is_empty() {
        Ok(charter)
    } else {
        Err(Failure::new(Kind::Refused, text!("err-invariants", breaches = breaches::list(&found))))
    }
}

fn failure(error: &TemplateError) -> Failure {
    match error {
        TemplateError::Stranger(code) => {
            Failure::new(Kind::Usage, text!("err-template-stranger", code = code.to_string()))
        }
        other => Failure::new(Kind::Usage, text!("err-template", detail = chain(other))),
    }
}
