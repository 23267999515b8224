//! Replies that say that their service failed (ADR-32): a failure everywhere, and printed all the same.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use goingnats::{client::Client, protocol::Headers};

use super::{Home, server};

/// A service that fails on `fails`, and on `partly` in the second of three replies, until dropped.
struct Service {
    client: Arc<Client>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    fn start(url: &str) -> Service {
        let client = Arc::new(Client::connect("service", url).unwrap());
        for subject in ["fails", "partly", "works"] {
            client.subscribe(subject).unwrap();
        }
        let mut failure = Headers::new();
        failure.append("Nats-Service-Error", "no number").unwrap();
        failure.append("Nats-Service-Error-Code", "400").unwrap();
        let thread = thread::spawn({
            let client = Arc::clone(&client);
            move || {
                while let Ok(requests) = client.get_within(Duration::from_millis(50)) {
                    for request in requests {
                        let reply = String::from_utf8(request.reply.unwrap()).unwrap();
                        let fails: &[bool] = match request.subject.as_slice() {
                            b"fails" => &[true],
                            b"partly" => &[false, true, false],
                            _ => &[false],
                        };
                        for fails in fails {
                            let headers = if *fails {
                                failure.clone()
                            } else {
                                Headers::new()
                            };
                            let sent = client.publish_with(&reply, None, headers, "body");
                            sent.unwrap();
                        }
                    }
                }
            }
        });
        Service {
            client,
            thread: Some(thread),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.client.close();
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn given_a_failed_reply_then_it_is_printed_and_the_code_is_1() {
    let (home, server) = (Home::new(), server());
    let _service = Service::start(&server.url());
    let request = |arguments: &[&str]| {
        let url = server.url();
        home.run(&[&["request", "-s", &url], arguments].concat())
    };

    let people = request(&["fails"]);
    let raw = request(&["fails", "--raw"]);
    let partly = request(&["partly", "--raw", "--replies", "3"]);
    let first = request(&["partly", "--raw"]);
    let works = request(&["works"]);

    let sentence = "the service on \"fails\" failed: 400 no number\n";
    people.assert(1, "body");
    assert!(people.stderr.ends_with(sentence), "{}", people.stderr);
    raw.assert(1, "body\n");
    assert_eq!(raw.stderr, format!("goingnats: {sentence}"));
    partly.assert(1, "body\nbody\nbody\n");
    let sentence = "1 of 3 replies to \"partly\" failed: 400 no number\n";
    assert_eq!(partly.stderr, format!("goingnats: {sentence}"));
    first.assert(0, "body\n");
    works.assert(0, "body");
}

#[test]
fn given_json_then_the_failure_is_a_member_of_the_object() {
    const MEMBER: &str = r#""service_error":{"code":400,"text":"no number"}"#;
    let (home, server) = (Home::new(), server());
    let _service = Service::start(&server.url());
    let (url, path) = (server.url(), home.path("r.ndjson"));
    let arguments = [
        "--json",
        "--where",
        "is.it.there | status:400",
        "--record",
        &path,
        "inbox",
    ];
    let sub = home.subscribe(&url, &arguments);
    let client = Client::connect("test", &url).unwrap();
    let headers = Headers::new();
    client
        .publish_with("works", Some("inbox"), headers.clone(), "")
        .unwrap();
    client
        .publish_with("fails", Some("inbox"), headers, "")
        .unwrap();

    let line = sub.line();
    sub.signal(rustix::process::Signal::INT);
    sub.ended();
    let requested = home.run(&["request", "fails", "--json", "-s", &url]);

    assert!(line.contains(MEMBER), "{line}");
    assert_eq!(requested.code, Some(1));
    assert!(requested.stdout.contains(MEMBER), "{}", requested.stdout);
    let recorded = std::fs::read_to_string(&path).unwrap();
    assert_eq!(recorded.matches(MEMBER).count(), 1, "{recorded}");
}

#[test]
fn given_history_then_the_outcome_is_a_failure_and_replay_ends_with_it() {
    let (home, server) = (Home::new(), server());
    let _service = Service::start(&server.url());
    let url = server.url();
    home.run(&["request", "fails", "--history", "-s", &url])
        .assert(1, "body");

    let listed = home.run(&["history"]);
    let json = home.run(&["history", "--json"]);
    let saved = json.stdout.replace("\"name\":null", "\"name\":\"sum\"");
    let replayed = home.run_with_stdin(&["replay", "-", "-s", &url], saved.as_bytes());

    let outcome = r#""service_error":{"code":400,"text":"no number"}}"#;
    assert!(json.stdout.contains(outcome), "{}", json.stdout);
    assert!(
        json.stdout.contains(r#""status":"service_error""#),
        "{}",
        json.stdout
    );
    for part in [
        &format!("request fails (on {url})  "),
        "  failed after ",
        ": 400 no number (Nats-Service-Error: no number, Nats-Service-Error-Code: 400)  body\n",
    ] {
        assert!(
            listed.stdout.contains(part),
            "{part:?} is not in {}",
            listed.stdout
        );
    }
    assert_eq!(replayed.code, Some(1), "{}", replayed.stderr);
    assert!(
        replayed.stdout.starts_with("sum  failed after "),
        "{}",
        replayed.stdout
    );
    assert!(
        replayed.stdout.ends_with(": 400 no number  body\n"),
        "{}",
        replayed.stdout
    );
}
