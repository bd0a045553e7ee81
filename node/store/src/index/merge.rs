//! One ordered walk over several sources: of one key the newest source counts.

use std::iter::Peekable;

use super::IndexError;
use super::pairs::Range;
use super::table::{Blocks, Cursor};

/// One of the sources.
pub(super) enum Source<'a> {
    /// In memory.
    Memory(Peekable<Range<'a>>),
    /// A table.
    Table(Cursor),
}

impl<'a> Source<'a> {
    pub(super) fn memory(range: Range<'a>) -> Self {
        Self::Memory(range.peekable())
    }

    fn key(&mut self) -> Option<&[u8]> {
        match self {
            Self::Memory(range) => range.peek().map(|(key, _)| key.as_slice()),
            Self::Table(cursor) => cursor.key(),
        }
    }

    fn value(&mut self) -> Option<&[u8]> {
        match self {
            Self::Memory(range) => range.peek().and_then(|(_, value)| value.as_deref()),
            Self::Table(cursor) => cursor.value(),
        }
    }

    fn advance(&mut self, blocks: &impl Blocks) -> Result<(), IndexError> {
        match self {
            Self::Memory(range) => drop(range.next()),
            Self::Table(cursor) => cursor.advance(blocks)?,
        }
        Ok(())
    }
}

/// The walk. Sources stand from the one with the least key to the one with the greatest, of one key the newest first.
pub(super) struct Merge<'a, B> {
    blocks: &'a B,
    sources: Vec<Ranked<'a>>,
}

/// A source and its age: 0 is the newest.
struct Ranked<'a> {
    age: usize,
    source: Source<'a>,
    key: Vec<u8>,
}

impl Ranked<'_> {
    /// Looks at the present key; false at the end.
    fn look(&mut self) -> bool {
        self.key.clear();
        let Some(key) = self.source.key() else { return false };
        self.key.extend_from_slice(key);
        true
    }

    fn rank(&self) -> (&[u8], usize) {
        (&self.key, self.age)
    }
}

impl<'a, B: Blocks> Merge<'a, B> {
    /// A walk over `sources`, the newest first, each on its first pair.
    pub(super) fn new(blocks: &'a B, sources: impl IntoIterator<Item = Source<'a>>) -> Self {
        let ranked = |(age, source)| Ranked { age, source, key: Vec::new() };
        let mut sources: Vec<_> = sources.into_iter().enumerate().map(ranked).collect();
        sources.retain_mut(Ranked::look);
        sources.sort_by(|one, other| one.rank().cmp(&other.rank()));
        Self { blocks, sources }
    }

    /// Hands the next pair to `take`, nothing in place of the value of a removed key; false at the end.
    pub(super) fn next(
        &mut self,
        take: impl FnOnce(&[u8], Option<&[u8]>) -> Result<(), IndexError>,
    ) -> Result<bool, IndexError> {
        let Some(newest) = self.sources.first_mut() else { return Ok(false) };
        take(&newest.key, newest.source.value())?;
        let key = std::mem::take(&mut newest.key);
        // Of the older ones with the same key nothing counts.
        while self.sources.get(1).is_some_and(|older| older.key == key) {
            self.advance(1)?;
        }
        self.advance(0)?;
        Ok(true)
    }

    /// Advances the source at `place` and puts it where it then belongs.
    fn advance(&mut self, place: usize) -> Result<(), IndexError> {
        self.sources[place].source.advance(self.blocks)?;
        if !self.sources[place].look() {
            self.sources.remove(place);
            return Ok(());
        }
        let behind = &self.sources[place + 1..];
        let shift = behind.partition_point(|other| other.rank() < self.sources[place].rank());
        self.sources[place..=place + shift].rotate_left(1);
        Ok(())
    }
}
