//! Chance, for choosing the member of a queue group and for naming the server.

use std::hash::{BuildHasher, RandomState};

/// The generator splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
/// Fair enough to spread work; no secret may come from it.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// Seeded by the hash keys that the standard library draws for each process.
    pub(super) fn new() -> Dice {
        Dice(RandomState::new().hash_one(std::process::id()))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `count`, which is not 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_gets_a_fair_share() {
        let mut dice = Dice::new();
        let mut shares = [0_u32; 3];
        for _ in 0..3_000 {
            shares[dice.below(3)] += 1;
        }
        assert!(shares.iter().all(|share| *share > 800), "{shares:?}");
    }
}
