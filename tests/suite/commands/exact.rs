//! Through a pipe the bytes of a message are exact; a terminal gets them made visible.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use goingnats::client::{Client, Error};

use super::{Home, server};
use crate::{
    pty::{Program, Session},
    support::wait_until,
};

/// What is rewritten for a terminal: control characters, direction marks, joiners, a byte order mark,
/// line separators, and what is no text at all.
const AWKWARD: &[u8] =
    b"\xef\xbb\xbfa\tb\r\nc\xe2\x80\x8dd\xe2\x80\xa8e\xe2\x80\xaef\x1b[2J\x00\xff\x9b31m";

/// Answers every request on `echo` with [`AWKWARD`] until dropped.
struct Responder(Arc<Client>, Option<JoinHandle<()>>);

impl Responder {
    fn start(url: &str) -> Responder {
        let client = Arc::new(Client::connect("responder", url).unwrap());
        client.subscribe("echo").unwrap();
        let responder = Arc::clone(&client);
        let thread = thread::spawn(move || {
            while let Ok(requests) = responder.get_within(Duration::from_millis(50)) {
                for request in requests {
                    responder.respond(&request, AWKWARD).unwrap();
                }
            }
        });
        Responder(client, Some(thread))
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.0.close();
        self.1.take().unwrap().join().unwrap();
    }
}

#[test]
fn given_a_pipe_then_a_reply_is_exact_with_nothing_added() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    for form in [&[][..], &["--raw0"]] {
        let ended = home.run(&[&["request", "echo", "-s", &server.url()], form].concat());
        assert_eq!(ended.bytes, AWKWARD, "{form:?}");
    }
    let ended = home.run(&["request", "echo", "--raw", "-s", &server.url()]);
    assert_eq!(ended.bytes, [AWKWARD, b"\n"].concat());
}

#[test]
fn given_a_pipe_then_what_sub_prints_of_a_payload_is_exact() {
    let (home, server) = (Home::new(), server());
    let client = Client::connect("test", &server.url()).unwrap();
    let sub = home.subscribe(&server.url(), &["--count", "2", "a"]);

    client.publish("a", AWKWARD).unwrap();

    let bytes = sub.ended().bytes;
    let (_, payload) = bytes.split_at("12:00:00.000 a  ".len());
    assert_eq!(payload, [AWKWARD, b"\n"].concat());
}

#[test]
fn given_a_terminal_then_it_is_made_visible() {
    let (home, server) = (Home::new(), server());
    let _responder = Responder::start(&server.url());
    let terminal = |arguments: &[&str]| -> Session {
        Program::new(env!("CARGO_BIN_EXE_goingnats"), arguments)
            .env("GOINGNATS_HOME", &home.path("data"))
            .size(200, 30)
            .start()
    };

    let reply = terminal(&["request", "echo", "-s", &server.url()]);
    reply.wait_for("a reply made visible", |screen| {
        screen.contents().contains("f␛[2J␀") && screen.contents().contains("a␉b␍")
    });

    let client = Client::connect("test", &server.url()).unwrap();
    let sub = terminal(&["sub", "a", "-s", &server.url()]);
    wait_until("a subscription", || {
        let asked = client.request("a", AWKWARD, Duration::from_millis(20));
        !matches!(asked, Err(Error::NoResponders { .. }))
    });
    sub.wait_for("a message made visible", |screen| {
        screen.contents().contains("f␛[2J␀") && screen.contents().contains("a␉b␍␊c")
    });
}
