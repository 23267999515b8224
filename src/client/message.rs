//! A message on its own, for those who take one at a time.

use crate::protocol::{HeaderBlock, Record, ServiceError};

/// One message. With a reply subject it is a request: publish the answer there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The subject it was published to.
    pub subject: Vec<u8>,
    /// Where an answer is awaited.
    pub reply: Option<Vec<u8>>,
    /// The header block as it came; see [`Message::headers`].
    pub header: Vec<u8>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Message {
    /// Copies a message out of a chunk.
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

    /// What a service says that could not do what it was asked for: with it, this reply is a failed one
    /// (ADR-32).
    pub fn service_error(&self) -> Option<ServiceError<'_>> {
        ServiceError::of(&self.header)
    }
}
