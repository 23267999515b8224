//! The long stretches of a payload, so that nothing on the screen has to walk through them.

use std::ops::Range;

use super::escape::{Paint, Part, Sequences};

/// A stretch of this many bytes is remembered; a shorter one is walked each time.
pub(super) const LONG: usize = 1024;

/// Stretches that mean one thing each: a line of text, a string, a number, blanks. For those that
/// are shown, a column is known at every [`LONG`] bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
    checkpoints: Vec<Checkpoint>,
}

#[derive(Clone, Debug)]
struct Run {
    range: Range<usize>,
    checkpoints: Range<usize>,
}

/// The unit at this byte starts so many cells behind the start of its run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checkpoint {
    pub byte: usize,
    pub cells: usize,
    /// How it looks; `None` at the beginning of a run, which does not know.
    pub paint: Option<Paint>,
}

impl Runs {
    /// Remembers a stretch that is never shown. Stretches come in order and do not overlap.
    pub(super) fn skip(&mut self, range: Range<usize>) {
        let none = self.checkpoints.len()..self.checkpoints.len();
        self.runs.push(Run {
            range,
            checkpoints: none,
        });
    }

    /// Remembers a stretch that is shown, looking so at its beginning, and measures it.
    pub(super) fn measure(
        &mut self,
        bytes: &[u8],
        range: Range<usize>,
        sequences: Sequences,
        paint: Paint,
    ) {
        let first = self.checkpoints.len();
        let mut rest = bytes.get(range.clone()).unwrap_or_default();
        let mut at = Checkpoint {
            byte: range.start,
            cells: 0,
            paint: Some(paint),
        };
        let mut due = range.start + LONG;
        while let Some((part, len)) = Part::first(rest, sequences) {
            if at.byte >= due {
                self.checkpoints.push(at);
                due = at.byte + LONG;
            }
            at.byte += len;
            match part {
                Part::Unit(unit) => at.cells += unit.cells_at(at.cells),
                Part::Sequence(sequence) => {
                    at.paint.get_or_insert_default().apply(sequence);
                }
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        self.runs.push(Run {
            range,
            checkpoints: first..self.checkpoints.len(),
        });
    }

    /// Where the stretch that starts at this byte ends, if it is a long one.
    pub(super) fn end_of(&self, start: usize) -> Option<usize> {
        self.at(start).map(|run| run.range.end)
    }

    /// The last known place in the stretch starting at `start` that is at most `cells` behind its
    /// start.
    pub(super) fn resume(&self, start: usize, cells: usize) -> Checkpoint {
        let beginning = Checkpoint {
            byte: start,
            cells: 0,
            paint: None,
        };
        self.at(start)
            .and_then(|run| self.checkpoints.get(run.checkpoints.clone()))
            .and_then(|known| {
                let behind = known.partition_point(|place| place.cells <= cells);
                known.get(behind.checked_sub(1)?)
            })
            .copied()
            .unwrap_or(beginning)
    }

    /// The memory it takes, in bytes.
    pub(super) fn footprint(&self) -> usize {
        self.runs.capacity() * size_of::<Run>()
            + self.checkpoints.capacity() * size_of::<Checkpoint>()
    }

    fn at(&self, start: usize) -> Option<&Run> {
        let place = self
            .runs
            .binary_search_by_key(&start, |run| run.range.start)
            .ok()?;
        self.runs.get(place)
    }
}
