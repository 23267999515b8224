//! The encoder: appends one operation to a buffer, after everything in it has been checked.
//!
//! Nothing is written where an error is returned: what reaches the wire can always be framed again.

use super::{Connect, Headers, Info, ProtocolError, Record};

/// The longest arguments of a control line that we send, in bytes (nats-server `MAX_CONTROL_LINE_SIZE`).
pub const MAX_CONTROL_LINE: usize = 4_096;

/// Appends `CONNECT {…}`.
pub fn connect(_out: &mut Vec<u8>, _connect: &Connect) {
    todo!()
}

/// Appends PUB, or HPUB where there are headers, and says where the message lies in `out`.
///
/// # Errors
/// [`ProtocolError`] for a subject, reply or line that a server would refuse or frame differently.
pub fn publish(
    _out: &mut Vec<u8>,
    _subject: &[u8],
    _reply: Option<&[u8]>,
    _headers: &Headers,
    _payload: &[u8],
) -> Result<Record, ProtocolError> {
    todo!()
}

/// Appends SUB.
///
/// # Errors
/// [`ProtocolError`] for a subject, queue group or line that a server would refuse or frame differently.
pub fn subscribe(
    _out: &mut Vec<u8>,
    _subject: &[u8],
    _queue: Option<&[u8]>,
    _sid: u64,
) -> Result<(), ProtocolError> {
    todo!()
}

/// Appends UNSUB; with `max`, the server counts the messages already delivered too.
pub fn unsubscribe(_out: &mut Vec<u8>, _sid: u64, _max: Option<u64>) {
    todo!()
}

/// Appends PING.
pub fn ping(_out: &mut Vec<u8>) {
    todo!()
}

/// Appends PONG.
pub fn pong(_out: &mut Vec<u8>) {
    todo!()
}

/// Appends `INFO {…}`, as a server.
pub fn info(_out: &mut Vec<u8>, _info: &Info) {
    todo!()
}

/// Appends MSG, or HMSG where `header` is not empty, as a server; subject, sid and reply are those of
/// operations that were framed before, and are written as they stand.
pub fn message(
    _out: &mut Vec<u8>,
    _subject: &[u8],
    _sid: &[u8],
    _reply: Option<&[u8]>,
    _header: &[u8],
    _payload: &[u8],
) {
    todo!()
}

/// Appends `+OK`, as a server.
pub fn ok(_out: &mut Vec<u8>) {
    todo!()
}

/// Appends `-ERR 'text'`, as a server; line breaks in the text become blanks.
pub fn error(_out: &mut Vec<u8>, _text: &str) {
    todo!()
}
