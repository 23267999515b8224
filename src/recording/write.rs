//! Writing a line: members in a fixed order, and nothing in it that a terminal would act on.

use std::{fmt, io::Write};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::Serialize;

use super::{AS_TEXT, Line};
use crate::{
    protocol::{Direction, Marker, MarkerKind},
    text::visible_json,
};

/// Writes messages and markers as objects. No document is built for a message, and the text of a
/// time is made once for all messages that were read at that time.
#[derive(Debug, Default)]
pub struct LineWriter {
    /// In nanoseconds since the Unix epoch, and as it is written.
    at: Option<(i64, String)>,
}

impl LineWriter {
    /// Appends a message, without a line end.
    pub fn message(&mut self, line: &Line, out: &mut Vec<u8>) {
        let start = out.len();
        self.begin(line.at, out);
        let direction = match line.direction {
            Direction::In => "in",
            Direction::Out => "out",
        };
        member(out, "dir", direction);
        bytes(out, "subject", &line.subject);
        if let Some(reply) = &line.reply {
            bytes(out, "reply", reply);
        }
        if !line.headers.is_empty() {
            headers(out, line);
        }
        member(out, "size", &line.payload.len());
        if line.payload.len() > AS_TEXT {
            base64(out, "data", &line.payload);
        } else {
            bytes(out, "data", &line.payload);
        }
        if let Some(status) = line.status {
            member(out, "status", &status);
        }
        if !line.description.is_empty() {
            member(out, "description", &line.description);
        }
        if let Some(error) = line.service_error() {
            member(out, "service_error", &error);
        }
        if let Some(block) = &line.block {
            base64(out, "header_block", block);
        }
        if let Some(sid) = line.sid {
            member(out, "sid", &sid);
        }
        if let Some(rtt) = line.rtt {
            member(out, "rtt_us", &whole(rtt.as_micros()));
        }
        end(out, start);
    }

    /// Appends a marker, without a line end.
    pub fn marker(&mut self, marker: &Marker, out: &mut Vec<u8>) {
        let start = out.len();
        self.begin(marker.at, out);
        match &marker.kind {
            MarkerKind::Reconnected { lasted } => {
                member(out, "marker", "reconnected");
                member(out, "lasted_ms", &whole(lasted.as_millis()));
            }
            MarkerKind::Moved => member(out, "marker", "moved"),
            MarkerKind::Switched { from, to } => {
                member(out, "marker", "switched");
                member(out, "from", from);
                member(out, "to", to);
            }
            MarkerKind::Dropped {
                received,
                sent,
                bytes,
                by_subscription: _,
            } => {
                member(out, "marker", "dropped");
                member(out, "received", received);
                member(out, "sent", sent);
                member(out, "bytes", bytes);
            }
        }
        end(out, start);
    }

    fn begin(&mut self, at: i64, out: &mut Vec<u8>) {
        if self.at.as_ref().is_none_or(|(known, _)| *known != at) {
            let stamp = Timestamp::from_nanosecond(at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
            self.at = Some((at, format!("{{\"at\":\"{stamp:.9}\"")));
        }
        let text = self.at.as_ref().map_or("", |(_, text)| text);
        out.extend_from_slice(text.as_bytes());
    }
}

/// Closes the object that begins at `start`, and escapes in it what a terminal would act on.
fn end(out: &mut Vec<u8>, start: usize) {
    out.push(b'}');
    if out[start..].iter().any(|byte| *byte >= 0x7f) {
        let json = String::from_utf8_lossy(&out.split_off(start)).into_owned();
        out.extend_from_slice(visible_json(&json).as_bytes());
    }
}

/// `name` is written as it is.
fn member(out: &mut Vec<u8>, name: &str, value: &(impl Serialize + ?Sized)) {
    key(out, name);
    json(out, value);
}

fn key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn json(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // strings, numbers and maps of them; a vector takes everything that is written to it
    let _ = serde_json::to_writer(out, value);
}

/// Text under the name where it is UTF-8, else base64 under the name with `_base64`.
fn bytes(out: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    match str::from_utf8(bytes) {
        Ok(text) => member(out, name, text),
        Err(_) => base64(out, name, bytes),
    }
}

fn base64(out: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    // a vector takes everything that is written to it
    let _ = write!(out, ",\"{name}_base64\":\"{}\"", STANDARD.encode(bytes));
}

/// Each name with the list of its values.
fn headers(out: &mut Vec<u8>, line: &Line) {
    key(out, "headers");
    for (n, (name, values)) in line.headers.iter().enumerate() {
        out.push(if n == 0 { b'{' } else { b',' });
        json(out, name);
        out.push(b':');
        json(out, values);
    }
    out.push(b'}');
}

fn whole(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The object on one line, without a line end.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Vec::new();
        LineWriter::default().message(self, &mut out);
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::recording::Entry;

    #[test]
    fn a_marker_is_the_documented_object_and_reads_back_the_same() {
        let table = [
            (
                MarkerKind::Reconnected {
                    lasted: Duration::from_millis(1_800),
                },
                r#""marker":"reconnected","lasted_ms":1800}"#,
            ),
            (MarkerKind::Moved, r#""marker":"moved"}"#),
            (
                MarkerKind::Switched {
                    from: "nats://h:4222".to_owned(),
                    to: "staging".to_owned(),
                },
                r#""marker":"switched","from":"nats://h:4222","to":"staging"}"#,
            ),
            (
                MarkerKind::Dropped {
                    received: 3,
                    sent: 1,
                    bytes: 400,
                    by_subscription: Vec::new(),
                },
                r#""marker":"dropped","received":3,"sent":1,"bytes":400}"#,
            ),
        ];
        for (kind, members) in table {
            let marker = Marker { at: 0, kind };
            let mut json = Vec::new();
            LineWriter::default().marker(&marker, &mut json);
            let json = String::from_utf8(json).unwrap();
            let expected = format!(r#"{{"at":"1970-01-01T00:00:00.000000000Z",{members}"#);
            assert_eq!(json, expected);
            assert_eq!(Entry::read(&json, 7).unwrap(), Entry::Marker(marker));
        }
    }
}
