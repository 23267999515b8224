//! Connections that open, stay silent, are slow, and close; start and stop of the server.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use goingnats::broker::{Broker, Settings};

use super::raw::{Raw, broker, broker_with};
use crate::support::wait_until;

#[test]
fn s27_a_hundred_clients_come_and_go_and_leave_nothing_behind() {
    let broker = broker();
    let addr = broker.addr();
    let mut ids = BTreeSet::new();
    for round in 1..=2 {
        let clients: Vec<_> = (0..100)
            .map(|_| {
                thread::spawn(move || {
                    let mut client = Raw::connect(addr);
                    client.exchange("SUB a.* 1\r\nSUB > 2");
                    client.info_document()["client_id"].as_u64().expect("an id")
                })
            })
            .collect();
        let of_round: Vec<u64> = clients
            .into_iter()
            .map(|client| client.join().expect("a client that came through"))
            .collect();
        assert!(
            of_round.iter().all(|id| ids.last() < Some(id)),
            "ids went back in {round}"
        );
        ids.extend(of_round);
        assert_eq!(ids.len(), 100 * round);
        wait_until("every connection to be closed", || broker.clients() == 0);
    }
}

#[test]
fn s28_a_client_that_never_reads_is_cut_alone() {
    const ROUNDS: usize = 200;
    let broker = broker_with(Settings {
        pending_limit: 2 << 20,
        ..Settings::default()
    });
    let mut slow = Raw::connect(broker.addr());
    slow.exchange("SUB a 1");
    let mut quick = Raw::connect(broker.addr());
    quick.exchange("SUB a 1");
    let mut sender = Raw::connect(broker.addr());
    // More than the limit and the socket buffers of both sides together.
    let body = "x".repeat(160_000);
    let message = format!("MSG a 1 160000\r\n{body}\r\n");
    for round in 0..ROUNDS {
        assert_eq!(sender.exchange(&format!("PUB a 160000\r\n{body}")), "");
        assert!(quick.receive_all() == message, "in round {round}");
    }
    wait_until("the slow client to be cut", || broker.clients() == 2);
    assert!(slow.read_to_end().len() < ROUNDS * message.len());
    assert_eq!(sender.exchange("PUB a 2\r\nhi"), "");
    assert_eq!(quick.receive_all(), "MSG a 1 2\r\nhi\r\n");
}

#[test]
fn s29_a_silent_client_is_asked_twice_and_then_gone() {
    let broker = broker_with(Settings {
        ping_interval: Duration::from_millis(50),
        ..Settings::default()
    });
    let mut silent = Raw::open(broker.addr());
    assert_eq!(
        silent.read_to_end(),
        "PING\r\nPING\r\n-ERR 'Stale Connection'\r\n"
    );
    wait_until("its connection to be closed", || broker.clients() == 0);
}

#[test]
fn s29_a_client_that_answers_stays() {
    let broker = broker_with(Settings {
        ping_interval: Duration::from_millis(400),
        ..Settings::default()
    });
    let mut client = Raw::open(broker.addr());
    for _ in 0..4 {
        assert_eq!(client.line(), "PING");
        client.send("PONG\r\n");
    }
    assert_eq!(broker.clients(), 1);
}

#[test]
fn s32_it_listens_on_loopback_and_says_on_which_port() {
    let broker = broker();
    assert_eq!(broker.addr().ip(), Ipv4Addr::LOCALHOST);
    assert_ne!(broker.addr().port(), 0);
    assert_eq!(
        broker.url(),
        format!("nats://127.0.0.1:{}", broker.addr().port())
    );
    assert_eq!(
        Raw::open(broker.addr()).info_document()["port"],
        broker.addr().port()
    );
}

#[test]
fn s32_other_addresses_are_refused_with_a_sentence() {
    for addr in [
        "0.0.0.0:0",
        "192.0.2.1:4222",
        "[::]:0",
        "[::ffff:127.0.0.1]:0",
    ] {
        let settings = Settings {
            addr: addr.parse().expect("an address"),
            ..Settings::default()
        };
        let error = Broker::start(settings).expect_err(addr).to_string();
        let address = addr.parse::<SocketAddr>().expect("an address");
        assert_eq!(
            error,
            format!(
                "{address} is not a loopback address: this server listens on 127.0.0.1 or [::1] only"
            )
        );
    }
}

#[test]
fn s32_a_taken_port_is_refused_with_its_address() {
    let broker = broker();
    let settings = Settings {
        addr: broker.addr(),
        ..Settings::default()
    };
    let error = Broker::start(settings).expect_err("taken").to_string();
    let beginning = format!("cannot listen on {}: ", broker.addr());
    assert!(error.starts_with(&beginning), "{error}");
}

#[test]
fn settings_that_serve_nobody_are_refused() {
    let nonsense = [
        Settings {
            max_payload: 0,
            ..Settings::default()
        },
        Settings {
            pending_limit: 1 << 20,
            ..Settings::default()
        },
        Settings {
            ping_interval: Duration::ZERO,
            ..Settings::default()
        },
    ];
    for settings in nonsense {
        assert!(Broker::start(settings).is_err());
    }
}

#[test]
fn stopping_closes_every_connection_and_frees_the_port_for_the_next_start() {
    let first = broker();
    let settings = Settings {
        addr: first.addr(),
        ..Settings::default()
    };
    for server in [Some(first), None] {
        let server = server.unwrap_or_else(|| Broker::start(settings.clone()).expect("again"));
        let mut client = Raw::connect(server.addr());
        assert_eq!(
            client.exchange("SUB a 1\r\nPUB a 0\r\n"),
            "MSG a 1 0\r\n\r\n"
        );
        server.stop();
        assert_eq!(client.read_to_end(), "");
    }
}

#[test]
fn s41_two_servers_know_nothing_of_each_other() {
    let (one, two) = (broker(), broker());
    let mut listener = Raw::connect(one.addr());
    listener.exchange("SUB > 1");
    Raw::connect(two.addr()).exchange("PUB a 0\r\n");
    assert_eq!(listener.receive_all(), "");
    assert_eq!(one.clients(), 1);
}
