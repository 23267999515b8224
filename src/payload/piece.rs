//! What a line is made of, and cutting the visible part out of it.

use std::ops::Range;

use super::{
    escape::{Paint, Part, Sequences},
    runs::Runs,
};
use crate::text::Unit;

/// A run of characters of one kind, safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Visible characters only: no controls, nothing of no width that stands alone.
    pub text: String,
    /// What the characters are.
    pub kind: Kind,
    /// How the payload wants them to look.
    pub paint: Paint,
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
    paint: Paint,
    pieces: Vec<Piece>,
}

/// A part of a payload, and how it is read.
pub(super) struct Source<'a> {
    pub range: Range<usize>,
    pub kind: Kind,
    pub sequences: Sequences,
    /// How it looks where it begins.
    pub paint: Paint,
    pub runs: &'a Runs,
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
            paint: Paint::default(),
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
    pub(super) fn source(&mut self, bytes: &[u8], source: Source<'_>) {
        let ahead = self.columns.start.saturating_sub(self.column);
        let place = source.runs.resume(source.range.start, ahead);
        self.column += place.cells;
        self.paint = place.paint.unwrap_or(source.paint);
        let mut rest = bytes.get(place.byte..source.range.end).unwrap_or_default();
        while self.column < self.columns.end
            && let Some((part, len)) = Part::first(rest, source.sequences)
        {
            match part {
                Part::Unit(unit) => self.unit(unit, source.kind),
                Part::Sequence(sequence) => self.paint.apply(sequence),
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        self.paint = Paint::default();
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
            Some(last) if last.kind == kind && last.paint == self.paint => {
                last.text.push_str(text);
            }
            _ => self.pieces.push(Piece {
                text: text.into(),
                kind,
                paint: self.paint,
            }),
        }
    }
}
