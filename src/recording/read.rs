//! Reading a line back. Lines come from files, so nothing about them is taken for granted.
//!
//! Two objects are known: ours, and natscli's, which is a `nats.Msg` of nats.go as its JSON encoder
//! writes it (natscli `cli/sub_command.go`, `dumpMsg`):
//!
//! ```json
//! {"Subject":"today","Reply":"","Header":{"A":["1"]},"Data":"JVklbSVk","Sub":null}
//! ```

use std::{borrow::Cow, fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use thiserror::Error;

use super::{Chunk, Entry, Line};
use crate::{
    protocol::{Direction, Marker, MarkerKind},
    text::quoted,
};

/// Maximum length of subject, reply subject and subscription number together with the blanks around
/// them, in bytes: a record counts them with 16 bits, as the longest control line that is decoded allows.
const LONGEST_SUBJECTS: usize = u16::MAX as usize;

/// The largest number of a marker: bytes of years at the full rate.
const MOST_COUNTED: u64 = 1 << 60;

/// The longest name of a place that is kept, in characters; what is longer is cut there.
const LONGEST_PLACE: usize = 1_000;

/// Why a line is not a message.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not a JSON object of the known members.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// `at` is not a time with a zone between the years 1678 and 2261.
    #[error("\"at\" is not a time such as 2026-11-23T02:00:00.123456789Z: {}", quoted(.0))]
    At(String),
    /// A member that is needed is not there.
    #[error("has no {0:?}")]
    Missing(&'static str),
    /// A member and its `_base64` twin are both there, or neither where one is needed.
    #[error("needs one of {name:?} and \"{name}_base64\"")]
    Twins {
        /// The member's name without the suffix.
        name: &'static str,
    },
    /// A member is not base64.
    #[error("{name:?} is not base64: {reason}")]
    Base64 {
        /// The member's name.
        name: &'static str,
        /// What the decoder said.
        reason: String,
    },
    /// `marker` is not the name of one.
    #[error("\"marker\" is none of reconnected, moved, switched and dropped: {}", quoted(.0))]
    Marker(String),
    /// No server takes such a subject, so no message had it.
    #[error("{name:?} {reason}")]
    Subject {
        /// The member's name.
        name: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The name of a header that would be read as another one.
    #[error("the name of a header holds a line feed or a colon")]
    Header,
    /// More than anybody can have counted.
    #[error("{0:?} is more than anybody can count")]
    Count(&'static str),
    /// It is an array, perhaps of messages.
    #[error(
        "is a JSON array, and a recording has one object a line; jq -c '.[]' writes an array so"
    )]
    Array,
    /// It is not text at all.
    #[error("is not UTF-8")]
    NotText,
}

/// The members as they stand in the object; those of natscli begin with capitals.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow)]
    at: Option<Text<'a>>,
    dir: Option<Direction>,
    subject: Option<Text<'a>>,
    subject_base64: Option<Text<'a>>,
    reply: Option<Text<'a>>,
    reply_base64: Option<Text<'a>>,
    #[serde(default)]
    headers: InOrder<'a>,
    data: Option<Text<'a>>,
    data_base64: Option<Text<'a>>,
    status: Option<u16>,
    description: Option<Text<'a>>,
    header_block_base64: Option<Text<'a>>,
    sid: Option<u64>,
    rtt_us: Option<u64>,
    marker: Option<Text<'a>>,
    lasted_ms: Option<u64>,
    from: Option<Text<'a>>,
    to: Option<Text<'a>>,
    received: Option<u64>,
    sent: Option<u64>,
    bytes: Option<u64>,
    #[serde(rename = "Subject")]
    dumped_subject: Option<Text<'a>>,
    #[serde(rename = "Reply")]
    dumped_reply: Option<Text<'a>>,
    #[serde(rename = "Header")]
    dumped_headers: Option<InOrder<'a>>,
    #[serde(rename = "Data")]
    dumped_data: Option<Text<'a>>,
}

impl<'a> Line<'a> {
    /// Reads one line, with or without its line end. Members that are not known are skipped; `size`
    /// is not looked at, the payload tells.
    ///
    /// # Errors
    /// [`ReadError`] with the reason.
    pub fn read(line: &'a str) -> Result<Line<'a>, ReadError> {
        Members::read(line)?.line()
    }
}

impl<'a> Entry<'a> {
    /// Reads one line of a recording: a message or a marker, of ours or of natscli's. The latter do
    /// not tell when they came: that is `at` then, in nanoseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`ReadError`] with the reason, also for what could not have come from a server.
    pub fn read(line: &'a str, at: i64) -> Result<Entry<'a>, ReadError> {
        let members = Members::read(line)?;
        if members.marker.is_some() {
            return Ok(Entry::Marker(members.marker()?));
        }
        let line = if members.dumped_subject.is_some() {
            members.dumped(at)?
        } else {
            members.line()?
        };
        check(&line)?;
        Ok(Entry::Message(line))
    }
}

/// Refuses what would be framed differently on the wire.
fn check(line: &Line) -> Result<(), ReadError> {
    let reply = line.reply.as_deref();
    let digits = line.sid.unwrap_or(Chunk::UNTOLD).to_string().len();
    let mut left = LONGEST_SUBJECTS - " ".len() * 3 - digits;
    for (name, subject) in [("subject", Some(&*line.subject)), ("reply", reply)] {
        let reason = match subject {
            None => continue,
            Some(b"") => "is empty",
            Some(subject) if left < subject.len() => "is longer than any server takes",
            Some(subject) if subject.iter().any(|byte| is_blank(*byte)) => "holds a blank",
            Some(subject) => {
                left -= subject.len();
                continue;
            }
        };
        return Err(ReadError::Subject { name, reason });
    }
    let mut names = line.headers.iter().map(|(name, _)| name);
    if line.block.is_none() && names.any(|name| name.contains(['\n', ':'])) {
        return Err(ReadError::Header);
    }
    Ok(())
}

/// What parts the arguments of a control line, and ends it (nats-server `parser.go`, `splitArg`).
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl<'a> Members<'a> {
    fn read(line: &'a str) -> Result<Members<'a>, ReadError> {
        if line.trim_start().starts_with('[') {
            return Err(ReadError::Array);
        }
        Ok(serde_json::from_str(line)?)
    }

    fn at(&self) -> Result<i64, ReadError> {
        let at = &self.at.as_ref().ok_or(ReadError::Missing("at"))?.0;
        let read = at.parse::<Timestamp>().ok();
        read.and_then(|at| i64::try_from(at.as_nanosecond()).ok())
            .ok_or_else(|| ReadError::At(at.chars().take(40).collect()))
    }

    fn line(self) -> Result<Line<'a>, ReadError> {
        Ok(Line {
            at: self.at()?,
            direction: self.dir.ok_or(ReadError::Missing("dir"))?,
            subject: either(
                "subject",
                self.subject,
                "subject_base64",
                self.subject_base64,
            )?
            .ok_or(ReadError::Twins { name: "subject" })?,
            reply: either("reply", self.reply, "reply_base64", self.reply_base64)?,
            headers: self.headers.0,
            payload: either("data", self.data, "data_base64", self.data_base64)?
                .ok_or(ReadError::Twins { name: "data" })?,
            status: self.status,
            description: self.description.map_or(Cow::Borrowed(""), |text| text.0),
            block: self
                .header_block_base64
                .map(|text| decoded("header_block_base64", &text.0))
                .transpose()?,
            sid: self.sid,
            rtt: self.rtt_us.map(Duration::from_micros),
        })
    }

    fn dumped(self, at: i64) -> Result<Line<'a>, ReadError> {
        let subject = self.dumped_subject.ok_or(ReadError::Missing("Subject"))?;
        let reply = self.dumped_reply.filter(|reply| !reply.0.is_empty());
        let data = self.dumped_data;
        Ok(Line {
            at,
            direction: Direction::In,
            subject: subject.bytes(),
            reply: reply.map(Text::bytes),
            headers: self.dumped_headers.unwrap_or_default().0,
            payload: data.map_or(Ok(Cow::Borrowed(&b""[..])), |data| decoded("Data", &data.0))?,
            status: None,
            description: Cow::Borrowed(""),
            block: None,
            sid: None,
            rtt: None,
        })
    }

    fn marker(self) -> Result<Marker, ReadError> {
        let at = self.at()?;
        let name = self.marker.ok_or(ReadError::Missing("marker"))?.0;
        let kind = match name.as_ref() {
            "reconnected" => MarkerKind::Reconnected {
                lasted: Duration::from_millis(self.lasted_ms.unwrap_or(0)),
            },
            "moved" => MarkerKind::Moved,
            "switched" => MarkerKind::Switched {
                from: place("from", self.from)?,
                to: place("to", self.to)?,
            },
            "dropped" => MarkerKind::Dropped {
                received: counted("received", self.received)?,
                sent: counted("sent", self.sent)?,
                bytes: counted("bytes", self.bytes)?,
                by_subscription: Vec::new(),
            },
            other => return Err(ReadError::Marker(other.chars().take(40).collect())),
        };
        Ok(Marker { at, kind })
    }
}

fn place(name: &'static str, place: Option<Text>) -> Result<String, ReadError> {
    let place = place.ok_or(ReadError::Missing(name))?.0;
    Ok(place.chars().take(LONGEST_PLACE).collect())
}

fn counted(name: &'static str, count: Option<u64>) -> Result<u64, ReadError> {
    match count.unwrap_or(0) {
        count if count > MOST_COUNTED => Err(ReadError::Count(name)),
        count => Ok(count),
    }
}

fn either<'a>(
    name: &'static str,
    text: Option<Text<'a>>,
    twin: &'static str,
    base64: Option<Text<'a>>,
) -> Result<Option<Cow<'a, [u8]>>, ReadError> {
    match (text, base64) {
        (Some(_), Some(_)) => Err(ReadError::Twins { name }),
        (Some(text), None) => Ok(Some(text.bytes())),
        (None, Some(base64)) => decoded(twin, &base64.0).map(Some),
        (None, None) => Ok(None),
    }
}

fn decoded(name: &'static str, base64: &str) -> Result<Cow<'static, [u8]>, ReadError> {
    match STANDARD.decode(base64) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(ReadError::Base64 {
            name,
            reason: error.to_string(),
        }),
    }
}

/// A JSON string, borrowed where it holds no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'a> Text<'a> {
    fn bytes(self) -> Cow<'a, [u8]> {
        match self.0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Read)
    }
}

/// A JSON object whose members keep their order.
#[derive(Default)]
struct InOrder<'a>(Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>);

impl<'de: 'a, 'a> Deserialize<'de> for InOrder<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = InOrder<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of lists of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<InOrder<'de>, A::Error> {
                let mut headers = Vec::new();
                while let Some((name, values)) = map.next_entry::<Text, Option<Vec<Text>>>()? {
                    // Go writes a list of none as null.
                    let values = values.unwrap_or_default();
                    headers.push((name.0, values.into_iter().map(|text| text.0).collect()));
                }
                Ok(InOrder(headers))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> Line<'_> {
        match Entry::read(text, 7) {
            Ok(Entry::Message(line)) => line,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_message_of_natscli_is_read_with_the_time_it_lacks() {
        let line = message(
            r#"{"Subject":"a.b","Reply":"back","Header":{"A":["1","2"]},"Data":"aGk=","Sub":null}"#,
        );
        let header = b"NATS/1.0\r\nA: 1\r\nA: 2\r\n\r\n";
        let expected = Line::new(7, Direction::In, b"a.b", Some(b"back"), header, b"hi");
        assert_eq!(line, expected);
        let bare =
            message(r#"{"Subject":"a","Reply":"","Header":null,"Data":null,"Sub":{"x":[]}}"#);
        assert_eq!(bare, Line::new(7, Direction::In, b"a", None, b"", b""));
    }

    #[test]
    fn a_value_with_line_breaks_is_kept_as_one_header() {
        let ours = r#"{"at":"2026-11-23T02:00:00Z","dir":"in","subject":"a","headers":{"A":["1\r\nB: 2"]},"data":""}"#;
        let natscli = r#"{"Subject":"a","Header":{"A":["1\r\nB: 2"]},"Data":null}"#;
        for text in [ours, natscli] {
            let line = message(text);
            assert_eq!(line.header().as_ref(), b"NATS/1.0\r\nA: 1\r\n B: 2\r\n\r\n");
        }
    }

    #[test]
    fn what_no_server_delivers_is_refused_with_its_reason() {
        let long = "x".repeat(LONGEST_SUBJECTS - 3);
        let ours = |rest: &str| format!(r#"{{"at":"2026-11-23T02:00:00Z","dir":"in",{rest}}}"#);
        let table = [
            (ours(r#""subject":"","data":"""#), "is empty"),
            (ours(r#""subject":"a b","data":"""#), "holds a blank"),
            (
                ours(r#""subject":"a","reply":"b\r\nPING","data":"""#),
                "\"reply\" holds a blank",
            ),
            (ours(&format!(r#""subject":"{long}","data":"""#)), "longer"),
            (
                ours(r#""subject":"a","headers":{"A\nB":["1"]},"data":"""#),
                "line feed",
            ),
            (
                ours(r#""subject":"a","headers":{"A":[["#).replace("]}", &"[".repeat(10_000)),
                "invalid type",
            ),
            (
                r#"{"Subject":"a","Data":"%%"}"#.to_owned(),
                "\"Data\" is not base64",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","marker":"x"}"#.to_owned(),
                "none of",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","marker":"dropped","sent":9000000000000000000}"#
                    .to_owned(),
                "\"sent\" is more than anybody can count",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","marker":"switched","from":"a"}"#.to_owned(),
                "has no \"to\"",
            ),
            (r#"{"marker":"moved"}"#.to_owned(), "has no \"at\""),
        ];
        for (given, reason) in table {
            let error = Entry::read(&given, 0).unwrap_err().to_string();
            assert!(error.contains(reason), "{given}: {error}");
        }
    }

    #[test]
    fn a_place_with_a_name_without_end_is_cut() {
        let long = "日".repeat(100_000);
        let given = format!(
            r#"{{"at":"2026-11-23T02:00:00Z","marker":"switched","from":"{long}","to":"b"}}"#
        );
        let Ok(Entry::Marker(marker)) = Entry::read(&given, 0) else {
            panic!("a marker");
        };
        let (from, to) = ("日".repeat(LONGEST_PLACE), "b".to_owned());
        assert_eq!(marker.kind, MarkerKind::Switched { from, to });
    }

    #[test]
    fn an_object_as_deep_as_it_likes_is_skipped_or_refused() {
        let deep = "[".repeat(200_000) + &"]".repeat(200_000);
        let given = format!(
            r#"{{"x":{deep},"at":"2026-11-23T02:00:00Z","dir":"in","subject":"a","data":""}}"#
        );
        let _ = Entry::read(&given, 0);
        let _ = Entry::read(&deep, 0);
    }
}
