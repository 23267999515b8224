//! Text as lines.

use std::ops::Range;

use super::{
    escape::{Paint, Sequences, has_sequences},
    piece::{Kind, Source, Window},
    runs::{LONG, Runs},
};

/// One line in this many is remembered, the others are found again from there.
const STRIDE: usize = 16;

/// Text in lines; LF and CRLF end a line, a lone CR is shown.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    sequences: Sequences,
    lines: usize,
    starts: Vec<usize>,
    /// How each of the `starts` looks. Empty where nothing has colours.
    paints: Vec<Paint>,
    runs: Runs,
}

/// Finds the lines. Escape sequences are read as asked for, if there are any.
pub(super) fn read(bytes: &[u8], sequences: Sequences) -> Layout {
    let sequences = match sequences {
        Sequences::Painted if !has_sequences(bytes) => Sequences::Shown,
        sequences => sequences,
    };
    let mut layout = Layout {
        sequences,
        lines: 0,
        starts: Vec::new(),
        paints: Vec::new(),
        runs: Runs::default(),
    };
    let mut start = 0;
    let mut paint = Paint::default();
    let mut add = |range: Range<usize>| {
        let is_start = layout.lines.is_multiple_of(STRIDE);
        if is_start {
            layout.starts.push(range.start);
        }
        layout.lines += 1;
        if range.len() >= LONG {
            layout.runs.measure(bytes, range.clone(), sequences, paint);
        }
        if sequences == Sequences::Painted {
            if is_start {
                layout.paints.push(paint);
            }
            paint = paint.behind(bytes.get(range).unwrap_or_default());
        }
    };
    for end in memchr::memchr_iter(b'\n', bytes) {
        add(start..end);
        start = end + 1;
    }
    if start < bytes.len() || start == 0 {
        add(start..bytes.len());
    }
    layout.starts.shrink_to_fit();
    layout.paints.shrink_to_fit();
    layout
}

impl Layout {
    /// Whether escape sequences are left out or became colours.
    pub(super) fn is_painted(&self) -> bool {
        self.sequences == Sequences::Painted
    }

    /// How many lines there are; even nothing is one.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Line `n` of the bytes that were read passes by the window.
    pub(super) fn show(&self, bytes: &[u8], n: usize, window: &mut Window) {
        if let Some((mut range, paint)) = self.line(bytes, n) {
            let ended = range.end < bytes.len();
            if ended
                && bytes
                    .get(range.clone())
                    .is_some_and(|line| line.ends_with(b"\r"))
            {
                range.end -= 1;
            }
            let source = Source {
                range,
                kind: Kind::Plain,
                sequences: self.sequences,
                paint,
                runs: &self.runs,
            };
            window.source(bytes, source);
        }
    }

    /// The memory the index takes, in bytes.
    pub(super) fn footprint(&self) -> usize {
        self.starts.capacity() * size_of::<usize>()
            + self.paints.capacity() * size_of::<Paint>()
            + self.runs.footprint()
    }

    /// A line, and how it looks where it begins.
    fn line(&self, bytes: &[u8], n: usize) -> Option<(Range<usize>, Paint)> {
        let mut start = *self.starts.get(n / STRIDE).filter(|_| n < self.lines)?;
        let mut paint = self.paints.get(n / STRIDE).copied().unwrap_or_default();
        for _ in 0..n % STRIDE {
            let end = self.end(bytes, start);
            if self.is_painted() {
                paint = self.paint_behind(bytes, start..end, paint);
            }
            start = end + 1;
        }
        Some((start..self.end(bytes, start), paint))
    }

    /// How the line behind this one looks where it begins; of a long one only the end is read.
    fn paint_behind(&self, bytes: &[u8], line: Range<usize>, paint: Paint) -> Paint {
        let last = self.runs.resume(line.start, usize::MAX);
        let rest = bytes.get(last.byte..line.end).unwrap_or_default();
        last.paint.unwrap_or(paint).behind(rest)
    }

    /// Where the line that starts here ends, without walking through a long one.
    fn end(&self, bytes: &[u8], start: usize) -> usize {
        let near = bytes.len().min(start + LONG);
        bytes
            .get(start..near)
            .and_then(|near| memchr::memchr(b'\n', near))
            .map(|at| start + at)
            .or_else(|| self.runs.end_of(start))
            .unwrap_or(bytes.len())
    }
}
