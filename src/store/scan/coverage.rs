//! How much of the log a search or a filter has scanned.

use std::ops::Range;

/// The range of ids that a search or a filter has scanned: contiguous, growing at both ends.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Coverage {
    ids: Range<u64>,
    /// Incremented by every new search or filter, so that outdated results are recognized.
    pub generation: u64,
}

impl Coverage {
    /// Starts over, empty, after the newest entry; `next` is the id after it.
    pub fn begin(&mut self, next: u64) {
        self.ids = next..next;
        self.generation += 1;
    }

    /// The scanned part of the stored ids.
    pub fn of(&self, kept: &Range<u64>) -> Range<u64> {
        let clip = |id: u64| id.clamp(kept.start, kept.end);
        clip(self.ids.start)..clip(self.ids.end)
    }

    /// How many of the stored ids are not scanned.
    pub fn left(&self, kept: &Range<u64>) -> u64 {
        let covered = self.of(kept);
        (covered.start - kept.start) + (kept.end - covered.end)
    }

    /// Adds a scanned range. Between it and the previous one there must be no stored id.
    pub fn add(&mut self, ids: &Range<u64>) {
        self.ids.start = self.ids.start.min(ids.start);
        self.ids.end = self.ids.end.max(ids.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_lies_before_and_behind_what_was_looked_at() {
        let mut coverage = Coverage::default();
        coverage.begin(10);
        for (added, kept, covered, left) in [
            (10..10, 1..10, 10..10, 9),
            (6..10, 1..12, 6..10, 7),
            (10..12, 1..12, 6..12, 5),
            (12..12, 8..14, 8..12, 2),
            (12..12, 20..24, 20..20, 4),
            (18..22, 20..24, 20..22, 2),
            (1..6, 1..24, 1..22, 2),
        ] {
            coverage.add(&added);
            assert_eq!(coverage.of(&kept), covered);
            assert_eq!(coverage.left(&kept), left);
        }
    }
}
