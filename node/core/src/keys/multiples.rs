//! Multiples of a point, of which any multiple is a sum of some: no doubling is left. For public numbers alone: how long it
//! takes tells of them.

use std::cmp::Ordering;

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;

/// Bits of a scalar: it is below 2^253.
const BITS: usize = 253;

/// For each digit of `WIDTH` bits of a scalar, the point times 1, 2, … 2^(WIDTH - 1) times the worth of that place. Digits
/// may be negative, which halves their number.
pub(super) struct Multiples<const WIDTH: usize>(Vec<EdwardsPoint>);

impl<const WIDTH: usize> Multiples<WIDTH> {
    const DIGITS: usize = BITS.div_ceil(WIDTH);
    const EACH: usize = 1 << (WIDTH - 1);

    /// Those of `point`.
    pub(super) fn of(point: EdwardsPoint) -> Self {
        let mut multiples = Vec::with_capacity(Self::DIGITS * Self::EACH);
        let mut worth = point;
        for _ in 0..Self::DIGITS {
            let mut multiple = worth;
            for _ in 1..Self::EACH {
                multiples.push(multiple);
                multiple += worth;
            }
            multiples.push(multiple);
            worth = multiple + multiple;
        }
        Self(multiples)
    }

    /// `sum` and the point times `scalar`.
    pub(super) fn add(&self, mut sum: EdwardsPoint, scalar: &Scalar) -> EdwardsPoint {
        for (multiples, digit) in self.0.chunks_exact(Self::EACH).zip(digits::<WIDTH>(scalar)) {
            let Some(place) = digit.unsigned_abs().checked_sub(1) else { continue };
            let multiple = &multiples[usize::from(place)];
            match digit.cmp(&0) {
                Ordering::Less => sum -= multiple,
                _ => sum += multiple,
            }
        }
        sum
    }
}

/// The digits of a scalar, the least first, each from 1 - 2^(WIDTH - 1) to 2^(WIDTH - 1). The last takes what is carried
/// over: above the 253rd bit there is none.
fn digits<const WIDTH: usize>(scalar: &Scalar) -> impl Iterator<Item = i16> {
    // Two bytes more, so that each digit can be read from three.
    let mut bytes = [0; 34];
    bytes[..32].copy_from_slice(scalar.as_bytes());
    let mut carry = 0;
    (0..Multiples::<WIDTH>::DIGITS).map(move |place| {
        let (byte, shift) = (place * WIDTH / 8, place * WIDTH % 8);
        let window = u16::from_le_bytes([bytes[byte], bytes[byte + 1]]) >> shift;
        let digit = (window & ((1 << WIDTH) - 1)).cast_signed() + carry;
        carry = i16::from(digit > 1 << (WIDTH - 1));
        digit - (carry << WIDTH)
    })
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use proptest::prelude::*;

    use super::*;

    /// Each width that a digit of at most nine bits read from two bytes may have.
    fn all_widths(point: EdwardsPoint, scalar: &Scalar) -> [EdwardsPoint; 6] {
        let zero = EdwardsPoint::default();
        [
            Multiples::<3>::of(point).add(zero, scalar),
            Multiples::<4>::of(point).add(zero, scalar),
            Multiples::<5>::of(point).add(zero, scalar),
            Multiples::<6>::of(point).add(zero, scalar),
            Multiples::<7>::of(point).add(zero, scalar),
            Multiples::<8>::of(point).add(zero, scalar),
        ]
    }

    #[test]
    fn the_least_and_the_greatest_scalars_are_multiplied_by() {
        let mut bits = [0_u8; 32];
        for point in [ED25519_BASEPOINT_POINT, EIGHT_TORSION[1], ED25519_BASEPOINT_POINT + EIGHT_TORSION[3]] {
            for scalar in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(128_u64), Scalar::from(129_u64)] {
                assert_eq!(all_widths(point, &scalar), [point * scalar; 6]);
            }
            for bit in 0..252 {
                bits[bit / 8] |= 1 << (bit % 8);
                let scalar = Scalar::from_canonical_bytes(bits).unwrap();
                assert_eq!(Multiples::<5>::of(point).add(point, &scalar), point + point * scalar);
            }
            bits = [0; 32];
        }
    }

    proptest! {
        #[test]
        fn any_scalar_is_multiplied_by(bytes in any::<[u8; 32]>(), torsion in 0_usize..8, times in any::<u64>()) {
            let scalar = Scalar::from_bytes_mod_order(bytes);
            let point = ED25519_BASEPOINT_POINT * Scalar::from(times) + EIGHT_TORSION[torsion];
            prop_assert_eq!(all_widths(point, &scalar), [point * scalar; 6]);
        }
    }
}
