//! The publisher and the responder over a real connection.

use std::{iter, time::Duration};

use goingnats::{client::Client, demo};
use jiff::{Zoned, civil::date, tz::TimeZone};

use crate::{
    commands::server,
    support::{PATIENCE, wait_until},
};

fn now() -> Zoned {
    let noon = date(2026, 11, 23).at(12, 0, 1, 0);
    noon.to_zoned(TimeZone::UTC).unwrap()
}

#[test]
fn given_times_then_each_is_told_with_its_fraction() {
    let server = server();
    let client = Client::connect("test", &server.url()).unwrap();
    client.subscribe("time.time").unwrap();
    let times = [1_646_389_270.656_880_9, 1_646_389_271.0];

    let _participants = demo::start_with(&server.url(), times.into_iter(), now).unwrap();

    let mut told = Vec::new();
    wait_until("two times", || {
        told.extend(client.get_within(Duration::from_millis(20)).unwrap());
        told.len() == 2
    });
    assert_eq!(told[0].payload, b"1646389270.6568809");
    assert_eq!(told[1].payload, b"1646389271.0");
}

#[test]
fn given_requests_then_each_is_answered_and_bad_ones_with_a_sentence() {
    let server = server();
    let client = Client::connect("test", &server.url()).unwrap();
    let _participants = demo::start_with(&server.url(), iter::empty(), now).unwrap();
    // Not a request: nobody awaits an answer, and nothing comes of it.
    client.publish("add", "[1]").unwrap();
    for (subject, payload, answer) in [
        ("add", "[1, 2, 3]", "6"),
        ("add", "\x1b[2J", "add takes a JSON list of numbers"),
        ("today", "%Y%m%d", "20261123"),
        ("today", "%!", "today takes a strftime format"),
    ] {
        let reply = client.request(subject, payload, PATIENCE).unwrap();
        let reply = String::from_utf8(reply.payload).unwrap();
        assert!(
            reply.starts_with(answer),
            "{subject} {payload:?}: {reply:?}"
        );
    }
}

#[test]
fn given_the_end_then_both_have_said_goodbye() {
    let server = server();

    let participants = demo::start(&server.url()).unwrap();

    assert_eq!(server.clients(), 2);
    drop(participants);
    wait_until("their goodbye", || server.clients() == 0);
}

#[test]
fn given_a_server_that_goes_away_then_they_can_still_be_stopped() {
    let server = server();
    let participants = demo::start(&server.url()).unwrap();
    server.stop();
    drop(participants);
}
