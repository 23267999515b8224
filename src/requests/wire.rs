//! A line as JSON, and back.

use std::{borrow::Cow, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::{
    Entry, Kind, Line, Outcome, ReplyRecord, Secrets, Status,
    header_map::{HeaderMap, order, without_secrets},
    secrets::without_user_info,
};
use crate::protocol::ServiceError;

/// The version of the format.
const VERSION: u32 = 1;

/// How long a saved request that does not say waits for its reply, in milliseconds.
const TIMEOUT_MS: u64 = 5000;

/// A line as JSON, with its line feed.
///
/// # Errors
/// None in practice: everything a line holds has a form in JSON.
pub fn encode(line: &Line, secrets: &Secrets) -> serde_json::Result<Vec<u8>> {
    let mut json = match line {
        Line::Entry(entry) => serde_json::to_vec(&EntryLine::new(entry, secrets)),
        Line::Deleted { id } => serde_json::to_vec(&DeletedLine {
            v: VERSION,
            id,
            deleted: true,
        }),
    }?;
    json.push(b'\n');
    Ok(json)
}

/// Reads a line. The id of an entry may be missing: a request saved by hand needs none.
///
/// # Errors
/// What is wrong, in words that repeat nothing the line holds.
pub(super) fn decode(json: &[u8]) -> Result<Line, String> {
    let line: EntryLine<'_> = match serde_json::from_slice(json) {
        Ok(line) => line,
        Err(error) => return Err(describe(json, &error)),
    };
    check_version(line.v)?;
    if line.deleted {
        let id = line.id.into_owned();
        return Ok(Line::Deleted { id });
    }
    line.into_entry().map(|entry| Line::Entry(Box::new(entry)))
}

/// What stands on a line, in the order in which it is written.
#[derive(Serialize, Deserialize)]
struct EntryLine<'a> {
    v: Option<u32>,
    #[serde(default)]
    id: Cow<'a, str>,
    at: Option<String>,
    name: Option<Cow<'a, str>>,
    #[serde(default)]
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_base64: Option<String>,
    #[serde(default)]
    headers: HeaderMap,
    /// The names in the order of their values, where `headers` does not tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    header_order: Option<Vec<Cow<'a, str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
    #[serde(default = "default_timeout")]
    timeout_ms: u64,
    context: Option<Cow<'a, str>>,
    #[serde(default)]
    server: Cow<'a, str>,
    outcome: Option<OutcomeField<'a>>,
    #[serde(default, skip_serializing_if = "is_false")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    keep_secrets: bool,
    #[serde(default, skip_serializing)]
    deleted: bool,
}

#[derive(Serialize)]
struct DeletedLine<'a> {
    v: u32,
    id: &'a str,
    deleted: bool,
}

#[derive(Serialize, Deserialize)]
struct OutcomeField<'a> {
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    rtt_us: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replies: Vec<ReplyField<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_error: Option<Cow<'a, ServiceError<'static>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct ReplyField<'a> {
    #[serde(default, skip_serializing_if = "HeaderMap::is_empty")]
    headers: HeaderMap,
    /// The header block as it stood on the wire, where `headers` would give another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    header_block_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_base64: Option<String>,
    /// The length before it was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<usize>,
}

impl<'a> EntryLine<'a> {
    fn new(entry: &'a Entry, secrets: &Secrets) -> EntryLine<'a> {
        let hide = |name: &str| entry.hides(secrets, name);
        let (subject, subject_base64) = text_or_base64(&entry.subject);
        let (payload, payload_base64) = text_or_base64(&entry.payload);
        EntryLine {
            v: Some(VERSION),
            id: Cow::Borrowed(&entry.id),
            at: Some(entry.at.to_string()),
            name: entry.name.as_deref().map(Cow::Borrowed),
            kind: entry.kind,
            subject,
            subject_base64,
            headers: HeaderMap::new(&entry.headers, hide),
            header_order: order(&entry.headers),
            payload,
            payload_base64,
            timeout_ms: entry.timeout.as_millis().try_into().unwrap_or(u64::MAX),
            context: entry.context.as_deref().map(Cow::Borrowed),
            server: Cow::Owned(without_user_info(&entry.server)),
            outcome: entry.outcome.as_ref().map(|outcome| OutcomeField {
                status: outcome.status,
                rtt_us: outcome
                    .rtt
                    .map(|rtt| rtt.as_micros().try_into().unwrap_or(u64::MAX)),
                replies: outcome
                    .replies
                    .iter()
                    .map(|reply| ReplyField::new(reply, hide))
                    .collect(),
                service_error: outcome.service_error.as_ref().map(Cow::Borrowed),
                error: outcome.error.as_deref().map(Cow::Borrowed),
            }),
            pinned: entry.pinned,
            keep_secrets: entry.keep_secrets,
            deleted: false,
        }
    }

    fn into_entry(self) -> Result<Entry, String> {
        let at = match self.at {
            None => Timestamp::UNIX_EPOCH,
            Some(at) => at.parse().map_err(|_| "at is not a time".to_owned())?,
        };
        let outcome = match self.outcome {
            None => None,
            Some(outcome) => Some(Outcome {
                status: outcome.status,
                rtt: outcome.rtt_us.map(Duration::from_micros),
                replies: outcome
                    .replies
                    .into_iter()
                    .map(ReplyField::into_record)
                    .collect::<Result<_, _>>()?,
                service_error: outcome.service_error.map(Cow::into_owned),
                error: outcome.error.map(Cow::into_owned),
            }),
        };
        let subject = bytes("subject", self.subject, self.subject_base64)?
            .filter(|subject| !subject.is_empty())
            .ok_or("subject is missing")?;
        Ok(Entry {
            id: self.id.into_owned(),
            at,
            name: self.name.map(Cow::into_owned),
            kind: self.kind,
            subject,
            headers: self
                .headers
                .into_list(&self.header_order.unwrap_or_default()),
            payload: bytes("payload", self.payload, self.payload_base64)?.unwrap_or_default(),
            timeout: Duration::from_millis(self.timeout_ms),
            context: self.context.map(Cow::into_owned),
            server: self.server.into_owned(),
            outcome,
            pinned: self.pinned,
            keep_secrets: self.keep_secrets,
        })
    }
}

impl<'a> ReplyField<'a> {
    fn new(reply: &'a ReplyRecord, hide: impl Fn(&str) -> bool) -> ReplyField<'a> {
        let (payload, payload_base64) = text_or_base64(&reply.payload);
        let block = without_secrets(&reply.header, hide);
        let headers = HeaderMap::of_block(&block);
        let is_told = headers.block() == *block;
        ReplyField {
            headers,
            header_block_base64: (!is_told).then(|| STANDARD.encode(&block)),
            payload,
            payload_base64,
            truncated: reply.truncated,
        }
    }

    fn into_record(self) -> Result<ReplyRecord, String> {
        Ok(ReplyRecord {
            payload: bytes("payload", self.payload, self.payload_base64)?.unwrap_or_default(),
            header: match self.header_block_base64 {
                Some(block) => STANDARD
                    .decode(block)
                    .map_err(|_| "header_block_base64 is not base64")?,
                None => self.headers.block(),
            },
            truncated: self.truncated,
        })
    }
}

/// Bytes for a field and its `_base64` twin: one of the two.
fn text_or_base64(bytes: &[u8]) -> (Option<Cow<'_, str>>, Option<String>) {
    match str::from_utf8(bytes) {
        Ok(text) => (Some(Cow::Borrowed(text)), None),
        Err(_) => (None, Some(STANDARD.encode(bytes))),
    }
}

fn bytes(
    field: &str,
    text: Option<Cow<'_, str>>,
    base64: Option<String>,
) -> Result<Option<Vec<u8>>, String> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(format!("both {field} and {field}_base64 are given")),
        (Some(text), None) => Ok(Some(text.into_owned().into_bytes())),
        (None, Some(base64)) => STANDARD
            .decode(base64)
            .map(Some)
            .map_err(|_| format!("{field}_base64 is not base64")),
        (None, None) => Ok(None),
    }
}

fn check_version(v: Option<u32>) -> Result<(), String> {
    match v {
        Some(VERSION) => Ok(()),
        Some(v) => Err(format!("version {v} of the format is not known here")),
        None => Err("v is missing".into()),
    }
}

/// serde's own words would repeat values of the line.
fn describe(json: &[u8], error: &serde_json::Error) -> String {
    #[derive(Deserialize)]
    struct Version {
        v: Option<u32>,
    }

    let column = error.column();
    if json.trim_ascii_start().starts_with(b"[") {
        return "a JSON array, and requests stand one a line; jq -c '.[]' writes an array so"
            .into();
    }
    match error.classify() {
        Category::Data => match serde_json::from_slice(json) {
            // A newer format may well have other types.
            Ok(Version { v }) if v != Some(VERSION) => check_version(v).err().unwrap_or_default(),
            _ => format!("column {column} holds something else than expected"),
        },
        Category::Eof => "the line ends too early".into(),
        Category::Syntax | Category::Io => format!("not JSON at column {column}"),
    }
}

fn default_timeout() -> u64 {
    TIMEOUT_MS
}

fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests;
