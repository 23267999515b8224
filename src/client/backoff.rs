//! How long to wait before the servers are tried again.

use std::time::Duration;

use super::{Error, random};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);
/// Extra wait after a server turned us away: one at its connection limit stays so for a while.
const TURNED_AWAY_WAIT: Duration = Duration::from_secs(2);
/// Factor for the wait where no NATS server answered.
const NOT_NATS_FACTOR: u32 = 4;

/// The longest wait before a round through the servers. Round 0 is the first, without a wait.
pub(super) fn ceiling(round: u32) -> Duration {
    match round.checked_sub(1) {
        None => Duration::ZERO,
        Some(doublings) => FIRST
            .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
            .min(LONGEST),
    }
}

/// How long to wait after a failure, from the shortest to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RetryClass {
    /// The server may be back at any moment.
    Normal,
    /// The server closed the connection for a reason other than credentials.
    TurnedAway,
    /// Something else than a NATS server answered.
    NotNats,
}

impl RetryClass {
    pub fn after(reason: &Error) -> RetryClass {
        match reason {
            Error::TurnedAway { .. } => RetryClass::TurnedAway,
            Error::NotNats { .. } => RetryClass::NotNats,
            _ => RetryClass::Normal,
        }
    }
}

/// The wait, with full jitter so that many clients do not return at the same time. `random`: any number.
pub(super) fn wait(round: u32, class: RetryClass, random: u64) -> Duration {
    let usual = ceiling(round).mul_f64(random::fraction(random));
    match class {
        RetryClass::Normal => usual,
        RetryClass::TurnedAway => TURNED_AWAY_WAIT + usual,
        RetryClass::NotNats => usual * NOT_NATS_FACTOR,
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
        let wait = |random| wait(3, RetryClass::Normal, random);
        assert_eq!(wait(0), Duration::ZERO);
        assert_eq!(wait(u64::MAX), ceiling(3));
        assert!(wait(u64::MAX / 2).abs_diff(ceiling(3) / 2) < Duration::from_millis(1));
    }

    #[test]
    fn being_turned_away_adds_two_seconds_and_no_nats_server_waits_four_times_as_long() {
        assert_eq!(wait(1, RetryClass::TurnedAway, 0), TURNED_AWAY_WAIT);
        assert_eq!(
            wait(1, RetryClass::TurnedAway, u64::MAX),
            TURNED_AWAY_WAIT + FIRST
        );
        assert_eq!(wait(1, RetryClass::NotNats, u64::MAX), 4 * FIRST);
        assert_eq!(wait(99, RetryClass::NotNats, u64::MAX), 4 * LONGEST);
    }
}
