//! The exact bytes that the server sends in answer to exact bytes.

use std::time::Duration;

use goingnats::broker::{Access, Settings};

use super::raw::{CONNECT, Raw, broker, broker_with};

/// Runs each script on its own connection, after CONNECT, and compares the answer.
#[track_caller]
fn transcripts(expected: &[(&str, &str)]) {
    let broker = broker();
    for (script, answer) in expected {
        let mut client = Raw::connect(broker.addr());
        assert_eq!(client.exchange(script), *answer, "to {script:?}");
    }
}

/// Runs scripts after which the server closes the connection, and compares the answer.
#[track_caller]
fn final_answers(expected: &[(&str, &str)]) {
    let broker = broker();
    for (script, answer) in expected {
        let mut client = Raw::connect(broker.addr());
        client.send(script);
        assert_eq!(client.read_to_end(), *answer, "to {script:?}");
    }
}

#[test]
fn s01_info_is_the_first_line_and_one_json_document() {
    let client = Raw::open(broker().addr());
    let json = client.info.strip_prefix("INFO ").expect("INFO comes first");
    assert!(
        json.starts_with('{') && json.trim_end().ends_with('}'),
        "{json}"
    );
    assert!(!json.contains(['\r', '\n']), "{json}");
    assert!(client.info_document().is_object());
}

#[test]
fn s02_pong_is_the_very_next_line_after_connect_and_ping() {
    let broker = broker();
    let mut client = Raw::open(broker.addr());
    client.send(format!("{CONNECT}\r\nPING\r\n"));
    assert_eq!(client.line(), "PONG");
}

#[test]
fn s03_the_version_begins_with_three_numbers() {
    let info = Raw::open(broker().addr()).info_document();
    let version = info["version"].as_str().expect("a version");
    assert_eq!(version, "2.10.0-goingnats");
    // nats.js `parseSemVer`: /(\d+).(\d+).(\d+)/, and an exception where it does not match.
    let numbers = version.split('-').next().expect("a first part");
    let numbers: Vec<u32> = numbers
        .split('.')
        .map(|number| number.parse().expect("a number"))
        .collect();
    assert_eq!(numbers, [2, 10, 0]);
}

#[test]
fn s04_limits_and_numbers_fit_the_types_of_other_clients() {
    let broker = broker();
    let info = Raw::open(broker.addr()).info_document();
    assert_eq!(info["max_payload"], 1_048_576);
    // async-nats: `port: u16`, `proto: i8`, `client_id: u64`; nats.go: `max_payload` int64, 0 refuses all.
    assert_eq!(info["port"], broker.addr().port());
    assert_eq!(info["proto"], 1);
    assert_eq!(info["client_id"], 1);
    assert_eq!(info["host"], "127.0.0.1");
    assert_eq!(info["client_ip"], "127.0.0.1");
    assert!(info["server_id"].as_str().is_some_and(|id| !id.is_empty()));
    let small = broker_with(Settings {
        max_payload: 512,
        ..Settings::default()
    });
    assert_eq!(Raw::open(small.addr()).info_document()["max_payload"], 512);
}

#[test]
fn s05_headers_are_announced() {
    assert_eq!(Raw::open(broker().addr()).info_document()["headers"], true);
}

#[test]
fn s06_verbs_are_read_in_any_case_and_written_in_capitals() {
    let broker = broker();
    let mut client = Raw::open(broker.addr());
    let script = "connect {\"verbose\":true,\"headers\":true}\r\nsub a 1\r\nPuB a 1\r\nx\r\n\
                  hpub a 12 13\r\nNATS/1.0\r\n\r\ny\r\nunSub 1\r\nping\r\npong";
    assert_eq!(
        client.exchange(script),
        "+OK\r\n+OK\r\n+OK\r\nMSG a 1 1\r\nx\r\n+OK\r\nHMSG a 1 12 13\r\nNATS/1.0\r\n\r\ny\r\n+OK\r\n"
    );
    assert_eq!(client.until("PONG\r\n"), "");
}

#[test]
fn s07_errors_stand_in_quotes() {
    let broker = broker_with(Settings {
        max_payload: 10,
        ..Settings::default()
    });
    let long = "x".repeat(5_000);
    for script in [
        "SUB a..b 1",
        "CONNECT {}\r\nPUB a.* 0\r\n",
        "CONNECT {\"protocol\":7}",
        "CONNECT {\"no_responders\":true}",
        "PUB a 11",
        "NONSENSE",
        &format!("SUB {long} 1"),
    ] {
        let mut client = Raw::connect(broker.addr());
        let answer = client.exchange(script);
        let error = answer
            .split("\r\n")
            .find(|line| line.starts_with("-ERR"))
            .unwrap_or_else(|| panic!("no error to {script:?}: {answer:?}"));
        // nats-py cuts at the quotes and fails without them.
        let text = error
            .strip_prefix("-ERR '")
            .and_then(|rest| rest.strip_suffix('\''));
        assert!(text.is_some_and(|text| !text.contains('\'')), "{error:?}");
    }
}

#[test]
fn s08_pong_keeps_its_place_among_messages() {
    let broker = broker();
    let mut client = Raw::connect(broker.addr());
    client.send(
        "SUB a 1\r\nPING\r\nPUB a 1\r\n1\r\nPING\r\nPUB a 1\r\n2\r\nPUB a 1\r\n3\r\nPING\r\n",
    );
    assert_eq!(client.until("PONG\r\n"), "");
    assert_eq!(client.until("PONG\r\n"), "MSG a 1 1\r\n1\r\n");
    assert_eq!(
        client.until("PONG\r\n"),
        "MSG a 1 1\r\n2\r\nMSG a 1 1\r\n3\r\n"
    );
}

#[test]
fn s09_a_verbose_client_hears_ok_to_all_but_ping() {
    let broker = broker();
    let script = "CONNECT {}\r\nPING\r\nSUB foo 1\r\nPUB foo 1\r\nx\r\nUNSUB 1\r\nUNSUB 7";
    let mut client = Raw::open(broker.addr());
    client.send(format!("{script}\r\nPING\r\n"));
    assert_eq!(client.until("PONG\r\n"), "+OK\r\n");
    assert_eq!(
        client.until("PONG\r\n"),
        "+OK\r\n+OK\r\nMSG foo 1 1\r\nx\r\n+OK\r\n+OK\r\n"
    );
    // Verbose is the default before CONNECT.
    let mut early = Raw::open(broker.addr());
    assert_eq!(early.exchange("SUB foo 1"), "+OK\r\n");
}

#[test]
fn s10_a_pedantic_client_is_told_of_bad_subjects_and_served() {
    let broker = broker();
    let mut client = Raw::open(broker.addr());
    client.exchange("CONNECT {\"verbose\":false,\"pedantic\":true}\r\nSUB foo.* 1");
    assert_eq!(
        client.exchange("PUB foo.* 1\r\nx"),
        "-ERR 'Invalid Publish Subject'\r\nMSG foo.* 1 1\r\nx\r\n"
    );
    assert_eq!(
        client.exchange("PUB foo..bar 0\r\n"),
        "-ERR 'Invalid Publish Subject'\r\n"
    );
    assert_eq!(
        client.exchange("PUB foo.bar 0\r\n"),
        "MSG foo.bar 1 0\r\n\r\n"
    );
}

#[test]
fn s11_payloads_are_bytes_that_are_never_read_as_operations() {
    let broker = broker();
    let mut client = Raw::connect(broker.addr());
    let payload = b"PING\r\nMSG a 1 3\r\nabc\r\n-ERR 'x'\r\n\0\xff\xfe\x1b[2J";
    let mut publish = format!("SUB a 1\r\nPUB a reply {}\r\n", payload.len()).into_bytes();
    publish.extend_from_slice(payload);
    publish.extend_from_slice(b"\r\n");
    let expected = format!(
        "MSG a 1 reply {}\r\n{}\r\n",
        payload.len(),
        String::from_utf8_lossy(payload)
    );
    assert_eq!(client.exchange_bytes(&publish), expected);
}

#[test]
fn s12_blanks_tabs_zeros_and_bare_line_feeds_are_read() {
    let hello = "MSG foo 1 5\r\nhello\r\n";
    transcripts(&[
        ("sub  \tfoo \t 1\t\r\nPUB   foo\t\t5 \r\nhello", hello),
        ("SUB foo 1\nPUB foo 5\nhello", hello),
        ("SUB foo 1\r\nPUB foo 005\r\nhello", hello),
        (
            "SUB foo 1\r\nPUB foo \t r  5\r\nhello",
            "MSG foo 1 r 5\r\nhello\r\n",
        ),
        (
            "SUB foo abc-1_x\r\nPUB foo 0\r\n",
            "MSG foo abc-1_x 0\r\n\r\n",
        ),
        (
            "CONNECT{\"verbose\":false}\r\nPONG whatever\r\n+OK\r\nINFO {}",
            "",
        ),
    ]);
}

#[test]
fn s13_exactly_one_member_of_a_queue_group_is_served() {
    let broker = broker();
    let mut members: Vec<Raw> = (0..3).map(|_| Raw::connect(broker.addr())).collect();
    let mut plain = Raw::connect(broker.addr());
    for member in &mut members {
        member.exchange("SUB jobs.* workers 1\r\nSUB jobs.> workers 2");
    }
    plain.exchange("SUB jobs.1 1");
    let mut sender = Raw::connect(broker.addr());
    sender.exchange(&"PUB jobs.1 1\r\nx\r\n".repeat(300));
    let counts: Vec<usize> = members
        .iter_mut()
        .map(|member| member.receive_all().matches("MSG jobs.1").count())
        .collect();
    assert_eq!(counts.iter().sum::<usize>(), 300, "{counts:?}");
    // Of 300 fair choices one member gets none with a chance of 1 in 10^52.
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert_eq!(plain.receive_all().matches("MSG jobs.1 1 1").count(), 300);
}

#[test]
fn s14_a_reserved_queue_name_harms_nobody() {
    transcripts(&[("SUB a _sys_ 1\r\nPUB a 0\r\n", "MSG a 1 0\r\n\r\n")]);
}

#[test]
fn s15_unsubscribe_counts_from_the_first_delivery() {
    let publish = "PUB a 1\r\nx\r\n";
    let message = "MSG a 1 1\r\nx\r\n";
    for (before, max, after) in [
        (0, "2", 2),
        (1, "2", 1),
        (1, "3", 2),
        (2, "2", 0),
        (3, "2", 0),
        (0, "0", 0),
        (1, "", 0),
        (0, "some", 0),
    ] {
        let script = format!(
            "SUB a 1\r\n{}UNSUB 1 {max}\r\n{}",
            publish.repeat(before),
            publish.repeat(5)
        );
        transcripts(&[(script.trim_end(), &message.repeat(before + after))]);
    }
}

#[test]
fn s16_a_taken_sid_stays_as_it_is_and_an_unknown_one_is_ignored() {
    transcripts(&[
        (
            "SUB a 1\r\nSUB b 1\r\nPUB a 0\r\n\r\nPUB b 0\r\n",
            "MSG a 1 0\r\n\r\n",
        ),
        ("UNSUB 9\r\nUNSUB 9 5", ""),
        (
            "SUB a 1\r\nUNSUB 1\r\nSUB b 1\r\nPUB b 0\r\n",
            "MSG b 1 0\r\n\r\n",
        ),
    ]);
}

#[test]
fn s17_headers_reach_who_wants_them_and_no_one_else() {
    let broker = broker();
    let mut with = Raw::connect(broker.addr());
    let mut without = Raw::open(broker.addr());
    with.exchange("SUB foo 1");
    without.exchange("CONNECT {\"verbose\":false,\"headers\":false}\r\nSUB foo 2");
    for (publish, hmsg, msg) in [
        (
            "HPUB foo r 22 27\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhello",
            "HMSG foo 1 r 22 27\r\nNATS/1.0\r\nBar: Baz\r\n\r\nhello\r\n",
            "MSG foo 2 r 5\r\nhello\r\n",
        ),
        // Invalid header blocks are passed on unchanged.
        (
            "HPUB foo 3 5\r\nhello",
            "HMSG foo 1 3 5\r\nhello\r\n",
            "MSG foo 2 2\r\nlo\r\n",
        ),
        (
            "HPUB foo 0 5\r\nhello",
            "MSG foo 1 5\r\nhello\r\n",
            "MSG foo 2 5\r\nhello\r\n",
        ),
        (
            "HPUB foo 5 5\r\nhello",
            "HMSG foo 1 5 5\r\nhello\r\n",
            "MSG foo 2 0\r\n\r\n",
        ),
        (
            "PUB foo 5\r\nhello",
            "MSG foo 1 5\r\nhello\r\n",
            "MSG foo 2 5\r\nhello\r\n",
        ),
    ] {
        assert_eq!(with.exchange(publish), hmsg);
        assert_eq!(without.receive_all(), msg);
    }
    // HPUB is refused without `headers` in CONNECT.
    without.send("HPUB foo 3 5\r\nhello\r\nPING\r\n");
    assert_eq!(without.read_to_end(), "");
}

#[test]
fn s18_a_request_nobody_takes_is_answered_at_once() {
    let broker = broker();
    let mut client = Raw::connect(broker.addr());
    let no_one = "HMSG _INBOX.1.a 1 38 38\r\nNATS/1.0 503\r\nNats-Subject: no.one\r\n\r\n\r\n";
    let request = "PUB no.one _INBOX.1.a 2\r\nhi";
    // Without a subscription to the reply subject nothing is sent.
    assert_eq!(client.exchange(request), "");
    assert_eq!(
        client.exchange(&format!("SUB _INBOX.1.* 1\r\n{request}")),
        no_one
    );
    assert_eq!(
        client.exchange(&format!("UNSUB 1\r\nSUB _INBOX.1.a 1\r\n{request}")),
        no_one
    );
    // Without a reply subject it is no request.
    assert_eq!(client.exchange("PUB no.one 2\r\nhi"), "");
    // A subscription to `>` counts as a responder.
    let mut other = Raw::connect(broker.addr());
    other.exchange("SUB > 9");
    assert_eq!(client.exchange(request), "");
    drop(other);
    // Without `no_responders` in CONNECT nothing is sent.
    let mut plain = Raw::open(broker.addr());
    plain.exchange("CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB _INBOX.1.* 1");
    assert_eq!(plain.exchange(request), "");
}

#[test]
fn s19_echo_is_each_connections_own_choice() {
    let broker = broker();
    let mut quiet = Raw::open(broker.addr());
    let mut other = Raw::connect(broker.addr());
    quiet.exchange("CONNECT {\"verbose\":false,\"echo\":false}\r\nSUB a 1");
    other.exchange("SUB a 1");
    assert_eq!(quiet.exchange("PUB a 1\r\nx"), "");
    assert_eq!(
        other.exchange("PUB a 1\r\ny"),
        "MSG a 1 1\r\nx\r\nMSG a 1 1\r\ny\r\n"
    );
    assert_eq!(quiet.receive_all(), "MSG a 1 1\r\ny\r\n");
}

#[test]
fn s21_a_malformed_subject_is_refused_and_the_connection_stays() {
    let refused = "-ERR 'Invalid Subject'\r\n";
    transcripts(&[
        ("SUB a..b 1", refused),
        ("SUB .a 1", refused),
        ("SUB a. 1", refused),
        ("SUB a.>.b 1", refused),
        ("SUB >.> 1", refused),
        ("SUB a..b q 1", refused),
        // Wildcards inside a token are literal.
        ("SUB a* 1\r\nPUB a* 0\r\n", "MSG a* 1 0\r\n\r\n"),
        (
            "SUB a.>b 1\r\nPUB a.>b 0\r\n\r\nPUB a.b 0\r\n",
            "MSG a.>b 1 0\r\n\r\n",
        ),
        // `>` matches at least one token.
        (
            "SUB a.> 1\r\nPUB a 0\r\n\r\nPUB a.b 0\r\n",
            "MSG a.b 1 0\r\n\r\n",
        ),
        // A refused sid is still free.
        (
            "SUB a..b 1\r\nSUB a 1\r\nPUB a 0\r\n",
            &format!("{refused}MSG a 1 0\r\n\r\n"),
        ),
    ]);
}

#[test]
fn s22_a_message_may_be_as_large_as_announced_and_no_larger() {
    let broker = broker_with(Settings {
        max_payload: 1_024,
        ..Settings::default()
    });
    let mut client = Raw::connect(broker.addr());
    let largest = "x".repeat(1_024);
    assert_eq!(
        client.exchange(&format!("SUB a 1\r\nPUB a 1024\r\n{largest}")),
        format!("MSG a 1 1024\r\n{largest}\r\n")
    );
    let violation = "-ERR 'Maximum Payload Violation'\r\n";
    client.send(format!("PUB a 1025\r\n{largest}x\r\n"));
    assert_eq!(client.read_to_end(), violation);
    // Headers count too.
    let mut client = Raw::connect(broker.addr());
    client.send("HPUB a 12 1025\r\n");
    assert_eq!(client.read_to_end(), violation);
    // A client that is still sending can read the error, because the server reads to the end.
    let mut client = Raw::connect(broker.addr());
    client.send("PUB a 5000000\r\n");
    client.send("x".repeat(5_000_000));
    assert_eq!(client.read_to_end(), violation);
}

#[test]
fn s23_a_control_line_has_4096_bytes_at_most() {
    let exceeded = "-ERR 'maximum control line exceeded'\r\n";
    let fits = format!("SUB {} {}", "x".repeat(2_000), "1".repeat(2_095));
    transcripts(&[(&fits, "")]);
    final_answers(&[
        (&format!("{fits}1\r\n"), exceeded),
        (
            &format!("CONNECT {{\"name\":\"{}\"}}\r\n", "x".repeat(4_096)),
            exceeded,
        ),
        // The error does not wait for the end of the line.
        (&format!("SUB {}", "x".repeat(5_000)), exceeded),
    ]);
}

#[test]
fn s24_what_is_no_operation_ends_the_connection() {
    let unknown = "-ERR 'Unknown Protocol Operation'\r\n";
    final_answers(&[
        ("NONSENSE\r\n", unknown),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", unknown),
        ("\r\n", unknown),
        ("MSG a 1 0\r\n\r\n", unknown),
        ("\x16\x03\x01\x02\x00\x01\x00\x01", unknown),
        ("PUB a 5\r\nhello\n", unknown),
        ("PUB a 4\r\nhello\r\n", unknown),
        (
            "SUB a 1\r\nPUB a 0\r\n\r\nNONSENSE\r\nPING\r\n",
            &format!("MSG a 1 0\r\n\r\n{unknown}"),
        ),
    ]);
}

#[test]
fn s25_bad_arguments_end_the_connection() {
    final_answers(&[
        ("PUB a b c 5\r\nhello\r\n", ""),
        ("PUB a\r\n", ""),
        ("PUB a -5\r\n", ""),
        ("PUB a x5\r\n", ""),
        ("PUB a 0000000005\r\nhello\r\n", ""),
        ("HPUB a 6 5\r\nhello\r\n", ""),
        ("SUB a\r\n", ""),
        ("SUB a q 1 2\r\n", ""),
        ("UNSUB 1 2 3\r\n", ""),
        ("CONNECT {\r\n", ""),
        ("CONNECT []\r\n", ""),
        ("-ERR 'no'\r\n", ""),
        (
            "CONNECT {\"protocol\":2}\r\n",
            "-ERR 'invalid client protocol'\r\n",
        ),
    ]);
}

#[test]
fn s26_what_came_before_a_half_close_is_answered() {
    let broker = broker();
    let mut client = Raw::connect(broker.addr());
    client.send("SUB a 1\r\nPUB a 5\r\nhello\r\nPING\r\n");
    client.half_close();
    assert_eq!(client.read_to_end(), "MSG a 1 5\r\nhello\r\nPONG\r\n");
    // A large answer is written to its end after the half close.
    let mut client = Raw::connect(broker.addr());
    let body = "x".repeat(1_000_000);
    client.send(format!(
        "SUB a 1\r\n{}",
        format!("PUB a 1000000\r\n{body}\r\n").repeat(4)
    ));
    client.half_close();
    assert!(client.read_to_end() == format!("MSG a 1 1000000\r\n{body}\r\n").repeat(4));
}

#[test]
fn s38_requests_to_jetstream_have_no_responders() {
    transcripts(&[(
        "SUB _INBOX.1.a 1\r\nPUB $JS.API.INFO _INBOX.1.a 0\r\n",
        "HMSG _INBOX.1.a 1 44 44\r\nNATS/1.0 503\r\nNats-Subject: $JS.API.INFO\r\n\r\n\r\n",
    )]);
}

#[test]
fn s39_info_names_no_other_server_and_nothing_that_is_not_here() {
    let info = Raw::open(broker().addr()).info_document();
    for absent in [
        "connect_urls",
        "cluster",
        "nonce",
        "auth_required",
        "tls_required",
        "jetstream",
    ] {
        assert!(info.get(absent).is_none(), "{absent}");
    }
}

#[test]
fn s40_a_second_connect_replaces_the_options_and_drops_the_subscriptions() {
    transcripts(&[(
        "SUB a 1\r\nCONNECT {\"verbose\":true,\"pedantic\":false}\r\nPUB a 0\r\n\r\nSUB a 1\r\nPUB a 0\r\n",
        "+OK\r\n+OK\r\n+OK\r\n+OK\r\nMSG a 1 0\r\n\r\n",
    )]);
}

#[test]
fn s42_subjects_are_bytes() {
    let broker = broker();
    let mut client = Raw::connect(broker.addr());
    client.send(b"SUB f\xff\xfe.\0 1\r\nPUB f\xff\xfe.\0 1\r\nx\r\n");
    let message = b"MSG f\xff\xfe.\0 1 1\r\nx\r\n";
    assert_eq!(client.read_bytes(message.len()), message);
}

#[test]
fn s30_the_end_is_announced_to_those_who_understand_it() {
    let broker = broker();
    let mut modern = Raw::connect(broker.addr());
    modern.exchange("SUB a 1");
    let mut old = Raw::open(broker.addr());
    old.exchange(r#"CONNECT {"verbose":false,"protocol":0}"#);
    broker.announce_end();
    let announced = modern.line();
    assert!(announced.starts_with("INFO {") && announced.contains(r#""ldm":true"#));
    assert_eq!(old.exchange("PUB a 1\r\nx"), "");
    assert_eq!(modern.receive_all(), "MSG a 1 1\r\nx\r\n");
}

#[test]
fn s31_who_shows_nothing_or_the_wrong_thing_is_sent_away() {
    const AUTHORIZATION_VIOLATION: &str = "-ERR 'Authorization Violation'\r\n";
    let settings = Settings {
        access: Access::User {
            user: "u".to_owned(),
            password: "SECRET".to_owned(),
        },
        auth_timeout: Duration::from_secs(60),
        ..Settings::default()
    };
    let broker = broker_with(settings.clone());
    for said in [
        r#"CONNECT {"verbose":false}"#,
        r#"CONNECT {"verbose":false,"user":"u","pass":"wrong"}"#,
        r#"CONNECT {"verbose":false,"auth_token":"SECRET"}"#,
        "SUB a 1",
    ] {
        let mut client = Raw::open(broker.addr());
        assert_eq!(client.info_document()["auth_required"], true);
        assert_eq!(client.exchange(said), AUTHORIZATION_VIOLATION, "{said}");
    }
    let mut right = Raw::open(broker.addr());
    assert_eq!(
        right.exchange(r#"CONNECT {"verbose":false,"user":"u","pass":"SECRET"}"#),
        ""
    );
    assert_eq!(
        right.exchange("SUB a 1\r\nPUB a 1\r\nx"),
        "MSG a 1 1\r\nx\r\n"
    );
    assert!(!format!("{settings:?}").contains("SECRET"));
    let impatient = broker_with(Settings {
        auth_timeout: Duration::from_millis(50),
        ..settings
    });
    let mut silent = Raw::open(impatient.addr());
    assert_eq!(silent.line(), "-ERR 'Authentication Timeout'");
}
