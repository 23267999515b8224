//! Writing a line: members in a fixed order, and nothing in it that a terminal would act on.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Line, visible_json};

/// The object on one line, without a line end.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&visible_json(&json))
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        let at = Timestamp::from_nanosecond(self.at.into()).unwrap_or(Timestamp::UNIX_EPOCH);
        object.serialize_entry("at", &format_args!("{at:.9}"))?;
        object.serialize_entry("dir", &self.direction)?;
        bytes(&mut object, "subject", "subject_base64", &self.subject)?;
        if let Some(reply) = &self.reply {
            bytes(&mut object, "reply", "reply_base64", reply)?;
        }
        if !self.headers.is_empty() {
            object.serialize_entry("headers", &InOrder(self))?;
        }
        object.serialize_entry("size", &self.payload.len())?;
        bytes(&mut object, "data", "data_base64", &self.payload)?;
        if let Some(status) = self.status {
            object.serialize_entry("status", &status)?;
        }
        if let Some(rtt) = self.rtt {
            let us = u64::try_from(rtt.as_micros()).unwrap_or(u64::MAX);
            object.serialize_entry("rtt_us", &us)?;
        }
        object.end()
    }
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
