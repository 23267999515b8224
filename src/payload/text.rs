//! Text as lines.

use std::ops::Range;

use super::{
    piece::{Kind, Window},
    runs::{LONG, Runs},
};

/// One line in this many is remembered, the others are found again from there.
const STRIDE: usize = 16;

/// Text in lines; LF and CRLF end a line, a lone CR is shown.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    lines: usize,
    starts: Vec<usize>,
    runs: Runs,
}

/// Finds the lines.
pub(super) fn read(bytes: &[u8]) -> Layout {
    let mut layout = Layout {
        lines: 0,
        starts: Vec::new(),
        runs: Runs::default(),
    };
    let mut start = 0;
    let mut add = |range: Range<usize>| {
        if layout.lines.is_multiple_of(STRIDE) {
            layout.starts.push(range.start);
        }
        layout.lines += 1;
        if range.len() >= LONG {
            layout.runs.measure(bytes, range);
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
    layout
}

impl Layout {
    /// How many lines there are; even nothing is one.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Line `n` of the bytes that were read passes by the window.
    pub(super) fn show(&self, bytes: &[u8], n: usize, window: &mut Window) {
        if let Some(mut range) = self.line(bytes, n) {
            let ended = range.end < bytes.len();
            if ended
                && bytes
                    .get(range.clone())
                    .is_some_and(|line| line.ends_with(b"\r"))
            {
                range.end -= 1;
            }
            window.source(bytes, range, Kind::Plain, &self.runs);
        }
    }

    /// The memory the index takes, in bytes.
    pub(super) fn footprint(&self) -> usize {
        self.starts.capacity() * size_of::<usize>() + self.runs.footprint()
    }

    fn line(&self, bytes: &[u8], n: usize) -> Option<Range<usize>> {
        let mut start = *self.starts.get(n / STRIDE).filter(|_| n < self.lines)?;
        for _ in 0..n % STRIDE {
            start = self.end(bytes, start) + 1;
        }
        Some(start..self.end(bytes, start))
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
