//! How much of the log a search or a filter has looked at.

use std::ops::Range;

/// The stretch of the log that a search or a filter has looked at: without a hole, growing at both
/// ends.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Coverage {
    ids: Range<u64>,
    /// Differs whenever something else is asked, so that late answers are recognised.
    pub generation: u64,
}

impl Coverage {
    /// Begins anew between the newest entry and the next, whose id is `next`.
    pub fn begin(&mut self, next: u64) {
        self.ids = next..next;
        self.generation += 1;
    }

    /// What was looked at of the ids that are kept.
    pub fn of(&self, kept: &Range<u64>) -> Range<u64> {
        let clip = |id: u64| id.clamp(kept.start, kept.end);
        clip(self.ids.start)..clip(self.ids.end)
    }

    /// How many of the ids that are kept are left to look at.
    pub fn left(&self, kept: &Range<u64>) -> u64 {
        let covered = self.of(kept);
        (covered.start - kept.start) + (kept.end - covered.end)
    }

    /// Adds what was looked at; between it and what was before lies nothing that is kept.
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
