//! A message with its own memory.

use crate::protocol::{HeaderBlock, Record, ServiceError};

/// One message; a request where it has a reply subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The subject it was published to.
    pub subject: Vec<u8>,
    /// Where to publish a reply.
    pub reply: Option<Vec<u8>>,
    /// The header block as it came; see [`Message::headers`].
    pub header: Vec<u8>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Message {
    /// Copies a message from a chunk.
    pub fn copy(record: &Record, chunk: &[u8]) -> Message {
        Message {
            subject: record.subject(chunk).to_vec(),
            reply: record.reply(chunk).map(<[u8]>::to_vec),
            header: record.header(chunk).to_vec(),
            payload: record.payload(chunk).to_vec(),
        }
    }

    /// The headers, read leniently.
    pub fn headers(&self) -> HeaderBlock<'_> {
        HeaderBlock::parse(&self.header)
    }

    /// The error in a reply of a service that failed (ADR-32).
    pub fn service_error(&self) -> Option<ServiceError<'_>> {
        ServiceError::of(&self.header)
    }
}
