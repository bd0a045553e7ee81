//! What a revision changes of the one before it, so that nobody signs what they have not read. Whatever differs is
//! named, also what has no words of its own here.

use std::collections::BTreeSet;

use palabre_proto::{Message, v1};
use serde::{Deserialize, Serialize};

use super::revision::{Administration, AdministrationKind, Charter, Names, OfficeKind};
use crate::id::{AdministrationKey, Code};

/// One difference between two revisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Others hold an office.
    Office {
        /// Which.
        office: OfficeKind,
        /// Who held it.
        before: Vec<Code>,
        /// Who holds it.
        after: Vec<Code>,
    },
    /// Another presides a commission.
    Host {
        /// Which.
        commission: String,
        /// Who presided it.
        before: Code,
        /// Who presides it.
        after: Code,
    },
    /// Others sit in a commission.
    Seats {
        /// Which.
        commission: String,
        /// Who takes a seat.
        joined: Vec<Code>,
        /// Who leaves one.
        left: Vec<Code>,
    },
    /// New in the charter.
    Admitted {
        /// Who.
        administration: Code,
        /// What kind of participant it is.
        kind: AdministrationKind,
        /// How it is called.
        names: Names,
        /// Its key.
        key: Option<AdministrationKey>,
    },
    /// Not in it any more.
    Removed {
        /// Who.
        administration: Code,
    },
    /// Without rights from now on.
    Suspended {
        /// Who.
        administration: Code,
    },
    /// With rights again.
    Restored {
        /// Who.
        administration: Code,
    },
    /// Another key, or none.
    Key {
        /// Whose.
        administration: Code,
        /// The key that it had.
        before: Option<AdministrationKey>,
        /// The key that it has.
        after: Option<AdministrationKey>,
    },
    /// Others' keys count.
    Keyholders {
        /// Whose do now.
        joined: Vec<Code>,
        /// Whose do not any more.
        left: Vec<Code>,
    },
    /// Another number of signatures is needed.
    Threshold {
        /// It was.
        before: u32,
        /// It is.
        after: u32,
    },
    /// To be looked at again at another date.
    ReviewBy {
        /// It was.
        before: String,
        /// It is.
        after: String,
    },
    /// A list closes what counts of an administration.
    Cut {
        /// Whose.
        administration: Code,
        /// How many of its logs count up to their listed end; what is not listed is cut at zero.
        logs: usize,
    },
    /// It decides among revisions that stand against one another.
    Settles {
        /// How many.
        revisions: usize,
    },
    /// Anything else, by its field in the `.proto` file.
    Other {
        /// The field, and of whom.
        field: String,
    },
}

/// All that `after` changes of `before`.
#[must_use]
pub fn difference(before: &Charter, after: &Charter) -> Vec<Change> {
    let mut changes = Vec::new();
    offices(before, after, &mut changes);
    commissions(before, after, &mut changes);
    administrations(before, after, &mut changes);
    let (joined, left) = joined_and_left(&before.keyholders, &after.keyholders);
    if !joined.is_empty() || !left.is_empty() {
        changes.push(Change::Keyholders { joined, left });
    }
    if before.threshold != after.threshold {
        changes.push(Change::Threshold { before: before.threshold, after: after.threshold });
    }
    if before.review_by != after.review_by {
        changes.push(Change::ReviewBy { before: before.review_by.clone(), after: after.review_by.clone() });
    }
    let cut = |cutoff: &super::Cutoff| Change::Cut {
        administration: cutoff.administration.clone(),
        logs: cutoff.logs.iter().count(),
    };
    changes.extend(after.cutoffs.values().map(cut));
    if !after.settles.is_empty() {
        changes.push(Change::Settles { revisions: after.settles.len() });
    }
    others(before, after, &mut changes);
    changes
}

fn joined_and_left(before: &[Code], after: &[Code]) -> (Vec<Code>, Vec<Code>) {
    let not_in = |list: &[Code], other: &[Code]| list.iter().filter(|code| !other.contains(code)).cloned().collect();
    (not_in(after, before), not_in(before, after))
}

fn offices(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    let kinds = [OfficeKind::Presidency, OfficeKind::Secretariat, OfficeKind::Assessor, OfficeKind::VicePresidency];
    for office in kinds {
        let holders = |charter: &Charter| charter.holders(office).cloned().collect::<Vec<_>>();
        let (before, after) = (holders(before), holders(after));
        if before != after {
            changes.push(Change::Office { office, before, after });
        }
    }
}

fn commissions(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    for new in &after.commissions {
        let commission = new.id.to_string();
        let Some(old) = before.commissions.iter().find(|old| old.id == new.id) else {
            changes.push(Change::Other { field: format!("commissions {commission}") });
            continue;
        };
        if old.host != new.host {
            let (before, after) = (old.host.clone(), new.host.clone());
            changes.push(Change::Host { commission: commission.clone(), before, after });
        }
        let (joined, left) = joined_and_left(&old.members, &new.members);
        if !joined.is_empty() || !left.is_empty() {
            changes.push(Change::Seats { commission: commission.clone(), joined, left });
        }
        if old.names != new.names {
            changes.push(Change::Other { field: format!("commissions {commission} names") });
        }
    }
    let gone = before.commissions.iter().filter(|old| !after.commissions.iter().any(|new| new.id == old.id));
    changes.extend(gone.map(|old| Change::Other { field: format!("commissions {}", old.id) }));
}

fn administrations(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    for new in &after.administrations {
        let administration = new.code.clone();
        let Some(old) = before.administration(&new.code) else {
            let Administration { kind, key, .. } = *new;
            changes.push(Change::Admitted {
                administration: administration.clone(),
                kind,
                names: new.names.clone(),
                key,
            });
            if new.suspended {
                changes.push(Change::Suspended { administration });
            }
            continue;
        };
        match (old.suspended, new.suspended) {
            (false, true) => changes.push(Change::Suspended { administration: administration.clone() }),
            (true, false) => changes.push(Change::Restored { administration: administration.clone() }),
            _ => {}
        }
        if old.key != new.key {
            changes.push(Change::Key { administration: administration.clone(), before: old.key, after: new.key });
        }
        let named = Administration { suspended: new.suspended, key: new.key, ..old.clone() };
        if named != *new {
            changes.push(Change::Other { field: format!("administrations {administration}") });
        }
    }
    let gone = before.administrations.iter().filter(|old| after.administration(&old.code).is_none());
    changes.extend(gone.map(|old| Change::Removed { administration: old.code.clone() }));
}

/// Fields of the charter that have no words of their own, and those that this version does not know.
fn others(before: &Charter, after: &Charter, changes: &mut Vec<Change>) {
    let mut note = |differs: bool, field: &str| {
        if differs {
            changes.push(Change::Other { field: field.to_owned() });
        }
    };
    note(before.name != after.name, "name");
    note(before.allowance != after.allowance, "allowance");
    let codes = |charter: &Charter| charter.keyholders.iter().cloned().collect::<BTreeSet<_>>();
    note(codes(before) == codes(after) && before.keyholders != after.keyholders, "keyholders");
    let known = v1::Charter::decode(after.bytes()).is_ok_and(|message| message.encode_to_vec() == after.bytes());
    note(!known, "?");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::Ends;
    use crate::fixtures::Network;
    use crate::fixtures::charters::{cutoff, revision_after, rotate};

    fn codes<const N: usize>(texts: [&str; N]) -> [Code; N] {
        texts.map(|text| text.parse().unwrap())
    }

    #[test]
    fn a_rotation_is_one_change_and_its_lists() {
        let network = Network::new(9, 1);
        let before = network.rules.charter();
        let after = revision_after(before, |message| {
            rotate(message, "SN", "CV");
            message.cutoffs = vec![cutoff("SN", None, Ends::default())];
        });
        let [cv, gh, sn] = codes(["CV", "GH", "SN"]);
        let (office, before_it) = (OfficeKind::Assessor, vec![sn.clone(), gh.clone()]);
        let rotated = Change::Office { office, before: before_it, after: vec![cv, gh] };
        assert_eq!(difference(before, &after), [rotated, Change::Cut { administration: sn, logs: 0 }]);
    }

    #[test]
    fn what_has_no_words_of_its_own_is_named_all_the_same() {
        let network = Network::new(9, 1);
        let before = network.rules.charter();
        let other = |field: &str| Change::Other { field: field.to_owned() };
        let after = revision_after(before, |message| {
            message.name = Some(v1::Names { fr: "Deux".to_owned(), ..v1::Names::default() });
            message.administrations[3].capital = "Ailleurs".to_owned();
        });
        let code = &before.administrations[3].code;
        assert_eq!(difference(before, &after), [other(&format!("administrations {code}")), other("name")]);
        // A field of a later version: number 99, a varint.
        let bytes = [after.bytes(), &[0x98, 0x06, 0x01]].concat();
        let later = Charter::parse(&bytes).unwrap();
        assert_eq!(difference(&after, &later), [other("?")]);
    }

    #[test]
    fn nothing_changes_from_a_revision_to_itself() {
        let network = Network::new(9, 1);
        let charter = network.rules.charter();
        assert_eq!(difference(charter, charter), []);
    }
}
