//! Commands that print messages in a real terminal: whatever came is made visible.

use goingnats::client::Client;
use tempfile::TempDir;

use super::harness::{Program, Session};
use crate::{
    commands::{BYTES, request::Responder, server, told_of, wait_until_subscribed},
    support::{NatsServer, wait_until},
};

const GOINGNATS: &str = env!("CARGO_BIN_EXE_goingnats");

/// What of [`BYTES`] can be seen, without line ends and marks that change with the words around them.
const SEEN: [&[&str]; 4] = [
    &["{\"a\":␉1}␍"],
    &["\\u{feff}", "\\u{202e}"],
    &["␛]0;owned␇␛[2J", "␡"],
    &["␀\\xff\\xfe"],
];

fn started(arguments: &[&str]) -> (Session, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let session = Program::new(GOINGNATS, arguments)
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .start();
    (session, home)
}

/// Waits for its end; nothing that it wrote may act on the terminal, and all this can be seen.
#[track_caller]
fn assert_shown(session: &mut Session, seen: &[&str]) {
    assert_eq!(session.exit_code(), 0, "{}", session.screen());
    let raw = session.raw();
    let text = str::from_utf8(&raw).expect("UTF-8");
    let acts = |c: char| c.is_control() && !matches!(c, '\r' | '\n');
    assert!(!text.contains(acts), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
    for seen in seen {
        assert!(text.contains(seen), "{seen} is not in {text:?}");
    }
}

#[test]
fn a_message_is_made_visible_in_every_form() {
    let server = NatsServer::start();
    let client = Client::connect("test", &server.url()).unwrap();
    for form in [&[][..], &["--raw"], &["--raw0"], &["--json"]] {
        let url = server.url();
        let arguments = [&["sub", "a", "--count", "4", "-s", &url], form].concat();
        let (mut session, _home) = started(&arguments);
        wait_until_subscribed(&server);
        for bytes in BYTES {
            client.publish("a", bytes).unwrap();
        }
        let seen = if form == ["--json"] {
            vec!["\\u001b]0;owned\\u0007\\u001b[2J", "data_base64"]
        } else {
            SEEN.concat()
        };
        assert_shown(&mut session, &seen);
        wait_until("its goodbye", || {
            told_of(&server, "subscriptions").is_none()
        });
    }
}

#[test]
fn a_reply_is_made_visible_with_its_own_lines() {
    let server = server();
    let _responder = Responder::start(&server.url());
    let url = server.url();
    for (number, seen) in SEEN.iter().enumerate() {
        let number = number.to_string();
        for form in [&[][..], &["--raw"], &["--raw0"]] {
            let arguments = [&["request", "bytes", &number, "-s", &url], form].concat();
            let (mut session, _home) = started(&arguments);
            assert_shown(&mut session, seen);
        }
    }
    let (mut session, _home) = started(&["request", "echo", "two\nlines\x1b[2J", "-s", &url]);
    assert_shown(&mut session, &["two\r\nlines␛[2J\r\n"]);
}
