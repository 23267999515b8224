//! One look at both clocks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment, as deadlines and as people count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub instant: Instant,
    /// Nanoseconds since the Unix epoch.
    pub wall: i64,
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
