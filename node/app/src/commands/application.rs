//! `palabre application`: new nodes that want to join, looked at and approved by people (`docs/design.md` §4).

mod approve;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use palabre_core::admission::{Refusal, SignedApplication, Wait};
use palabre_core::id::Code;
use palabre_web::catalogue::Text;
use palabre_web::node::EntryPrefix;
use palabre_web::problem::Kind;
use palabre_web::text;
use palabre_web::views::{ApplicationList, ApplicationView};

use crate::cli::{Speech, Table, units};
use crate::client::{Client, block_on};
use crate::clock;
use crate::failure::{Failure, chain};
use crate::rules::Known;

/// `palabre application …`
#[derive(Debug, Subcommand)]
pub(crate) enum Application {
    /// Lists those that this node holds.
    List,
    /// Shows one.
    Show {
        /// Its id, or its first digits, or a file.
        #[arg(value_name = "FILE_OR_ID")]
        application: PathBuf,
    },
    /// Makes the proposal or the mandate that it needs.
    Approve(approve::Approve),
}

impl Application {
    /// Does it.
    pub(crate) fn run(self, home: &Path, speech: Speech) -> Result<(), Failure> {
        match self {
            Self::List => list(home, speech),
            Self::Show { application } => show(&application, home, speech),
            Self::Approve(approve) => approve.run(home, speech),
        }
    }
}

fn list(home: &Path, speech: Speech) -> Result<(), Failure> {
    let client = Client::of(home, speech.lang())?;
    let list = block_on(client.get::<ApplicationList>(&["applications"], &[]))?;
    speech.relay(&list, |list, speech| {
        if list.applications.is_empty() {
            return speech.say(&text!("applications-none"));
        }
        let heads = [
            text!("col-id"),
            text!("col-administration"),
            text!("col-name"),
            text!("col-received"),
            text!("col-waits"),
        ];
        let mut table = Table::new(heads);
        for one in &list.applications {
            let received = one.received.map(units::moment).unwrap_or_default();
            let waits = waits_words(&one.waits, &one.administration).in_lang(speech.lang());
            table.row([one.id.short(), one.administration.to_string(), one.label.clone(), received, waits]);
        }
        speech.show(&table);
    });
    Ok(())
}

fn show(application: &Path, home: &Path, speech: Speech) -> Result<(), Failure> {
    let view = find(application, home, speech)?;
    speech.answer(&view, |speech| say(&view, speech));
    Ok(())
}

/// The application in a file, or the one of the node whose id begins so.
fn find(name: &Path, home: &Path, speech: Speech) -> Result<ApplicationView, Failure> {
    if name.is_file() {
        let file = name.display().to_string();
        let signed = SignedApplication::decode(&crate::file::read(name)?).map_err(|error| {
            Failure::new(Kind::Refused, text!("err-malformed", file = file, detail = chain(&error)))
        })?;
        let rules = Known::of(home, speech)?.rules;
        signed
            .verify(&rules, clock::now())
            .map_err(|why| Failure::new(Kind::Refused, text!("err-application-refused", why = refusal_words(why))))?;
        return Ok(ApplicationView::of(&signed, None, &rules));
    }
    let client = Client::of(home, speech.lang())?;
    let list = block_on(client.get::<ApplicationList>(&["applications"], &[]))?.view;
    let prefix = name.to_string_lossy().to_lowercase();
    let mut found = list.applications.into_iter().filter(|one| one.id.to_string().starts_with(&prefix));
    match (found.next(), found.next()) {
        (Some(one), None) if prefix.len() >= EntryPrefix::MIN => Ok(one),
        _ => Err(Failure::new(Kind::NotFound, text!("err-no-application", id = prefix))),
    }
}

fn say(view: &ApplicationView, speech: Speech) {
    let lang = speech.lang();
    speech.say(&text!("application-head", id = view.id.to_string()));
    speech.say(&text!(
        "application-node",
        node = view.node.to_string(),
        label = view.label.clone(),
        administration = view.administration.to_string()
    ));
    if let Some(newcomer) = &view.newcomer {
        let name = super::charter::name(&newcomer.names, lang).to_owned();
        let kind = super::charter::kind_words(newcomer.kind);
        speech.say(&text!("application-newcomer", name = name, kind = kind, key = newcomer.key.to_string()));
    }
    if !view.addresses.is_empty() {
        speech.say(&text!("application-addresses", addresses = view.addresses.join(", ")));
    }
    speech.say(&text!("application-contact", contact = view.contact.clone()));
    let by = view.invited_by.as_ref().map_or_else(|| "?".to_owned(), Code::to_string);
    speech.say(&text!("application-invited", administration = by, until = units::moment(view.expires)));
    speech.say(&text!("application-words", contact = view.contact.clone()));
    let read = view.language.parse().unwrap_or(lang);
    Speech::print(&format!("\n    {}\n", view.words.in_lang(read)));
    say_waits(&view.waits, &view.administration, speech);
}

/// Says what an application waits for.
pub(super) fn say_waits(waits: &Wait, administration: &Code, speech: Speech) {
    speech.say(&text!("application-waits", waits = waits_words(waits, administration)));
}

fn waits_words(waits: &Wait, administration: &Code) -> Text {
    let code = administration.to_string();
    match waits {
        Wait::Proposal => text!("waits-proposal"),
        Wait::Signatures { revision, threshold, missing, lacking, .. } => {
            let missing = missing.iter().map(Code::to_string).collect::<Vec<_>>().join(", ");
            let signed = (*threshold as usize).saturating_sub(*lacking);
            text!(
                "waits-signatures",
                revision = *revision,
                signed = signed,
                threshold = *threshold,
                lacking = *lacking,
                missing = missing
            )
        }
        Wait::Mandate => text!("waits-mandate", administration = code),
        Wait::Restoration => text!("waits-restoration", administration = code),
        Wait::Nothing => text!("waits-nothing"),
    }
}

/// Why an application is not taken, in words.
pub(super) fn refusal_words(refusal: Refusal) -> Text {
    match refusal {
        Refusal::Malformed => text!("refusal-malformed"),
        Refusal::OtherNetwork => text!("refusal-other-network"),
        Refusal::Signature => text!("refusal-signature"),
        Refusal::NotEntitled => text!("refusal-not-entitled"),
        Refusal::Expired => text!("refusal-expired"),
        Refusal::WrongCode => text!("refusal-wrong-code"),
        Refusal::UsedCode => text!("refusal-used-code"),
        Refusal::OtherKey => text!("refusal-other-key"),
        Refusal::NoKey => text!("refusal-no-key"),
        Refusal::Full => text!("refusal-full"),
        Refusal::Busy => text!("refusal-busy"),
    }
}
