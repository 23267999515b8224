//! What is wrong with a text, or strange about it, and where.

use std::ops::Range;

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Error {
    /// The place, in bytes of the text; on character boundaries. Empty where something is missing.
    pub range: Range<usize>,
    /// What is wrong there, and what would be right.
    pub sentence: String,
}

/// Something in a text that is a filter and may not mean what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The place, in bytes of the text; on character boundaries.
    pub range: Range<usize>,
    /// What it is taken for.
    pub sentence: String,
    /// Why it cannot be taken for anything else, and what would be right.
    pub refusal: String,
}
