//! Rows held still while collecting goes on.

use std::{fmt, ops::Range};

use crate::store::{Direction, Entry, Marker, Message, MessageId};

/// Copies of rows of the log, which answer as the log did when they were taken.
#[derive(Clone, Default)]
pub struct Frozen {
    bytes: Vec<u8>,
    rows: Vec<FrozenRow>,
}

/// Shows how much there is, not what.
impl fmt::Debug for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frozen")
            .field("rows", &self.rows.len())
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

#[derive(Clone)]
struct FrozenRow {
    id: MessageId,
    kind: FrozenEntry,
}

#[derive(Clone)]
enum FrozenEntry {
    Marker(Marker),
    Message(FrozenMessage),
}

/// A message whose bytes lie in the snapshot.
#[derive(Clone)]
struct FrozenMessage {
    at: i64,
    direction: Direction,
    sid: u64,
    home: u64,
    subject: Range<usize>,
    reply: Option<Range<usize>>,
    header: Range<usize>,
    payload: Range<usize>,
    missing: usize,
    is_copy: bool,
    answers: Option<(MessageId, Range<usize>)>,
}

impl Frozen {
    /// The most bytes that a snapshot copies; where they are more, long payloads are cut, see
    /// [`Message::missing`](super::Message::missing).
    pub const LIMIT: usize = 8 << 20;

    /// Copies rows that are shown. Where they are too large together, each header and payload
    /// gets an equal share.
    pub(in crate::store) fn copy<'a>(rows: impl Iterator<Item = Entry<'a>> + Clone) -> Frozen {
        let whole: usize = rows.clone().map(size).sum();
        let share = if whole <= Frozen::LIMIT {
            Frozen::LIMIT
        } else {
            Frozen::LIMIT / rows.clone().count().max(1)
        };
        let mut frozen = Frozen {
            bytes: Vec::with_capacity(whole.min(Frozen::LIMIT)),
            rows: Vec::with_capacity(rows.clone().count()),
        };
        for entry in rows {
            let kind = match entry {
                Entry::Marker { marker, .. } => FrozenEntry::Marker(marker.clone()),
                Entry::Message(message) => {
                    FrozenEntry::Message(frozen.copy_message(message, share))
                }
            };
            frozen.rows.push(FrozenRow {
                id: entry.id(),
                kind,
            });
        }
        frozen
    }

    fn copy_message(&mut self, message: Message<'_>, share: usize) -> FrozenMessage {
        let subject = self.copy_bytes(message.subject);
        let reply = message.reply.map(|reply| self.copy_bytes(reply));
        let header = self.copy_bytes(&message.header[..message.header.len().min(share)]);
        let answers = message
            .answers
            .map(|(id, subject)| (id, self.copy_bytes(subject)));
        let room = share
            .saturating_sub(header.len())
            .min(message.payload.len());
        let (held, missing) = message.payload.split_at(room);
        FrozenMessage {
            at: message.at,
            direction: message.direction,
            sid: message.sid,
            home: message.home,
            subject,
            reply,
            header,
            payload: self.copy_bytes(held),
            missing: missing.len(),
            is_copy: message.is_copy,
            answers,
        }
    }

    fn copy_bytes(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// How many rows are held.
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// The row at `index`, 0 being the first of those taken.
    pub fn row(&self, index: u64) -> Option<Entry<'_>> {
        let row = self.rows.get(usize::try_from(index).ok()?)?;
        Some(self.entry(row))
    }

    /// The row of an entry.
    ///
    /// # Errors
    /// Where it is not held, the row of the next entry that is, or the last row.
    pub fn row_of(&self, id: MessageId) -> Result<u64, u64> {
        match self.rows.binary_search_by_key(&id, |row| row.id) {
            Ok(row) => Ok(row as u64),
            Err(row) => Err(row.min(self.rows.len().saturating_sub(1)) as u64),
        }
    }

    /// An entry that is held.
    pub fn get(&self, id: MessageId) -> Option<Entry<'_>> {
        self.row(self.row_of(id).ok()?)
    }

    fn entry<'a>(&'a self, row: &'a FrozenRow) -> Entry<'a> {
        let part = |range: &Range<usize>| &self.bytes[range.clone()];
        match &row.kind {
            FrozenEntry::Marker(marker) => Entry::Marker { id: row.id, marker },
            FrozenEntry::Message(parts) => Entry::Message(Message {
                id: row.id,
                at: parts.at,
                direction: parts.direction,
                sid: parts.sid,
                home: parts.home,
                subject: part(&parts.subject),
                reply: parts.reply.as_ref().map(part),
                header: part(&parts.header),
                payload: part(&parts.payload),
                missing: parts.missing,
                is_copy: parts.is_copy,
                answers: parts
                    .answers
                    .as_ref()
                    .map(|(id, subject)| (*id, part(subject))),
            }),
        }
    }

    /// What it occupies, in bytes; give it to [`Store::reserve`](crate::store::Store::reserve).
    pub fn memory(&self) -> usize {
        self.bytes.capacity() + self.rows.capacity() * size_of::<FrozenRow>()
    }
}

/// What an entry occupies in a snapshot, in bytes.
fn size(entry: Entry<'_>) -> usize {
    entry.message().map_or(0, |message| {
        message.subject.len()
            + message.reply.map_or(0, <[u8]>::len)
            + message.header.len()
            + message.payload.len()
            + message.answers.map_or(0, |(_, subject)| subject.len())
    })
}
