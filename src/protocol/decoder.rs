//! The decoder: frames operations in a chunk one by one. Payloads are skipped by their length, never
//! scanned.

use super::line::{Fields, Line, Verb, number, plain::LONGEST_PLAIN, size};
use super::{ProtocolError, Record};

/// Limits on what the peer may send. Exceeding one is an error before anything is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum bytes of the arguments of a control line other than INFO and CONNECT: counted after the
    /// verb and its blanks, without the line end, as nats-server counts `max_control_line`.
    pub line: usize,
    /// Maximum bytes of an INFO or CONNECT document.
    pub document: usize,
    /// Maximum bytes of a message, headers and payload together.
    pub message: usize,
}

impl Limits {
    /// The limits of a client: lines of 64 KiB, INFO of 1 MiB, messages of 64 MiB.
    pub const CLIENT: Limits = Limits {
        line: 64 << 10,
        document: 1 << 20,
        message: 64 << 20,
    };
}

/// An operation sent by a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ServerOp<'a> {
    /// The JSON document of INFO.
    Info(&'a [u8]),
    /// MSG or HMSG.
    Message(Record),
    Ping,
    Pong,
    Ok,
    /// The text of `-ERR`, without its quotes.
    Error(&'a [u8]),
}

/// An operation sent by a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClientOp<'a> {
    /// The JSON document of CONNECT.
    Connect(&'a [u8]),
    /// PUB or HPUB; `sid` is 0. `headers` is true for HPUB, even with an empty block.
    Publish {
        record: Record,
        headers: bool,
    },
    Subscribe {
        subject: &'a [u8],
        queue: Option<&'a [u8]>,
        sid: &'a [u8],
    },
    /// `max` is `None` if it is missing or not a number: unsubscribe at once.
    Unsubscribe {
        sid: &'a [u8],
        max: Option<u64>,
    },
    Ping,
    Pong,
    /// INFO and +OK from a client: accepted and ignored.
    Ignored,
    /// `-ERR` from a client: the server closes the connection.
    Error(&'a [u8]),
}

/// Frames operations in a chunk to which bytes are appended.
///
/// ```text
/// chunk:  |..framed..|..next operation, possibly incomplete.......|  free
///                     ^ at
/// ```
///
/// The caller appends bytes to the chunk, calls until it gets `None`, and keeps `chunk[at..]` for the next
/// read: in place, or moved to the front of another chunk. A control line that was parsed is not parsed
/// again when its payload arrives later.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    /// Bytes of the next operation that were searched without finding a line end.
    searched: usize,
    /// The message whose payload is incomplete.
    begun: Option<Framed>,
}

/// A message whose control line was parsed. Offsets count from the first byte of the operation, so that
/// they stay valid when the operation is moved.
#[derive(Clone, Copy, Debug)]
struct Framed {
    record: Record,
    /// Length of the operation in bytes, from its verb to the CR LF after the payload.
    len: usize,
    headers: bool,
}

impl Decoder {
    /// A decoder at the start of a connection.
    pub fn new(limits: Limits) -> Decoder {
        Decoder {
            limits,
            searched: 0,
            begun: None,
        }
    }

    /// Frames the next operation of a server in `chunk[*at..]` and advances `at` past it. Returns `None`
    /// if it is incomplete; `at` then stays at its beginning.
    ///
    /// # Errors
    /// [`ProtocolError`] if the bytes cannot be framed; the connection must then be closed.
    pub fn server_op<'a>(
        &mut self,
        chunk: &'a [u8],
        at: &mut usize,
    ) -> Result<Option<ServerOp<'a>>, ProtocolError> {
        if let Some(framed) = self.begun.take() {
            return Ok(self.finish(chunk, at, framed)?.map(ServerOp::Message));
        }
        if let Some((line, fields)) = self.plain(chunk, *at)
            && matches!(line.verb, Verb::Msg | Verb::Hmsg)
        {
            let framed = self.frame(&line, Some(&fields))?;
            return Ok(self.finish(chunk, at, framed)?.map(ServerOp::Message));
        }
        let Some(line) = self.line(chunk, *at)? else {
            return Ok(None);
        };
        let op = match line.verb {
            Verb::Msg | Verb::Hmsg => {
                let framed = self.frame(&line, line.fields().as_ref())?;
                return Ok(self.finish(chunk, at, framed)?.map(ServerOp::Message));
            }
            Verb::Ping => ServerOp::Ping,
            Verb::Pong => ServerOp::Pong,
            Verb::Ok => ServerOp::Ok,
            Verb::Err => ServerOp::Error(unquoted(line.args())),
            Verb::Info => ServerOp::Info(line.args()),
            Verb::Pub | Verb::Hpub | Verb::Sub | Verb::Unsub | Verb::Connect => {
                return Err(line.unknown());
            }
        };
        *at += line.len;
        Ok(Some(op))
    }

    /// Frames the next operation of a client, as [`Decoder::server_op`] does.
    ///
    /// # Errors
    /// As for [`Decoder::server_op`].
    pub fn client_op<'a>(
        &mut self,
        chunk: &'a [u8],
        at: &mut usize,
    ) -> Result<Option<ClientOp<'a>>, ProtocolError> {
        if let Some(framed) = self.begun.take() {
            return self.finish_publish(chunk, at, framed);
        }
        if let Some((line, fields)) = self.plain(chunk, *at)
            && matches!(line.verb, Verb::Pub | Verb::Hpub)
        {
            let framed = self.frame(&line, Some(&fields))?;
            return self.finish_publish(chunk, at, framed);
        }
        let Some(line) = self.line(chunk, *at)? else {
            return Ok(None);
        };
        let op = match line.verb {
            Verb::Pub | Verb::Hpub => {
                let framed = self.frame(&line, line.fields().as_ref())?;
                return self.finish_publish(chunk, at, framed);
            }
            Verb::Sub => subscribe(&line).ok_or_else(|| line.bad_fields())?,
            Verb::Unsub => unsubscribe(&line).ok_or_else(|| line.bad_fields())?,
            Verb::Connect => ClientOp::Connect(line.args()),
            Verb::Ping => ClientOp::Ping,
            Verb::Pong => ClientOp::Pong,
            Verb::Ok | Verb::Info => ClientOp::Ignored,
            Verb::Err => ClientOp::Error(unquoted(line.args())),
            Verb::Msg | Verb::Hmsg => return Err(line.unknown()),
        };
        *at += line.len;
        Ok(Some(op))
    }

    /// Total bytes of the incomplete operation at `at`, or 0 while its control line is incomplete. The
    /// chunk must have room for as many.
    pub fn needs(&self) -> usize {
        self.begun.map_or(0, |framed| framed.len)
    }

    /// Reads the control line of a message by the fast path, if it applies.
    #[inline(always)]
    fn plain<'a>(&mut self, chunk: &'a [u8], at: usize) -> Option<(Line<'a>, Fields<'a>)> {
        if self.limits.line < LONGEST_PLAIN {
            return None;
        }
        let read = Line::plain(chunk.get(at..)?)?;
        self.searched = 0;
        Some(read)
    }

    #[inline]
    fn line<'a>(&mut self, chunk: &'a [u8], at: usize) -> Result<Option<Line<'a>>, ProtocolError> {
        let limits = self.limits;
        let limit = |verb| match verb {
            Verb::Info | Verb::Connect => limits.document,
            _ => limits.line,
        };
        let op = chunk.get(at..).unwrap_or_default();
        Line::read(op, &mut self.searched, limit)
    }

    /// Frames `MSG subject sid [reply] size`, `HMSG subject sid [reply] header-size size`, and PUB and
    /// HPUB, which have no sid.
    ///
    /// Inlined by force, as are `record` and `finish`: passing the record on the stack takes a third of the
    /// time of a small message.
    #[inline(always)]
    fn frame(&self, line: &Line<'_>, fields: Option<&Fields<'_>>) -> Result<Framed, ProtocolError> {
        let headers = matches!(line.verb, Verb::Hmsg | Verb::Hpub);
        let has_sid = matches!(line.verb, Verb::Msg | Verb::Hmsg);
        let framed = fields
            .and_then(|fields| record(line, fields, has_sid, headers))
            .ok_or_else(|| line.bad_fields())?;
        let announced = framed.len - line.len - 2;
        if announced > self.limits.message {
            return Err(ProtocolError::TooLarge {
                announced: announced as u64,
                limit: self.limits.message,
            });
        }
        Ok(framed)
    }

    /// Returns the message if its payload is complete; otherwise remembers its control line.
    #[inline(always)]
    fn finish(
        &mut self,
        chunk: &[u8],
        at: &mut usize,
        framed: Framed,
    ) -> Result<Option<Record>, ProtocolError> {
        let op = chunk.get(*at..).unwrap_or_default();
        let Some(op) = op.get(..framed.len) else {
            self.begun = Some(framed);
            // Otherwise a peer that ends payloads with a bare LF would wait for ever.
            return match op.get(framed.len - 2) {
                Some(&byte) if byte != b'\r' => Err(ProtocolError::BadTerminator),
                _ => Ok(None),
            };
        };
        if !op.ends_with(b"\r\n") {
            return Err(ProtocolError::BadTerminator);
        }
        let end = *at + framed.len;
        if u32::try_from(end).is_err() {
            return Err(ProtocolError::TooLarge {
                announced: end as u64,
                limit: u32::MAX as usize,
            });
        }
        let record = framed.record.moved(*at as u32);
        *at = end;
        Ok(Some(record))
    }

    fn finish_publish<'a>(
        &mut self,
        chunk: &'a [u8],
        at: &mut usize,
        framed: Framed,
    ) -> Result<Option<ClientOp<'a>>, ProtocolError> {
        Ok(self
            .finish(chunk, at, framed)?
            .map(|record| ClientOp::Publish {
                record,
                headers: framed.headers,
            }))
    }
}

/// Parses the fields of a message; `None` if they do not fit the verb.
#[inline(always)]
fn record(line: &Line<'_>, fields: &Fields<'_>, has_sid: bool, headers: bool) -> Option<Framed> {
    let reply_index = 1 + usize::from(has_sid);
    let without_reply = reply_index + 1 + usize::from(headers);
    let reply = match fields.len() {
        count if count == without_reply => None,
        count if count == without_reply + 1 => Some(fields.span(reply_index)),
        _ => return None,
    };
    let total = size(fields.bytes(fields.len() - 1))?;
    let header_len = if headers {
        size(fields.bytes(fields.len() - 2))?
    } else {
        0
    };
    let (subject_at, subject_end) = fields.span(0);
    let (reply_offset, reply_len) = match reply {
        None => (0, 0),
        Some((start, end)) => (start - subject_at, end - start),
    };
    let record = Record {
        sid: if has_sid { number(fields.bytes(1))? } else { 0 },
        subject_at: u32::try_from(subject_at).ok()?,
        subject_len: u16::try_from(subject_end - subject_at).ok()?,
        reply_offset: u16::try_from(reply_offset).ok()?,
        reply_len: u16::try_from(reply_len).ok()?,
        body_at: u32::try_from(line.len).ok()?,
        header_len,
        payload_len: total.checked_sub(header_len)?,
    };
    let len = line.len.checked_add(total as usize)?.checked_add(2)?;
    Some(Framed {
        record,
        len,
        headers,
    })
}

/// `SUB subject [queue] sid`
fn subscribe<'a>(line: &Line<'a>) -> Option<ClientOp<'a>> {
    let fields = line.fields()?;
    let (queue, sid) = match fields.len() {
        2 => (None, fields.bytes(1)),
        3 => (Some(fields.bytes(1)), fields.bytes(2)),
        _ => return None,
    };
    let subject = fields.bytes(0);
    Some(ClientOp::Subscribe {
        subject,
        queue,
        sid,
    })
}

/// `UNSUB sid [max]`
fn unsubscribe<'a>(line: &Line<'a>) -> Option<ClientOp<'a>> {
    let fields = line.fields()?;
    let max = match fields.len() {
        1 => None,
        2 => size(fields.bytes(1)).map(u64::from),
        _ => return None,
    };
    let sid = fields.bytes(0);
    Some(ClientOp::Unsubscribe { sid, max })
}

/// Removes one pair of quotes, if there is one.
fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'\'', inner @ .., b'\''] => inner,
        _ => text,
    }
}

#[cfg(test)]
mod tests;
