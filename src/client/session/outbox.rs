//! The bytes still to be written, and the messages among them.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::{
    client::{Ticket, data::Batch},
    protocol::Record,
};

/// A connection on which a write makes no progress for this long is lost.
const STALLED_AFTER: Duration = Duration::from_secs(10);

/// From this size on the written part at the front is removed; a larger empty buffer is shrunk to it.
const LARGE: usize = 1 << 20;

/// Bytes in wire order, written from the front. Keeps the tickets of its publishes, so that those not written
/// when the connection is lost can be reported.
#[derive(Debug, Default)]
pub(in crate::client) struct Outbox {
    bytes: Vec<u8>,
    written: usize,
    messages: VecDeque<Outgoing>,
    last_progress: Option<Instant>,
}

/// A message in the outbox.
#[derive(Debug)]
struct Outgoing {
    report_loss_to: Option<Ticket>,
    /// Where its control line begins.
    start: usize,
    record: Record,
}

impl Outbox {
    /// The buffer to append whole operations to.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Appends an encoded message; `record` holds offsets into `encoded`. `report_loss_to`: the ticket of a
    /// publish, for [`Outbox::clear`].
    pub fn push_message(&mut self, report_loss_to: Option<Ticket>, encoded: &[u8], record: Record) {
        self.messages.push_back(Outgoing {
            report_loss_to,
            start: self.bytes.len(),
            record,
        });
        self.bytes.extend_from_slice(encoded);
    }

    /// What to write next.
    pub fn unwritten(&self) -> &[u8] {
        &self.bytes[self.written..]
    }

    pub fn is_empty(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// `count` more bytes were written. With `log`, a time in nanoseconds since the Unix epoch, returns the
    /// messages that were completed by them.
    pub fn advance(&mut self, count: usize, now: Instant, log: Option<i64>) -> Option<Batch> {
        self.written += count;
        self.last_progress = Some(now);
        let sent = self
            .messages
            .iter()
            .take_while(|message| message.end() <= self.written)
            .count();
        let batch = log
            .filter(|_| sent > 0)
            .map(|at| self.batch_of_first(sent, at));
        self.messages.drain(..sent);
        self.discard_written();
        batch
    }

    /// When a write counts as stalled; `None` while there is nothing to write.
    pub fn deadline(&self) -> Option<Instant> {
        if self.is_empty() {
            return None;
        }
        self.last_progress.map(|since| since + STALLED_AFTER)
    }

    /// Starts to wait for a write, where none is under way.
    pub fn note_waiting(&mut self, now: Instant) {
        if self.is_empty() {
            self.last_progress = None;
        } else {
            self.last_progress.get_or_insert(now);
        }
    }

    /// Discards everything, partly written operations too. Returns the publishes that were not written.
    pub fn clear(&mut self) -> Vec<Ticket> {
        self.bytes = Vec::new();
        self.written = 0;
        self.last_progress = None;
        self.messages
            .drain(..)
            .filter_map(|message| message.report_loss_to)
            .collect()
    }

    fn batch_of_first(&self, count: usize, at: i64) -> Batch {
        let mut bytes = Vec::new();
        let mut records = Vec::with_capacity(count);
        for message in self.messages.iter().take(count) {
            let offset = u32::try_from(bytes.len()).expect("an outbox is smaller than 4 GiB");
            bytes.extend_from_slice(&self.bytes[message.start..message.end()]);
            records.push(message.record.moved(offset));
        }
        Batch::new(bytes, records, at)
    }

    fn discard_written(&mut self) {
        if self.written == self.bytes.len() {
            self.bytes.clear();
            self.bytes.shrink_to(LARGE);
            self.written = 0;
            return;
        }
        // The log still needs the start of a partly written message.
        let begun = self
            .messages
            .front()
            .map_or(self.written, |first| first.start);
        let done = begun.min(self.written);
        if done >= LARGE {
            self.bytes.drain(..done);
            self.written -= done;
            for message in &mut self.messages {
                message.start -= done;
            }
        }
    }
}

impl Outgoing {
    /// The offset after the CR LF of its payload.
    fn end(&self) -> usize {
        self.start + self.record.end() + 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of which only the length matters: `M` bytes, a payload of `payload_len` and CR LF.
    fn push(outbox: &mut Outbox, ticket: u64, payload_len: u32) {
        let encoded = vec![b'M'; payload_len as usize + 12];
        let record = Record {
            subject_at: 4,
            subject_len: 1,
            body_at: 10,
            payload_len,
            ..Record::default()
        };
        outbox.push_message(Some(Ticket(ticket)), &encoded, record);
    }

    #[test]
    fn a_message_counts_as_sent_when_its_last_byte_is_written() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        outbox.bytes().extend_from_slice(b"PING\r\n");
        push(&mut outbox, 1, 3);
        push(&mut outbox, 2, 3);
        assert!(outbox.advance(6 + 14, now, Some(1)).is_none());
        let batch = outbox.advance(1 + 14, now, Some(1)).unwrap();
        assert_eq!((batch.bytes.len(), batch.records.len()), (15, 1));
        assert_eq!(outbox.clear(), [Ticket(2)]);
        assert!(outbox.is_empty());
    }

    #[test]
    fn records_point_into_the_batch() {
        let mut outbox = Outbox::default();
        push(&mut outbox, 1, 3);
        outbox.bytes().extend_from_slice(b"PING\r\n");
        push(&mut outbox, 2, 5);
        let all = outbox.unwritten().len();
        let batch = outbox.advance(all, Instant::now(), Some(9)).unwrap();
        assert_eq!(batch.at, 9);
        assert_eq!(batch.records[1].payload(&batch.bytes), b"MMMMM");
        assert_eq!(batch.records[1].end() + 2, batch.bytes.len());
    }

    #[test]
    fn what_is_written_makes_room_while_more_comes() {
        let now = Instant::now();
        let mut outbox = Outbox::default();
        push(&mut outbox, 1, 2 << 20);
        push(&mut outbox, 2, 2 << 20);
        let first = (2 << 20) + 12;
        outbox.advance(LARGE, now, None);
        assert_eq!(outbox.bytes.len(), 2 * first);
        outbox.advance(first, now, None);
        assert_eq!((outbox.bytes.len(), outbox.written), (first, LARGE));
        outbox.advance(first - LARGE, now, None);
        assert!(outbox.is_empty() && outbox.bytes.capacity() <= LARGE);
    }

    #[test]
    fn a_write_without_progress_is_stalled() {
        let start = Instant::now();
        let mut outbox = Outbox::default();
        outbox.note_waiting(start);
        assert_eq!(outbox.deadline(), None);
        outbox.bytes().push(b'x');
        outbox.bytes().push(b'x');
        outbox.note_waiting(start);
        assert_eq!(outbox.deadline(), Some(start + STALLED_AFTER));
        let later = start + Duration::from_secs(1);
        outbox.advance(1, later, None);
        outbox.note_waiting(later);
        assert_eq!(outbox.deadline(), Some(later + STALLED_AFTER));
    }
}
