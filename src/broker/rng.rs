//! Random numbers, for choosing the member of a queue group and for the server id.

use std::hash::{BuildHasher, RandomState};

/// The generator splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").
/// Uniform enough for load balancing; not for secrets.
#[derive(Debug)]
pub(super) struct Rng(u64);

impl Rng {
    /// Seeded from the random hash keys of the standard library.
    pub(super) fn new() -> Rng {
        Rng(RandomState::new().hash_one(std::process::id()))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `count`.
    ///
    /// # Panics
    /// If `count` is 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_gets_a_fair_share() {
        let mut rng = Rng::new();
        let mut shares = [0_u32; 3];
        for _ in 0..3_000 {
            shares[rng.below(3)] += 1;
        }
        assert!(shares.iter().all(|share| *share > 800), "{shares:?}");
    }
}
