//! Connections that are lost and come back.

use std::{
    thread,
    time::{Duration, Instant},
};

use goingnats::{
    client::{Client, Data, Error, Event, Options},
    protocol::Headers,
};

use super::{
    NatsServer, SOON, Watched, connect,
    fake::{Fake, INFO, accept},
    payloads, take,
};
use crate::support::{wait_for, wait_until};

#[track_caller]
fn disconnected(watched: &mut Watched) {
    watched.event("Disconnected", |event| {
        matches!(event, Event::Disconnected { .. }).then_some(())
    });
}

#[test]
fn c112_a_restart_leaves_a_gap_and_nothing_else() {
    let mut server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    watched.connection.subscribe(b"s", None).unwrap();
    let publish = |watched: &Watched, payload: &[u8]| {
        let publish = &watched.connection;
        publish.publish(b"s", None, Headers::new(), payload.to_vec())
    };
    publish(&watched, b"before").unwrap();
    let Data::Received(before) = watched.entry() else {
        panic!("no gap before the first connection");
    };
    assert_eq!(before.records[0].payload(&before.bytes), b"before");

    let since = Instant::now();
    server.stop();
    disconnected(&mut watched);
    server.start_again();
    watched.connected();
    publish(&watched, b"after").unwrap();
    let Data::Gap(gap) = watched.entry() else {
        panic!("the gap comes before what came after it");
    };
    assert!(gap.at >= before.at && gap.lasted <= since.elapsed());
    let Data::Received(after) = watched.entry() else {
        panic!("the subscription is back");
    };
    assert_eq!(after.records[0].payload(&after.bytes), b"after");
    assert_eq!(after.records[0].sid, before.records[0].sid);
}

#[test]
fn c057_many_subscriptions_are_all_back() {
    let mut server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    for n in 0..10_000 {
        let subject = format!("s.{n}");
        wait_for("room in the queue", || {
            watched.connection.subscribe(subject.as_bytes(), None).ok()
        });
    }
    let flush = wait_for("room in the queue", || watched.connection.flush().ok());
    watched.event("Flushed", |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == flush).then_some(())
    });
    server.stop();
    disconnected(&mut watched);
    server.start_again();
    watched.connected();
    let connections = server.monitor("/connz");
    assert_eq!(connections["connections"][0]["subscriptions"], 10_001);
}

#[test]
fn c113_a_wait_can_be_cut_short() {
    // A port that is nobody's: one that was given back may be another test's by now.
    let mut watched = Watched::patient("nats://127.0.0.1:1");
    // Waits add up to far more than the test's patience if they are not cut short.
    for expected in 1..=40 {
        watched.event("Connecting", |event| match event {
            Event::Connecting { attempt, .. } => {
                assert_eq!(*attempt, expected);
                Some(())
            }
            _ => None,
        });
        disconnected(&mut watched);
        watched.connection.reconnect_now().unwrap();
    }
}

#[test]
fn c114_a_limit_holds_across_connections() {
    let mut server = NatsServer::start();
    let client = connect(&server);
    let sid = client.subscribe("s").unwrap();
    client.unsubscribe(sid, Some(5)).unwrap();
    client.publish("s", "1").unwrap();
    client.publish("s", "2").unwrap();
    take(&client, 2);
    server.stop();
    server.start_again();
    wait_until("a connection", || client.flush().is_ok());
    for n in 3..10 {
        client.publish("s", format!("{n}")).unwrap();
    }
    client.flush().unwrap();
    assert_eq!(payloads(&take(&client, 3)), ["3", "4", "5"]);
    assert_eq!(client.get(), Ok(vec![]));
}

#[test]
fn c115_what_changed_while_disconnected_holds_afterwards() {
    let mut server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let ended = watched.connection.subscribe(b"ended", None).unwrap();
    server.stop();
    disconnected(&mut watched);
    watched.connection.unsubscribe(ended, None).unwrap();
    let begun = watched.connection.subscribe(b"begun", None).unwrap();
    server.start_again();
    watched.event("Subscribed", |event| {
        matches!(event, Event::Subscribed(sid) if *sid == begun).then_some(())
    });
    let page = server.monitor("/connz?subs=1");
    let subjects = page["connections"][0]["subscriptions_list"].to_string();
    assert!(
        subjects.contains("begun") && !subjects.contains("ended"),
        "{subjects}"
    );
}

#[test]
fn c116_publishing_while_disconnected_is_refused() {
    let mut server = NatsServer::start();
    let client = connect(&server);
    server.stop();
    wait_until("the loss to be seen", || client.info().is_none());
    assert_eq!(client.publish("s", "x"), Err(Error::Disconnected));
    assert_eq!(client.request("s", "x", SOON), Err(Error::Disconnected));
    assert_eq!(client.flush(), Err(Error::Disconnected));
    server.start_again();
    wait_until("a connection", || client.publish("s", "x").is_ok());
}

#[test]
fn c122_a_server_that_hangs_up_is_not_called_all_the_time() {
    let fake = Fake::listening(|listener| {
        for _ in 0..5 {
            let mut peer = accept(&listener);
            peer.shake_hands();
        }
        listener.set_nonblocking(true).unwrap();
    });
    let mut watched = Watched::patient(&fake.url);
    let mut ceilings = Vec::new();
    watched.event("five losses", |event| {
        if let Event::Disconnected { retry_in, .. } = event {
            ceilings.push(*retry_in);
        }
        (ceilings.len() == 5).then_some(())
    });
    for (n, wait) in ceilings.iter().enumerate() {
        assert!(*wait <= Duration::from_millis(100 << n), "{ceilings:?}");
    }
    assert!(ceilings.iter().any(|wait| !wait.is_zero()), "{ceilings:?}");
}

#[test]
fn c122_resets_behind_connect_lead_to_waits_and_leave_nothing_open() {
    let fake = Fake::listening(|listener| {
        for _ in 0..5 {
            let mut peer = accept(&listener);
            peer.send(INFO);
            // What was not read when a socket closes makes its end a reset.
            peer.wait_for_bytes();
        }
        listener.set_nonblocking(true).unwrap();
    });
    let mut watched = Watched::patient(&fake.url);
    let mut waits = Vec::new();
    watched.event("five resets", |event| {
        if let Event::Disconnected { reason, retry_in } = event {
            assert!(matches!(reason, Error::Lost { .. }), "{reason}");
            waits.push(*retry_in);
        }
        (waits.len() == 5).then_some(())
    });
    assert!(waits.iter().any(|wait| !wait.is_zero()), "{waits:?}");
}

#[test]
fn c117_another_server_of_the_list_takes_over() {
    let mut first = NatsServer::start();
    let second = NatsServer::start();
    let urls = format!("{},{}", first.url(), second.url());
    let client = Client::connect("test", &urls).unwrap();
    client.subscribe("s").unwrap();
    first.stop();
    let port = |client: &Client| client.info().map(|info| info.port);
    wait_until("the other server", || port(&client) == Some(second.port()));
    client.publish("s", "x").unwrap();
    assert_eq!(payloads(&take(&client, 1)), ["x"]);
}

#[test]
fn c127_draining_without_a_connection_closes() {
    let mut server = NatsServer::start();
    let client = connect(&server);
    server.stop();
    wait_until("the loss to be seen", || client.info().is_none());
    client.drain().unwrap();
    assert_eq!(client.get(), Err(Error::Closed));
}

#[test]
fn after_close_everything_is_an_error_and_nothing_panics() {
    let server = NatsServer::start();
    let client = connect(&server);
    let sid = client.subscribe("s").unwrap();
    client.publish("s", "last").unwrap();
    client.flush().unwrap();
    client.close();
    client.close();
    assert_eq!(payloads(&client.get().unwrap()), ["last"]);
    assert_eq!(client.get(), Err(Error::Closed));
    assert_eq!(client.get_within(SOON), Err(Error::Closed));
    assert_eq!(client.publish("s", ""), Err(Error::Closed));
    assert_eq!(client.subscribe("s"), Err(Error::Closed));
    assert_eq!(client.unsubscribe(sid, None), Err(Error::Closed));
    assert_eq!(client.request("s", "", SOON), Err(Error::Closed));
    assert_eq!(client.flush(), Err(Error::Closed));
    assert_eq!(client.drain(), Err(Error::Closed));
    assert_eq!(client.info(), None);
    wait_until("the server to see it", || {
        server.monitor("/connz")["num_connections"] == 0
    });
}

#[test]
fn dropping_publishes_what_was_handed_over() {
    let server = NatsServer::start();
    let watcher = connect(&server);
    watcher.subscribe("s").unwrap();
    let client = connect(&server);
    for _ in 0..1000 {
        client.publish("s", "x").unwrap();
    }
    drop(client);
    assert_eq!(take(&watcher, 1000).len(), 1000);
}

#[test]
fn dropping_the_last_handle_says_goodbye() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    drop(watched);
    wait_until("the server to see it", || {
        server.monitor("/connz")["num_connections"] == 0
    });
}

#[test]
fn dropping_does_not_wait_for_a_server_that_hangs() {
    let server = NatsServer::start();
    let mut options = Options::new("test", &server.url()).unwrap();
    // that the server is silent is not found out by other means
    options.keepalive = Duration::MAX;
    let client = Client::with(options).unwrap();
    server.signal("STOP");
    let dropping = thread::spawn(move || drop(client));
    wait_until("the drop to come back", || dropping.is_finished());
    server.signal("CONT");
}
