//! `palabre charter history`: each revision, its date, its signers, what it changed.

use std::path::Path;

use palabre_web::text;
use palabre_web::views::{HistoryView, RevisionView, Standing};

use super::changes;
use crate::cli::{Speech, units};
use crate::client::{Client, block_on};
use crate::failure::Failure;

pub(super) fn run(home: &Path, speech: Speech) -> Result<(), Failure> {
    let client = Client::of(home, speech.lang())?;
    let answer = block_on(client.get::<HistoryView>(&["charter", "history"], &[]))?;
    speech.relay(&answer, say);
    Ok(())
}

fn say(history: &HistoryView, speech: Speech) {
    changes::say_dispute(&history.disputed, speech);
    for view in &history.revisions {
        say_revision(view, speech);
    }
    for view in &history.proposals {
        changes::say_proposal(view, speech);
    }
}

fn say_revision(view: &RevisionView, speech: Speech) {
    let standing = match view.standing {
        Standing::InForce => text!("standing-in-force"),
        Standing::Followed => text!("standing-followed"),
        Standing::Disputed => text!("standing-disputed"),
        Standing::Proposed => text!("standing-proposed"),
    };
    let (revision, at) = (view.revision, units::moment(view.written));
    speech.say(&text!("history-head", revision = revision, at = at, standing = standing));
    speech.say(&text!("history-signers", hash = view.hash.short(), signers = changes::list(&view.signed)));
    changes::say(&view.changes, speech);
}
