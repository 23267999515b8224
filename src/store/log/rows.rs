//! The rows that one segment shows, and which of them are hits.

use super::bits::{self, Bits};
use crate::store::scan::{Verdict, VerdictCounts};

/// What is judged of each message by [`Scan`](crate::store::Scan)s, besides the view's [`Verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum ScanKind {
    /// Whether the filter of the view means it.
    Filter,
    /// Whether it is a hit of the search.
    Search,
}

/// The rows that one segment shows: those the view wants, and of these, where there is a filter, those
/// that were found to pass it.
#[derive(Debug, Default)]
pub(in crate::store) struct Rows {
    /// How many rows all segments before it ever showed in this view.
    pub start: u64,
    /// The view's verdicts, its filter not asked.
    pub tally: VerdictCounts,
    entries: usize,
    wanted: Bits,
    filtered: bool,
    /// With a filter: markers, and what it is known to mean.
    passes: Bits,
    hits: Bits,
    shown: usize,
    hits_shown: usize,
}

impl Rows {
    /// Adds the next entry: `None` for a marker, which is always shown.
    #[inline]
    pub fn push(&mut self, verdict: Option<Verdict>) {
        let index = self.entries;
        self.entries += 1;
        let wanted = self.decide(index, verdict);
        if !self.filtered {
            self.shown += usize::from(wanted);
        } else if verdict.is_none() {
            self.passes.set(index);
            self.shown += 1;
        }
    }

    /// Notes what the view says of an entry, and whether it wants it shown.
    #[inline]
    fn decide(&mut self, index: usize, verdict: Option<Verdict>) -> bool {
        if let Some(verdict) = verdict {
            self.tally.count(verdict);
        }
        let wanted = is_wanted(verdict);
        if wanted {
            self.wanted.set(index);
        }
        wanted
    }

    /// Makes ready for the entries of a new segment; `start` is where its rows begin.
    pub fn reset(&mut self, start: u64, filtered: bool) {
        self.start = start;
        self.tally = VerdictCounts::default();
        self.entries = 0;
        self.wanted.clear();
        self.filtered = filtered;
        self.passes.clear();
        self.hits.clear();
        self.shown = 0;
        self.hits_shown = 0;
    }

    /// Decides on every entry anew; what passes and what are hits stays.
    pub fn decide_all<T>(&mut self, entries: &[T], verdict: impl Fn(&T) -> Option<Verdict>) {
        self.wanted.clear();
        let mut tally = VerdictCounts::default();
        for (number, entries) in entries.chunks(64).enumerate() {
            let mut word = 0;
            for (bit, entry) in entries.iter().enumerate() {
                let verdict = verdict(entry);
                if let Some(verdict) = verdict {
                    tally.count(verdict);
                }
                word |= u64::from(is_wanted(verdict)) << bit;
            }
            self.wanted.set_word(number, word);
        }
        self.tally = tally;
        self.count();
    }

    /// Forgets what passes, but for the markers.
    pub fn filter(&mut self, filtered: bool, markers: impl Iterator<Item = usize>) {
        self.filtered = filtered;
        self.passes.clear();
        if filtered {
            markers.for_each(|marker| self.passes.set(marker));
        }
        self.count();
    }

    /// Forgets the hits.
    pub fn forget_hits(&mut self) {
        self.hits.clear();
        self.hits_shown = 0;
    }

    /// Takes what was found, its entry 0 being `offset` here.
    pub fn found(&mut self, kind: ScanKind, found: &Bits, offset: usize) {
        match kind {
            ScanKind::Filter => self.passes.add(found, offset),
            ScanKind::Search => self.hits.add(found, offset),
        }
        self.count();
    }

    /// Takes back or adds that one message passes.
    pub fn pass(&mut self, index: usize, passes: bool) {
        if passes {
            self.passes.set(index);
        } else {
            self.passes.unset(index);
        }
        self.count();
    }

    fn count(&mut self) {
        let ones = |word: fn(&Rows, usize) -> u64| {
            let ones = (0..self.words()).map(|number| word(self, number).count_ones() as usize);
            ones.sum()
        };
        let (shown, hits) = (ones(Rows::word), ones(Rows::hits_word));
        self.shown = shown;
        self.hits_shown = hits;
    }

    /// Where the rows of the next segment begin.
    pub fn end(&self) -> u64 {
        self.start + self.shown as u64
    }

    /// How many hits are shown.
    pub fn hits_shown(&self) -> u64 {
        self.hits_shown as u64
    }

    /// Whether an entry is shown.
    #[inline]
    pub fn is_shown(&self, index: usize) -> bool {
        self.word(index / 64) >> (index % 64) & 1 == 1
    }

    /// Whether an entry is a hit, shown or not.
    pub fn is_hit(&self, index: usize) -> bool {
        self.hits.has(index)
    }

    /// How many entries before this one are shown.
    pub fn rank(&self, index: usize) -> usize {
        bits::rank(index, |number| self.word(number))
    }

    /// How many hits before this entry are shown.
    pub fn hits_before(&self, index: usize) -> usize {
        bits::rank(index, |number| self.hits_word(number))
    }

    /// The entry that is shown behind `rank` others.
    pub fn select(&self, rank: usize) -> Option<usize> {
        bits::select(rank, self.words(), |number| self.word(number))
    }

    /// How many words hold the rows.
    pub fn words(&self) -> usize {
        self.wanted.words()
    }

    /// What is shown of 64 entries.
    #[inline]
    pub fn word(&self, number: usize) -> u64 {
        let passes = if self.filtered {
            self.passes.word(number)
        } else {
            u64::MAX
        };
        self.wanted.word(number) & passes
    }

    /// The hits that are shown of 64 entries.
    pub fn hits_word(&self, number: usize) -> u64 {
        self.word(number) & self.hits.word(number)
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.wanted.memory() + self.passes.memory() + self.hits.memory()
    }
}

fn is_wanted(verdict: Option<Verdict>) -> bool {
    matches!(verdict, None | Some(Verdict::Shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(verdicts: &[Option<Verdict>]) -> Rows {
        let mut rows = Rows::default();
        verdicts.iter().for_each(|verdict| rows.push(*verdict));
        rows
    }

    fn found(members: &[usize]) -> Bits {
        let mut bits = Bits::default();
        members.iter().for_each(|member| bits.set(*member));
        bits
    }

    #[test]
    fn rank_and_select_agree_with_counting() {
        let shown = |index: usize| index.is_multiple_of(3) || (64..128).contains(&index);
        let verdict = |index| match shown(index) {
            true => Verdict::Shown,
            false => Verdict::Muted,
        };
        let verdicts: Vec<_> = (0..300).map(|index| Some(verdict(index))).collect();
        let rows = rows(&verdicts);
        let expected: Vec<usize> = (0..300).filter(|index| shown(*index)).collect();
        for (rank, index) in expected.iter().enumerate() {
            assert_eq!(rows.select(rank), Some(*index));
            assert_eq!(rows.rank(*index), rank);
        }
        assert_eq!(rows.select(expected.len()), None);
        assert_eq!(rows.end(), expected.len() as u64);
        assert_eq!(rows.tally.total(), 300);
    }

    #[test]
    fn a_message_is_shown_where_the_view_wants_it_and_the_filter_means_it() {
        let mut rows = rows(&[
            Some(Verdict::Shown),
            Some(Verdict::Muted),
            Some(Verdict::Shown),
            None,
        ]);
        assert_eq!(rows.end(), 3);
        rows.filter(true, [3].into_iter());
        assert_eq!(rows.end(), 1, "the marker alone");
        rows.found(ScanKind::Filter, &found(&[0, 1]), 1);
        assert_eq!(rows.select(0), Some(2));
        rows.push(Some(Verdict::Shown));
        rows.push(None);
        assert_eq!(rows.end(), 3, "a new message waits, a new marker does not");
        rows.filter(false, std::iter::empty());
        assert_eq!(rows.end(), 5);
    }

    #[test]
    fn a_hit_counts_while_it_is_shown() {
        let mut rows = rows(&[Some(Verdict::Shown), Some(Verdict::Muted), None]);
        rows.found(ScanKind::Search, &found(&[0, 1]), 0);
        assert_eq!(rows.hits_shown(), 1);
        assert!(rows.is_hit(1));
        rows.decide_all(&[Some(Verdict::Muted), Some(Verdict::Shown), None], |it| {
            *it
        });
        assert_eq!(rows.hits_shown(), 1);
        assert_eq!(rows.hits_before(1), 0);
        assert_eq!(rows.hits_before(2), 1);
        rows.forget_hits();
        assert_eq!((rows.hits_shown(), rows.is_hit(1)), (0, false));
    }
}
