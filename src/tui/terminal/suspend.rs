//! Ctrl-Z and back.

use std::io;
use std::time::Duration;

use rustix::process::{Signal, getppid, getsid, kill_current_process_group};

use super::{Capabilities, Signals, input, modes};

/// The stop takes effect within this time. It runs out while we are stopped, which harms nothing.
const STOPS_WITHIN: Duration = Duration::from_secs(1);

/// Why the process was not stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No shell could ever continue us.
    #[error("cannot suspend: no shell is there to bring goingnats back")]
    NobodyCouldResume,
    /// The system call or the terminal failed.
    #[error("cannot suspend: {0}")]
    System(#[from] io::Error),
}

/// Leaves all modes, stops the whole process group, and enters them again once continued.
/// The caller pauses its input before, and draws everything after.
///
/// # Errors
/// Nothing was stopped; the modes are on as before.
pub async fn suspend(capabilities: &Capabilities, signals: &mut Signals) -> Result<(), Error> {
    if !someone_could_resume() {
        return Err(Error::NobodyCouldResume);
    }
    modes::restore();
    let stopped = stop();
    if stopped.is_ok() {
        // Another thread may take the stop, and this one run on for a moment: entering the modes
        // now would leave them on for the shell.
        signals.continued(STOPS_WITHIN).await;
    }
    input::take_back_wake_up();
    modes::enter(capabilities)?;
    Ok(stopped?)
}

/// Stops the whole process group, as Ctrl-Z does where a terminal reads it: a shell continues a
/// pipeline as one, and a wrapper (`cargo run`) must not be left waiting in the foreground.
/// SIGSTOP, since SIGTSTP is ours to answer. May return before the stop takes effect.
pub(super) fn stop() -> io::Result<()> {
    Ok(kill_current_process_group(Signal::STOP)?)
}

/// A session's leader has no shell above it; neither has a process whose parent is in another
/// session.
pub(super) fn someone_could_resume() -> bool {
    let Ok(session) = getsid(None) else {
        return false;
    };
    getppid().is_some_and(|parent| getsid(Some(parent)).is_ok_and(|theirs| theirs == session))
}
