//! Searching and filtering the stored messages, newest first, a piece at a time.
//!
//! ```text
//! Store::search, set_view ──► only the newest few messages are scanned at once
//! Store::next_scan ──► Scan ──► run, on another thread ──► Scanned ──► Store::scanned
//! Store::append ──► new messages are scanned, as far as time allows; the rest waits for a scan
//! ```
//!
//! A scan shares the segments it reads, so that eviction can go on, and few at a time, so that the budget
//! is kept. What it reads of the open segment is copied.

use std::{iter, ops::Range};

use super::{
    MessageId, Query, Store, Toward,
    log::{Bits, ScanKind},
    scan::{Scan, ScanRange, ScanTask, Scanned, passing},
};

/// The share of the budget that one scan may hold, and the most of it. Segments that are evicted while a
/// scan holds them are not counted: evicting more instead would free nothing.
const SCAN_SHARE: usize = 8;
const MAX_SCAN: usize = 32 << 20;

/// How far a search or a filter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Entries of the log looked at.
    pub done: u64,
    /// Entries in the log.
    pub total: u64,
}

impl Store {
    /// Changes the search. Returns at once: [`Store::next_scan`] searches the log, newest first, and new
    /// messages are searched as they come.
    pub fn search(&mut self, query: Option<Query>) {
        if query == self.scan_state.query {
            return;
        }
        self.scan_state.query = query;
        self.log.forget_hits();
        self.begin(ScanKind::Search);
        self.trim();
    }

    /// Filters by the view's filter from now on.
    pub(super) fn begin_filter(&mut self) {
        let filter = self.view.filter.as_ref();
        let filter = filter.filter(|filter| !filter.is_everything());
        self.scan_state.filter = filter.map(|filter| filter.by_subject());
        self.scan_state.remainders = None;
        self.log.filter(filter.is_some());
        self.subjects.clear_remainders();
        self.begin(ScanKind::Filter);
    }

    fn begin(&mut self, kind: ScanKind) {
        self.scan_state.begin(kind, self.log.ids().end);
        self.scan_inline(kind, Toward::Older);
    }

    /// The current search.
    pub fn query(&self) -> Option<&Query> {
        self.scan_state.query.as_ref()
    }

    /// The number of shown hits, as far as the log was searched.
    pub fn hits(&self) -> u64 {
        self.log.hits()
    }

    /// How many of the hits shown are older than this entry: the number of the hit it is, from 0.
    pub fn hits_before(&self, id: MessageId) -> u64 {
        self.log.hits_before(id)
    }

    /// Whether a message is a hit, shown or not.
    pub fn is_hit(&self, id: MessageId) -> bool {
        self.log.is_hit(id)
    }

    /// How far the search has come; `None` where nothing is left to search.
    pub fn searching(&self) -> Option<Progress> {
        self.progress(ScanKind::Search)
    }

    /// How far the filter of the view has come; `None` where nothing is left to evaluate. What is not
    /// judged yet is hidden and counted in
    /// [`hidden_by_filter`](super::Counters::hidden_by_filter).
    pub fn filtering(&self) -> Option<Progress> {
        self.progress(ScanKind::Filter)
    }

    /// The newest entry up to which the filter of the view has judged all that is kept; `None` where
    /// older ones are left, or there is none.
    pub fn judged_until(&self) -> Option<MessageId> {
        let kept = self.log.ids();
        let judged = if self.scan_state.is_active(ScanKind::Filter) {
            self.scan_state.covered(ScanKind::Filter, &kept)
        } else {
            kept.clone()
        };
        (judged.start == kept.start && !judged.is_empty()).then(|| MessageId(judged.end - 1))
    }

    fn progress(&self, kind: ScanKind) -> Option<Progress> {
        let kept = self.log.ids();
        let left = self.scan_state.left(kind, &kept);
        let total = kept.end - kept.start;
        let done = total - left;
        (left > 0).then_some(Progress { done, total })
    }

    /// What is to be done next, for another thread; `None` where nothing is left. It holds at most an
    /// eighth of the budget and 32 MiB, or one larger message. Ask after each [`Store::scanned`], after
    /// each batch, and after a new search or filter, while no other is under way: two would do the same.
    pub fn next_scan(&mut self) -> Option<Scan> {
        let kept = self.log.ids();
        let left = |kind| self.scan_state.left(kind, &kept);
        let (filter, search) = (left(ScanKind::Filter), left(ScanKind::Search));
        if filter == 0 && search == 0 {
            return None;
        }
        if self.log.seal_oversized() {
            self.trim();
        }
        // The one that has more left goes first, so that both advance in turns.
        self.scan(if filter >= search {
            ScanKind::Filter
        } else {
            ScanKind::Search
        })
    }

    fn scan(&mut self, kind: ScanKind) -> Option<Scan> {
        let forgotten = self.subjects.forgotten();
        let question = match kind {
            ScanKind::Filter => ScanTask::Passes {
                filter: self.scan_state.take_remainders(forgotten)?,
                rtts: self.pairs.rtts().collect(),
            },
            ScanKind::Search => ScanTask::Hit(self.scan_state.query.clone()?),
        };
        Some(Scan {
            generation: self.scan_state.coverage[kind as usize].generation,
            question,
            stretches: self.stretches(self.scan_state.covered(kind, &self.log.ids())),
            piece: self.scan_state.piece,
        })
    }

    /// The ranges next to the scanned one: after it, then before it.
    fn stretches(&self, covered: Range<u64>) -> Vec<ScanRange> {
        let mut room = (self.budget / SCAN_SHARE).min(MAX_SCAN);
        let mut stretches = Vec::new();
        for (toward, mut id) in [(Toward::Newer, covered.end), (Toward::Older, covered.start)] {
            let least = |stretches: &Vec<ScanRange>| usize::from(stretches.is_empty());
            while let Some(ids) = self.log.stretch(id, toward, room, least(&stretches)) {
                id = far_end(&ids, toward);
                let (segment, entries) = self.log.share(&ids);
                room = room.saturating_sub(segment.bytes_of(entries.clone()).len());
                stretches.push(ScanRange {
                    segment,
                    entries,
                    toward,
                });
            }
        }
        stretches
    }

    /// Takes the result of a scan; `false` where the search or filter has changed since.
    pub fn scanned(&mut self, scanned: Scanned) -> bool {
        let coverage = &mut self.scan_state.coverage[scanned.kind as usize];
        if scanned.generation != coverage.generation {
            return false;
        }
        for found in &scanned.found {
            coverage.add(&found.ids);
        }
        self.scan_state.record_pace(&scanned);
        if let Some(remainders) = scanned.remainders {
            self.scan_state.remainders = Some(remainders);
        }
        let found = scanned.found.iter();
        let found = found.map(|found| (found.ids.start, &found.bits));
        self.log.found(scanned.kind, found);
        self.trim();
        true
    }

    /// Scans appended messages, as far as time allows.
    pub(super) fn scan_new(&mut self) {
        self.scan_inline(ScanKind::Filter, Toward::Newer);
        self.scan_inline(ScanKind::Search, Toward::Newer);
    }

    fn scan_inline(&mut self, kind: ScanKind, toward: Toward) {
        if !self.scan_state.is_active(kind) {
            return;
        }
        let kept = self.log.ids();
        let covered = self.scan_state.covered(kind, &kept);
        let mut id = match toward {
            Toward::Older => covered.start,
            Toward::Newer => covered.end,
        };
        let mut room = self.scan_state.inline_bytes(kind);
        while let Some(ids) = self.log.stretch(id, toward, room, 0) {
            let Some((bits, bytes)) = self.evaluate(kind, &ids) else {
                return;
            };
            id = far_end(&ids, toward);
            room = room.saturating_sub(bytes);
            self.scan_state.coverage[kind as usize].add(&ids);
            self.log.found(kind, iter::once((ids.start, &bits)));
        }
    }

    /// Scans entries of one segment. Returns those found, and how many bytes were read.
    fn evaluate(&mut self, kind: ScanKind, ids: &Range<u64>) -> Option<(Bits, usize)> {
        let Store {
            log,
            pairs,
            subjects,
            scan_state,
            ..
        } = self;
        let (segment, entries) = log.entries(ids);
        let bytes = segment.bytes_of(entries.clone()).len();
        let bits = match kind {
            ScanKind::Search => scan_state.query.as_ref()?.hits(segment, entries, false),
            ScanKind::Filter => {
                let filter = scan_state.filter.as_mut()?;
                let seed = subjects.seed();
                let rtt = |id, subject: &[u8]| pairs.rtt(seed.hash(subject), id);
                passing(segment, entries, false, rtt, |number, message| {
                    subjects.pass(number, filter, message)
                })
            }
        };
        Some((bits, bytes))
    }

    /// Filters a reply again after its round trip time changed.
    pub(super) fn rescan(&mut self, id: MessageId) {
        let covered = self.scan_state.covered(ScanKind::Filter, &self.log.ids());
        if !covered.contains(&id.0) {
            return;
        }
        if let Some((bits, _)) = self.evaluate(ScanKind::Filter, &(id.0..id.0 + 1)) {
            self.log.pass(id, bits.has(0));
        }
    }
}

fn far_end(ids: &Range<u64>, toward: Toward) -> u64 {
    match toward {
        Toward::Older => ids.start,
        Toward::Newer => ids.end,
    }
}
