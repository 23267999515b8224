//! The log: sealed segments, the open one behind them, and the rows that each of them shows.

use std::{collections::VecDeque, sync::Arc};

use super::{
    Marker, MessageId,
    record::Kept,
    segment::Segment,
    view::{Rows, Tally, Verdict},
};

/// What a segment has room for.
#[derive(Clone, Copy, Debug)]
struct Size {
    bytes: usize,
    records: usize,
}

/// Segments of 1 MiB, smaller where the budget is. A quarter of it holds records: enough for messages
/// of 96 bytes with their control lines.
fn size_for(budget: usize) -> Size {
    let whole = (budget / 8).clamp(4 << 10, 1 << 20);
    Size {
        bytes: whole - whole / 4,
        records: whole / 4 / size_of::<Kept>(),
    }
}

/// A segment that never changes again, so that others may read it without a lock, and its rows, which
/// do.
#[derive(Debug)]
struct Sealed {
    segment: Arc<Segment>,
    rows: Rows,
}

/// Every entry kept, oldest first.
#[derive(Debug)]
pub(super) struct Log {
    size: Size,
    sealed: VecDeque<Sealed>,
    open: Segment,
    open_rows: Rows,
    /// The buffers of the segment evicted last.
    spare: Option<(Segment, Rows)>,
    /// What sealed segments and their rows occupy.
    sealed_memory: usize,
    /// The verdicts on everything kept.
    tally: Tally,
    markers: u64,
}

/// What left the log.
pub(super) struct Gone {
    pub segment: Arc<Segment>,
    rows: Rows,
}

impl Log {
    pub fn new(budget: usize) -> Log {
        let size = size_for(budget);
        let mut open = Segment::new(size.bytes, size.records);
        open.first = 1;
        Log {
            size,
            sealed: VecDeque::new(),
            open,
            open_rows: Rows::default(),
            spare: None,
            sealed_memory: 0,
            tally: Tally::default(),
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
        let records = self.size.records * size_of::<Kept>();
        match &self.spare {
            Some(_) => bytes.saturating_sub(self.size.bytes),
            None => bytes.max(self.size.bytes) + records,
        }
    }

    /// Seals the open segment and opens the next.
    pub fn seal(&mut self) {
        let (mut segment, mut rows) = self.spare.take().unwrap_or_else(|| {
            let segment = Segment::new(self.size.bytes, self.size.records);
            (segment, Rows::default())
        });
        segment.first = self.open.next();
        rows.reset(self.open_rows.end());
        let mut full = std::mem::replace(&mut self.open, segment);
        full.trim();
        let sealed = Sealed {
            segment: Arc::new(full),
            rows: std::mem::replace(&mut self.open_rows, rows),
        };
        self.sealed_memory += sealed.memory();
        self.sealed.push_back(sealed);
    }

    /// Adds an entry to the open segment; `None` for a marker.
    #[inline]
    pub fn push(&mut self, record: Kept, verdict: Option<Verdict>) {
        self.open.records.push(record);
        self.open_rows.push(verdict);
        match verdict {
            Some(verdict) => self.tally.count(verdict),
            None => self.markers += 1,
        }
    }

    /// Adds a marker to the open segment, which has room.
    pub fn push_marker(&mut self, marker: Marker) {
        let mut record = Kept::marker(self.open.markers.len() as u32);
        record.at = self.open.time(marker.at).unwrap_or(0);
        self.open.markers.push(marker);
        self.push(record, None);
    }

    /// Takes the oldest sealed segment out.
    pub fn pop_oldest(&mut self) -> Option<Gone> {
        let oldest = self.sealed.pop_front()?;
        self.sealed_memory -= oldest.memory();
        self.tally.subtract(&oldest.rows.tally);
        self.markers -= oldest.segment.markers.len() as u64;
        Some(Gone {
            segment: oldest.segment,
            rows: oldest.rows,
        })
    }

    /// Uses the buffers of what was taken out again, unless somebody still reads them.
    pub fn recycle(&mut self, gone: Gone) {
        let Ok(mut segment) = Arc::try_unwrap(gone.segment) else {
            return;
        };
        let standard = segment.bytes.capacity() == self.size.bytes
            && segment.records.capacity() == self.size.records;
        if standard && self.spare.is_none() {
            segment.reset();
            self.spare = Some((segment, gone.rows));
        }
    }

    /// Gives the spare buffers back; `false` where there are none.
    pub fn drop_spare(&mut self) -> bool {
        self.spare.take().is_some()
    }

    /// Decides on every message anew.
    pub fn decide(&mut self, verdict: impl Fn(&Kept) -> Verdict) {
        let mut start = 0;
        self.tally = Tally::default();
        self.sealed_memory = 0;
        for sealed in &mut self.sealed {
            decide_segment(&sealed.segment, &mut sealed.rows, start, &verdict);
            start = sealed.rows.end();
            self.tally.add(&sealed.rows.tally);
            self.sealed_memory += sealed.memory();
        }
        decide_segment(&self.open, &mut self.open_rows, start, &verdict);
        self.tally.add(&self.open_rows.tally);
    }

    /// The verdicts on everything kept.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many markers are kept.
    pub fn markers(&self) -> u64 {
        self.markers
    }

    /// How many rows are shown.
    pub fn rows(&self) -> u64 {
        self.open_rows.end() - self.first_row()
    }

    /// The number of the oldest row, counted since the view was set.
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
        Some(MessageId(segment.first + entry as u64))
    }

    /// The row of an entry, or of the nearest one.
    pub fn row_of(&self, id: MessageId) -> Result<u64, u64> {
        let part = self.part_of(id);
        let (segment, rows) = self.part(part);
        let index = id.0.saturating_sub(segment.first) as usize;
        let index = index.min(segment.records.len());
        let row = rows.start + rows.rank(index) as u64 - self.first_row();
        if id.0 >= segment.first && rows.is_shown(index) {
            Ok(row)
        } else {
            Err(row.min(self.rows().saturating_sub(1)))
        }
    }

    /// An entry that is kept, and its segment.
    pub fn get(&self, id: MessageId) -> Option<(&Segment, &Kept)> {
        let (segment, _) = self.part(self.part_of(id));
        segment.record(id).map(|record| (segment, record))
    }

    /// The ids kept: the oldest, and the one behind the newest.
    pub fn ids(&self) -> (u64, u64) {
        (self.part(0).0.first, self.open.next())
    }

    /// The segment an id is in, if it is kept: the last that begins before it.
    fn part_of(&self, id: MessageId) -> usize {
        if id.0 >= self.open.first {
            return self.sealed.len();
        }
        let behind = self
            .sealed
            .partition_point(|sealed| sealed.segment.first <= id.0);
        behind.saturating_sub(1)
    }

    /// A segment by its place, the open one being the last.
    fn part(&self, index: usize) -> (&Segment, &Rows) {
        match self.sealed.get(index) {
            Some(sealed) => (&sealed.segment, &sealed.rows),
            None => (&self.open, &self.open_rows),
        }
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        let spare = self.spare.as_ref();
        self.sealed_memory
            + self.sealed.capacity() * size_of::<Sealed>()
            + self.open.memory()
            + self.open_rows.memory()
            + spare.map_or(0, |(segment, rows)| segment.memory() + rows.memory())
    }
}

fn decide_segment(
    segment: &Segment,
    rows: &mut Rows,
    start: u64,
    verdict: impl Fn(&Kept) -> Verdict,
) {
    rows.reset(start);
    for record in &segment.records {
        rows.push(segment.marker(record).is_none().then(|| verdict(record)));
    }
}

impl Sealed {
    fn memory(&self) -> usize {
        self.segment.memory() + self.rows.memory()
    }
}

impl Gone {
    /// How many messages left.
    pub fn messages(&self) -> u64 {
        self.rows.tally.total()
    }
}
