//! Broken rules of the charter in the reader's language, each quoting its rule.

use palabre_core::charter::{Breach, Loss, SuccessionBreach};

use crate::catalogue::Text;
use crate::text;

/// What is broken, as a message.
#[must_use]
pub fn words(breach: &Breach) -> Text {
    match breach {
        Breach::CodeTwice(code) => text!("breach-code-twice", code = code.to_string()),
        Breach::KeyTwice(key) => text!("breach-key-twice", key = key.to_string()),
        Breach::Unknown(code) => text!("breach-unknown", code = code.to_string()),
        Breach::Presidency(count) => text!("breach-presidency", count = *count),
        Breach::LeaderNoMember(code) => text!("breach-leader-no-member", code = code.to_string()),
        Breach::Secretariat(code) => text!("breach-secretariat", code = code.to_string()),
        Breach::Assessor(code) => text!("breach-assessor", code = code.to_string()),
        Breach::AssessorTwice(code) => text!("breach-assessor-twice", code = code.to_string()),
        Breach::RegionalOffice(count) => text!("breach-regional-office", count = *count),
        Breach::LeaderAbsent(commission) => text!("breach-leader-absent", commission = commission.to_string()),
        Breach::Host { commission, host } => {
            text!("breach-host", commission = commission.to_string(), code = host.to_string())
        }
        Breach::Seat { commission, member } => {
            text!("breach-seat", commission = commission.to_string(), code = member.to_string())
        }
        Breach::CommissionTwice(commission) => text!("breach-commission-twice", commission = commission.to_string()),
        Breach::KeyMissing(code) => text!("breach-key-missing", code = code.to_string()),
        Breach::Keyholder(code) => text!("breach-keyholder", code = code.to_string()),
        Breach::Threshold { threshold, keyholders } => {
            text!("breach-threshold", threshold = *threshold, keyholders = *keyholders)
        }
        Breach::ReviewBy(date) => text!("breach-review-by", date = date.clone()),
    }
}

/// Several of them as one message, one a line.
#[must_use]
pub fn list(breaches: &[Breach]) -> Text {
    lines(breaches.iter().map(words))
}

/// What a revision cannot change so, as a message.
#[must_use]
pub fn succession_words(breach: &SuccessionBreach) -> Text {
    match breach {
        SuccessionBreach::Number { before, found } => {
            text!("breach-number", before = *before, found = *found)
        }
        SuccessionBreach::Previous { before } => text!("breach-previous", before = *before),
        SuccessionBreach::NoCutoff(code, loss) => {
            text!("breach-no-cutoff", code = code.to_string(), loss = loss_words(*loss))
        }
        SuccessionBreach::StrangerCut(code) => text!("breach-stranger-cut", code = code.to_string()),
    }
}

/// Several of them as one message, one a line.
#[must_use]
pub fn succession_list(breaches: &[SuccessionBreach]) -> Text {
    lines(breaches.iter().map(succession_words))
}

fn loss_words(loss: Loss) -> Text {
    match loss {
        Loss::Place => text!("loss-place"),
        Loss::Key => text!("loss-key"),
        Loss::Kind => text!("loss-kind"),
        Loss::Rights => text!("loss-rights"),
        Loss::Office(_) => text!("loss-office"),
        Loss::Seat => text!("loss-seat"),
    }
}

fn lines(texts: impl DoubleEndedIterator<Item = Text>) -> Text {
    let mut lines = texts.rev();
    let last = lines.next().unwrap_or_else(|| text!("breach-none"));
    lines.fold(last, |rest, line| text!("breach-list", line = line, rest = rest))
}
