//! What a row of the log shows: a message or a marker.

use crate::store::{Direction, Marker};

/// Names a message or a marker. Never reused; ordered by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub(in crate::store) u64);

/// One entry of the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry<'a> {
    /// A message.
    Message(Message<'a>),
    /// Something that happened between messages.
    Marker {
        /// Its place in the log.
        id: MessageId,
        /// What happened.
        marker: &'a Marker,
    },
}

impl<'a> Entry<'a> {
    /// Its place in the log.
    pub fn id(&self) -> MessageId {
        match self {
            Entry::Message(message) => message.id,
            Entry::Marker { id, .. } => *id,
        }
    }

    /// When it happened, in nanoseconds since the Unix epoch.
    pub fn at(&self) -> i64 {
        match self {
            Entry::Message(message) => message.at,
            Entry::Marker { marker, .. } => marker.at,
        }
    }

    /// The message, where it is one.
    pub fn message(self) -> Option<Message<'a>> {
        match self {
            Entry::Message(message) => Some(message),
            Entry::Marker { .. } => None,
        }
    }
}

/// A message as it is kept: bytes of the wire, nothing decoded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message<'a> {
    /// Its place in the log.
    pub id: MessageId,
    /// When its batch was read or written, in nanoseconds since the Unix epoch, to the microsecond.
    pub at: i64,
    /// Which way it went.
    pub direction: Direction,
    /// The subscription it came in on: 1 for replies to our own requests, 0 where we sent it.
    pub sid: u64,
    /// See [`Message::home`].
    pub(in crate::store) home: u64,
    /// The subject it was published to.
    pub subject: &'a [u8],
    /// Where an answer is awaited.
    pub reply: Option<&'a [u8]>,
    /// The header block as it came; empty where there is none.
    pub header: &'a [u8],
    /// The payload, or its beginning; see `missing`.
    pub payload: &'a [u8],
    /// Bytes at the end of the payload that are not held; always 0 but in a [`Frozen`](crate::store::Frozen).
    pub missing: usize,
    /// Whether another subscription, or our own send, already showed the same message.
    pub is_copy: bool,
    /// The request this replies to, and the subject that was asked.
    pub answers: Option<(MessageId, &'a [u8])>,
}

impl Message<'_> {
    /// The subscription to colour it by, as `sid` has it: the oldest one there is that its subject came
    /// in on. Where subscriptions overlap it is the same for all messages of the subject, whichever of
    /// their copies came first.
    pub fn home(&self) -> u64 {
        self.home
    }

    /// The size of the payload in bytes, as it was on the wire.
    pub fn size(&self) -> usize {
        self.payload.len() + self.missing
    }
}
