//! Unpredictable numbers, from the random keys of the standard library's hasher.

use std::hash::{BuildHasher, RandomState};

/// A random number.
pub(super) fn number() -> u64 {
    // The first `RandomState` of a thread takes its keys from the operating system; each has others.
    RandomState::new().hash_one(0)
}

/// Maps any number to a fraction from 0 to 1.
pub(super) fn fraction(random: u64) -> f64 {
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
