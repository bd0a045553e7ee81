//! `palabre charter show`: what a charter says.

use std::collections::BTreeSet;
use std::path::Path;

use palabre_core::charter::{AdministrationKind, Names, signature};
use palabre_core::id::Code;
use palabre_web::catalogue::{Lang, Text};
use palabre_web::text;
use palabre_web::views::{AdministrationView, CharterView};

use crate::cli::{Speech, Table};
use crate::failure::Failure;
use crate::home::founding;

pub(super) fn run(file: &Path, speech: Speech) -> Result<(), Failure> {
    let charter = founding::read_charter(file)?;
    let signers = match charter.charter.founds() {
        None => BTreeSet::new(),
        Some(network) => signature::signers(&charter.charter, &charter.charter, &charter.signatures, &network),
    };
    let view = CharterView::of(&charter.charter, &signers);
    speech.answer(&view, |speech| say(&view, speech));
    Ok(())
}

fn say(view: &CharterView, speech: Speech) {
    let lang = speech.lang();
    let vacant = || text!("charter-vacant").in_lang(lang);
    let one = |code: &Option<Code>| code.as_ref().map_or_else(vacant, Code::to_string);
    let all = |codes: &[Code]| {
        if codes.is_empty() { vacant() } else { codes.iter().map(Code::to_string).collect::<Vec<_>>().join(", ") }
    };
    Speech::print(name(&view.name, lang));
    let network = view.network.map(|id| id.to_string()).unwrap_or_default();
    speech.say(&text!("charter-checked", revision = view.revision, network = network));
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
}

fn row(administration: &AdministrationView, lang: Lang) -> [String; 4] {
    let kind: Text = match administration.kind {
        AdministrationKind::Member => text!("kind-member"),
        AdministrationKind::RegionalOffice => text!("kind-regional-office"),
        AdministrationKind::Partner => text!("kind-partner"),
    };
    let key = administration.key.map(|key| key.short()).unwrap_or_default();
    [administration.code.to_string(), name(&administration.names, lang).to_owned(), kind.in_lang(lang), key]
}

/// A name in the reader's language.
pub(super) fn name(names: &Names, lang: Lang) -> &str {
    match lang {
        Lang::Fr => &names.fr,
        Lang::En => &names.en,
        Lang::Pt => &names.pt,
    }
}
