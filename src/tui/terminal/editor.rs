//! `$VISUAL` and `$EDITOR`: a text leaves in a private file and comes back changed.

use std::path::Path;

use super::Capabilities;

/// A command that edits a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    /// Program and arguments; the file follows them.
    pub command: Vec<String>,
}

/// Why there is no changed text. The text is a sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither variable is set.
    #[error("no editor: set VISUAL or EDITOR")]
    NotSet,
    /// The variable does not read as a command.
    #[error("{0} is not a command: a quote is left open")]
    Unreadable(String),
    /// The editor ended with an error; the text is as it was.
    #[error("{program} ended with {status}: nothing taken over")]
    Failed {
        /// The program.
        program: String,
        /// Its exit status in words.
        status: String,
    },
    /// The program, the file or the terminal failed.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Editor {
    /// `$VISUAL`, else `$EDITOR`; an empty one counts as not set.
    ///
    /// # Errors
    /// [`Error::NotSet`], [`Error::Unreadable`].
    pub fn new(_variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        todo!()
    }

    /// Edits `text` in a file (0600) of `folder` whose name ends with `suffix` (`.json`), in this
    /// terminal: leaves its modes, waits, enters them again. `None`: nothing was changed.
    /// The caller pauses its input before, and draws everything after.
    ///
    /// # Errors
    /// The modes are on again, and the file is gone, whatever went wrong.
    pub fn edit(
        &self,
        _text: &[u8],
        _suffix: &str,
        _folder: &Path,
        _capabilities: &Capabilities,
    ) -> Result<Option<Vec<u8>>, Error> {
        todo!()
    }
}

/// Splits as a shell would: blanks, single and double quotes, backslash. `None`: an open quote.
pub fn split(_command: &str) -> Option<Vec<String>> {
    todo!()
}
