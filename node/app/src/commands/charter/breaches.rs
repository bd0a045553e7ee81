//! Broken invariants in the reader's language, each quoting its rule.

use palabre_core::charter::Breach;
use palabre_web::catalogue::Text;
use palabre_web::text;

/// What is broken, as a message.
pub(crate) fn words(breach: &Breach) -> Text {
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
pub(crate) fn list(breaches: &[Breach]) -> Text {
    let mut lines = breaches.iter().rev().map(words);
    let last = lines.next().unwrap_or_else(|| text!("breach-none"));
    lines.fold(last, |rest, line| text!("breach-list", line = line, rest = rest))
}
