//! Small contents that are on their way to the disk: given out from memory until they are there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palabre_core::id::ContentHash;

use super::{AttachmentError, Attachments};

/// The contents by their hashes.
#[derive(Clone, Debug, Default)]
pub(super) struct Arriving(Arc<Mutex<BTreeMap<ContentHash, Arc<[u8]>>>>);

impl Arriving {
    pub(super) fn get(&self, hash: &ContentHash) -> Option<Arc<[u8]>> {
        self.contents().get(hash).cloned()
    }

    fn contents(&self) -> MutexGuard<'_, BTreeMap<ContentHash, Arc<[u8]>>> {
        // A map of whole contents is never left half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attachments {
    /// Takes content whose hash was checked, in memory only: [`Attachments::read_small`] gives it out, and it does not
    /// count as held. The caller has it written with [`Attachments::keep`], once, and soon.
    pub fn receive(&self, hash: ContentHash, content: Vec<u8>) {
        self.arriving.contents().insert(hash, content.into());
    }

    /// Writes what was received; durable, and held, when this returns. Whatever comes of it, memory forgets it.
    pub fn keep(&self, hash: &ContentHash) -> Result<(), AttachmentError> {
        let Some(content) = self.arriving.get(hash) else { return Ok(()) };
        let kept = self.writer(*hash, content.len() as u64).and_then(|mut writer| {
            writer.write(&content)?;
            writer.finish()
        });
        self.arriving.contents().remove(hash);
        kept
    }
}
