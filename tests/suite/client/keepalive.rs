//! Who is alive, and how that is known.

use std::{sync::mpsc, time::Duration};

use goingnats::client::{Client, Data, Error, Event};

use super::{
    NatsServer, Watched,
    fake::{Fake, accept},
    patient, payloads, take,
};
use crate::support::PATIENCE;

const BRIEF: Duration = Duration::from_millis(50);

#[test]
fn c108_pings_of_the_server_are_answered_and_seen_by_nobody() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(1);
        for _ in 0..3 {
            peer.send("PING\r\n");
            peer.expect("PONG\r\n");
        }
        peer.send("MSG s 2 1\r\nx\r\n");
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.subscribe("s").unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["x"]);
}

#[test]
fn c109_a_taker_that_does_not_take_loses_no_connection() {
    let (answered, all_answered) = mpsc::channel();
    let fake = Fake::once(move |mut peer| {
        peer.welcome(1);
        for _ in 0..50 {
            let payload = "x".repeat(100_000);
            peer.send(format!("MSG flood 2 100000\r\n{payload}\r\n"));
        }
        for _ in 0..3 {
            peer.send("PING\r\n");
            peer.expect("PONG\r\n");
        }
        answered.send(()).unwrap();
        peer.answer_until_closed();
    });
    let mut options = patient(&fake.url);
    // a fifth of what comes
    options.backlog = 1 << 20;
    let mut watched = Watched::open(options);
    watched.connected();
    watched.connection.subscribe(b"flood", None).unwrap();
    all_answered.recv_timeout(PATIENCE).unwrap();
    assert!(
        matches!(watched.entry(), Data::Received(_)),
        "and it was received"
    );
    watched.connection.close();
}

#[test]
fn round_trips_are_told() {
    let server = NatsServer::start();
    let mut options = patient(&server.url());
    options.keepalive = BRIEF;
    let mut watched = Watched::open(options);
    for _ in 0..3 {
        watched.event("Rtt", |event| matches!(event, Event::Rtt(_)).then_some(()));
    }
}

#[test]
fn c110_a_server_that_hangs_is_given_up_even_while_we_publish() {
    let server = NatsServer::start();
    let mut options = patient(&server.url());
    options.keepalive = BRIEF;
    options.attempt_timeout = Duration::from_millis(500);
    let mut watched = Watched::open(options);
    watched.connected();
    server.signal("STOP");
    let connection = watched.connection.clone();
    watched.event("Stale", |event| {
        let headers = goingnats::protocol::Headers::new();
        let _ = connection.publish(b"s", None, headers, vec![]);
        match event {
            Event::Disconnected {
                reason: Error::Stale { silent, .. },
                ..
            } => {
                assert!(*silent >= 2 * BRIEF);
                Some(())
            }
            _ => None,
        }
    });
    server.signal("CONT");
    watched.connected();
}

#[test]
fn c111_data_proves_life_even_where_no_ping_is_answered() {
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        // one more than may go unanswered, and another
        for _ in 0..4 {
            peer.expect("PING\r\n");
            peer.send("MSG s 2 0\r\n\r\n");
        }
        peer.send("-ERR 'still here'\r\n");
        peer.until_closed();
    });
    let mut options = patient(&fake.url);
    // twice as long may the peer be held up
    options.keepalive = 8 * BRIEF;
    let mut watched = Watched::open(options);
    watched.event("the end of the script", |event| match event {
        Event::Disconnected { reason, .. } => panic!("{reason}"),
        Event::ServerError { text, .. } => (text == "still here").then_some(()),
        _ => None,
    });
    watched.connection.close();
}

#[test]
fn c111_silence_is_stale() {
    let fake = Fake::listening(|listener| {
        let mut peer = accept(&listener);
        peer.welcome(0);
        peer.until_closed();
        accept(&listener).until_closed();
    });
    let mut options = patient(&fake.url);
    options.keepalive = BRIEF;
    let mut watched = Watched::open(options);
    watched.event("Stale", |event| {
        let stale = |reason: &Error| matches!(reason, Error::Stale { .. });
        matches!(event, Event::Disconnected { reason, .. } if stale(reason)).then_some(())
    });
}
