//! One stretch of the log: wire bytes and a record for each entry, in two preallocated vectors.

use std::{ops::Range, sync::OnceLock};

use super::record::EntryRecord;
use crate::store::{Marker, MarkerKind, MessageId, Toward};

/// How long before its first entry a segment's times begin, in nanoseconds: batches read and written
/// at the same moment may come in either order.
const TIME_SLACK: i64 = 300 * 1_000_000_000;

/// How far apart the times of one segment may lie: an hour and the slack, in microseconds.
const MAX_TIME_SPAN: i64 = 3_900_000_000;

/// Fewer entries in a full segment are large, and tell nothing of those to come.
pub(in crate::store) const FEW_RECORDS: usize = 64;

/// A stretch of the log. While it is open, entries are added behind; sealed, it never changes.
#[derive(Debug)]
pub(in crate::store) struct Segment {
    /// The id of its first entry; the others follow without a hole.
    pub first: u64,
    /// What the times of its records count from, in nanoseconds since the Unix epoch.
    pub base: i64,
    /// The latest time of its records.
    pub latest: u32,
    pub bytes: Vec<u8>,
    pub records: Vec<EntryRecord>,
    pub markers: Vec<Marker>,
    /// Bytes that the markers own.
    owned: usize,
    /// Whether there is a backslash among the bytes, once somebody asked.
    backslash: OnceLock<bool>,
}

impl Segment {
    /// An empty segment with room for so many bytes and records.
    pub fn new(bytes: usize, records: usize) -> Segment {
        Segment {
            first: 0,
            base: 0,
            latest: 0,
            bytes: Vec::with_capacity(bytes),
            records: Vec::with_capacity(records),
            markers: Vec::new(),
            owned: 0,
            backslash: OnceLock::new(),
        }
    }

    /// Makes an empty segment begin with the entry `first` at the time `at`.
    pub fn begin(&mut self, first: u64, at: i64) {
        self.first = first;
        self.latest = 0;
        self.base = at
            .saturating_sub(at.rem_euclid(1_000))
            .saturating_sub(TIME_SLACK);
    }

    /// The time `at` as records hold it; `None` where it is too far from the first entry.
    pub fn time(&self, at: i64) -> Option<u32> {
        let since = at.checked_sub(self.base)?.div_euclid(1_000);
        u32::try_from(since).ok().filter(|_| since <= MAX_TIME_SPAN)
    }

    /// The time of an entry to be added, as records hold it; 0 where it is too far from the first.
    pub fn stamp(&mut self, at: i64) -> u32 {
        let time = self.time(at).unwrap_or(0);
        self.latest = self.latest.max(time);
        time
    }

    /// When the latest of its entries happened, in nanoseconds since the Unix epoch.
    pub fn latest_at(&self) -> i64 {
        self.base + i64::from(self.latest) * 1_000
    }

    /// When an entry happened, in nanoseconds since the Unix epoch.
    pub fn at(&self, record: &EntryRecord) -> i64 {
        self.base + i64::from(record.at) * 1_000
    }

    /// The id behind its last entry.
    pub fn next(&self) -> u64 {
        self.first + self.records.len() as u64
    }

    /// An entry by its id.
    pub fn record(&self, id: MessageId) -> Option<&EntryRecord> {
        let index = usize::try_from(id.0.checked_sub(self.first)?).ok()?;
        self.records.get(index)
    }

    /// The id of an entry by its place.
    pub fn id(&self, index: usize) -> MessageId {
        MessageId(self.first + index as u64)
    }

    /// The ids of some entries.
    pub fn ids(&self, entries: &Range<usize>) -> Range<u64> {
        self.id(entries.start).0..self.id(entries.end).0
    }

    /// The place of an id: of one before its first entry 0, of one behind its last the place behind.
    pub fn index_of(&self, id: MessageId) -> usize {
        let index = id.0.saturating_sub(self.first);
        index.min(self.records.len() as u64) as usize
    }

    /// The marker that an entry stands for.
    pub fn marker(&self, record: &EntryRecord) -> Option<&Marker> {
        let number = record.is_marker().then_some(record.subject)?;
        self.markers.get(number as usize)
    }

    /// Which of its entries are markers.
    pub fn marked(&self) -> impl Iterator<Item = usize> {
        let records: &[EntryRecord] = if self.markers.is_empty() {
            &[]
        } else {
            &self.records
        };
        let numbered = records.iter().enumerate();
        numbered.filter_map(|(index, record)| record.is_marker().then_some(index))
    }

    /// Where among the bytes some entries lie.
    pub fn bytes_of(&self, entries: Range<usize>) -> Range<usize> {
        let records = &self.records[entries];
        let from = records.first().map_or(0, EntryRecord::start);
        from..records.last().map_or(from, EntryRecord::end)
    }

    /// Of some entries those to look at next on the way there: as many as `room` bytes hold, and `least`
    /// in any case.
    pub fn next_of(
        &self,
        entries: Range<usize>,
        toward: Toward,
        room: usize,
        least: usize,
    ) -> Range<usize> {
        let records = &self.records[entries.clone()];
        let least = least.min(records.len());
        match toward {
            Toward::Newer => {
                let end = records
                    .first()
                    .map_or(0, EntryRecord::start)
                    .saturating_add(room);
                let fitting = records.partition_point(|record| record.end() <= end);
                entries.start..entries.start + fitting.max(least)
            }
            Toward::Older => {
                let start = records
                    .last()
                    .map_or(0, EntryRecord::end)
                    .saturating_sub(room);
                let outside = records.partition_point(|record| record.start() < start);
                entries.end - (records.len() - outside).max(least)..entries.end
            }
        }
    }

    /// A copy of some of its messages; it has no markers, whatever its records say.
    pub fn part(&self, entries: Range<usize>) -> Segment {
        let bytes = self.bytes_of(entries.clone());
        let moved = |record: &EntryRecord| record.without(bytes.start as u32);
        Segment {
            first: self.first + entries.start as u64,
            base: self.base,
            latest: self.latest,
            records: self.records[entries].iter().map(moved).collect(),
            bytes: self.bytes[bytes.clone()].to_vec(),
            markers: Vec::new(),
            owned: 0,
            backslash: OnceLock::new(),
        }
    }

    /// Whether there is a backslash among its bytes. Only to be asked once it changes no more.
    pub fn holds_backslash(&self) -> bool {
        let looked = || memchr::memchr(b'\\', &self.bytes).is_some();
        *self.backslash.get_or_init(looked)
    }

    /// Adds a marker, and gives the record that stands for it.
    pub fn mark(&mut self, marker: Marker) -> EntryRecord {
        let mut record = EntryRecord::marker(self.markers.len() as u32, self.bytes.len() as u32);
        record.at = self.stamp(marker.at);
        self.owned += heap_bytes(&marker);
        self.markers.push(marker);
        record
    }

    /// What its markers occupy, in bytes.
    pub fn markers_memory(&self) -> usize {
        self.markers.capacity() * size_of::<Marker>() + self.owned
    }

    /// Gives back what a segment that is full will not use, where it is worth a copy. Few large entries
    /// are, for buffers of another size are no use to the next segment.
    pub fn trim(&mut self) {
        let share = if self.records.len() < FEW_RECORDS {
            64
        } else {
            2
        };
        if self.bytes.capacity() - self.bytes.len() > self.bytes.capacity() / share {
            self.bytes.shrink_to_fit();
        }
        if self.records.len() < self.records.capacity() / 2 {
            self.records.shrink_to_fit();
        }
    }

    /// Empties it for another use.
    pub fn reset(&mut self) {
        self.bytes.clear();
        self.records.clear();
        self.markers = Vec::new();
        self.owned = 0;
        self.backslash = OnceLock::new();
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.bytes.capacity()
            + self.records.capacity() * size_of::<EntryRecord>()
            + self.markers_memory()
    }
}

/// What a marker occupies beside itself, in bytes.
fn heap_bytes(marker: &Marker) -> usize {
    match &marker.kind {
        MarkerKind::Dropped {
            by_subscription, ..
        } => by_subscription.capacity() * size_of::<(u64, u64)>(),
        MarkerKind::Switched { from, to } => from.capacity() + to.capacity(),
        MarkerKind::Reconnected { .. } | MarkerKind::Moved => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * 1_000_000_000;

    #[test]
    fn given_an_open_segment_it_holds_times_of_an_hour_to_the_microsecond() {
        let mut segment = Segment::new(0, 0);
        let start = 1_700_000_000_123_456_789;
        segment.begin(1, start);
        for (at, held) in [
            (start, true),
            (start - 4 * MINUTE, true),
            (start - 6 * MINUTE, false),
            (start + 59 * MINUTE, true),
            (start + 61 * MINUTE, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            let time = segment.time(at);
            assert_eq!(time.is_some(), held, "{at}");
            if let Some(time) = time {
                let mut record = EntryRecord::marker(0, 0);
                record.at = time;
                assert_eq!(segment.at(&record), at - at.rem_euclid(1_000));
            }
        }
    }

    #[test]
    fn given_the_end_of_time_a_segment_still_begins() {
        let mut segment = Segment::new(0, 0);
        for at in [i64::MIN, i64::MAX] {
            segment.begin(1, at);
            assert!(segment.time(at).is_some());
        }
    }
}
