//! `palabre charter propose`: the next revision from short changes. The running node puts in the checkpoint and the
//! lists of what still counts. It signs nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use palabre_core::charter::difference::Change;
use palabre_core::charter::proposal::Changes;
use palabre_core::charter::{AdministrationKind, Names, Newcomer};
use palabre_core::id::{AdministrationKey, CharterHash, Code, CommissionId, CommissionIdError, IdError, MandateHash};
use palabre_web::catalogue::{Lang, UnknownLang};
use palabre_web::node::no_mandate;
use palabre_web::text;
use palabre_web::views::ProposalView;
use serde::Serialize;
use thiserror::Error;

use super::found::KeyOf;
use super::{HashPrefix, changes};
use crate::cli::Speech;
use crate::client::{Client, block_on};
use crate::failure::{Failure, internal};
use crate::{file, rules};

/// `palabre charter propose`
#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// Who is admitted, with its key.
    #[arg(long = "admit", value_name = "KEY_OF")]
    admits: Vec<KeyOf>,
    /// What those who are admitted are called.
    #[arg(long = "name", value_name = "NAME_OF", requires = "admits")]
    names: Vec<NameOf>,
    /// Which of them are partners.
    #[arg(long, value_name = "CODES", value_delimiter = ',', requires = "admits")]
    partners: Vec<Code>,
    /// The two assessors.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    assessors: Option<Vec<Code>>,
    /// The leader.
    #[arg(long, value_name = "CODE")]
    leader: Option<Code>,
    /// The vice-presidency of the region.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    vice_presidency: Option<Vec<Code>>,
    /// Who hosts a commission.
    #[arg(long = "host", value_name = "SEAT")]
    hosts: Vec<SeatOf>,
    /// Who takes a seat in a commission.
    #[arg(long = "seat", value_name = "SEAT")]
    seats: Vec<SeatOf>,
    /// Who leaves a commission.
    #[arg(long = "leave", value_name = "SEAT")]
    leaves: Vec<SeatOf>,
    /// Whose rights rest from now on.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    suspend: Vec<Code>,
    /// Who has its rights again.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    restore: Vec<Code>,
    /// Another key for an administration.
    #[arg(long = "key", value_name = "KEY_OF")]
    keys: Vec<KeyOf>,
    /// The last rightful mandate of somebody whose key was stolen.
    #[arg(long = "last-mandate", value_name = "MANDATE_OF")]
    last_mandates: Vec<MandateOf>,
    /// Who leaves the charter.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    remove: Vec<Code>,
    /// Whose keys count.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    keyholders: Option<Vec<Code>>,
    /// When the charter is to be looked at again.
    #[arg(long, value_name = "DATE")]
    review_by: Option<String>,
    /// Where to write it.
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

/// `solutions=SN`: an administration in a commission.
#[derive(Clone, Debug)]
struct SeatOf(CommissionId, Code);

/// `SN=4f3a…`: a mandate of an administration, by the first digits of its hash.
#[derive(Clone, Debug)]
struct MandateOf(Code, String);

impl FromStr for MandateOf {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (code, digits) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self(code.parse()?, digits.to_owned()))
    }
}

/// `OMD=Organisation mondiale` in all languages, or `OMD:en=World organisation` in one.
#[derive(Clone, Debug)]
struct NameOf {
    code: Code,
    lang: Option<Lang>,
    name: String,
}

#[derive(Debug, Error)]
enum NameError {
    #[error(transparent)]
    Lang(#[from] UnknownLang),
    #[error(transparent)]
    Code(#[from] IdError),
}

impl FromStr for NameOf {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (whose, name) = text.split_once('=').unwrap_or((text, ""));
        let (code, lang) = whose.split_once(':').map_or((whose, None), |(code, lang)| (code, Some(lang)));
        let lang = lang.map(str::parse).transpose()?;
        Ok(Self { code: code.parse()?, lang, name: name.to_owned() })
    }
}

#[derive(Debug, Error)]
enum SeatError {
    #[error(transparent)]
    Commission(#[from] CommissionIdError),
    #[error(transparent)]
    Code(#[from] IdError),
}

impl FromStr for SeatOf {
    type Err = SeatError;

    fn from_str(text: &str) -> Result<Self, SeatError> {
        let (commission, code) = text.split_once('=').unwrap_or((text, ""));
        Ok(Self(commission.parse()?, code.parse()?))
    }
}

#[derive(Serialize)]
struct Proposed {
    id: CharterHash,
    file: PathBuf,
    revision: u64,
    changes: Vec<Change>,
}

impl Propose {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let last_mandates = self.last_mandates(home, speech)?;
        let client = Client::of(home, speech.lang())?;
        let body = serde_json::to_vec(&self.changes(last_mandates)).map_err(|error| internal(&error))?;
        let asked = client.post::<ProposalView>(&["charter", "proposals"], &[], "application/json", body);
        let view = block_on(asked)?.view;
        let bytes = hex::decode(&view.file).map_err(|error| internal(&error))?;
        file::create(&self.output, &bytes)?;
        let done = Proposed { id: view.id, file: self.output, revision: view.revision, changes: view.changes };
        speech.answer(&done, |speech| {
            let file = done.file.display().to_string();
            speech.say(&text!("proposal-made", revision = done.revision, file = file.clone()));
            changes::say(&done.changes, speech);
            speech.say(&text!("proposal-made-next", file = file));
        });
        Ok(())
    }

    /// The mandates that are named by their first digits, among those that the node holds.
    fn last_mandates(&self, home: &Path, speech: Speech) -> Result<BTreeMap<Code, MandateHash>, Failure> {
        if self.last_mandates.is_empty() {
            return Ok(BTreeMap::new());
        }
        let (rules, _) = rules::running(home, speech)?;
        let find = |MandateOf(code, digits): &MandateOf| {
            let own = rules.mandates().filter(|mandate| mandate.administration == *code);
            let prefix = digits.parse::<HashPrefix>().ok();
            let mut found = own.filter(|mandate| prefix.as_ref().is_some_and(|prefix| prefix.matches(&mandate.hash)));
            match (found.next(), found.next()) {
                (Some(mandate), None) => Ok((code.clone(), mandate.hash)),
                _ => Err(no_mandate(code, digits).into()),
            }
        };
        self.last_mandates.iter().map(find).collect()
    }

    fn changes(&self, last_mandates: BTreeMap<Code, MandateHash>) -> Changes {
        Changes {
            admit: self.admits.iter().map(|KeyOf(code, key)| (code.clone(), self.newcomer(code, *key))).collect(),
            assessors: self.assessors.clone(),
            leader: self.leader.clone(),
            vice_presidency: self.vice_presidency.clone(),
            hosts: self.hosts.iter().map(|SeatOf(id, code)| (id.to_string(), code.clone())).collect(),
            seats: by_commission(&self.seats),
            leaves: by_commission(&self.leaves),
            suspend: self.suspend.iter().cloned().collect(),
            restore: self.restore.iter().cloned().collect(),
            keys: self.keys.iter().map(|KeyOf(code, key)| (code.clone(), *key)).collect(),
            last_mandates,
            remove: self.remove.iter().cloned().collect(),
            keyholders: self.keyholders.clone(),
            review_by: self.review_by.clone(),
        }
    }
}

impl Propose {
    fn newcomer(&self, code: &Code, key: AdministrationKey) -> Newcomer {
        let mut names = Names { fr: code.to_string(), en: code.to_string(), pt: code.to_string() };
        // What is said of one language is said after what is said of all.
        let own = || self.names.iter().filter(|name| name.code == *code);
        for NameOf { lang, name, .. } in own().filter(|n| n.lang.is_none()).chain(own().filter(|n| n.lang.is_some())) {
            for (language, place) in [(Lang::Fr, &mut names.fr), (Lang::En, &mut names.en), (Lang::Pt, &mut names.pt)] {
                if lang.is_none_or(|lang| lang == language) {
                    place.clone_from(name);
                }
            }
        }
        let partner = self.partners.contains(code);
        let kind = if partner { AdministrationKind::Partner } else { AdministrationKind::Member };
        Newcomer { kind, names, languages: Vec::new(), key }
    }
}

fn by_commission(seats: &[SeatOf]) -> BTreeMap<String, Vec<Code>> {
    let mut lists: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for SeatOf(id, code) in seats {
        lists.entry(id.to_string()).or_default().push(code.clone());
    }
    lists
}
