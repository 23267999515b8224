//! What a line is made of, and cutting the visible part out of it.

use std::ops::Range;

use super::runs::Runs;
use crate::text::Unit;

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

/// A line passes by; the window keeps what lies between two columns.
pub(super) struct Window {
    columns: Range<usize>,
    edges: Edges,
    column: usize,
    pieces: Vec<Piece>,
}

/// What becomes of a wide character that lies across an edge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// The half inside becomes a blank: the line slides under the window.
    Cut,
    /// It belongs, whole, to the window in which it starts: rows of a wrapped line.
    Whole,
}

impl Window {
    /// A window over these columns, nothing seen yet.
    pub(super) fn new(columns: Range<usize>, edges: Edges) -> Window {
        Window {
            columns,
            edges,
            column: 0,
            pieces: Vec::new(),
        }
    }

    /// A window behind every line, for measuring.
    pub(super) fn behind() -> Window {
        Window::new(usize::MAX..usize::MAX, Edges::Cut)
    }

    /// What lay inside.
    pub(super) fn pieces(self) -> Vec<Piece> {
        self.pieces
    }

    /// How many cells have passed; short of the truth once the window is full.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// Blanks pass.
    pub(super) fn blanks(&mut self, count: usize, kind: Kind) {
        let start = self.column.max(self.columns.start);
        self.column = self.column.saturating_add(count);
        for _ in start..self.column.min(self.columns.end) {
            self.push(" ", kind);
        }
    }

    /// Characters of one cell each pass.
    pub(super) fn narrow(&mut self, text: &str, kind: Kind) {
        for c in text.chars() {
            if self.columns.contains(&self.column) {
                self.push(c.encode_utf8(&mut [0; 4]), kind);
            }
            self.column += 1;
        }
    }

    /// A part of the payload passes; of a long one, only what is near the window is read.
    pub(super) fn source(&mut self, bytes: &[u8], range: Range<usize>, kind: Kind, runs: &Runs) {
        let ahead = self.columns.start.saturating_sub(self.column);
        let (start, skipped) = runs.resume(range.start, ahead);
        self.column += skipped;
        let mut rest = bytes.get(start..range.end).unwrap_or_default();
        while self.column < self.columns.end
            && let Some((unit, len)) = Unit::first(rest)
        {
            self.unit(unit, kind);
            rest = rest.get(len..).unwrap_or_default();
        }
    }

    fn unit(&mut self, unit: Unit<'_>, kind: Kind) {
        match unit {
            Unit::Cluster(text, cells) => self.cluster(text, cells, kind),
            Unit::Tab => {
                let cells = unit.cells_at(self.column);
                self.escape(unit);
                self.blanks(cells - 1, Kind::Escape);
            }
            Unit::Control(_) | Unit::Code(_) | Unit::Byte(_) => self.escape(unit),
        }
    }

    fn escape(&mut self, unit: Unit<'_>) {
        let mut text = String::new();
        unit.push_to(&mut text);
        self.narrow(&text, Kind::Escape);
    }

    fn cluster(&mut self, text: &str, cells: usize, kind: Kind) {
        let end = self.column + cells;
        let inside = self.columns.start <= self.column && end <= self.columns.end;
        let starts_inside = self.columns.contains(&self.column);
        match self.edges {
            Edges::Cut if !inside => self.blanks(cells, kind),
            Edges::Whole if !starts_inside => self.column = end,
            Edges::Cut | Edges::Whole => {
                self.push(text, kind);
                self.column = end;
            }
        }
    }

    fn push(&mut self, text: &str, kind: Kind) {
        match self.pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.pieces.push(Piece {
                text: text.into(),
                kind,
            }),
        }
    }
}
