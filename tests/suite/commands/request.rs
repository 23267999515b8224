//! `goingnats request`

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use goingnats::{client::Client, protocol::Headers, recording::Line};
use rustix::process::Signal;

use super::{BYTES, Home, server};
use crate::support::wait_until;

/// Answers every request on `echo` with its payload, on `many` three times, and on `bytes` with that of
/// [`BYTES`] which the payload numbers, until dropped.
pub struct Responder {
    client: Arc<Client>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    pub fn start(url: &str) -> Responder {
        let client = Arc::new(Client::connect("responder", url).unwrap());
        for subject in ["echo", "many", "mute", "bytes"] {
            client.subscribe(subject).unwrap();
        }
        let thread = thread::spawn({
            let client = Arc::clone(&client);
            move || {
                while let Ok(requests) = client.get_within(Duration::from_millis(50)) {
                    for request in requests {
                        let reply = request.reply.clone().unwrap();
                        let reply = String::from_utf8(reply).unwrap();
                        let mut headers = Headers::new();
                        headers.append("By", "responder").unwrap();
                        let times = match request.subject.as_slice() {
                            b"echo" | b"bytes" => 1,
                            b"many" => 3,
                            _ => 0,
                        };
                        let payload = match request.subject.as_slice() {
                            b"bytes" => BYTES[usize::from(request.payload[0] - b'0')],
                            _ => &request.payload,
                        };
                        for _ in 0..times {
                            let headers = headers.clone();
                            let sent = client.publish_with(&reply, None, headers, payload);
                            sent.unwrap();
                        }
                    }
                }
            }
        });
        Responder {
            client,
            thread: Some(thread),
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.client.close();
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn given_a_dash_then_stdin_is_what_is_asked() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    let ask = |stdin: &[u8]| {
        home.run_with_stdin(
            &["request", "echo", "-", "--raw", "-s", &server.url()],
            stdin,
        )
    };

    ask(b"of stdin").assert(0, "of stdin\n");
    ask(b"-").assert(0, "-\n");
}

#[test]
fn given_a_reply_then_its_payload_is_all_there_is_on_stdout() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());

    let plain = home.run(&["request", "echo", "two\nlines\x1b[2J", "-s", &server.url()]);
    let raw = home.run(&[
        "request",
        "echo",
        "two\nlines\x1b[2J",
        "--raw",
        "-s",
        &server.url(),
    ]);

    plain.assert(0, "two\nlines\x1b[2J");
    assert!(plain.stderr.contains("replied in ") && plain.stderr.contains("By: responder"));
    raw.assert(0, "two\nlines\x1b[2J\n");
    assert_eq!(raw.stderr, "");
}

#[test]
fn given_bytes_of_any_kind_then_a_program_gets_them_as_they_are() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    for (number, bytes) in BYTES.iter().enumerate() {
        let number = number.to_string();
        for (form, end) in [
            (&[][..], &b""[..]),
            (&["--raw0"], b""),
            (&["--raw"], b"\n"),
            (&["-r"], b"\n"),
        ] {
            let url = server.url();
            let ended = home.run(&[&["request", "bytes", &number, "-s", &url], form].concat());
            let shown = ended.bytes.escape_ascii();
            assert_eq!(ended.bytes, [bytes, end].concat(), "{form:?}: {shown}");
        }
    }
}

#[test]
fn given_json_then_the_reply_is_the_documented_object_with_its_time() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());

    let ended = home.run(&["request", "echo", "%Y", "--json", "-s", &server.url()]);

    let line = Line::read(&ended.stdout).unwrap();
    assert_eq!(line.payload.as_ref(), b"%Y");
    assert_eq!(line.headers, [("By".into(), vec!["responder".into()])]);
    assert!(line.rtt.is_some() && ended.stdout.contains("\"rtt_us\":"));
    assert!(line.subject.starts_with(b"_INBOX."), "{}", ended.stdout);
}

#[test]
fn given_an_inbox_prefix_then_replies_come_there() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    for replies in ["1", "2"] {
        let ended = home.run(&[
            "request",
            "many",
            "--json",
            "--inbox-prefix",
            "_MINE.x",
            "--replies",
            replies,
            "-s",
            &server.url(),
        ]);
        assert!(
            ended.stdout.contains("\"subject\":\"_MINE.x."),
            "{}",
            ended.stdout
        );
    }
}

#[test]
fn given_several_replies_then_as_many_as_wanted_are_printed() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    for (replies, timeout, code, stdout) in [
        ("2", "10s", 0, "x\nx\n"),
        ("3", "10s", 0, "x\nx\nx\n"),
        ("0", "1s", 0, "x\nx\nx\n"),
        ("4", "1s", 4, "x\nx\nx\n"),
    ] {
        let ended = home.run(&[
            "request",
            "many",
            "x",
            "--replies",
            replies,
            "--timeout",
            timeout,
            "-s",
            &server.url(),
        ]);
        ended.assert(code, stdout);
    }
}

#[test]
fn given_nobody_then_the_code_is_5_and_given_no_answer_4() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    for replies in ["1", "2", "0"] {
        let request = |subject, timeout| {
            home.run(&[
                "request",
                subject,
                "--replies",
                replies,
                "--timeout",
                timeout,
                "-s",
                &server.url(),
            ])
        };
        request("nobody", "10s").assert_failed(5, &["no responders", "nobody"]);
        request("mute", "100ms").assert_failed(4, &["mute", "100ms", "--timeout"]);
    }
}

#[test]
fn given_history_then_request_and_outcome_are_on_disk() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());

    home.run(&["request", "echo", "%Y", "--history", "-s", &server.url()])
        .assert(0, "%Y");
    let missed = home.run(&["request", "nobody", "--history", "-s", &server.url()]);

    assert_eq!(missed.code, Some(5));
    let history = home.history();
    let lines: Vec<serde_json::Value> = history
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4, "{history}");
    assert_eq!(lines[0]["id"], lines[1]["id"]);
    assert!(lines[0]["outcome"].is_null());
    assert_eq!(lines[1]["outcome"]["status"], "replied");
    assert_eq!(lines[1]["outcome"]["replies"][0]["payload"], "%Y");
    assert_eq!(lines[1]["server"], server.url());
    assert_eq!(lines[3]["outcome"]["status"], "no_responders");
}

#[test]
fn given_a_signal_while_it_waits_then_it_ends_at_once() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    let request = home.start(&["request", "mute", "--timeout", "1h", "-s", &server.url()]);
    wait_until("a second client", || server.clients() == 2);

    request.signal(Signal::INT);

    request.ended().assert(130, "");
}
