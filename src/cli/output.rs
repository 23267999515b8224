//! Stdout, for data alone, and stderr, for everything else.

use std::{
    fmt::Display,
    io::{self, BufWriter, ErrorKind, StdoutLock, Write},
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
pub struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    /// Takes stdout.
    pub fn new() -> Output {
        Output(BufWriter::with_capacity(64 << 10, io::stdout().lock()))
    }

    /// Writes a text that is safe to show, and a line feed.
    pub fn line(&mut self, text: impl Display) -> Result<(), OutputError> {
        Ok(writeln!(self.0, "{text}")?)
    }

    /// Writes bytes as they are, and a line feed.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.0.write_all(bytes)?;
        Ok(self.0.write_all(b"\n")?)
    }

    /// Hands over what was held back.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        Ok(self.0.flush()?)
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
