//! Which messages of a segment pass the filter.

use std::ops::Range;

use crate::filter::{BySubject, Facts, Remainder};
use crate::protocol::Direction;
use crate::store::{
    MessageId,
    log::{Bits, EntryFlags, EntryRecord, Segment},
};

/// Which of these entries pass, the first of them being 0; markers do not. `passes` is asked
/// with the number of the message's subject, `rtt` with the id and the subject of a reply. `is_sealed`
/// says that the segment changes no more.
pub(in crate::store) fn passing<R: Fn(MessageId, &[u8]) -> Option<i64>>(
    segment: &Segment,
    entries: Range<usize>,
    is_sealed: bool,
    rtt: R,
    mut passes: impl FnMut(u32, &MessageFacts<'_, R>) -> bool,
) -> Bits {
    let mut bits = Bits::default();
    let first = entries.start;
    for (index, record) in segment.records[entries].iter().enumerate() {
        let looked = MessageFacts {
            segment,
            record,
            is_sealed,
            id: segment.id(first + index),
            rtt: &rtt,
        };
        if !record.is_marker() && passes(record.subject, &looked) {
            bits.set(index);
        }
    }
    bits
}

/// The facts of a stored message, for the filter.
pub(in crate::store) struct MessageFacts<'a, R> {
    segment: &'a Segment,
    record: &'a EntryRecord,
    is_sealed: bool,
    id: MessageId,
    rtt: &'a R,
}

impl<R: Fn(MessageId, &[u8]) -> Option<i64>> Facts for MessageFacts<'_, R> {
    fn direction(&self) -> Direction {
        if self.record.flags.has(EntryFlags::OUT) {
            Direction::Out
        } else {
            Direction::In
        }
    }

    fn subject(&self) -> &[u8] {
        self.record.subject_of(&self.segment.bytes)
    }

    fn reply(&self) -> Option<&[u8]> {
        self.record.reply_of(&self.segment.bytes)
    }

    fn header(&self) -> &[u8] {
        self.record.header_of(&self.segment.bytes)
    }

    fn payload(&self) -> &[u8] {
        self.record.payload_of(&self.segment.bytes)
    }

    fn may_hold_backslash(&self) -> bool {
        !self.is_sealed || self.segment.holds_backslash()
    }

    fn at(&self) -> i64 {
        self.segment.at(self.record)
    }

    fn rtt(&self) -> Option<i64> {
        let answers = self.record.flags.has(EntryFlags::ANSWERS);
        answers
            .then(|| (self.rtt)(self.id, self.subject()))
            .flatten()
    }
}

/// The rest of the filter for each subject, computed when first needed.
#[derive(Debug)]
pub(in crate::store) struct Remainders {
    filter: BySubject,
    by_number: Vec<Option<Remainder>>,
    /// How many subjects had been forgotten: after another one, numbers may stand for other subjects.
    pub forgotten: u64,
}

impl Remainders {
    pub fn new(filter: BySubject, forgotten: u64) -> Remainders {
        Remainders {
            filter,
            by_number: Vec::new(),
            forgotten,
        }
    }

    /// Whether a message passes, `number` being that of its subject.
    #[inline]
    pub fn pass(&mut self, number: u32, message: &impl Facts) -> bool {
        let number = number as usize;
        if number >= self.by_number.len() {
            self.by_number.resize(number + 1, None);
        }
        self.by_number[number]
            .get_or_insert_with(|| self.filter.of(message.subject()))
            .matches(message)
    }

    /// What it occupies, in bytes.
    pub fn memory(&self) -> usize {
        self.by_number.capacity() * size_of::<Option<Remainder>>()
    }
}
