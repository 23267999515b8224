//! The texts of `-ERR` that say what was refused (nats-server `server/client.go`, `errors.go`).

use crate::client::Sid;

/// What an `-ERR` is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::client) enum Refusal {
    /// A subscription, with its queue group and, where it existed before, its number.
    Subscription {
        subject: Vec<u8>,
        queue: Option<Vec<u8>>,
        sid: Option<Sid>,
    },
    /// The subscription that the server was processing; the text does not name it.
    CurrentSubscription,
    /// A publish to a subject.
    Publish { subject: Vec<u8> },
    /// A publish with a reply subject.
    Reply { subject: Vec<u8> },
    /// Our credentials, wrong or missing.
    Credentials,
    /// The connection, for another reason. The server closes it.
    Connection,
    /// Anything else.
    Other,
}

impl Refusal {
    pub fn parse(text: &[u8]) -> Refusal {
        let lower = text.to_ascii_lowercase();
        if lower.starts_with(b"permissions violation for ") {
            return permissions(text).unwrap_or(Refusal::Other);
        }
        let is = |known: &[&str]| {
            known
                .iter()
                .any(|known| lower.starts_with(known.as_bytes()))
        };
        if is(&["invalid subject", "maximum subscriptions exceeded"]) {
            Refusal::CurrentSubscription
        } else if is(CREDENTIALS) {
            Refusal::Credentials
        } else if is(CONNECTION) {
            Refusal::Connection
        } else {
            Refusal::Other
        }
    }
}

const CREDENTIALS: &[&str] = &[
    "authorization violation",
    "authentication timeout",
    "user authentication expired",
    "user authentication revoked",
    "account authentication expired",
];

const CONNECTION: &[&str] = &[
    "maximum connections exceeded",
    "maximum account active connections exceeded",
    "connection throttling is active",
    "secure connection - tls required",
    "stale connection",
    "invalid client protocol",
    "no responders requires headers support",
    "failed account registration",
    "attempted to connect to",
    "unknown protocol operation",
    "maximum control line exceeded",
    "maximum payload violation",
];

/// `Permissions Violation for Subscription to "S"[ using queue "Q"][ (sid "N")][, too many tokens]`,
/// `… for Publish to "S"`, `… for Publish with Reply of "R"`.
fn permissions(text: &[u8]) -> Option<Refusal> {
    let at = memchr::memchr(b'"', text)?;
    let (before, quoted) = text.split_at(at);
    let (subject, rest) = unquote(quoted)?;
    let before = before.to_ascii_lowercase();
    if before.ends_with(b"publish to ") {
        return Some(Refusal::Publish { subject });
    }
    if before.ends_with(b"publish with reply of ") {
        return Some(Refusal::Reply { subject });
    }
    if !before.ends_with(b"subscription to ") {
        return None;
    }
    let (queue, rest) = match rest.strip_prefix(b" using queue ") {
        Some(quoted) => unquote(quoted).map(|(queue, rest)| (Some(queue), rest))?,
        None => (None, rest),
    };
    let sid = rest
        .strip_prefix(b" (sid ")
        .and_then(unquote)
        .and_then(|(sid, _)| String::from_utf8(sid).ok()?.parse().ok())
        .map(Sid);
    Some(Refusal::Subscription {
        subject,
        queue,
        sid,
    })
}

/// Reverses Go's `%q` (strconv.Quote). Also returns the text after the closing quote.
fn unquote(quoted: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = quoted.strip_prefix(b"\"")?;
    let mut plain = Vec::new();
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => return Some((plain, rest)),
            b'\\' => {
                let (&escape, behind) = rest.split_first()?;
                rest = behind;
                match escape {
                    b'a' => plain.push(0x07),
                    b'b' => plain.push(0x08),
                    b'f' => plain.push(0x0c),
                    b'n' => plain.push(b'\n'),
                    b'r' => plain.push(b'\r'),
                    b't' => plain.push(b'\t'),
                    b'v' => plain.push(0x0b),
                    b'x' => plain.push(u8::try_from(hex(&mut rest, 2)?).ok()?),
                    b'u' => push_char(&mut plain, hex(&mut rest, 4)?)?,
                    b'U' => push_char(&mut plain, hex(&mut rest, 8)?)?,
                    other => plain.push(other),
                }
            }
            byte => plain.push(byte),
        }
    }
}

fn hex(rest: &mut &[u8], digits: usize) -> Option<u32> {
    let (number, behind) = rest.split_at_checked(digits)?;
    *rest = behind;
    number.iter().try_fold(0, |value: u32, digit| {
        Some(value << 4 | char::from(*digit).to_digit(16)?)
    })
}

fn push_char(plain: &mut Vec<u8>, code: u32) -> Option<()> {
    let mut buffer = [0; 4];
    let encoded = char::from_u32(code)?.encode_utf8(&mut buffer);
    plain.extend_from_slice(encoded.as_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn subscription(subject: &str, queue: Option<&str>, sid: Option<u64>) -> Refusal {
        Refusal::Subscription {
            subject: subject.into(),
            queue: queue.map(Into::into),
            sid: sid.map(Sid),
        }
    }

    #[test]
    fn texts_of_the_server() {
        let table: &[(&str, Refusal)] = &[
            (
                r#"Permissions Violation for Subscription to "s""#,
                subscription("s", None, None),
            ),
            (
                r#"Permissions Violation for Subscription to "q" using queue "v2""#,
                subscription("q", Some("v2"), None),
            ),
            (
                r#"Permissions Violation for Subscription to "q" using queue "v2" (sid "7")"#,
                subscription("q", Some("v2"), Some(7)),
            ),
            (
                r#"permissions violation for subscription to "s" (sid "7")"#,
                subscription("s", None, Some(7)),
            ),
            (
                r#"Permissions Violation for Subscription to "a.b", too many tokens"#,
                subscription("a.b", None, None),
            ),
            (
                r#"Permissions Violation for Publish to "no.x""#,
                Refusal::Publish {
                    subject: b"no.x".to_vec(),
                },
            ),
            (
                r#"Permissions Violation for Publish with Reply of "_R_.x""#,
                Refusal::Reply {
                    subject: b"_R_.x".to_vec(),
                },
            ),
            ("Invalid Subject", Refusal::CurrentSubscription),
            (
                "maximum subscriptions exceeded",
                Refusal::CurrentSubscription,
            ),
            ("Authorization Violation", Refusal::Credentials),
            ("maximum connections exceeded", Refusal::Connection),
            ("Something New", Refusal::Other),
            ("", Refusal::Other),
            (
                r#"Permissions Violation for Publish to "no"#,
                Refusal::Other,
            ),
            ("Permissions Violation for Lunch", Refusal::Other),
        ];
        for (text, expected) in table {
            assert_eq!(&Refusal::parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn c098_subjects_are_quoted_as_go_does() {
        let table: &[(&[u8], &[u8])] = &[
            (br#""a\"b\\c""#, br#"a"b\c"#),
            (br#""\a\b\f\n\r\t\v""#, b"\x07\x08\x0c\n\r\t\x0b"),
            (br#""f\xff\x00""#, b"f\xff\0"),
            (
                "\"é\\u200b\\U0001f600\"".as_bytes(),
                "é\u{200b}😀".as_bytes(),
            ),
        ];
        for (quoted, plain) in table {
            assert_eq!(unquote(quoted).unwrap().0, *plain);
        }
        for broken in [&b"\"a"[..], b"\"\\", b"\"\\x1\"", b"\"\\ud800\"", b"a"] {
            assert_eq!(unquote(broken), None, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_texts_are_read_without_panic(text: Vec<u8>) {
            let mut permission = b"Permissions Violation for Subscription to \"".to_vec();
            permission.extend_from_slice(&text);
            Refusal::parse(&permission);
            Refusal::parse(&text);
        }
    }
}
