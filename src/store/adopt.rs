//! Large messages: the buffer that one came in becomes a segment of the log, and is never copied.

use std::mem;

use super::{Direction, Store};
use crate::protocol::Record;

impl Store {
    /// As [`Store::append`], with a buffer that nobody needs any more: that of a message larger than a
    /// segment becomes one. `bytes` is empty then.
    pub fn append_owned(
        &mut self,
        direction: Direction,
        bytes: &mut Vec<u8>,
        records: &[Record],
        at: i64,
    ) {
        let wasted = bytes.capacity() - bytes.len();
        match records {
            [record]
                if self
                    .log
                    .is_oversized(record.end() - record.subject_at as usize)
                    && wasted <= bytes.len() / 64
                    && self.is_wanted(direction, record) =>
            {
                self.adopt(direction, bytes, records, at);
            }
            _ => self.append(direction, bytes, records, at),
        }
    }

    fn is_wanted(&mut self, direction: Direction, record: &Record) -> bool {
        direction == Direction::Out || self.subscriptions.place_of(record.sid).is_some()
    }

    fn adopt(&mut self, direction: Direction, bytes: &mut Vec<u8>, records: &[Record], at: i64) {
        self.make_room_for_own(at, bytes.capacity());
        self.note_run(direction, bytes, records, at, (0, 0));
        self.log.open().bytes = mem::take(bytes);
        self.subjects.settle();
        self.judge_new();
        self.trim();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{Headers, encode},
        store::{Entry, Holder},
    };

    const MIB: usize = 1 << 20;

    /// A message of so many bytes, as a reader hands it over.
    fn message(size: usize) -> (Vec<u8>, [Record; 1]) {
        let mut bytes = Vec::new();
        let payload = vec![b'x'; size];
        let record = encode::publish(&mut bytes, b"a.b", Some(b"r"), &Headers::new(), &payload);
        bytes.shrink_to_fit();
        let record = Record {
            sid: 2,
            ..record.unwrap()
        };
        (bytes, [record])
    }

    fn store(budget: usize) -> Store {
        let mut store = Store::new(budget);
        store.add_subscription(2, b">");
        store
    }

    fn append(store: &mut Store, size: usize) -> *const u8 {
        let (mut bytes, records) = message(size);
        let buffer = bytes.as_ptr();
        store.append_owned(Direction::In, &mut bytes, &records, 1_000);
        buffer
    }

    #[test]
    fn a_large_message_is_kept_in_the_buffer_it_came_in() {
        let mut store = store(64 * MIB);
        for size in [10, 3 * MIB, 20, 5 * MIB, 30] {
            append(&mut store, size);
        }
        let buffer = append(&mut store, 4 * MIB);
        let sizes: Vec<usize> = (0..6)
            .filter_map(|row| match store.row(row)? {
                Entry::Message(message) => {
                    assert_eq!(
                        (message.subject, message.reply),
                        (&b"a.b"[..], Some(&b"r"[..]))
                    );
                    assert!(message.payload.iter().all(|byte| *byte == b'x'));
                    Some(message.payload.len())
                }
                Entry::Marker { .. } => None,
            })
            .collect();
        assert_eq!(sizes, [10, 3 * MIB, 20, 5 * MIB, 30, 4 * MIB]);
        assert_eq!(store.log.open().bytes.as_ptr(), buffer);
        assert!(store.memory() < 14 * MIB, "{}", store.memory());
    }

    #[test]
    fn the_newest_message_gives_way_only_to_one_as_large() {
        let mut store = store(8 * MIB);
        append(&mut store, 20 * MIB);
        assert_eq!(store.counters().kept, 1);
        store.reserve(Holder::Backlog, 2 * MIB);
        assert_eq!(store.counters().kept, 1);
        store.reserve(Holder::Backlog, 20 * MIB + 100);
        assert_eq!((store.counters().kept, store.counters().evicted), (0, 1));
    }

    #[test]
    fn a_large_message_that_is_late_evicts_nothing() {
        let mut store = store(8 * MIB);
        append(&mut store, 10);
        store.remove_subscription(2);
        append(&mut store, 7 * MIB);
        let counters = store.counters();
        assert_eq!((counters.kept, counters.late), (1, 1));
    }
}
