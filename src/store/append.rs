//! Appending a batch: its bytes are copied once, and each record is read once. The buffer of an oversized
//! message becomes a segment of its own and is not copied.

use super::{
    Direction, MessageId, Store,
    conversations::{Copies, Pairs},
    log::{EntryFlags, EntryRecord, Log},
    store::verdict,
    subjects::{INBOX, SENT, Subjects, Subscriptions, second_of},
};
use crate::protocol::{Record, subject};

impl Store {
    /// Keeps a batch: `records` in order, with offsets into `bytes`. `at` is in nanoseconds since the
    /// Unix epoch. What came on a subscription that was not added, or was removed, is counted as late.
    pub fn append(&mut self, direction: Direction, bytes: &[u8], records: &[Record], at: i64) {
        let mut rest = self.skip_late(direction, records);
        while let Some(first) = rest.first() {
            let from = first.subject_at as usize;
            self.make_room(at, first.end() - from);
            let (run, later) = rest.split_at(self.fitting(rest, from));
            self.append_run(direction, bytes, run, at);
            rest = self.skip_late(direction, later);
        }
        self.subjects.end_batch();
        self.scan_new();
        self.trim();
    }

    /// As [`Store::append`], with a buffer that is not needed any more: that of a message larger than a
    /// segment becomes one, and `bytes` is left empty.
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
        self.log.open().bytes = std::mem::take(bytes);
        self.subjects.end_batch();
        self.scan_new();
        self.trim();
    }

    /// The records from the first that is not late on. The late ones before it need no room.
    fn skip_late<'a>(&mut self, direction: Direction, records: &'a [Record]) -> &'a [Record] {
        let late = |record: &&Record| self.place_of(direction, record).is_none();
        let late = records.iter().take_while(late).count();
        self.totals.late += late as u64;
        &records[late..]
    }

    /// The subscription that a record belongs to; `None` where it is late.
    fn place_of(&mut self, direction: Direction, record: &Record) -> Option<u16> {
        match direction {
            Direction::Out => Some(SENT),
            Direction::In if record.sid == u64::from(SENT) => None,
            Direction::In => self.subscriptions.place_of(record.sid),
        }
    }

    /// How many of the records, at least one, the open segment takes.
    fn fitting(&mut self, records: &[Record], from: usize) -> usize {
        let open = self.log.open();
        let free = open.bytes.capacity() - open.bytes.len();
        let most = records.len().min(self.log.free_records());
        let records = &records[..most];
        records.partition_point(|record| record.end().saturating_sub(from) <= free)
    }

    /// Keeps records that fit the open segment.
    fn append_run(&mut self, direction: Direction, bytes: &[u8], run: &[Record], at: i64) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return;
        };
        let from = first.subject_at;
        let open = self.log.open();
        let to = open.bytes.len();
        open.bytes
            .extend_from_slice(&bytes[from as usize..last.end()]);
        self.note_run(direction, bytes, run, at, (from, to));
    }

    /// Adds records. Their bytes, from offset `from` of the batch on, lie or will lie in the open segment from
    /// offset `to` on.
    pub(super) fn note_run(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        run: &[Record],
        at: i64,
        (from, to): (u32, usize),
    ) {
        let open = self.log.open();
        let time = open.stamp(at);
        let mut id = MessageId(open.next());
        let mut end = to;
        let mut totals = RunTotals::default();
        let second = second_of(at);
        for record in run {
            let Some(place) = self.place_of(direction, record) else {
                totals.late += 1;
                continue;
            };
            totals.messages += 1;
            let Some(mut kept) = EntryRecord::of(record, from, to as u32) else {
                totals.dropped += 1;
                continue;
            };
            kept.at = time;
            kept.subscription = place;
            totals.bytes += kept.size();
            end = kept.end();
            let message = NewMessage {
                record,
                bytes,
                id,
                at,
                second,
            };
            self.keep(message, kept);
            id.0 += 1;
        }
        // Without the bytes of late messages at the end of the run.
        self.log.open().bytes.truncate(end);
        self.count(direction, totals, second);
    }

    fn count(&mut self, direction: Direction, totals: RunTotals, second: i64) {
        match direction {
            Direction::In => self.totals.received += totals.messages,
            Direction::Out => self.totals.sent += totals.messages,
        }
        self.totals.late += totals.late;
        self.totals.dropped += totals.dropped;
        if totals.messages > 0 {
            self.rates.add(second, totals.messages, totals.bytes);
        }
    }

    #[inline]
    fn keep(&mut self, message: NewMessage<'_>, mut kept: EntryRecord) {
        let Store {
            log,
            subjects,
            subscriptions,
            copies,
            pairs,
            view,
            ..
        } = self;
        let place = kept.subscription;
        let out = place == SENT;
        let name = message.record.subject(message.bytes);
        let hash = subjects.hash(name);
        kept.subject = subjects.intern(name, hash, view);

        let is_copy = !out && message.is_copy(&kept, copies, log);
        if !is_copy {
            copies.remember(kept.shape(), place, message.id);
        }
        let answers = message.note_reply(hash, is_copy, pairs);
        if !is_copy {
            message.note_request(out, pairs, subjects, subscriptions);
        }
        let ours =
            out || place == INBOX || answers == Some(true) || subscriptions.at(place).internal;
        kept.flags = EntryFlags::default()
            .with(EntryFlags::OUT, out)
            .with(EntryFlags::COPY, is_copy)
            .with(EntryFlags::OURS, ours)
            .with(EntryFlags::ANSWERS, answers.is_some());

        subjects.count(kept.subject, kept.size(), is_copy, message.second);
        subscriptions.count(place, kept.size(), is_copy, message.second);
        if !out {
            subjects.note_subscription(kept.subject, place, |place| subscriptions.is_live(place));
        }
        log.push(kept, Some(verdict(&kept, view, subjects, subscriptions)));
    }
}

/// Counts of one run of records.
#[derive(Clone, Copy, Debug, Default)]
struct RunTotals {
    messages: u64,
    bytes: u64,
    late: u64,
    /// With a control line that no decoder accepts.
    dropped: u64,
}

/// A message being appended.
#[derive(Clone, Copy)]
struct NewMessage<'a> {
    record: &'a Record,
    bytes: &'a [u8],
    id: MessageId,
    at: i64,
    second: i64,
}

impl NewMessage<'_> {
    /// Whether it is a copy of one that came on another subscription or that we sent.
    #[inline]
    fn is_copy(&self, kept: &EntryRecord, copies: &mut Copies, log: &Log) -> bool {
        copies.is_copy(kept.shape(), kept.subscription, |original| {
            let Some((segment, original)) = log.get(original) else {
                return false;
            };
            original.subject == kept.subject
                && original.reply_of(&segment.bytes) == self.record.reply(self.bytes)
                && original.header_of(&segment.bytes) == self.record.header(self.bytes)
                && original.payload_of(&segment.bytes) == self.record.payload(self.bytes)
        })
    }

    /// Notes a reply to a request that was seen. Returns whether that was ours; `None` for no reply.
    #[inline]
    fn note_reply(&self, subject: u64, is_copy: bool, pairs: &mut Pairs) -> Option<bool> {
        if pairs.is_empty() {
            return None;
        }
        let (_, ours) = pairs.get(subject)?;
        if !is_copy {
            let header = self.record.header(self.bytes);
            pairs.add_reply(subject, self.id, self.at, header);
        }
        Some(ours)
    }

    /// Notes a message with a reply subject as a request.
    #[inline]
    fn note_request(
        &self,
        out: bool,
        pairs: &mut Pairs,
        subjects: &Subjects,
        subscriptions: &Subscriptions,
    ) {
        let Some(reply) = self.record.reply(self.bytes) else {
            return;
        };
        // The reply subject of JetStream acknowledgements, to which no reply comes (ADR-15).
        if reply.starts_with(b"$JS.ACK.") {
            return;
        }
        let inbox = subjects.hash(reply);
        if out {
            let awaited = is_our_inbox(reply, subscriptions);
            let asked = self.record.subject(self.bytes);
            pairs.add_ours(inbox, self.id, self.at, asked, awaited);
        } else {
            pairs.add_foreign(inbox, self.id, self.at);
        }
    }
}

fn is_our_inbox(reply: &[u8], subscriptions: &Subscriptions) -> bool {
    let pattern = &subscriptions.at(INBOX).stats.subject;
    if pattern.is_empty() {
        reply.starts_with(b"_INBOX.")
    } else {
        subject::matches(pattern, reply)
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
