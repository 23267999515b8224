//! Writing a line: members in a fixed order, and nothing in it that a terminal would act on.

use std::{fmt, io};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{LONGEST, Line, Marker, MarkerKind};
use crate::text::visible_json;

/// The longest payload that is written as text, in bytes. JSON takes up to six characters for one
/// byte, and what is written must not be longer than what is read again.
pub(super) const AS_TEXT: usize = LONGEST / 8;

/// The object on one line, without a line end.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&visible_json(&json))
    }
}

/// Appends a line or a marker as its object, without a line end.
pub(super) fn append(out: &mut Vec<u8>, entry: &impl Serialize) -> io::Result<()> {
    let start = out.len();
    serde_json::to_writer(&mut *out, entry)?;
    let plain = |byte: &u8| *byte < 0x7f;
    if !out[start..].iter().all(plain) {
        let json = String::from_utf8(out.split_off(start)).map_err(io::Error::other)?;
        out.extend_from_slice(visible_json(&json).as_bytes());
    }
    Ok(())
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        time(&mut object, self.at)?;
        object.serialize_entry("dir", &self.direction)?;
        bytes(&mut object, "subject", "subject_base64", &self.subject)?;
        if let Some(reply) = &self.reply {
            bytes(&mut object, "reply", "reply_base64", reply)?;
        }
        if !self.headers.is_empty() {
            object.serialize_entry("headers", &InOrder(self))?;
        }
        object.serialize_entry("size", &self.payload.len())?;
        if self.payload.len() > AS_TEXT {
            object.serialize_entry("data_base64", &STANDARD.encode(&self.payload))?;
        } else {
            bytes(&mut object, "data", "data_base64", &self.payload)?;
        }
        if let Some(status) = self.status {
            object.serialize_entry("status", &status)?;
        }
        if !self.description.is_empty() {
            object.serialize_entry("description", &self.description)?;
        }
        if let Some(block) = &self.block {
            object.serialize_entry("header_block_base64", &STANDARD.encode(block))?;
        }
        if let Some(sid) = self.sid {
            object.serialize_entry("sid", &sid)?;
        }
        if let Some(rtt) = self.rtt {
            let us = u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX);
            object.serialize_entry("rtt_us", &us)?;
        }
        object.end()
    }
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

/// Text under one name where it is UTF-8, else base64 under the other.
fn bytes<M: SerializeMap>(
    object: &mut M,
    text: &'static str,
    base64: &'static str,
    bytes: &[u8],
) -> Result<(), M::Error> {
    match str::from_utf8(bytes) {
        Ok(bytes) => object.serialize_entry(text, bytes),
        Err(_) => object.serialize_entry(base64, &STANDARD.encode(bytes)),
    }
}

struct InOrder<'a>(&'a Line<'a>);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.headers.iter().map(|(name, values)| (name, values)))
    }
}
