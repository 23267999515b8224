//! A fast hash of short byte strings, seeded so that colliding subjects cannot be chosen.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Hashes by folded multiplication, sixteen bytes a step (the idea of wyhash and foldhash).
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct HashSeed {
    first: u64,
    second: u64,
}

impl HashSeed {
    /// A random seed.
    pub fn random() -> HashSeed {
        let state = RandomState::new();
        let draw = |salt: u64| {
            let mut hasher = state.build_hasher();
            hasher.write_u64(salt);
            hasher.finish() | 1
        };
        HashSeed {
            first: draw(1),
            second: draw(2),
        }
    }

    /// The hash of `bytes`.
    #[inline]
    pub fn hash(self, bytes: &[u8]) -> u64 {
        let mut state = self.first ^ bytes.len() as u64;
        let (whole, rest) = bytes.as_chunks::<16>();
        for chunk in whole {
            let (low, high) = halves(chunk);
            state = fold(low ^ state, high ^ self.second);
        }
        if !rest.is_empty() {
            let (low, high) = match bytes.last_chunk::<16>() {
                Some(last) => halves(last),
                None => short(rest),
            };
            state = fold(low ^ state, high ^ self.second);
        }
        fold(state, self.second)
    }
}

fn halves(chunk: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*chunk);
    (both as u64, (both >> 64) as u64)
}

/// Fewer than sixteen bytes, read from both ends: copying them into a buffer of sixteen would cause a
/// store-forwarding stall.
fn short(bytes: &[u8]) -> (u64, u64) {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (u64::from_le_bytes(*first), u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return (
            u32::from_le_bytes(*first).into(),
            u32::from_le_bytes(*last).into(),
        );
    }
    let byte = |index: usize| u64::from(bytes.get(index).copied().unwrap_or(0));
    (byte(0) | byte(1) << 8 | byte(2) << 16, 0)
}

fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

/// For maps whose keys are already hashes.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct PrehashedHasher(u64);

impl Hasher for PrehashedHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64 hashes")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn given_similar_subjects_their_hashes_spread() {
        let seed = HashSeed::random();
        let hashes: HashSet<u64> = (0..10_000)
            .map(|n| seed.hash(format!("orders.eu.{n}").as_bytes()))
            .collect();
        let slots: HashSet<u64> = hashes.iter().map(|hash| hash & 0xffff).collect();
        assert_eq!(hashes.len(), 10_000);
        assert!(slots.len() > 8_800, "{} of about 9277", slots.len());
    }

    #[test]
    fn given_one_byte_changed_anywhere_the_hash_changes() {
        let seed = HashSeed::random();
        for len in 1..70 {
            let bytes = vec![b'a'; len];
            for index in 0..len {
                let mut other = bytes.clone();
                other[index] = b'b';
                assert_ne!(seed.hash(&bytes), seed.hash(&other), "{index} of {len}");
            }
        }
    }

    #[test]
    fn given_zeros_of_different_length_their_hashes_differ() {
        let seed = HashSeed::random();
        let hashes: HashSet<u64> = (0..64).map(|n| seed.hash(&vec![0; n])).collect();
        assert_eq!(hashes.len(), 64);
    }
}
