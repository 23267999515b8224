//! Several servers: which are known, which is used, and how to go from one to another.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use goingnats::{
    client::{Data, Event, GapCause, PoolEntry, ServerState},
    protocol::Headers,
};

use super::{NatsServer, Watched, connect, patient, payloads, take};
use crate::support::{Certificates, Cluster, wait_for, wait_until};

/// The pool, once it is as wanted.
#[track_caller]
fn pool(watched: &mut Watched, mut wanted: impl FnMut(&[PoolEntry]) -> bool) -> Vec<PoolEntry> {
    watched.event("Pool", |event| match event {
        Event::Pool(entries) if wanted(entries) => Some(entries.clone()),
        _ => None,
    })
}

/// The server of the next `Connected`; nothing may be lost before it.
#[track_caller]
fn moved(watched: &mut Watched) -> String {
    watched.event("Connected", |event| match event {
        Event::Connected { server, .. } => Some(server.clone()),
        Event::Disconnected { reason, .. } => panic!("{reason}"),
        _ => None,
    })
}

/// The server of the next `Connected`.
#[track_caller]
fn connected_to(watched: &mut Watched) -> String {
    watched.event("Connected", |event| match event {
        Event::Connected { server, .. } => Some(server.clone()),
        _ => None,
    })
}

#[track_caller]
fn subscribe(watched: &mut Watched, subject: &str) {
    let sid = watched.connection.subscribe(subject.as_bytes(), None);
    let sid = sid.unwrap();
    watched.event("Subscribed", |event| {
        matches!(event, Event::Subscribed(s) if *s == sid).then_some(())
    });
}

fn servers(pool: &[PoolEntry]) -> BTreeSet<&str> {
    pool.iter().map(|entry| entry.server.as_str()).collect()
}

fn in_use(pool: &[PoolEntry]) -> Vec<&str> {
    let used = pool.iter().filter(|e| e.state == ServerState::Connected);
    used.map(|entry| entry.server.as_str()).collect()
}

#[test]
fn c117_a_cluster_is_known_by_one_of_it_and_takes_over_when_that_dies() {
    let mut cluster = Cluster::of(3);
    let urls = cluster.urls();
    let mut watched = Watched::patient(&urls[0]);
    let known = pool(&mut watched, |entries| entries.len() == 3);
    assert_eq!(servers(&known), urls.iter().map(String::as_str).collect());
    assert_eq!(in_use(&known), [&urls[0]]);
    let discovered = known.iter().filter(|entry| entry.discovered);
    assert_eq!(discovered.count(), 2);
    subscribe(&mut watched, "s");

    cluster.nodes[0].stop();
    let wait = watched.event("Disconnected", |event| match event {
        Event::Disconnected { retry_in, .. } => Some(*retry_in),
        _ => None,
    });
    assert_eq!(wait, Duration::ZERO, "another one is not waited for");
    let server = moved(&mut watched);
    assert!(urls[1..].contains(&server), "{server}");
    watched
        .connection
        .publish(b"s", None, Headers::new(), b"x".to_vec())
        .unwrap();
    assert!(matches!(watched.entry(), Data::Gap(gap) if gap.cause == GapCause::Lost));
    assert!(matches!(watched.entry(), Data::Received(_)));
}

#[test]
fn c118_servers_come_and_go_with_what_the_cluster_says() {
    let mut cluster = Cluster::of(2);
    let mut watched = Watched::patient(&cluster.nodes[0].url());
    pool(&mut watched, |entries| entries.len() == 2);
    cluster.add();
    let known = pool(&mut watched, |entries| entries.len() == 3);
    assert!(servers(&known).contains(cluster.urls()[2].as_str()));
    cluster.nodes[2].stop();
    let known = pool(&mut watched, |entries| entries.len() == 2);
    assert!(!servers(&known).contains(cluster.urls()[2].as_str()));
    // The one in use was given and stays; its neighbour was named and is used next.
    cluster.nodes[0].stop();
    assert_eq!(connected_to(&mut watched), cluster.urls()[1]);
}

#[test]
fn c119_named_servers_can_be_ignored() {
    let cluster = Cluster::of(2);
    let mut options = patient(&cluster.nodes[0].url());
    options.ignore_discovered = true;
    let mut watched = Watched::open(options);
    let info = watched.event("Connected", |event| match event {
        Event::Pool(entries) => {
            assert_eq!(entries.len(), 1);
            None
        }
        Event::Connected { info, .. } => Some(info.clone()),
        _ => None,
    });
    assert_eq!(info.connect_urls.len(), 2);
    watched.connection.close();
    watched.event("Closed", |event| match event {
        Event::Pool(entries) => panic!("{entries:?}"),
        Event::Closed { .. } => Some(()),
        _ => None,
    });
}

#[test]
fn c120_the_order_is_kept_where_asked_for() {
    let mut servers: Vec<NatsServer> = (0..4).map(|_| NatsServer::start()).collect();
    let urls: Vec<String> = servers.iter().map(NatsServer::url).collect();
    let mut options = patient(&urls.join(","));
    options.keep_order = true;
    let mut watched = Watched::open(options);
    for (server, url) in servers.iter_mut().zip(&urls) {
        assert_eq!(connected_to(&mut watched), *url);
        server.stop();
    }
}

#[test]
fn c121_servers_named_by_address_are_checked_by_the_name_that_was_given() {
    let certificates = Certificates::for_names(&["localhost"]);
    let mut cluster = Cluster::with_config(2, &certificates.config(""));
    let first = format!("tls://localhost:{}", cluster.nodes[0].port());
    let mut options = patient(&first);
    options.tls.ca = Some(certificates.ca());
    let mut watched = Watched::open(options);
    // By its address, the first is a third server to us.
    pool(&mut watched, |entries| entries.len() == 3);
    watched.connected();
    cluster.nodes[0].stop();
    let server = connected_to(&mut watched);
    assert_eq!(server, format!("tls://{}", cluster.nodes[1].address()));
}

#[test]
fn c123_a_server_that_leaves_is_left_before_it_cuts_us() {
    let mut cluster = Cluster::of(2);
    let urls = cluster.urls();
    let mut watched = Watched::patient(&urls[0]);
    pool(&mut watched, |entries| entries.len() == 2);
    subscribe(&mut watched, "s");
    let since = Instant::now();
    cluster.nodes[0].signal("USR2");
    watched.event("LameDuck", |event| match event {
        Event::LameDuck { server } => {
            assert_eq!(*server, urls[0]);
            Some(())
        }
        _ => None,
    });
    assert_eq!(moved(&mut watched), urls[1]);
    assert!(cluster.nodes[0].runs(), "it has not cut anybody yet");
    let Data::Gap(gap) = watched.entry() else {
        panic!("a marker where we moved");
    };
    assert_eq!(gap.cause, GapCause::Moved);
    assert!(gap.lasted <= since.elapsed());
    connect(&cluster.nodes[1]).publish("s", "x").unwrap();
    assert!(matches!(watched.entry(), Data::Received(_)));
}

#[test]
fn c124_a_single_server_that_leaves_is_waited_for() {
    let mut server =
        NatsServer::with_config("lame_duck_grace_period: \"100ms\"\nlame_duck_duration: \"30s\"");
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    server.signal("USR2");
    let mut told = false;
    watched.event("Disconnected", |event| match event {
        Event::LameDuck { .. } => {
            told = true;
            None
        }
        Event::Disconnected { .. } => Some(()),
        _ => None,
    });
    assert!(told);
    server.stop();
    server.start_again();
    watched.connection.reconnect_now().unwrap();
    let mut leaving = true;
    watched.event("Connected", |event| match event {
        Event::Pool(entries) => {
            leaving = entries[0].lame_duck;
            None
        }
        Event::Connected { .. } => Some(()),
        _ => None,
    });
    assert!(!leaving, "it is another one now");
}

/// The payloads that came, until one is `last`; and how often each gap was met.
#[track_caller]
fn received_until(watched: &mut Watched, last: &str) -> (Vec<String>, Vec<GapCause>) {
    let (mut texts, mut gaps) = (Vec::new(), Vec::new());
    while texts.last().map(String::as_str) != Some(last) {
        match watched.entry() {
            Data::Received(batch) => {
                let messages = batch.records.iter();
                texts.extend(messages.map(|record| {
                    let payload = record.payload(&batch.bytes).to_vec();
                    String::from_utf8(payload).unwrap()
                }));
            }
            Data::Gap(gap) => gaps.push(gap.cause),
            other => panic!("{other:?}"),
        }
    }
    (texts, gaps)
}

#[test]
fn moving_misses_nothing_and_forgets_no_request() {
    let cluster = Cluster::of(3);
    let urls = cluster.urls();
    let mut watched = Watched::patient(&urls[0]);
    pool(&mut watched, |entries| entries.len() == 3);
    subscribe(&mut watched, "n");
    let other = connect(&cluster.nodes[2]);
    other.subscribe("ask").unwrap();
    wait_until("the subscription to be known at the first server", || {
        let routes = cluster.nodes[0].monitor("/routez?subs=1");
        routes.to_string().contains("\"ask\"")
    });
    wait_until("ours to be known at the last server", || {
        let routes = cluster.nodes[2].monitor("/routez?subs=1");
        routes.to_string().contains("\"n\"")
    });
    let request =
        watched
            .connection
            .request(b"ask", Headers::new(), Vec::new(), Duration::from_secs(60));
    let ticket = request.unwrap();
    let asked = take(&other, 1).remove(0);
    std::thread::scope(|scope| {
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let publisher = &other;
        let publishing = scope.spawn(move || {
            let mut n = 0;
            while stopped.try_recv().is_err() {
                publisher.publish("n", format!("{n}")).unwrap();
                n += 1;
                if n % 10 == 0 {
                    publisher.flush().unwrap();
                }
            }
            publisher.publish("n", "end").unwrap();
            n
        });
        // Where the publisher is, so that no route has to learn of us first.
        watched.connection.reconnect_to(&urls[2]).unwrap();
        assert_eq!(moved(&mut watched), urls[2]);
        stop.send(()).unwrap();
        let published: u32 = publishing.join().unwrap();
        let (texts, gaps) = received_until(&mut watched, "end");
        let came: BTreeSet<&str> = texts.iter().map(String::as_str).collect();
        let missing: Vec<u32> = (0..published)
            .filter(|n| !came.contains(n.to_string().as_str()))
            .collect();
        assert_eq!(missing, [0; 0]);
        assert_eq!(gaps, [GapCause::Moved]);
    });
    for url in &urls {
        watched.connection.reconnect_to(url).unwrap();
        assert_eq!(moved(&mut watched), *url);
    }
    other.respond(&asked, "late").unwrap();
    watched.event("Answered", |event| match event {
        Event::Answered {
            ticket: t, answer, ..
        } if *t == ticket => {
            assert_eq!(
                payloads(std::slice::from_ref(answer.as_ref().unwrap())),
                ["late"]
            );
            Some(())
        }
        _ => None,
    });
}

#[test]
fn a_server_that_cannot_be_moved_to_changes_nothing_and_is_told() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    let nobody = {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("nats://{}", port.local_addr().unwrap())
    };
    watched.connection.reconnect_to(&nobody).unwrap();
    watched.event("MoveFailed", |event| match event {
        Event::MoveFailed { server, reason } => {
            assert_eq!(*server, nobody);
            assert!(reason.to_string().contains("refused"), "{reason}");
            Some(())
        }
        Event::Disconnected { reason, .. } => panic!("{reason}"),
        _ => None,
    });
    subscribe(&mut watched, "still.there");
    assert!(watched.connection.reconnect_to("http://x").is_err());
}

#[test]
fn a_server_asked_for_while_disconnected_is_dialed_at_once() {
    let mut first = NatsServer::start();
    let second = NatsServer::start();
    let mut watched = Watched::patient(&first.url());
    watched.connected();
    first.stop();
    watched.connection.reconnect_to(&second.url()).unwrap();
    assert_eq!(connected_to(&mut watched), second.url());
    let known = pool_of(&mut watched);
    assert_eq!(in_use(&known), [second.url()]);
    assert_eq!(known.len(), 2);
}

/// The latest pool, as the next change tells it.
#[track_caller]
fn pool_of(watched: &mut Watched) -> Vec<PoolEntry> {
    watched
        .connection
        .reconnect_to("nats://127.0.0.1:1")
        .unwrap();
    let entries = pool(watched, |entries| {
        entries.iter().any(|entry| entry.server.ends_with(":1"))
    });
    entries
        .into_iter()
        .filter(|entry| !entry.server.ends_with(":1"))
        .collect()
}

#[test]
fn the_pace_of_the_keepalive_can_be_changed() {
    let server = NatsServer::start();
    let mut watched = Watched::patient(&server.url());
    watched.connected();
    watched
        .connection
        .keepalive(Duration::from_millis(20))
        .unwrap();
    for _ in 0..3 {
        watched.event("Rtt", |event| matches!(event, Event::Rtt(_)).then_some(()));
    }
}

#[test]
fn a_move_to_a_flooded_subscription_keeps_its_order() {
    let (first, second) = (NatsServer::start(), NatsServer::start());
    let mut watched = Watched::patient(&first.url());
    watched.connected();
    subscribe(&mut watched, "n");
    let publisher = connect(&second);
    watched.connection.reconnect_to(&second.url()).unwrap();
    wait_for("the subscription to be at the second server", || {
        publisher.publish("n", "x").unwrap();
        publisher.flush().unwrap();
        let page = second.monitor("/connz?subs=1").to_string();
        page.contains("\"n\"").then_some(())
    });
    for n in 0..2000 {
        publisher.publish("n", format!("{n}")).unwrap();
    }
    publisher.flush().unwrap();
    let (texts, gaps) = received_until(&mut watched, "1999");
    let numbers: Vec<&String> = texts.iter().filter(|text| *text != "x").collect();
    let expected: Vec<String> = (0..2000).map(|n| n.to_string()).collect();
    assert_eq!(numbers, expected.iter().collect::<Vec<_>>());
    assert_eq!(gaps, [GapCause::Moved]);
}
