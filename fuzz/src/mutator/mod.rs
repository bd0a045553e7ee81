//! Small changes to real bytes, drawn from a seed: the same seed gives the same inputs on every machine.

mod fields;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::chunks;
use crate::targets::Layout;

/// Most changes to one input: few leave most of it real, several reach what one alone does not.
const CHANGES_MAX: usize = 4;
/// Longest input: longer ones only repeat, at the expense of others.
const INPUT_MAX: usize = 256 * 1024;

/// Draws inputs.
pub struct Mutator {
    dice: Dice,
}

impl Mutator {
    /// A mutator with its own sequence of inputs.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(ChaCha20Rng::seed_from_u64(seed)) }
    }

    /// An input made of one of the seeds, at times with parts of another.
    pub fn mutate(&mut self, seeds: &[Vec<u8>], layout: Layout) -> Vec<u8> {
        let mut input = self.dice.choose(seeds).cloned().unwrap_or_default();
        let other = self.dice.choose(seeds).map(Vec::as_slice).unwrap_or_default();
        for _ in 0..=self.dice.below(CHANGES_MAX) {
            input = match layout {
                Layout::Chunks if self.dice.below(8) > 0 => self.dice.change_chunk(&input, other),
                _ => self.dice.change(input, other),
            };
        }
        input.truncate(INPUT_MAX);
        input
    }
}

/// The source of all choices.
struct Dice(ChaCha20Rng);

impl Dice {
    /// A number below `end`; 0 when that is 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() >> 1).unwrap_or(usize::MAX) % end.max(1)
    }

    fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A number that decoders like least, or any.
    fn number(&mut self) -> u64 {
        let any = self.0.next_u64();
        let near = any % 3;
        match self.below(6) {
            0 => u64::MAX - near,
            1 => near,
            2 => (u64::MAX >> 1) + near,
            3 => (1 << (any % 64)) - near.min(1),
            4 => any % 300,
            _ => any,
        }
    }

    /// One message of several is changed, doubled, moved or left out.
    fn change_chunk(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut chunks: Vec<Vec<u8>> = chunks::split(input).into_iter().map(<[u8]>::to_vec).collect();
        let at = self.below(chunks.len());
        let others = chunks::split(other);
        match self.below(12) {
            0 if !chunks.is_empty() => drop(chunks.remove(at)),
            1 if !chunks.is_empty() => chunks.insert(at, chunks[at].clone()),
            2 if !chunks.is_empty() => {
                let to = self.below(chunks.len());
                chunks.swap(at, to);
            }
            3 => chunks.insert(at, Vec::new()),
            4 => {
                if let Some(theirs) = self.choose(&others) {
                    chunks.insert(at, theirs.to_vec());
                }
            }
            _ => {
                let theirs = self.choose(&others).copied().unwrap_or_default();
                if let Some(chunk) = chunks.get_mut(at) {
                    *chunk = self.change(std::mem::take(chunk), theirs);
                }
            }
        }
        chunks::join(chunks)
    }

    /// Changes bytes: as protobuf where they are, or as bytes.
    fn change(&mut self, input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        if self.below(3) > 0
            && let Some(changed) = fields::change(&input, self)
        {
            return changed;
        }
        self.change_bytes(input, other)
    }

    fn change_bytes(&mut self, mut input: Vec<u8>, other: &[u8]) -> Vec<u8> {
        let at = self.below(input.len());
        match self.below(7) {
            // A bit.
            0 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            // A byte, as a length would be wrong by one, or anything else.
            1 if !input.is_empty() => {
                let by = [1, 255, 127, 128][self.below(4)];
                input[at] = input[at].wrapping_add(by);
            }
            // The end is missing.
            2 => input.truncate(at),
            // A part is missing.
            3 => drop(input.drain(at..(at + self.below(64)).min(input.len()))),
            // A part is there twice.
            4 => {
                let part = input[at..(at + self.below(64)).min(input.len())].to_vec();
                input.splice(at..at, part);
            }
            // What follows is another one's.
            5 => {
                input.truncate(at);
                input.extend_from_slice(&other[self.below(other.len())..]);
            }
            // A number.
            _ => {
                let bytes = self.number().to_le_bytes();
                let end = (at + 1 + self.below(8)).min(input.len());
                let width = end.saturating_sub(at);
                input.splice(at..end, bytes.into_iter().take(width));
            }
        }
        input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_of_inputs() {
        let seeds = [b"one seed".to_vec(), vec![3; 400], Vec::new()];
        let draw = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..300).map(|_| mutator.mutate(&seeds, Layout::Whole)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
