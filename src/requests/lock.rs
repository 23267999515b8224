//! Waiting for the lock of a file, but not without end.

use std::{
    fs::TryLockError,
    io, thread,
    time::{Duration, Instant},
};

/// Longer than any writer that is well needs the lock, short enough for somebody who waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time between two attempts: a wait in the system itself cannot be given up.
const PAUSE: Duration = Duration::from_millis(5);

/// Tries to lock until that succeeds. A process that was stopped while it held the lock would hang
/// everybody else otherwise.
pub(super) fn locked(attempt: impl Fn() -> Result<(), TryLockError>) -> io::Result<()> {
    within(PATIENCE, attempt)
}

fn within(patience: Duration, attempt: impl Fn() -> Result<(), TryLockError>) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if start.elapsed() < patience => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => {
                let sentence = format!("another process has kept it locked for {patience:?}");
                return Err(io::Error::new(io::ErrorKind::TimedOut, sentence));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_lock_that_somebody_keeps_is_given_up_and_one_that_is_let_go_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let keeper = File::create(&path).expect("it can be made");
        let file = File::open(&path).expect("it is there");
        keeper.lock().expect("nobody else has it");

        let kept = within(Duration::from_millis(20), || file.try_lock());
        assert_eq!(
            kept.expect_err("it is locked").to_string(),
            "another process has kept it locked for 20ms"
        );

        thread::scope(|scope| {
            let taken = scope.spawn(|| locked(|| file.try_lock()));
            keeper.unlock().expect("it was locked");
            taken.join().expect("no panic").expect("it is free");
        });
    }
}
