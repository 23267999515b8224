//! The log: sealed segments, the open one behind them, and the rows that each of them shows.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use super::{
    bits::Bits,
    record::EntryRecord,
    rows::{Rows, ScanKind},
    segment::{FEW_RECORDS, Segment},
};
use crate::store::{
    Marker, MessageId,
    scan::{Verdict, VerdictCounts, Verdicts},
};

/// What a segment has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SegmentSize {
    bytes: usize,
    records: usize,
}

/// How finely a segment is divided between wire bytes and records.
const PARTS: usize = 64;
/// The parts for records before anything is known, and the most of them.
const FIRST_RECORD_PARTS: usize = PARTS / 4;
const MAX_RECORD_PARTS: usize = PARTS - FIRST_RECORD_PARTS;

/// All that a segment occupies: 1 MiB, less where the budget is small.
fn segment_bytes_for(budget: usize) -> usize {
    (budget / 8).clamp(4 << 10, 1 << 20)
}

impl SegmentSize {
    /// Divides so many bytes, the records having so many of the parts.
    fn of(segment_bytes: usize, parts: usize) -> SegmentSize {
        let records = segment_bytes / PARTS * parts;
        SegmentSize {
            bytes: segment_bytes - records,
            records: records / size_of::<EntryRecord>(),
        }
    }

    /// The parts that records have.
    fn parts(&self, segment_bytes: usize) -> usize {
        (self.records * size_of::<EntryRecord>()).div_ceil(segment_bytes / PARTS)
    }

    /// Whether a segment is exactly of this size.
    fn fits(&self, segment: &Segment) -> bool {
        segment.bytes.capacity() == self.bytes && segment.records.capacity() == self.records
    }

    /// How to divide the next segment, so that both halves of it are full at the same time if messages
    /// go on as in this one. One part more or less is not worth buffers of another size: those of
    /// evicted segments are used again.
    fn after(self, segment_bytes: usize, full: &Segment) -> SegmentSize {
        let (bytes, records) = (
            full.bytes.len(),
            full.records.len() * size_of::<EntryRecord>(),
        );
        if full.records.len() < FEW_RECORDS.min(self.records) {
            return self;
        }
        let wanted = (records * PARTS)
            .div_ceil(bytes + records)
            .clamp(1, MAX_RECORD_PARTS);
        if wanted.abs_diff(self.parts(segment_bytes)) <= 1 {
            return self;
        }
        SegmentSize::of(segment_bytes, wanted)
    }
}

/// A segment that never changes again, so that others may read it without a lock, and its rows, which
/// do.
#[derive(Debug)]
pub(in crate::store) struct SealedSegment {
    pub segment: Arc<Segment>,
    pub rows: Rows,
}

/// Every entry kept, oldest first.
#[derive(Debug)]
pub(in crate::store) struct Log {
    segment_bytes: usize,
    size: SegmentSize,
    pub(in crate::store) sealed: VecDeque<SealedSegment>,
    pub(in crate::store) open: Segment,
    pub(in crate::store) open_rows: Rows,
    /// Whether the view has a filter.
    filtered: bool,
    /// The buffers of the segment evicted last.
    spare: Option<(Segment, Rows)>,
    /// What sealed segments and their rows occupy.
    sealed_memory: usize,
    /// The verdicts on everything kept.
    tally: VerdictCounts,
    markers: u64,
}

/// What left the log.
pub(in crate::store) struct EvictedSegment {
    pub segment: Arc<Segment>,
    rows: Rows,
}

impl Log {
    pub fn new(budget: usize) -> Log {
        let segment_bytes = segment_bytes_for(budget);
        let size = SegmentSize::of(segment_bytes, FIRST_RECORD_PARTS);
        let mut open = Segment::new(size.bytes, size.records);
        open.first = 1;
        Log {
            segment_bytes,
            size,
            sealed: VecDeque::new(),
            open,
            open_rows: Rows::default(),
            filtered: false,
            spare: None,
            sealed_memory: 0,
            tally: VerdictCounts::default(),
            markers: 0,
        }
    }

    /// The segment that entries are added to.
    pub fn open(&mut self) -> &mut Segment {
        &mut self.open
    }

    /// Whether the open segment takes a message of so many bytes at this time.
    pub fn has_room(&self, at: i64, bytes: usize) -> bool {
        self.open.records.is_empty()
            || (self.open.records.len() < self.size.records
                && self.open.markers_memory() < self.segment_bytes
                && bytes <= self.open.bytes.capacity() - self.open.bytes.len()
                && self.open.time(at).is_some())
    }

    /// How many more records the open segment takes.
    pub fn free_records(&self) -> usize {
        self.size.records - self.open.records.len()
    }

    /// Readies the open segment, which has room, for an entry at this time of so many bytes. What is
    /// larger than a segment gets one of its own.
    pub fn ready(&mut self, at: i64, bytes: usize) {
        if self.open.records.is_empty() {
            let first = self.open.first;
            self.open.begin(first, at);
            self.open.bytes.reserve_exact(bytes);
        }
    }

    /// What opening the next segment for so many bytes adds to what is occupied.
    pub fn next_memory(&self, bytes: usize) -> usize {
        let records = self.size.records * size_of::<EntryRecord>();
        match &self.spare {
            Some(_) => bytes.saturating_sub(self.size.bytes),
            None => bytes.max(self.size.bytes) + records,
        }
    }

    /// Gives back what the open segment will not use, since it is full.
    pub fn trim_open(&mut self) {
        self.open.trim();
    }

    /// Seals the open segment and opens the next.
    pub fn seal(&mut self) {
        self.trim_open();
        self.size = self.size.after(self.segment_bytes, &self.open);
        let size = self.size;
        let spare = self.spare.take().filter(|(segment, _)| size.fits(segment));
        let (mut segment, mut rows) = spare.unwrap_or_else(|| {
            let segment = Segment::new(size.bytes, size.records);
            (segment, Rows::default())
        });
        segment.first = self.open.next();
        rows.reset(self.open_rows.end(), self.filtered);
        let full = std::mem::replace(&mut self.open, segment);
        let sealed = SealedSegment {
            segment: Arc::new(full),
            rows: std::mem::replace(&mut self.open_rows, rows),
        };
        self.sealed_memory += sealed.memory();
        self.sealed.push_back(sealed);
    }

    /// Makes segments from now on as large as a budget allows.
    pub fn resize(&mut self, budget: usize) {
        let segment_bytes = segment_bytes_for(budget);
        if segment_bytes == self.segment_bytes {
            return;
        }
        self.segment_bytes = segment_bytes;
        self.size = SegmentSize::of(segment_bytes, FIRST_RECORD_PARTS);
        self.spare = None;
        if self.open.records.is_empty() {
            let mut open = Segment::new(self.size.bytes, self.size.records);
            open.first = self.open.first;
            self.open = open;
        } else {
            self.seal();
        }
    }

    /// Adds an entry to the open segment; `None` for a marker.
    #[inline]
    pub fn push(&mut self, record: EntryRecord, verdict: Option<Verdict>) {
        self.open.records.push(record);
        self.open_rows.push(verdict);
        match verdict {
            Some(verdict) => self.tally.count(verdict),
            None => self.markers += 1,
        }
    }

    /// Adds a marker to the open segment, which has room.
    pub fn push_marker(&mut self, marker: Marker) {
        let record = self.open.mark(marker);
        self.push(record, None);
    }

    /// Takes the oldest sealed segment out.
    pub fn pop_oldest(&mut self) -> Option<EvictedSegment> {
        let oldest = self.sealed.pop_front()?;
        self.sealed_memory -= oldest.memory();
        self.tally.subtract(&oldest.rows.tally);
        self.markers -= oldest.segment.markers.len() as u64;
        Some(EvictedSegment {
            segment: oldest.segment,
            rows: oldest.rows,
        })
    }

    /// Uses the buffers of what was taken out again, unless somebody still reads them.
    pub fn recycle(&mut self, gone: EvictedSegment) {
        let Ok(mut segment) = Arc::try_unwrap(gone.segment) else {
            return;
        };
        if self.size.fits(&segment) && self.spare.is_none() {
            segment.reset();
            self.spare = Some((segment, gone.rows));
        }
    }

    /// Gives the spare buffers back; `false` where there are none.
    pub fn drop_spare(&mut self) -> bool {
        self.spare.take().is_some()
    }

    /// Decides on every message anew, the filter left aside.
    pub fn update_verdicts(&mut self, verdicts: &Verdicts) {
        self.change_rows(|segment, rows| {
            rows.decide_all(&segment.records, |record| {
                (!record.is_marker()).then(|| verdicts.of(record))
            });
        });
        self.tally = VerdictCounts::default();
        for sealed in &self.sealed {
            self.tally.add(&sealed.rows.tally);
        }
        self.tally.add(&self.open_rows.tally);
    }

    /// Begins to filter anew: until it is found what passes, only markers are shown.
    pub fn filter(&mut self, filtered: bool) {
        self.filtered = filtered;
        self.change_rows(|segment, rows| rows.filter(filtered, segment.marked()));
    }

    /// Forgets the hits.
    pub fn forget_hits(&mut self) {
        self.change_rows(|_, rows| rows.forget_hits());
    }

    /// Takes what was found: in stretches of one segment each, from the entry with this id on. What is
    /// evicted by now is left out.
    pub fn found<'a>(&mut self, kind: ScanKind, stretches: impl Iterator<Item = (u64, &'a Bits)>) {
        let mut first = self.sealed.len();
        for (id, found) in stretches {
            let part = self.change_rows_of(id, |index, rows| rows.found(kind, found, index));
            first = first.min(part);
        }
        self.renumber(first);
    }

    /// Takes whether one message passes the filter.
    pub fn pass(&mut self, id: MessageId, passes: bool) {
        let part = self.change_rows_of(id.0, |index, rows| rows.pass(index, passes));
        self.renumber(part);
    }

    /// Changes the rows of the segment that an id is in, if it is kept, and says which that is.
    fn change_rows_of(&mut self, id: u64, change: impl FnOnce(usize, &mut Rows)) -> usize {
        let part = self.part_of(MessageId(id));
        let Some(index) = id.checked_sub(self.part(part).0.first) else {
            return part;
        };
        match self.sealed.get_mut(part) {
            Some(sealed) => {
                self.sealed_memory -= sealed.rows.memory();
                change(index as usize, &mut sealed.rows);
                self.sealed_memory += sealed.rows.memory();
            }
            None => change(index as usize, &mut self.open_rows),
        }
        part
    }

    fn change_rows(&mut self, mut change: impl FnMut(&Segment, &mut Rows)) {
        self.sealed_memory = 0;
        for sealed in &mut self.sealed {
            change(&sealed.segment, &mut sealed.rows);
            self.sealed_memory += sealed.memory();
        }
        change(&self.open, &mut self.open_rows);
        self.renumber(0);
    }

    /// Sets where the rows of the segments behind this one begin.
    fn renumber(&mut self, part: usize) {
        let mut start = self.part(part).1.end();
        for sealed in self.sealed.iter_mut().skip(part + 1) {
            sealed.rows.start = start;
            start = sealed.rows.end();
        }
        if part < self.sealed.len() {
            self.open_rows.start = start;
        }
    }

    /// Whether a message of so many bytes is larger than a segment should be.
    pub fn is_oversized(&self, bytes: usize) -> bool {
        bytes > self.size.bytes
    }

    /// Seals the open segment where it holds a message that is larger than a segment should be, so that
    /// nobody who reads it has to copy it.
    pub fn seal_oversized(&mut self) -> bool {
        let oversized = self.is_oversized(self.open.bytes.len());
        if oversized {
            self.seal();
        }
        oversized
    }

    /// Entries of one segment, for another thread: what is open still is copied.
    pub fn share(&self, ids: &Range<u64>) -> (Arc<Segment>, Range<usize>) {
        let (segment, entries) = self.entries(ids);
        match self.sealed.get(self.part_of(MessageId(ids.start))) {
            Some(sealed) => (Arc::clone(&sealed.segment), entries),
            None => (Arc::new(segment.part(entries.clone())), 0..entries.len()),
        }
    }

    /// The verdicts on everything kept.
    pub fn tally(&self) -> &VerdictCounts {
        &self.tally
    }

    /// How many markers are kept.
    pub fn markers(&self) -> u64 {
        self.markers
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        let spare = self.spare.as_ref();
        self.sealed_memory
            + self.sealed.capacity() * size_of::<SealedSegment>()
            + self.open.memory()
            + self.open_rows.memory()
            + spare.map_or(0, |(segment, rows)| segment.memory() + rows.memory())
    }
}

impl SealedSegment {
    fn memory(&self) -> usize {
        self.segment.memory() + self.rows.memory()
    }
}

impl EvictedSegment {
    /// How many messages left.
    pub fn messages(&self) -> u64 {
        self.rows.tally.total()
    }
}
