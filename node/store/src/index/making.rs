//! Tables are made in threads of their own: the fold goes on meanwhile, and readers read what was there before.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use super::catalogue::TableName;
use super::merge::{Merge, Source};
use super::pairs::Pairs;
use super::table::{Cursor, Facts, Straight, Table, Writer};
use super::{IndexError, guard};

/// How many tables of about one size are merged into one. Each pair is written once for each power of it that the index
/// has grown to: twice with 400 MB; and a get asks at most so many filters for each.
const FAN: u32 = 10;

/// A table that is being made.
#[derive(Debug)]
pub(super) struct Making {
    pub(super) name: TableName,
    /// The tables in whose place it comes.
    pub(super) replaced: Vec<TableName>,
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Option<Facts>, IndexError>>,
}

impl Making {
    /// Writes pairs from memory.
    pub(super) fn write(dir: &Path, number: u32, pairs: Arc<Pairs>) -> Result<Self, IndexError> {
        let name = TableName { last: number, first: number };
        Self::start(dir, name, Vec::new(), move |path, _| {
            let mut writer = Writer::create(path).map_err(written)?;
            for (key, value) in pairs.iter() {
                writer.add(key, value).map_err(written)?;
            }
            writer.finish().map(Some).map_err(written)
        })
    }

    /// Merges tables, the oldest first. When nothing is older, keys that were removed are forgotten.
    pub(super) fn merge(dir: &Path, tables: &[(TableName, Arc<Table>)], oldest: bool) -> Result<Self, IndexError> {
        let names: Vec<TableName> = tables.iter().map(|(name, _)| *name).collect();
        let first = names.first().map_or(0, |name| name.first);
        let name = TableName { last: names.last().map_or(0, |name| name.last), first };
        let tables: Vec<Arc<Table>> = tables.iter().rev().map(|(_, table)| Arc::clone(table)).collect();
        Self::start(dir, name, names, move |path, stop| {
            let blocks = Straight::new()?;
            let cursors = tables.iter().map(|table| Ok(Source::Table(Cursor::at(table, &blocks, &[])?)));
            let mut merge = Merge::new(&blocks, cursors.collect::<Result<Vec<_>, IndexError>>()?);
            let mut writer = Writer::create(path).map_err(written)?;
            let mut add = |key: &[u8], value: Option<&[u8]>| match value {
                None if oldest => Ok(()),
                value => writer.add(key, value).map_err(written),
            };
            while merge.next(&mut add)? {
                if stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
            }
            writer.finish().map(Some).map_err(written)
        })
    }

    fn start(
        dir: &Path,
        name: TableName,
        replaced: Vec<TableName>,
        make: impl FnOnce(&Path, &AtomicBool) -> Result<Option<Facts>, IndexError> + Send + 'static,
    ) -> Result<Self, IndexError> {
        let path = dir.join(name.file());
        let stop = Arc::new(AtomicBool::new(false));
        let (into, stopped) = (path.clone(), Arc::clone(&stop));
        let thread = Builder::new().name("index".into()).spawn(move || guard::guarded(|| make(&into, &stopped)));
        let thread = thread.map_err(|source| IndexError::Io { doing: "written in a thread", source })?;
        Ok(Self { name, replaced, path, stop, thread })
    }

    /// Whether [`Making::finish`] would not wait.
    pub(super) fn is_done(&self) -> bool {
        self.thread.is_finished()
    }

    /// The table, once it is made and durable. What fails leaves no file behind.
    pub(super) fn finish(self) -> Result<(TableName, Vec<TableName>, Facts, Arc<Table>), IndexError> {
        let made = self.thread.join().unwrap_or(Err(IndexError::GivenUp));
        let opened = made.and_then(|facts| {
            let facts = facts.ok_or(IndexError::GivenUp)?;
            Ok((facts, Arc::new(Table::open(&self.path, facts)?)))
        });
        match opened {
            Ok((facts, table)) => Ok((self.name, self.replaced, facts, table)),
            Err(error) => {
                // It may not have been there at all.
                let _ = fs::remove_file(&self.path);
                Err(error)
            }
        }
    }

    /// Ends it without a table.
    pub(super) fn give_up(self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        let _ = fs::remove_file(&self.path);
    }
}

fn written(source: std::io::Error) -> IndexError {
    IndexError::Io { doing: "written", source }
}

/// The tables to merge next, as a part of `tables`, which stand from the oldest to the newest: the first that many of
/// about one size stand together.
pub(super) fn to_merge(tables: &[TableName]) -> Option<std::ops::Range<usize>> {
    let size = |name: &TableName| (name.last - name.first + 1).ilog(FAN);
    let mut start = 0;
    for (end, name) in tables.iter().enumerate() {
        if size(name) != size(&tables[start]) {
            start = end;
        }
        if end - start + 1 == FAN as usize {
            return Some(start..end + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_that_grows_is_never_in_many_tables() {
        let mut tables: Vec<TableName> = Vec::new();
        for number in 1..=2345 {
            tables.push(TableName { last: number, first: number });
            while let Some(range) = to_merge(&tables) {
                let merged = TableName { last: tables[range.end - 1].last, first: tables[range.start].first };
                tables.splice(range, [merged]);
            }
            assert!(tables.len() <= 4 * 9);
            assert!(tables.windows(2).all(|pair| pair[0].last + 1 == pair[1].first));
        }
        assert_eq!(tables.len(), 2 + 3 + 4 + 5);
    }
}
