//! Waiting by predicate: as short as possible, never longer than a deadline.

use std::{
    fmt::Debug,
    thread,
    time::{Duration, Instant},
};

/// How long a test waits for something that takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// Looks again and again until there is a value; panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_for<T>(what: impl Debug, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            Instant::now() < deadline,
            "waited {PATIENCE:?} in vain for {what:?}"
        );
        thread::sleep(BETWEEN_LOOKS);
    }
}

/// Looks again and again until the predicate holds; panics with `what` after [`PATIENCE`].
#[track_caller]
pub fn wait_until(what: impl Debug, mut holds: impl FnMut() -> bool) {
    wait_for(what, || holds().then_some(()));
}
