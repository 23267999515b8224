//! The decoder against transcripts of nats-server 2.15.1 and against hostile bytes.

use super::*;

mod splits;

const LIMITS: Limits = Limits {
    line: 64,
    document: 256,
    message: 1_000,
};

/// Everything an operation says, for comparing across chunks.
fn said_by_server(op: ServerOp<'_>, chunk: &[u8]) -> String {
    match op {
        ServerOp::Message(record) => message(record, chunk),
        ServerOp::Info(json) => format!("INFO {}", json.escape_ascii()),
        ServerOp::Error(text) => format!("-ERR {}", text.escape_ascii()),
        other => format!("{other:?}"),
    }
}

fn said_by_client(op: ClientOp<'_>, chunk: &[u8]) -> String {
    let word = |bytes: &[u8]| bytes.escape_ascii().to_string();
    match op {
        ClientOp::Publish { record, headers } => format!("{headers} {}", message(record, chunk)),
        ClientOp::Connect(json) => format!("CONNECT {}", word(json)),
        ClientOp::Subscribe {
            subject,
            queue,
            sid,
        } => format!("SUB {} {:?} {}", word(subject), queue.map(word), word(sid)),
        ClientOp::Unsubscribe { sid, max } => format!("UNSUB {} {max:?}", word(sid)),
        ClientOp::Error(text) => format!("-ERR {}", word(text)),
        other => format!("{other:?}"),
    }
}

fn message(record: Record, chunk: &[u8]) -> String {
    format!(
        "{} {} {:?} [{}] [{}]",
        record.sid,
        record.subject(chunk).escape_ascii(),
        record
            .reply(chunk)
            .map(|reply| reply.escape_ascii().to_string()),
        record.header(chunk).escape_ascii(),
        record.payload(chunk).escape_ascii(),
    )
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Server,
    Client,
}

impl Side {
    fn next(
        self,
        decoder: &mut Decoder,
        chunk: &[u8],
        at: &mut usize,
    ) -> Result<Option<String>, ProtocolError> {
        match self {
            Side::Server => decoder
                .server_op(chunk, at)
                .map(|op| op.map(|op| said_by_server(op, chunk))),
            Side::Client => decoder
                .client_op(chunk, at)
                .map(|op| op.map(|op| said_by_client(op, chunk))),
        }
    }
}

/// Every operation of a stream that comes in one chunk, and how many bytes are left.
fn whole(side: Side, limits: Limits, stream: &[u8]) -> (Vec<String>, Option<ProtocolError>, usize) {
    let mut decoder = Decoder::new(limits);
    let (mut ops, mut at) = (Vec::new(), 0);
    loop {
        match side.next(&mut decoder, stream, &mut at) {
            Ok(Some(op)) => ops.push(op),
            Ok(None) => return (ops, None, stream.len() - at),
            Err(error) => return (ops, Some(error), stream.len() - at),
        }
    }
}

fn server_ops(stream: impl AsRef<[u8]>) -> Vec<String> {
    let (ops, error, left) = whole(Side::Server, Limits::CLIENT, stream.as_ref());
    assert_eq!((error, left), (None, 0), "{ops:?}");
    ops
}

fn error_of(side: Side, stream: &str) -> Option<ProtocolError> {
    whole(side, LIMITS, stream.as_bytes()).1
}

/// A server's message: sid, subject, reply, header block, payload.
fn msg(sid: u64, subject: &str, reply: Option<&str>, header: &str, payload: &str) -> String {
    let (header, payload) = (header.escape_default(), payload.escape_default());
    format!("{sid} {subject} {reply:?} [{header}] [{payload}]")
}

#[test]
fn what_nats_server_sends_is_framed() {
    let ack = "$JS.ACK.ORDERS.brw1.1.2.1.1795399421918103165.3";
    let event = format!(
        "MSG $SYS.ACCOUNT.APP.CONNECT 40  645\r\n{}\r\n",
        "e".repeat(645)
    );
    let no_responders = "NATS/1.0 503\r\nNats-Subject: no.one\r\n\r\n";
    let direct_get = "NATS/1.0\r\nX-A: b\r\nNats-Stream: ORDERS\r\nNats-Subject: orders.1\r\n\
        Nats-Sequence: 4\r\nNats-Time-Stamp: 2026-11-23T02:03:42.419719649Z\r\n\r\n";
    for (stream, expected) in [
        (
            "INFO {\"server_id\":\"ND\",\"port\":24222} \r\n".to_owned(),
            vec![r#"INFO {\"server_id\":\"ND\",\"port\":24222}"#.to_owned()],
        ),
        (
            "PONG\r\nINFO {\"connect_info\":true} \r\n".to_owned(),
            vec![
                "Pong".to_owned(),
                r#"INFO {\"connect_info\":true}"#.to_owned(),
            ],
        ),
        (
            "MSG foo 1 5\r\nhello\r\n".to_owned(),
            vec![msg(1, "foo", None, "", "hello")],
        ),
        (
            "MSG ok.svc 1 private.reply 2\r\nhi\r\n".to_owned(),
            vec![msg(1, "ok.svc", Some("private.reply"), "", "hi")],
        ),
        (
            "MSG foo 1 0\r\n\r\n".to_owned(),
            vec![msg(1, "foo", None, "", "")],
        ),
        (
            "MSG foo 1 005\r\nhello\r\n".to_owned(),
            vec![msg(1, "foo", None, "", "hello")],
        ),
        (
            event,
            vec![msg(
                40,
                "$SYS.ACCOUNT.APP.CONNECT",
                None,
                "",
                &"e".repeat(645),
            )],
        ),
        (
            "HMSG foo 1 r 22 27\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhello\r\n".to_owned(),
            vec![msg(
                1,
                "foo",
                Some("r"),
                "NATS/1.0\r\nBar: Baz\r\n\r\n",
                "hello",
            )],
        ),
        (
            "HMSG foo 1 3 5\r\nhello\r\n".to_owned(),
            vec![msg(1, "foo", None, "hel", "lo")],
        ),
        (
            format!("HMSG _INBOX.1.a 1 38 38\r\n{no_responders}\r\n"),
            vec![msg(1, "_INBOX.1.a", None, no_responders, "")],
        ),
        (
            "HMSG _INBOX.x 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n".to_owned(),
            vec![msg(1, "_INBOX.x", None, "NATS/1.0 503\r\n\r\n", "")],
        ),
        (
            "HMSG _INBOX.24 1 28 28\r\nNATS/1.0 404 No Messages\r\n\r\n\r\n".to_owned(),
            vec![msg(
                1,
                "_INBOX.24",
                None,
                "NATS/1.0 404 No Messages\r\n\r\n",
                "",
            )],
        ),
        (
            format!("HMSG _INBOX.16 1 132 138\r\n{direct_get}hello3\r\n"),
            vec![msg(1, "_INBOX.16", None, direct_get, "hello3")],
        ),
        (
            format!("MSG orders.1 1 {ack} 6\r\nhello1\r\n"),
            vec![msg(1, "orders.1", Some(ack), "", "hello1")],
        ),
        (
            "+OK\r\nPONG\r\n+OK\r\n+OK\r\nMSG foo 1 1\r\nx\r\n+OK\r\n+OK\r\n".to_owned(),
            vec![
                "Ok".to_owned(),
                "Pong".to_owned(),
                "Ok".to_owned(),
                "Ok".to_owned(),
            ]
            .into_iter()
            .chain([msg(1, "foo", None, "", "x")])
            .chain(["Ok".to_owned(), "Ok".to_owned()])
            .collect(),
        ),
        (
            "MSG fo\0o 1 1\r\nx\r\n".to_owned(),
            vec![msg(1, "fo\\x00o", None, "", "x")],
        ),
    ] {
        assert_eq!(server_ops(&stream), expected, "{stream:?}");
    }
    assert_eq!(
        server_ops(b"\x4d\x53\x47\x20\x66\xff\xfe\x20\x31\x20\x31\x0d\x0a\x78\x0d\x0a"),
        [msg(1, r"f\xff\xfe", None, "", "x")]
    );
}

#[test]
fn error_texts_lose_one_pair_of_quotes() {
    for (line, text) in [
        (
            "-ERR 'Unknown Protocol Operation'\r\n",
            "Unknown Protocol Operation",
        ),
        (
            "-ERR 'to \"q\" using queue \"v2\"'\r\n",
            r#"to \"q\" using queue \"v2\""#,
        ),
        ("-ERR ''quoted''\r\n", r"\'quoted\'"),
        ("-ERR\r\n", ""),
        ("-ERR \n", ""),
        ("-ERR ''\r\n", ""),
        ("-ERR '\r\n", r"\'"),
        ("-ERR no quotes  \r\n", "no quotes"),
        ("-err 'x'\n", "x"),
    ] {
        assert_eq!(server_ops(line), [format!("-ERR {text}")], "{line:?}");
    }
}

#[test]
fn lines_in_any_spelling_are_framed() {
    let expected = [msg(7, "a", Some("r"), "", "xyz")];
    for line in [
        "msg a 7 r 3\r\n",
        "MSG\ta\t7 \t r  3 \r\n",
        "Msg a 7 r 3\n",
        "MSG  a 7 r 000000003\r\n",
    ] {
        assert_eq!(server_ops(format!("{line}xyz\r\n")), expected, "{line:?}");
    }
    assert_eq!(
        server_ops("ping xyz\nPONG\t\r\n+ok !\n"),
        ["Ping", "Pong", "Ok"]
    );
}

#[test]
fn a_payload_that_reads_like_protocol_is_data() {
    let mut payload: Vec<u8> = (0..=u8::MAX).collect();
    payload.extend_from_slice(b"\r\nPING\r\nMSG a 1 3\r\n");
    let mut stream = format!("MSG a 1 {}\r\n", payload.len()).into_bytes();
    stream.extend_from_slice(&payload);
    stream.extend_from_slice(b"\r\nPONG\r\n");
    let (mut decoder, mut at) = (Decoder::new(Limits::CLIENT), 0);
    let op = decoder.server_op(&stream, &mut at);
    let Ok(Some(ServerOp::Message(record))) = op else {
        panic!("{op:?}");
    };
    assert_eq!(record.payload(&stream), payload);
    assert_eq!(
        decoder.server_op(&stream, &mut at),
        Ok(Some(ServerOp::Pong))
    );
}

#[test]
fn what_clients_send_is_framed() {
    for (stream, expected) in [
        ("CONNECT {}\r\n", "CONNECT {}"),
        ("CONNECT{\"a\":1} \r\n", r#"CONNECT {\"a\":1}"#),
        ("PUB foo 5\r\nhello\r\n", "false 0 foo None [] [hello]"),
        (
            "pub \t foo  r\t5\nhello\r\n",
            "false 0 foo Some(\"r\") [] [hello]",
        ),
        ("HPUB foo 3 5\r\nhello\r\n", "true 0 foo None [hel] [lo]"),
        (
            "HPUB foo r 0 5\r\nhello\r\n",
            "true 0 foo Some(\"r\") [] [hello]",
        ),
        ("sub  \tfoo \t 1\t\r\n", "SUB foo None 1"),
        ("SUB foo q abc-1_x\r\n", "SUB foo Some(\"q\") abc-1_x"),
        ("UNSUB 1\r\n", "UNSUB 1 None"),
        ("UNSUB 1 5\r\n", "UNSUB 1 Some(5)"),
        ("UNSUB 1 x\r\n", "UNSUB 1 None"),
        ("PING xyz\r\n", "Ping"),
        ("PONG\n", "Pong"),
        ("INFO {}\r\n", "Ignored"),
        ("+OK\r\n", "Ignored"),
        ("-ERR 'x'\r\n", "-ERR x"),
    ] {
        let found = whole(Side::Client, LIMITS, stream.as_bytes());
        assert_eq!(found, (vec![expected.to_owned()], None, 0), "{stream:?}");
    }
}

#[test]
fn verbs_of_the_other_direction_and_garbage_are_unknown() {
    for (side, stream) in [
        (Side::Client, "MSG a 1 0\r\n\r\n"),
        (Side::Client, "HMSG a 1 0 0\r\n\r\n"),
        (Side::Client, "GET / HTTP/1.1\r\n"),
        (Side::Client, "\r\n"),
        (Side::Client, "\x16\x03\x01\x02\x00\x01"),
        (Side::Server, "PUB a 0\r\n\r\n"),
        (Side::Server, "HPUB a 0 0\r\n\r\n"),
        (Side::Server, "SUB a 1\r\n"),
        (Side::Server, "UNSUB 1\r\n"),
        (Side::Server, "CONNECT {}\r\n"),
        (Side::Server, "HTTP/1.1 400 Bad Request\r\n"),
        (Side::Server, "XYZZY\r\n"),
    ] {
        let error = error_of(side, stream);
        let unknown = matches!(error, Some(ProtocolError::UnknownOperation(_)));
        assert!(unknown, "{side:?} {stream:?}: {error:?}");
    }
    assert_eq!(
        error_of(Side::Server, "HTTP/1.1 400\r\nmore"),
        Some(ProtocolError::UnknownOperation("HTTP/1.1 400␍".to_owned()))
    );
}

#[test]
fn fields_that_do_not_fit_are_refused() {
    for (side, lines) in [
        (
            Side::Server,
            &[
                "MSG a 1",
                "MSG a",
                "MSG a 1 r 3 4",
                "MSG a x 0",
                "MSG a 1 -5",
                "MSG a 1 x5",
                "MSG a 1 1000000000000000000",
                "MSG a 1 0000000005",
                "MSG a 18446744073709551616 0",
                "HMSG a 1 5",
                "HMSG a 1 6 5",
                "HMSG a 1 x 5",
                "HMSG a 1 r 1 2 3",
                "MSG ",
            ][..],
        ),
        (
            Side::Client,
            &[
                "PUB a",
                "PUB a b c 1",
                "PUB a -5",
                "PUB a 0000000005",
                "PUB ",
                "HPUB a 1",
                "HPUB a 6 5",
                "HPUB a b c 1 1",
                "SUB a",
                "SUB a b c d",
                "UNSUB ",
                "UNSUB 1 2 3",
            ][..],
        ),
    ] {
        for line in lines {
            let error = error_of(side, &format!("{line}\r\nhello\r\n"));
            let bad = matches!(error, Some(ProtocolError::BadFields { .. }));
            assert!(bad, "{line:?}: {error:?}");
        }
    }
}

#[test]
fn subjects_longer_than_a_record_holds_are_refused() {
    let limits = Limits {
        line: 1 << 20,
        ..Limits::CLIENT
    };
    for (subject, reply, passes) in [
        (65_535, 1, false),
        (65_536, 0, false),
        (1, 65_536, false),
        (65_000, 535, true),
    ] {
        let line = format!(
            "MSG {} 1 {} 0\r\n\r\n",
            "s".repeat(subject),
            "r".repeat(reply)
        );
        let error = whole(Side::Server, limits, line.as_bytes()).1;
        assert_eq!(error.is_none(), passes, "{subject} {reply}: {error:?}");
    }
}

#[test]
fn sizes_of_the_limit_pass_and_more_is_refused_before_the_payload_comes() {
    let limit = LIMITS.message;
    for (side, line, announced) in [
        (Side::Server, "MSG a 1 1001\r\n", 1_001),
        (Side::Server, "HMSG a 1 1 999999999\r\n", 999_999_999),
        (Side::Client, "PUB a 1001\r\n", 1_001),
        (Side::Client, "HPUB a 1001 1001\r\n", 1_001),
    ] {
        assert_eq!(
            error_of(side, line),
            Some(ProtocolError::TooLarge { announced, limit })
        );
    }
    assert_eq!(error_of(Side::Server, "MSG a 1 1000\r\n"), None);
}

#[test]
fn lines_longer_than_the_limit_are_refused_without_their_end() {
    for (verb, limit) in [("MSG", 64), ("-ERR", 64), ("PING", 64), ("INFO", 256)] {
        let too_long = Some(ProtocolError::LineTooLong { limit });
        assert_eq!(
            error_of(Side::Server, &format!("{verb} {}", "x".repeat(limit))),
            None
        );
        assert_eq!(
            error_of(Side::Server, &format!("{verb} {}", "x".repeat(limit + 1))),
            too_long
        );
        let line = format!("{verb} {}\r\n", "x".repeat(limit + 1));
        assert_eq!(error_of(Side::Server, &line), too_long);
    }
}

#[test]
fn a_payload_without_cr_lf_behind_it_is_refused_as_soon_as_that_is_certain() {
    for stream in [
        "MSG a 1 3\r\nabcXX",
        "MSG a 1 3\r\nabc\n",
        "MSG a 1 3\r\nabcX",
        "MSG a 1 3\r\nabc\rX",
    ] {
        assert_eq!(
            error_of(Side::Server, stream),
            Some(ProtocolError::BadTerminator),
            "{stream:?}"
        );
    }
    assert_eq!(error_of(Side::Server, "MSG a 1 3\r\nabc\r"), None);
}

#[test]
fn needs_is_the_length_of_the_operation_once_its_line_is_here() {
    let stream = b"PING\r\nMSG a 1 100\r\n";
    let (mut decoder, mut at) = (Decoder::new(LIMITS), 0);
    for (end, needs) in [(7, 0), (stream.len() - 1, 0), (stream.len(), 13 + 100 + 2)] {
        while decoder
            .server_op(&stream[..end], &mut at)
            .unwrap()
            .is_some()
        {}
        assert_eq!((at, decoder.needs()), (6, needs), "{end}");
    }
    // The rest comes in another chunk, with the tail at its front.
    let mut chunk = stream[at..].to_vec();
    chunk.resize(13 + 100, b'x');
    chunk.extend_from_slice(b"\r\n");
    at = 0;
    let op = decoder.server_op(&chunk, &mut at).unwrap();
    assert!(matches!(op, Some(ServerOp::Message(record)) if record.payload(&chunk) == [b'x'; 100]));
    assert_eq!((at, decoder.needs()), (chunk.len(), 0));
}
