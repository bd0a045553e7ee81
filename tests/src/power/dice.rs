//! Choices that follow from a seed: the same seed, the same states.

use crate::content;

/// An endless row of numbers that follows from its seed.
#[derive(Debug)]
pub struct Dice {
    seed: String,
    block: u64,
    left: Vec<u8>,
}

impl Dice {
    /// The row of this seed.
    pub fn of(seed: &str) -> Self {
        Self { seed: seed.to_owned(), block: 0, left: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        if self.left.is_empty() {
            self.left = content::noise(&format!("{}/{}", self.seed, self.block), 4096);
            self.block += 1;
        }
        self.left.pop().expect("a new block has bytes")
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        let bytes = std::array::from_fn(|_| self.byte());
        let number = u64::from_le_bytes(bytes) % u64::try_from(end).expect("a length");
        usize::try_from(number).expect("below a length")
    }

    /// True so many times out of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}
