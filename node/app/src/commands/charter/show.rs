//! `palabre charter show`: what a charter says, now or then, and what stands beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use palabre_core::charter::{Chain, Names, signature};
use palabre_core::id::Code;
use palabre_core::time::Millis;
use palabre_proto::Message;
use palabre_web::catalogue::Lang;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::{AdministrationView, CharterView, RevisionView, Standing};
use thiserror::Error;
use time::{Date, Month};

use super::changes;
use crate::cli::{Speech, Table, units};
use crate::client::block_on;
use crate::failure::Failure;
use crate::file;
use crate::home::founding;
use crate::rules::Known;

/// `palabre charter show`
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A charter file; else what the node holds.
    #[arg(value_name = "FILE", conflicts_with = "at")]
    file: Option<PathBuf>,
    /// The revision of this number, or the one that governed on this day.
    #[arg(long, value_name = "AT")]
    at: Option<At>,
    /// Where to write all that is held.
    #[arg(long, short, value_name = "FILE", conflicts_with = "file")]
    output: Option<PathBuf>,
}

/// Which revision of the past is meant.
#[derive(Clone, Copy, Debug)]
enum At {
    Revision(u64),
    /// The end of a day.
    Day(Millis),
}

/// Why a text names no revision of the past.
#[derive(Debug, Error)]
#[error("neither the number of a revision nor a date YYYY-MM-DD")]
struct AtError;

impl FromStr for At {
    type Err = AtError;

    fn from_str(text: &str) -> Result<Self, AtError> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Revision(number));
        }
        let [year, month, day] = text.split('-').collect::<Vec<_>>()[..] else { return Err(AtError) };
        let month: u8 = month.parse().map_err(|_| AtError)?;
        let month = Month::try_from(month).map_err(|_| AtError)?;
        let number = (year.parse().map_err(|_| AtError)?, day.parse().map_err(|_| AtError)?);
        let date = Date::from_calendar_date(number.0, month, number.1).map_err(|_| AtError)?;
        let next = date.next_day().ok_or(AtError)?.midnight().assume_utc().unix_timestamp();
        Ok(Self::Day(Millis(u64::try_from(next).map_err(|_| AtError)? * 1000 - 1)))
    }
}

impl Show {
    pub(super) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        let view = match self.file {
            Some(file) => of_file(&file, home, speech)?,
            None => held(self.at, home, speech)?,
        };
        if let Some(file) = &self.output {
            file::create(file, &Chain::of(&Known::of(home, speech)?.rules).encode_to_vec())?;
        }
        speech.answer(&view, |speech| say(&view, speech));
        if let Some(file) = &self.output {
            speech.remark(&text!("charter-written", file = file.display().to_string()));
        }
        Ok(())
    }
}

/// What a file says; with what this machine knows of its network when it is a later revision.
fn of_file(file: &Path, home: &Path, speech: Speech) -> Result<CharterView, Failure> {
    let charter = founding::read_charter(file)?;
    if let Some(network) = charter.charter.founds() {
        let signers = signature::signers(&charter.charter, &charter.charter, &charter.signatures, &network);
        return Ok(CharterView { network: Some(network), ..CharterView::of(&charter.charter, &signers) });
    }
    let Ok(known) = Known::of(home, speech) else {
        return Ok(CharterView::of(&charter.charter, &BTreeSet::new()));
    };
    let mut revisions = known.rules.revisions().clone();
    let (hash, network) = (charter.charter.hash(), *revisions.network());
    let signers = signature::signers(&charter.charter, &charter.charter, &charter.signatures, &network);
    let alone = CharterView::of(&charter.charter, &signers);
    // What does not join is shown as it is: `charter check` says why.
    drop(revisions.join(charter));
    let Some(joined) = revisions.get(&hash) else { return Ok(alone) };
    let view = CharterView::held(&revisions, joined);
    let proposed = revisions.proposals().filter(|proposal| proposal.hash() == hash);
    let proposals = proposed.map(|p| RevisionView::of(&revisions, p, Standing::Proposed)).collect();
    Ok(CharterView { proposals, ..view })
}

/// The revision in force, or one of the past.
fn held(at: Option<At>, home: &Path, speech: Speech) -> Result<CharterView, Failure> {
    let known = Known::of(home, speech)?;
    if known.node.is_none() {
        speech.remark(&text!("charter-not-running"));
    }
    if let (None, Some(client)) = (at, &known.node) {
        // The node also knows who has shown its key.
        return Ok(block_on(client.get::<CharterView>(&["charter"], &[]))?.view);
    }
    let revisions = known.rules.revisions();
    let found = match at {
        None => Some(revisions.in_force()),
        Some(At::Revision(number)) => revisions.line().find(|charter| charter.revision == number),
        Some(At::Day(end)) => revisions.line().rev().find(|charter| charter.written <= end),
    };
    let last = revisions.in_force().revision;
    let charter = found.ok_or_else(|| Failure::new(Kind::NotFound, text!("err-no-revision", last = last)))?;
    Ok(CharterView::held(revisions, charter))
}

fn say(view: &CharterView, speech: Speech) {
    changes::say_dispute(&view.disputed, speech);
    let lang = speech.lang();
    let vacant = || text!("charter-vacant").in_lang(lang);
    let one = |code: &Option<Code>| code.as_ref().map_or_else(vacant, Code::to_string);
    let all = |codes: &[Code]| {
        if codes.is_empty() { vacant() } else { codes.iter().map(Code::to_string).collect::<Vec<_>>().join(", ") }
    };
    Speech::print(name(&view.name, lang));
    let network = view.network.map(|id| id.to_string()).unwrap_or_default();
    speech.say(&text!("charter-checked", revision = view.revision, network = network));
    if let Some(refounds) = &view.refounds {
        let (network, revision) = (refounds.network.to_string(), refounds.revision.short());
        speech.say(&text!(
            "charter-refounds",
            network = network,
            revision = revision,
            reason = refounds.reason.clone()
        ));
    }
    speech.say(&text!("charter-presidency", administration = one(&view.presidency)));
    speech.say(&text!("charter-secretariat", administrations = all(&view.secretariat)));
    speech.say(&text!("charter-assessors", administrations = all(&view.assessors)));
    speech.say(&text!("charter-vice-presidency", administration = one(&view.vice_presidency)));
    let holders: Vec<String> = view
        .keyholders
        .iter()
        .map(|holder| format!("{}{}", holder.administration, if holder.signed { " ✓" } else { "" }))
        .collect();
    speech.say(&text!("charter-keyholders", keyholders = holders.join(", "), threshold = view.threshold));
    for holder in view.keyholders.iter().filter(|holder| holder.overdue.is_some()) {
        let administration = holder.administration.to_string();
        speech.say(&match holder.proved.map(units::moment) {
            Some(at) if holder.overdue == Some(true) => {
                text!("charter-key-overdue", administration = administration, at = at)
            }
            Some(at) => text!("charter-key-proved", administration = administration, at = at),
            None => text!("charter-key-never", administration = administration),
        });
    }
    if view.is_at_risk() {
        let (overdue, keyholders) = (view.overdue().count(), view.keyholders.len());
        let threshold = u64::from(view.threshold);
        speech.say(&text!("status-keyholders-risk", overdue = overdue, keyholders = keyholders, threshold = threshold));
    }
    speech.say(&text!("charter-review-by", date = view.review_by.clone()));
    let mut table = Table::new([text!("col-commission"), text!("col-host"), text!("col-members")]);
    for commission in &view.commissions {
        table.row([name(&commission.names, lang).to_owned(), commission.host.to_string(), all(&commission.members)]);
    }
    Speech::print("");
    speech.show(&table);
    let mut table = Table::new([text!("col-administration"), text!("col-name"), text!("col-kind"), text!("col-key")]);
    for administration in &view.administrations {
        table.row(row(administration, lang));
    }
    Speech::print("");
    speech.show(&table);
    for proposal in &view.proposals {
        Speech::print("");
        changes::say_proposal(proposal, speech);
    }
}

fn row(administration: &AdministrationView, lang: Lang) -> [String; 4] {
    let kind = changes::kind_words(administration.kind);
    let key = administration.key.map(|key| key.short()).unwrap_or_default();
    [administration.code.to_string(), name(&administration.names, lang).to_owned(), kind.in_lang(lang), key]
}

/// A name in the reader's language.
pub(crate) fn name(names: &Names, lang: Lang) -> &str {
    match lang {
        Lang::Fr => &names.fr,
        Lang::En => &names.en,
        Lang::Pt => &names.pt,
    }
}
