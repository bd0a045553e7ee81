//! Whether a later revision may be signed: judged by the rules that this machine knows, before any signature.

use std::path::Path;

use palabre_core::charter::{Charter, RevisionError, invariants};
use palabre_web::problem::Kind;
use palabre_web::{breaches, text};

use crate::failure::{Failure, internal};
use crate::rules::Known;

/// Refuses a revision that could never be adopted, or that would put the network into dispute. Away from any node a
/// revision may follow others that this machine has not seen: then only its own rules are checked.
pub(super) fn later(known: &Known, charter: &Charter, file: &Path) -> Result<(), Failure> {
    let revisions = known.rules.revisions();
    match revisions.check(charter) {
        Ok(()) => {}
        Err(RevisionError::NotFollowing(_)) => follows(known, charter, file)?,
        Err(error) => return Err(refused(&error, charter, file)),
    }
    let last = revisions.in_force().revision;
    if charter.revision <= last && charter.settles.is_empty() && !revisions.is_adopted(&charter.hash()) {
        let (file, revision) = (file.display().to_string(), charter.revision);
        return Err(Failure::new(Kind::Refused, text!("err-number-adopted", file = file, revision = revision)));
    }
    Ok(())
}

/// What it means that the revision before is not held here, or not adopted.
fn follows(known: &Known, charter: &Charter, file: &Path) -> Result<(), Failure> {
    let revisions = known.rules.revisions();
    let last = revisions.in_force().revision;
    let name = file.display().to_string();
    let held = charter.previous.is_some_and(|previous| revisions.get(&previous).is_some());
    if charter.revision <= last + 1 && !held {
        // Every adopted revision up to the last is held: this one is of another line.
        let text = text!("err-revision-foreign", file = name, revision = charter.revision, last = last);
        return Err(Failure::new(Kind::Refused, text));
    }
    if held || known.node.is_some() {
        let text = text!("err-revision-ahead", file = name, revision = charter.revision, last = last);
        return Err(Failure::new(Kind::Refused, text));
    }
    let found = invariants::check(charter);
    if found.is_empty() { Ok(()) } else { Err(refused(&RevisionError::Invariants(found), charter, file)) }
}

/// Why a revision does not join what is held, in words.
fn refused(error: &RevisionError, charter: &Charter, file: &Path) -> Failure {
    let name = file.display().to_string();
    let text = match error {
        RevisionError::OtherNetwork => text!("err-other-network", file = name),
        RevisionError::Invariants(found) => text!("err-invariants", breaches = breaches::list(found)),
        RevisionError::Succession(found) => {
            let breaches = breaches::succession_list(found);
            text!("err-succession", file = name, revision = charter.revision, breaches = breaches)
        }
        RevisionError::Settles(revision) => text!("err-settles", file = name, revision = *revision),
        RevisionError::NotFollowing(_) | RevisionError::Unsigned(_) | RevisionError::Crowded => return internal(error),
    };
    Failure::new(Kind::Refused, text)
}
