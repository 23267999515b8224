//! Stdout, for data alone, and stderr, for everything else.

use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write},
};

use thiserror::Error;

use crate::text::visible;

/// Why data could not be written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Whoever read it has gone away.
    #[error("nobody reads stdout any more")]
    Closed,
    /// Anything else, such as a full disk.
    #[error("stdout: {0}")]
    Failed(io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> OutputError {
        match error.kind() {
            ErrorKind::BrokenPipe => OutputError::Closed,
            _ => OutputError::Failed(error),
        }
    }
}

/// Stdout. What is written is held back until [`Output::flush`].
pub struct Output {
    stdout: BufWriter<StdoutLock<'static>>,
    is_terminal: bool,
}

impl Output {
    /// Takes stdout.
    pub fn new() -> Output {
        let stdout = io::stdout().lock();
        Output {
            is_terminal: stdout.is_terminal(),
            stdout: BufWriter::with_capacity(64 << 10, stdout),
        }
    }

    /// Whether a person reads it: then what a message holds is made visible.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes a text that is safe to show, and a line feed.
    pub fn line(&mut self, text: impl Display) -> Result<(), OutputError> {
        Ok(writeln!(self.stdout, "{text}")?)
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        Ok(self.stdout.write_all(bytes)?)
    }

    /// Writes what a message holds: made visible on a terminal, exact everywhere else.
    pub fn of_message(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        match self.is_terminal {
            true => self.raw(visible(bytes).as_bytes()),
            false => self.raw(bytes),
        }
    }

    /// Hands over what was held back.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        Ok(self.stdout.flush()?)
    }
}

/// Says something to the person behind stderr, if there still is one, and to the log. It is made
/// visible, whoever's words are in it; line breaks are kept.
pub fn tell(sentence: impl Display) {
    let sentence = visible_lines(&sentence.to_string());
    tracing::info!("{sentence}");
    let _ = writeln!(io::stderr(), "goingnats: {sentence}");
}

/// Each line made visible.
pub fn visible_lines(text: &str) -> String {
    let lines = text.split('\n').map(|line| visible(line.as_bytes()));
    lines.collect::<Vec<_>>().join("\n")
}
