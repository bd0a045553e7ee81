//! What a revision changes, in words: read before anybody signs.

use palabre_core::charter::difference::Change;
use palabre_core::charter::{AdministrationKind, OfficeKind};
use palabre_core::id::{AdministrationKey, Code};
use palabre_web::catalogue::{Argument, Lang, Text};
use palabre_web::text;
use palabre_web::views::{Count, RevisionView};

use super::show::name;
use crate::cli::Speech;

/// Codes in a row.
pub(super) fn list(codes: &[Code]) -> Argument {
    if codes.is_empty() {
        return text!("signers-none").into();
    }
    codes.iter().map(Code::to_string).collect::<Vec<_>>().join(", ").into()
}

/// Says each change on a line.
pub(super) fn say(changes: &[Change], speech: Speech) {
    for change in changes {
        speech.say(&text!("change-line", change = words(change, speech.lang())));
    }
}

/// A revision that may still be adopted: who has signed, who is missing.
pub(super) fn say_proposal(view: &RevisionView, speech: Speech) {
    let (revision, hash) = (view.revision, view.hash.short());
    speech.say(&text!("proposal-head", revision = revision, hash = hash, lacking = view.lacking()));
    if let Some(before) = view.before.as_ref().filter(|before| **before != view.own) {
        say_count(before, text!("count-before"), speech);
        say_count(&view.own, text!("count-own"), speech);
    } else {
        say_count(&view.own, text!("count-all"), speech);
    }
    if !view.twice.is_empty() {
        speech.say(&text!("settlement-twice", twice = list(&view.twice)));
    }
    say(&view.changes, speech);
}

/// Adopted revisions that stand against one another, loudly.
pub(super) fn say_dispute(disputed: &[RevisionView], speech: Speech) {
    if disputed.is_empty() {
        return;
    }
    speech.say(&text!("charter-dispute", count = disputed.len()));
    for view in disputed {
        let (revision, hash) = (view.revision, view.hash.to_string());
        speech.say(&text!("charter-disputed", revision = revision, hash = hash, signers = list(&view.signed)));
        say(&view.changes, speech);
    }
    speech.say(&text!("charter-dispute-next"));
}

/// The signatures counted by one revision's keyholders.
pub(super) fn say_count(count: &Count, by: Text, speech: Speech) {
    let (threshold, signed, missing) = (count.threshold, list(&count.signed), list(&count.missing));
    speech.say(&text!("proposal-count", by = by, threshold = threshold, signed = signed, missing = missing));
}

fn words(change: &Change, lang: Lang) -> Text {
    match change {
        Change::Office { office, before, after } => {
            text!("change-office", office = office_words(*office), before = list(before), after = list(after))
        }
        Change::Host { commission, before, after } => text!(
            "change-host",
            commission = commission.clone(),
            before = before.to_string(),
            after = after.to_string()
        ),
        Change::Seats { commission, joined, left } => {
            text!("change-seats", commission = commission.clone(), joined = list(joined), left = list(left))
        }
        Change::Admitted { administration, kind, names, key: own } => text!(
            "change-admitted",
            code = administration.to_string(),
            name = name(names, lang),
            kind = kind_words(*kind),
            key = key(*own)
        ),
        Change::Removed { administration } => text!("change-removed", code = administration.to_string()),
        Change::Suspended { administration } => text!("change-suspended", code = administration.to_string()),
        Change::Restored { administration } => text!("change-restored", code = administration.to_string()),
        Change::Key { administration, before, after } => {
            text!("change-key", code = administration.to_string(), before = key(*before), after = key(*after))
        }
        Change::Keyholders { joined, left } => text!("change-keyholders", joined = list(joined), left = list(left)),
        Change::Threshold { before, after } => text!("change-threshold", before = *before, after = *after),
        Change::ReviewBy { before, after } => {
            text!("change-review-by", before = before.clone(), after = after.clone())
        }
        Change::Cut { administration, logs } => text!("change-cut", code = administration.to_string(), logs = *logs),
        Change::Settles { revisions } => text!("change-settles", revisions = *revisions),
        Change::Other { field } => text!("change-other", field = field.clone()),
    }
}

fn key(key: Option<AdministrationKey>) -> Argument {
    key.map_or_else(|| text!("change-no-key").into(), |key| key.to_string().into())
}

/// A kind of participant.
pub(crate) fn kind_words(kind: AdministrationKind) -> Text {
    match kind {
        AdministrationKind::Member => text!("kind-member"),
        AdministrationKind::RegionalOffice => text!("kind-regional-office"),
        AdministrationKind::Partner => text!("kind-partner"),
    }
}

fn office_words(office: OfficeKind) -> Text {
    match office {
        OfficeKind::Presidency => text!("office-presidency"),
        OfficeKind::Secretariat => text!("office-secretariat"),
        OfficeKind::Assessor => text!("office-assessor"),
        OfficeKind::VicePresidency => text!("office-vice-presidency"),
    }
}
