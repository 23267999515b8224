//! How a batch gets into the store: one copy of its bytes, and one look at each record.

use super::{
    Direction, MessageId, Store,
    conversations::{Copies, Pairs},
    log::{Flags, Kept, Log},
    store::verdict,
    subjects::{INBOX, SENT, Subjects, Subscriptions, second_of},
};
use crate::protocol::{Record, subject};

impl Store {
    /// Keeps a batch: `records` in order, with offsets into `bytes`. `at` is in nanoseconds since the
    /// Unix epoch. What came on a subscription that was not added, or was removed, is counted as late.
    pub fn append(&mut self, direction: Direction, bytes: &[u8], records: &[Record], at: i64) {
        let mut rest = self.behind_late(direction, records);
        while let Some(first) = rest.first() {
            let from = first.subject_at as usize;
            self.make_room(at, first.end() - from);
            let (run, later) = rest.split_at(self.fitting(rest, from));
            self.append_run(direction, bytes, run, at);
            rest = self.behind_late(direction, later);
        }
        self.subjects.settle();
        self.judge_new();
        self.trim();
    }

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
        self.log.open().bytes = std::mem::take(bytes);
        self.subjects.settle();
        self.judge_new();
        self.trim();
    }

    /// The records from the first on that is not late: nothing makes room for what is not kept.
    fn behind_late<'a>(&mut self, direction: Direction, records: &'a [Record]) -> &'a [Record] {
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

    /// Notes records whose bytes, from the first number on, lie in the open segment from the second
    /// on, or will.
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
        let mut passed = Passed::default();
        let second = second_of(at);
        for record in run {
            let Some(place) = self.place_of(direction, record) else {
                passed.late += 1;
                continue;
            };
            passed.messages += 1;
            let Some(mut kept) = Kept::of(record, from, to as u32) else {
                passed.dropped += 1;
                continue;
            };
            kept.at = time;
            kept.subscription = place;
            passed.bytes += kept.size();
            end = kept.end();
            let arrival = Arrival {
                record,
                bytes,
                id,
                at,
                second,
            };
            self.keep(arrival, kept);
            id.0 += 1;
        }
        // Whatever is late at the end of a run need not stay.
        self.log.open().bytes.truncate(end);
        self.count(direction, passed, second);
    }

    fn count(&mut self, direction: Direction, passed: Passed, second: i64) {
        match direction {
            Direction::In => self.totals.received += passed.messages,
            Direction::Out => self.totals.sent += passed.messages,
        }
        self.totals.late += passed.late;
        self.totals.dropped += passed.dropped;
        if passed.messages > 0 {
            self.rates.add(second, passed.messages, passed.bytes);
        }
    }

    #[inline]
    fn keep(&mut self, arrival: Arrival<'_>, mut kept: Kept) {
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
        let name = arrival.record.subject(arrival.bytes);
        let hash = subjects.hash(name);
        kept.subject = subjects.intern(name, hash, view);

        let is_copy = !out && arrival.is_copy(&kept, copies, log);
        if !is_copy {
            copies.remember(kept.shape(), place, arrival.id);
        }
        let answers = arrival.answers(hash, is_copy, pairs);
        if !is_copy {
            arrival.asks(out, pairs, subjects, subscriptions);
        }
        let ours =
            out || place == INBOX || answers == Some(true) || subscriptions.at(place).internal;
        kept.flags = Flags::default()
            .with(Flags::OUT, out)
            .with(Flags::COPY, is_copy)
            .with(Flags::OURS, ours)
            .with(Flags::ANSWERS, answers.is_some());

        subjects.count(kept.subject, kept.size(), is_copy, arrival.second);
        subscriptions.count(place, kept.size(), is_copy, arrival.second);
        if !out {
            subjects.came_on(kept.subject, place, |place| subscriptions.is_live(place));
        }
        log.push(kept, Some(verdict(&kept, view, subjects, subscriptions)));
    }
}

/// What passed in one run.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    messages: u64,
    bytes: u64,
    late: u64,
    /// With a control line that no decoder accepts.
    dropped: u64,
}

/// A message on its way into the log.
#[derive(Clone, Copy)]
struct Arrival<'a> {
    record: &'a Record,
    bytes: &'a [u8],
    id: MessageId,
    at: i64,
    second: i64,
}

impl Arrival<'_> {
    /// Whether another subscription, or our own send, showed the same before.
    #[inline]
    fn is_copy(&self, kept: &Kept, copies: &mut Copies, log: &Log) -> bool {
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

    /// Whether this replies to a request that was seen, and then whether to one of ours.
    #[inline]
    fn answers(&self, subject: u64, is_copy: bool, pairs: &mut Pairs) -> Option<bool> {
        if pairs.is_empty() {
            return None;
        }
        let (_, ours) = pairs.get(subject)?;
        if !is_copy {
            let header = self.record.header(self.bytes);
            pairs.answer(subject, self.id, self.at, header);
        }
        Some(ours)
    }

    /// Remembers a message that asks for a reply.
    #[inline]
    fn asks(
        &self,
        out: bool,
        pairs: &mut Pairs,
        subjects: &Subjects,
        subscriptions: &Subscriptions,
    ) {
        let Some(reply) = self.record.reply(self.bytes) else {
            return;
        };
        // Where a JetStream consumer is to acknowledge; nobody waits for a reply (ADR-15).
        if reply.starts_with(b"$JS.ACK.") {
            return;
        }
        let inbox = subjects.hash(reply);
        if out {
            let awaited = is_our_inbox(reply, subscriptions);
            let asked = self.record.subject(self.bytes);
            pairs.ask(inbox, self.id, self.at, asked, awaited);
        } else {
            pairs.overhear(inbox, self.id, self.at);
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
