//! The invariants of a charter (`docs/design.md` §4), checked before signing and on adoption.

use std::collections::BTreeSet;

use thiserror::Error;

use super::revision::{AdministrationKind, Charter, OfficeKind};
use crate::id::{AdministrationKey, Code, CommissionId};

/// An invariant that a charter breaks. Its text quotes the rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Breach {
    /// A code twice.
    #[error("{0} stands twice: no code twice")]
    CodeTwice(Code),
    /// A key twice.
    #[error("the key {} is that of two administrations: no key twice", .0.short())]
    KeyTwice(AdministrationKey),
    /// A code that names nobody.
    #[error("{0} holds an office, a seat or a key, and is not in the charter")]
    Unknown(Code),
    /// Not exactly one presidency.
    #[error("the presidency is held by {0} administrations: the leader holds it alone")]
    Presidency(usize),
    /// The leader is no member.
    #[error("{0} holds the presidency and is no member")]
    LeaderNoMember(Code),
    /// The secretariat is led by another.
    #[error("the leader {0} leads the secretariat")]
    Secretariat(Code),
    /// An assessor that is the leader or no member.
    #[error("{0} cannot be an assessor: assessors are members other than the leader")]
    Assessor(Code),
    /// An assessor twice.
    #[error("{0} is an assessor twice")]
    AssessorTwice(Code),
    /// No regional office for the secretariat.
    #[error("the secretariat has the regional office: the charter lists {0} of that kind, not one")]
    RegionalOffice(usize),
    /// The leader misses a commission.
    #[error("the leader sits in all commissions, and is not in {0}")]
    LeaderAbsent(CommissionId),
    /// A host from outside its commission.
    #[error("{host} hosts {commission} and is not among its members")]
    Host {
        /// The commission.
        commission: CommissionId,
        /// Its host.
        host: Code,
    },
    /// A seat twice, or of one who is no member.
    #[error("{member} cannot have this seat in {commission}: seats are of members, one each")]
    Seat {
        /// The commission.
        commission: CommissionId,
        /// Who has the seat.
        member: Code,
    },
    /// A commission twice.
    #[error("the commission {0} stands twice")]
    CommissionTwice(CommissionId),
    /// A keyholder without a key.
    #[error("{0} is a keyholder and has no key")]
    KeyMissing(Code),
    /// A keyholder twice, or a partner.
    #[error("{0} cannot count as a keyholder: members and the regional office, one each")]
    Keyholder(Code),
    /// A threshold below two thirds or beyond the keyholders.
    #[error("a threshold of {threshold} of {keyholders}: at least two thirds, at most all")]
    Threshold {
        /// What the charter says.
        threshold: u32,
        /// How many keyholders it names.
        keyholders: usize,
    },
    /// `review_by` is no date.
    #[error("review_by is {0:?}, not a date YYYY-MM-DD")]
    ReviewBy(String),
}

/// The least threshold for a number of keyholders: two thirds, rounded up.
#[must_use]
pub const fn least_threshold(keyholders: usize) -> usize {
    (keyholders * 2).div_ceil(3)
}

/// Every invariant that `charter` breaks; none when it may be signed.
#[must_use]
pub fn check(charter: &Charter) -> Vec<Breach> {
    let mut breaches = Vec::new();
    names(charter, &mut breaches);
    offices(charter, &mut breaches);
    commissions(charter, &mut breaches);
    keyholders(charter, &mut breaches);
    if !is_date(&charter.review_by) {
        breaches.push(Breach::ReviewBy(charter.review_by.clone()));
    }
    breaches
}

/// "No code or key twice."
fn names(charter: &Charter, breaches: &mut Vec<Breach>) {
    let mut codes = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for administration in &charter.administrations {
        if !codes.insert(&administration.code) {
            breaches.push(Breach::CodeTwice(administration.code.clone()));
        }
        if let Some(key) = administration.key.filter(|key| !keys.insert(*key)) {
            breaches.push(Breach::KeyTwice(key));
        }
    }
    let commissions = charter.commissions.iter().flat_map(|c| c.members.iter().chain([&c.host]));
    let named = charter.offices.iter().map(|o| &o.administration).chain(commissions).chain(&charter.keyholders);
    let unknown: BTreeSet<_> = named.filter(|code| !codes.contains(code)).collect();
    breaches.extend(unknown.into_iter().cloned().map(Breach::Unknown));
}

/// "The leader holds the presidency and leads the secretariat; the secretariat also has two assessors that are other
/// members, and the regional office. An office may be vacant."
fn offices(charter: &Charter, breaches: &mut Vec<Breach>) {
    let presidency: Vec<_> = charter.holders(OfficeKind::Presidency).collect();
    let [leader] = presidency[..] else {
        breaches.push(Breach::Presidency(presidency.len()));
        return;
    };
    if !is_member(charter, leader) {
        breaches.push(Breach::LeaderNoMember(leader.clone()));
    }
    if charter.holders(OfficeKind::Secretariat).next() != Some(leader) {
        breaches.push(Breach::Secretariat(leader.clone()));
    }
    let mut assessors = BTreeSet::new();
    for assessor in charter.holders(OfficeKind::Assessor) {
        if assessor == leader || !is_member(charter, assessor) {
            breaches.push(Breach::Assessor(assessor.clone()));
        } else if !assessors.insert(assessor) {
            breaches.push(Breach::AssessorTwice(assessor.clone()));
        }
    }
    let offices = charter.administrations.iter().filter(|a| a.kind == AdministrationKind::RegionalOffice).count();
    if offices != 1 {
        breaches.push(Breach::RegionalOffice(offices));
    }
}

/// "The leader sits in all three commissions; each commission has a host among its members."
fn commissions(charter: &Charter, breaches: &mut Vec<Breach>) {
    let leader = charter.holders(OfficeKind::Presidency).next();
    let mut ids = BTreeSet::new();
    for commission in &charter.commissions {
        let id = &commission.id;
        if !ids.insert(id) {
            breaches.push(Breach::CommissionTwice(id.clone()));
        }
        if leader.is_some_and(|leader| !commission.members.contains(leader)) {
            breaches.push(Breach::LeaderAbsent(id.clone()));
        }
        if !commission.members.contains(&commission.host) {
            breaches.push(Breach::Host { commission: id.clone(), host: commission.host.clone() });
        }
        let mut seats = BTreeSet::new();
        for member in &commission.members {
            if !seats.insert(member) || !is_member(charter, member) {
                breaches.push(Breach::Seat { commission: id.clone(), member: member.clone() });
            }
        }
    }
}

/// "The threshold counts administrations, not keys, and is at least two thirds."
fn keyholders(charter: &Charter, breaches: &mut Vec<Breach>) {
    let mut seen = BTreeSet::new();
    for code in &charter.keyholders {
        let Some(administration) = charter.administration(code) else { continue };
        if !seen.insert(code) || administration.kind == AdministrationKind::Partner {
            breaches.push(Breach::Keyholder(code.clone()));
        }
        if administration.key.is_none() {
            breaches.push(Breach::KeyMissing(code.clone()));
        }
    }
    let (threshold, count) = (charter.threshold as usize, charter.keyholders.len());
    if count == 0 || threshold < least_threshold(count) || threshold > count {
        breaches.push(Breach::Threshold { threshold: charter.threshold, keyholders: count });
    }
}

fn is_member(charter: &Charter, code: &Code) -> bool {
    charter.administration(code).is_some_and(|a| a.kind == AdministrationKind::Member)
}

/// YYYY-MM-DD with a month and a day that exist in some year.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    let number = |part: &str, len: usize| {
        (part.len() == len && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u32>().unwrap_or(0))
    };
    let (Some(_), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else { return false };
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests;
