//! Where a kept message lies in its segment, in 32 bytes.

use std::ops::Range;

use crate::protocol;

/// One entry of a segment. Offsets count from the start of the segment's bytes.
///
/// ```text
/// subject  reply  12␍␊ header payload
/// ^ subject_at         ^ body: `gap` behind the end of the reply, or of the subject without one
///          ^ reply_offset behind subject_at
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) struct EntryRecord {
    subject_at: u32,
    /// The interned subject; of a marker its number in the segment.
    pub subject: u32,
    header_len: u32,
    payload_len: u32,
    /// Microseconds since the segment's `base`.
    pub at: u32,
    subject_len: u16,
    reply_offset: u16,
    reply_len: u16,
    gap: u16,
    /// Which of the [`Subscriptions`](crate::store::subjects::Subscriptions).
    pub subscription: u16,
    pub flags: EntryFlags,
}

const _: () = assert!(size_of::<EntryRecord>() == 32);

/// What else is known of an entry: a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct EntryFlags(u8);

impl EntryFlags {
    /// Sent by us.
    pub const OUT: EntryFlags = EntryFlags(1);
    /// A copy of another message.
    pub const COPY: EntryFlags = EntryFlags(2);
    /// Part of our own doing: sent by us, a reply to us, or asked for by name.
    pub const OURS: EntryFlags = EntryFlags(4);
    /// A reply to a request that was seen.
    pub const ANSWERS: EntryFlags = EntryFlags(8);
    /// Not a message.
    pub const MARKER: EntryFlags = EntryFlags(16);

    /// Every combination of those that a [`Verdict`](crate::store::scan::Verdict) depends on, in the order of
    /// [`EntryFlags::judged`].
    pub const JUDGED: [EntryFlags; 4] = [
        EntryFlags(0),
        EntryFlags::COPY,
        EntryFlags::OURS,
        EntryFlags(EntryFlags::COPY.0 | EntryFlags::OURS.0),
    ];

    /// Which of [`EntryFlags::JUDGED`] it holds.
    #[inline]
    pub fn judged(self) -> usize {
        usize::from(self.0 / EntryFlags::COPY.0 % 4)
    }

    pub fn has(self, flag: EntryFlags) -> bool {
        self.0 & flag.0 != 0
    }

    #[must_use]
    pub fn with(self, flag: EntryFlags, on: bool) -> EntryFlags {
        if on {
            EntryFlags(self.0 | flag.0)
        } else {
            self
        }
    }
}

/// What of a message is its own; the rest of its bytes is the control line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum MessagePart {
    Subject,
    Reply,
    Header,
    Payload,
}

impl MessagePart {
    pub const ALL: [MessagePart; 4] = [
        MessagePart::Subject,
        MessagePart::Reply,
        MessagePart::Header,
        MessagePart::Payload,
    ];
}

impl EntryRecord {
    /// The same message in a segment where the batch's byte `from` lies at `to`. `None` where the
    /// control line is longer than any that a decoder accepts.
    pub fn of(record: &protocol::Record, from: u32, to: u32) -> Option<EntryRecord> {
        let named = if record.reply_len > 0 {
            u32::from(record.reply_offset) + u32::from(record.reply_len)
        } else {
            u32::from(record.subject_len)
        };
        let gap = record.body_at.checked_sub(record.subject_at + named)?;
        Some(EntryRecord {
            subject_at: record.subject_at - from + to,
            subject: 0,
            header_len: record.header_len,
            payload_len: record.payload_len,
            at: 0,
            subject_len: record.subject_len,
            reply_offset: record.reply_offset,
            reply_len: record.reply_len,
            gap: u16::try_from(gap).ok()?,
            subscription: 0,
            flags: EntryFlags::default(),
        })
    }

    /// An entry for the marker with this number in the segment, which has so many bytes by now.
    pub fn marker(number: u32, at: u32) -> EntryRecord {
        EntryRecord {
            subject_at: at,
            subject: number,
            header_len: 0,
            payload_len: 0,
            at: 0,
            subject_len: 0,
            reply_offset: 0,
            reply_len: 0,
            gap: 0,
            subscription: 0,
            flags: EntryFlags::MARKER,
        }
    }

    pub fn is_marker(&self) -> bool {
        self.flags.has(EntryFlags::MARKER)
    }

    pub fn subject_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.range_of(MessagePart::Subject)]
    }

    pub fn reply_of<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        (self.reply_len > 0).then(|| &bytes[self.range_of(MessagePart::Reply)])
    }

    pub fn header_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.range_of(MessagePart::Header)]
    }

    pub fn payload_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.range_of(MessagePart::Payload)]
    }

    /// Where a part lies; empty where the message has none.
    #[inline]
    pub fn range_of(&self, part: MessagePart) -> Range<usize> {
        let (at, len) = match part {
            MessagePart::Subject => (self.start(), self.subject_len.into()),
            MessagePart::Reply => {
                let offset = usize::from(self.reply_offset);
                (self.start() + offset, u32::from(self.reply_len))
            }
            MessagePart::Header => (self.body_at(), self.header_len),
            MessagePart::Payload => {
                let header = self.header_len as usize;
                (self.body_at() + header, self.payload_len)
            }
        };
        at..at + len as usize
    }

    /// Header and payload together, in bytes.
    pub fn size(&self) -> u64 {
        u64::from(self.header_len) + u64::from(self.payload_len)
    }

    /// The lengths that equal messages have in common, as one number.
    pub fn shape(&self) -> u64 {
        let body = u64::from(self.payload_len) ^ (u64::from(self.header_len) << 20);
        (u64::from(self.subject) << 32) ^ body ^ (u64::from(self.reply_len) << 12)
    }

    /// The offset of the first byte.
    pub fn start(&self) -> usize {
        self.subject_at as usize
    }

    /// The same entry where its segment's first `bytes` are left out.
    pub fn without(self, bytes: u32) -> EntryRecord {
        EntryRecord {
            subject_at: self.subject_at - bytes,
            ..self
        }
    }

    /// The offset just behind the payload.
    pub fn end(&self) -> usize {
        self.body_at() + self.header_len as usize + self.payload_len as usize
    }

    fn body_at(&self) -> usize {
        let named = if self.reply_len > 0 {
            self.reply_offset as usize + self.reply_len as usize
        } else {
            self.subject_len as usize
        };
        self.subject_at as usize + named + self.gap as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_a_control_line_longer_than_any_decoder_accepts_there_is_no_record() {
        let record = protocol::Record {
            subject_len: 1,
            body_at: 70_000,
            ..protocol::Record::default()
        };
        assert_eq!(EntryRecord::of(&record, 0, 0), None);
    }

    #[test]
    fn what_a_verdict_depends_on_is_told_whatever_else_is_known() {
        for bits in 0..32 {
            let flags = EntryFlags(bits);
            let judged = EntryFlags::JUDGED[flags.judged()];
            for flag in [EntryFlags::COPY, EntryFlags::OURS] {
                assert_eq!(judged.has(flag), flags.has(flag), "{bits:b}");
            }
        }
    }

    #[test]
    fn given_a_message_elsewhere_its_parts_are_the_same() {
        let batch = b"MSG a.b 7 inbox  9\r\nNATS\r\n\r\nx";
        let record = protocol::Record {
            sid: 7,
            subject_at: 4,
            subject_len: 3,
            reply_offset: 6,
            reply_len: 5,
            body_at: 20,
            header_len: 8,
            payload_len: 1,
        };
        let mut bytes = b"before".to_vec();
        bytes.extend_from_slice(&batch[4..]);
        let kept = EntryRecord::of(&record, 4, 6).expect("a short line");
        assert_eq!(kept.subject_of(&bytes), b"a.b");
        assert_eq!(kept.reply_of(&bytes), Some(&b"inbox"[..]));
        assert_eq!(kept.header_of(&bytes), b"NATS\r\n\r\n");
        assert_eq!(kept.payload_of(&bytes), b"x");
        assert_eq!(kept.end(), bytes.len());
    }
}
