//! One question about a message: what it asks, what it costs, how it is written.

use std::{fmt, time::Duration};

use super::{Facts, Pattern, comparison::Comparison, json::Condition, quote::Written};
use crate::{
    protocol::{Direction, Fields, HeaderBlock, ServiceError, subject},
    text::duration,
};

/// A question about a message. What the message does not have satisfies none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The subject matches, with wildcards.
    Subject(String),
    /// There is a header, and its value is or is not this.
    Header {
        name: String,
        value: Option<HeaderValue>,
    },
    Direction(Direction),
    /// Whether an answer is awaited.
    Reply(bool),
    /// Of the status line, or where there is none the code of a service that failed.
    Status(Comparison, u32),
    /// At this time or later.
    Since(i64),
    /// Before this time.
    Until(i64),
    Size(Comparison, u64),
    Rtt(Comparison, i64),
    Json(Condition),
    /// The text occurs in the subject, the reply, the headers or the payload.
    Text(Pattern),
    /// The same with a regular expression.
    Regex(Pattern),
}

/// What is asked of a header's value, byte by byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeaderValue {
    /// One of the values is this.
    Is(String),
    /// None of them is.
    IsNot(String),
}

impl Test {
    /// Whether the message satisfies it.
    pub fn holds(&self, message: &impl Facts) -> bool {
        match self {
            Test::Subject(pattern) => subject::matches(pattern.as_bytes(), message.subject()),
            Test::Header { name, value } => header_holds(message.header(), name, value.as_ref()),
            Test::Direction(direction) => message.direction() == *direction,
            Test::Reply(wanted) => message.reply().is_some() == *wanted,
            Test::Status(comparison, status) => {
                status_of(message.header()).is_some_and(|given| comparison.holds(given.cmp(status)))
            }
            Test::Since(at) => message.at() >= *at,
            Test::Until(at) => message.at() < *at,
            Test::Size(comparison, size) => comparison.holds(message.size().cmp(size)),
            Test::Rtt(comparison, rtt) => message
                .rtt()
                .is_some_and(|given| comparison.holds(given.cmp(rtt))),
            Test::Json(condition) => condition.holds(message.payload()),
            Test::Text(pattern) | Test::Regex(pattern) => {
                pattern.is_in(message.subject()) || is_elsewhere(pattern, message)
            }
        }
    }

    /// What a subject alone decides, which is all of it for [`Test::Subject`] and that a text occurs for
    /// the others; `None` where it is about something else.
    pub fn by_subject(&self, subject: &[u8]) -> Option<bool> {
        match self {
            Test::Subject(pattern) => Some(subject::matches(pattern.as_bytes(), subject)),
            Test::Text(pattern) | Test::Regex(pattern) => Some(pattern.is_in(subject)),
            _ => None,
        }
    }

    /// How long it takes in comparison to others, about in nanoseconds for a message of 256 bytes.
    pub fn cost(&self) -> u32 {
        match self {
            Test::Direction(_) | Test::Reply(_) | Test::Since(_) | Test::Until(_) => 1,
            Test::Size(..) => 2,
            Test::Rtt(..) => 20,
            Test::Status(..) => 25,
            Test::Subject(_) => 30,
            Test::Header { .. } => 50,
            Test::Text(_) => 60,
            Test::Json(_) => 200,
            Test::Regex(_) => 300,
        }
    }
}

/// Whether a pattern occurs in the message, its subject aside. The version that every header block
/// begins with is no text.
pub(super) fn is_elsewhere(pattern: &Pattern, message: &impl Facts) -> bool {
    message.reply().is_some_and(|reply| pattern.is_in(reply))
        || is_in_header(pattern, message.header())
        || pattern.is_in_payload(message.payload(), message.may_hold_backslash())
}

fn is_in_header(pattern: &Pattern, block: &[u8]) -> bool {
    let text = HeaderBlock::behind_version(block);
    !text.is_empty() && pattern.is_in(text)
}

fn status_of(block: &[u8]) -> Option<u32> {
    let status = HeaderBlock::status_of(block).map(u32::from);
    status.or_else(|| ServiceError::code_of(block))
}

fn header_holds(block: &[u8], name: &str, value: Option<&HeaderValue>) -> bool {
    let mut values = Fields::of(block)
        .filter(|(field, _)| field.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, value)| value);
    match value {
        None => values.next().is_some(),
        Some(HeaderValue::Is(wanted)) => values.any(|value| value == wanted.as_bytes()),
        Some(HeaderValue::IsNot(unwanted)) => {
            let differs = |value: &[u8]| value != unwanted.as_bytes();
            values.next().is_some_and(differs) && values.all(differs)
        }
    }
}

/// A subject as a filter holds it.
pub(super) fn written_subject(text: &str) -> Written<'_> {
    Written {
        text,
        also: ">:/;=<",
    }
}

/// The name of a header as a filter holds it.
pub(super) fn written_name(text: &str) -> Written<'_> {
    Written { text, also: ":/;" }
}

fn written_value(text: &str) -> Written<'_> {
    Written {
        text,
        also: ">:/;=<!",
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Subject(pattern) => write!(f, "subject:{}", written_subject(pattern)),
            Test::Header { name, value } => {
                write!(f, "header:{}", written_name(name))?;
                match value {
                    None => Ok(()),
                    Some(HeaderValue::Is(value)) => write!(f, "={}", written_value(value)),
                    Some(HeaderValue::IsNot(value)) => write!(f, "!={}", written_value(value)),
                }
            }
            Test::Direction(Direction::In) => f.write_str("dir:in"),
            Test::Direction(Direction::Out) => f.write_str("dir:out"),
            Test::Reply(true) => f.write_str("reply:yes"),
            Test::Reply(false) => f.write_str("reply:no"),
            Test::Status(Comparison::Equal, status) => write!(f, "status:{status}"),
            Test::Status(comparison, status) => write!(f, "status{comparison}{status}"),
            Test::Since(at) => write!(f, "since:{}", Moment(*at)),
            Test::Until(at) => write!(f, "until:{}", Moment(*at)),
            Test::Size(comparison, size) => write!(f, "size{comparison}{size}"),
            Test::Rtt(comparison, rtt) => write!(
                f,
                "rtt{comparison}{}",
                duration::compact(Duration::from_nanos(rtt.unsigned_abs()))
            ),
            Test::Json(condition) => write!(f, "json:{condition}"),
            Test::Text(pattern) => {
                let word = Written {
                    text: pattern.source(),
                    also: "",
                };
                write!(f, "{word}")
            }
            Test::Regex(pattern) => write!(f, "/{}/", pattern.source()),
        }
    }
}

/// Nanoseconds since the Unix epoch, printed as RFC 3339 in UTC.
struct Moment(i64);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = jiff::Timestamp::from_nanosecond(self.0.into());
        write!(f, "{}", timestamp.unwrap_or_default())
    }
}
