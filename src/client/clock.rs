//! The monotonic and the wall clock, read together.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub instant: Instant,
    /// Nanoseconds since the Unix epoch.
    pub wall: i64,
}

/// As good as for ever, and short enough to be added to any moment.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The deadline of a wait that begins now.
pub(super) fn deadline(wait: Duration) -> Instant {
    Instant::now() + wait.min(LONGEST_WAIT)
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
