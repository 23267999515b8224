//! `goingnats pub`

use std::{io::Write, process::Stdio, time::Duration};

use goingnats::client::{Client, Message};
use rustix::process::{Pid, Signal, kill_process};

use super::{Home, server};
use crate::support::{wait_for, wait_until};

/// A client that listens on `a`.
fn listener(url: &str) -> Client {
    let client = Client::connect("listener", url).unwrap();
    client.subscribe("a").unwrap();
    client
}

/// Takes messages until there are this many.
fn take(client: &Client, count: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    wait_until("messages", || {
        messages.extend(client.get_within(Duration::from_millis(20)).unwrap());
        messages.len() >= count
    });
    messages
}

#[test]
fn given_a_body_then_it_arrives_with_headers_and_reply_as_often_as_asked() {
    let (home, server) = (Home::new(), server());
    let listener = listener(&server.url());

    home.run(&[
        "pub",
        "a",
        "body",
        "-H",
        "A: 1",
        "-H",
        "A:2:3",
        "--reply",
        "back",
        "--count",
        "3",
        "-s",
        &server.url(),
    ])
    .assert(0, "");

    for message in take(&listener, 3) {
        assert_eq!(message.payload, b"body");
        assert_eq!(message.reply.as_deref(), Some(b"back".as_slice()));
        let headers = message.headers();
        let expected = [("A", "1"), ("A", "2:3")].map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        assert_eq!(headers.fields, expected);
    }
}

#[test]
fn given_no_body_then_stdin_is_the_body_to_the_last_byte() {
    let (home, server) = (Home::new(), server());
    let listener = listener(&server.url());
    let body = b"PING\r\nMSG a 1 3\r\n\x00\xff\x1b[2J\n";

    home.run_with_stdin(&["pub", "a", "-s", &server.url()], body)
        .assert(0, "");
    home.run(&["pub", "a", "-s", &server.url()]).assert(0, "");

    let messages = take(&listener, 2);
    assert_eq!(messages[0].payload, body);
    assert_eq!(messages[1].payload, b"");
}

#[test]
fn given_a_dash_then_stdin_is_the_body_a_single_dash_too() {
    let (home, server) = (Home::new(), server());
    let listener = listener(&server.url());
    let url = server.url();

    for body in [&b"a\nb\n"[..], b"", b"-"] {
        home.run_with_stdin(&["pub", "a", "-", "-s", &url], body)
            .assert(0, "");
    }
    home.run(&["pub", "a", "-1", "-s", &url]).assert(0, "");

    let messages = take(&listener, 4);
    let payloads: Vec<&[u8]> = messages.iter().map(|m| m.payload.as_slice()).collect();
    assert_eq!(payloads, [&b"a\nb\n"[..], b"", b"-", b"-1"]);
    for command in ["pub", "request"] {
        let help = home.run(&[command, "--help"]);
        assert!(help.stdout.contains("single dash"), "{}", help.stdout);
    }
}

#[test]
fn given_thousands_then_none_is_lost() {
    let (home, server) = (Home::new(), server());
    let listener = listener(&server.url());

    home.run(&["pub", "a", "x", "--count", "20000", "-s", &server.url()])
        .assert(0, "");

    assert_eq!(take(&listener, 20_000).len(), 20_000);
}

#[test]
fn given_a_body_larger_than_the_server_takes_then_both_sizes_are_named() {
    let (home, server) = (Home::new(), server());

    let ended = home.run_with_stdin(&["pub", "a", "-s", &server.url()], &vec![b'x'; 1_048_577]);

    ended.assert_failed(1, &["1048577", "1048576"]);
}

#[test]
fn given_history_then_it_is_on_disk_when_the_command_is_done() {
    let (home, server) = (Home::new(), server());

    home.run(&[
        "pub",
        "a",
        "body",
        "-H",
        "X-Token: s3cret",
        "--history",
        "-s",
        &server.url(),
    ])
    .assert(0, "");

    let history = home.history();
    let lines: Vec<&str> = history.lines().collect();
    assert_eq!(lines.len(), 2, "{history}");
    assert!(lines[0].contains("\"outcome\":null"), "{history}");
    assert!(lines[1].contains("\"status\":\"published\""), "{history}");
    assert!(!history.contains("s3cret"), "{history}");
}

#[test]
fn given_history_that_cannot_be_written_then_nothing_is_sent() {
    let (home, server) = (Home::new(), server());
    let listener = listener(&server.url());
    home.file("data", "a file where the folder should be");

    let ended = home.run(&["pub", "a", "body", "--history", "-s", &server.url()]);

    ended.assert_failed(1, &["nothing was sent", "data", "GOINGNATS_HOME"]);
    home.run(&["pub", "a", "after", "-s", &server.url()])
        .assert(0, "");
    assert_eq!(take(&listener, 1)[0].payload, b"after");
}

#[test]
fn given_a_signal_while_stdin_stays_open_then_it_ends_and_nothing_is_sent() {
    let (home, server) = (Home::new(), server());
    let mut command = home.command(&["pub", "a", "-s", &server.url()]);
    let mut publish = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = publish.stdin.take().unwrap();
    // More than a pipe holds: when it is written, somebody reads.
    stdin.write_all(&vec![b'x'; 1 << 20]).unwrap();

    kill_process(Pid::from_child(&publish), Signal::TERM).unwrap();

    let status = wait_for("its end", || publish.try_wait().unwrap());
    assert_eq!(status.code(), Some(143));
    assert_eq!(server.clients(), 0);
}
