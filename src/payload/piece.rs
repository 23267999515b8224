//! What a line is made of.

/// A run of characters of one kind, safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Visible characters only: no controls, nothing of no width that stands alone.
    pub text: String,
    /// What the characters are.
    pub kind: Kind,
}

/// What a piece is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Text, or the bytes of a hex line.
    Plain,
    /// Blanks that the layout adds: indentation, the gap after a colon or between columns.
    Layout,
    /// The name of a JSON member, with its quotes.
    Key,
    /// A JSON string, with its quotes.
    String,
    /// A JSON number, exactly as sent.
    Number,
    /// `true`, `false` or `null`.
    Literal,
    /// Brackets, colons and commas.
    Punctuation,
    /// The offset that starts a hex line.
    Offset,
    /// The readable column of a hex line.
    Ascii,
    /// Stands for something that cannot be shown as it is: a control character, a byte that is not
    /// UTF-8, a character without width.
    Escape,
}
