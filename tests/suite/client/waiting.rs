//! Those who wait run the client's task themselves: many at once, in all kinds of places, while the
//! server is well and while it is not.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use goingnats::{
    broker::{Broker, Settings},
    client::{Client, Error, Options},
};

use super::{NatsServer, SOON, connect, fake::Fake};
use crate::support::PATIENCE;

/// Answers on `ask` with what it was asked, until `over`; nobody answers on `silence`.
fn respond(url: &str, over: &AtomicBool) {
    let responder = Client::connect("responder", url).unwrap();
    responder.subscribe("ask").unwrap();
    responder.subscribe("silence").unwrap();
    while !over.load(Relaxed) {
        for request in responder.get_within(Duration::from_millis(10)).unwrap() {
            if request.subject == b"ask" {
                responder.respond(&request, &request.payload).unwrap();
            }
        }
    }
}

/// Runs `work` beside a responder.
fn beside_a_responder(url: &str, work: impl FnOnce(&Client)) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| respond(url, &over));
        let client = Client::connect("test", url).unwrap();
        while let Err(reason) = client.request("ask", "there?", SOON) {
            assert!(matches!(reason, Error::NoResponders { .. }), "{reason}");
        }
        // Over in any case, for the responder to end where the work fails.
        let _over = Over(&over);
        work(&client);
    });
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn ask(client: &Client, what: &str) {
    let reply = client.request("ask", what, SOON).unwrap();
    assert_eq!(reply.payload, what.as_bytes());
}

#[test]
fn c081_a_hundred_threads_request_at_once_and_some_in_vain() {
    let broker = Broker::start(Settings::default()).unwrap();
    beside_a_responder(&broker.url(), |client| {
        thread::scope(|scope| {
            for n in 0..100 {
                scope.spawn(move || {
                    for round in 0..5 {
                        ask(client, &format!("{n} {round}"));
                        let after = Duration::from_millis(n % 10 + 1);
                        let vain = client.request("silence", "", after);
                        assert!(matches!(vain, Err(Error::Timeout { .. })), "{vain:?}");
                        client.publish("nobody", "listens").unwrap();
                    }
                });
            }
        });
    });
}

#[test]
fn callers_with_runtimes_of_their_own_and_without_share_a_client() {
    let broker = Broker::start(Settings::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    beside_a_responder(&broker.url(), |client| {
        let client = &client;
        thread::scope(|scope| {
            let runtime = &runtime;
            for n in 0..4 {
                let asking = move |where_from: &str| {
                    for round in 0..20 {
                        ask(client, &format!("{where_from} {n} {round}"));
                        client.publish("nobody", "listens").unwrap();
                    }
                };
                scope.spawn(move || asking("a thread"));
                scope.spawn(move || runtime.block_on(async { asking("a runtime") }));
                scope.spawn(move || {
                    let _inside = runtime.enter();
                    asking("beside a runtime");
                });
            }
        });
    });
    // Blocking work of a runtime wants to own what it uses.
    let client = std::sync::Arc::new(Client::connect("test", &broker.url()).unwrap());
    let blocking = || {
        let client = std::sync::Arc::clone(&client);
        runtime.spawn_blocking(move || client.flush())
    };
    let flushes: Vec<_> = (0..10).map(|_| blocking()).collect();
    for flush in flushes {
        assert_eq!(runtime.block_on(flush).unwrap(), Ok(()));
    }
}

#[test]
fn c108_pings_are_answered_while_somebody_waits_and_when_nobody_does_any_more() {
    let (answered, all_answered) = mpsc::channel();
    let fake = Fake::once(move |mut peer| {
        peer.welcome(0);
        peer.send("PING\r\n");
        peer.expect("PONG\r\n");
        peer.answer_ping();
        for _ in 0..10 {
            peer.send("PING\r\n");
            peer.expect("PONG\r\n");
        }
        answered.send(()).unwrap();
        peer.answer_until_closed();
    });
    let client = Client::connect("test", &fake.url).unwrap();
    client.get_within(Duration::from_millis(20)).unwrap();
    client.flush().unwrap();
    all_answered.recv_timeout(PATIENCE).unwrap();
}

#[test]
fn c110_who_waits_keeps_watch_over_the_server_too() {
    // Hears everything and says nothing any more.
    let fake = Fake::once(|mut peer| {
        peer.welcome(0);
        peer.until_closed();
    });
    let mut options = Options::new("test", &fake.url).unwrap();
    options.keepalive = Duration::from_millis(200);
    let client = Client::with(options).unwrap();
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let lost = client.request("a", "", Duration::from_secs(3600));
                assert_eq!(lost, Err(Error::Disconnected));
            });
        }
    });
}

#[test]
fn all_who_wait_hear_of_the_end() {
    let server = NatsServer::start();
    let client = connect(&server);
    client.subscribe("s").unwrap();
    let long = Duration::from_secs(3600);
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| client.get_within(long)))
            .collect();
        client.flush().unwrap();
        client.close();
        for waiting in waiting {
            assert_eq!(waiting.join().unwrap(), Err(Error::Closed));
        }
    });
}

#[test]
fn beside_a_flood_whoever_waits_is_not_turned_away() {
    let server = NatsServer::start();
    let client = connect(&server);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Relaxed) {
                    client.publish("flood", [b'x'; 512]).unwrap();
                }
            });
        }
        let _over = Over(&over);
        for _ in 0..50 {
            client.flush().unwrap();
            let sid = client.subscribe("s").unwrap();
            client.unsubscribe(sid, None).unwrap();
            let nobody = client.request("nobody", "", SOON);
            assert!(
                matches!(nobody, Err(Error::NoResponders { .. })),
                "{nobody:?}"
            );
        }
    });
}

#[test]
fn times_without_an_end_are_for_ever_and_no_failure() {
    let server = NatsServer::start();
    let mut options = Options::new("test", &server.url()).unwrap();
    options.dial_timeout = Duration::MAX;
    options.attempt_timeout = Duration::MAX;
    options.keepalive = Duration::MAX;
    let client = Client::with(options).unwrap();
    client.subscribe("s").unwrap();
    let nobody = client.request("nobody", "", Duration::MAX);
    assert!(
        matches!(nobody, Err(Error::NoResponders { .. })),
        "{nobody:?}"
    );
    client.publish("s", "x").unwrap();
    assert_eq!(client.get_within(Duration::MAX).unwrap().len(), 1);
}
