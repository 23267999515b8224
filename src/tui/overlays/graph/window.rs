//! The stretch of time that a graph shows: which seconds share a column, and what is to be said of them.
//!
//! A column is counted from the beginning of time and not from the edge of the screen: so it keeps its
//! seconds, and its height, while it moves to the left. Where there are more columns than seconds, a
//! second has several.

use std::ops::RangeInclusive;

use crate::store::{Timeline, Traffic};

/// The seconds shown, by columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The newest second that is over, since the Unix epoch.
    pub end: i64,
    /// How many seconds are shown.
    pub span: i64,
    /// In how many columns.
    pub columns: u16,
}

/// What is said of a window, in messages or bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// A second, over the seconds that were counted.
    pub mean: f64,
    /// The most in one second, and which one that was.
    pub peak: (f64, Option<i64>),
    /// All of them together.
    pub sum: u64,
}

impl Window {
    /// The first of the columns shown.
    fn first(&self) -> i64 {
        let columns = i64::from(self.columns);
        let last = ((self.end + 1) * columns - 1).div_euclid(self.span);
        last + 1 - columns
    }

    /// The second that a column begins with.
    fn begin(&self, column: i64) -> i64 {
        (column * self.span).div_euclid(i64::from(self.columns))
    }

    /// The seconds of each column that are over, the oldest first.
    fn seconds(&self) -> impl Iterator<Item = RangeInclusive<i64>> {
        let window = *self;
        let first = self.first();
        (first..first + i64::from(self.columns)).map(move |column| {
            let begin = window.begin(column);
            let end = (window.begin(column + 1) - 1).max(begin);
            begin..=end.min(window.end)
        })
    }

    /// The mean of each column, the oldest first.
    pub fn means(&self, timeline: &Timeline, of: impl Fn(Traffic) -> u32) -> Vec<f64> {
        let mean = |seconds: RangeInclusive<i64>| {
            let count = seconds.end() - seconds.start() + 1;
            let each = seconds.map(|second| u64::from(of(timeline.at(second))));
            each.sum::<u64>() as f64 / count as f64
        };
        self.seconds().map(mean).collect()
    }

    /// The first second shown.
    pub fn start(&self) -> i64 {
        self.end + 1 - self.span
    }

    /// What is to be said of the seconds shown, of those from `since` on.
    pub fn summary(&self, timeline: &Timeline, since: i64, of: impl Fn(Traffic) -> u32) -> Summary {
        let mut summary = Summary::default();
        let begin = self.start().max(since);
        for second in begin..=self.end {
            let value = of(timeline.at(second));
            summary.sum += u64::from(value);
            if f64::from(value) > summary.peak.0 {
                summary.peak = (f64::from(value), Some(second));
            }
        }
        let seconds = (self.end - begin + 1).max(1);
        summary.mean = summary.sum as f64 / seconds as f64;
        summary
    }

    /// The columns, from 0 on, in which a round time begins, with that second; so far apart that labels
    /// of so many cells fit between them.
    pub fn round_times(&self, cells: u16) -> Vec<(u16, i64)> {
        const ROUND: [i64; 9] = [5, 10, 15, 30, 60, 120, 300, 600, 900];
        let columns = i64::from(self.columns);
        let apart = |every: &&i64| **every * columns >= i64::from(cells) * self.span;
        let every = ROUND.iter().find(apart).copied().unwrap_or(900);
        let mut times: Vec<(u16, i64)> = Vec::new();
        for (column, seconds) in (0..).zip(self.seconds()) {
            let round = (seconds.start() + every - 1).div_euclid(every) * every;
            let new = times.last().is_none_or(|(_, last)| *last != round);
            if new && seconds.contains(&round) {
                times.push((column, round));
            }
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns(end: i64, span: i64, columns: u16) -> Vec<RangeInclusive<i64>> {
        Window { end, span, columns }.seconds().collect()
    }

    #[test]
    fn seconds_share_columns_or_columns_share_a_second() {
        assert_eq!(columns(9, 10, 5), [0..=1, 2..=3, 4..=5, 6..=7, 8..=9]);
        assert_eq!(columns(10, 10, 5), [2..=3, 4..=5, 6..=7, 8..=9, 10..=10]);
        assert_eq!(columns(9, 5, 2), [5..=6, 7..=9]);
        assert_eq!(columns(3, 2, 4), [2..=2, 2..=2, 3..=3, 3..=3]);
        assert_eq!(columns(3, 2, 3), [2..=2, 2..=2, 3..=3]);
    }

    #[test]
    fn labels_stand_at_round_times() {
        let window = Window {
            end: 1_234,
            span: 300,
            columns: 100,
        };
        let times = window.round_times(12);
        assert_eq!(times.first().map(|(_, second)| *second), Some(960));
        assert!(times.len() == 5 && times.iter().all(|(_, second)| second % 60 == 0));
    }

    proptest! {
        #[test]
        fn every_second_is_shown_once_and_keeps_its_column(
            end in 1_000_000i64..1_010_000, span in 1i64..1_000, count in 1u16..300, passed in 0i64..50,
        ) {
            let now = columns(end, span, count);
            prop_assert_eq!(now.len(), usize::from(count));
            prop_assert_eq!(now.last().map(|last| *last.end()), Some(end));
            for pair in now.windows(2) {
                let same = pair[0] == pair[1];
                prop_assert!(same || *pair[1].start() == pair[0].end() + 1, "{:?}", pair);
            }
            // Fewer than `span`, where the newest column has just begun.
            let shown = end - now[0].start() + 1;
            prop_assert!((shown - span).abs() <= span / i64::from(count) + 1);
            let times = Window { end, span, columns: count }.round_times(1);
            prop_assert!(times.len() as i64 >= shown / 900, "{times:?}");
            // all but the newest column, which is not over
            let later = columns(end + passed, span, count);
            for column in now.iter().rev().skip_while(|column| *column.end() == end) {
                prop_assert!(*column.start() < *later[0].end() || later.contains(column));
            }
        }
    }
}
