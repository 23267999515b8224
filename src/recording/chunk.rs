//! Entries in the form of the wire: what the network would have handed over.

use std::ops::Range;

use super::{Entry, Line};
use crate::protocol::{Direction, Marker, Record, encode};

/// Entries in order: the bytes of the wire, and where each message lies in them.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Wire bytes, control lines included.
    pub bytes: Vec<u8>,
    /// One for each message, in order; offsets into `bytes`.
    pub records: Vec<Record>,
    /// What they are, in order.
    pub parts: Vec<Part>,
}

/// Messages of one moment, or a marker.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Messages that came or went at the same time.
    Messages {
        /// When, in nanoseconds since the Unix epoch.
        at: i64,
        /// Which way.
        direction: Direction,
        /// Which of the records.
        records: Range<usize>,
    },
    /// What happened between messages.
    Marker(Marker),
}

impl Chunk {
    /// The subscription of messages that came and do not tell on which.
    pub const UNTOLD: u64 = 2;

    /// Adds an entry.
    pub fn push(&mut self, entry: Entry) {
        match entry {
            Entry::Marker(marker) => self.parts.push(Part::Marker(marker)),
            Entry::Message(line) => self.message(&line),
        }
    }

    fn message(&mut self, line: &Line) {
        let sid = match line.direction {
            Direction::Out => 0,
            Direction::In => line.sid.filter(|sid| *sid > 0).unwrap_or(Chunk::UNTOLD),
        };
        let number = sid.to_string();
        let header = line.header();
        let start = self.bytes.len();
        let reply = line.reply.as_deref();
        encode::message(
            &mut self.bytes,
            &line.subject,
            number.as_bytes(),
            reply,
            &header,
            &line.payload,
        );
        let verb = if header.is_empty() { "MSG " } else { "HMSG " }.len();
        let line_end = "\r\n".len();
        let body_at = self.bytes.len() - line_end - line.payload.len() - header.len();
        // A chunk is far smaller than 4 GiB, and `Entry::read` bounds the subjects.
        self.records.push(Record {
            sid,
            subject_at: (start + verb) as u32,
            subject_len: line.subject.len() as u16,
            reply_offset: (line.subject.len() + 1 + number.len() + 1) as u16,
            reply_len: reply.map_or(0, <[u8]>::len) as u16,
            body_at: body_at as u32,
            header_len: header.len() as u32,
            payload_len: line.payload.len() as u32,
        });
        let end = self.records.len();
        match self.parts.last_mut() {
            Some(Part::Messages {
                at,
                direction,
                records,
            }) if *at == line.at && *direction == line.direction => records.end = end,
            _ => self.parts.push(Part::Messages {
                at: line.at,
                direction: line.direction,
                records: end - 1..end,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::MarkerKind;

    #[test]
    fn messages_of_one_moment_are_one_part_and_lie_where_their_records_say() {
        let marker = Marker {
            at: 3,
            kind: MarkerKind::Moved,
        };
        let block = b"NATS/1.0\r\nA: 1\r\n\r\n";
        let message = |at, direction, reply, header| {
            Line::new(at, direction, b"a.b", reply, header, b"payload\r\n")
        };
        let mut chunk = Chunk::default();
        let back = Some(&b"back"[..]);
        chunk.push(Entry::Message(message(1, Direction::In, None, b"")));
        chunk.push(Entry::Message(message(1, Direction::In, back, block)));
        chunk.push(Entry::Message(message(1, Direction::Out, back, b"")));
        chunk.push(Entry::Marker(marker.clone()));
        chunk.push(Entry::Message(message(4, Direction::In, None, block)));
        let part = |at, direction, records| Part::Messages {
            at,
            direction,
            records,
        };
        let expected = [
            part(1, Direction::In, 0..2),
            part(1, Direction::Out, 2..3),
            Part::Marker(marker),
            part(4, Direction::In, 3..4),
        ];
        assert_eq!(chunk.parts, expected);
        for (record, (reply, header)) in
            chunk
                .records
                .iter()
                .zip([(None, &b""[..]), (back, block), (back, b""), (None, block)])
        {
            assert_eq!(record.subject(&chunk.bytes), b"a.b");
            assert_eq!(record.reply(&chunk.bytes), reply);
            assert_eq!(record.header(&chunk.bytes), header);
            assert_eq!(record.payload(&chunk.bytes), b"payload\r\n");
        }
    }

    #[test]
    fn subscriptions_stay_what_they_were() {
        let table = [
            (Direction::In, None, 2),
            (Direction::In, Some(0), 2),
            (Direction::In, Some(1), 1),
            (Direction::In, Some(64), 64),
            (Direction::In, Some(u64::MAX), u64::MAX),
            (Direction::Out, Some(7), 0),
        ];
        for (direction, sid, expected) in table {
            let mut chunk = Chunk::default();
            let line = Line::new(0, direction, b"a", None, b"", b"");
            chunk.push(Entry::Message(Line { sid, ..line }));
            assert_eq!(chunk.records[0].sid, expected);
        }
    }
}
