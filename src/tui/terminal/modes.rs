//! The terminal's modes: [`enter`] turns on what the explorer needs, [`restore`] undoes all of it.
//!
//! There is one `restore` for quitting, suspending, editing and panicking. It ignores its own
//! errors, may be called any number of times, and never waits longer than half a second.

use std::io;

use super::Capabilities;

/// Turns the modes on: raw input, alternate screen, bracketed paste, focus events, the kitty
/// keyboard protocol, no cursor. Also after a [`restore`].
///
/// # Errors
/// Where standard input is no terminal or cannot be written; nothing stays turned on then.
pub fn enter(_capabilities: &Capabilities) -> io::Result<()> {
    todo!()
}

/// Undoes every mode. Does nothing where none is on.
pub fn restore() {
    todo!()
}

/// Turns the modes on again after something else may have changed them (`SIGCONT` after a stop
/// that was not ours). Pushes nothing a second time.
///
/// # Errors
/// See [`enter`].
pub fn reassert() -> io::Result<()> {
    todo!()
}

/// The sequence that turns the mouse on (press, release and wheel as SGR) or off; for [`Output`].
///
/// [`Output`]: super::Output
pub fn mouse(_on: bool) -> Vec<u8> {
    todo!()
}

/// The sequence that names the window; control characters are left out.
pub fn title(_text: &str) -> Vec<u8> {
    todo!()
}

/// From now on a panic of any thread first restores the terminal. With `report`, the panic and its
/// backtrace are appended to that file (0600), and the last line on the screen names it.
pub fn restore_on_panic(_report: Option<std::path::PathBuf>) {
    todo!()
}
