//! The encoder: checks an operation and appends it to a buffer.
//!
//! Nothing is appended if an error is returned, so that every buffer can be framed again.

use serde::Serialize;

use super::{Connect, Headers, Info, ProtocolError, Record, subject};

/// Maximum bytes of the arguments of a control line that we send (nats-server `MAX_CONTROL_LINE_SIZE`).
pub const MAX_CONTROL_LINE: usize = 4_096;

/// Maximum bytes of a message: servers read sizes of at most nine digits.
const MAX_MESSAGE: usize = 999_999_999;

/// Appends `CONNECT {…}`.
pub fn connect(out: &mut Vec<u8>, connect: &Connect) {
    document(out, b"CONNECT ", connect);
}

/// Appends PUB, or HPUB with headers, and returns the place of the message in `out`.
///
/// # Errors
/// [`ProtocolError`] for a subject, reply or line that a server would refuse or frame differently.
pub fn publish(
    out: &mut Vec<u8>,
    subject: &[u8],
    reply: Option<&[u8]>,
    headers: &Headers,
    payload: &[u8],
) -> Result<Record, ProtocolError> {
    subject::check_publish(subject)?;
    if let Some(reply) = reply {
        subject::check_publish(reply)?;
    }
    let header_len = headers.encoded_len();
    let total = header_len.saturating_add(payload.len());
    if total > MAX_MESSAGE {
        return Err(too_large(total, MAX_MESSAGE));
    }
    let sizes = match header_len {
        0 => digits(total as u64),
        _ => digits(header_len as u64) + 1 + digits(total as u64),
    };
    let subjects = subject.len() + reply.map_or(0, |reply| 1 + reply.len());
    check_line(subjects + 1 + sizes)?;
    let verb: &[u8] = if header_len == 0 { b"PUB " } else { b"HPUB " };
    let start = out.len();
    let body_at = start + verb.len() + subjects + 1 + sizes + 2;
    let end = body_at + total + 2;
    let (Ok(subject_at), Ok(body_at), Ok(_)) = (
        u32::try_from(start + verb.len()),
        u32::try_from(body_at),
        u32::try_from(end),
    ) else {
        return Err(too_large(end, u32::MAX as usize));
    };

    out.reserve(end - start);
    out.extend_from_slice(verb);
    out.extend_from_slice(subject);
    if let Some(reply) = reply {
        out.push(b' ');
        out.extend_from_slice(reply);
    }
    if header_len > 0 {
        number(out, header_len as u64);
    }
    number(out, total as u64);
    out.extend_from_slice(b"\r\n");
    headers.encode(out);
    out.extend_from_slice(payload);
    out.extend_from_slice(b"\r\n");
    // The casts cannot truncate: all lengths were checked above.
    Ok(Record {
        sid: 0,
        subject_at,
        subject_len: subject.len() as u16,
        reply_offset: reply.map_or(0, |_| subject.len() as u16 + 1),
        reply_len: reply.map_or(0, |reply| reply.len() as u16),
        body_at,
        header_len: header_len as u32,
        payload_len: payload.len() as u32,
    })
}

/// Appends SUB.
///
/// # Errors
/// [`ProtocolError`] for a subject, queue group or line that a server would refuse or frame differently.
pub fn subscribe(
    out: &mut Vec<u8>,
    subject: &[u8],
    queue: Option<&[u8]>,
    sid: u64,
) -> Result<(), ProtocolError> {
    subject::check_subscribe(subject)?;
    if let Some(queue) = queue {
        subject::check_queue(queue)?;
    }
    check_line(subject.len() + queue.map_or(0, |queue| 1 + queue.len()) + 1 + digits(sid))?;
    out.extend_from_slice(b"SUB ");
    out.extend_from_slice(subject);
    if let Some(queue) = queue {
        out.push(b' ');
        out.extend_from_slice(queue);
    }
    number(out, sid);
    out.extend_from_slice(b"\r\n");
    Ok(())
}

/// Appends UNSUB; with `max`, the server counts the messages already delivered too.
///
/// A server reads at most nine digits of `max` and takes more for "at once", so a larger one is clamped.
pub fn unsubscribe(out: &mut Vec<u8>, sid: u64, max: Option<u64>) {
    out.extend_from_slice(b"UNSUB");
    number(out, sid);
    if let Some(max) = max {
        number(out, max.min(MAX_MESSAGE as u64));
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends PING.
pub fn ping(out: &mut Vec<u8>) {
    out.extend_from_slice(b"PING\r\n");
}

/// Appends PONG.
pub fn pong(out: &mut Vec<u8>) {
    out.extend_from_slice(b"PONG\r\n");
}

/// Appends `INFO {…}`, as a server.
pub fn info(out: &mut Vec<u8>, info: &Info) {
    document(out, b"INFO ", info);
}

/// Appends MSG, or HMSG if `header` is not empty, as a server. Subject, sid and reply are not checked: they
/// must come from operations that were framed.
pub fn message(
    out: &mut Vec<u8>,
    subject: &[u8],
    sid: &[u8],
    reply: Option<&[u8]>,
    header: &[u8],
    payload: &[u8],
) {
    let verb: &[u8] = if header.is_empty() { b"MSG " } else { b"HMSG " };
    out.extend_from_slice(verb);
    out.extend_from_slice(subject);
    out.push(b' ');
    out.extend_from_slice(sid);
    if let Some(reply) = reply {
        out.push(b' ');
        out.extend_from_slice(reply);
    }
    if !header.is_empty() {
        number(out, header.len() as u64);
    }
    number(out, (header.len() + payload.len()) as u64);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(header);
    out.extend_from_slice(payload);
    out.extend_from_slice(b"\r\n");
}

/// Appends `+OK`, as a server.
pub fn ok(out: &mut Vec<u8>) {
    out.extend_from_slice(b"+OK\r\n");
}

/// Appends `-ERR 'text'`, as a server; line breaks in the text become blanks.
pub fn error(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(b"-ERR '");
    out.extend(text.bytes().map(|byte| match byte {
        b'\r' | b'\n' => b' ',
        byte => byte,
    }));
    out.extend_from_slice(b"'\r\n");
}

fn document(out: &mut Vec<u8>, verb: &[u8], document: &impl Serialize) {
    out.extend_from_slice(verb);
    serde_json::to_writer(&mut *out, document)
        .expect("a Vec takes every write, and these structs have no map keys or failing fields");
    out.extend_from_slice(b"\r\n");
}

/// Appends a blank and a number.
fn number(out: &mut Vec<u8>, number: u64) {
    // One blank and up to twenty digits.
    let mut text = [b' '; 21];
    let mut rest = number;
    let first = text.len() - digits(number);
    for digit in text[first..].iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&text[first - 1..]);
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn check_line(args: usize) -> Result<(), ProtocolError> {
    if args > MAX_CONTROL_LINE {
        return Err(ProtocolError::LineTooLong {
            limit: MAX_CONTROL_LINE,
        });
    }
    Ok(())
}

fn too_large(announced: usize, limit: usize) -> ProtocolError {
    ProtocolError::TooLarge {
        announced: announced as u64,
        limit,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::{ClientOp, Decoder, HeaderBlock, Limits, ServerOp};

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    fn published(
        subject: &[u8],
        reply: Option<&[u8]>,
        headers: &Headers,
        payload: &[u8],
    ) -> String {
        written(|out| {
            publish(out, subject, reply, headers, payload).unwrap();
        })
    }

    fn headers(lines: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.append(name, value).unwrap();
        }
        headers
    }

    #[test]
    fn operations_are_written_as_the_protocol_says() {
        let none = Headers::new();
        let baz = headers(&[("Bar", "Baz")]);
        for (out, expected) in [
            (written(ping), "PING\r\n"),
            (written(pong), "PONG\r\n"),
            (written(ok), "+OK\r\n"),
            (written(|out| error(out, "a\r\nb")), "-ERR 'a  b'\r\n"),
            (
                written(|out| subscribe(out, b"a.>", None, 1).unwrap()),
                "SUB a.> 1\r\n",
            ),
            (
                written(|out| subscribe(out, b"a.*", Some(b"q"), 20).unwrap()),
                "SUB a.* q 20\r\n",
            ),
            (written(|out| unsubscribe(out, 0, None)), "UNSUB 0\r\n"),
            (
                written(|out| unsubscribe(out, u64::MAX, Some(10))),
                "UNSUB 18446744073709551615 10\r\n",
            ),
            (
                written(|out| unsubscribe(out, 1, Some(u64::MAX))),
                "UNSUB 1 999999999\r\n",
            ),
            (
                published(b"foo", None, &none, b"hello"),
                "PUB foo 5\r\nhello\r\n",
            ),
            (
                published(b"foo", Some(b"r"), &none, b""),
                "PUB foo r 0\r\n\r\n",
            ),
            (
                published(b"foo", Some(b"r"), &baz, b"hello"),
                "HPUB foo r 22 27\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhello\r\n",
            ),
            (
                written(|out| message(out, b"foo", b"1", None, b"", b"hello")),
                "MSG foo 1 5\r\nhello\r\n",
            ),
            (
                written(|out| message(out, b"foo", b"1", Some(b"r"), b"hel", b"lo")),
                "HMSG foo 1 r 3 5\r\nhello\r\n",
            ),
        ] {
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn documents_are_one_line_and_are_read_back() {
        let said = Connect {
            name: "a\r\nPUB x 0\r\n\" ü".to_owned(),
            user: Some("u".to_owned()),
            ..Connect::default()
        };
        let out = written(|out| connect(out, &said));
        assert_eq!(out.lines().count(), 1);
        let op = Decoder::new(Limits::CLIENT).client_op(out.as_bytes(), &mut 0);
        let Ok(Some(ClientOp::Connect(json))) = op else {
            panic!("{op:?}");
        };
        assert!(Connect::parse(json).unwrap() == said);

        let said = Info {
            server_name: "a\nb".to_owned(),
            max_payload: -1,
            ..Info::default()
        };
        let out = written(|out| info(out, &said));
        let op = Decoder::new(Limits::CLIENT).server_op(out.as_bytes(), &mut 0);
        let Ok(Some(ServerOp::Info(json))) = op else {
            panic!("{op:?}");
        };
        assert_eq!(Info::parse(json).unwrap(), said);
    }

    #[test]
    fn what_would_be_framed_differently_is_refused_and_nothing_is_written() {
        let none = Headers::new();
        for hostile in [
            "",
            "a b",
            "a\tb",
            "a\r\nPUB x 0\r\n",
            "foo..bar",
            ".foo",
            "foo.",
        ] {
            let hostile = hostile.as_bytes();
            let mut out = b"before".to_vec();
            assert!(publish(&mut out, hostile, None, &none, b"").is_err());
            assert!(publish(&mut out, b"a", Some(hostile), &none, b"").is_err());
            assert!(subscribe(&mut out, hostile, None, 1).is_err());
            if !hostile.contains(&b'.') {
                assert!(subscribe(&mut out, b"a", Some(hostile), 1).is_err());
            }
            assert_eq!(out, b"before");
        }
    }

    #[test]
    fn arguments_of_the_limit_are_written_and_one_byte_more_is_refused() {
        let subject = [b'a'; 2_000];
        let none = Headers::new();
        let mut out = Vec::new();
        // subject, blank, reply, blank, one digit
        let reply = vec![b'r'; MAX_CONTROL_LINE - 2_000 - 3];
        assert!(publish(&mut out, &subject, Some(&reply), &none, b"").is_ok());
        assert!(subscribe(&mut out, &subject, Some(&reply), 1).is_ok());
        out.clear();
        let limit = MAX_CONTROL_LINE;
        let too_long = ProtocolError::LineTooLong { limit };
        assert_eq!(
            publish(&mut out, &subject, Some(&reply), &none, &[0; 10]),
            Err(too_long.clone())
        );
        assert_eq!(
            subscribe(&mut out, &subject, Some(&reply), 10),
            Err(too_long)
        );
        assert!(out.is_empty());
    }

    fn bytes(lengths: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![4 => any::<u8>(), 4 => proptest::sample::select(&b"a.*> \r\n"[..])];
        proptest::collection::vec(byte, lengths)
    }

    /// Mostly valid subjects, sometimes any bytes.
    fn subjects() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![3 => "[a-c*>ü]{1,3}(\\.[a-c]{1,3}){0,3}".prop_map(String::into_bytes), 1 => bytes(0..12)]
    }

    proptest! {
        #[test]
        fn what_is_published_is_framed_again_or_refused(
            subject in subjects(),
            reply in proptest::option::of(subjects()),
            lines in proptest::collection::vec(("[!-~ü ]{0,4}", "[ -~ü\r\n]{0,8}"), 0..4),
            payload in bytes(0..64),
            before in 0_usize..20,
        ) {
            let mut headers = Headers::new();
            for (name, value) in &lines {
                let _ = headers.append(name, value);
            }
            let mut out = vec![b'.'; before];
            match publish(&mut out, &subject, reply.as_deref(), &headers, &payload) {
                Err(_) => prop_assert_eq!(out.len(), before),
                Ok(record) => {
                    let mut at = before;
                    let op = Decoder::new(Limits::CLIENT).client_op(&out, &mut at).unwrap();
                    let has_headers = !headers.is_empty();
                    prop_assert_eq!(op, Some(ClientOp::Publish { record, headers: has_headers }));
                    prop_assert_eq!(at, out.len());
                    prop_assert_eq!(record.subject(&out), &subject[..]);
                    prop_assert_eq!(record.reply(&out), reply.as_deref());
                    prop_assert_eq!(record.payload(&out), &payload[..]);
                    let block = HeaderBlock::parse(record.header(&out));
                    prop_assert!(!block.malformed);
                    let sent: Vec<_> = headers
                        .iter()
                        .map(|(name, value)| (name.as_bytes(), value.trim_matches(' ').as_bytes()))
                        .collect();
                    prop_assert_eq!(block.fields, sent);
                }
            }
        }

        #[test]
        fn a_subscription_is_framed_again_or_refused(
            subject in subjects(),
            queue in proptest::option::of(bytes(0..6)),
            sid: u64,
        ) {
            let mut out = Vec::new();
            match subscribe(&mut out, &subject, queue.as_deref(), sid) {
                Err(_) => prop_assert!(out.is_empty()),
                Ok(()) => {
                    let mut at = 0;
                    let op = Decoder::new(Limits::CLIENT).client_op(&out, &mut at).unwrap();
                    let sid = sid.to_string();
                    prop_assert_eq!(op, Some(ClientOp::Subscribe {
                        subject: &subject,
                        queue: queue.as_deref(),
                        sid: sid.as_bytes(),
                    }));
                    prop_assert_eq!(at, out.len());
                }
            }
        }

        #[test]
        fn a_message_is_framed_again(
            subject in "[a-z.]{1,9}",
            sid: u64,
            reply in proptest::option::of("[a-z.]{1,9}"),
            header in bytes(0..20),
            payload in bytes(0..64),
        ) {
            let (subject, number) = (subject.as_bytes(), sid.to_string());
            let reply = reply.as_ref().map(String::as_bytes);
            let mut out = Vec::new();
            message(&mut out, subject, number.as_bytes(), reply, &header, &payload);
            let op = Decoder::new(Limits::CLIENT).server_op(&out, &mut 0).unwrap();
            let Some(ServerOp::Message(record)) = op else { panic!("{op:?}") };
            prop_assert_eq!(record.sid, sid);
            prop_assert_eq!(record.subject(&out), subject);
            prop_assert_eq!(record.reply(&out), reply);
            prop_assert_eq!(record.header(&out), &header[..]);
            prop_assert_eq!(record.payload(&out), &payload[..]);
        }
    }
}
