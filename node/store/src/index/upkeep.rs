//! The way of what is committed: held in memory, noted in the journal, written into a table, merged with others.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::catalogue::{Folded, PARTS, SUMMARY, Summary, numbered, table_value};
use super::guard::guarded;
use super::making::{Making, to_merge};
use super::pairs::{Pairs, Pending};
use super::{Index, IndexError, files, sealed};

/// How often the journal is written into sled. What is lost in between is folded again from the segments.
const SAVE_EVERY: Duration = Duration::from_secs(10);

/// Where no table can be written the index may hold so many times what it should before it gives up.
const PATIENCE: usize = 4;

/// What is becoming a table.
#[derive(Debug)]
pub(super) struct Frozen {
    pub(super) pairs: Arc<Pairs>,
    /// The last record that it counts.
    folded: Folded,
    /// The journal's chapters before this one hold the same.
    next_chapter: u32,
    /// Nothing when the last attempt failed.
    writing: Option<Making>,
}

/// A change of the catalogue: a key, and what is put under it or nothing.
type Change = (Vec<u8>, Option<Vec<u8>>);

impl Index {
    /// Says that everything up to `folded` counts. After an error the index is not used any more.
    pub fn commit(&mut self, folded: Folded) -> Result<(), IndexError> {
        self.is_usable()?;
        self.pending = Pending::default();
        self.journal.commit();
        self.folded = Some(folded);
        self.keep_up(folded).inspect_err(|_| self.give_up())
    }

    fn keep_up(&mut self, folded: Folded) -> Result<(), IndexError> {
        self.take_written()?;
        self.take_merged()?;
        if self.held.bytes() > self.held_max {
            self.freeze(folded)?;
        }
        if self.saved_at.elapsed() >= SAVE_EVERY {
            self.save(folded)?;
        }
        Ok(())
    }

    /// Makes a table of what is held. The table before must be written first: that is where a fold waits that is faster
    /// than the disk.
    fn freeze(&mut self, folded: Folded) -> Result<(), IndexError> {
        if let Some(frozen) = self.frozen.take() {
            let writing = frozen.writing.or_else(|| self.begin_writing(&frozen.pairs));
            self.frozen = Some(Frozen { writing, ..frozen });
            self.finish_writing()?;
        }
        if self.frozen.is_some() {
            // It could not be written. The next commit tries again.
            let held = self.held.bytes() > PATIENCE * self.held_max;
            return if held { Err(IndexError::Io { doing: "written", source: no_room() }) } else { Ok(()) };
        }
        let pairs = Arc::new(std::mem::take(&mut self.held));
        let writing = self.begin_writing(&pairs);
        self.frozen = Some(Frozen { pairs, folded, next_chapter: self.journal.close_chapter(), writing });
        Ok(())
    }

    fn begin_writing(&self, pairs: &Arc<Pairs>) -> Option<Making> {
        let number = self.tables.last().map_or(1, |(name, _)| name.last + 1);
        let begun = Making::write(&self.dir, number, Arc::clone(pairs));
        begun.inspect_err(|error| tracing::warn!(%error, "a table of the index is not written")).ok()
    }

    fn take_written(&mut self) -> Result<(), IndexError> {
        let done = self.frozen.as_ref().and_then(|frozen| frozen.writing.as_ref()).is_some_and(Making::is_done);
        if done { self.finish_writing() } else { Ok(()) }
    }

    /// Takes the table that was written into the catalogue, and what is in it out of the journal.
    fn finish_writing(&mut self) -> Result<(), IndexError> {
        let Some(mut frozen) = self.frozen.take() else { return Ok(()) };
        let Some(writing) = frozen.writing.take() else {
            self.frozen = Some(frozen);
            return Ok(());
        };
        match writing.finish() {
            Ok((name, _, facts, table)) => {
                let mut changes = vec![(name.key(), Some(table_value(name, facts)))];
                changes.extend(self.parts_before(frozen.next_chapter)?.into_iter().map(|key| (key, None)));
                let saved =
                    self.saved.map(|summary| summary.folded).filter(|saved| saved.record > frozen.folded.record);
                self.record(changes, saved.unwrap_or(frozen.folded))?;
                self.journal.forget_before(frozen.next_chapter);
                self.tables.push((name, table));
                Ok(())
            }
            Err(error) if error.is_damage() => Err(error),
            Err(error) => {
                tracing::warn!(%error, "the index holds more in memory until the disk takes it");
                self.frozen = Some(frozen);
                Ok(())
            }
        }
    }

    fn take_merged(&mut self) -> Result<(), IndexError> {
        if self.merging.as_ref().is_some_and(Making::is_done)
            && let Some(merging) = self.merging.take()
        {
            match merging.finish() {
                Ok((name, replaced, facts, table)) => {
                    let mut changes: Vec<Change> = replaced.iter().map(|old| (old.key(), None)).collect();
                    // The last of them has the key of the new one.
                    changes.retain(|(key, _)| *key != name.key());
                    changes.push((name.key(), Some(table_value(name, facts))));
                    let Some(saved) = self.saved else { return Err(IndexError::Summary) };
                    self.record(changes, saved.folded)?;
                    self.cache.clear();
                    let start =
                        self.tables.iter().position(|(old, _)| replaced.first() == Some(old)).unwrap_or_default();
                    self.tables.splice(start..start + replaced.len(), [(name, table)]);
                    // Files that sled might still name after a power cut go only when it will not.
                    guarded(|| Ok(self.db()?.flush().map(drop)?))?;
                    for old in replaced {
                        let _ = fs::remove_file(self.dir.join(old.file()));
                    }
                }
                Err(error) if error.is_damage() => return Err(error),
                // There is no room for it now. The next table is another occasion.
                Err(error) => tracing::warn!(%error, "tables of the index were not merged"),
            }
        }
        if self.merging.is_none() {
            let names: Vec<_> = self.tables.iter().map(|(name, _)| *name).collect();
            if let Some(range) = to_merge(&names) {
                let begun = Making::merge(&self.dir, &self.tables[range.clone()], range.start == 0);
                let warn = |error: &IndexError| tracing::warn!(%error, "tables of the index are not merged");
                self.merging = begun.inspect_err(warn).ok();
            }
        }
        Ok(())
    }

    /// Writes what is committed and in no table into sled.
    fn save(&mut self, folded: Folded) -> Result<(), IndexError> {
        let next = self.journal.close_chapter();
        let changes: Vec<Change> = self.journal.parts()?.into_iter().map(|(key, part)| (key, Some(part))).collect();
        if !changes.is_empty() || self.saved.map(|saved| saved.folded) != Some(folded) {
            self.record(changes, folded)?;
            self.journal.forget_before(next);
        }
        self.saved_at = Instant::now();
        Ok(())
    }

    /// The keys in sled of the journal's chapters before `next`.
    fn parts_before(&self, next: u32) -> Result<Vec<Vec<u8>>, IndexError> {
        let db = self.db()?;
        guarded(|| {
            let keys = db.range(numbered(PARTS, 0)..numbered(PARTS, next)).keys();
            keys.map(|key| Ok(key?.to_vec())).collect()
        })
    }

    /// Changes the catalogue in one batch, which says up to which record it counts.
    fn record(&mut self, changes: Vec<Change>, folded: Folded) -> Result<(), IndexError> {
        let db = self.db()?;
        let mut tally = self.saved.map(|summary| summary.tally).unwrap_or_default();
        let summary = guarded(|| {
            let mut batch = sled::Batch::default();
            for (key, value) in changes {
                if let Some(old) = db.get(&key)? {
                    tally.subtract(&old);
                }
                match value {
                    Some(value) => {
                        let sealed = sealed::seal(&key, &value);
                        tally.add(&sealed);
                        batch.insert(key, sealed);
                    }
                    None => batch.remove(key),
                }
            }
            let summary = Summary { folded, tally };
            batch.insert(SUMMARY, summary.to_sealed());
            db.apply_batch(batch)?;
            Ok(summary)
        })?;
        self.saved = Some(summary);
        Ok(())
    }

    /// Ends what is under way, writes the rest into sled and closes it.
    pub(super) fn shut(&mut self) -> Result<(), IndexError> {
        self.is_usable()?;
        self.stop_making();
        if let Some(folded) = self.folded {
            self.save(folded).inspect_err(|_| self.give_up())?;
        }
        let db = self.db.take().ok_or(IndexError::GivenUp)?;
        files::close(&self.dir, db)
    }

    fn stop_making(&mut self) {
        if let Some(merging) = self.merging.take() {
            merging.give_up();
        }
        // What was being written is in the journal as well.
        if let Some(writing) = self.frozen.as_mut().and_then(|frozen| frozen.writing.take()) {
            writing.give_up();
        }
    }

    /// What the files hold now is not known: they are not used any more.
    fn give_up(&mut self) {
        self.stop_making();
        if let Some(db) = self.db.take() {
            files::abandon(db);
        }
    }

    fn db(&self) -> Result<&sled::Db, IndexError> {
        self.db.as_ref().ok_or(IndexError::GivenUp)
    }
}

fn no_room() -> std::io::Error {
    std::io::ErrorKind::StorageFull.into()
}
