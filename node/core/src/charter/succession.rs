//! What a revision may change of the one before it: whoever loses something is named in a closed list of what still
//! counts of it (`docs/design.md` §4).

use std::collections::BTreeSet;
use std::fmt;

use thiserror::Error;

use super::revision::{Charter, OfficeKind};
use crate::id::Code;

/// A rule of succession that a revision breaks. Its text quotes the rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SuccessionBreach {
    /// Not exactly the next number.
    #[error("revision {found} cannot follow revision {before}: exactly the next one, never a jump")]
    Number {
        /// Of the revision before.
        before: u64,
        /// Of this one.
        found: u64,
    },
    /// It names another revision as the one before.
    #[error(
        "it names another revision {before} as the one before it: a proposal follows the revision that it was made for"
    )]
    Previous {
        /// Number of the revision before.
        before: u64,
    },
    /// Something is taken away, and nothing says what still counts.
    #[error("{0} loses {1}: a revision that takes something away carries a list of what still counts of it")]
    NoCutoff(Code, Loss),
    /// A list for somebody who has nothing to lose.
    #[error("{0} is cut and was not in the revision before")]
    StrangerCut(Code),
}

/// What an administration loses by a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Its place in the charter.
    Place,
    /// Its key: it has another one, or none.
    Key,
    /// It is another kind of participant.
    Kind,
    /// Its rights, while it is suspended.
    Rights,
    /// An office.
    Office(OfficeKind),
    /// A seat in a commission, or its presidency.
    Seat,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Place => "its place in the charter",
            Self::Key => "its key",
            Self::Kind => "its kind",
            Self::Rights => "its rights by suspension",
            Self::Office(_) => "an office",
            Self::Seat => "a seat in a commission",
        })
    }
}

/// Every rule of succession that `next` breaks after `before`.
#[must_use]
pub fn check(before: &Charter, next: &Charter) -> Vec<SuccessionBreach> {
    let mut breaches = Vec::new();
    if before.revision.checked_add(1) != Some(next.revision) {
        breaches.push(SuccessionBreach::Number { before: before.revision, found: next.revision });
    }
    if next.previous != Some(before.hash()) {
        breaches.push(SuccessionBreach::Previous { before: before.revision });
    }
    let uncut = losses(before, next).into_iter().filter(|(code, _)| !next.cutoffs.contains_key(code));
    breaches.extend(uncut.map(|(code, loss)| SuccessionBreach::NoCutoff(code, loss)));
    let strangers = next.cutoffs.keys().filter(|code| before.administration(code).is_none());
    breaches.extend(strangers.cloned().map(SuccessionBreach::StrangerCut));
    breaches
}

/// Who loses what from one revision to the next.
#[must_use]
pub fn losses(before: &Charter, next: &Charter) -> BTreeSet<(Code, Loss)> {
    let mut losses = BTreeSet::new();
    for old in &before.administrations {
        let mut note = |loss| losses.insert((old.code.clone(), loss));
        let Some(new) = next.administration(&old.code) else {
            note(Loss::Place);
            continue;
        };
        if old.key.is_some() && new.key != old.key {
            note(Loss::Key);
        }
        if new.kind != old.kind {
            note(Loss::Kind);
        }
        if new.suspended && !old.suspended {
            note(Loss::Rights);
        }
    }
    let kept = |office| next.offices.contains(office);
    let offices = before.offices.iter().filter(|office| !kept(office));
    losses.extend(offices.map(|office| (office.administration.clone(), Loss::Office(office.kind))));
    for commission in &before.commissions {
        let after = next.commissions.iter().find(|c| c.id == commission.id);
        let sits = |code: &Code| after.is_some_and(|c| c.members.contains(code));
        let gone = commission.members.iter().filter(|code| !sits(code));
        losses.extend(gone.map(|code| (code.clone(), Loss::Seat)));
        if after.is_none_or(|after| after.host != commission.host) {
            losses.insert((commission.host.clone(), Loss::Seat));
        }
    }
    losses
}
