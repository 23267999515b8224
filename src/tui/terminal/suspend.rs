//! Ctrl-Z and back.

use std::io;
use std::time::Duration;

use nix::unistd::{Pid, getpid, getppid, getsid};
use rustix::process::{Signal, kill_current_process_group};

use super::{Capabilities, Inputs, Signals, input, modes};

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

/// Leaves all modes, stops the whole process group, and enters them again once continued. Nothing is
/// read meanwhile. The caller draws everything after.
///
/// # Errors
/// Nothing was stopped; the modes are on as before.
pub async fn suspend(
    capabilities: &Capabilities,
    signals: &mut Signals,
    inputs: &mut Inputs,
) -> Result<(), Error> {
    // before anything is paused: only raw mode entered anew makes up for that, see `take_back_wake_up`
    if !someone_could_resume() {
        return Err(Error::NobodyCouldResume);
    }
    inputs.pause();
    let outcome = stopped(capabilities, signals).await;
    inputs.resume();
    outcome
}

async fn stopped(capabilities: &Capabilities, signals: &mut Signals) -> Result<(), Error> {
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

/// Whether a shell above us would continue us.
pub(super) fn someone_could_resume() -> bool {
    let (Ok(session), parent) = (getsid(None), getppid()) else {
        return false;
    };
    let theirs = match parent.as_raw() {
        OUTSIDE => Some(Pid::from_raw(OUTSIDE)),
        _ => getsid(Some(parent)).ok(),
    };
    is_in_the_session_of_its_parent(getpid(), session, theirs)
}

/// The number the kernel gives for a process outside of our PID namespace (pid_namespaces(7)):
/// in a container the parent, or the leader of the session, may be there. `nix` and not `rustix`
/// asks for them, since rustix 1.1 takes this 0 for impossible.
const OUTSIDE: i32 = 0;

/// A session's leader has no shell above it; neither has a process whose parent is in another
/// session.
fn is_in_the_session_of_its_parent(own: Pid, session: Pid, theirs: Option<Pid>) -> bool {
    session != own && theirs == Some(session)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_above_where_the_parent_shares_the_session() {
        for (own, session, theirs, expected) in [
            (20, 10, Some(10), true),
            (20, 20, Some(10), false),
            (20, 20, Some(20), false),
            (20, 10, Some(11), false),
            (20, 10, None, false),
            // In a container whose first process leads the session.
            (1, 1, Some(OUTSIDE), false),
            // The session is led from outside: by whoever entered the namespace.
            (20, OUTSIDE, Some(OUTSIDE), true),
            (20, 20, Some(OUTSIDE), false),
        ] {
            let pid = Pid::from_raw;
            assert_eq!(
                is_in_the_session_of_its_parent(pid(own), pid(session), theirs.map(pid)),
                expected,
                "{own} {session} {theirs:?}"
            );
        }
    }
}
