//! How long to wait before the servers are tried once more.

use std::time::Duration;

use super::{Error, random};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// A server that is full does not get a place free by being asked at once.
const AWAY: Duration = Duration::from_secs(2);
/// What is no NATS server does not become one soon.
const STRANGER: u32 = 4;

/// The longest wait before round `round` through the servers; 0 is the first, which waits for nothing.
pub(super) fn ceiling(round: u32) -> Duration {
    match round.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(LONGEST),
    }
}

/// How much a failure is to be waited after; the lesser comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Distance {
    /// It may be over any moment.
    Usual,
    /// We were turned away.
    Away,
    /// It is no NATS server.
    Stranger,
}

impl Distance {
    pub fn after(reason: &Error) -> Distance {
        match reason {
            Error::TurnedAway { .. } => Distance::Away,
            Error::NotNats { .. } => Distance::Stranger,
            _ => Distance::Usual,
        }
    }
}

/// The wait with full jitter, so that a thousand clients do not come back at once. `random` is any
/// number.
pub(super) fn wait(round: u32, distance: Distance, random: u64) -> Duration {
    let usual = ceiling(round).mul_f64(random::part(random));
    match distance {
        Distance::Usual => usual,
        Distance::Away => AWAY + usual,
        Distance::Stranger => usual * STRANGER,
    }
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
        let wait = |random| wait(3, Distance::Usual, random);
        assert_eq!(wait(0), Duration::ZERO);
        assert_eq!(wait(u64::MAX), ceiling(3));
        assert!(wait(u64::MAX / 2).abs_diff(ceiling(3) / 2) < Duration::from_millis(1));
    }

    #[test]
    fn a_full_house_is_given_two_seconds_and_a_stranger_four_times_as_long() {
        assert_eq!(wait(1, Distance::Away, 0), AWAY);
        assert_eq!(wait(1, Distance::Away, u64::MAX), AWAY + FIRST);
        assert_eq!(wait(1, Distance::Stranger, u64::MAX), 4 * FIRST);
        assert_eq!(wait(99, Distance::Stranger, u64::MAX), 4 * LONGEST);
    }
}
