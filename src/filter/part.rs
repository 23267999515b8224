//! A piece of the text that knows where it stands.

use std::ops::Range;

use super::Error;

/// A piece of the text, and the byte it begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Part<'a> {
    /// Its place, in bytes of the whole text.
    pub fn range(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// Both sides of a byte inside it, which must be a character boundary.
    pub fn split(self, at: usize) -> (Part<'a>, Part<'a>) {
        let (text, rest) = self.text.split_at(at);
        let rest = Part {
            text: rest,
            at: self.at + at,
        };
        (Part { text, ..self }, rest)
    }

    /// What stands behind a prefix.
    pub fn behind(self, prefix: &str) -> Option<Part<'a>> {
        self.text
            .starts_with(prefix)
            .then(|| self.split(prefix.len()).1)
    }

    /// An error that is the whole of it.
    pub fn error(self, sentence: impl Into<String>) -> Error {
        Error {
            range: self.range(),
            sentence: sentence.into(),
        }
    }
}
