//! Where Details stands. A wrapped line is several rows; only the lines that pass are measured,
//! however many there are and however long they become.

use std::ops::Range;

use crate::tui::widgets::scroll::Move;

/// The first row on the screen: a line, and a row of it where it is wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Top {
    /// The line.
    pub line: usize,
    /// Its row.
    pub row: usize,
}

/// Lines, at least one, each of which takes one row or more.
#[derive(Debug)]
pub struct Lines<R> {
    /// How many.
    pub count: usize,
    /// The rows of one.
    pub rows: R,
}

/// What a line counts in [`Lines::extent`], however many rows it is wrapped to.
const PARTS: u64 = 1 << 10;

impl<R: Fn(usize) -> usize> Lines<R> {
    /// Which part of the whole a screen of that height shows, for a scrollbar. All lines count the
    /// same, since only those on the screen are measured.
    pub fn extent(&self, top: Top, height: usize) -> (Range<u64>, u64) {
        let end = self.down(top, height);
        let all = self.count as u64 * PARTS;
        let end = if end.line < self.count {
            self.part(end)
        } else {
            all
        };
        (self.part(top)..end, all)
    }

    fn part(&self, at: Top) -> u64 {
        let rows = (self.rows)(at.line).max(1) as u64;
        at.line as u64 * PARTS + at.row as u64 * PARTS / rows
    }

    /// The place that begins with a part of the whole.
    pub fn at_part(&self, part: u64, height: usize) -> Top {
        let line = (part / PARTS) as usize;
        let line = line.min(self.count.saturating_sub(1));
        let rows = (self.rows)(line) as u64;
        let row = (part % PARTS * rows / PARTS) as usize;
        self.within(Top { line, row }, height)
    }

    /// The place after a step on a screen of that height.
    pub fn step(&self, from: Top, step: Move, height: usize) -> Top {
        let page = height.saturating_sub(1).max(1);
        let half = (height / 2).max(1);
        let to = match step {
            Move::Up => self.up(from, 1),
            Move::PageUp => self.up(from, page),
            Move::HalfUp => self.up(from, half),
            Move::Home => Top::default(),
            Move::Down => self.down(from, 1),
            Move::PageDown => self.down(from, page),
            Move::HalfDown => self.down(from, half),
            Move::End => self.last(height),
        };
        self.within(to, height)
    }

    /// The nearest place that shows no blank rows below the last one.
    pub fn within(&self, top: Top, height: usize) -> Top {
        // far from the end nothing has to be measured
        if top.line + height < self.count {
            let rows = (self.rows)(top.line);
            return Top {
                row: top.row.min(rows.saturating_sub(1)),
                ..top
            };
        }
        top.min(self.last(height))
    }

    fn last(&self, height: usize) -> Top {
        let line = self.count.saturating_sub(1);
        let end = Top {
            line,
            row: (self.rows)(line).saturating_sub(1),
        };
        self.up(end, height.saturating_sub(1))
    }

    fn up(&self, from: Top, mut rows: usize) -> Top {
        let mut at = from;
        while rows > at.row {
            let Some(above) = at.line.checked_sub(1) else {
                return Top::default();
            };
            rows -= at.row + 1;
            at = Top {
                line: above,
                row: (self.rows)(above).saturating_sub(1),
            };
        }
        at.row -= rows;
        at
    }

    fn down(&self, from: Top, mut rows: usize) -> Top {
        let mut at = from;
        while at.line < self.count {
            let left = (self.rows)(at.line).saturating_sub(at.row + 1);
            if rows <= left {
                at.row += rows;
                break;
            }
            rows -= left + 1;
            at = Top {
                line: at.line + 1,
                row: 0,
            };
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [Move; 8] = [
        Move::Up,
        Move::Down,
        Move::PageUp,
        Move::PageDown,
        Move::HalfUp,
        Move::HalfDown,
        Move::Home,
        Move::End,
    ];

    #[test]
    fn a_wrapped_line_is_passed_row_by_row() {
        let lines = Lines {
            count: 3,
            rows: |line| [1, 3, 2][line],
        };
        let mut at = Top::default();
        let mut passed = Vec::new();
        for _ in 0..5 {
            at = lines.step(at, Move::Down, 2);
            passed.push((at.line, at.row));
        }
        assert_eq!(passed, [(1, 0), (1, 1), (1, 2), (2, 0), (2, 0)]);
        assert_eq!(lines.step(at, Move::Home, 2), Top::default());
    }

    #[test]
    fn a_scrollbar_touches_an_end_where_the_lines_do() {
        let lines = Lines {
            count: 3,
            rows: |line| [1, 3, 2][line],
        };
        let extent = |line, row, height| lines.extent(Top { line, row }, height);
        assert_eq!(extent(0, 0, 6), (0..3 * PARTS, 3 * PARTS));
        assert_eq!(extent(0, 0, 2).0, 0..PARTS + PARTS / 3);
        assert_eq!(extent(1, 1, 3).0, PARTS + PARTS / 3..2 * PARTS + PARTS / 2);
        assert_eq!(extent(2, 0, 2).0, 2 * PARTS..3 * PARTS);
        assert_eq!(
            lines.at_part(PARTS + PARTS / 3 + 1, 2),
            Top { line: 1, row: 1 }
        );
        assert_eq!(lines.at_part(9 * PARTS, 2), Top { line: 2, row: 0 });
    }

    proptest! {
        /// The same as with every row written out.
        #[test]
        fn steps_are_those_of_a_plain_list(
            rows in proptest::collection::vec(1usize..5, 1..9),
            steps in proptest::collection::vec(0usize..8, 0..30),
            height in 1usize..7,
        ) {
            let lines = Lines { count: rows.len(), rows: |line: usize| rows[line] };
            let all: Vec<Top> = rows.iter().enumerate()
                .flat_map(|(line, rows)| (0..*rows).map(move |row| Top { line, row }))
                .collect();
            let last = all.len().saturating_sub(height);
            let (mut at, mut plain) = (Top::default(), 0usize);
            for step in steps.into_iter().map(|n| STEPS[n]) {
                at = lines.step(at, step, height);
                let (page, half) = ((height - 1).max(1), (height / 2).max(1));
                plain = match step {
                    Move::Up => plain.saturating_sub(1),
                    Move::PageUp => plain.saturating_sub(page),
                    Move::HalfUp => plain.saturating_sub(half),
                    Move::Home => 0,
                    Move::Down => plain + 1,
                    Move::PageDown => plain + page,
                    Move::HalfDown => plain + half,
                    Move::End => last,
                }.min(last);
                prop_assert_eq!(at, all[plain]);
            }
        }
    }
}
