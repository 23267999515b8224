//! The search and the filter that apply to every stored message, and their progress.

use std::ops::Range;

use super::{coverage::Coverage, passing::Remainders};
use crate::filter::BySubject;
use crate::store::{Query, Scanned, log::ScanKind};

/// How many bytes of messages may be scanned on the thread that draws: a few tenths of a millisecond for
/// all filters but some regular expressions, which take a hundred times as long.
const INLINE_BYTES: usize = 32 << 10;
/// The fraction of a scan's work that may be done on the thread that draws.
const INLINE_SHARE: usize = 16;
/// The assumed bytes per scan for a regular expression that was not measured yet.
const UNMEASURED_PACE: usize = 32 << 10;
/// How many bytes a scan reads before it asks whether to stop.
const PIECE: usize = 256 << 10;

/// The current search and filter, and how far each has come.
#[derive(Debug)]
pub(in crate::store) struct ScanState {
    pub filter: Option<BySubject>,
    pub query: Option<Query>,
    pub coverage: [Coverage; 2],
    /// Per-subject results of the filter from the last scan, for the next.
    pub remainders: Option<Remainders>,
    /// How many bytes one scan reads in its time slice, as measured last.
    bytes_per_scan: [usize; 2],
    /// [`INLINE_BYTES`]; less in tests.
    pub inline_bytes: usize,
    /// [`PIECE`]; less in tests.
    pub piece: usize,
}

impl Default for ScanState {
    fn default() -> ScanState {
        ScanState {
            filter: None,
            query: None,
            coverage: Default::default(),
            remainders: None,
            bytes_per_scan: [usize::MAX; 2],
            inline_bytes: INLINE_BYTES,
            piece: PIECE,
        }
    }
}

impl ScanState {
    pub fn is_active(&self, kind: ScanKind) -> bool {
        match kind {
            ScanKind::Filter => self.filter.is_some(),
            ScanKind::Search => self.query.is_some(),
        }
    }

    /// Starts over with a new search or filter. `next` is the id after the newest.
    pub fn begin(&mut self, kind: ScanKind, next: u64) {
        self.coverage[kind as usize].begin(next);
        let untried = match kind {
            ScanKind::Filter => self.filter.as_ref().is_some_and(BySubject::has_regex),
            ScanKind::Search => self.query.as_ref().is_some_and(Query::is_regex),
        };
        self.bytes_per_scan[kind as usize] = if untried { UNMEASURED_PACE } else { usize::MAX };
    }

    /// How many bytes may be scanned on the thread that draws.
    pub fn inline_bytes(&self, kind: ScanKind) -> usize {
        self.inline_bytes
            .min(self.bytes_per_scan[kind as usize] / INLINE_SHARE)
    }

    /// Records how fast a scan was.
    pub fn record_pace(&mut self, scanned: &Scanned) {
        let pace = &mut self.bytes_per_scan[scanned.kind as usize];
        *pace = match scanned.stopped {
            true => scanned.looked_at,
            false => scanned.looked_at.max(*pace),
        };
    }

    /// The scanned part of the stored ids.
    pub fn covered(&self, kind: ScanKind, kept: &Range<u64>) -> Range<u64> {
        self.coverage[kind as usize].of(kept)
    }

    /// Takes the per-subject results of the filter, new ones where subject numbers were reused since.
    pub fn take_remainders(&mut self, forgotten: u64) -> Option<Remainders> {
        let known = self.remainders.take();
        let known = known.filter(|known| known.forgotten == forgotten);
        known.or_else(|| Some(Remainders::new(self.filter.clone()?, forgotten)))
    }

    /// The memory of what is kept between scans, in bytes.
    pub fn memory(&self) -> usize {
        self.remainders.as_ref().map_or(0, Remainders::memory)
    }

    pub fn left(&self, kind: ScanKind, kept: &Range<u64>) -> u64 {
        if self.is_active(kind) {
            self.coverage[kind as usize].left(kept)
        } else {
            0
        }
    }
}
