//! Writing a line: members in a fixed order, and nothing in it that a terminal would act on. Straight
//! into a buffer, without a document or a text of its own for each message.

use std::{borrow::Cow, fmt, io};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Direction, LONGEST, Line, Marker, MarkerKind, line::HEADERS_AS_TEXT, visible_json};

/// The longest payload that is written as text, in bytes, together with a header block that is not.
/// JSON takes up to six characters for one byte, and what is written must not be longer than what is
/// read again.
pub(super) const AS_TEXT: usize = LONGEST / 8;

const SECOND: i64 = 1_000_000_000;

/// Makes lines of messages and markers, each appended to a buffer without a line end. One is to be
/// used again and again: it remembers what the next message probably shares.
#[derive(Debug, Default)]
pub struct Encoder {
    /// The second that was written last, since the Unix epoch.
    second: Option<i64>,
    /// That second as `2026-11-23T02:00:00`.
    text: String,
    base64: String,
}

impl Encoder {
    /// Appends a message as its object.
    pub fn message(&mut self, out: &mut Vec<u8>, line: &Line) {
        out.extend_from_slice(b"{\"at\":\"");
        self.time(out, line.at);
        out.extend_from_slice(match line.direction {
            Direction::In => b"\",\"dir\":\"in\"",
            Direction::Out => b"\",\"dir\":\"out\"",
        });
        self.bytes(out, "subject", &line.subject);
        if let Some(reply) = &line.reply {
            self.bytes(out, "reply", reply);
        }
        let block = line.block.as_deref();
        let long_block = block.filter(|block| block.len() > HEADERS_AS_TEXT);
        let with_headers = long_block.is_none();
        if with_headers && !line.headers.is_empty() {
            headers(out, line);
        }
        member(out, "size");
        number(out, line.payload.len() as u64);
        if line.payload.len() + long_block.map_or(0, <[u8]>::len) > AS_TEXT {
            self.base64(out, "data", "_base64", &line.payload);
        } else {
            self.bytes(out, "data", &line.payload);
        }
        if let Some(status) = line.status {
            member(out, "status");
            number(out, status.into());
        }
        if with_headers && !line.description.is_empty() {
            member(out, "description");
            text(out, &line.description);
        }
        if let Some(block) = block {
            self.base64(out, "header_block", "_base64", block);
        }
        if let Some(sid) = line.sid {
            member(out, "sid");
            number(out, sid);
        }
        if let Some(rtt) = line.rtt {
            member(out, "rtt_us");
            number(out, u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX));
        }
        out.push(b'}');
    }

    /// Appends nanoseconds since the Unix epoch as `2026-11-23T02:00:00.123456789Z`.
    fn time(&mut self, out: &mut Vec<u8>, at: i64) {
        let second = at.div_euclid(SECOND);
        if self.second != Some(second) {
            let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
            self.text = format!("{time:.0}");
            // The zone stands behind the fraction.
            self.text.pop();
            self.second = Some(second);
        }
        out.extend_from_slice(self.text.as_bytes());
        let mut fraction = *b".000000000Z";
        let mut rest = at.rem_euclid(SECOND);
        for digit in fraction[1..10].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        out.extend_from_slice(&fraction);
    }

    /// Appends a member as text where it is UTF-8, else as base64 under its other name.
    fn bytes(&mut self, out: &mut Vec<u8>, name: &str, bytes: &[u8]) {
        match str::from_utf8(bytes) {
            Ok(bytes) => {
                member(out, name);
                text(out, bytes);
            }
            Err(_) => self.base64(out, name, "_base64", bytes),
        }
    }

    fn base64(&mut self, out: &mut Vec<u8>, name: &str, suffix: &str, bytes: &[u8]) {
        self.base64.clear();
        STANDARD.encode_string(bytes, &mut self.base64);
        for part in [",\"", name, suffix, "\":\"", &self.base64, "\""] {
            out.extend_from_slice(part.as_bytes());
        }
        self.base64.shrink_to(HEADERS_AS_TEXT);
    }
}

/// Appends what stands before a value.
fn member(out: &mut Vec<u8>, name: &str) {
    for part in [",\"", name, "\":"] {
        out.extend_from_slice(part.as_bytes());
    }
}

fn headers(out: &mut Vec<u8>, line: &Line) {
    member(out, "headers");
    let mut before = b'{';
    for (name, values) in &line.headers {
        out.push(before);
        text(out, name);
        out.push(b':');
        let mut before_value = b'[';
        for value in values {
            out.push(before_value);
            text(out, value);
            before_value = b',';
        }
        if values.is_empty() {
            out.push(b'[');
        }
        out.push(b']');
        before = b',';
    }
    out.push(b'}');
}

/// How a byte stands in a JSON string: as it is, behind a backslash as this letter, or by number.
const ESCAPES: [u8; 256] = {
    let mut escapes = [AS_IT_IS; 256];
    let mut control = 0;
    while control < 0x20 {
        escapes[control] = BY_NUMBER;
        control += 1;
    }
    escapes[b'"' as usize] = b'"';
    escapes[b'\\' as usize] = b'\\';
    escapes[0x08] = b'b';
    escapes[0x0c] = b'f';
    escapes[b'\n' as usize] = b'n';
    escapes[b'\r' as usize] = b'r';
    escapes[b'\t' as usize] = b't';
    escapes
};
const AS_IT_IS: u8 = 0;
const BY_NUMBER: u8 = b'u';

/// Appends a JSON string, in which nothing acts on a terminal.
fn text(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    out.push(b'"');
    let bytes = text.as_bytes();
    if holds(bytes, |byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        escape(out, bytes);
    } else {
        out.extend_from_slice(bytes);
    }
    out.push(b'"');
    if holds(bytes, |byte| byte >= 0x7f)
        && let Ok(written) = str::from_utf8(&out[start..])
        && let Cow::Owned(visible) = visible_json(written)
    {
        out.truncate(start);
        out.extend_from_slice(visible.as_bytes());
    }
}

/// Whether any byte is such a one. In pieces, so that the compiler compares many at once.
fn holds(bytes: &[u8], is_such: impl Fn(u8) -> bool) -> bool {
    let any = |piece: &[u8]| piece.iter().fold(false, |any, byte| any | is_such(*byte));
    bytes.chunks(64).any(any)
}

fn escape(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(at) = rest
        .iter()
        .position(|byte| ESCAPES[usize::from(*byte)] != AS_IT_IS)
    {
        out.extend_from_slice(&rest[..at]);
        let byte = rest[at];
        match ESCAPES[usize::from(byte)] {
            BY_NUMBER => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let [high, low] = [byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]);
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
            }
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

fn number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] += (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// The object on one line, without a line end.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut json = Vec::new();
        Encoder::default().message(&mut json, self);
        f.write_str(&String::from_utf8_lossy(&json))
    }
}

/// Appends a marker as its object, without a line end.
pub(super) fn marker(out: &mut Vec<u8>, marker: &Marker) -> io::Result<()> {
    let json = serde_json::to_string(marker)?;
    out.extend_from_slice(visible_json(&json).as_bytes());
    Ok(())
}

impl Serialize for Marker {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        time(&mut object, self.at)?;
        match &self.kind {
            MarkerKind::Reconnected { lasted } => {
                let ms = u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX);
                object.serialize_entry("marker", "reconnected")?;
                object.serialize_entry("lasted_ms", &ms)?;
            }
            MarkerKind::Moved => object.serialize_entry("marker", "moved")?,
            MarkerKind::Switched { from, to } => {
                object.serialize_entry("marker", "switched")?;
                object.serialize_entry("from", from)?;
                object.serialize_entry("to", to)?;
            }
            MarkerKind::Dropped {
                received,
                sent,
                bytes,
            } => {
                object.serialize_entry("marker", "dropped")?;
                object.serialize_entry("received", received)?;
                object.serialize_entry("sent", sent)?;
                object.serialize_entry("bytes", bytes)?;
            }
        }
        object.end()
    }
}

fn time<M: SerializeMap>(object: &mut M, at: i64) -> Result<(), M::Error> {
    let at = Timestamp::from_nanosecond(at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
    object.serialize_entry("at", &format_args!("{at:.9}"))
}
