//! Reading a line back. Lines come from files, so nothing about them is taken for granted.

use std::{borrow::Cow, fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use thiserror::Error;

use super::{Direction, Line};

/// Why a line is not a message.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not a JSON object of the known members.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// `at` is not a time with a zone between the years 1678 and 2261.
    #[error("\"at\" is not a time such as 2026-11-23T02:00:00.123456789Z: {0:?}")]
    At(String),
    /// A member and its `_base64` twin are both there, or neither where one is needed.
    #[error("needs one of {name:?} and \"{name}_base64\"")]
    Twins {
        /// The member's name without the suffix.
        name: &'static str,
    },
    /// A `_base64` member is not base64.
    #[error("\"{name}_base64\" is not base64: {reason}")]
    Base64 {
        /// The member's name without the suffix.
        name: &'static str,
        /// What the decoder said.
        reason: String,
    },
}

/// The members as they stand in the object.
#[derive(Deserialize)]
struct Members {
    at: String,
    dir: Direction,
    subject: Option<String>,
    subject_base64: Option<String>,
    reply: Option<String>,
    reply_base64: Option<String>,
    #[serde(default)]
    headers: InOrder,
    data: Option<String>,
    data_base64: Option<String>,
    status: Option<u16>,
    rtt_us: Option<u64>,
}

impl Line<'_> {
    /// Reads one line, with or without its line end. Members that are not known are skipped; `size`
    /// is not looked at, the payload tells.
    ///
    /// # Errors
    /// [`ReadError`] with the reason.
    pub fn read(line: &str) -> Result<Line<'static>, ReadError> {
        let members: Members = serde_json::from_str(line)?;
        let at = members.at.parse().ok().and_then(nanoseconds);
        Ok(Line {
            at: at.ok_or(ReadError::At(members.at))?,
            direction: members.dir,
            subject: either("subject", members.subject, members.subject_base64)?
                .ok_or(ReadError::Twins { name: "subject" })?,
            reply: either("reply", members.reply, members.reply_base64)?,
            headers: members.headers.0,
            payload: either("data", members.data, members.data_base64)?
                .ok_or(ReadError::Twins { name: "data" })?,
            status: members.status,
            rtt: members.rtt_us.map(Duration::from_micros),
        })
    }
}

fn nanoseconds(at: Timestamp) -> Option<i64> {
    i64::try_from(at.as_nanosecond()).ok()
}

fn either(
    name: &'static str,
    text: Option<String>,
    base64: Option<String>,
) -> Result<Option<Cow<'static, [u8]>>, ReadError> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(ReadError::Twins { name }),
        (Some(text), None) => Ok(Some(text.into_bytes().into())),
        (None, Some(base64)) => match STANDARD.decode(base64) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(error) => Err(ReadError::Base64 {
                name,
                reason: error.to_string(),
            }),
        },
        (None, None) => Ok(None),
    }
}

/// A JSON object whose members keep their order.
#[derive(Default)]
struct InOrder(Vec<(Cow<'static, str>, Vec<Cow<'static, str>>)>);

impl<'de> Deserialize<'de> for InOrder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = InOrder;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of lists of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, values)) = map.next_entry::<String, Vec<String>>()? {
                    let values = values.into_iter().map(Cow::from).collect();
                    headers.push((Cow::from(name), values));
                }
                Ok(InOrder(headers))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
