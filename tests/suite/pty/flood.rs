//! The built explorer under flood from a real nats-server: a terminal that hangs, and another size.

use std::time::Duration;

use tempfile::TempDir;

use super::harness::{Program, Session};
use crate::support::{NatsServer, Source, wait_until, wait_within};

const GOINGNATS: &str = env!("CARGO_BIN_EXE_goingnats");

/// Messages of 128 bytes a second.
const RATE: u64 = 200_000;

/// The explorer, subscribed to everything that is published.
pub(super) fn started(server: &NatsServer, arguments: &[&str]) -> (Session, TempDir) {
    let home = tempfile::tempdir().unwrap();
    let url = server.url();
    let given = [
        &["--no-context", "-s", &url, "--sub", "sensors.>"],
        arguments,
    ]
    .concat();
    let session = Program::new(GOINGNATS, &given)
        .env("GOINGNATS_HOME", home.path().to_str().unwrap())
        .size(160, 45)
        .start();
    wait_until("the subscription to stand", || {
        let connections = server.monitor("/connz");
        let explorer = &connections["connections"][0];
        explorer["subscriptions"].as_u64() >= Some(1)
    });
    session.wait_for_text("sensors.>");
    (session, home)
}

/// Leaves it, and waits for the line that tells what was seen.
fn assert_saw(session: &mut Session, messages: u64) {
    session.wait_for("everything is kept, evicted or shown", |screen| {
        screen.contents().contains("dropped 0")
    });
    session.send("\x03");
    assert_eq!(session.exit_code(), 0);
    let said = session.screen();
    let received: String = said
        .rsplit('\n')
        .find(|line| line.contains(" received"))
        .map(|line| {
            let (number, _) = line.split_once(" received").unwrap();
            number.chars().filter(char::is_ascii_digit).collect()
        })
        .unwrap_or_default();
    assert_eq!(received, messages.to_string(), "{said}");
    assert!(!said.contains("dropped"), "{said}");
}

#[test]
fn a_terminal_that_hangs_for_a_minute_under_flood_costs_frames_and_not_one_message() {
    let server = NatsServer::start();
    let (mut session, _home) = started(&server, &["--keep", "64MiB"]);
    let flow = Source::connect(&server.address()).flow(RATE, |n| format!("sensors.{}", n % 10));
    session.wait_for_text("message ");
    session.stall();
    let (written, before) = (session.raw().len(), flow.published());
    // a minute's, however long a slow machine takes for them
    let look = || {
        assert!(
            session.raw().len() - written < 8192,
            "a terminal that hangs reads nothing"
        );
        (flow.published() - before > 60 * RATE).then_some(())
    };
    wait_within(Duration::from_secs(600), look, || {
        format!("{} messages were published", flow.published() - before)
    });
    session.resume();
    for (columns, rows) in [(60, 20), (200, 50), (110, 34), (160, 45)] {
        session.resize(columns, rows);
        session.wait_for("the hints on the last line", |screen| {
            let last = screen.rows(0, columns).last().unwrap_or_default();
            last.contains("help") || last.contains("subscribe")
        });
    }
    let published = flow.stop();
    let newest = format!("message {} ", published - 1);
    session.wait_for_text(&newest);
    assert_saw(&mut session, published);
}
