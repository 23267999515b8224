//! Copying: by a tool of the desktop where the program runs on it, else through the terminal
//! (OSC 52). The terminal never answers, so nothing says "copied" that was only sent.

/// The most bytes of text that go through the terminal: what fits a sequence of 100 000 bytes,
/// the limit of the common terminals.
pub const TERMINAL_LIMIT: usize = 74_994;

/// A way to the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A program that takes the text on its standard input.
    Tool {
        /// Its name on the `PATH`.
        program: &'static str,
        /// Its arguments.
        arguments: &'static [&'static str],
    },
    /// The sequence OSC 52, written to the terminal.
    Terminal,
}

/// Why nothing was copied. The text is a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More than [`TERMINAL_LIMIT`].
    #[error("{0} is more than a terminal's clipboard takes (75 kB): write it to a file instead")]
    TooLarge(String),
    /// The tool could not be run or said no.
    #[error("{program}: {reason}")]
    Tool {
        /// The tool.
        program: &'static str,
        /// What happened.
        reason: String,
    },
}

/// Which way to take. Decided from variables and a look for programs, both passed in.
/// On a remote machine always the terminal: a tool there fills the wrong clipboard and says it worked.
pub fn route(
    _variable: impl Fn(&str) -> Option<String>,
    _installed: impl Fn(&str) -> bool,
) -> Route {
    todo!()
}

/// Whether a program of that name is in one of the folders of `path`.
pub fn installed(_program: &str, _path: &std::ffi::OsStr) -> bool {
    todo!()
}

/// The sequence that fills the terminal's clipboard.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn sequence(_text: &[u8]) -> Result<Vec<u8>, Error> {
    todo!()
}

/// Runs a tool with the text. Waits up to two seconds: for the jobs thread.
///
/// # Errors
/// [`Error::Tool`].
pub fn run(_program: &'static str, _arguments: &[&str], _text: &[u8]) -> Result<(), Error> {
    todo!()
}

/// What happened, for a toast: `sent 1.2 kB to the terminal's clipboard`, `copied 96 B (wl-copy)`.
pub fn sentence(_route: &Route, _bytes: usize) -> String {
    todo!()
}
