//! A value as it lies in the index: followed by a checksum of key and value, so that a garbled value, or one that
//! ended up under another key, is never taken for the truth.

const CRC_LEN: usize = 4;

/// `value` with the checksum that binds it to `key`.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + CRC_LEN);
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&crc(key, value).to_le_bytes());
    sealed
}

/// The value in `sealed`, when it is what was put under `key`.
pub(super) fn unseal<'a>(key: &[u8], sealed: &'a [u8]) -> Option<&'a [u8]> {
    let (value, stored) = sealed.split_last_chunk::<CRC_LEN>()?;
    (u32::from_le_bytes(*stored) == crc(key, value)).then_some(value)
}

/// The checksum that `sealed` carries, without judging it.
pub(super) fn checksum(sealed: &[u8]) -> Option<u32> {
    sealed.last_chunk::<CRC_LEN>().map(|stored| u32::from_le_bytes(*stored))
}

fn crc(key: &[u8], value: &[u8]) -> u32 {
    // The length keeps `ab` ‖ `c` apart from `a` ‖ `bc`.
    let seed = crc32c::crc32c(&(key.len() as u64).to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(seed, key), value)
}
