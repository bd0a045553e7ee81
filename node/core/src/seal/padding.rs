//! What a size may say: Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
//! PURBs", 2019, §4). Of a length with `e + 1` bits only the first bits, about as many as `e` has, are kept, and the rest
//! is rounded up. So lengths differ in few ways, and none grows by more than 12 %.

/// The length to which `length` is padded: the same or a little more.
#[must_use]
pub const fn padded(length: u64) -> u64 {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let kept = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::padded;
    use crate::ledger::header::PAYLOAD_MAX;

    #[test]
    fn no_length_grows_by_more_than_12_percent_and_few_are_left() {
        let all: BTreeSet<u64> = (0..=PAYLOAD_MAX as u64).map(padded).collect();
        assert!(all.len() < 200, "{}", all.len());
        for length in 0..=PAYLOAD_MAX as u64 {
            let padded = padded(length);
            assert!(padded >= length && (padded - length) * 100 <= 12 * length, "{length}: {padded}");
            assert_eq!(super::padded(padded), padded);
        }
    }

    #[test]
    fn examples_by_hand() {
        // 9 = 0b1001: the exponent 3 has two bits, one bit may be rounded.
        let cases = [(0, 0), (1, 1), (2, 2), (8, 8), (9, 10), (100, 104), (1_000, 1_024), (65_000, 65_536)];
        for (length, expected) in cases {
            assert_eq!(padded(length), expected, "{length}");
        }
    }
}
