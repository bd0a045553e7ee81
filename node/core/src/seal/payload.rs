//! One payload, compressed, padded and sealed with XChaCha20-Poly1305 (`docs/design.md` §5).
//!
//! * Sealed: nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). The associated data is the id of the audience key ‖ the word of
//!   the audience, so that nobody who has a key can show what is sealed with it to the readers of another audience.
//! * In it: how it is packed (0 as it is, 1 zstd) ‖ length of what follows as 4 bytes, big-endian ‖ that ‖ zeros.
//!
//! The key is that of one slot, so nothing sealed can be moved. Poly1305 alone would let a forger write
//! something that two keys open differently; the tag in the header names one of them (`AudienceKey::tag`).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::Zeroizing;

use super::{AudienceKey, SealedAudience, Slot, padding};
use crate::ledger::header::PAYLOAD_MAX;

/// Bytes of a nonce: so many that random ones never meet.
const NONCE_LEN: usize = 24;
/// Bytes of the authentication tag.
const TAG_LEN: usize = 16;
/// How it is packed, and how long it is.
const PREFIX_LEN: usize = 5;
/// Bytes that sealing adds before padding.
pub const OVERHEAD: usize = NONCE_LEN + TAG_LEN + PREFIX_LEN;
/// zstd's strongest ordinary level: a payload is small and written once, and travels to everybody.
const LEVEL: i32 = 19;

const AS_IT_IS: u8 = 0;
const ZSTD: u8 = 1;

/// Why a payload cannot be sealed or opened.
#[derive(Debug, Error)]
pub enum PayloadError {
    /// It passes the limit, or would when it is sealed.
    #[error("a payload of {0} bytes; at most {PAYLOAD_MAX} are allowed, before it is sealed and after")]
    TooLong(usize),
    /// zstd failed, or what is inside would pass the limit.
    #[error("what is sealed cannot be compressed or unpacked")]
    Zstd(#[source] std::io::Error),
    /// Not sealed with this key for this audience and slot, or changed since.
    #[error("this key does not open it")]
    Key,
    /// It opens, and is not packed as it should be.
    #[error("what is sealed is not packed as it should be")]
    Packing,
}

/// Seals what stands in a slot for the readers of an audience; for none: what a grant says of itself, to whoever opens it.
pub fn seal(
    key: &AudienceKey,
    audience: Option<&SealedAudience>,
    slot: &Slot,
    plain: &[u8],
    random: &mut impl CryptoRng,
) -> Result<Vec<u8>, PayloadError> {
    let packed = pack(plain)?;
    let mut nonce = [0; NONCE_LEN];
    random.fill_bytes(&mut nonce);
    let payload = Payload { msg: &packed, aad: &associated(key, audience) };
    let sealed = cipher(key, slot).encrypt(&XNonce::from(nonce), payload).map_err(|_| PayloadError::Key)?;
    Ok([&nonce[..], &sealed].concat())
}

/// Opens what stands in a slot.
pub fn open(
    key: &AudienceKey,
    audience: Option<&SealedAudience>,
    slot: &Slot,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(PayloadError::Key)?;
    let payload = Payload { msg: sealed, aad: &associated(key, audience) };
    let packed = cipher(key, slot).decrypt(&XNonce::from(*nonce), payload).map_err(|_| PayloadError::Key)?;
    unpack(&Zeroizing::new(packed))
}

fn associated(key: &AudienceKey, audience: Option<&SealedAudience>) -> Vec<u8> {
    let word = audience.map(SealedAudience::to_string).unwrap_or_default();
    [key.id().as_bytes(), word.as_bytes()].concat()
}

fn cipher(key: &AudienceKey, slot: &Slot) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new((&*key.payload_key(slot)).into())
}

/// Of what is shorter than a payload may be.
fn padded(length: usize) -> usize {
    usize::try_from(padding::padded(length as u64)).unwrap_or(usize::MAX)
}

fn pack(plain: &[u8]) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
    if plain.len() > PAYLOAD_MAX {
        return Err(PayloadError::TooLong(plain.len()));
    }
    let smaller = Zeroizing::new(zstd::bulk::compress(plain, LEVEL).map_err(PayloadError::Zstd)?);
    let (how, body) = if smaller.len() < plain.len() { (ZSTD, &smaller[..]) } else { (AS_IT_IS, plain) };
    let length = PREFIX_LEN + body.len();
    let sealed = NONCE_LEN + padded(length) + TAG_LEN;
    if sealed > PAYLOAD_MAX {
        return Err(PayloadError::TooLong(sealed));
    }
    let said = u32::try_from(body.len()).map_err(|_| PayloadError::TooLong(sealed))?;
    let mut packed = Zeroizing::new(Vec::with_capacity(padded(length)));
    packed.push(how);
    packed.extend(said.to_be_bytes());
    packed.extend(body);
    packed.resize(padded(length), 0);
    Ok(packed)
}

/// One way to pack: what another program would have packed otherwise is refused, so that nobody hides a second message in
/// the padding.
fn unpack(packed: &[u8]) -> Result<Zeroizing<Vec<u8>>, PayloadError> {
    let ([how, said @ ..], rest) = packed.split_first_chunk::<PREFIX_LEN>().ok_or(PayloadError::Packing)?;
    let said = usize::try_from(u32::from_be_bytes(*said)).map_err(|_| PayloadError::Packing)?;
    let (body, zeros) = rest.split_at_checked(said).ok_or(PayloadError::Packing)?;
    if packed.len() != padded(PREFIX_LEN + said) || zeros.iter().any(|byte| *byte != 0) {
        return Err(PayloadError::Packing);
    }
    match *how {
        AS_IT_IS => Ok(Zeroizing::new(body.to_vec())),
        ZSTD => zstd::bulk::decompress(body, PAYLOAD_MAX).map(Zeroizing::new).map_err(PayloadError::Zstd),
        _ => Err(PayloadError::Packing),
    }
}
