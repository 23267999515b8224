//! One message as one JSON object, whatever its bytes are.

use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
    time::Duration,
};

use super::AS_TEXT;
use crate::protocol::{Direction, HeaderBlock, Record, ServiceError, header_block};

/// One message, borrowed while it is written and as far as possible when it is read. Subject, reply
/// subject and payload are exact, whether they are UTF-8 or not. Headers are text; where that does not
/// tell every byte of the block, `block` does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// When it was read or written, in nanoseconds since the Unix epoch.
    pub at: i64,
    /// Which way it went.
    pub direction: Direction,
    /// The subject it was published to.
    pub subject: Cow<'a, [u8]>,
    /// Where an answer is awaited.
    pub reply: Option<Cow<'a, [u8]>>,
    /// Names in the order of their first appearance, each with all its values in order.
    pub headers: Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    /// The payload.
    pub payload: Cow<'a, [u8]>,
    /// The number of the header block's status line, such as 503.
    pub status: Option<u16>,
    /// The text behind the status number; empty where there is none.
    pub description: Cow<'a, str>,
    /// The header block as it stood on the wire, where `status`, `description` and `headers` do not
    /// give every byte of it: not UTF-8, a line break within (a folded value), malformed, repeated
    /// names apart, or too long to stand as text.
    pub block: Option<Cow<'a, [u8]>>,
    /// The number of the subscription it came in on, in recordings: 1 for replies to our own
    /// requests. What came on several is in a recording several times, and tells itself apart so.
    pub sid: Option<u64>,
    /// How long the reply took, where this is one to a request of ours; microseconds are kept.
    pub rtt: Option<Duration>,
}

impl<'a> Line<'a> {
    /// A message that came or went, its header block as it stood on the wire.
    pub fn new(
        at: i64,
        direction: Direction,
        subject: &'a [u8],
        reply: Option<&'a [u8]>,
        header: &'a [u8],
        payload: &'a [u8],
    ) -> Line<'a> {
        let mut line = Line {
            at,
            direction,
            subject: subject.into(),
            reply: reply.map(Cow::from),
            headers: Vec::new(),
            payload: payload.into(),
            status: None,
            description: Cow::from(""),
            block: None,
            sid: None,
            rtt: None,
        };
        if header.is_empty() {
            return line;
        }
        if header.len() > AS_TEXT {
            line.status = HeaderBlock::status_of(header);
            line.block = Some(header.into());
            return line;
        }
        let read = HeaderBlock::parse(header);
        line.headers = grouped(&read);
        line.status = read.status;
        line.description = String::from_utf8_lossy(read.description);
        if line.holds_a_line_break() || line.header() != header {
            line.block = Some(header.into());
        }
        line
    }

    /// A message of a chunk of wire bytes, with the number of the subscription it was received on.
    pub fn from_wire(chunk: &'a [u8], record: &Record, at: i64, direction: Direction) -> Line<'a> {
        let line = Line::new(
            at,
            direction,
            record.subject(chunk),
            record.reply(chunk),
            record.header(chunk),
            record.payload(chunk),
        );
        let sid = (direction == Direction::In).then_some(record.sid);
        Line { sid, ..line }
    }

    /// Whether a name, a value or the description holds CR or LF. Other readers of the format may
    /// split headers there.
    fn holds_a_line_break(&self) -> bool {
        let breaks = |text: &str| memchr::memchr2(b'\r', b'\n', text.as_bytes()).is_some();
        let mut headers = self.headers.iter();
        breaks(&self.description)
            || headers.any(|(name, values)| breaks(name) || values.iter().any(|text| breaks(text)))
    }

    /// The header block as it stood on the wire; empty where there was none. Where only text is known
    /// and a value holds line breaks, the value is folded: it stays one header.
    pub fn header(&self) -> Cow<'_, [u8]> {
        if let Some(block) = &self.block {
            return Cow::Borrowed(block);
        }
        if self.headers.is_empty() && self.status.is_none() {
            return Cow::Borrowed(b"");
        }
        let fields = self.headers.iter().flat_map(|(name, values)| {
            let values = values.iter();
            values.map(move |value| (name.as_bytes(), value.as_bytes()))
        });
        // a description belongs to a status
        let description = self.status.map_or("", |_| &self.description);
        let block = header_block(self.status, description.as_bytes(), fields);
        Cow::Owned(block)
    }

    /// What a service says that could not do what it was asked for (ADR-32).
    pub fn service_error(&self) -> Option<ServiceError<'_>> {
        let fields = self.headers.iter().flat_map(|(name, values)| {
            let value = |value| (name.as_bytes(), str::as_bytes(value));
            values.iter().map(move |text| value(text))
        });
        ServiceError::among(fields)
    }
}

fn grouped<'a>(block: &HeaderBlock<'a>) -> Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)> {
    let mut headers: Vec<(Cow<str>, Vec<Cow<str>>)> = Vec::new();
    // A block may hold a hundred thousand names.
    let mut places: HashMap<Cow<str>, usize> = HashMap::new();
    for (name, value) in &block.fields {
        let name = String::from_utf8_lossy(name);
        let value = String::from_utf8_lossy(value);
        match places.entry(name) {
            Entry::Occupied(known) => headers[*known.get()].1.push(value),
            Entry::Vacant(new) => {
                headers.push((new.key().clone(), vec![value]));
                new.insert(headers.len() - 1);
            }
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line() -> Line<'static> {
        Line {
            at: 1_795_399_200_123_456_789,
            direction: Direction::In,
            subject: Cow::from(b"today".as_slice()),
            reply: Some(Cow::from(b"_INBOX.x".as_slice())),
            headers: vec![(Cow::from("A"), vec![Cow::from("1")])],
            payload: Cow::from(b"%Y%m%d".as_slice()),
            status: None,
            description: Cow::from(""),
            block: None,
            sid: None,
            rtt: None,
        }
    }

    #[test]
    fn a_line_is_the_documented_object() {
        assert_eq!(
            line().to_string(),
            r#"{"at":"2026-11-23T02:00:00.123456789Z","dir":"in","subject":"today","reply":"_INBOX.x","headers":{"A":["1"]},"size":6,"data":"%Y%m%d"}"#
        );
    }

    #[test]
    fn members_that_do_not_apply_are_left_out() {
        let bare = Line {
            at: 0,
            direction: Direction::Out,
            reply: None,
            headers: Vec::new(),
            payload: Cow::from(b"".as_slice()),
            ..line()
        };
        assert_eq!(
            bare.to_string(),
            r#"{"at":"1970-01-01T00:00:00.000000000Z","dir":"out","subject":"today","size":0,"data":""}"#
        );
    }

    #[test]
    fn bytes_that_are_not_text_are_base64() {
        let bytes = Line {
            subject: Cow::from(b"a.\xff".as_slice()),
            reply: Some(Cow::from(b"\xfe".as_slice())),
            headers: Vec::new(),
            payload: Cow::from(b"\x00\xff".as_slice()),
            status: Some(503),
            rtt: Some(Duration::from_nanos(2_003_123_456)),
            ..line()
        };
        assert_eq!(
            bytes.to_string(),
            r#"{"at":"2026-11-23T02:00:00.123456789Z","dir":"in","subject_base64":"YS7/","reply_base64":"/g==","size":2,"data_base64":"AP8=","status":503,"rtt_us":2003123}"#
        );
    }

    #[test]
    fn a_reply_that_failed_says_so() {
        let block =
            b"NATS/1.0\r\nNats-Service-Error: no number\r\nNats-Service-Error-Code: 400\r\n\r\n";
        let line = Line::new(0, Direction::In, b"_INBOX.x", None, block, b"");
        let json = line.to_string();
        let expected = r#","size":0,"data":"","service_error":{"code":400,"text":"no number"}}"#;
        assert!(json.ends_with(expected), "{json}");
        assert_eq!(Line::read(&json).unwrap(), line);
    }

    #[test]
    fn control_characters_never_stand_raw_in_a_line() {
        let hostile = Line {
            payload: Cow::from(b"\x1b]0;owned\x07\r\n\x7f\xc2\x9b31m".as_slice()),
            ..line()
        };
        let json = hostile.to_string();
        assert!(!json.chars().any(char::is_control), "{json:?}");
        assert_eq!(Line::read(&json).unwrap(), hostile);
    }

    #[test]
    fn repeated_headers_are_grouped_in_the_order_of_their_first_appearance() {
        let block = b"NATS/1.0 404 gone\r\nB: 1\r\nA: 2\r\nB: 3\r\n\r\n";
        let line = Line::new(0, Direction::In, b"s", None, block, b"");
        let names: Vec<_> = line.headers.iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["B", "A"]);
        assert_eq!(line.headers[0].1, ["1", "3"]);
        assert_eq!(line.status, Some(404));
    }

    #[test]
    fn a_block_of_as_many_names_as_fit_is_grouped_in_no_time() {
        let names: String = (0..150_000).map(|n| format!("{n:x}:\r\n")).collect();
        let block = format!("NATS/1.0\r\n{names}{names}\r\n").into_bytes();
        let begun = std::time::Instant::now();
        let line = Line::new(0, Direction::In, b"s", None, &block, b"");
        let grouped = |(_, values): &(_, Vec<_>)| values.len() == 2;
        assert!(line.headers.len() == 150_000 && line.headers.iter().all(grouped));
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
    }

    #[test]
    fn a_header_block_is_exact_whatever_it_holds() {
        let table: [(&[u8], bool); 13] = [
            (b"", false),
            (b"NATS/1.0\r\nA: 1\r\n\r\n", false),
            (b"NATS/1.0 404 No Messages\r\n\r\n", false),
            (b"NATS/1.0 100 \xff\r\n\r\n", true),
            (b"NATS/1.0\r\n\r\n", true),
            (b"NATS/1.0\r\nA:1\r\n\r\n", true),
            (b"NATS/1.0\r\nA: 1\r\nB: 2\r\nA: 3\r\n\r\n", true),
            (b"NATS/1.0\r\nA: \xff\r\n\r\n", true),
            (b"NATS/1.0\r\nA: 1\r\n 2\r\n\r\n", true),
            (b"NATS/1.0\r\nA: 1\n2\r\n\r\n", true),
            (b"NATS/1.0\r\nA: 1\r2\r\n\r\n", true),
            (b"NATS/1.0\r\nA\r: 1\r\n\r\n", true),
            (b"junk", true),
        ];
        for (block, needed) in table {
            let line = Line::new(0, Direction::In, b"s", None, block, b"");
            assert_eq!(line.block.is_some(), needed, "{block:?}");
            let json = line.to_string();
            let read = Line::read(&json).unwrap();
            assert_eq!(read, line);
            assert_eq!(read.header().as_ref(), block);
        }
    }

    #[test]
    fn a_header_block_too_long_for_text_stands_as_base64_alone() {
        let block = format!("NATS/1.0 503\r\nA: {}\r\n\r\n", "\u{1}".repeat(AS_TEXT)).into_bytes();
        let line = Line::new(0, Direction::In, b"s", None, &block, b"");
        let json = line.to_string();
        assert!(json.len() < 2 * block.len(), "{}", json.len());
        let read = Line::read(&json).unwrap();
        assert_eq!(
            (read.status, read.header().as_ref()),
            (Some(503), &block[..])
        );
    }

    #[test]
    fn a_payload_too_long_for_text_is_base64() {
        let payload = vec![0; AS_TEXT + 1];
        let line = Line::new(0, Direction::In, b"s", None, b"", &payload);
        let json = line.to_string();
        assert!(json.contains("data_base64"));
        assert_eq!(Line::read(&json).unwrap().payload, payload);
    }

    #[test]
    fn what_is_not_a_message_is_refused_with_its_reason() {
        let table = [
            ("", "EOF"),
            ("[]", "is a JSON array"),
            (r#"{"at":"2026-11-23T02:00:00Z"}"#, "dir"),
            (
                r#"{"at":"2026-11-23T02:00:00Z","dir":"in","data":""}"#,
                "subject",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","dir":"in","subject":"a"}"#,
                "data",
            ),
            (
                r#"{"at":"yesterday","dir":"in","subject":"a","data":""}"#,
                "at",
            ),
            (
                r#"{"at":"9999-11-23T02:00:00Z","dir":"in","subject":"a","data":""}"#,
                "at",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","dir":"in","subject":"a","data":"","data_base64":""}"#,
                "data",
            ),
            (
                r#"{"at":"2026-11-23T02:00:00Z","dir":"in","subject":"a","data_base64":"?"}"#,
                "base64",
            ),
        ];
        for (given, reason) in table {
            let error = Line::read(given).unwrap_err().to_string();
            assert!(error.contains(reason), "{given}: {error}");
        }
    }

    #[test]
    fn unknown_members_are_skipped() {
        let read = Line::read(
            r#"{"at":"2026-11-23T03:00:00+01:00","dir":"in","later":{"a":1},"subject":"a","data":""}"#,
        );
        assert_eq!(read.unwrap().at, 1_795_399_200_000_000_000);
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_a_line_reads_back_the_same(
            at in any::<i64>(),
            out in any::<bool>(),
            subject in any::<Vec<u8>>(),
            reply in any::<Option<Vec<u8>>>(),
            headers in proptest::collection::btree_map("[!-9;-~]{1,8}", proptest::collection::vec(any::<String>(), 1..3), 0..4),
            payload in any::<Vec<u8>>(),
            status in any::<Option<u16>>(),
            block in any::<Option<Vec<u8>>>(),
            sid in any::<Option<u64>>(),
            rtt in any::<Option<u32>>(),
        ) {
            let line = Line {
                at,
                direction: if out { Direction::Out } else { Direction::In },
                subject: subject.into(),
                reply: reply.map(Cow::from),
                headers: headers
                    .into_iter()
                    .map(|(name, values)| (name.into(), values.into_iter().map(Cow::from).collect()))
                    .collect(),
                payload: payload.into(),
                status,
                description: Cow::from("gone"),
                block: block.map(Cow::from),
                sid,
                rtt: rtt.map(|us| Duration::from_micros(us.into())),
            };
            let json = line.to_string();
            prop_assert!(!json.contains(['\n', '\0']));
            prop_assert_eq!(Line::read(&json).unwrap(), line);
        }

        #[test]
        fn no_line_makes_the_reader_panic(line in any::<String>()) {
            let _ = Line::read(&line);
        }
    }
}
