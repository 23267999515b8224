//! Numbers that nobody can guess, from the keys that the standard library hashes with.

use std::hash::{BuildHasher, RandomState};

/// A number that differs every time.
pub(super) fn number() -> u64 {
    // `RandomState` takes its keys from the operating system, and others for every instance.
    RandomState::new().hash_one(0)
}

/// A part of a whole, from 0 to 1; `random` is any number.
pub(super) fn part(random: u64) -> f64 {
    (random >> 32) as f64 / f64::from(u32::MAX)
}

/// An identifier of 22 letters and digits, from two numbers.
pub(super) fn id() -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digits = [number(), number()].into_iter().flat_map(|mut number| {
        (0..11).map(move |_| {
            let digit = DIGITS[(number % 62) as usize];
            number /= 62;
            char::from(digit)
        })
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_equal() {
        assert_eq!(id().len(), 22);
        assert_ne!(id(), id());
        assert_ne!(number(), number());
    }
}
