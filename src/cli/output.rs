//! Stdout, for data alone, and stderr, for everything else.

use std::{
    fmt::Display,
    io::{self, ErrorKind, IsTerminal, StdoutLock, Write},
};

use thiserror::Error;

use crate::text::{visible, visible_subject};

/// How much is held back before it is written, in bytes.
const HELD: usize = 256 << 10;

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

/// Who reads what is written. The one place that decides what becomes of bytes from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A terminal, which would act on some of them: they are made visible.
    Terminal,
    /// A program or a file: they stay what they are.
    Program,
}

impl Reader {
    /// Appends bytes from elsewhere. On a terminal they stay on their line.
    pub fn push(self, out: &mut Vec<u8>, bytes: &[u8]) {
        match self {
            Reader::Terminal => out.extend_from_slice(visible(bytes).as_bytes()),
            Reader::Program => out.extend_from_slice(bytes),
        }
    }

    /// As [`Reader::push`], for subjects and other names: on a terminal two that differ look different.
    pub fn push_name(self, out: &mut Vec<u8>, bytes: &[u8]) {
        match self {
            Reader::Terminal => out.extend_from_slice(visible_subject(bytes).as_bytes()),
            Reader::Program => out.extend_from_slice(bytes),
        }
    }

    /// As [`Reader::push`], with the line breaks that they have.
    pub fn push_lines(self, out: &mut Vec<u8>, bytes: &[u8]) {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        self.push(out, lines.next().unwrap_or_default());
        for line in lines {
            out.push(b'\n');
            self.push(out, line);
        }
    }
}

/// Stdout. What is written is held back until [`Output::flush`], or until it is much.
pub struct Output {
    stdout: StdoutLock<'static>,
    held: Vec<u8>,
    /// Who reads it.
    pub reader: Reader,
}

impl Output {
    /// Takes stdout.
    pub fn new() -> Output {
        let stdout = io::stdout().lock();
        let reader = if stdout.is_terminal() {
            Reader::Terminal
        } else {
            Reader::Program
        };
        Output {
            stdout,
            held: Vec::new(),
            reader,
        }
    }

    /// Writes a text that is safe to show, and a line feed.
    pub fn line(&mut self, text: impl Display) -> Result<(), OutputError> {
        writeln!(self.held, "{text}")?;
        self.make_room()
    }

    /// Writes what is appended to the buffer.
    pub fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), OutputError> {
        write(&mut self.held);
        self.make_room()
    }

    fn make_room(&mut self) -> Result<(), OutputError> {
        if self.held.len() < HELD {
            return Ok(());
        }
        self.write()
    }

    fn write(&mut self) -> Result<(), OutputError> {
        let outcome = self.stdout.write_all(&self.held);
        self.held.clear();
        // Behind a large message the buffer is small again.
        self.held.shrink_to(2 * HELD);
        Ok(outcome?)
    }

    /// Hands over what was held back.
    pub fn flush(&mut self) -> Result<(), OutputError> {
        self.write()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_what_can_be_seen_and_a_program_what_there_is() {
        let bytes = "a\tb\r\n\u{1b}[2J\u{feff}".as_bytes();
        let bytes = &[bytes, b"\xff\n"].concat();
        let pushed = |push: fn(Reader, &mut Vec<u8>, &[u8]), reader| {
            let mut out = Vec::new();
            push(reader, &mut out, bytes);
            out
        };
        for push in [Reader::push, Reader::push_lines] {
            assert_eq!(pushed(push, Reader::Program), *bytes);
        }
        let line = pushed(Reader::push, Reader::Terminal);
        let lines = pushed(Reader::push_lines, Reader::Terminal);
        let seen = "a␉b␍␊␛[2J\\u{feff}\\xff␊";
        assert_eq!(String::from_utf8_lossy(&line), seen);
        assert_eq!(String::from_utf8_lossy(&lines), seen.replace('␊', "\n"));
    }
}
