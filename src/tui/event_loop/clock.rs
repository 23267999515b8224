//! The clock as a seam.

use std::{fmt, sync::Arc, time::Instant};

use crate::tui::app::Now;

/// Reads both faces of the clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Now + Send + Sync>);

impl Clock {
    /// The machine's own.
    pub fn system() -> Clock {
        Clock::new(|| Now {
            instant: Instant::now(),
            wall: i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX),
        })
    }

    /// Any other, for tests.
    pub fn new(read: impl Fn() -> Now + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(read))
    }

    /// The moment.
    pub fn now(&self) -> Now {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
