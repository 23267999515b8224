//! Finding entries in the log: by row, by id, by what is shown next, by time.

use std::ops::Range;

use super::{bits, log::Log, record::EntryRecord, rows::Rows, segment::Segment};
use crate::store::{MessageId, Toward};

impl Log {
    /// How many rows are shown.
    pub fn rows(&self) -> u64 {
        self.open_rows.end() - self.first_row()
    }

    /// The number of the oldest row, counted since the rows were numbered.
    fn first_row(&self) -> u64 {
        self.part(0).1.start
    }

    /// The id of a row.
    pub fn row(&self, index: u64) -> Option<MessageId> {
        let row = self.first_row().checked_add(index)?;
        let part = self
            .sealed
            .partition_point(|sealed| sealed.rows.end() <= row);
        let (segment, rows) = self.part(part);
        let entry = rows.select(usize::try_from(row - rows.start).ok()?)?;
        Some(segment.id(entry))
    }

    /// The row of an entry, or of the nearest one.
    pub fn row_of(&self, id: MessageId) -> Result<u64, u64> {
        let part = self.part_of(id);
        let (segment, rows) = self.part(part);
        let index = segment.index_of(id);
        let row = rows.start + rows.rank(index) as u64 - self.first_row();
        if id.0 >= segment.first && rows.is_shown(index) {
            Ok(row)
        } else {
            Err(row.min(self.rows().saturating_sub(1)))
        }
    }

    /// An entry that is kept, and its segment.
    pub fn get(&self, id: MessageId) -> Option<(&Segment, &EntryRecord)> {
        let (segment, _) = self.part(self.part_of(id));
        segment.record(id).map(|record| (segment, record))
    }

    /// Every entry kept, the newest first, each with its segment.
    pub fn newest_first(&self) -> impl Iterator<Item = (&Segment, &EntryRecord)> {
        let sealed = self.sealed.iter().rev().map(|sealed| &*sealed.segment);
        std::iter::once(&self.open)
            .chain(sealed)
            .flat_map(|segment| {
                segment
                    .records
                    .iter()
                    .rev()
                    .map(move |record| (segment, record))
            })
    }

    /// The ids kept: the oldest, and the one behind the newest.
    pub fn ids(&self) -> Range<u64> {
        self.part(0).0.first..self.open.next()
    }

    /// The ids next to `id`, itself among the newer ones, in one segment: as many as `room` bytes hold,
    /// and `least` in any case. `None` where there are none.
    pub fn stretch(
        &self,
        id: u64,
        toward: Toward,
        room: usize,
        least: usize,
    ) -> Option<Range<u64>> {
        let kept = self.ids();
        let (segment, entries) = match toward {
            Toward::Newer if id < kept.end => {
                let (segment, _) = self.part(self.part_of(MessageId(id)));
                (
                    segment,
                    segment.index_of(MessageId(id))..segment.records.len(),
                )
            }
            Toward::Older if id > kept.start => {
                let (segment, _) = self.part(self.part_of(MessageId(id - 1)));
                (segment, 0..segment.index_of(MessageId(id)))
            }
            Toward::Newer | Toward::Older => return None,
        };
        let next = segment.next_of(entries, toward, room, least);
        (!next.is_empty()).then(|| segment.ids(&next))
    }

    /// Entries of one segment by their ids.
    pub fn entries(&self, ids: &Range<u64>) -> (&Segment, Range<usize>) {
        let (segment, _) = self.part(self.part_of(MessageId(ids.start)));
        let index = |id: u64| segment.index_of(MessageId(id));
        (segment, index(ids.start)..index(ids.end))
    }

    /// The first row at this time or later, in nanoseconds since the Unix epoch.
    pub fn row_at_time(&self, at: i64) -> Option<u64> {
        (0..=self.sealed.len()).find_map(|part| {
            let (segment, rows) = self.part(part);
            if segment.latest_at() < at {
                return None;
            }
            let mut shown = bits::from(0, rows.words(), |number| rows.word(number));
            let index = shown.find(|index| segment.at(&segment.records[*index]) >= at)?;
            Some(rows.start + rows.rank(index) as u64 - self.first_row())
        })
    }

    /// The nearest entry that stands in one of the words and is what is looked for, `id` itself not
    /// counted.
    pub fn nearest(
        &self,
        id: MessageId,
        toward: Toward,
        words: impl Fn(&Rows, usize) -> u64,
        is: impl Fn(&EntryRecord) -> bool,
    ) -> Option<MessageId> {
        let here = self.part_of(id);
        let behind = MessageId(id.0.saturating_add(1));
        let in_part = |part: usize| {
            let (segment, rows) = self.part(part);
            let word = |number: usize| words(rows, number);
            let found = |index: &usize| is(&segment.records[*index]);
            let index = match toward {
                Toward::Older => bits::before(segment.index_of(id), word).find(found),
                Toward::Newer => {
                    bits::from(segment.index_of(behind), rows.words(), word).find(found)
                }
            };
            index.map(|index| segment.id(index))
        };
        match toward {
            Toward::Older => (0..=here).rev().find_map(in_part),
            Toward::Newer => (here..=self.sealed.len()).find_map(in_part),
        }
    }

    /// How many hits are shown.
    pub fn hits(&self) -> u64 {
        let sealed = self.sealed.iter().map(|sealed| sealed.rows.hits_shown());
        sealed.sum::<u64>() + self.open_rows.hits_shown()
    }

    /// How many hits are shown before an entry.
    pub fn hits_before(&self, id: MessageId) -> u64 {
        let part = self.part_of(id);
        let (segment, rows) = self.part(part);
        let earlier = self.sealed.iter().take(part);
        earlier.map(|sealed| sealed.rows.hits_shown()).sum::<u64>()
            + rows.hits_before(segment.index_of(id)) as u64
    }

    /// Whether an entry is a hit.
    pub fn is_hit(&self, id: MessageId) -> bool {
        let (segment, rows) = self.part(self.part_of(id));
        id.0 >= segment.first && rows.is_hit(segment.index_of(id))
    }

    /// The segment an id is in, if it is kept: the last that begins before it.
    pub(in crate::store) fn part_of(&self, id: MessageId) -> usize {
        if id.0 >= self.open.first {
            return self.sealed.len();
        }
        let behind = self
            .sealed
            .partition_point(|sealed| sealed.segment.first <= id.0);
        behind.saturating_sub(1)
    }

    /// A segment by its place, the open one being the last.
    pub(in crate::store) fn part(&self, index: usize) -> (&Segment, &Rows) {
        match self.sealed.get(index) {
            Some(sealed) => (&sealed.segment, &sealed.rows),
            None => (&self.open, &self.open_rows),
        }
    }
}
