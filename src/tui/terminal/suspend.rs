//! Ctrl-Z and back.

use std::io;

use super::Capabilities;

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
pub fn suspend(_capabilities: &Capabilities) -> Result<(), Error> {
    todo!()
}
