//! Waiting for a condition, with a deadline.

use std::{
    fmt::Debug,
    thread,
    time::{Duration, Instant},
};

/// The deadline of tests for what takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Minimum and maximum pause between two looks.
const PAUSE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Calls `look` until it returns a value. Panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_for<T>(what: impl Debug, look: impl FnMut() -> Option<T>) -> T {
    let in_vain = || format!("waited {PATIENCE:?} in vain for {what:?}");
    wait_within(PATIENCE, look, in_vain)
}

/// Calls `holds` until it returns true. Panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_until(what: impl Debug, mut holds: impl FnMut() -> bool) {
    wait_for(what, || holds().then_some(()));
}

/// Calls `look` until it returns a value. Panics with the text of `in_vain` after `patience`. The pauses
/// between looks grow with the time waited.
#[track_caller]
pub fn wait_within<T>(
    patience: Duration,
    mut look: impl FnMut() -> Option<T>,
    in_vain: impl FnOnce() -> String,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let waited = start.elapsed();
        if waited > patience {
            panic!("{}", in_vain());
        }
        thread::sleep((waited / 8).clamp(PAUSE.0, PAUSE.1));
    }
}
