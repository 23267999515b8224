//! Lines written, and read back.

use proptest::prelude::*;

use super::*;
use crate::protocol::Fields;

const EXAMPLE: &str = r#"{"v":1,"id":"i","at":"2026-11-23T02:00:00.123456789Z","name":"today","kind":"request","subject":"today","headers":{"A":["1"]},"payload":"%Y%m%d","timeout_ms":5000,"context":null,"server":"nats://127.0.0.1:4222","outcome":{"status":"replied","rtt_us":2003123,"replies":[{"payload":"20261123"}]}}"#;

fn example() -> Entry {
    Entry {
        id: "i".into(),
        name: Some("today".into()),
        headers: vec![("A".into(), "1".into())],
        payload: b"%Y%m%d".into(),
        server: "nats://127.0.0.1:4222".into(),
        outcome: Some(Outcome::replied(
            Duration::from_micros(2_003_123),
            vec![ReplyRecord::new(b"20261123", b"")],
        )),
        ..Entry::new(
            Kind::Request,
            "today",
            "2026-11-23T02:00:00.123456789Z".parse().expect("a time"),
        )
    }
}

fn encoded(entry: Entry) -> String {
    let line = Line::Entry(Box::new(entry));
    let json = encode(&line, &Secrets::default()).expect("it can be written");
    String::from_utf8(json).expect("JSON is text")
}

#[test]
fn an_entry_is_written_as_documented_and_read_back() {
    assert_eq!(encoded(example()), format!("{EXAMPLE}\n"));
    assert_eq!(
        decode(EXAMPLE.as_bytes()),
        Ok(Line::Entry(Box::new(example())))
    );
}

#[test]
fn a_deletion_is_written_and_read_back() {
    let line = Line::Deleted { id: "i".into() };

    let json = encode(&line, &Secrets::default()).expect("it can be written");

    assert_eq!(json, b"{\"v\":1,\"id\":\"i\",\"deleted\":true}\n");
    assert_eq!(decode(&json), Ok(line));
}

#[test]
fn secrets_are_not_written_unless_wanted() {
    let reply = ReplyRecord::new(b"", b"NATS/1.0\r\nSet-Token:s3cret\r\n\r\n");
    let entry = Entry {
        headers: vec![
            ("authorization".into(), "s3cret".into()),
            ("B".into(), "seen".into()),
        ],
        server: "nats://me:s3cret@host:1".into(),
        outcome: Some(Outcome::replied(Duration::ZERO, vec![reply])),
        ..example()
    };

    let kept = encoded(Entry {
        keep_secrets: true,
        ..entry.clone()
    });
    let hidden = encoded(entry);

    assert!(!hidden.contains("s3cret"), "{hidden}");
    assert!(hidden.contains(r#""headers":{"authorization":["<hidden>"],"B":["seen"]}"#));
    assert!(hidden.contains(r#""server":"nats://host:1""#));
    assert!(kept.contains(r#""authorization":["s3cret"]"#));
    assert!(
        kept.contains(r#""server":"nats://host:1""#),
        "not even then"
    );
    let Ok(Line::Entry(read)) = decode(hidden.as_bytes()) else {
        panic!("it can be read");
    };
    assert_eq!(read.hidden().collect::<Vec<_>>(), ["authorization"]);
}

#[test]
fn a_saved_request_needs_little() {
    let json = br#"{"v":1,"later":{"x":[]},"subject":"a","headers":{"A":"1","B":["2","3"]}}"#;

    let Ok(Line::Entry(entry)) = decode(json) else {
        panic!("it can be read");
    };

    assert_eq!(
        (entry.kind, entry.timeout),
        (Kind::Request, Duration::from_secs(5))
    );
    let pairs = [("A", "1"), ("B", "2"), ("B", "3")];
    assert_eq!(entry.headers, pairs.map(|(a, b)| (a.into(), b.into())));
    assert!(entry.id.is_empty() && entry.payload.is_empty());
}

#[test]
fn what_cannot_be_read_says_why_without_repeating_it() {
    for (json, reason) in [
        ("", "the line ends too early"),
        (r#"{"v":1,"subject":"a"#, "the line ends too early"),
        ("s3cret", "not JSON at column 1"),
        (
            r#"[{"v":1,"subject":"a"}]"#,
            "a JSON array, and requests stand one a line; jq -c '.[]' writes an array so",
        ),
        (
            "[",
            "a JSON array, and requests stand one a line; jq -c '.[]' writes an array so",
        ),
        (r#"{"subject":"a"}"#, "v is missing"),
        (
            r#"{"v":2,"subject":"a"}"#,
            "version 2 of the format is not known here",
        ),
        (
            r#"{"v":2,"subject":{}}"#,
            "version 2 of the format is not known here",
        ),
        (r#"{"v":1}"#, "subject is missing"),
        (r#"{"v":1,"subject":""}"#, "subject is missing"),
        (
            r#"{"v":1,"subject":7}"#,
            "column 18 holds something else than expected",
        ),
        (
            r#"{"v":1,"subject":"a","kind":"s3cret"}"#,
            "column 36 holds something else than expected",
        ),
        (r#"{"v":1,"subject":"a","at":"s3cret"}"#, "at is not a time"),
        (
            r#"{"v":1,"subject":"a","payload_base64":"s3cret!"}"#,
            "payload_base64 is not base64",
        ),
        (
            r#"{"v":1,"subject":"a","subject_base64":"YQ=="}"#,
            "both subject and subject_base64 are given",
        ),
    ] {
        assert_eq!(decode(json.as_bytes()), Err(reason.into()), "{json}");
    }
}

#[test]
fn a_failed_reply_and_its_headers_are_written_as_documented() {
    let block =
        b"NATS/1.0\r\nNats-Service-Error: no number\r\nNats-Service-Error-Code: 400\r\n\r\n";
    let reply = ReplyRecord::new(b"[1]", block);
    let entry = Entry {
        outcome: Some(Outcome::replied(Duration::from_millis(3), vec![reply])),
        ..example()
    };

    let json = encoded(entry.clone());

    let outcome = r#""outcome":{"status":"service_error","rtt_us":3000,"replies":[{"headers":{"Nats-Service-Error":["no number"],"Nats-Service-Error-Code":["400"]},"payload":"[1]"}],"service_error":{"code":400,"text":"no number"}}}"#;
    assert!(json.trim_end().ends_with(outcome), "{json}");
    assert_eq!(decode(json.as_bytes()), Ok(Line::Entry(Box::new(entry))));
}

/// Bytes of which some are a header block, whole, folded, broken or not text.
fn blocks() -> impl Strategy<Value = Vec<u8>> {
    let field = (
        "[A-Ca-z:\\r\\n -]{0,6}",
        prop_oneof![
            "[ -~]{0,8}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..8),
            Just(b"1\r\n 2\r\n\t3".to_vec()),
            Just(b"1\rB: 2".to_vec()),
        ],
        prop_oneof![Just(": "), Just(":"), Just("")],
        prop_oneof![4 => Just("\r\n"), 1 => Just("\n"), 1 => Just("")],
    );
    let fields = prop::collection::vec(field, 0..5).prop_map(|fields| {
        let lines = fields.into_iter().map(|(name, value, colon, end)| {
            [name.as_bytes(), colon.as_bytes(), &value, end.as_bytes()].concat()
        });
        lines.collect::<Vec<_>>().concat()
    });
    let start = prop_oneof![
        Just("NATS/1.0\r\n"),
        Just("NATS/1.0 404 No Messages\r\n"),
        Just("NATS/1.0"),
        Just(""),
    ];
    let end = prop_oneof![3 => Just("\r\n"), 1 => Just(""), 1 => Just("\r\nbehind")];
    (start, fields, end)
        .prop_map(|(start, fields, end)| [start.as_bytes(), &fields, end.as_bytes()].concat())
}

fn replies() -> impl Strategy<Value = Vec<ReplyRecord>> {
    let reply = (any::<Vec<u8>>(), blocks(), any::<Option<usize>>());
    let reply = reply.prop_map(|(payload, header, truncated)| ReplyRecord {
        payload,
        header,
        truncated,
    });
    prop::collection::vec(reply, 0..3)
}

fn outcomes() -> impl Strategy<Value = Option<Outcome>> {
    let statuses = prop_oneof![
        Just(Status::Replied),
        Just(Status::ServiceError),
        Just(Status::TimedOut),
        Just(Status::NoResponders),
        Just(Status::Failed),
        Just(Status::Published),
    ];
    let outcome = (
        statuses,
        any::<Option<u64>>(),
        replies(),
        any::<Option<String>>(),
        blocks(),
    );
    prop::option::of(
        outcome.prop_map(|(status, rtt, replies, error, block)| Outcome {
            rtt: rtt.map(Duration::from_micros),
            replies,
            service_error: ServiceError::of(&block).map(ServiceError::into_owned),
            error,
            ..Outcome::new(status, None)
        }),
    )
}

fn entries() -> impl Strategy<Value = Entry> {
    let sent = (
        prop::collection::vec(any::<u8>(), 1..20),
        any::<Vec<u8>>(),
        prop::collection::vec((any::<String>(), any::<String>()), 0..6),
        prop::collection::vec(("[AB]", "[ -~\\r\\n]{0,4}"), 0..6),
        any::<bool>(),
        any::<u64>(),
    );
    let kept = (
        any::<String>(),
        -377_705_023_201_i64..253_402_207_200,
        0..1_000_000_000_i32,
        any::<Option<String>>(),
        any::<Option<String>>(),
        "[^@]*",
        any::<bool>(),
        any::<bool>(),
    );
    (sent, kept, outcomes()).prop_map(|(sent, kept, outcome)| {
        let (subject, payload, mut headers, more, publish, timeout) = sent;
        let (id, second, nano, name, context, server, pinned, keep_secrets) = kept;
        headers.extend(more);
        Entry {
            id,
            at: Timestamp::new(second, nano).expect("a time"),
            name,
            kind: if publish {
                Kind::Publish
            } else {
                Kind::Request
            },
            subject,
            headers,
            payload,
            timeout: Duration::from_millis(timeout),
            context,
            server,
            outcome,
            pinned,
            keep_secrets,
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(entry in entries()) {
        let line = Line::Entry(Box::new(entry));
        let json = encode(&line, &Secrets::new(Vec::new())).expect("it can be written");
        let breaks = json.iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(breaks, 1);
        prop_assert_eq!(decode(&json), Ok(line));
    }

    #[test]
    fn a_secret_header_is_in_no_line_whatever_stands_around_it(
        before in prop_oneof![
            Just("NATS/1.0"),
            Just("NATS/1.0 404 No Messages"),
            Just("NATS/1.0\r\nA:1\r\n folded"),
            Just("NATS/1.0\r\nno colon"),
            Just("A: 1"),
        ],
        behind in blocks(),
        end in prop_oneof![Just("\r\n"), Just("\n"), Just("")],
    ) {
        let secret = format!("\r\nX-Api-Key: s3cret{end}");
        let header = [before.as_bytes(), secret.as_bytes(), &behind].concat();
        prop_assert!(Fields::of(&header).any(|(name, _)| name == b"X-Api-Key"));
        let entry = Entry {
            outcome: Some(Outcome::replied(Duration::ZERO, vec![ReplyRecord::new(b"", &header)])),
            ..example()
        };
        let Ok(Line::Entry(read)) = decode(encoded(entry).as_bytes()) else {
            panic!("it can be read");
        };
        let outcome = read.outcome.expect("it has one");
        prop_assert!(!holds(&outcome.replies[0].header, b"s3cret"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let _read_or_refused = decode(&bytes);
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}
