//! One look at both clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment, as deadlines and as people count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub instant: Instant,
    /// Nanoseconds since the Unix epoch.
    pub wall: i64,
}

/// Longer than anybody waits, and short enough to be added to any moment.
pub(super) const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// When a wait that begins now is over.
pub(super) fn deadline(wait: Duration) -> Instant {
    Instant::now() + wait.min(FOR_EVER)
}

impl Now {
    pub fn read() -> Now {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Now {
            instant: Instant::now(),
            wall: i64::try_from(since_epoch.as_nanos()).unwrap_or(i64::MAX),
        }
    }
}
