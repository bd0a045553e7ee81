//! The content of a sealed attachment (`docs/design.md` §5): sealed and opened in chunks, as it is read or arrives.
//!
//! STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015) with XChaCha20-Poly1305, a counter of 32 bits and a mark of the last
//! chunk: chunks cannot be left out, put elsewhere or cut off at the end. The key is of this attachment alone, so the rest of
//! the nonce is zeros. Zeros after the content bring it to a padded length, as a payload is.

use aead_stream::{DecryptorBE32, EncryptorBE32, Key, Nonce, StreamBE32};
use chacha20poly1305::XChaCha20Poly1305;
use thiserror::Error;

use super::file::{FileKey, SealedFile};
use super::padding;
use crate::id::ContentHash;

/// Bytes of content in a chunk: little to hold, little overhead (16 bytes each).
pub const CHUNK: usize = 64 * 1024;
/// Bytes of the authentication tag of each chunk.
const TAG_LEN: usize = 16;
/// What follows a content.
static ZEROS: [u8; CHUNK] = [0; CHUNK];
/// A sealed chunk.
const SEALED_CHUNK: usize = CHUNK + TAG_LEN;

/// Why a content cannot be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StreamError {
    /// More chunks than the counter counts: 256 TiB.
    #[error("the content is too long to be sealed")]
    TooLong,
    /// A chunk was changed, left out, moved or cut off, or the key is another one.
    #[error("a chunk of the attachment does not open with the key that its act names")]
    Chunk,
    /// It opens, and is not the file that its act speaks of.
    #[error("the attachment is not the file that its act speaks of")]
    OtherFile,
}

type Sealing = EncryptorBE32<XChaCha20Poly1305>;
type Opening = DecryptorBE32<XChaCha20Poly1305>;

/// Seals a content.
pub struct Sealer {
    stream: Sealing,
    key: FileKey,
    /// The beginning of the next chunk.
    chunk: Vec<u8>,
    hasher: blake3::Hasher,
    size: u64,
}

impl Sealer {
    /// With a key that seals nothing else.
    #[must_use]
    pub fn new(key: FileKey) -> Self {
        let stream = Sealing::new(&cipher_key(&key), &nonce());
        Self { stream, key, chunk: Vec::with_capacity(CHUNK), hasher: blake3::Hasher::new(), size: 0 }
    }

    /// Takes more of the content; what is sealed by it goes to `out`.
    pub fn update(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        self.hasher.update(plain);
        self.size += plain.len() as u64;
        self.put(plain, out)
    }

    /// Whatever follows a full chunk shows that it is not the last.
    fn put(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        while !plain.is_empty() {
            if self.chunk.len() == CHUNK {
                out.extend(self.stream.encrypt_next(self.chunk.as_slice()).map_err(|_| StreamError::TooLong)?);
                self.chunk.clear();
            }
            let (now, later) = plain.split_at(plain.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend(now);
            plain = later;
        }
        Ok(())
    }

    /// The content is whole: its end goes to `out`. What opens it.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<SealedFile, StreamError> {
        let mut zeros = padding::padded(self.size) - self.size;
        while zeros > 0 {
            let now = zeros.min(CHUNK as u64);
            self.put(&ZEROS[..usize::try_from(now).unwrap_or(CHUNK)], out)?;
            zeros -= now;
        }
        out.extend(self.stream.encrypt_last(self.chunk.as_slice()).map_err(|_| StreamError::TooLong)?);
        let hash = ContentHash::from_bytes(*self.hasher.finalize().as_bytes());
        Ok(SealedFile { key: self.key, hash, size: self.size })
    }
}

/// Opens a sealed content.
pub struct Opener {
    stream: Opening,
    /// The beginning of the next chunk.
    chunk: Vec<u8>,
    content: Content,
}

/// What has been opened so far.
struct Content {
    file: SealedFile,
    hasher: blake3::Hasher,
    /// Bytes, with the padding.
    opened: u64,
}

impl Opener {
    /// Of an attachment of which its act says this.
    #[must_use]
    pub fn new(file: SealedFile) -> Self {
        let stream = Opening::new(&cipher_key(&file.key), &nonce());
        let content = Content { file, hasher: blake3::Hasher::new(), opened: 0 };
        Self { stream, chunk: Vec::with_capacity(SEALED_CHUNK), content }
    }

    /// Takes more of what is sealed; what it says goes to `out`. It is authentic, and may not be whole.
    pub fn update(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        while !sealed.is_empty() {
            if self.chunk.len() == SEALED_CHUNK {
                let plain = self.stream.decrypt_next(self.chunk.as_slice()).map_err(|_| StreamError::Chunk)?;
                self.chunk.clear();
                self.content.take(&plain, out)?;
            }
            let (now, later) = sealed.split_at(sealed.len().min(SEALED_CHUNK - self.chunk.len()));
            self.chunk.extend(now);
            sealed = later;
        }
        Ok(())
    }

    /// Nothing follows: the end goes to `out`, when the whole is the file that its act speaks of.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), StreamError> {
        let Self { stream, chunk, mut content } = self;
        let plain = stream.decrypt_last(chunk.as_slice()).map_err(|_| StreamError::Chunk)?;
        content.take(&plain, out)?;
        content.check()
    }
}

impl Content {
    /// Whether it is the file that its act speaks of.
    fn check(&self) -> Result<(), StreamError> {
        let whole = self.opened == padding::padded(self.file.size);
        let same = *self.hasher.finalize().as_bytes() == *self.file.hash.as_bytes();
        if whole && same { Ok(()) } else { Err(StreamError::OtherFile) }
    }

    /// What comes after the content is zeros.
    fn take(&mut self, plain: &[u8], out: &mut Vec<u8>) -> Result<(), StreamError> {
        let left = usize::try_from(self.file.size.saturating_sub(self.opened)).unwrap_or(usize::MAX);
        let (content, zeros) = plain.split_at(left.min(plain.len()));
        self.opened += plain.len() as u64;
        self.hasher.update(content);
        out.extend(content);
        if zeros.iter().all(|byte| *byte == 0) { Ok(()) } else { Err(StreamError::OtherFile) }
    }
}

/// Bytes that a content of this size has when it is sealed.
#[must_use]
pub const fn sealed_size(size: u64) -> u64 {
    let padded = padding::padded(size);
    let chunks = if padded == 0 { 1 } else { padded.div_ceil(CHUNK as u64) };
    padded + chunks * TAG_LEN as u64
}

fn cipher_key(key: &FileKey) -> Key<XChaCha20Poly1305> {
    (*key.as_bytes()).into()
}

fn nonce() -> Nonce<XChaCha20Poly1305, StreamBE32<XChaCha20Poly1305>> {
    [0; 19].into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> FileKey {
        FileKey::from_bytes(&[7; 32])
    }

    /// Sealed in pieces of such a size.
    fn sealed(plain: &[u8], piece: usize) -> (SealedFile, Vec<u8>) {
        let (mut sealer, mut out) = (Sealer::new(key()), Vec::new());
        plain.chunks(piece).for_each(|piece| sealer.update(piece, &mut out).unwrap());
        (sealer.finish(&mut out).unwrap(), out)
    }

    fn opened(file: &SealedFile, sealed: &[u8], piece: usize) -> Result<Vec<u8>, StreamError> {
        let (mut opener, mut out) = (Opener::new(file.clone()), Vec::new());
        sealed.chunks(piece).try_for_each(|piece| opener.update(piece, &mut out))?;
        opener.finish(&mut out)?;
        Ok(out)
    }

    proptest! {
        #[test]
        fn what_was_sealed_in_whatever_pieces_opens_in_whatever_pieces(
            size in prop_oneof![0..3_usize, 0..300_000_usize, CHUNK - 2..CHUNK + 3, 2 * CHUNK - 2..2 * CHUNK + 3],
            one in 1..200_000_usize,
            other in 1..200_000_usize,
        ) {
            let plain: Vec<u8> = (0..size).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let (file, bytes) = sealed(&plain, one);
            prop_assert_eq!(bytes.len() as u64, sealed_size(size as u64));
            prop_assert!(bytes.len() <= size + size * 12 / 100 + 16 * (2 + size / CHUNK));
            prop_assert_eq!(file.hash, crate::ledger::entry::content_hash(&plain));
            prop_assert_eq!(opened(&file, &bytes, other).unwrap(), plain);
        }

        #[test]
        fn what_was_changed_anywhere_does_not_open(size in 1..200_000_usize, at: prop::sample::Index, flip in 1..=255_u8) {
            let (file, mut bytes) = sealed(&vec![5; size], 50_000);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert_eq!(opened(&file, &bytes, 70_000), Err(StreamError::Chunk));
            bytes[at] ^= flip;
            prop_assert_eq!(opened(&file, &bytes[..at], 70_000), Err(StreamError::Chunk));
        }
    }

    #[test]
    fn chunks_stay_in_their_places_and_belong_to_one_file() {
        let (file, bytes) = sealed(&vec![5; 3 * CHUNK + 1], 4_096);
        let chunk = |n: usize| &bytes[n * SEALED_CHUNK..((n + 1) * SEALED_CHUNK).min(bytes.len())];
        for order in [&[1, 0, 2, 3][..], &[0, 2, 3], &[0, 1, 2], &[0, 0, 1, 2, 3]] {
            let moved: Vec<u8> = order.iter().flat_map(|n| chunk(*n)).copied().collect();
            assert_eq!(opened(&file, &moved, 9_999).err(), Some(StreamError::Chunk), "{order:?}");
        }
        let others = [
            SealedFile { hash: ContentHash::from_bytes([1; 32]), ..file.clone() },
            SealedFile { size: file.size - 1, ..file.clone() },
            SealedFile { size: file.size + 1, ..file.clone() },
        ];
        for other in others {
            assert_eq!(opened(&other, &bytes, 9_999).err(), Some(StreamError::OtherFile));
        }
        let another = SealedFile { key: FileKey::from_bytes(&[8; 32]), ..file };
        assert_eq!(opened(&another, &bytes, 9_999).err(), Some(StreamError::Chunk));
    }
}
