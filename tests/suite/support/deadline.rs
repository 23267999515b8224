//! Waiting by predicate: as short as possible, never longer than a deadline.

use std::{
    fmt::Debug,
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for something that takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The shortest and the longest pause between two looks.
const PAUSE: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(50));

/// Looks again and again until there is a value; panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_for<T>(what: impl Debug, look: impl FnMut() -> Option<T>) -> T {
    let in_vain = || format!("waited {PATIENCE:?} in vain for {what:?}");
    wait_within(PATIENCE, look, in_vain)
}

/// Looks again and again until the predicate holds; panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_until(what: impl Debug, mut holds: impl FnMut() -> bool) {
    wait_for(what, || holds().then_some(()));
}

/// Looks again and again until there is a value; panics with the sentence `in_vain` after `patience`.
/// The longer it takes, the longer the pauses between looks.
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
