//! A segment cut into pieces: whole frames, and the gaps of damaged bytes between them.

use std::io;

use super::frame::{self, FRAME_MAX, HEADER_LEN, Header};
use super::window::{Source, Window};

/// A part of a segment. Together, the pieces are the whole segment in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A frame whose checksum is right.
    Frame {
        /// Where it begins.
        offset: u64,
        /// The record in it.
        record: Vec<u8>,
    },
    /// Bytes of which no frame could be made.
    Gap {
        /// Where it begins.
        offset: u64,
        /// How long it is.
        length: u64,
        /// Its first bytes, at most [`FRAME_MAX`].
        shown: Vec<u8>,
    },
}

/// The pieces of one segment from an offset up to an end that is known beforehand.
pub(crate) struct Pieces<S> {
    window: Window<S>,
    next: u64,
    end: u64,
}

impl<S: Source> Pieces<S> {
    pub(crate) fn new(source: S, from: u64, end: u64) -> Self {
        Self { window: Window::new(source), next: from, end }
    }

    /// The next piece, nothing at the end.
    pub(crate) fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        if self.next >= self.end {
            return Ok(None);
        }
        let offset = self.next;
        if let Some(record) = self.frame_at(offset)? {
            self.next = offset + (HEADER_LEN + record.len()) as u64;
            return Ok(Some(Piece::Frame { offset, record }));
        }
        self.next = self.next_frame(offset + 1)?;
        let length = self.next - offset;
        let shown = usize::try_from(length).map_or(FRAME_MAX, |length| length.min(FRAME_MAX));
        let mut shown_bytes = self.window.at(offset, shown)?.to_vec();
        shown_bytes.truncate(shown);
        Ok(Some(Piece::Gap { offset, length, shown: shown_bytes }))
    }

    fn frame_at(&mut self, offset: u64) -> io::Result<Option<Vec<u8>>> {
        let left = usize::try_from(self.end - offset).unwrap_or(usize::MAX);
        let Some(header) = Header::parse(self.window.at(offset, HEADER_LEN)?) else { return Ok(None) };
        if header.frame_len() > left {
            return Ok(None);
        }
        let bytes = self.window.at(offset, header.frame_len())?;
        Ok(frame::parse(bytes).map(|(_, record)| record.to_vec()))
    }

    /// Where the nearest whole frame from `offset` on begins, or the end. Byte by byte: a damaged length says nothing
    /// about where the next frame begins.
    fn next_frame(&mut self, mut offset: u64) -> io::Result<u64> {
        while offset < self.end {
            if self.frame_at(offset)?.is_some() {
                return Ok(offset);
            }
            offset += 1;
        }
        Ok(self.end)
    }
}
