//! How long to wait before the servers are tried once more.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The longest wait before round `round` through the servers; 0 is the first, which waits for nothing.
pub(super) fn ceiling(round: u32) -> Duration {
    match round.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(LONGEST),
    }
}

/// The wait with full jitter, so that a thousand clients do not come back at once. `random` is any
/// number.
pub(super) fn wait(round: u32, random: u64) -> Duration {
    let part = (random >> 32) as f64 / f64::from(u32::MAX);
    ceiling(round).mul_f64(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c113_waits_double_up_to_five_seconds() {
        let ceilings: Vec<u128> = (0..9).map(|round| ceiling(round).as_millis()).collect();
        assert_eq!(ceilings, [0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(ceiling(33), LONGEST);
        assert_eq!(ceiling(u32::MAX), LONGEST);
    }

    #[test]
    fn jitter_is_full() {
        assert_eq!(wait(3, 0), Duration::ZERO);
        assert_eq!(wait(3, u64::MAX), ceiling(3));
        assert!(wait(3, u64::MAX / 2).abs_diff(ceiling(3) / 2) < Duration::from_millis(1));
    }
}
