//! `goingnats sub --where`

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use goingnats::{client::Client, protocol::Headers};

use super::Home;
use crate::support::NatsServer;

/// What lets the message through that shows the subscription.
const PROBE: &str = "subject:is.it.there";

#[test]
fn given_a_filter_then_only_what_matches_is_printed_and_counted() {
    let (home, server) = (Home::new(), NatsServer::start());
    let client = Client::connect("test", &server.url()).unwrap();
    let filter = format!("{PROBE} | (subject:!*.test (header:kind=big size>8 | json:.total>=100))");
    let sub = home.subscribe(
        &server.url(),
        &["--raw", "--count", "3", "--where", &filter, "orders.>"],
    );
    let mut headers = Headers::new();
    headers.append("Kind", "big").unwrap();

    for payload in [r#"{"total":99}"#, "plain", r#"{"total":"100"}"#] {
        client.publish("orders.eu", payload).unwrap();
    }
    client.publish("orders.test", r#"{"total":500}"#).unwrap();
    client
        .publish("orders.eu", r#"{"a":[],"total":100}"#)
        .unwrap();
    client
        .publish_with("orders.eu", None, headers.clone(), "12345678")
        .unwrap();
    client
        .publish_with("orders.eu", None, headers, "123456789")
        .unwrap();

    sub.ended()
        .assert(0, "{\"a\":[],\"total\":100}\n123456789\n");
}

#[test]
fn given_no_match_in_time_then_it_ends_although_messages_come_all_the_while() {
    let (home, server) = (Home::new(), NatsServer::start());
    let client = Client::connect("test", &server.url()).unwrap();
    let (url, is_over) = (server.url(), AtomicBool::new(false));

    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                client.publish("a", "something else").unwrap();
                thread::sleep(Duration::from_millis(1));
            }
        });
        let ended = home.run(&[
            "sub", "a", "--where", "wanted", "--wait", "100ms", "--count", "1", "-s", &url,
        ]);
        is_over.store(true, Ordering::Relaxed);
        ended
    });

    ended.assert_failed(4, &["nothing that matches came for 100.0 ms", "1 more"]);
}

#[test]
fn given_what_is_no_filter_then_its_wrong_place_is_pointed_at_before_anything_is_dialed() {
    let home = Home::new();

    let ended = home.run(&["sub", "a", "--where", "ä size>much b", "-s", "127.0.0.1:1"]);

    ended.assert(2, "");
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert!(
        lines[0].starts_with("goingnats: --where: this is no size such as"),
        "{lines:?}"
    );
    assert_eq!(lines[1..], ["  ä size>much b", "         ^^^^"]);
}

#[test]
fn given_what_cannot_be_meant_here_then_it_is_refused_before_anything_is_dialed() {
    let home = Home::new();
    for (filter, reason, place) in [
        (
            "subjekt:a",
            "subjekt: is no field: there are subject, ",
            "^^^^^^^^^",
        ),
        (
            "a jsn:.total>100",
            "jsn: is no field: there are ",
            "  ^^^^^^^^^^^^^^",
        ),
        (
            "rtt>0ms",
            "known only where requests and replies are paired",
            "^^^^^^^",
        ),
    ] {
        let ended = home.run(&["sub", "a", "--where", filter, "-s", "127.0.0.1:1"]);

        ended.assert_ended_with(2, &[reason, &format!("\n  {place}\n")]);
    }
}

#[test]
fn given_json_as_the_screen_shows_it_then_it_is_found_however_it_is_written() {
    let (home, server) = (Home::new(), NatsServer::start());
    let client = Client::connect("test", &server.url()).unwrap();
    for (filter, payload) in [
        (r#""x": 1"#, r#"{"x":1}"#),
        (r#""x": "grün", "y": true"#, r#"{"x":"gr\u00fcn","y":true}"#),
        ("grün", r#"{"x":"gr\u00fcn"}"#),
    ] {
        let condition = format!("{PROBE} | {filter}");
        let arguments = ["--raw", "--count", "2", "--where", &condition, "a"];
        let sub = home.subscribe(&server.url(), &arguments);

        for other in [r#"{"x":2}"#, r#"{"y":"gr\u00fcn"}x"#, "x: 1"] {
            client.publish("a", other).unwrap();
        }
        client.publish("a", payload).unwrap();

        sub.ended().assert(0, &format!("{payload}\n"));
    }
}
