//! Those who take what came: slow ones, and ones with a runtime of their own.

use std::time::Duration;

use goingnats::{
    client::{Client, Connection, Data, Error, Event},
    protocol::Headers,
};

use super::{NatsServer, SOON, Watched, connect, fake::Fake, patient, payloads, take};
use crate::support::wait_for;

#[test]
fn c129_a_slow_taker_loses_the_oldest_and_the_numbers_add_up() {
    const MESSAGES: u64 = 2000;
    let server = NatsServer::start();
    let mut options = patient(&server.url());
    options.backlog = 4 << 20;
    let mut watched = Watched::open(options);
    watched.connected();
    let sid = watched.connection.subscribe(b"flood", None).unwrap();
    let flush = watched.connection.flush().unwrap();
    watched.event("Flushed", |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == flush).then_some(())
    });
    let publisher = connect(&server);
    for _ in 0..MESSAGES {
        publisher.publish("flood", vec![b'x'; 10_000]).unwrap();
    }
    publisher.flush().unwrap();
    // A PONG behind all of it: everything has been read.
    let flush = watched.connection.flush().unwrap();
    watched.event("Flushed", |event| {
        matches!(event, Event::Flushed { ticket, .. } if *ticket == flush).then_some(())
    });
    let (mut taken, mut dropped) = (0, 0);
    while taken + dropped < MESSAGES {
        match watched.entry() {
            Data::Received(batch) => taken += batch.records.len() as u64,
            Data::Dropped(entry) => {
                assert_eq!(entry.by_subscription, [(sid, entry.received)].into());
                dropped += entry.received;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(taken + dropped, MESSAGES);
    assert!(dropped > 0 && taken > 0, "{taken} taken, {dropped} dropped");
}

#[test]
fn get_within_waits_for_the_first_and_not_longer() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s").unwrap();
    assert_eq!(client.get_within(Duration::from_millis(20)), Ok(vec![]));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.get_within(Duration::from_secs(600)));
        client.publish("s", "x").unwrap();
        assert_eq!(payloads(&waiting.join().unwrap().unwrap()), ["x"]);
    });
}

#[test]
fn what_came_before_the_pong_is_there_after_the_flush() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s").unwrap();
    for round in 0..20 {
        for _ in 0..100 {
            client.publish("s", vec![b'x'; 20_000]).unwrap();
        }
        client.flush().unwrap();
        assert_eq!(client.get().unwrap().len(), 100, "round {round}");
    }
    for _ in 0..500 {
        client.publish("s", vec![b'x'; 20_000]).unwrap();
    }
    client.drain().unwrap();
    assert_eq!(client.get().unwrap().len(), 500);
}

#[test]
fn it_works_inside_somebody_elses_runtime() {
    let server = NatsServer::start();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = connect(&server);
        client.subscribe("s").unwrap();
        client.publish("s", "x").unwrap();
        assert_eq!(payloads(&take(&client, 1)), ["x"]);
        client.flush().unwrap();
    });
}

#[test]
fn a_full_queue_is_busy_and_the_blocking_client_waits_instead() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let fake = Fake::once(move |mut peer| {
        peer.welcome(0);
        // Reads nothing until it is told to, and then everything.
        released.recv().unwrap();
        peer.answer_until_closed();
    });
    let mut watched = Watched::patient(&fake.url);
    watched.connected();
    let publish = |connection: &Connection| {
        connection.publish(b"s", None, Headers::new(), vec![b'x'; 1 << 20])
    };
    wait_for("a full queue", || {
        publish(&watched.connection).err().map(|error| {
            assert_eq!(error, Error::Busy);
        })
    });
    release.send(()).unwrap();
    wait_for("room", || publish(&watched.connection).ok());
}

#[test]
fn the_blocking_client_waits_while_the_network_is_slower() {
    let server = NatsServer::start();
    let client = connect(&server);
    for _ in 0..200 {
        client.publish("s", vec![b'x'; 1 << 20]).unwrap();
    }
    client.flush().unwrap();
    assert_eq!(server.monitor("/varz")["in_bytes"], 200 << 20);
}

#[test]
fn one_shot_helpers() {
    use goingnats::client::{one, publish, request};
    let server = NatsServer::start();
    let url = server.url();
    let responder = connect(&server);
    responder.subscribe("ask").unwrap();
    responder.subscribe("told").unwrap();
    std::thread::scope(|scope| {
        let reply = scope.spawn(|| request(&url, "ask", "q", SOON));
        let first = scope.spawn(|| one(&url, "news", SOON));
        responder.respond(&take(&responder, 1)[0], "a").unwrap();
        assert_eq!(reply.join().unwrap().unwrap().payload, b"a");
        while !first.is_finished() {
            responder.publish("news", "n").unwrap();
            std::thread::yield_now();
        }
        assert_eq!(first.join().unwrap().unwrap().payload, b"n");
    });
    publish(&url, "told", "t").unwrap();
    assert_eq!(payloads(&take(&responder, 1)), ["t"]);
    let brief = Duration::from_millis(20);
    assert!(matches!(
        one(&url, "news", brief),
        Err(Error::Timeout { .. })
    ));
    assert!(matches!(
        request(&url, "nobody", "", SOON),
        Err(Error::NoResponders { .. })
    ));
    assert!(Client::connect("", &url).is_err());
}
