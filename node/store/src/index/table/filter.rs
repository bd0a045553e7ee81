//! Tells of most keys that are not in a table that they are not: a Bloom filter over the keys, their stems and their
//! letters.

/// Bits for each of what is noted, and of those how many are set: one wrong answer in a hundred.
const BITS: usize = 10;
const PROBES: u64 = 6;

/// Bytes of a stem: a letter and an id, behind which the state keeps what belongs to one thing. Scans ask for it, or for
/// all with one letter.
const STEM: usize = 33;
const LETTER: usize = 1;

/// Hashes on their way into a filter.
#[derive(Default)]
pub(super) struct Noted {
    hashes: Vec<u32>,
    /// The beginnings of the key before.
    beginnings: [Option<u32>; 2],
}

impl Noted {
    /// Notes a key and its beginnings. Keys come in order, so those with one beginning come together.
    pub(super) fn note(&mut self, key: &[u8]) {
        self.hashes.push(hash(key));
        let beginnings = [LETTER, STEM].map(|length| key.get(..length).map(hash));
        for (now, before) in beginnings.into_iter().zip(self.beginnings) {
            if now != before {
                self.hashes.extend(now);
            }
        }
        self.beginnings = beginnings;
    }

    /// The filter.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut bits = vec![0; (self.hashes.len() * BITS).div_ceil(8).max(1)];
        for hash in self.hashes {
            for place in places(hash, bits.len()) {
                bits[place / 8] |= 1 << (place % 8);
            }
        }
        bits
    }
}

/// The hash under which a key or stem is noted: a checksum, fast in hardware. Who makes keys that collide gains nothing
/// but slower answers about them.
pub(super) fn hash(key: &[u8]) -> u32 {
    crc32c::crc32c(key)
}

/// The hash of the longest noted beginning of a prefix; nothing when all keys begin so.
pub(super) fn hash_of_beginning(prefix: &[u8]) -> Option<u32> {
    [STEM, LETTER].into_iter().find_map(|length| prefix.get(..length)).map(hash)
}

/// Whether the key or beginning with this hash may be in the table of this filter.
pub(super) fn may_hold(bits: &[u8], hash: u32) -> bool {
    places(hash, bits.len()).all(|place| bits[place / 8] & 1 << (place % 8) != 0)
}

/// Where a hash sets its bits: steps of one length through all of them (Kirsch and Mitzenmacher, 2006).
fn places(hash: u32, bytes: usize) -> impl Iterator<Item = usize> {
    // Spreads the 32 bits over 64 (the last steps of SplitMix64).
    let spread = (u64::from(hash) ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let spread = (spread ^ (spread >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let (start, step) = (spread ^ (spread >> 31), spread.rotate_left(32) | 1);
    let bits = bytes as u64 * 8;
    (0..PROBES).filter_map(move |probe| usize::try_from(start.wrapping_add(step.wrapping_mul(probe)) % bits).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_never_denied_and_little_else_is_allowed() {
        let key = |number: u64| [[7; STEM].as_slice(), &number.to_be_bytes()].concat();
        let mut noted = Noted::default();
        (0..10_000).for_each(|number| noted.note(&key(number)));
        let filter = noted.finish();
        assert!(filter.len() <= 10_002 * BITS / 8 + 1, "one beginning is noted once");
        assert!((0..10_000).all(|number| may_hold(&filter, hash(&key(number)))));
        assert!(hash_of_beginning(&key(1)).is_some_and(|hash| may_hold(&filter, hash)));
        assert!(hash_of_beginning(&[7]).is_some_and(|hash| may_hold(&filter, hash)));
        assert_eq!(hash_of_beginning(&[]), None);
        let wrong = (10_000..20_000).filter(|number| may_hold(&filter, hash(&key(*number)))).count();
        assert!(wrong < 300, "{wrong} of 10,000");
    }
}
