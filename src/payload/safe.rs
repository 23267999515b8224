//! Making characters visible: the one place that decides what may reach a terminal as it is.

use std::borrow::Cow;

/// These bytes as text in which everything can be seen and nothing acts on a terminal.
pub fn visible(_bytes: &[u8]) -> Cow<'_, str> {
    todo!()
}

/// How many terminal cells a text takes that came out of this folder.
pub fn cells(_text: &str) -> usize {
    todo!()
}
