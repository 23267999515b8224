//! The first moments of a connection, with servers of every kind.

use std::{net::TcpListener, sync::mpsc, time::Duration};

use goingnats::client::{Client, Error, Event, Options};

use super::{
    NatsServer, Watched, connect,
    fake::{Fake, INFO},
    patient,
};
use crate::support::{PATIENCE, wait_for};

fn options(url: &str) -> Options {
    Options::new("test", url).expect("good options")
}

/// As patient as a test can be with somebody who never answers.
fn impatient(url: &str) -> Options {
    let mut options = options(url);
    options.attempt_timeout = Duration::from_millis(200);
    options
}

#[test]
fn c001_the_server_lists_our_name() {
    let server = NatsServer::start();
    let client = connect(&server);
    let connection = &server.monitor("/connz")["connections"][0];
    assert_eq!(connection["name"], "test");
    assert_eq!(connection["lang"], "rust-goingnats");
    assert_eq!(connection["version"], env!("CARGO_PKG_VERSION"));
    assert!(client.info().unwrap().version.contains('.'));
}

#[test]
fn c013_names_of_every_kind() {
    let server = NatsServer::start();
    let name = format!("a \"b\" \\ é\u{1f600}\n{}", "x".repeat(300));
    let client = Client::connect(&name, &server.url()).unwrap();
    client.flush().unwrap();
    let connection = &server.monitor("/connz")["connections"][0];
    assert_eq!(connection["name"], name);
}

#[test]
fn c014_the_second_info_is_merged_into_the_first() {
    let server = NatsServer::start();
    let client = connect(&server);
    let info = client.info().unwrap();
    assert_eq!(info.remote_account.as_deref(), Some("$G"));
    assert_eq!(info.port, server.port());
}

#[test]
fn c002_info_byte_by_byte() {
    let fake = Fake::once(|mut peer| {
        peer.send_bytewise(INFO);
        peer.greeted();
        peer.answer_until_closed();
    });
    Client::connect("test", &fake.url).unwrap();
}

#[test]
fn c003_c008_c009_what_may_stand_between_connect_and_pong() {
    let fake = Fake::once(|mut peer| {
        peer.send("info {\"unknown\":[1,{}],\"headers\":true,\"max_payload\":5}  \r\n");
        peer.expect("PING\r\n");
        peer.send("+OK\r\nINFO {\"headers\":true,\"max_payload\":7}\r\nPING\r\n");
        peer.expect("PONG\r\n");
        peer.send("PONG\r\n");
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    assert_eq!(client.info().unwrap().max_payload, 7);
}

#[test]
fn c001_connect_says_what_we_are() {
    let fake = Fake::once(|mut peer| {
        let connect = peer.shake_hands();
        for field in [
            r#""name":"test""#,
            r#""verbose":false"#,
            r#""pedantic":false"#,
            r#""protocol":1"#,
            r#""echo":true"#,
            r#""headers":true"#,
            r#""no_responders":true"#,
            r#""lang":"rust-goingnats""#,
        ] {
            assert!(connect.contains(field), "{field} in {connect}");
        }
        peer.answer_until_closed();
    });
    Client::connect("test", &fake.url).unwrap();
}

#[test]
fn c004_c117_a_long_list_of_servers_is_learned() {
    let urls: Vec<String> = (1..=500).map(|n| format!("\"127.0.0.1:{n}\"")).collect();
    let info = format!(
        "INFO {{\"headers\":true,\"connect_urls\":[{}],\"server_name\":\"{}\"}}\r\n",
        urls.join(","),
        "x".repeat(40_000)
    );
    let fake = Fake::once(move |mut peer| {
        peer.send(info);
        peer.greeted();
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    assert_eq!(client.info().unwrap().connect_urls.len(), 500);
}

#[test]
fn c005_other_protocols_are_named() {
    let table = [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"),
        ("SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
        ("\u{15}\u{3}\u{1}", "TLS"),
        ("+PONG\r\n", "+PONG"),
        ("MSG a 1 0\r\n\r\n", "MSG"),
    ];
    for (bytes, expected) in table {
        let fake = Fake::once(move |mut peer| {
            peer.send(bytes);
            peer.until_closed();
        });
        match Client::connect("test", &fake.url) {
            Err(Error::NotNats { hint, .. }) => assert!(hint.contains(expected), "{hint}"),
            other => panic!("{bytes:?} gave {other:?}"),
        }
    }
}

#[test]
fn c006_silence_instead_of_info() {
    let fake = Fake::once(super::fake::Peer::until_closed);
    let error = Client::with(impatient(&fake.url)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::HandshakeTimeout {
                awaited: "INFO",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn c006_a_port_that_waits_for_us_to_speak_is_not_waited_for_long() {
    let fake = Fake::once(super::fake::Peer::until_closed);
    let error = Client::with(options(&fake.url)).unwrap_err().to_string();
    assert!(error.contains("no INFO within 3s"), "{error}");
    assert!(error.contains("is this its port?"), "{error}");
}

#[test]
fn c007_silence_instead_of_pong() {
    let fake = Fake::once(|mut peer| {
        peer.send(INFO);
        peer.until_closed();
    });
    let error = Client::with(impatient(&fake.url)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::HandshakeTimeout {
                awaited: "PONG",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn c010_c011_a_full_house() {
    let server = NatsServer::with_config("max_connections: 1");
    // The look whether it accepts may still be counted.
    let _first = wait_for("a free place", || {
        Client::connect("test", &server.url()).ok()
    });
    match Client::connect("test", &server.url()) {
        Err(Error::TurnedAway { reason, .. }) => {
            assert_eq!(reason, "maximum connections exceeded");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn c016_a_server_that_cannot_keep_our_messages_from_us() {
    let fake = Fake::once(|mut peer| {
        peer.send("INFO {\"proto\":0}\r\n");
        peer.until_closed();
    });
    let mut options = options(&fake.url);
    options.echo = false;
    let error = Client::with(options).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error}");
}

#[test]
fn c017_a_name_with_two_addresses() {
    let server = NatsServer::start();
    let url = format!("localhost:{}", server.port());
    Client::connect("test", &url).unwrap().flush().unwrap();
}

#[test]
fn nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = Client::connect("test", &format!("127.0.0.1:{port}")).unwrap_err();
    let sentence = format!("nats://127.0.0.1:{port}: connection refused");
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn a_name_that_does_not_exist() {
    let error = Client::connect("test", "no-such-host.invalid").unwrap_err();
    assert!(matches!(error, Error::Dns { .. }), "{error:?}");
}

#[test]
fn the_next_server_is_tried_in_the_same_round() {
    let server = NatsServer::start();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let urls = format!("127.0.0.1:{port},{}", server.url());
    Client::connect("test", &urls).unwrap().flush().unwrap();
}

#[test]
fn c130_closing_does_not_wait_for_a_handshake() {
    let (greeted, is_greeted) = mpsc::channel();
    let fake = Fake::once(move |mut peer| {
        peer.send(INFO);
        peer.expect("CONNECT ");
        greeted.send(()).unwrap();
        // and never a PONG
        peer.until_closed();
    });
    let mut options = patient(&fake.url);
    options.attempt_timeout = Duration::MAX;
    let mut watched = Watched::open(options);
    is_greeted.recv_timeout(PATIENCE).unwrap();
    watched.connection.close();
    watched.event("Closed", |event| {
        matches!(event, Event::Closed { reason: None }).then_some(())
    });
}

#[test]
fn a_patient_client_is_given_before_it_is_connected() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let client = Client::with(patient(&format!("127.0.0.1:{port}"))).unwrap();
    assert_eq!(client.publish("s", ""), Err(Error::Disconnected));
    assert_eq!(client.flush(), Err(Error::Disconnected));
    assert_eq!(client.info(), None);
    assert_eq!(client.get(), Ok(vec![]));
}
