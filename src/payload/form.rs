//! What a payload is, decided by looking at it.

use std::fmt;

/// How a payload is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An object or an array, laid out with one value a line.
    Json,
    /// Lines of text as they came.
    Text,
    /// Offset, sixteen bytes, ASCII.
    Hex,
}

impl Form {
    /// Every form, in the order in which the key for the next form walks through them.
    pub const ALL: [Form; 3] = [Form::Json, Form::Text, Form::Hex];

    /// The form after this one, around.
    pub fn next(self) -> Form {
        match self {
            Form::Json => Form::Text,
            Form::Text => Form::Hex,
            Form::Hex => Form::Json,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Form::Json => "JSON",
            Form::Text => "text",
            Form::Hex => "hex",
        })
    }
}

/// The form that suits these bytes best. Costs the same for ten megabytes as for 64 KiB.
pub fn detect(_bytes: &[u8]) -> Form {
    todo!()
}

/// Whether a payload of this many bytes should be read into a [`Document`](super::Document) away
/// from the screen, in a job.
pub fn is_large(len: usize) -> bool {
    len > 64 * 1024
}
