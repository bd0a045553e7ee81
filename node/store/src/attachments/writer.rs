//! An attachment that is being received.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use palabre_core::id::ContentHash;

use super::{AttachmentError, Attachments, write_error};
use crate::disk;

/// Bytes of an import that are set aside at once: its size is not known.
const RESERVE_STEP: u64 = 1024 * 1024;

/// Receives one attachment into a temporary file. Dropped before it is finished, it leaves nothing behind.
#[derive(Debug)]
pub struct Writer {
    attachments: Attachments,
    expected: Option<ContentHash>,
    /// The size that was announced; for an import, the greatest allowed.
    size: u64,
    received: u64,
    /// Up to here there is room.
    reserved: u64,
    hasher: blake3::Hasher,
    file: File,
    path: PathBuf,
}

impl Writer {
    /// `size` is what was announced with `expected`, or the limit of an import.
    pub(super) fn new(
        attachments: &Attachments,
        expected: Option<ContentHash>,
        size: u64,
    ) -> Result<Self, AttachmentError> {
        let number = attachments.next_incoming.fetch_add(1, Ordering::Relaxed);
        let path = attachments.dir.join("incoming").join(format!("{number}.part"));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.map_err(|source| write_error(&path, size, source))?;
        let attachments = attachments.clone();
        let hasher = blake3::Hasher::new();
        let mut writer = Self { attachments, expected, size, received: 0, reserved: 0, hasher, file, path };
        if expected.is_some() {
            writer.reserve(size)?;
        }
        Ok(writer)
    }

    /// Sets room for `end` bytes in all aside.
    fn reserve(&mut self, end: u64) -> Result<(), AttachmentError> {
        let length = end - self.reserved;
        if length == 0 {
            return Ok(());
        }
        let failed = |source| write_error(&self.path, end, source);
        if disk::available(&self.file).map_err(failed)? < length.saturating_add(self.attachments.keep_free) {
            return Err(AttachmentError::Full { size: end });
        }
        disk::allocate(&self.file, self.reserved, length).map_err(failed)?;
        self.reserved = end;
        Ok(())
    }

    /// Bytes received so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Takes the next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), AttachmentError> {
        let received = self.received + bytes.len() as u64;
        if received > self.size {
            return Err(AttachmentError::TooLong { limit: self.size });
        }
        if received > self.reserved {
            self.reserve(received.max(self.reserved + RESERVE_STEP).min(self.size))?;
        }
        self.file.write_all(bytes).map_err(|source| write_error(&self.path, self.size, source))?;
        self.hasher.update(bytes);
        self.received = received;
        Ok(())
    }

    /// Verifies the content and gives it its name. It is durable when this returns.
    pub fn finish(self) -> Result<(), AttachmentError> {
        if self.received < self.size {
            return Err(AttachmentError::TooShort { size: self.size, received: self.received });
        }
        self.name().map(|_| ())
    }

    /// As [`Writer::finish`], for content whose hash and size were not known before.
    pub(super) fn finish_import(self) -> Result<(ContentHash, u64), AttachmentError> {
        let size = self.received;
        self.name().map(|hash| (hash, size))
    }

    fn name(&self) -> Result<ContentHash, AttachmentError> {
        let found = ContentHash::from_bytes(self.hasher.finalize().into());
        if let Some(expected) = self.expected.filter(|expected| *expected != found) {
            return Err(AttachmentError::OtherContent { expected, found });
        }
        let path = self.attachments.path(&found);
        let folder = path.parent().unwrap_or(&self.attachments.dir);
        // Cuts off what was set aside and not used.
        let named = self.file.set_len(self.received).and_then(|()| self.file.sync_all()).and_then(|()| {
            self.attachments.make_folder(folder)?;
            // What is there under this name already is replaced: it may be damaged, this is verified.
            fs::rename(&self.path, &path)?;
            disk::sync_dir(folder)
        });
        named.map_err(|source| write_error(&path, self.size, source))?;
        Ok(found)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Once it has its name there is nothing here any more; what cannot be removed now is at the next start.
        let _ = fs::remove_file(&self.path);
    }
}
