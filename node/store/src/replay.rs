//! Folding what the state does not count yet, from the segments, in bounded steps.

use std::io;

use palabre_core::state::Position;
use thiserror::Error;

use crate::ahead::{self, Prepared};
use crate::index::PENDING_MAX;
use crate::opening::Opening;
use crate::segments::{Damage, ReadError};
use crate::store::{CommitError, Store};

/// What a replay met.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Records that were folded.
    pub records: u64,
    /// Damaged parts that were passed over.
    pub damaged: Vec<Damage>,
}

/// Why a replay ended early. What was committed by then stays.
#[derive(Debug, Error)]
pub enum ReplayError<E: std::error::Error + 'static> {
    /// The segments cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was folded cannot be committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Doubt about the node's own head cannot be noted.
    #[error("the ledger's folder cannot be written")]
    Doubt(#[source] io::Error),
    /// The rules failed.
    #[error("a record could not be folded")]
    Fold(#[source] E),
}

impl Store {
    /// Hands every record that the state does not count yet to `fold`, in order, and commits on the way. Damage is
    /// passed over and named; since an own entry may have been there, it puts the node's own head in doubt.
    pub fn replay<E: std::error::Error + 'static>(
        &mut self,
        opening: &Opening,
        mut fold: impl FnMut(&mut Self, Position, &[u8]) -> Result<(), E>,
    ) -> Result<Replayed, ReplayError<E>> {
        self.replay_prepared(
            opening,
            |records| records,
            |store, position, bytes: Vec<u8>| fold(store, position, &bytes),
        )
    }

    /// As [`Store::replay`]; `fold` gets what `prepare` made of each record, ahead of it and on all cores; see [`ahead::prepared`].
    pub fn replay_prepared<P: Send, E: std::error::Error + 'static>(
        &mut self,
        opening: &Opening,
        prepare: impl Fn(Vec<Vec<u8>>) -> Vec<P> + Sync,
        mut fold: impl FnMut(&mut Self, Position, P) -> Result<(), E>,
    ) -> Result<Replayed, ReplayError<E>> {
        ahead::prepared(self.scan_from(opening.replay_from), prepare, |records| self.fold_all(records, &mut fold))
    }

    fn fold_all<P, E: std::error::Error + 'static>(
        &mut self,
        records: &mut dyn Iterator<Item = Result<Prepared<P>, ReadError>>,
        fold: &mut impl FnMut(&mut Self, Position, P) -> Result<(), E>,
    ) -> Result<Replayed, ReplayError<E>> {
        let mut replayed = Replayed::default();
        let mut uncommitted = None;
        for record in records {
            match record? {
                Prepared::Record { position, prepared } => {
                    fold(self, position, prepared).map_err(ReplayError::Fold)?;
                    replayed.records += 1;
                    uncommitted = Some(position);
                }
                Prepared::Damage { damage, .. } => {
                    self.doubt_own_head().map_err(ReplayError::Doubt)?;
                    replayed.damaged.push(damage);
                }
            }
            if self.pending() > PENDING_MAX
                && let Some(position) = uncommitted.take()
            {
                self.commit(position)?;
            }
        }
        if let Some(position) = uncommitted {
            self.commit(position)?;
        }
        Ok(replayed)
    }
}
