//! The place of a message in a chunk of wire bytes.

/// Offsets and lengths of one message inside the chunk it was framed in: 32 bytes, no allocation.
///
/// All offsets are valid for the chunk given to the [`Decoder`](super::Decoder) call, or the buffer
/// given to the [`encode`](super::encode) call, that returned the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The subscription id; 0 for operations without one (PUB, HPUB).
    pub sid: u64,
    /// Offset of the subject from the start of the chunk.
    pub subject_at: u32,
    /// Length of the subject in bytes.
    pub subject_len: u16,
    /// Offset of the reply subject, counted from `subject_at`; meaningless if `reply_len` is 0.
    pub reply_offset: u16,
    /// Length of the reply subject in bytes; 0 if there is none.
    pub reply_len: u16,
    /// Offset of the header block, or of the payload if there is none, from the start of the chunk.
    pub body_at: u32,
    /// Length of the header block in bytes, including the final blank line; 0 if there is none.
    pub header_len: u32,
    /// Length of the payload in bytes, without the CR LF after it.
    pub payload_len: u32,
}

impl Record {
    /// The subject.
    pub fn subject<'a>(&self, chunk: &'a [u8]) -> &'a [u8] {
        let at = self.subject_at as usize;
        &chunk[at..at + self.subject_len as usize]
    }

    /// The reply subject, if there is one.
    pub fn reply<'a>(&self, chunk: &'a [u8]) -> Option<&'a [u8]> {
        let at = self.subject_at as usize + self.reply_offset as usize;
        (self.reply_len > 0).then(|| &chunk[at..at + self.reply_len as usize])
    }

    /// The header block, including status line and final blank line; empty if there is none.
    pub fn header<'a>(&self, chunk: &'a [u8]) -> &'a [u8] {
        let at = self.body_at as usize;
        &chunk[at..at + self.header_len as usize]
    }

    /// The payload.
    pub fn payload<'a>(&self, chunk: &'a [u8]) -> &'a [u8] {
        let at = self.body_at as usize + self.header_len as usize;
        &chunk[at..at + self.payload_len as usize]
    }

    /// The offset of the end of the payload.
    pub fn end(&self) -> usize {
        self.body_at as usize + self.header_len as usize + self.payload_len as usize
    }

    /// The record for a buffer in which the message lies `by` bytes later.
    #[must_use]
    pub fn moved(self, by: u32) -> Record {
        Record {
            subject_at: self.subject_at + by,
            body_at: self.body_at + by,
            ..self
        }
    }
}
